"""Products that add up along axes: ``dot``, ``inner``, ``outer``, ``tensordot``."""

from __future__ import annotations

import ast
from math import prod

from graphstep.gates.typed import ATOM
from graphstep.language.read.numpy.arrays import flat, moved, reshaped
from graphstep.language.read.numpy.pieces import Piece, binary, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, axes_among, entries, fitting, reads


@reads("dot")
def _product(site: Site, x: Piece, y: Piece) -> Piece:
    """``np.dot``: a product where one side is a number, else a sum over the last axis and the last but one."""
    one, other = site.of.shape(x), site.of.shape(y)
    if one == () or other == ():
        return binary("*", x, y, site.span)
    if one is None or other is None or len(other) == 2 or (len(other) < 2 and len(one) <= 2):
        return binary("@", x, y, site.span)
    return _contracted(site, x, y, max(len(other) - 2, 0))


def _contracted(site: Site, x: Piece, y: Piece, axis: int) -> Piece:
    """The sum over the last axis of x and an axis of y: a product of two matrices, whose cells then get their other axes."""
    one, other = site.shape(x), site.shape(y)
    rest = [each for each in range(len(other)) if each != axis]
    left = x if len(one) == 1 else reshaped(site, x, (-1, one[-1]))
    right = moved(site, y, [axis, *rest])
    if len(other) > 2:
        right = reshaped(site, right, (other[axis], -1))
    return reshaped(site, binary("@", left, right, site.span), (*one[:-1], *(other[each] for each in rest)))


@reads("inner")
def _inner(site: Site, x: Piece, y: Piece) -> Piece:
    """A sum over the last axis of both."""
    one, other = site.shape(x), site.shape(y)
    if not one or not other:
        return binary("*", x, y, site.span)
    if len(other) <= 2:
        return binary("@", x, y if len(other) == 1 else site.of.flipped(y, site.node), site.span)
    return _contracted(site, x, y, len(other) - 1)


@reads("outer", "ger")
def _outer(site: Site, x: Piece, y: Piece) -> Piece:
    return site.call("outer", *(_as_vector(site, each) for each in (x, y)))


def _as_vector(site: Site, x: Piece) -> Piece:
    shape = site.of.shape(x)
    if shape is None or len(shape) == 1:
        return x
    return flat(x) if shape else call("fill", [x, "1"], x.span)


@reads("tensordot")
def _tensordot(site: Site, x: Piece, y: Piece, axis: ast.expr | None = None) -> Piece:
    one, other = site.shape(x), site.shape(y)
    pair = entries(axis)
    if not pair:
        count = 2 if axis is None else fitting(site.of.whole(axis))
        left, right = [*range(len(one) - count, len(one))], [*range(count)]
    elif len(pair) == 2:
        left, right = (
            axes_among(fitting(site.of.wholes(each)), len(shape)) for each, shape in zip(pair, (one, other), strict=True)
        )
    else:
        raise UnfitError
    free = [axis for axis in range(len(one)) if axis not in left], [axis for axis in range(len(other)) if axis not in right]
    span = site.span
    if not left and (not one or not other):
        return binary("*", x, y, span)
    # What is contracted goes to the inner sides, so that one matrix product is left of it.
    inner = prod(one[axis] for axis in left)
    a = reshaped(site, moved(site, x, [*free[0], *left]), (prod(one[k] for k in free[0]), inner))
    b = reshaped(site, moved(site, y, [*right, *free[1]]), (inner, prod(other[k] for k in free[1])))
    shape = (*(one[k] for k in free[0]), *(other[k] for k in free[1]))
    product = binary("@", a, b, span)
    return reshaped(site, product, shape) if shape else indexed(Piece(("(", product, ")"), ATOM, span), ["0", "0"], span)
