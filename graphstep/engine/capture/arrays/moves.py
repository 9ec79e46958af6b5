"""NumPy's functions that move cells as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import index
from graphstep.engine.capture.arrays.table import FUNCTIONS, Handler, check_plain, emit, follows, reshape
from graphstep.engine.capture.traced import plain
from graphstep.ground.late import np


@follows("ravel", "flatten")
def _ravel(frame: FrameType, x: Any, order: str = "C") -> Any:
    return reshape(frame, x, -1, order=order) if x.ndim != 1 else x.copy()


@follows("squeeze")
def _squeeze(frame: FrameType, x: Any, axis: Any = None) -> Any:
    return reshape(frame, x, np.squeeze(plain(x), axis).shape)


@follows("expand_dims")
def _expand(frame: FrameType, x: Any, axis: Any) -> Any:
    return reshape(frame, x, np.expand_dims(plain(x), axis).shape)


@follows("asfortranarray")
def _itself(_: FrameType, x: Any) -> Any:
    return x


@follows("atleast_1d")
def _atleast(frame: FrameType, x: Any) -> Any:
    return reshape(frame, x, np.atleast_1d(plain(x)).shape)


@follows("transpose", "permute_dims")
def _transpose(frame: FrameType, x: Any, *axes: Any) -> Any:
    order = axes[0] if len(axes) == 1 else axes or None
    value = np.transpose(plain(x), order)
    return emit(frame, "transpose", (x,), value, **({} if order is None else {"axes": tuple(map(int, order))}))


@follows("swapaxes")
def _swapaxes(frame: FrameType, x: Any, one: int, other: int) -> Any:
    axes = [*range(x.ndim)]
    axes[one], axes[other] = axes[other], axes[one]
    return _transpose(frame, x, axes)


@follows("moveaxis")
def _moveaxis(frame: FrameType, x: Any, source: int, destination: int) -> Any:
    axes = [*range(x.ndim)]
    axes.insert(destination % x.ndim, axes.pop(source))
    return _transpose(frame, x, axes)


@follows("flip")
def _flip(frame: FrameType, x: Any, axis: Any = None) -> Any:
    for each in [*range(x.ndim)] if axis is None else axis if isinstance(axis, tuple) else (axis,):
        x = emit(frame, "flip", (x,), np.flip(plain(x), each), axis=int(each))
    return x


def _triangle(gate: str) -> Handler:
    def handler(frame: FrameType, x: Any, k: int = 0) -> Any:
        return emit(frame, gate, (x,), getattr(np, gate)(plain(x), k), **({"diagonal": int(k)} if k else {}))

    return handler


FUNCTIONS["tril"], FUNCTIONS["triu"] = _triangle("tril"), _triangle("triu")


@follows("take")
def _take(frame: FrameType, x: Any, places: Any, axis: Any = None, **more: Any) -> Any:
    check_plain("take", frame, **more)
    if axis is None:
        x, axis = reshape(frame, x, -1), 0
    value = np.take(plain(x), places, axis)
    return index(frame, x, (*[slice(None)] * (axis % x.ndim), np.asarray(places)), value)


@follows("repeat")
def _repeat(frame: FrameType, x: Any, repeats: Any, axis: Any = None) -> Any:
    if axis is None:
        x, axis = reshape(frame, x, -1), 0
    places = np.repeat(np.arange(x.shape[axis]), repeats)
    return index(frame, x, (*[slice(None)] * (axis % x.ndim), places), np.repeat(plain(x), repeats, axis))


@follows("diff")
def _diff(frame: FrameType, x: Any, n: int = 1, axis: int = -1) -> Any:
    for _ in range(n):
        front = [slice(None)] * (axis % x.ndim)
        x = index(frame, x, (*front, slice(1, None))) - index(frame, x, (*front, slice(None, -1)))
    return x


@follows("trace")
def _trace(frame: FrameType, x: Any, offset: int = 0) -> Any:
    return FUNCTIONS["sum"](frame, FUNCTIONS["diagonal"](frame, x, offset))
