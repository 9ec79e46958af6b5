"""NumPy's functions that move, join and split arrays as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import along
from graphstep.engine.capture.arrays.table import array_of, check_plain, emit, follows, reshape
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np

JOINING = (
    *("stack", "concatenate", "concat", "vstack", "hstack", "column_stack", "dstack", "block", "select", "linalg.multi_dot"),
    "full",
)
"""The functions that take a list, of arrays or of sizes, as that, and not as the array that it would make."""


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
    # NumPy's own cells: what an index picks lies in memory in another order, in which a sum has other last bits.
    return along(frame, x, axis, np.repeat(np.arange(x.shape[axis]), repeats), np.repeat(plain(x), repeats, axis))


@follows("concatenate", "concat")
def _concatenate(frame: FrameType, parts: Any, axis: int | None = 0, out: Any = None, **more: Any) -> Any:
    check_plain("concatenate", frame, out=out, **more)
    parts = [array_of(frame, x) for x in parts]
    if axis is None:
        parts, axis = [x if np.ndim(plain(x)) == 1 else _flat(frame, x) for x in parts], 0
    value = np.concatenate([plain(x) for x in parts], axis)
    return emit(frame, "concat", parts, value, **({"axis": int(axis)} if axis else {}))


def _flat(frame: FrameType, x: Any) -> Any:
    return reshape(frame, x, -1) if isinstance(x, Traced) else np.ravel(x)


@follows("split", "array_split")
def _split(frame: FrameType, x: Any, sections: Any, axis: int = 0) -> Any:
    pieces = np.array_split(np.arange(x.shape[axis]), sections)
    return [along(frame, x, axis, slice(int(each[0]), int(each[-1]) + 1)) for each in pieces if each.size]


@follows("hsplit")
def _hsplit(frame: FrameType, x: Any, sections: Any) -> Any:
    return _split(frame, x, sections, 0 if x.ndim == 1 else 1)


@follows("vsplit")
def _vsplit(frame: FrameType, x: Any, sections: Any) -> Any:
    return _split(frame, x, sections)


@follows("copy")
def _copy(_: FrameType, x: Any, *__: Any, **___: Any) -> Any:
    return x.copy()
