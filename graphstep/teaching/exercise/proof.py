"""An item is proved: it is drawn with many seeds, and every exercise is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphstep.ground.arrays import number_text
from graphstep.teaching.exercise.draw import DrawError, draw
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.marking.verdict import mark

SEEDS = 10_000
"""Seeds that an item is proved on."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One exercise of an item."""

    level: int
    """Its level."""
    seed: int
    """Its seed."""
    fault: str
    """What is wrong with it; empty where nothing is."""
    variant: str
    """What it is: its program and its numbers."""


def trials(item: Item, seeds: int = SEEDS) -> Iterator[Trial]:
    """Every level with so many seeds, from 0 on. ItemError where a level cannot be run at all."""
    for level in range(1, len(item.levels) + 1):
        for seed in range(seeds):
            try:
                exercise = draw(item, level, seed)
            except DrawError as error:
                yield Trial(level, seed, error.message, "")
                continue
            numbers = (f"{name}={text}" for name, text in exercise.setup.inputs.items())
            yield Trial(level, seed, _fault(exercise), " ".join([exercise.setup.program, *numbers]))


def _fault(exercise: Exercise) -> str:
    """What is wrong with an exercise: a right answer that is not marked right as it would be typed."""
    for blank in exercise.blanks:
        solution = blank.solution
        if solution.right is not None:
            typed = str(solution.right + 1)
        elif solution.quantity is not None and not solution.formula:
            typed = number_text(solution.quantity.asked)
        else:
            continue
        verdict = mark(solution, typed)
        if not verdict.right:
            return f"{solution.question.ask}: {typed} is not marked right ({verdict.sentence})"
    return ""
