"""NumPy's functions that move cells as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import index
from graphstep.engine.capture.arrays.table import emit, follows, reshape
from graphstep.engine.capture.traced import plain
from graphstep.ground.late import np


@follows("ravel", "flatten")
def _ravel(frame: FrameType, x: Any, order: str = "C") -> Any:
    return reshape(frame, x, -1, order=order) if x.ndim != 1 else x.copy()


@follows("asfortranarray")
def _itself(_: FrameType, x: Any) -> Any:
    return x


@follows("transpose", "permute_dims")
def _transpose(frame: FrameType, x: Any, *axes: Any) -> Any:
    order = axes[0] if len(axes) == 1 else axes or None
    value = np.transpose(plain(x), order)
    return emit(frame, "transpose", (x,), value, **({} if order is None else {"axes": tuple(map(int, np.atleast_1d(order)))}))


@follows("repeat")
def _repeat(frame: FrameType, x: Any, repeats: Any, axis: Any = None) -> Any:
    if axis is None:
        x, axis = reshape(frame, x, -1), 0
    places = np.repeat(np.arange(x.shape[axis]), repeats)
    return index(frame, x, (*[slice(None)] * (axis % x.ndim), places), np.repeat(plain(x), repeats, axis))
