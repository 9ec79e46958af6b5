"""Indices of NumPy as gates: what is picked, and what an assignment to cells makes of an array."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.table import array_of, emit, reshape
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import first_traced, fixed_hint, holds_traced, plain
from graphstep.ground.late import np
from graphstep.ground.operands import Chosen, Slice, Slot

SHOWN = 64
"""Places up to which an index of whole numbers stands in its gate; a longer one is an array that the gate reads."""


def is_basic(key: Any) -> bool:
    """Whether an index picks a part that shares the memory of the array: whole numbers, slices, new axes."""
    return all(x is None or x is Ellipsis or isinstance(x, slice) or _is_whole(x) for x in _entries(key))


def _entries(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _is_whole(x: Any) -> bool:
    return isinstance(x, int | np.integer) and not isinstance(x, bool)


def entries_of(frame: FrameType, key: Any) -> tuple[Any, ...]:
    """The entries of an index; whole numbers behind True and False. CaptureError for traced numbers, a question for a mask."""
    entries: list[Any] = []
    for x in _entries(key):
        if holds_traced(x):
            if not getattr(x, "shape", ()) or plain(x).dtype != bool:
                said = f"an index at {at_work(frame)} is a traced value, whose gradient it would drop"
                raise CaptureError(said, hint=fixed_hint(first_traced((x,))))
            # Which cells it picks hangs on values, as the way does that an if takes.
            mask = plain(x)
            x.recorder.ask(f"a mask picks {np.count_nonzero(mask)} of {mask.size} cells", True, frame)
            entries += mask.nonzero()
            continue
        if isinstance(x, list):
            x = np.array(x, int if not x else None)
        if isinstance(x, np.ndarray) and x.dtype == bool:
            entries += x.nonzero()
        else:
            entries.append(x)
    return tuple(entries)


def index(frame: FrameType, x: Any, key: Any, value: Any = None) -> Any:
    """``x[key]``: gates ``index`` and ``gather``, and a ``reshape`` where axes of length 1 are put in."""
    entries = entries_of(frame, key)
    value = plain(x)[entries] if value is None else value
    kept = tuple(entry for entry in entries if entry is not None)
    # x[None] alone puts an axis in, and picks nothing.
    if not kept:
        return reshape(frame, x, *np.shape(value))
    options, arrays = _gate_index(kept)
    part = value if len(kept) == len(entries) else plain(x)[kept]
    gate = "index" if all(not isinstance(entry, Chosen | Slot) for entry in options) else "gather"
    # NumPy puts the axes of arrays that a slice stands between in front of all others, which the gate does not.
    if len(arrays) > 2 or (gate == "gather" and not _together(kept)):
        # Arrays apart from each other: cells by their numbers in the order of all.
        return _numbered(frame, x, np.arange(plain(x).size).reshape(x.shape)[entries])
    picked = emit(frame, gate, (x, *arrays), part, index=options)
    return picked if np.shape(part) == np.shape(value) else reshape(frame, picked, *np.shape(value))


def along(frame: FrameType, x: Any, axis: int, entry: Any, value: Any = None) -> Any:
    """What an entry of an index picks along one axis."""
    return index(frame, x, (*[slice(None)] * (axis % np.ndim(plain(x))), entry), value)


def _numbered(frame: FrameType, x: Any, places: Any) -> Any:
    """The cells of an array by their numbers in the order of all."""
    flat = x if np.ndim(plain(x)) == 1 else reshape(frame, x, -1)
    return index(frame, flat, places)


def _gate_index(entries: Sequence[Any]) -> tuple[tuple[Any, ...], list[Any]]:
    """The index as gates have it, and the arrays that it reads."""
    chosen: list[Any] = []
    arrays: list[Any] = []
    for entry in entries:
        if isinstance(entry, slice):
            chosen.append(Slice(*(None if x is None else int(x) for x in (entry.start, entry.stop, entry.step))))
        elif entry is Ellipsis:
            chosen.append(entry)
        elif _is_whole(entry) or not np.ndim(entry):
            chosen.append(int(entry))
        elif np.ndim(entry) == 1 and len(entry) <= SHOWN:
            chosen.append(Chosen(tuple(map(int, entry))))
        else:
            arrays.append(entry)
            chosen.append(Slot(len(arrays)))
    return tuple(chosen), arrays


def _together(entries: Sequence[Any]) -> bool:
    """Whether the arrays of an index stand side by side, whole numbers among them."""
    several = [place for place, entry in enumerate(entries) if not (isinstance(entry, slice) or entry is Ellipsis)]
    return several == [*range(several[0], several[-1] + 1)]


def assigned(frame: FrameType, x: Any, key: Any, value: Any) -> Any:
    """The array behind ``x[key] = value``: the value put into its place, and what was there before everywhere else."""
    value = array_of(frame, value)
    entries = entries_of(frame, key)
    after = plain(x).copy()
    after[entries] = plain(value)
    written = np.zeros(after.shape, bool)
    written[entries] = True
    placed = value
    if np.ndim(plain(value)):
        slices = is_basic(key) and not any(entry is None for entry in entries)
        alike = np.shape(plain(x)[entries]) == np.shape(plain(value))
        placed = _placed(frame, entries, value, written) if slices and alike else _spread(frame, entries, value, written.shape)
    # Each cell is from one side, and so is its gradient: what is overwritten gets none.
    return emit(frame, "where", (written, placed, x), after)


def _spread(frame: FrameType, entries: Any, value: Any, shape: Any) -> Any:
    """The cells of a value where an assignment puts them, copied along axes or to cells that arrays pick; elsewhere its first."""
    places = np.zeros(shape, int)
    places[entries] = np.arange(np.size(plain(value))).reshape(np.shape(plain(value)))
    return _numbered(frame, value, places) if hasattr(value, "node") else np.ravel(value)[places]


def _placed(
    frame: FrameType,
    entries: Sequence[Any],
    value: Any,
    written: Any,
) -> Any:
    """The value among zeros, in the shape of the array that it is written to."""
    axes = [np.unique(places) for places in written.nonzero()]
    numbers = np.arange(written.size).reshape(written.shape)[tuple(entries)]
    full = np.zeros(written.shape)
    full[tuple(entries)] = plain(value)
    if not hasattr(value, "node"):
        return full
    box = tuple(len(each) for each in axes)
    starts, steps = [], []
    for axis, each in enumerate(axes):
        # x[::-1] = y puts the first of y last: nonzero has forgotten the way round.
        back = bool(np.ndim(numbers)) and numbers.size > 1 and _runs_back(entries, axis, written.ndim)
        step = int(each[1] - each[0]) if len(each) > 1 else 1
        starts.append(int(each[-1] if back else each[0]))
        steps.append(-step if back else step)
    boxed = reshape(frame, value, *box)
    return emit(frame, "place", (boxed,), full, shape=tuple(written.shape), start=tuple(starts), step=tuple(steps))


def _runs_back(entries: Sequence[Any], axis: int, axes: int) -> bool:
    """Whether the slice of an axis has a negative step."""
    gap = axes - sum(entry is not Ellipsis for entry in entries)
    full: list[Any] = []
    for entry in entries:
        full += [slice(None)] * gap if entry is Ellipsis else [entry]
    entry = full[axis] if axis < len(full) else slice(None)
    return isinstance(entry, slice) and entry.step is not None and entry.step < 0
