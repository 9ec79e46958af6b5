"""Questions about a run, their answers, and marks for what is typed.

The order in which a question passes the modules: ``question`` (what is asked), ``quantities`` and ``shapes`` (which number or
shape of the run that is), ``solution`` (the right answer), ``evaluate`` and ``precision`` (what was typed, and how precisely),
``carried`` (errors carried forward), ``misconceptions`` (wrong routes and their numbers), ``verdict`` (the mark).
"""
