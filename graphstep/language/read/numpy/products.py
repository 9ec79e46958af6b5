"""Products that add up along axes: ``dot``, ``tensordot``, ``einsum``, and those that slide: ``conv2d``, ``max_pool2d``."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from graphstep.language.read.numpy.arrays import flat, reshaped
from graphstep.language.read.numpy.pieces import Piece, binary, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, Wholes, axes_among, entries, fitting, reads, word

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@reads("dot")
def _product(site: Site, x: Piece, y: Piece) -> Piece:
    """``np.dot``: a product where one side is a number, else a sum over the last axis and the last but one."""
    one, other = site.of.shape(x), site.of.shape(y)
    if one == () or other == ():
        return binary("*", x, y, site.span)
    if one is None or other is None or (len(other) <= 2 and len(one) <= 2) or len(other) == 2:
        return binary("@", x, y, site.span)
    return _contracted(site, x, y, [len(one) - 1], [max(len(other) - 2, 0)])


def _contracted(site: Site, x: Piece, y: Piece, left: Sequence[int], right: Sequence[int]) -> Piece:
    """The sum over axes of x and as many of y: the other axes of both stay, those of x in front."""
    letters = iter(_LETTERS)
    one = [next(letters) for _ in site.shape(x)]
    other = [one[left[right.index(k)]] if k in right else next(letters) for k in range(len(site.shape(y)))]
    kept = [each for k, each in enumerate(one) if k not in left] + [each for k, each in enumerate(other) if k not in right]
    return site.call("einsum", f'"{"".join(one)},{"".join(other)}->{"".join(kept)}"', x, y)


@reads("inner")
def _inner(site: Site, x: Piece, y: Piece) -> Piece:
    """A sum over the last axis of both."""
    one, other = site.shape(x), site.shape(y)
    if not one or not other:
        return binary("*", x, y, site.span)
    if len(other) <= 2:
        return binary("@", x, y if len(other) == 1 else site.of.flipped(y, site.node), site.span)
    return _contracted(site, x, y, [len(one) - 1], [len(other) - 1])


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
    return _contracted(site, x, y, left, right) if one and other else binary("*", x, y, site.span)


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
    stride: Wholes = (1,),
    padding: ast.expr | None = None,
    dilation: Wholes = (1,),
    groups: int = 1,
) -> Piece:
    """PyTorch's ``conv1d`` and ``conv2d``, which turn no filter around."""
    if not site.is_torch or {*dilation, groups} != {1}:
        raise UnfitError
    edges: Wholes = (0,) if word(padding) == "valid" or padding is None else fitting(site.of.wholes(padding))
    told = (("stride", stride, 1), ("padding", edges, 0))
    options = [f"{key}={_sizes(_over_axes(site, sizes))}" for key, sizes, usual in told if {*sizes} != {usual}]
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
def _pool(
    site: Site,
    x: Piece,
    kernel_size: Wholes,
    stride: Wholes | None = None,
    padding: Wholes = (0,),
    dilation: Wholes = (1,),
    *,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Piece:
    if {*padding} != {0} or {*dilation} != {1} or ceil_mode or return_indices:
        raise UnfitError
    axes = _axes(site)
    size, step = ((_over_axes(site, sizes) * axes)[:axes] for sizes in (kernel_size, stride or kernel_size))
    options = [f"size={_sizes(size)}", *([f"stride={_sizes(step)}"] if step != size else [])]
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
    # A convolution turns its filter around; conv1d and conv2d, like those of all frameworks, do not.
    turned = y
    for axis in range(axes):
        turned = call("flip", [turned, f"axis={axis}"], span)
    image, filters = reshaped(site, x, (1, *one)), reshaped(site, turned, (1, 1, *other))
    # Padded by the filter less one cell, so that it meets every cell: same and valid are cut out of full.
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
