"""Arrays in other shapes: what others say by axes, as ``reshape`` and ``transpose`` with whole numbers; and new arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.pieces import Piece, call, indexed
from graphstep.language.read.numpy.reductions import is_torch

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls


def reshaped(of: Calls, x: Piece, shape: Sequence[int], site: Call) -> Piece:
    """The cells of a value in another shape."""
    if not shape:
        own = of.shape(x)
        if own is None or own:
            return call("sum", [x], of.source.span(site.node))
        return x
    return of.piece("reshape", [x, *map(str, shape)], site)


def moved(of: Calls, x: Piece, axes: Sequence[int], site: Call) -> Piece:
    """A value with its axes in another order."""
    if list(axes) == [*range(len(axes))]:
        return x
    return of.piece("transpose", [x, f"axes=({', '.join(map(str, axes))})"], site)


def _reshape(of: Calls, site: Call) -> Piece | None:
    if any(key not in ("shape", "newshape", "order") for key in site.keywords):
        return None
    if "order" in site.keywords and of.word(site.keywords["order"]) != "C":
        raise of.refusal("cells are read row by row here", site.node, "of a matrix x.T.reshape(…) reads them column by column")
    rest = site.arguments[1:]
    named = next((site.keywords[key] for key in ("shape", "newshape") if key in site.keywords), None)
    shape = of.wholes(named) if named is not None else sizes_of(of, rest)
    if not site.arguments or shape is None:
        return None
    return reshaped(of, of.value(site.arguments[0]), shape, site)


def sizes_of(of: Calls, arguments: Sequence[ast.expr]) -> tuple[int, ...] | None:
    """A shape as a tuple, a whole number, or several whole numbers."""
    if len(arguments) == 1:
        one = arguments[0]
        if isinstance(one, ast.Attribute) and one.attr == "shape":
            return of.needed_shape(of.value(one.value), one)
        return of.wholes(one)
    sizes = [of.whole(each) for each in arguments]
    return None if not sizes or None in sizes else tuple(size for size in sizes if size is not None)


def _flat(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "start_dim=", "end_dim=")
    if inputs is None or inputs["x"] is None or inputs["end_dim"] is not None:
        return None
    x = of.value(inputs["x"])
    start = 0 if inputs["start_dim"] is None else of.whole(inputs["start_dim"])
    if not start:
        return reshaped(of, x, (-1,), site)
    shape = of.needed_shape(x, site.node)
    return reshaped(of, x, (*shape[:start], prod(shape[start:])), site)


def _squeeze(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    shape = of.needed_shape(x, site.node)
    if inputs["axis"] is None or of.word(inputs["axis"]) == "none":
        kept = tuple(size for size in shape if size != 1)
    else:
        axes = axes_of(of, inputs["axis"], len(shape))
        if axes is None:
            return None
        kept = tuple(size for place, size in enumerate(shape) if place not in axes or size != 1)
    if kept == shape:
        return x
    return reshaped(of, x, kept, site) if kept else indexed(x, ["0"] * len(shape), of.source.span(site.node))


def axes_of(of: Calls, node: ast.expr | None, count: int) -> list[int] | None:
    """The axes that are meant, counted from 0; None for what are no axes of so many."""
    axes = of.wholes(node)
    if axes is None or any(not -count <= axis < count for axis in axes):
        return None
    return [axis % count for axis in axes]


def _one_axis_more(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    shape = of.needed_shape(x, site.node)
    entries = of.entries(inputs["axis"])
    places = axes_of(of, inputs["axis"], len(shape) + (1 if entries is None else len(entries)))
    if places is None:
        return None
    sizes = list(shape)
    for place in sorted(places):
        sizes.insert(place, 1)
    return reshaped(of, x, sizes, site)


def _at_least(count: int) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x")
        if inputs is None or inputs["x"] is None:
            return None
        x = of.value(inputs["x"])
        shape = of.needed_shape(x, site.node)
        if len(shape) >= count:
            return x
        # NumPy puts a vector between two axes: (2,) becomes (1, 2, 1).
        front = (1,) * (count - len(shape))
        sizes = (*shape, 1) if count == 3 and len(shape) == 2 else (1, *shape, 1) if count == 3 and shape else (*front, *shape)
        return call("fill", [x, *map(str, sizes)], x.span) if not shape else reshaped(of, x, sizes, site)

    return handler


def _transpose(of: Calls, site: Call) -> Piece | None:
    if not site.arguments or any(key != "axes" for key in site.keywords):
        return None
    x = of.value(site.arguments[0])
    rest = site.arguments[1:]
    if not rest and not site.keywords:
        return of.flipped(x, site.node)
    if len(rest) == 1 and of.word(rest[0]) == "none":
        return of.flipped(x, site.node)
    axes = of.wholes(site.keywords["axes"]) if site.keywords else sizes_of(of, rest)
    if axes is None:
        return None
    if len(rest) == 2 and (is_torch(of, site) or not (site.library or of.framework)):
        return _swapped(of, x, axes[0], axes[1], site)
    if any(axis < 0 for axis in axes):
        axes = tuple(axis % len(axes) for axis in axes)
    return of.piece("transpose", [x, f"axes=({', '.join(map(str, axes))})"], site)


def _swapped(of: Calls, x: Piece, one: int, other: int, site: Call) -> Piece:
    shape = of.shape(x)
    if shape is None and {one, other} in ({0, 1}, {-1, -2}):
        # A matrix, if it has no more axes than these.
        return of.flipped(x, site.node)
    count = len(of.needed_shape(x, site.node))
    if not all(-count <= axis < count for axis in (one, other)):
        raise of.refusal(f"this has {count} axes", site.node)
    axes = [*range(count)]
    axes[one], axes[other] = axes[other], axes[one]
    return moved(of, x, axes, site)


def _swap(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "one", "other")
    if inputs is None or inputs["x"] is None:
        return None
    one, other = of.whole(inputs["one"]), of.whole(inputs["other"])
    return None if one is None or other is None else _swapped(of, of.value(inputs["x"]), one, other, site)


def _move(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "source", "destination")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    count = len(of.needed_shape(x, site.node))
    sources, targets = axes_of(of, inputs["source"], count), axes_of(of, inputs["destination"], count)
    if sources is None or targets is None or len(sources) != len(targets):
        return None
    axes = [axis for axis in range(count) if axis not in sources]
    for target, source in sorted(zip(targets, sources, strict=True)):
        axes.insert(target, source)
    return moved(of, x, axes, site)


def _roll_axis(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis", "start=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    count = len(of.needed_shape(x, site.node))
    places = axes_of(of, inputs["axis"], count)
    start = 0 if inputs["start"] is None else of.whole(inputs["start"])
    if places is None or start is None:
        return None
    start = start + count if start < 0 else start
    axes = [axis for axis in range(count) if axis != places[0]]
    axes.insert(start - (places[0] < start), places[0])
    return moved(of, x, axes, site)


def _full_transpose(of: Calls, site: Call) -> Piece | None:
    """``x.permute(1, 0)``."""
    axes = sizes_of(of, site.arguments[1:])
    return None if axes is None or site.keywords else moved(of, of.value(site.arguments[0]), axes, site)


def _matrix_transpose(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x")
    return None if inputs is None or inputs["x"] is None else of.flipped(of.value(inputs["x"]), site.node, last=site.name != "t")


def copies(of: Calls, x: Piece, shape: Sequence[int], site: Call) -> Piece:
    """Copies of a value along new axes, and along those that had one entry."""
    return x if of.shape(x) == tuple(shape) else of.piece("fill", [x, *map(str, shape)], site)


def _broadcast(of: Calls, site: Call) -> Piece | None:
    shape = sizes_of(of, site.arguments[1:])
    if site.name == "expand_as":
        other = of.value(site.arguments[1])
        shape = of.needed_shape(other, site.node)
    if shape is None or site.keywords:
        return None
    x = of.value(site.arguments[0])
    if -1 in shape:
        own = of.needed_shape(x, site.node)
        back = len(shape) - len(own)
        shape = tuple(own[place - back] if size == -1 and place >= back else size for place, size in enumerate(shape))
    return copies(of, x, shape, site)


def _tile(of: Calls, site: Call) -> Piece | None:
    """The array several times along each axis: between two axes of copies it is put into its shape again."""
    arguments = site.arguments
    times = of.wholes(site.keywords["reps"]) if "reps" in site.keywords else sizes_of(of, arguments[1:])
    if times is None or not arguments:
        return None
    x = of.value(arguments[0])
    shape = of.needed_shape(x, site.node)
    count = max(len(times), len(shape))
    times, sizes = (1,) * (count - len(times)) + times, (1,) * (count - len(shape)) + shape
    return _repeated(of, x, [(t, n) for t, n in zip(times, sizes, strict=True)], 0, site)


def _repeated(of: Calls, x: Piece, pairs: Sequence[tuple[int, int]], first: int, site: Call) -> Piece:
    """Copies of each axis, by times and size; with ``first`` 0 the copies stand before the axis, else behind it."""
    if all(times == 1 for times, _ in pairs):
        return reshaped(of, x, [size for _, size in pairs], site) if of.shape(x) != tuple(n for _, n in pairs) else x
    apart = [size for _, n in pairs for size in ((1, n) if first == 0 else (n, 1))]
    copied = [size for t, n in pairs for size in ((t, n) if first == 0 else (n, t))]
    inside = reshaped(of, x, apart, site)
    return reshaped(of, of.piece("fill", [inside, *map(str, copied)], site), [t * n for t, n in pairs], site)


def _repeat(of: Calls, site: Call) -> Piece | None:
    if is_torch(of, site) and site.name == "repeat":
        return _tile(of, site) if site.library == "" else None
    inputs = site.inputs("x", "repeats", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    x, times = of.value(inputs["x"]), of.whole(inputs["repeats"])
    shape = of.needed_shape(x, site.node)
    if times is None:
        return None
    if inputs["axis"] is None or of.word(inputs["axis"]) == "none":
        x = x if len(shape) == 1 else call("reshape", [x, "-1"], x.span)
        return _repeated(of, x, [(times, prod(shape))], 1, site)
    axes = axes_of(of, inputs["axis"], len(shape))
    return None if axes is None else _repeated(of, x, [(times if k in axes else 1, n) for k, n in enumerate(shape)], 1, site)


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    **dict.fromkeys(("reshape", "view"), _reshape),
    **dict.fromkeys(("flatten", "ravel"), _flat),
    "squeeze": _squeeze,
    **dict.fromkeys(("expanddims", "unsqueeze"), _one_axis_more),
    "atleast1d": _at_least(1),
    "atleast2d": _at_least(2),
    "atleast3d": _at_least(3),
    "transpose": _transpose,
    **dict.fromkeys(("permute", "permutedims"), _full_transpose),
    **dict.fromkeys(("t", "matrixtranspose", "adjoint"), _matrix_transpose),
    **dict.fromkeys(("swapaxes", "swapdims"), _swap),
    **dict.fromkeys(("moveaxis", "movedim"), _move),
    "rollaxis": _roll_axis,
    **dict.fromkeys(("broadcastto", "expand", "expandas"), _broadcast),
    "tile": _tile,
    **dict.fromkeys(("repeat", "repeatinterleave"), _repeat),
}
"""By name without underscores."""
