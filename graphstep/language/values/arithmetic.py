"""Arithmetic in a value: read as a program is, and computed by the gates. Nothing here evaluates text."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphstep.ground import limits
from graphstep.ground.arrays import Number, kind_text, plain, shape_of
from graphstep.ground.errors import LimitError, ReadError, ShapeError, Span, quoted
from graphstep.ground.late import np, quiet
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes

EXAMPLES = "a value is a number such as -2, 0.5, 1/3, 1e-3, pi/2 or inf, or an array such as [0.2, 0.4] or randn(4, 3)"
"""What is said to those who type something else."""

KNOWN = {"inf": math.inf, "nan": math.nan}
"""Names that are values here, and ordinary names inside an expression."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An array inside arithmetic, which is made when all of it is known to fit."""

    shape: tuple[int, ...]
    """Its shape."""
    make: Callable[[], Number]
    """Makes it."""


def check_shape(shape: Sequence[int], text: str, span: Span) -> None:
    """Raise :class:`~graphstep.ground.errors.LimitError` for more axes or cells than :mod:`graphstep.ground.limits` allows."""
    if len(shape) > limits.AXES:
        raise LimitError(f"this array has {len(shape)} axes; at most {limits.AXES} are read", text=text, span=span)
    if limits.cells_of(shape) > limits.CELLS:
        message = f"this array has {limits.cells_text(shape)}; at most {limits.CELLS:,} are read"
        raise LimitError(message, text=text, span=span, hint="take fewer examples, or smaller layers")


def arithmetic(text: str, leaves: Mapping[str, Leaf] | None = None) -> Number:
    """The value of an expression of numerals, constants, functions, and the leaves by name.

    Raises :class:`~graphstep.ground.errors.ReadError` with the place in ``text``; so for a name that is no leaf.
    """
    leaves = leaves or {}
    program = read(text, leaves)
    for name, node in zip(program.inputs, program.nodes, strict=False):
        if name not in KNOWN and name not in leaves:
            raise ReadError(f"{quoted(name)} is not a number", text=program.text, span=node.span, hint=EXAMPLES)
    # Every shape is known, and every limit kept, before the first array is made.
    fitted = infer_shapes(program, {name: leaf.shape for name, leaf in leaves.items()})
    return _computed(fitted.program, leaves)


def number(written: str) -> float:
    """The number that an expression comes to. Raises :class:`~graphstep.ground.errors.ReadError` where it comes to an array."""
    value = arithmetic(written)
    if isinstance(value, float):
        return value
    message = f"a number is needed here, and this is {kind_text(shape_of(value))}"
    raise ReadError(message, text=written, span=(0, len(written)), hint=EXAMPLES)


def number_in(text: str, start: int, written: str, beside: str = "") -> float:
    """The number that a part of a text comes to; errors have their place in the text. ``beside`` is the hint for two numbers."""
    try:
        return number(written)
    except ReadError as error:
        first, last = error.span or (0, len(written))
        hint = beside if beside and "side by side" in error.message else error.hint
        raise type(error)(error.message, text=text, span=(start + first, start + last), hint=hint) from None


def _computed(program: Program, leaves: Mapping[str, Leaf]) -> Number:
    values: list[Any] = []
    last_read = _last_read(program)
    with quiet():
        for index, node in enumerate(program.nodes):
            if node.rule is None:
                name = node.name or ""
                value = leaves[name].make() if name in leaves else KNOWN[name]
            else:
                inputs = [values[x] if isinstance(x, int) else np.float64(x.value) for x in node.operands]
                value = _gate(program, node, inputs)
            values.append(value if isinstance(value, np.ndarray) else np.float64(value))
            # By hand and not by a run: a value needs no gradients, no plan and no steps.
            for _, source in node.sources:
                if last_read[source] == index:
                    # A value of many terms would otherwise keep an array for each.
                    values[source] = None
    return plain(values[program.output])


def _last_read(program: Program) -> list[int]:
    """By node, the last gate that reads it; the output is kept."""
    last = [-1] * len(program.nodes)
    for index, node in enumerate(program.nodes):
        for _, source in node.sources:
            last[source] = index
    last[program.output] = -1
    return last


def _gate(program: Program, node: Node, inputs: list[Any]) -> Any:
    from graphstep.gates.numbers import value
    from graphstep.gates.rule import MisfitError

    row = node.rule
    assert row is not None, "an input is given"
    try:
        return value(row, [np.asarray(x) for x in inputs], row.settings(node.options))
    except MisfitError as error:
        shapes = " and ".join(str(shape_of(plain(x))) for x in inputs)
        message = f"{row.symbol} cannot take the shapes {shapes}: {error.reason}"
        raise ShapeError(message, text=program.text, span=node.span, hint=error.fits) from None
