"""Tensors that lie in the memory of another one: what a write through one of them makes of the others."""

from __future__ import annotations

from types import FrameType
from typing import TYPE_CHECKING, Any

from graphstep.engine.capture.arrays.indices import assigned, index
from graphstep.engine.capture.pytorch.tensors import cells_of, dtype_of, version_of
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS = 1 << 16
"""Cells of a part up to which it is followed through another one, as each has a number in the gate."""


@dataclass(slots=True)
class Seen:
    """A tensor that is a node."""

    tensor: Any
    """It; kept, so that no other one takes its place in memory."""
    value: Any
    """It as a traced value."""
    version: int
    """How often it had been written to."""

    @property
    def is_current(self) -> bool:
        """Whether it was not written to since, nor was a tensor that shares its memory."""
        return self.version == version_of(self.tensor)


def read_through(seen: dict[int, Seen], tensor: Any, frame: FrameType) -> Any:
    """A part of a tensor that was written to, as what that is now has it; None where it is no such part."""
    whole = None if tensor._base is None else seen.get(id(tensor._base))
    if whole is None or not whole.is_current or not (tensor.requires_grad or id(tensor) in seen):
        return None
    part = part_of(whole.tensor, whole.value, tensor, frame)
    if part is not None:
        seen[id(tensor)] = Seen(tensor, part, version_of(tensor))
    return part


def part_of(whole: Any, value: Any, part: Any, frame: FrameType) -> Any:
    """A part of a tensor as the cells that are picked from its traced value; None where they cannot be."""
    numbers = _numbers(whole, part)
    return None if numbers is None else index(frame, value, _key(numbers, whole.shape))


def write_through(seen: dict[int, Seen], part: Any, before: int, frame: FrameType) -> None:
    """A part of a tensor was written to: what the tensor is now has it in its place.

    Where that cannot be followed, the tensor stays what it was, and is refused when it is read.
    """
    base = part._base
    whole = seen.get(id(base))
    if whole.version != before if whole is not None else base.is_leaf and base.requires_grad:
        return
    numbers, own = _numbers(base, part), seen[id(part)].value
    cells = cells_of(base)
    old = cells if whole is None else whole.value
    if numbers is None or not np.array_equal(np.ravel(cells)[numbers], plain(own), equal_nan=True):
        return
    new = assigned(frame, old, _key(numbers, base.shape), own)
    if isinstance(new, Traced):
        new.recorder.recording.operations[-1].dtype = dtype_of(base)
        new.recorder.call_last(base, frame)
        seen[id(base)] = Seen(base, new, version_of(base))


def _numbers(whole: Any, part: Any) -> NDArray[np.int64] | None:
    """By cell of a part its number in the order of the whole; None where it lies there in another way than cell by cell."""
    if not whole.ndim or part.dtype != whole.dtype or not 0 < part.numel() <= _CELLS:
        return None
    own, at = _addresses(whole), _addresses(part)
    first = own.min()
    numbers = np.full(own.max() - first + 1, -1)
    numbers[own - first] = np.arange(own.size).reshape(own.shape)
    if at.min() < first or at.max() >= first + len(numbers):
        return None
    places: NDArray[np.int64] = numbers[at - first]
    # Of an expanded part many cells are one place, to which a write would come several times.
    return places if places.min() >= 0 and len(np.unique(places)) == places.size else None


def _addresses(tensor: Any) -> NDArray[np.int64]:
    at = np.array(tensor.storage_offset())
    for size, stride in zip(tensor.shape, tensor.stride(), strict=True):
        at = at[..., None] + np.arange(size) * stride
    return at


def _key(numbers: NDArray[np.int64], shape: Any) -> tuple[Any, ...]:
    """The index that picks cells by their numbers: slices where these do."""
    ends = zip(*(np.unravel_index(numbers.flat[k], tuple(shape)) for k in (0, -1)), strict=True)
    key = tuple(int(a) if a == b else slice(int(a), int(b) + 1) for a, b in ends)
    if np.array_equal(np.arange(np.prod(shape)).reshape(tuple(shape))[key], numbers):
        return key
    return tuple(np.unravel_index(numbers, tuple(shape)))
