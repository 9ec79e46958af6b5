"""How often something is repeated: whole numbers, names of whole numbers, and the lengths of arrays, added or subtracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphstep.ground.arrays import shape_of, shape_text
from graphstep.ground.errors import ReadError, Span, quoted
from graphstep.ground.operands import Constant, Shape

if TYPE_CHECKING:
    from graphstep.language.read.builder import Builder

_TERM = re.compile(
    r"[ \t]*(?:(?P<whole>[0-9]+)(?![.\w])|(?P<len>len[ \t]*\([ \t]*(?P<of>[^\W\d]\w*)[ \t]*(?:,[ \t]*(?:axis[ \t]*=[ \t]*)?"
    r"(?P<axis>[0-9]+)[ \t]*)?\))|(?P<name>[^\W\d]\w*)(?![ \t]*[(\w]))[ \t]*"
)
_WORDS = re.compile(r"[^\W\d]\w*")
_DIGITS = 15
"""Digits of a whole number here: nothing is repeated as often."""


def read_count(builder: Builder, span: Span) -> int:
    """The whole number that stands at a place: ``20``, ``T``, ``len(x, 1) - 1``. ReadError for anything else."""
    text, (start, stop) = builder.text, span
    total, sign, place = 0, 1, start
    while True:
        term = _TERM.match(text, place, stop)
        if term is None:
            raise _no_count(text, span)
        total += sign * _value(builder, term)
        place = term.end()
        if place == stop:
            return total
        if text[place] not in "+-−":
            raise _no_count(text, span)
        sign, place = (1 if text[place] == "+" else -1), place + 1


def known_count(builder: Builder, span: Span) -> int | None:
    """The whole number that stands at a place, where it is made of whole numbers and names of whole numbers; None elsewhere."""
    words = list(_WORDS.finditer(builder.text, *span))
    values = (builder.known(word[0]) for word in words)
    if not words or not all(isinstance(x, Constant) and x.value.is_integer() for x in values):
        return None
    return read_count(builder, span)


def _no_count(text: str, span: Span) -> ReadError:
    written = text[slice(*span)].strip()
    return ReadError(
        f"a count is a whole number, and {quoted(written)} is none",
        text=text,
        span=span,
        hint="write a whole number, the name of one, or len(x) or len(x, axis); + and - may stand between them",
    )


def _value(builder: Builder, term: re.Match[str]) -> int:
    if term["whole"]:
        if len(term["whole"].lstrip("0")) > _DIGITS:
            raise _no_count(builder.text, term.span("whole"))
        return int(term["whole"])
    if term["len"]:
        return _length(builder, term)
    name, span = term["name"], term.span("name")
    value = builder.known(name)
    if isinstance(value, Constant) and value.value.is_integer():
        if builder.scope.frame:
            builder.frames.read_constant(builder.scope.frame, span, value.text)
        return int(value.value)
    what = "is no whole number"
    if value is None or (isinstance(value, int) and value < 0):
        what = "is an input" if value is not None or name in builder.given or name in builder.inputs else "has no value above"
    elif isinstance(value, int):
        what = "is computed"
    raise ReadError(
        f"{quoted(name)} {what}, and a count is needed when the program is built",
        text=builder.text,
        span=span,
        hint=f"write the number itself, or above: {name} = 20; how long an input is may be used: len(x)",
    )


def _length(builder: Builder, term: re.Match[str]) -> int:
    name, span = term["of"], term.span("of")
    shape = _shape(builder, name, span)
    axis = int(term["axis"] or 0)
    if axis >= len(shape):
        what = f"has the shape {shape_text(shape)}" if shape else "is a single number"
        hint = "axes are counted from 0" if shape else "only arrays have a length"
        raise ReadError(
            f"{name} {what}: there is no length along axis {axis}", text=builder.text, span=term.span("len"), hint=hint
        )
    return shape[axis]


def _shape(builder: Builder, name: str, span: Span) -> Shape:
    value = builder.known(name)
    if isinstance(value, Constant):
        return ()
    if isinstance(value, int) and value >= 0:
        # What is computed has a shape once all inputs have theirs. Inputs are negative here: ~k is the k-th.
        wanted = list(builder.inputs)
    else:
        wanted = [name if value is None else list(builder.inputs)[~value]]
    shapes = {each: _given_shape(builder, each, span) for each in wanted}
    builder.lengths.update(shapes)
    if value is None or value < 0:
        return shapes[wanted[0]]
    from graphstep.language.shapes import infer_shapes

    # The shape of what is computed: of the program up to here, once for each len(h) in it.
    fitted = infer_shapes(builder.program_so_far(value), shapes)
    return fitted.program.nodes[fitted.program.output].shape


def _given_shape(builder: Builder, name: str, span: Span) -> Shape:
    given: Any = builder.given
    if name not in given or not isinstance(given, Mapping):
        raise ReadError(
            f"how long this is is not known: the value of {quoted(name)} is needed when the program is built",
            text=builder.text,
            span=span,
            hint=f"give it behind the program: {name}=[1, 2, 3]",
        )
    return shape_of(given[name])
