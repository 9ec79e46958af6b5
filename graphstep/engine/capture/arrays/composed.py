"""NumPy's functions for which several gates stand. That these come to NumPy's own numbers is seen to where they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.arrays.table import (
    FUNCTIONS,
    Handler,
    array_of,
    follows,
    reshape,
    unfollowed,
)
from graphstep.engine.capture.traced import Traced, holds_traced, plain
from graphstep.ground.late import np

_CELLS = 250_000
"""Cells of a matrix up to which it stands for a function that adds up multiples of its cells."""


def _whole(name: str, frame: FrameType, *arguments: Any, **options: Any) -> Any:
    return FUNCTIONS[name](frame, *arguments, **options)


@follows("nan_to_num")
def _number(frame: FrameType, x: Any, **options: Any) -> Any:
    return _whole("where", frame, np.isfinite(plain(x)), x, np.nan_to_num(plain(x), **options))


def _without_nan(name: str, filling: float) -> Handler:
    def handler(frame: FrameType, x: Any, axis: Any = None, **options: Any) -> Any:
        missing = np.isnan(plain(x))
        if missing.any():
            if name in ("var", "std"):
                return unfollowed(f"nan{name} of nan", frame)
            x = _whole("where", frame, missing, filling, x)
            if name == "mean":
                return _whole("sum", frame, x, axis, **options) / (~missing).sum(
                    axis=axis, keepdims=options.get("keepdims", False)
                )
        return _whole(name, frame, x, axis, **options)

    return handler


for _name, _filling in {"sum": 0.0, "prod": 1.0, "mean": 0.0, "max": -np.inf, "min": np.inf, "var": 0.0, "std": 0.0}.items():
    FUNCTIONS[f"nan{_name}"] = _without_nan(_name, _filling)


def linear(frame: FrameType, name: str, x: Any, compute: Callable[[Any], Any]) -> Any:
    """What adds up multiples of the cells of an array, as a product with the matrix of these."""
    shape, own = x.shape, np.asarray(compute(plain(x)))
    if x.size * own.size > _CELLS:
        unfollowed(f"{name} of so many cells", frame)
    # The column of a cell is what the function makes of that cell being 1 and all others 0.
    columns = [np.ravel(compute(unit.reshape(shape))) for unit in np.eye(x.size)]
    return reshape(frame, product(frame, np.stack(columns, axis=1), reshape(frame, x, -1)), *own.shape)


def _linear_in(name: str, place: int) -> Handler:
    """A function that adds up multiples of the cells of one argument, whatever the others say."""
    compute = getattr(np, name)

    def handler(frame: FrameType, *arguments: Any, **options: Any) -> Any:
        before, x, behind = arguments[:place], array_of(frame, arguments[place]), arguments[place + 1 :]

        def of(cells: Any) -> Any:
            return compute(*before, cells, *behind, **options)

        # Of two axes the gradient is a list, and a fit that is asked for more is a tuple.
        if holds_traced((before, behind, [*options.values()])) or isinstance(of(plain(x)), list | tuple):
            return unfollowed(f"{name} with these options", frame)
        return linear(frame, name, x, of)

    return handler


FUNCTIONS |= {name: _linear_in(name, place) for name, place in {"gradient": 0, "polyfit": 1, "bincount": 1}.items()}


@follows("interp")
def _interp(frame: FrameType, at: Any, xp: Any, fp: Any, *rest: Any, **options: Any) -> Any:
    at, fp = array_of(frame, at), array_of(frame, fp)
    if holds_traced((xp, rest, tuple(options.values()))) or rest or options:
        return unfollowed("interp with these options", frame)
    if not isinstance(at, Traced):
        return linear(frame, "interp", fp, lambda each: np.interp(at, xp, each))
    # Between two of its points it is the straight line.
    xp = np.asarray(xp, float)
    # At a point of its own NumPy takes the piece that begins there; the last point has none, and belongs to the piece before.
    place = np.clip(np.searchsorted(xp, plain(at), "right") - 1, 0, len(xp) - 2)
    inside = (plain(at) >= xp[0]) & (plain(at) <= xp[-1])
    slope = (fp[place + 1] - fp[place]) / (xp[place + 1] - xp[place])
    line = fp[place] + slope * (at - xp[place])
    ends = fp[np.where(plain(at) > xp[-1], len(xp) - 1, 0)]
    return line if np.all(inside) else _whole("where", frame, inside, line, ends)


def _convolving(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, y: Any, mode: Any = "full" if name == "convolve" else "valid") -> Any:
        x, y, compute = array_of(frame, x), array_of(frame, y), getattr(np, name)
        if not isinstance(y, Traced):
            return linear(frame, name, x, lambda each: compute(each, y, mode))
        if not isinstance(x, Traced):
            return linear(frame, name, y, lambda each: compute(x, each, mode))
        m, n = plain(x).size, plain(y).size
        if m * n * (m + n) > _CELLS:
            return unfollowed(f"{name} of so many cells", frame)
        # parts[i, j, k] is what the product of cell i of one and cell j of the other adds to cell k.
        parts = np.array([[compute(one, other, mode) for other in np.eye(n)] for one in np.eye(m)])
        return _whole("einsum", frame, "ijk,i,j->k", parts, x, y)

    return handler


FUNCTIONS["convolve"], FUNCTIONS["correlate"] = _convolving("convolve"), _convolving("correlate")


@follows("apply_along_axis")
def _along(frame: FrameType, function: Callable[..., Any], axis: int, x: Any, *more: Any, **options: Any) -> Any:
    x = _whole("moveaxis", frame, x, axis, -1) if axis % x.ndim != x.ndim - 1 else x
    front = x.shape[:-1]
    parts = [function(x[place], *more, **options) for place in np.ndindex(front)]
    shape = np.shape(plain(parts[0]))
    whole = reshape(frame, _whole("stack", frame, parts), *front, *shape)
    if not shape:
        return whole
    return _whole("moveaxis", frame, whole, -1, axis) if len(shape) == 1 else unfollowed("apply_along_axis with a matrix", frame)


def elementwise(function: Callable[..., Any], frame: FrameType, arguments: Sequence[Any]) -> Any:
    """What ``np.vectorize`` makes of a function: it is called for each cell."""
    arrays = [array_of(frame, x) for x in arguments]
    shape = np.broadcast_shapes(*(np.shape(plain(x)) for x in arrays))
    spread = [
        _whole("broadcast_to", frame, x, shape) if isinstance(x, Traced) and np.shape(x.value) != shape else x for x in arrays
    ]
    spread = [x if isinstance(x, Traced) else np.broadcast_to(x, shape) for x in spread]
    parts = [function(*(x[place] for x in spread)) for place in np.ndindex(shape)]
    return reshape(frame, array_of(frame, parts), *shape)
