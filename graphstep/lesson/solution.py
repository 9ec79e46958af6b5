"""The right answer of a question, computed from the run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphstep.errors import InputError, quoted
from graphstep.explain import explain, name_of, output_name, pattern
from graphstep.lesson.evaluate import evaluate
from graphstep.lesson.quantities import Quantity, edge_between, find_node, quantity
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.explain import Explanation
    from graphstep.lesson.document import Question
    from graphstep.trace import Trace

TOLERANCE = 0.02
"""Relative error of an answer that still counts as right: a learner with a pencil rounds to two or three digits."""

NEAR_ZERO = 0.005
"""Absolute error that counts as right near zero, so that 0.05 will do for 0.0452; never more than a quarter of the answer."""

PATTERNS = ("distributor", "router", "switcher", "adder", "negation", "scaler", "saturated", "dead")
"""The patterns that a choice can be about."""

SIGNS = ("positive", "negative", "zero")
"""The options of a choice of sign."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A question with its answer."""

    question: Question
    """What is asked."""
    trace: Trace
    """The run it is asked of."""
    wording: str
    """The question as a sentence."""
    quantity: Quantity | None
    """The number that is asked for; None where the answer is no number of the run."""
    right: int | None
    """The index of the right option; None where a number is to be typed."""
    answer: str
    """The answer in one line: ``∂f/∂x = -4``."""
    step: int
    """The number of the step that first shows it."""

    @property
    def explanation(self) -> Explanation:
        """What is said of the step that shows the answer."""
        return explain(self.trace, self.step)

    @property
    def ladder(self) -> str:
        """The answer with the way to it: ``∂f/∂x = ∂f/∂q · ∂q/∂x = -4 · 1 = -4``; of a choice the answer alone."""
        told = self.explanation
        ladder = told.local if self.quantity is not None and self.quantity.kind == "local" else told.ladder
        return self.answer if self.right is not None or ladder is None else ladder.line


def solve(question: Question, trace: Trace) -> Solution:
    """The solution of a question in a run. InputError when it has none, or when several options would be right."""
    head, colon, rest = question.ask.partition(":")
    if colon and head.strip() == "choice":
        return _choice(question, trace, rest.strip())
    if question.options:
        raise InputError('options belong to a choice: ask = "choice: …"')
    asked = quantity(trace, question.ask)
    if not math.isfinite(asked.value):
        raise InputError(f"{asked.name} is {numeral(asked.value)} here: nobody can type that")
    answer = f"{asked.name} = {numeral(asked.value)}"
    return Solution(question, trace, question.question or asked.wording, asked, None, answer, asked.step)


def agrees(typed: float, right: float) -> bool:
    """Whether an answer is right: within 2 %, or near zero within an absolute 0.005 that keeps its sign."""
    size = abs(right)
    return abs(typed - right) <= max(TOLERANCE * size, min(NEAR_ZERO, size / 4), 1e-9)


def _choice(question: Question, trace: Trace, about: str) -> Solution:
    if len(question.options) < 2:
        raise InputError('a choice needs options = ["…", "…"], two or more')
    if len(set(question.options)) < len(question.options):
        raise InputError("two options are the same")
    for place, option in enumerate(question.options, 1):
        # An option is chosen by its number or its text, so "2" must not be the text of the third.
        if option.isdecimal() and 1 <= int(option[:3]) <= len(question.options) and int(option[:3]) != place:
            raise InputError(f"option {quoted(option)} could be taken for the number of another: put it at place {option}")
    word, _, rest = about.partition(" ")
    kind = _CHOICES.get(word, _by_value)
    wording, right, step, asked = kind(question, trace, rest.strip() if word in _CHOICES else about)
    text = question.options[right]
    answer = f"{text}: {asked.name} = {numeral(asked.value)}" if asked is not None and kind is _by_value else text
    return Solution(question, trace, question.question or wording, asked, right, answer, step)


def _of_pattern(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``pattern × → z`` or ``pattern sum x``: the options are names of patterns."""
    if rest.startswith("sum "):
        asked = quantity(trace, rest)
        wording = f"Which pattern is it when {name_of(trace.program, asked.node)} collects its gradient?"
    else:
        asked = quantity(trace, f"contribution {rest}")
        wording = f"Which pattern is it when {rest.replace('->', '→')} is sent?"
    _only(question, PATTERNS)
    found = pattern(trace.step(asked.step))
    return wording, _index(question, found or "none"), asked.step, asked


def _of_route(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``route max``: the options are inputs of a gate that chooses, and the right one gets its whole gradient."""
    gate = find_node(trace, rest)
    chosen = trace.gate(gate)
    if chosen is None or not chosen.chooses:
        raise InputError(f"{quoted(rest)} does not choose: a route is asked of max or min")
    edges = [edge_between(trace, rest, option) for option in question.options]
    winners = [place for place, edge in enumerate(edges) if trace.local_of(edge) == 1]
    if len(winners) != 1:
        raise InputError(f"{'none' if not winners else 'several'} of the options get the gradient of {quoted(rest)}")
    step = min(int(trace.plan.edge_step[edge]) for edge in edges)
    return f"Which input gets the gradient of the {chosen.symbol} gate?", winners[0], step, None


def _of_sign(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``sign gradient x``: the options are positive, negative and zero."""
    asked = quantity(trace, rest)
    _only(question, SIGNS)
    sign = "zero" if asked.value == 0 else "positive" if asked.value > 0 else "negative"
    return f"Which sign does {asked.name} have?", _index(question, sign), asked.step, asked


def _of_steepest(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``steepest``: the options are nodes, and the right one has the largest gradient by size."""
    if rest:
        raise InputError("'steepest' stands alone; the options say between which nodes")
    asked = [quantity(trace, f"gradient {option}") for option in question.options]
    sizes = sorted((abs(each.value) for each in asked), reverse=True)
    if agrees(sizes[1], sizes[0]):
        raise InputError("two options have gradients of almost the same size")
    right = next(place for place, each in enumerate(asked) if abs(each.value) == sizes[0])
    out = output_name(trace.program)
    return (
        f"Which of these moves {out} the most when it is moved a little?",
        right,
        min(each.step for each in asked),
        asked[right],
    )


def _by_value(question: Question, trace: Trace, about: str) -> tuple[str, int, int, Quantity | None]:
    """``choice: local × → z``: the options are expressions in the names of the run, and the right one has the asked value."""
    asked = quantity(trace, about)
    values = [evaluate(trace, option).value for option in question.options]
    right = [place for place, value in enumerate(values) if agrees(value, asked.value)]
    if len(right) != 1:
        listed = ", ".join(f"{option} = {numeral(value)}" for option, value in zip(question.options, values, strict=True))
        raise InputError(
            f"{'no option is' if not right else 'several options are'} {asked.name} = {numeral(asked.value)}: {listed}"
        )
    return asked.wording, right[0], asked.step, asked


_CHOICES: dict[str, Callable[[Question, Trace, str], tuple[str, int, int, Quantity | None]]] = {
    "pattern": _of_pattern,
    "route": _of_route,
    "sign": _of_sign,
    "steepest": _of_steepest,
}
"""What a choice can be about, besides the value of a quantity."""


def _only(question: Question, known: tuple[str, ...]) -> None:
    unknown = [option for option in question.options if option not in known]
    if unknown:
        raise InputError(f"{quoted(unknown[0])} is no option here; known are {', '.join(known)}")


def _index(question: Question, right: str) -> int:
    if right not in question.options:
        raise InputError(f"the right answer is not among the options: the run says {quoted(right)}")
    return question.options.index(right)
