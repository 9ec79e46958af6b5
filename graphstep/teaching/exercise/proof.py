"""An item is proved: it is drawn with many seeds, every exercise is looked at again, and its forms are held side by side."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import number_text, shape_text
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.draw import DrawError, draw, forms
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


def uneven(item: Item, level: int) -> str:
    """What makes a level unfair by its structure: a program with other gates than its first one; empty where nothing does.

    Gates are the same where they have one pattern and one shape: + and − are distributors, max and min are routers.
    """
    first, *others = (_gates(trace) for trace in forms(item, level))
    programs = item.levels[level - 1].programs
    for program, gates in zip(programs[1:], others, strict=True):
        if gates != first:
            return f"not alike: {programs[0]} has {_listed(first)}, and {program} has {_listed(gates)}"
    return ""


def _gates(trace: Trace) -> tuple[list[str], int]:
    """The gates of a run by what they do to a gradient, each with its shape, and the number of its steps."""
    gates = []
    for n in range(trace.program.first_gate, len(trace.program.nodes)):
        gate = trace.gate(n)
        assert gate is not None, "inputs stand before the gates"
        shape = shape_text(trace.node(n).shape)
        gates.append(f"{gate.pattern[0] or 'function'}{f' of {shape}' if shape else ''}")
    return sorted(gates), len(trace)


def _listed(gates: tuple[list[str], int]) -> str:
    return f"{', '.join(gates[0])} in {gates[1]} steps"


def _fault(exercise: Exercise) -> str:
    """What is wrong with an exercise: a right answer that is not marked right as it would be typed."""
    for blank in exercise.blanks:
        solution = blank.solution
        # As it would be typed: the number of an option, or the run's number in the digits that a key prints.
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
