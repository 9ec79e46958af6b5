"""NumPy's products as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.table import array_of, check_plain, emit, follows, unfollowed
from graphstep.engine.capture.traced import plain
from graphstep.ground.late import np


def product(frame: FrameType, x: Any, y: Any) -> Any:
    """``x @ y``."""
    x, y = array_of(frame, x), array_of(frame, y)
    return emit(frame, "matmul", (x, y), np.matmul(plain(x), plain(y)))


@follows("dot")
def _dot(frame: FrameType, x: Any, y: Any, out: Any = None) -> Any:
    check_plain("dot", frame, out=out)
    x, y = array_of(frame, x), array_of(frame, y)
    axes = np.ndim(plain(x)), np.ndim(plain(y))
    if 0 in axes:
        return emit(frame, "mul", (x, y), plain(x) * plain(y))
    if axes == (1, 1):
        return emit(frame, "dot", (x, y), np.dot(plain(x), plain(y)))
    if max(axes) > 2:
        return unfollowed("dot of more than two axes", frame)
    return product(frame, x, y)
