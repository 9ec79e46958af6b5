"""Primitives that only move cells, as gates that pick them: which cells, the primitive itself says of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphstep.engine.capture.arrays.indices import SHOWN
from graphstep.engine.capture.jax.primitives import Taken
from graphstep.ground.late import np
from graphstep.ground.operands import Chosen, Slice, Slot

Bind = Callable[[Sequence[Any]], Sequence[Any]]
"""The primitive, called with other values."""

Move = Callable[[Bind, Mapping[str, Any], Sequence[Any], Sequence[Any], int], Sequence[Taken]]
"""The steps of a result, by the primitive, its parameters, what it reads, its results, and which of them it is."""


def _entry(places: Any, slot: int) -> tuple[Any, list[Any]]:
    """Places as the entry of an index, and what the gate reads for it: a long row of them is an array of its own."""
    if places.ndim == 1 and len(places) <= SHOWN:
        return Chosen(tuple(map(int, places))), []
    return Slot(slot), [places]


def picked(shape: Sequence[int], places: Any, first: int = 0) -> list[Taken]:
    """The steps that take the cells with these numbers, in reading order, of an array; ``first`` is the operand that it is."""
    size = int(np.prod(shape[1:], dtype=int))
    rows = places.reshape(*places.shape[: places.ndim - len(shape) + 1], -1) if places.ndim >= len(shape) - 1 and size else places
    # Whole rows, as an embedding takes them: no array is laid out flat for that.
    if (
        places.shape[places.ndim - len(shape) + 1 :] == tuple(shape[1:])
        and size
        and np.all(rows == rows[..., :1] + np.arange(size))
    ):
        starts = rows[..., 0]
        if starts.ndim and not np.any(starts % size):
            entry, reads = _entry(starts // size, 1)
            return [Taken("gather", (first, *reads), (("index", (entry,)),))]
    if not places.ndim:
        return [Taken("index", (first,), (("index", tuple(int(k) for k in np.unravel_index(int(places), shape))),))]
    if len(shape) == 2:
        row, column = np.unravel_index(places, shape)
        one, left = _entry(row, 1)
        other, right = _entry(column, 1 + len(left))
        return [Taken("gather", (first, *left, *right), (("index", (one, other)),))]
    steps = [Taken("reshape", (first,), (("shape", (int(np.prod(shape, dtype=int)),)),))] if len(shape) > 1 else []
    entry, reads = _entry(places, 1)
    return [*steps, Taken("gather", (-len(steps) if steps else first, *reads), (("index", (entry,)),))]


_LARGEST = 2**24
"""The whole numbers from 0 on that float32 holds."""


def _numbers(x: Any, first: int = 0) -> Any:
    return np.arange(first, first + np.size(x)).reshape(np.shape(x))


def _asked(bind: Bind, values: Sequence[Any], moved: Sequence[int], number: int) -> Any:
    """The numbers of the cells that a result is made of, those of the moved operands one behind the other; None for others."""
    numbered, count = [*values], 1
    for k in moved:
        # As numbers of floating point: where nothing is picked there is a nan, and 0 where a primitive fills up.
        numbered[k], count = np.asarray(_numbers(values[k], count), np.float32), count + np.size(values[k])
    if count > _LARGEST:
        return None
    places = np.asarray(bind(numbered)[number])
    return places.astype(int) - 1 if np.all(places >= 1) else None


def _gathered(bind: Bind, _: Mapping[str, Any], values: Sequence[Any], __: Sequence[Any], number: int) -> Sequence[Taken]:
    places = _asked(bind, values, [0], number)
    return [] if places is None else picked(np.shape(values[0]), places)


def _written(bind: Bind, _: Mapping[str, Any], values: Sequence[Any], outs: Sequence[Any], number: int) -> Sequence[Taken]:
    # scatter has the places between the array and what is written, dynamic_update_slice behind both.
    other = 2 if len(values) == 3 and not np.issubdtype(values[2].dtype, np.integer) else 1
    places = _asked(bind, values, [0, other], number)
    if places is None:
        return []
    flat = [Taken("reshape", (k,), (("shape", (np.size(values[k]),)),)) for k in (0, other)]
    size = np.size(values[0]) + np.size(values[other])
    row = [*flat, Taken("concat", (-1, -2)), *picked((size,), places.ravel(), -3)]
    return row if places.ndim == 1 else [*row, Taken("reshape", (-len(row),), (("shape", np.shape(outs[number])),))]


def _ordered(_: Bind, params: Mapping[str, Any], values: Sequence[Any], outs: Sequence[Any], number: int) -> Sequence[Taken]:
    if params["num_keys"] != 1:
        return []
    order = np.argsort(np.asarray(values[0]), params["dimension"], kind="stable")
    numbers = np.take_along_axis(_numbers(outs[number]), order, params["dimension"])
    return [_with_operand(each, number) for each in picked(np.shape(values[number]), numbers)]


def _with_operand(step: Taken, number: int) -> Taken:
    return Taken(step.gate, tuple(number if type(x) is int and x == 0 else x for x in step.operands), step.options)


def _largest(_: Bind, __: Mapping[str, Any], values: Sequence[Any], outs: Sequence[Any], ___: int) -> Sequence[Taken]:
    return picked(np.shape(values[0]), np.take_along_axis(_numbers(values[0]), np.asarray(outs[1], int), -1))


def _sliced(_: Bind, params: Mapping[str, Any], values: Sequence[Any], __: Sequence[Any], ___: int) -> Sequence[Taken]:
    # A slice that would stand out is moved inside.
    sizes = zip(values[1:], params["slice_sizes"], np.shape(values[0]), strict=True)
    starts = [(min(max(int(start), 0), whole - size), size) for start, size, whole in sizes]
    return [Taken("index", (0,), (("index", tuple(Slice(start, start + size, None) for start, size in starts)),))]


def _split(_: Bind, params: Mapping[str, Any], __: Sequence[Any], ___: Sequence[Any], number: int) -> Sequence[Taken]:
    start = sum(params["sizes"][:number])
    whole = [Slice(None, None, None)] * int(params["axis"])
    return [Taken("index", (0,), (("index", (*whole, Slice(start, start + params["sizes"][number], None))),))]


MOVES: dict[str, Move] = {
    "gather": _gathered,
    "tile": _gathered,
    "dynamic_slice": _sliced,
    "split": _split,
    "sort": _ordered,
    "top_k": _largest,
    "scatter": _written,
    "dynamic_update_slice": _written,
}
"""The primitives that move cells, by name."""
