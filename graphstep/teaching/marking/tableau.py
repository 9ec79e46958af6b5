"""The tableau of a run as questions: a row a step, with its numbers to be filled in.

A row of the way forward is the value of a gate. A row of the way back is what a gate sends: upstream gradient, local gradient and
their product; or, where a value is used several times, the sum of its contributions. ``fill`` asks for all of them, ``fill
forward`` and ``fill backward`` for one half, and ``fill backward p, q`` for what these gates send and the sums that it completes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.teaching.marking.quantities import Quantity, find_node, gradient_quantity, on_wire, value_quantity
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.derivatives import sent_name
from graphstep.telling.explain import explain
from graphstep.telling.words.catalogue import message

ROWS = 24
"""Rows of a tableau that are asked for at most."""

_FILL = re.compile(r"fill(?:\s+(?P<half>forward|backward))?(?:\s+(?P<gates>.+))?")


def is_fill(question: Question) -> bool:
    """Whether a question asks for a tableau."""
    return question.ask.split()[0] == "fill"


def rows_of(question: Question, trace: Trace) -> tuple[Solution, ...]:
    """The rows of the tableau that a question asks for, in the order of the steps. InputError where it has none."""
    if question.options:
        raise InputError('options belong to a choice: ask = "choice: …"')
    match = _FILL.fullmatch(question.ask)
    assert match is not None, "what begins with fill matches"
    gates = {find_node(trace, gate.strip()) for gate in (match["gates"] or "").split(",") if gate.strip()}
    steps = [step for step in _steps(trace, match["half"]) if not gates or _worker(trace, step) in gates]
    if not 0 < len(steps) <= ROWS:
        raise InputError(
            f"a tableau has 1 to {ROWS} rows, and here are {len(steps)}",
            hint="name the gates whose rows are asked for: fill backward p, q",
        )
    return tuple(_row(question, trace, step, n, len(steps)) for n, step in enumerate(steps, 1))


def _steps(trace: Trace, half: str | None) -> Iterator[Step]:
    """The steps of the run that make a row."""
    events = {None: ("value", "send", "sum"), "forward": ("value",), "backward": ("send", "sum")}[half]
    return (step for step in map(trace.step, range(1, len(trace) + 1)) if step.event in events)


def _worker(trace: Trace, step: Step) -> int:
    """The gate whose row a step is: of a sum the one that sends the last contribution."""
    if step.event == "value":
        return step.node
    # A sum is told as soon as its last contribution is there, and so belongs to whoever sent that.
    return trace.arrivals(step.node)[-1].sender if step.wire is None else step.wire.sender


def _row(question: Question, trace: Trace, step: Step, n: int, of: int) -> Solution:
    """The question for a row, under a key of its own; the reason stands behind the last one."""
    say = partial(message, trace.writing.language)
    # Progress is kept by key, and each row is answered by itself.
    row = replace(question, key=f"{question.key} {n}", part=(n, of), because=question.because if n == of else "")
    intro = f"{question.question} " if question.question and n == 1 else ""
    place = {"number": str(n), "count": str(of)}
    wire = step.wire
    if wire is None:
        one = _number(value_quantity(trace, step.node) if step.event == "value" else gradient_quantity(trace, step.node, True))
        return replace(_cell(row, one), wording=intro + say("tableau-row", **place, question=one.wording))
    asked = gradient_quantity(trace, wire.sender), on_wire(wire, local=True), on_wire(wire, local=False)
    cells = [_number(each) for each in asked]
    sent = say("tableau-send", sent=sent_name(wire))
    ladder = explain(trace, step.n).ladder
    numbers = " · ".join(number_text(cell.asked) for cell in cells[:2])
    answer = ladder.line if ladder else f"{numbers} = {number_text(cells[2].asked)}"
    wording = intro + say("tableau-row", **place, question=sent)
    parts = tuple(_cell(row, cell) for cell in cells)
    return Solution(row, trace, wording, answer, step.n, step.n, parts=parts)


def _number(asked: Quantity) -> Quantity:
    """A quantity that is a number which can be typed; InputError for any other."""
    if not isinstance(asked.asked, float):
        raise InputError(f"{asked.name} is an array: a tableau is one of numbers")
    if not np.isfinite(asked.asked):
        raise InputError(f"{asked.name} is {number_text(asked.asked)} here: nobody can type that")
    return asked


def _cell(row: Question, asked: Quantity) -> Solution:
    """The question for one number of a row."""
    answer = f"{asked.name} = {number_text(asked.asked)}"
    return Solution(row, asked.trace, asked.wording, answer, asked.step, asked.shown_at, asked)
