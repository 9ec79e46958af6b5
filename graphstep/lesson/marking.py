"""A typed answer is marked: right, wrong with the slip that explains it, or not readable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from graphstep.errors import GraphstepError, quoted
from graphstep.explain import name_of, output_name
from graphstep.expression import Constant
from graphstep.gates import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.lesson.evaluate import evaluate
from graphstep.lesson.solution import agrees
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.arrays import Number
    from graphstep.lesson.quantities import Quantity
    from graphstep.lesson.solution import Solution
    from graphstep.trace import Trace

TYPED = 200
"""Characters of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a typed answer."""

    outcome: Literal["right", "wrong", "unreadable"]
    """An unreadable answer does not count as a try."""
    said: str
    """One or two sentences for the learner; a wrong answer's never give the right one away."""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"


def mark(solution: Solution, typed: str, at: int | None = None) -> Verdict:
    """The verdict on an answer.

    A number may be typed as a decimal, a fraction or an expression; for gradients also in the names of the run, of which those
    count that have a value at step ``at``. An option is chosen by its number or its text.
    """
    text = typed.strip()
    if not text:
        return Verdict("unreadable", "Type an answer first.")
    if len(text) > TYPED:
        return Verdict("unreadable", f"An answer has at most {TYPED} characters.")
    if solution.right is not None:
        return _chosen(solution, text)
    asked = solution.quantity
    assert asked is not None, "what is not chosen is a number"
    try:
        found = evaluate(solution.trace, _right_hand_side(text), solution.step - 1 if at is None else min(at, solution.step - 1))
    except GraphstepError as error:
        return Verdict("unreadable", f"That cannot be read as a number: {error.message}.")
    if found.names and asked.kind == "value":
        return Verdict("unreadable", f"Now put the numbers in: what number is {quoted(text)}?")
    if math.isnan(found.value):
        return Verdict("unreadable", f"{quoted(text)} is not a number.")
    if agrees(found.value, asked.value):
        return Verdict(
            "right", "Right." if agrees_closely(found.value, asked.value) else f"Right: {numeral(asked.value)}, rounded."
        )
    slip = next((said for value, said in _slips(asked) if agrees(found.value, value) and not agrees(value, asked.value)), "")
    return Verdict("wrong", f"Not quite. {slip}" if slip else f"Not quite: {_compared(found.value, asked.value)}")


def agrees_closely(typed: float, right: float) -> bool:
    """Whether an answer is right to the digits that are shown, so that nothing needs to be said of rounding."""
    return numeral(typed) == numeral(right)


def _right_hand_side(text: str) -> str:
    """``-4`` of ``∂f/∂x = -4``: who writes the whole equation has answered as well."""
    return text.rpartition("=")[2].strip() or text


def _compared(typed: float, right: float) -> str:
    if right == 0 or typed == 0 or (typed > 0) == (right > 0):
        return "the sign is right, the size is not." if right and typed else "look at the numbers that meet here again."
    return "look at the sign and at the size again."


def _chosen(solution: Solution, text: str) -> Verdict:
    options = solution.question.options
    wanted = "".join(text.split()).casefold()
    by_text = [place for place, option in enumerate(options) if "".join(option.split()).casefold() == wanted]
    if by_text:
        chosen = by_text[0]
    elif text.isdecimal() and text.isascii() and 1 <= int(text[:3]) <= len(options):
        chosen = int(text[:3]) - 1
    else:
        return Verdict("unreadable", f"Choose one of 1 to {len(options)}, or type the words of an option.")
    if chosen == solution.right:
        return Verdict("right", "Right.")
    return Verdict("wrong", f"Not {options[chosen]}. Look again.")


