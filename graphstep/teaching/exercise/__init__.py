"""Exercises: a program with its numbers, and blanks to fill in about its run.

``exercise`` says what an exercise is, whoever made it; ``lessons`` makes exercises of the questions that stand in lessons;
``mark`` is what a filled sheet earns, blank by blank.
"""
