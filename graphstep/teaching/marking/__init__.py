"""Questions about a run, their answers, and marks for what is typed.

The order in which a question passes the modules: ``question`` (what is asked), ``quantities``, ``shapes`` and ``ordering``
(which number, shape or order of the run that is), ``solution`` (the right answer), ``tableau`` (rows of several answers),
``evaluate`` and ``precision`` (what was typed, and how precisely), ``carried`` (errors carried forward), ``misconceptions``
(wrong routes and their numbers), ``verdict`` (the mark).
"""
