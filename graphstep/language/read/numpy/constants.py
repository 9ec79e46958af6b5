"""New arrays, of numbers that are written out, and by numbers of classes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from graphstep.language.read.numpy.arrays import sizes_of
from graphstep.language.read.numpy.pieces import Piece, atom, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, Wholes, fitting, reads


def _constant(site: Site, shape: Sequence[int]) -> Piece:
    """Zeros or ones, as the name of the function says."""
    zero = site.name.startswith("zeros")
    return site.call("zeros" if zero else "ones", *map(str, shape)) if shape else atom("0" if zero else "1", site.span)


@reads("zeros", "ones", size="shape")
def _new(
    site: Site, *sizes: ast.expr, shape: Wholes | None = None, device: ast.expr | None = None, requires_grad: bool = False
) -> Piece:
    del device
    _refuse_gradient(site, requires_grad)
    return _constant(site, sizes_of(site, sizes) if shape is None else shape)


def _refuse_gradient(site: Site, requires_grad: bool) -> None:
    if requires_grad:
        hint = "give it a name in a line of its own, w = …, before the name is read: w is an input then"
        raise site.refusal("an array that is written out is data, and gets no gradient", hint)


@reads("zeros_like", "ones_like")
def _like(site: Site, x: Piece) -> Piece:
    return _constant(site, site.shape(x))


@reads("full_like")
def _full_like(site: Site, x: Piece, fill_value: Piece) -> Piece:
    return site.call("fill", fill_value, *map(str, site.shape(x)))


@reads("full")
def _full(site: Site, shape: Wholes, fill_value: Piece) -> Piece:
    return site.call("fill", fill_value, *map(str, fitting(shape or None)))


@reads("eye", "identity")
def _eye(site: Site, n: int, m: int | None = None) -> Piece:
    if m not in (None, n):
        raise UnfitError
    return site.call("eye", str(n))


@reads("arange", "range")
def _numbers(site: Site, *ends: ast.expr, device: ast.expr | None = None) -> Piece:
    """``np.arange(5)``."""
    del device
    if not 1 <= len(ends) <= 3:
        raise UnfitError
    counts = [site.of.count(each) for each in ends]
    if None in counts:
        raise site.refusal(
            "whole numbers that are known before anything is run stand here", "give other numbers a name: x=[0, 0.1]"
        )
    return site.call("range", *[count for count in counts if count is not None])


@reads("array", "asarray", "tensor", "as_tensor", "constant", "float64", "float32")
def _array(
    site: Site, x: Piece, dtype: ast.expr | None = None, device: ast.expr | None = None, requires_grad: bool = False
) -> Piece:
    del dtype, device
    _refuse_gradient(site, requires_grad)
    return x


@reads("one_hot")
def _one_hot(site: Site, y: Piece, num_classes: int) -> Piece:
    return indexed(call("eye", [str(num_classes)], site.span), [site.of.named(y, "i")], site.span)


@reads("embedding")
def _embedding(site: Site, ids: Piece, weight: Piece) -> Piece:
    return indexed(weight, [site.of.named(ids, "i")], site.span)
