"""Arrays in other shapes: what others say by axes, as ``reshape`` and ``transpose`` with whole numbers; and new arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from math import prod

from graphstep.language.read.numpy.pieces import Piece, atom, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, Wholes, axes_among, filled, fitting, reads, word


def reshaped(site: Site, x: Piece, shape: Iterable[int]) -> Piece:
    """The cells of a value in another shape."""
    sizes = [*map(str, shape)]
    if sizes:
        return site.call("reshape", x, *sizes)
    # A shape without sizes is that of a number: of the one cell that there is, the sum is that cell.
    own = site.of.shape(x)
    return site.call("sum", x) if own is None or own else x


def moved(site: Site, x: Piece, axes: Sequence[int]) -> Piece:
    """A value with its axes in another order."""
    order = [axis % len(axes) for axis in axes]
    return x if order == [*range(len(axes))] else site.call("transpose", x, f"axes=({', '.join(map(str, order))})")


def flat(x: Piece) -> Piece:
    """The cells of a value in a row."""
    return call("reshape", [x, "-1"], x.span)


def sizes_of(site: Site, arguments: Sequence[ast.expr]) -> Wholes:
    """A shape as a tuple, a whole number, or several whole numbers."""
    if len(arguments) == 1:
        one = arguments[0]
        if isinstance(one, ast.Attribute) and one.attr == "shape":
            return site.of.needed_shape(site.of.value(one.value), one)
        return tuple(fitting(site.of.wholes(one)))
    return tuple(fitting(site.of.whole(each)) for each in fitting(arguments or None))


def _refuse_columns(site: Site, order: str | None) -> None:
    if order not in (None, "none", "C"):
        raise site.refusal("cells are read row by row here", "of a matrix x.T.reshape(…) reads them column by column")


@reads("reshape", "view", newshape="shape")
def _reshape(site: Site, x: Piece, *sizes: ast.expr, shape: Wholes | None = None, order: str | None = "C") -> Piece:
    _refuse_columns(site, order)
    return reshaped(site, x, sizes_of(site, sizes) if shape is None else shape)


@reads("flatten", "ravel")
def _flat(site: Site, x: Piece, start_dim: ast.expr | None = None) -> Piece:
    _refuse_columns(site, word(start_dim))
    start = site.of.whole(start_dim)
    if not start:
        return reshaped(site, x, (-1,))
    shape = site.shape(x)
    return reshaped(site, x, (*shape[:start], prod(shape[start:])))


@reads("squeeze")
def _squeeze(site: Site, x: Piece, axis: Wholes | None = None) -> Piece:
    shape = site.shape(x)
    axes = [*range(len(shape))] if axis is None else axes_among(axis, len(shape))
    kept = tuple(size for place, size in enumerate(shape) if place not in axes or size != 1)
    if kept == shape:
        return x
    # reshape needs a size at least: of a single cell it is that cell.
    return reshaped(site, x, kept) if kept else indexed(x, ["0"] * len(shape), site.span)


@reads("expand_dims", "unsqueeze")
def _one_axis_more(site: Site, x: Piece, axis: Wholes) -> Piece:
    sizes = [*site.shape(x)]
    for place in sorted(axes_among(axis, len(sizes) + len(axis))):
        sizes.insert(place, 1)
    return reshaped(site, x, sizes)


@reads("atleast_1d", "atleast_2d", "atleast_3d")
def _at_least(site: Site, x: Piece) -> Piece:
    count, shape = int(site.name[-2]), site.shape(x)
    if len(shape) >= count:
        return x
    # NumPy puts a vector between two axes: (2,) becomes (1, 2, 1).
    front = (1,) * (count - len(shape))
    sizes = (*shape, 1) if count == 3 and len(shape) == 2 else (1, *shape, 1) if count == 3 and shape else (*front, *shape)
    return call("fill", [x, *map(str, sizes)], x.span) if not shape else reshaped(site, x, sizes)


@reads("transpose")
def _transpose(site: Site, x: Piece, *places: ast.expr, axis: Wholes | None = None) -> Piece:
    if axis is None and (not places or (len(places) == 1 and word(places[0]) == "none")):
        return site.of.flipped(x, site.node)
    # Two places are two axes that change places in PyTorch, and the order of all axes in NumPy: of a method whose library the
    # text does not say the first is meant.
    axes = sizes_of(site, places) if axis is None else axis
    if len(places) == len(axes) == 2 and (site.is_torch or not (site.library or site.of.framework)):
        return _swapped(site, x, *axes)
    return site.call("transpose", x, f"axes=({', '.join(str(each % len(axes) if each < 0 else each) for each in axes)})")


def _swapped(site: Site, x: Piece, one: int, other: int) -> Piece:
    shape = site.of.shape(x)
    if shape is None and {one, other} in ({0, 1}, {-1, -2}):
        # A matrix, if it has no more axes than these.
        return site.of.flipped(x, site.node)
    count = len(site.shape(x))
    if not all(-count <= axis < count for axis in (one, other)):
        raise site.refusal(f"this has {count} axes")
    axes = [*range(count)]
    axes[one], axes[other] = axes[other], axes[one]
    return moved(site, x, axes)


@reads("swapaxes", "swapdims")
def _swap(site: Site, x: Piece, one: int, other: int) -> Piece:
    return _swapped(site, x, one, other)


@reads("moveaxis", "movedim")
def _move(site: Site, x: Piece, source: Wholes, destination: Wholes) -> Piece:
    count = len(site.shape(x))
    sources, targets = axes_among(source, count), axes_among(destination, count)
    if len(sources) != len(targets):
        raise UnfitError
    axes = [axis for axis in range(count) if axis not in sources]
    # From the first target on: an axis is where it is to be once those before it stand.
    for target, place in sorted(zip(targets, sources, strict=True)):
        axes.insert(target, place)
    return moved(site, x, axes)


@reads("rollaxis")
def _roll_axis(site: Site, x: Piece, axis: int, start: int = 0) -> Piece:
    count = len(site.shape(x))
    (place,) = axes_among([axis], count)
    start = start + count if start < 0 else start
    axes = [each for each in range(count) if each != place]
    # The axis was taken out: where it stood before start, all behind it moved by one.
    axes.insert(start - (place < start), place)
    return moved(site, x, axes)


@reads("permute", "permute_dims")
def _full_transpose(site: Site, x: Piece, *places: ast.expr) -> Piece:
    """``x.permute(1, 0)``."""
    return moved(site, x, sizes_of(site, places))


@reads("t", "matrix_transpose", "adjoint")
def _matrix_transpose(site: Site, x: Piece) -> Piece:
    return site.of.flipped(x, site.node, last=site.name != "t")


def copies(site: Site, x: Piece, shape: Sequence[int]) -> Piece:
    """Copies of a value along new axes, and along those that had one entry."""
    return x if site.of.shape(x) == tuple(shape) else site.call("fill", x, *map(str, shape))


@reads("broadcast_to", "expand")
def _broadcast(site: Site, x: Piece, *sizes: ast.expr) -> Piece:
    shape = sizes_of(site, sizes)
    # PyTorch's expand keeps a size where −1 stands; axes meet from the last one on.
    if -1 in shape:
        own = site.shape(x)
        back = len(shape) - len(own)
        shape = tuple(own[place - back] if size == -1 and place >= back else size for place, size in enumerate(shape))
    return copies(site, x, shape)


@reads("expand_as")
def _as_other(site: Site, x: Piece, other: Piece) -> Piece:
    return copies(site, x, site.shape(other))


@reads("tile")
def _tile(site: Site, x: Piece, *times: ast.expr, reps: Wholes | None = None) -> Piece:
    """The array several times along each axis: between two axes of copies it is put into its shape again."""
    counts, shape = sizes_of(site, times) if reps is None else reps, site.shape(x)
    count = max(len(counts), len(shape))
    counts, sizes = (1,) * (count - len(counts)) + counts, (1,) * (count - len(shape)) + shape
    return _repeated(site, x, [*zip(counts, sizes, strict=True)], before=True)


def _repeated(site: Site, x: Piece, pairs: Sequence[tuple[int, int]], *, before: bool) -> Piece:
    """Copies of each axis, by times and size; they stand before the axis or behind it."""
    sizes = [size for _, size in pairs]
    if all(times == 1 for times, _ in pairs):
        return x if site.of.shape(x) == tuple(sizes) else reshaped(site, x, sizes)
    # An axis of one entry beside each, filled with copies, and both put together again: that is where fill can copy.
    apart = [size for n in sizes for size in ((1, n) if before else (n, 1))]
    copied = [size for t, n in pairs for size in ((t, n) if before else (n, t))]
    inside = reshaped(site, x, apart)
    return reshaped(site, site.call("fill", inside, *map(str, copied)), [t * n for t, n in pairs])


@reads("repeat", "repeat_interleave")
def _repeat(site: Site) -> Piece:
    tiles = site.is_torch and site.name == "repeat"
    if tiles and site.library != "":
        raise UnfitError
    piece: Piece = filled(_tile if tiles else _each_repeated, site)
    return piece


def _each_repeated(site: Site, x: Piece, repeats: int, axis: int | None = None) -> Piece:
    shape = site.shape(x)
    if axis is None:
        return _repeated(site, x if len(shape) == 1 else flat(x), [(repeats, prod(shape))], before=False)
    (place,) = axes_among([axis], len(shape))
    return _repeated(site, x, [(repeats if k == place else 1, n) for k, n in enumerate(shape)], before=False)


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
    # torch.arange(4.0) has the cells of arange(4).
    whole = [
        ast.copy_location(ast.Constant(int(each.value)), each)
        if isinstance(each, ast.Constant) and isinstance(each.value, float) and each.value.is_integer()
        else each
        for each in ends
    ]
    counts = [site.of.count(each) for each in whole]
    if None in counts:
        raise site.refusal(
            "whole numbers that are known before anything is run stand here",
            "a length is a line of the text, n = 3; other numbers are an input: x=[0, 0.1]",
        )
    wholes = [count for count in counts if count is not None]
    if len(wholes) == 3 and wholes[2].startswith("-") and all(count.lstrip("-").isdigit() for count in wholes):
        # Ours goes up alone: the same numbers from the last to the first, turned around.
        up = range(*map(int, wholes))[::-1]
        return indexed(site.call("range", *map(str, (up.start, up.stop, up.step))), ["::-1"], site.span)
    return site.call("range", *wholes)


@reads("array", "asarray", "tensor", "as_tensor", "constant", "Variable", "float64", "float32")
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
