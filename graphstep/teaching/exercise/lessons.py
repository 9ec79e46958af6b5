"""The questions that stand in a lesson, as exercises: one for each run that something is asked of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from string import ascii_lowercase
from typing import Any

from graphstep.engine.trace import Trace
from graphstep.language.setup import Setup
from graphstep.teaching.exercise import page
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene
from graphstep.teaching.lesson.sheet import answered_before
from graphstep.teaching.marking.solution import Solution


def exercises_of(rehearsal: Rehearsal) -> Iterator[Exercise]:
    """The exercises of a lesson in its order; their blanks are numbered through the whole lesson, as on its printed sheet."""
    lesson, before = rehearsal.lesson, dict[str, tuple[int, Solution]]()
    for place, (setup, trace, scenes) in enumerate(_runs(rehearsal), 1):
        answers = answered_before(lesson.asked, trace, before)
        solutions = [*enumerate((solution for scene in scenes for solution in scene.solutions), len(before) + 1)]
        before.update((solution.question.key, (number, solution)) for number, solution in solutions)
        blanks = tuple(blank for number, solution in solutions for blank in _blanks(number, solution))
        instead = {name: Blank(str(number), solution) for name, (number, solution) in answers.items()}
        if blanks:
            yield Exercise(f"{lesson.slug}-{place}", lesson.title, setup, trace, blanks, instead)


def data(rehearsal: Rehearsal, *, answers: bool) -> dict[str, Any]:
    """The questions of a lesson as plain data, run by run, with their answers or without."""
    lesson = rehearsal.lesson
    exercises = [page.data(exercise, answers=answers) for exercise in exercises_of(rehearsal)]
    return {"schema": 1, "lesson": lesson.slug, "title": lesson.title, "exercises": exercises}


def _blanks(number: int, solution: Solution) -> Iterator[Blank]:
    """The blank of a question; of a row of a tableau one for each of its numbers, with a letter."""
    if not solution.parts:
        yield Blank(str(number), solution)
    for letter, part in zip(ascii_lowercase, solution.parts, strict=False):
        yield Blank(f"{number}{letter}", part)


def questions_of(rehearsal: Rehearsal) -> Iterator[Exercise]:
    """The questions of a lesson, each an exercise of its own: they stand alone, where those of a draw belong together."""
    for exercise in exercises_of(rehearsal):
        yield from (replace(exercise, blanks=(blank,)) for blank in exercise.blanks)


def _runs(rehearsal: Rehearsal) -> list[tuple[Setup, Trace, list[Scene]]]:
    """The runs of a lesson in their order, each with the sections that stop in it."""
    runs: list[tuple[Setup, Trace, list[Scene]]] = []
    for scene in rehearsal.scenes:
        # A program that a lesson comes back to is a run of its own: its heading begins it afresh.
        if not runs or scene.trace is not runs[-1][1]:
            runs.append((scene.section.run or rehearsal.lesson.run, scene.trace, []))
        runs[-1][2].append(scene)
    return runs
