"""Questions about shapes: of a value, of a gradient, and of the Jacobian that a gate never forms.

``shape q`` asks for the shape of a value, ``shape df/dW`` (or ``shape dW``, ``shape gradient W``) for that of a gradient, and
``shape jacobian @ → x`` for rows and columns of a Jacobian: a row a cell of the gate, a column a cell of its input.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial
from typing import Literal

from graphstep.analysis.facts import Named, Reason, reason
from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.quantities import bare, find_node, wire_between
from graphstep.teaching.marking.question import send_of
from graphstep.telling.derivatives import gradient_name, objective_name
from graphstep.telling.names import name_of, names_of, output_name
from graphstep.telling.words.catalogue import kind, message

# However learners write a shape: ``2×3``, ``2 x 3``, ``2 by 3``, ``(2, 3)``.
_ENTRIES = re.compile(r"\d{1,9}(?:(?:\s*(?:×|x|\*|,|;|by)\s*|\s+)\d{1,9})*\s*,?", re.IGNORECASE)
NUMBER_WORDS = ("number", "a number", "one number", "a single number", "scalar", "a scalar")
"""What the shape of a single number is called."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapeAsked:
    """A shape that a lesson asks for."""

    of: Literal["value", "gradient", "jacobian"]
    """What has it."""
    trace: Trace
    """The run."""
    node: int
    """The node whose value or gradient has it; of a Jacobian the gate's input."""
    name: str
    """How that is written: ``q``, ``df/dW``."""
    shape: Shape
    """The shape."""
    step: int
    """The number of the step that first shows it."""
    wording: str
    """The question for it."""

    @property
    def answer(self) -> str:
        """The answer in one line: ``df/dW is a 2×2 matrix``."""
        name = self.name[:1].upper() + self.name[1:] if self.of == "jacobian" else self.name
        language = self.trace.writing.language
        return message(language, "shape-is", name=name, kind=kind(language, self.shape))


def shape_asked(trace: Trace, text: str) -> ShapeAsked:
    """What ``shape TEXT`` asks for. InputError where there is none, or where it is given from the start."""
    say = partial(message, trace.writing.language)
    word, _, rest = text.partition(" ")
    if word == "jacobian" and rest:
        return _of_jacobian(trace, rest.strip())
    # A node may be called dW: only what is no node of the run is taken for a gradient.
    by = _differentiated(trace, text)
    if by is None:
        node = find_node(trace, text)
        step, name = trace.step_of_value(node), name_of(trace.program, node)
        if step == 0:
            raise InputError(f"{name} is an input: its shape is given with its value, so there is nothing to ask")
        return ShapeAsked("value", trace, node, name, trace.node(node).shape, step, say("question-shape", name=name))
    node = find_node(trace, by)
    if trace.gradient(node) is None:
        raise InputError(f"{name_of(trace.program, node)} gets no gradient")
    name, arrival = gradient_name(trace, node), trace.step_of_gradient(node)
    wording = say("question-shape-of-gradient", gradient=name, name=name_of(trace.program, node))
    step = trace.seed_step if arrival is None else arrival
    return ShapeAsked("gradient", trace, node, name, trace.node(node).shape, step, wording)


def typed_shape(text: str) -> Shape | None:
    """The shape that a person types: ``2×3``, ``2x3``, ``(2, 3)``, ``2 by 3``, ``number``; None for any other text.

    >>> typed_shape("2 x 3"), typed_shape("(2,)"), typed_shape("()"), typed_shape("wide")
    ((2, 3), (2,), (), None)
    """
    plain = text.strip().casefold()
    # Any bracket will do, and need not be of one kind: a shape is read, and no Python.
    if plain[:1] in "([" and plain[-1:] in ")]" and len(plain) > 1:
        plain = plain[1:-1].strip()
        if not plain:
            return ()
    if plain in NUMBER_WORDS:
        return ()
    if not plain or _ENTRIES.fullmatch(plain) is None:
        return None
    return tuple(int(entry) for entry in re.findall(r"\d+", plain))


def same_shape(typed: Shape, right: Shape) -> bool:
    """Whether a typed shape is the right one; who types 1 for a single number means that."""
    return typed == right or (right == () and typed == (1,))


def slips_of_shape(asked: ShapeAsked) -> Iterator[tuple[Shape, Reason]]:
    """Wrong shapes that have a reason, each with what to say; the most likely first."""
    trace, shape = asked.trace, asked.shape
    if len(shape) > 1:
        # Of a square matrix, and of (), that is the right shape: who goes through these leaves out what is.
        yield shape[::-1], reason("shape-turned")
        yield (math.prod(shape),), reason("shape-count")
    if asked.of == "jacobian":
        yield trace.node(asked.node).shape, reason("shape-of-input", name=Named(asked.node))
    elif asked.of == "gradient":
        for wire in trace.arrivals(asked.node):
            yield trace.node(wire.sender).shape, reason("shape-of-sender", name=Named(wire.sender))
    else:
        for _, operand in trace.node(asked.node).sources:
            yield trace.node(operand).shape, reason("shape-of-operand", name=Named(operand))


def _differentiated(trace: Trace, text: str) -> str | None:
    """The node whose gradient ``df/dW``, ``gradient W`` or ``dW`` names; None where a value is named."""
    letter, goal = names_of(trace.program).change, objective_name(trace)
    if slope := re.fullmatch(rf"(?:∂|{letter})\s*(?P<of>\w+|\(\w+\))\s*/\s*(?:∂|{letter})\s*(?P<by>.+)", text):
        if bare(slope["of"]) not in (goal, output_name(trace.program)):
            raise InputError(f"{quoted(text)} is no gradient: write {letter}{goal}/{letter}…, or jacobian GATE → NODE")
        return bare(slope["by"])
    word, _, rest = text.partition(" ")
    if word == "gradient" and rest:
        return rest.strip()
    return text[1:] if text[:1] == "d" and text[1:] and trace.program.find(text) is None else None


def _of_jacobian(trace: Trace, text: str) -> ShapeAsked:
    wire = wire_between(trace, *send_of(text))
    node = trace.node(wire.sender)
    shape = (math.prod(node.shape), math.prod(wire.shape))
    say = partial(message, trace.writing.language)
    ends = {"gate": wire.gate.box(node.operands, node.options), "name": name_of(trace.program, wire.receiver)}
    name, wording = say("the-jacobian", **ends), say("question-jacobian", **ends)
    return ShapeAsked("jacobian", trace, wire.receiver, name, shape, wire.step, wording)
