"""PyTorch's functions that move cells as gates."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import apply
from graphstep.engine.capture.arrays.indices import along, assigned, index
from graphstep.engine.capture.pytorch.table import UnfollowedError, native, plainly, transposed
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np


@native("t", "T", "adjoint", "mT")
def _t(frame: FrameType, x: Any) -> Any:
    axes = np.ndim(plain(x))
    if axes != 2:
        return _transpose(frame, x, -2, -1)
    return transposed(frame, x)


@native("transpose", "swapaxes", "swapdims")
def _transpose(frame: FrameType, x: Any, one: int, other: int) -> Any:
    axes = [*range(np.ndim(plain(x)))]
    axes[one], axes[other] = axes[other], axes[one]
    return transposed(frame, x, axes)


@native("reshape", "view", "unflatten")
def _reshape(frame: FrameType, x: Any, *shape: Any) -> Any:
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return apply("reshape", frame, (x, tuple(map(int, wanted))), {})


@native("view_as", "reshape_as")
def _reshape_as(frame: FrameType, x: Any, other: Any) -> Any:
    return apply("reshape", frame, (x, np.shape(plain(other))), {})


def _numbers(values: Sequence[Any]) -> Any:
    """What stands for any number of whole numbers: them, or one list of them."""
    return values[0] if len(values) == 1 else values


@native("roll")
def _roll(frame: FrameType, x: Any, shifts: Any, dims: Any = None) -> Any:
    return apply("roll", frame, (x, shifts, dims), {})


@native("repeat", "tile")
def _repeat(frame: FrameType, x: Any, *sizes: Any) -> Any:
    return apply("tile", frame, (x, _numbers(sizes)), {})


@native("repeat_interleave")
def _repeat_interleave(frame: FrameType, x: Any, repeats: Any, dim: Any = None) -> Any:
    return apply("repeat", frame, (x, repeats, dim), {})


@native("pad")
def _pad(frame: FrameType, x: Any, sizes: Any, mode: str = "constant", value: Any = None) -> Any:
    if mode != "constant":
        raise UnfollowedError
    # From the last axis on.
    ends = [*zip(sizes[::2], sizes[1::2], strict=True)]
    widths = [(0, 0)] * (np.ndim(plain(x)) - len(ends)) + ends[::-1]
    return apply("pad", frame, (x, widths), {"constant_values": 0.0 if value is None else value})


@native("gather", "take_along_dim")
def _gather(frame: FrameType, x: Any, dim: Any, places: Any = None, **options: Any) -> Any:
    # take_along_dim has them the other way round.
    dim, places = (dim, places) if isinstance(places, np.ndarray) else (options.get("dim", places), dim)
    where = list(np.ogrid[tuple(slice(size) for size in np.shape(places))])
    where[dim] = np.asarray(places)
    return index(frame, x, tuple(np.broadcast_arrays(*where)))


@native("getitem")
def _getitem(frame: FrameType, x: Any, key: Any) -> Any:
    return index(frame, x, key)


@native("select")
def _select(frame: FrameType, x: Any, dim: int, place: int) -> Any:
    return along(frame, x, dim, int(place))


@native("narrow")
def _narrow(frame: FrameType, x: Any, dim: int, start: int, length: int) -> Any:
    return along(frame, x, dim, slice(int(start), int(start) + int(length)))


@native("embedding")
def _embedding(frame: FrameType, places: Any, weight: Any, padding_idx: Any = None, *rest: Any, **options: Any) -> Any:
    if isinstance(places, Traced):
        # torch.embedding takes the weights first, F.embedding the places.
        places, weight = weight, places
        return index(frame, weight, np.asarray(places))
    options.pop("norm_type", None)
    scaled = (*rest, *[None] * 4)
    plainly(padding=None if padding_idx in (None, -1) else padding_idx, norm=scaled[0], frequency=scaled[2], **options)
    return index(frame, weight, np.asarray(places))


@native("copy", "fill", "zero")
def _filled(frame: FrameType, x: Any, value: Any = 0.0, *_: Any) -> Any:
    return assigned(frame, x, (slice(None),) * np.ndim(plain(x)), value)
