"""The right answer of a question, computed from the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, kind_text, number_text, shape_of
from graphstep.ground.errors import InputError, ShapeError, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.evaluate import evaluate
from graphstep.teaching.marking.ordering import OrderAsked, order_asked
from graphstep.teaching.marking.quantities import Quantity, find_node, quantity, wire_between
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.shapes import ShapeAsked, shape_asked
from graphstep.telling.cells import cell
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Explanation
from graphstep.telling.ladders import ladder_of
from graphstep.telling.names import name_of, output_name
from graphstep.telling.reasons import pattern
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE = 0.02
"""Relative error of an answer that still counts as right: a learner with a pencil rounds to two or three digits."""

NEAR_ZERO = 0.005
"""Absolute error that counts as right near zero, so that 0.05 will do for 0.0452; never more than a quarter of the answer."""

WHOLE = 6
"""Cells up to which a whole array may be asked for."""

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
    answer: str
    """The answer in one line: ``df/dx = -4``."""
    step: int
    """The number of the step that tells it."""
    shown_at: int
    """The number of the step from which on a drawing shows it, which is never later: the run waits in front of it."""
    quantity: Quantity | None = None
    """The number, or the small array, that is asked for; None where the answer is none of the run."""
    right: int | None = None
    """The index of the right option; None where a number is to be typed."""
    shape: ShapeAsked | None = None
    """The shape that is asked for; None elsewhere."""
    formula: bool = False
    """Whether a local gradient is asked for as a formula, and not as a number."""
    order: OrderAsked | None = None
    """The gates that are to be put into an order; None elsewhere."""
    parts: tuple[Solution, ...] = ()
    """The numbers that are asked for together, in one line; nothing where it is one answer."""

    @property
    def printed(self) -> str:
        """The question where it stands among others on paper, and quotes none of their answers."""
        if self.question.part is None:
            return self.question.paper or self.wording
        # What is said of a whole tableau says nothing of a number in it, and may quote another one.
        return self.wording if self.quantity is None else self.quantity.wording

    @property
    def example(self) -> str:
        """An example of an answer, for the line where one is typed."""
        if self.right is not None:
            return message(self.trace.writing.language, "example-choice", most=len(self.question.options))
        key = "example-number"
        if self.formula:
            key = "formula-example"
        elif self.shape is not None:
            key = "example-shape"
        elif self.order is not None:
            key = "example-order"
        elif self.parts:
            key = "example-row"
        elif self.quantity is not None and not isinstance(self.quantity.asked, float):
            key = "example-vector" if self.quantity.asked.ndim == 1 else "example-matrix"
        return message(self.trace.writing.language, key)

    @property
    def number(self) -> float | None:
        """The number that is to be typed; None where something else answers it."""
        if self.quantity is None or self.right is not None or self.formula or not isinstance(self.quantity.asked, float):
            return None
        return self.quantity.asked

    @property
    def explanation(self) -> Explanation:
        """The explanation of the step that shows the answer."""
        return explain(self.trace, self.step)

    @property
    def ladder(self) -> str:
        """The answer with the way to it: ``df/dx = df/dq · ∂q/∂x = -4 · 1 = -4``; of a choice the answer alone."""
        if self.quantity is None:
            return self.answer
        if self.right is None and self.quantity.cell is not None and self.quantity.kind in ("value", "gradient", "sum"):
            of: Literal["value", "gradient"] = "value" if self.quantity.kind == "value" else "gradient"
            told_cell = cell(self.trace, self.quantity.node, self.quantity.cell, of)
            # Formulas count from 1 and questions from 0, so of a cell the numbers are said and not the names.
            return self.quantity.name + "".join(f" {rung.relation} {rung.text}" for rung in told_cell.ladder.rungs[-2:])
        if self.right is not None or self.quantity.cell is not None:
            return self.answer
        # Numbers that are too large or undefined are said in words: NumPy need not warn of them as well.
        with np.errstate(all="ignore"):
            ladder = ladder_of(self.trace.step(self.step), local=self.quantity.kind == "local")
        return self.answer if ladder is None else ladder.line


def solve(question: Question, trace: Trace) -> Solution:
    """The solution of a question in a run. InputError when it has none, or when several options would be right."""
    head, colon, rest = question.ask.partition(":")
    if colon and head.strip() == "choice":
        return _choice(question, trace, rest.strip())
    word, _, rest = question.ask.partition(" ")
    if word == "order":
        order = order_asked(trace, rest.strip(), question.options)
        offered, wording = replace(question, options=order.names), question.question or order.wording
        return Solution(offered, trace, wording, order.answer, order.step, order.step, order=order)
    if question.options:
        raise InputError('options belong to a choice: ask = "choice: …"')
    if word == "shape" and rest:
        shape = shape_asked(trace, rest.strip())
        wording = question.question or shape.wording
        return Solution(question, trace, wording, shape.answer, shape.step, shape.step, shape=shape)
    if word == "fill":
        raise InputError("a tableau is for a lesson: here its numbers are asked for one by one")
    if word == "formula":
        return _formula(question, trace, rest.strip())
    asked = quantity(trace, question.ask)
    right = asked.asked
    # What has to be typed cell by cell is an exercise in patience from seven cells on.
    if not isinstance(right, float) and not 0 < right.size <= WHOLE:
        hint = f"name one cell, {_first_cell(question.ask, right.ndim)}" if right.size else ""
        raise InputError(f"{asked.name} is {kind_text(right.shape)}: at most {WHOLE} cells are asked for at once", hint=hint)
    if not np.isfinite(right).all():
        raise InputError(f"{asked.name} is {number_text(right)} here: nobody can type that")
    answer = f"{asked.name} = {number_text(right)}"
    return Solution(question, trace, question.question or asked.sentence, answer, asked.step, asked.shown_at, asked)


def _formula(question: Question, trace: Trace, rest: str) -> Solution:
    """``formula × → z``: the local gradient of a gate of numbers, in the names of the run."""
    asked = quantity(trace, f"local {rest}")
    slope = explain(trace, asked.step).local
    if not isinstance(asked.asked, float) or not np.isfinite(asked.asked) or slope is None or len(slope.rungs) < 2:
        raise InputError(f"{asked.name} is a number by itself: ask for 'local {rest}'")
    assert asked.wire is not None, "a local gradient stands on a wire"
    box = asked.wire.gate.box(trace.node(asked.wire.sender).operands, trace.node(asked.wire.sender).options)
    names = {"slope": asked.name, "box": box, "name": name_of(trace.program, asked.node)}
    wording = question.question or message(trace.writing.language, "ask-formula", **names)
    answer = f"{asked.name} = {slope.texts[0]}"
    return Solution(question, trace, wording, answer, asked.step, asked.step, asked, formula=True)


def agrees(typed: float, right: float) -> bool:
    """Whether an answer is right: within 2 %, or near zero within an absolute 0.005 that keeps its sign."""
    size = abs(right)
    # A quarter of the number at most, or 0 would do for 0.004. What is 0 may come out as 1e-17 where it is added up otherwise.
    return abs(typed - right) <= max(TOLERANCE * size, min(NEAR_ZERO, size / 4), 1e-9)


def agreeing(typed: Number, right: Number) -> NDArray[np.bool_]:
    """Cell by cell whether an answer is right, as :func:`agrees` says it; both are of one shape."""
    if np.size(right) > WHOLE:
        size = np.abs(right)
        near = np.maximum(np.maximum(TOLERANCE * size, np.minimum(NEAR_ZERO, size / 4)), 1e-9)
        return np.asarray(np.abs(np.subtract(typed, right)) <= near)
    # A class has very many small answers, for which NumPy would take longer to begin.
    pairs = zip(np.ravel(typed).tolist(), np.ravel(right).tolist(), strict=True)
    return np.array([agrees(*pair) for pair in pairs], np.bool_).reshape(np.shape(right))


def same(typed: Number, right: Number) -> bool:
    """Whether two values have one shape and agree in every cell."""
    return shape_of(typed) == shape_of(right) and bool(agreeing(typed, right).all())


def _first_cell(ask: str, axes: int) -> str:
    return f'ask = "{ask}[{", ".join("0" * axes)}]"'


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
    answer = text
    if asked is not None and kind is _by_value:
        # The cells of an array are left to its step: the next question may ask for one of them.
        number = isinstance(asked.asked, float)
        answer = f"{text}: {asked.name} = {number_text(asked.asked)}" if number else f"{asked.name} = {text}"
    shown_at = min(step, asked.shown_at) if asked is not None and kind in (_by_value, _of_sign) else step
    return Solution(question, trace, question.question or wording, answer, step, shown_at, asked, right)


def _of_pattern(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``pattern × → z`` or ``pattern sum x``: the options are names of patterns."""
    if rest.startswith("sum "):
        asked = quantity(trace, rest)
        wording = message(trace.writing.language, "question-pattern-sum", name=name_of(trace.program, asked.node))
    else:
        asked = quantity(trace, f"contribution {rest}")
        wording = message(trace.writing.language, "question-pattern", sent=rest.replace("->", "→"))
    _only(question, PATTERNS)
    name = pattern(trace.step(asked.step))
    return wording, _index(question, name or "none"), asked.step, asked


