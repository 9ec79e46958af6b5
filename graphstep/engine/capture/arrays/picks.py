"""NumPy's functions that only pick cells, whatever the way: which cells, the function itself says of the numbers of the cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import along, index
from graphstep.engine.capture.arrays.moves import JOINING
from graphstep.engine.capture.arrays.table import (
    FUNCTIONS,
    Handler,
    array_of,
    check_plain,
    emit,
    follows,
    reshape,
    unfollowed,
)
from graphstep.engine.capture.traced import Traced, holds_traced, plain
from graphstep.ground.late import np

_FIRST = (
    "tile roll broadcast_to fliplr flipud rot90 diag diagonal diagflat delete rollaxis take_along_axis trim_zeros resize "
    "atleast_2d atleast_3d block dstack meshgrid broadcast_arrays sliding_window_view"
)
_OF = {**dict.fromkeys(_FIRST.split(), (0,)), "append": (0, 1), "insert": (0, 2), "compress": (1,), "extract": (1,)}
"""The places at which the functions take cells; what else they take says which."""

_MANY = ("meshgrid", "broadcast_arrays", "atleast_2d", "atleast_3d")
"""Those that take any number of arrays."""

_PADDED = ("constant", "edge", "reflect", "symmetric", "wrap")


def pick(frame: FrameType, x: Any, places: Any) -> Any:
    """The cells of an array at places, counted from 0 in its order; what is smaller than 0 is filled with a 0."""
    flat = x if np.ndim(plain(x)) == 1 else reshape(frame, x, -1)
    inside = places >= 0
    picked = index(frame, flat, np.maximum(places, 0))
    return picked if np.all(inside) else emit(frame, "where", (inside, picked, 0.0), np.where(inside, plain(picked), 0.0))


def joined(frame: FrameType, parts: Sequence[Any]) -> Any:
    """All cells of several arrays in a row."""
    flat = [reshape(frame, x, -1) if isinstance(x, Traced) else np.ravel(np.asarray(x, float)) for x in parts]
    if len(flat) == 1:
        return flat[0]
    return emit(frame, "concat", flat, np.concatenate([plain(x) for x in flat]))


def _picking(name: str) -> Handler:
    function: Callable[..., Any] = getattr(np, name, None) or getattr(np.lib.stride_tricks, name)

    def handler(frame: FrameType, *arguments: Any, **options: Any) -> Any:
        parts: list[Any] = []
        count = 1

        def numbered(x: Any) -> Any:
            nonlocal count
            if name in JOINING and isinstance(x, list | tuple):
                return type(x)(map(numbered, x))
            parts.append(x := array_of(frame, x))
            shape = np.shape(plain(x))
            first, count = count, count + int(np.prod(shape, dtype=int))
            return np.arange(first, count).reshape(shape)

        slots = range(len(arguments)) if name in _MANY else _OF[name]
        numbers = [numbered(x) if place in slots else plain(x) for place, x in enumerate(arguments)]
        # Their numbers begin at 1, as a function may fill up with a 0.
        places = function(*numbers, **{key: plain(x) for key, x in options.items()})
        if not isinstance(places, list | tuple):
            return pick(frame, joined(frame, parts), places - 1)
        cells = joined(frame, parts)
        return type(places)(pick(frame, cells, each - 1) for each in places)

    return handler


FUNCTIONS |= {name: _picking(name) for name in _OF}


@follows("pad")
def _pad(frame: FrameType, x: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    if mode not in _PADDED or holds_traced(options.get("constant_values")):
        check_plain("pad", frame, mode=mode)
    filled = options.pop("constant_values", 0)
    places = np.pad(np.arange(1, plain(x).size + 1).reshape(x.shape), pad_width, mode, **options) - 1
    picked = pick(frame, x, places)
    if mode != "constant" or not np.any(filled):
        return picked
    own = np.pad(plain(x), pad_width, mode, constant_values=filled)
    return emit(frame, "where", (places >= 0, picked, own), own)


def ordered(frame: FrameType, x: Any, axis: Any = -1) -> Any:
    """The cells in their order along an axis, which is asked for, as an ``if`` asks: None for all of them in a row."""
    if axis is None:
        x, axis = reshape(frame, x, -1), 0
    # Stable: of equal cells the one that stands first comes first.
    order = FUNCTIONS["argsort"](frame, x, axis, kind="stable")
    return pick(frame, x, np.take_along_axis(np.arange(plain(x).size).reshape(x.shape), order, axis))


@follows("sort", "partition")
def _sort(frame: FrameType, x: Any, *rest: Any, axis: Any = -1, **_: Any) -> Any:
    del rest
    return ordered(frame, x, axis)


@follows("unique")
def _unique(frame: FrameType, x: Any, **options: Any) -> Any:
    check_plain("unique", frame, **{key: each or None for key, each in options.items() if key not in ("equal_nan", "sorted")})
    # Of equal cells the first one is what remains, and gets the gradient.
    return pick(frame, x, np.unique(plain(x), return_index=True)[1])


def _quantile(frame: FrameType, x: Any, part: float, axis: Any, keepdims: Any) -> Any:
    """What stands at a part of the way through the ordered cells, between two of them on the straight line."""
    rows = ordered(frame, x, axis)
    axis = 0 if axis is None else int(axis) % x.ndim
    at = part * (rows.shape[axis] - 1)
    low = int(np.floor(at))
    value = along(frame, rows, axis, low)
    # Behind the last cell stands none.
    if at > low:
        value = value + (along(frame, rows, axis, low + 1) - value) * (at - low)
    if not keepdims or keepdims is np._NoValue:
        return value
    return reshape(frame, value, *(1 if x.ndim == rows.ndim and k != axis else n for k, n in enumerate(x.shape)))


def _at_quantiles(name: str, whole: float) -> Handler:
    def handler(frame: FrameType, x: Any, q: Any, axis: Any = None, **options: Any) -> Any:
        keepdims = options.pop("keepdims", False)
        check_plain(name, frame, **{key: each for key, each in options.items() if each not in (False, "linear")})
        if isinstance(axis, tuple) or holds_traced(q) or (keepdims is True and x.ndim > 1):
            return unfollowed(f"{name} with these options", frame)
        if not np.ndim(q):
            return _quantile(frame, x, float(q) / whole, axis, keepdims)
        return FUNCTIONS["stack"](frame, [_quantile(frame, x, float(each) / whole, axis, keepdims) for each in q])

    return handler


FUNCTIONS["quantile"], FUNCTIONS["percentile"] = _at_quantiles("quantile", 1.0), _at_quantiles("percentile", 100.0)


@follows("median")
def _median(frame: FrameType, x: Any, axis: Any = None, **options: Any) -> Any:
    return FUNCTIONS["quantile"](frame, x, 0.5, axis, **options)


@follows("piecewise")
def _piecewise(frame: FrameType, x: Any, conditions: Any, functions: Sequence[Any], *more: Any) -> Any:
    masks = [np.asarray(plain(each), bool) for each in conditions]
    if len(functions) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    cells, places = list[Any](), np.full(x.shape, -1)
    for mask, function in zip(masks, functions, strict=True):
        part = function(x[mask], *more) if callable(function) else function
        cells.append(part if np.ndim(plain(part)) else np.full(np.count_nonzero(mask), part))
        done = sum(len(each) for each in cells[:-1])
        places[mask] = np.arange(done, done + np.count_nonzero(mask))
    return pick(frame, joined(frame, cells), places)
