"""Exercises: a program with its numbers, and blanks to fill in about its run.

``exercise`` says what an exercise is, whoever made it; ``lessons`` makes exercises of the questions that stand in lessons. Others
are drawn: ``item`` is what they are drawn from, ``item_file`` reads it from a file, ``chance`` makes numbers of a seed,
``niceness`` says which runs are nice, ``faulty`` hides a mistake in a worked pass, ``draw`` makes the exercise, and ``proof``
draws an item many times. One exercise: ``page`` is it on paper, ``attempt`` is working it blank by blank, ``comparison`` what a
platform has to know to mark it. A class: ``course`` says who gets which exercises, ``sheet`` what is printed, ``key`` keeps what
marks it; ``submission`` reads what comes back, ``mark`` is what it earns, blank by blank, ``table`` the file of marks,
``feedback`` what a student is told, ``statistics`` and ``report`` what the marks say.
"""
