"""Filters, windows, and products over named indices: ``conv2d``, ``convolve``, ``max_pool2d``, ``einsum``."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from graphstep.language.read.numpy.arrays import reshaped
from graphstep.language.read.numpy.pieces import Piece, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, Wholes, fitting, reads, word

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@reads("einsum")
def _over_indices(site: Site, first: ast.expr, *rest: ast.expr, optimize: ast.expr | None = None) -> Piece:
    """``einsum``, with the indices as a text, or as numbers behind each array."""
    del optimize
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        written, arrays = first.value, rest
        if not re.fullmatch(r"[A-Za-z.,>\s-]{1,200}", written):
            raise UnfitError
    else:
        pairs = first, *rest
        indices = [_letters(site, each) for each in pairs[1::2]]
        written = ",".join(indices) + (f"->{_letters(site, pairs[-1])}" if len(pairs) % 2 else "")
        arrays = pairs[: len(indices) * 2 : 2]
    if not arrays:
        raise UnfitError
    return site.call("einsum", f'"{"".join(written.split())}"', *map(site.of.value, arrays))


def _letters(site: Site, node: ast.expr) -> str:
    if not isinstance(node, ast.Tuple | ast.List):
        raise UnfitError
    letters = ""
    for each in node.elts:
        number = site.of.whole(each)
        if isinstance(each, ast.Constant) and each.value is Ellipsis:
            letters += "..."
        elif number is not None and 0 <= number < len(_LETTERS):
            letters += _LETTERS[number]
        else:
            raise UnfitError
    return letters


@reads("conv1d", "conv2d")
def _filters(
    site: Site,
    x: Piece,
    weight: Piece,
    bias: Piece | None = None,
    stride: ast.expr | None = None,
    padding: ast.expr | None = None,
) -> Piece:
    """PyTorch's ``conv1d`` and ``conv2d``, which turn no filter around."""
    if not site.is_torch:
        raise UnfitError
    options = [
        f"{key}={_sizes(_over_axes(site, fitting(site.of.wholes(node))))}"
        for key, node in (("stride", stride), ("padding", padding))
        if node is not None and word(node) != "valid"
    ]
    return site.call(site.name.lower(), x, weight, *([bias] if bias is not None else []), *options)


def _axes(site: Site) -> int:
    """How many axes a function slides over, which its name says: ``conv2d``."""
    return int(site.name[-2])


def _over_axes(site: Site, sizes: Wholes) -> Wholes:
    """A size for every axis, or one for all of them; UnfitError for any other number of sizes."""
    if len(sizes) not in (1, _axes(site)):
        raise UnfitError
    return sizes


def _sizes(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


@reads("max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d")
def _pool(site: Site, x: Piece, kernel_size: Wholes, stride: Wholes | None = None) -> Piece:
    axes = _axes(site)
    options = [
        f"{name}={_sizes((_over_axes(site, sizes) * axes)[:axes])}"
        for name, sizes in (("size", kernel_size), ("stride", stride))
        if sizes is not None
    ]
    if "max" in site.name.lower():
        return site.call("max_pool", x, *options)
    return site.call("mean", call("windows", [x, *options], x.span), "axis=-1")


@reads("convolve")
def _convolution(site: Site, x: Piece, y: Piece, mode: str = "full") -> Piece:
    """NumPy's and SciPy's ``convolve`` of two vectors or two matrices, which turns the second one around."""
    one, other = site.shape(x), site.shape(y)
    axes, span = len(one), site.span
    if axes not in (1, 2) or len(other) != axes or mode not in ("full", "same", "valid") or 0 in (*one, *other):
        raise UnfitError
    turned = y
    for axis in range(axes):
        turned = call("flip", [turned, f"axis={axis}"], span)
    image, filters = reshaped(site, x, (1, *one)), reshaped(site, turned, (1, 1, *other))
    whole = call(f"conv{axes}d", [image, filters, f"padding={_sizes([size - 1 for size in other])}"], span)
    if mode == "full":
        return reshaped(site, whole, [a + b - 1 for a, b in zip(one, other, strict=True)])
    cuts = []
    for a, b in zip(one, other, strict=True):
        # SciPy's same is as large as the first, NumPy's as the larger.
        size = abs(a - b) + 1 if mode == "valid" else a if site.library == "scipy" else max(a, b)
        start = (a + b - 1 - size) // 2
        cuts.append(f"{start}:{start + size}")
    return indexed(whole, ["0", *cuts], span)
