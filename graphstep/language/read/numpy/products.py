"""Products that add up along axes: ``dot``, ``inner``, ``outer``, ``tensordot``."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.arrays import axes_of, moved, reshaped
from graphstep.language.read.numpy.pieces import ATOM, Piece, binary, call, indexed

if TYPE_CHECKING:
    from graphstep.ground.operands import Shape
    from graphstep.language.read.numpy.calls import Call, Calls


def _product(of: Calls, site: Call) -> Piece | None:
    """``np.dot``: a product where one side is a number, else a sum over the last axis and the last but one."""
    if len(site.arguments) != 2 or site.keywords:
        return None
    x, y = (of.value(each) for each in site.arguments)
    one, other = of.shape(x), of.shape(y)
    span = of.source.span(site.node)
    if one == () or other == ():
        return binary("*", x, y, span)
    if one is None or other is None or len(other) <= 2:
        return (
            binary("@", x, y, span)
            if one is None or other is None or len(one) <= 2 or len(other) == 2
            else _dot(of, x, y, one, other, site)
        )
    return _dot(of, x, y, one, other, site)


def _dot(of: Calls, x: Piece, y: Piece, one: Shape, other: Shape, site: Call) -> Piece:
    """Of arrays with more axes: as matrices, whose product has the other axes again."""
    span = of.source.span(site.node)
    last = len(other) - 2 if len(other) > 1 else 0
    rest = [axis for axis in range(len(other)) if axis != last]
    left = x if len(one) == 1 else reshaped(of, x, (-1, one[-1]), site)
    right = moved(of, y, [last, *rest], site) if len(other) > 1 else y
    if len(other) > 2:
        right = reshaped(of, right, (other[last], -1), site)
    product = binary("@", left, right, span)
    return reshaped(of, product, (*one[:-1], *(other[axis] for axis in rest)), site)


def _inner(of: Calls, site: Call) -> Piece | None:
    """A sum over the last axis of both."""
    if len(site.arguments) != 2 or site.keywords:
        return None
    x, y = (of.value(each) for each in site.arguments)
    one, other = of.needed_shape(x, site.node), of.needed_shape(y, site.node)
    span = of.source.span(site.node)
    if not one or not other:
        return binary("*", x, y, span)
    if len(other) == 1:
        return binary("@", x, y, span)
    axes = [len(other) - 1, *range(len(other) - 1)]
    if len(other) == 2:
        return binary("@", x, of.flipped(y, site.node), span)
    right = reshaped(of, moved(of, y, axes, site), (other[-1], -1), site)
    left = x if len(one) == 1 else reshaped(of, x, (-1, one[-1]), site)
    return reshaped(of, binary("@", left, right, span), (*one[:-1], *other[:-1]), site)


def _outer(of: Calls, site: Call) -> Piece | None:
    if len(site.arguments) != 2 or site.keywords:
        return None
    pieces = []
    for each in site.arguments:
        x = of.value(each)
        shape = of.shape(x)
        if shape == ():
            x = call("fill", [x, "1"], x.span)
        elif shape is not None and len(shape) > 1:
            x = call("reshape", [x, "-1"], x.span)
        pieces.append(x)
    return of.piece("outer", pieces, site)


def _tensordot(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "y", "axis=")
    if inputs is None or inputs["x"] is None or inputs["y"] is None:
        return None
    x, y = of.value(inputs["x"]), of.value(inputs["y"])
    one, other = of.needed_shape(x, site.node), of.needed_shape(y, site.node)
    entries = of.entries(inputs["axis"])
    left: list[int] | None
    right: list[int] | None
    if entries is None:
        count = 2 if inputs["axis"] is None else of.whole(inputs["axis"])
        if count is None:
            return None
        left, right = [*range(len(one) - count, len(one))], [*range(count)]
    else:
        if len(entries) != 2:
            return None
        left, right = axes_of(of, entries[0], len(one)), axes_of(of, entries[1], len(other))
        if left is None or right is None:
            return None
    free = [axis for axis in range(len(one)) if axis not in left], [axis for axis in range(len(other)) if axis not in right]
    span = of.source.span(site.node)
    if not left and (not one or not other):
        return binary("*", x, y, span)
    inner = prod(one[axis] for axis in left)
    a = reshaped(of, moved(of, x, [*free[0], *left], site), (prod(one[k] for k in free[0]), inner), site)
    b = reshaped(of, moved(of, y, [*right, *free[1]], site), (inner, prod(other[k] for k in free[1])), site)
    shape = (*(one[k] for k in free[0]), *(other[k] for k in free[1]))
    product = binary("@", a, b, span)
    return reshaped(of, product, shape, site) if shape else indexed(Piece(("(", product, ")"), ATOM, span), ["0", "0"], span)


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    "dot": _product,
    "inner": _inner,
    **dict.fromkeys(("outer", "ger"), _outer),
    "tensordot": _tensordot,
}
"""By name without underscores."""