def _of_route(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``route max``: the options are inputs of a gate that chooses, and the right one gets its whole gradient."""
    gate = find_node(trace, rest)
    chosen = trace.gate(gate)
    if chosen is None or not chosen.chooses:
        raise InputError(f"{quoted(rest)} does not choose: a route is asked of max or min")
    wires = [wire_between(trace, rest, option) for option in question.options]
    if trace.node(gate).shape:
        raise InputError(f"{quoted(rest)} chooses cell by cell: ask for a contribution instead")
    winners = [place for place, wire in enumerate(wires) if wire.local == 1]
    if len(winners) != 1:
        raise InputError(f"{'none' if not winners else 'several'} of the options get the gradient of {quoted(rest)}")
    step = min(wire.step for wire in wires)
    return message(trace.writing.language, "question-route", gate=chosen.symbol), winners[0], step, None


def _of_sign(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``sign gradient x``: the options are positive, negative and zero."""
    asked = quantity(trace, rest)
    _only(question, SIGNS)
    sign = "zero" if asked.value == 0 else "positive" if asked.value > 0 else "negative"
    return message(trace.writing.language, "question-sign", name=asked.name), _index(question, sign), asked.step, asked


def _of_steepest(question: Question, trace: Trace, rest: str) -> tuple[str, int, int, Quantity | None]:
    """``steepest``: the options are nodes, and the right one has the largest gradient by size."""
    if rest:
        raise InputError("'steepest' stands alone; the options say between which nodes")
    asked = [quantity(trace, f"gradient {option}") for option in question.options]
    # By size: who is asked for the steepest is asked how fast, and not which way.
    sizes = sorted((abs(each.value) for each in asked), reverse=True)
    # Who rounds must not find another one steepest.
    if agrees(sizes[1], sizes[0]):
        raise InputError("two options have gradients of almost the same size")
    right = next(place for place, each in enumerate(asked) if abs(each.value) == sizes[0])
    out = output_name(trace.program)
    return (
        message(trace.writing.language, "question-steepest", out=out),
        right,
        min(each.shown_at for each in asked),
        asked[right],
    )


def _by_value(question: Question, trace: Trace, about: str) -> tuple[str, int, int, Quantity | None]:
    """``choice: local × → z``: the options are expressions in the names of the run, and the right one has the asked value."""
    asked = quantity(trace, about)
    values = [_option(trace, option) for option in question.options]
    right = [place for place, value in enumerate(values) if value is not None and same(value, asked.asked)]
    if len(right) != 1:
        options = zip(question.options, values, strict=True)
        listed = ", ".join(f"{option} {'does not fit' if x is None else f'= {number_text(x)}'}" for option, x in options)
        raise InputError(
            f"{'no option is' if not right else 'several options are'} {asked.name} = {number_text(asked.asked)}: {listed}"
        )
    return asked.wording, right[0], asked.step, asked


def _option(trace: Trace, option: str) -> Number | None:
    """The value of an option; None where shapes do not go together, which is wrong for a reason."""
    try:
        return evaluate(trace, option).value
    except ShapeError:
        return None


_CHOICES: dict[str, Callable[[Question, Trace, str], tuple[str, int, int, Quantity | None]]] = {
    "pattern": _of_pattern,
    "route": _of_route,
    "sign": _of_sign,
    "steepest": _of_steepest,
}
"""What a choice can be about, besides the value of a quantity."""


def _only(question: Question, forms: tuple[str, ...]) -> None:
    unknown = [option for option in question.options if option not in forms]
    if unknown:
        raise InputError(f"{quoted(unknown[0])} is no option here; known are {', '.join(forms)}")


def _index(question: Question, right: str) -> int:
    if right not in question.options:
        raise InputError(f"the right answer is not among the options: the run says {quoted(right)}")
    return question.options.index(right)