def _slips(asked: Quantity) -> Iterator[tuple[float, str]]:
    """Wrong answers that have a reason, each with what to say; the most likely first."""
    trace, value = asked.trace, asked.value
    if asked.cell is not None or trace.program.nodes[asked.node].shape:
        yield -value, "The size is right, the sign is turned."
        return
    edges = trace.plan.arrivals[asked.node]
    if asked.kind != "value" and len(edges) > 1 and asked.edge is None:
        yield from _slips_of_sum(asked, [_single(trace.contribution_of(edge)) for edge in edges])
    yield -value, "The size is right, the sign is turned."
    if asked.kind == "value":
        yield from _slips_of_value(trace, asked.node)
        return
    if asked.edge is not None:
        yield from _slips_on_edge(asked, asked.edge)
    if asked.kind in ("gradient", "sum"):
        name = name_of(trace.program, asked.node)
        yield _single(trace.value_of(asked.node)), f"That is the value of {name}; its gradient was asked for."
    if value:
        yield 1 / value, "That is the reciprocal: numerator and denominator have changed places."


def _single(value: Number | None) -> float:
    assert isinstance(value, float), "slips are known of numbers"
    return value


def _slips_of_sum(asked: Quantity, parts: list[float]) -> Iterator[tuple[float, str]]:
    name = name_of(asked.trace.program, asked.node)
    for part in parts:
        yield part, f"That is one contribution; {name} is used {len(parts)} times, and the contributions add up."
    yield math.prod(parts), "The contributions are not multiplied: at a branch they add up."
    yield sum(parts) / len(parts), "That is their mean: at a branch the contributions add up."


def _slips_of_value(trace: Trace, node: int) -> Iterator[tuple[float, str]]:
    gate = trace.gate(node)
    if not isinstance(gate, Gate):
        return
    inputs = [_single(value) for value in trace.operand_values(node)]
    names = trace.node(node).operands
    for value, operand in zip(inputs, names, strict=True):
        if not isinstance(operand, Constant):
            yield value, f"That is {name_of(trace.program, operand)}, which goes into the gate: what comes out of it?"
    for slot, operand in enumerate(names):
        if not isinstance(operand, Constant):
            turned = [-x if k == slot else x for k, x in enumerate(inputs)]
            with np.errstate(all="ignore"):
                value = float(gate.value(NUMBERS, [np.float64(x) for x in turned]))
            yield value, f"You get that when the sign of {name_of(trace.program, operand)} is turned."
    if len(inputs) == 2:
        x, y = inputs
        others = {"add": x + y, "mul": x * y, "sub": x - y}
        for name, value in others.items():
            if name != gate.name:
                word = {"add": "add", "mul": "multiply", "sub": "subtract"}[name]
                yield value, f"You get that when you {word} the inputs; this gate does something else."
    if own := _single(trace.value_of(node)):
        yield 1 / own, "That is the reciprocal of it."


def _slips_on_edge(asked: Quantity, edge: int) -> Iterator[tuple[float, str]]:
    trace = asked.trace
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    if trace.local_of(edge) is None or trace.program.nodes[sender].shape:
        return
    upstream, local = _single(trace.gradient_of(sender)), _single(trace.local_of(edge))
    here, out = name_of(trace.program, sender), output_name(trace.program)
    own = _single(trace.operand_values(sender)[slot])
    name = name_of(trace.program, asked.node)
    switches = trace.gate(sender) is not None and trace.node(sender).gate == "mul"
    if asked.kind == "local":
        yield (
            _single(trace.contribution_of(edge)),
            "That is the contribution: the local gradient alone was asked for, without its upstream.",
        )
        if switches:
            yield own, f"That is {name} itself: the slope of a product towards one input is the other input."
        yield upstream, f"That is the upstream gradient ∂{out}/∂{here}; the local gradient belongs to the gate alone."
        yield (
            _single(trace.value_of(sender)),
            "That is the gate's value; how much does it change when this input changes by a little?",
        )
        return
    yield local, f"That is the local gradient; multiply it by the upstream gradient, {numeral(upstream)}."
    if switches:
        yield upstream * own, f"You scaled the upstream gradient by {name} itself: a × gate scales it by the other input."
    yield upstream, f"That is the upstream gradient of {here}; multiply it by the local gradient towards {name}."
    yield upstream + local, "Upstream and local gradient are multiplied, not added."
    if local:
        yield upstream / local, "Multiply by the local gradient, do not divide by it."
