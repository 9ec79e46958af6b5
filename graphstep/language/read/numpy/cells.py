"""Cells of arrays: diagonals, triangles, parts that are picked or masked, and conditions put together."""

from __future__ import annotations

import ast

from graphstep.gates.typed import ATOM
from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.numpy.arrays import flat, moved
from graphstep.language.read.numpy.expressions import INFINITY
from graphstep.language.read.numpy.pieces import Piece, atom, binary, call, indexed, negative
from graphstep.language.read.numpy.sites import Site, UnfitError, Wholes, axes_among, fitting, reads, word


@reads("diag")
def _diagonal_or_matrix(site: Site, x: Piece, k: int = 0) -> Piece:
    """The cells on a diagonal of a matrix; of a vector the matrix with it on a diagonal."""
    shape = site.shape(x)
    return _matrix(site, x, shape[0], k) if len(shape) == 1 else _diagonal(site, x, k)


@reads("diagonal")
def _diagonal(site: Site, x: Piece, offset: int = 0, one: int | None = None, other: int | None = None) -> Piece:
    """The cells on a diagonal of the matrices that two axes span: the first two, in numpy.linalg the last two."""
    shape, usual = site.shape(x), (-2, -1) if "linalg." in site.path else (0, 1)
    axes = axes_among((usual[0] if one is None else one, usual[1] if other is None else other), len(shape))
    rows, columns = (shape[axis] for axis in axes)
    count = min(rows + min(offset, 0), columns - max(offset, 0))
    if count < 1 or axes[0] == axes[1]:
        raise UnfitError
    rest = [axis for axis in range(len(shape)) if axis not in axes]
    # The two axes go to the end: two ranges of one length pick cell by cell, and the diagonal is the last axis, as in NumPy.
    down = f"range({-offset}, {count - offset})" if offset < 0 else f"range({count})"
    across = f"range({offset}, {count + offset})" if offset > 0 else f"range({count})"
    return indexed(moved(site, x, [*rest, *axes]), ["..."] * bool(rest) + [down, across], site.span)


def _matrix(site: Site, x: Piece, size: int, offset: int) -> Piece:
    """A vector on a diagonal of a matrix of zeros."""
    span = site.span
    middle = binary("*", call("eye", [str(size)], span), x, span)
    if not offset:
        return middle
    whole = call("eye", [str(size + abs(offset))], span)
    rows = indexed(whole, [":", f":{size}" if offset > 0 else f"{-offset}:"], span)
    columns = indexed(whole, [f"{offset}:" if offset > 0 else f":{size}"], span)
    # Cells are put nowhere here: a product with rows and columns of an identity moves the diagonal.
    return binary("@", binary("@", rows, middle.within(ATOM), span), columns, span)


@reads("trace")
def _trace(site: Site, x: Piece, offset: int = 0, one: int | None = None, other: int | None = None) -> Piece:
    return site.call("sum", _diagonal(site, x, offset, one, other), "axis=-1")


@reads("tril", "triu", diagonal="k")
def _triangle(site: Site, x: Piece, k: int = 0) -> Piece:
    return site.call(site.name, x, *([f"diagonal={k}"] if k else []))


@reads("flip")
def _flip(site: Site, x: Piece, axis: Wholes | None = None) -> Piece:
    for each in range(len(site.shape(x))) if axis is None else axis:
        x = site.call("flip", x, f"axis={each}")
    return x


@reads("take", indices="places")
def _take(site: Site, x: Piece, places: ast.expr, axis: int | None = None) -> Piece:
    if axis is None:
        x, axis = flat(x), 0
    return indexed(x, [*[":"] * site.axis(x, axis), fitting(site.of.entry(places))], site.span)


@reads("index_select", index="places")
def _select(site: Site, x: Piece, axis: int, places: ast.expr) -> Piece:
    return _take(site, x, places, axis)


@reads("masked_fill")
def _masked(site: Site, x: Piece, mask: Piece, value: Piece) -> Piece:
    return site.call("where", mask, value, x)


@reads("logical_and", "logical_or", "logical_xor", "logical_not")
def _logical(site: Site, *pieces: Piece) -> Piece:
    how, span = plain_name(site.name).removeprefix("logical"), site.span
    if len(pieces) != (1 if how == "not" else 2):
        raise UnfitError
    truths = [each if site.of.is_condition(each) else binary("!=", each, atom("0", span), span) for each in pieces]
    return binary("-", atom("1", span), truths[0], span) if how == "not" else site.of.both(truths[0], truths[1], how, site.node)


@reads("astype", "to", "type", "requires_grad_", "ascontiguousarray")
def _same(site: Site) -> Piece:
    """The input unchanged: of copies, types and devices."""
    return site.of.value(fitting(site.arguments or None)[0])


@reads("float", builtin=True)
def _converted(site: Site, x: ast.expr) -> Piece:
    """``float(x)`` of a number."""
    text = word(x) or ""
    if text.lstrip("+-").lower() in ("inf", "infinity"):
        infinity = atom(INFINITY, site.span)
        return negative(infinity, infinity.span) if text[0] == "-" else infinity
    return site.of.value(x)
