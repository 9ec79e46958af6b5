"""PyTorch's functions that move cells as gates."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import apply, as_array
from graphstep.engine.capture.arrays.indices import assigned, index
from graphstep.engine.capture.pytorch.table import NATIVE, Handler, UnfollowedError, gate, native, plainly, transposed
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


@native("permute")
def _permute(frame: FrameType, x: Any, *dims: Any) -> Any:
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    count = np.ndim(plain(x))
    return transposed(frame, x, [int(each) % count for each in order])


@native("reshape", "view", "unflatten")
def _reshape(frame: FrameType, x: Any, *shape: Any) -> Any:
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return apply("reshape", frame, (x, tuple(map(int, wanted))), {})


@native("view_as", "reshape_as")
def _reshape_as(frame: FrameType, x: Any, other: Any) -> Any:
    return apply("reshape", frame, (x, np.shape(plain(other))), {})


@native("flatten", "ravel")
def _flatten(frame: FrameType, x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    shape = np.shape(plain(x))
    start, end = start_dim % len(shape), end_dim % len(shape)
    return apply("reshape", frame, (x, (*shape[:start], -1, *shape[end + 1 :])), {})


@native("unsqueeze")
def _unsqueeze(frame: FrameType, x: Any, dim: int) -> Any:
    return apply("reshape", frame, (as_array(x), np.expand_dims(plain(x), dim).shape), {})


@native("squeeze")
def _squeeze(frame: FrameType, x: Any, dim: Any = None) -> Any:
    shape = np.shape(plain(x))
    if dim is not None and shape[dim] != 1:
        return x
    return apply("reshape", frame, (x, np.squeeze(plain(x), dim).shape), {})


def _numbers(values: Sequence[Any]) -> Any:
    """What stands for any number of whole numbers: them, or one list of them."""
    return values[0] if len(values) == 1 else values


@native("flip", "fliplr", "flipud")
def _flip(frame: FrameType, x: Any, *dims: Any) -> Any:
    return apply("flip", frame, (x, _numbers(dims)), {})


@native("roll")
def _roll(frame: FrameType, x: Any, shifts: Any, dims: Any = None) -> Any:
    return apply("roll", frame, (x, shifts, dims), {})


@native("movedim", "moveaxis")
def _movedim(frame: FrameType, x: Any, source: Any, destination: Any) -> Any:
    return apply("moveaxis", frame, (x, source, destination), {})


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


@native("expand", "expand_as", "broadcast_to")
def _expand(frame: FrameType, x: Any, *shape: Any) -> Any:
    wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    wanted = np.shape(plain(wanted)) if isinstance(wanted, Traced | np.ndarray) else wanted
    own = np.shape(plain(x))
    own = (1,) * (len(wanted) - len(own)) + own
    full = tuple(o if int(w) == -1 else int(w) for w, o in zip(wanted, own, strict=True))
    # To add zeros of the shape copies the cells, and sends back the sum, as expand does.
    return gate(frame, "add", (x, np.zeros(full)))


@native("cat", "concat", "concatenate")
def _cat(frame: FrameType, parts: Any, dim: int = 0) -> Any:
    return gate(frame, "concat", tuple(parts), **({"axis": int(dim)} if dim else {}))


@native("stack")
def _stack(frame: FrameType, parts: Any, dim: int = 0) -> Any:
    return gate(frame, "stack", tuple(parts), **({"axis": int(dim)} if dim else {}))


@native("getitem")
def _getitem(frame: FrameType, x: Any, key: Any) -> Any:
    return index(frame, x, key)


@native("select")
def _select(frame: FrameType, x: Any, dim: int, place: int) -> Any:
    return index(frame, x, (*[slice(None)] * (dim % np.ndim(plain(x))), int(place)))


@native("narrow")
def _narrow(frame: FrameType, x: Any, dim: int, start: int, length: int) -> Any:
    return index(frame, x, (*[slice(None)] * (dim % np.ndim(plain(x))), slice(int(start), int(start) + int(length))))


@native("index_select")
def _index_select(frame: FrameType, x: Any, dim: int, places: Any) -> Any:
    return index(frame, x, (*[slice(None)] * (dim % np.ndim(plain(x))), np.asarray(places)))


def _triangle(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, diagonal: int = 0) -> Any:
        return gate(frame, name, (x,), **({"diagonal": int(diagonal)} if diagonal else {}))

    return handler


NATIVE |= {"tril": _triangle("tril"), "triu": _triangle("triu")}


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
