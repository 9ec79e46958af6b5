"""Questions about a run, their answers, and marks for what is typed.

The order in which a question passes the modules: ``question`` (what is asked), ``quantities``, ``shapes`` and ``ordering``
(which number, shape or order of the run that is), ``solution`` (the right answer), ``tableau`` (rows of several answers),
``spelling`` (how numbers are typed), ``evaluate`` and ``precision`` (what was typed, and how precisely), ``carried`` (errors
carried forward), ``misconceptions`` and ``slopes`` (wrong routes and their numbers), ``formulas`` (a typed local gradient),
``verdict`` (the mark). ``claims`` are numbers that somebody claims of a run, and ``report`` is their marks.
"""
