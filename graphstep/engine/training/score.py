"""Noted calls that are called again: by Python one by one, and by C as far as the compiled core knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from math import copysign
from typing import Any

from graphstep.engine.arithmetic import compiled, start
from graphstep.engine.training.rehearsal import Note, is_still
from graphstep.gates.products import FIXED_ORDER, dot
from graphstep.ground.late import np

LARGE = 8192
"""Cells up to which the core computes cell by cell. For more NumPy's loops are as good, and better where registers are wide."""

_NUMPY_BEGINS_AT_0 = copysign(1.0, start()) > 0
"""Whether sums of arrays are known to the bit: NumPy began otherwise before 2.4."""

Order = tuple[str, Any, Any, Any]
"""A call of the core: its name, the matrix that is written, and the two that are read."""


class Score:
    """Calls in their order, bound to the arrays that they read and write."""

    def __init__(self, notes: Sequence[Note]) -> None:
        core = compiled()
        self._calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        coded = [(note, _order(note) if core else None) for note in _joined(_shared(_read(notes)))]
        for known, run in groupby(coded, key=lambda entry: entry[1] is not None):
            if core is None or not known:
                self._calls += [_call(note) for note, _ in run]
                continue
            orders = tuple((core.ORDERS.index(name), *matrices) for _, (name, *matrices) in run)  # type: ignore[misc]  # known
            self._calls.append((core.play, (core.prepare(orders, start()),)))

    def play(self) -> bool:
        """Call them; False where a number is on another side than it was, so that the gates have to do it themselves."""
        for function, operands in self._calls:  # noqa: SIM110  # a generator would take a twentieth of a tiny round
            # What NumPy returns is an array.
            if function(*operands) is False:
                return False
        return True


def squares(array: Any, out: Any) -> None:
    """The sum of the squares, in an array of one cell."""
    out[...] = dot(np, array, array)


def below(bound: Any, array: Any) -> bool:
    """Whether none of some numbers, which are not negative, exceeds a bound."""
    return not np.maximum.reduce(array, axis=None, initial=0.0) > bound


def finite(array: Any) -> bool:
    """Whether all numbers are finite."""
    return bool(np.logical_and.reduce(np.isfinite(array), axis=None))


def _read(notes: Sequence[Note]) -> list[Note]:
    """The notes without those that make what nobody reads."""
    kept, roots = [], set()
    for note in reversed(notes):
        # What has a base is a part of something larger, which others read.
        if note.out is None or note.out.base is not None or id(note.out) in roots:
            kept.append(note)
            roots |= {id(x if x.base is None else x.base) for x in note.operands if isinstance(x, np.ndarray)}
    return kept[::-1]


def _shared(notes: list[Note]) -> list[Note]:
    """The notes with arrays on the way that are written again where their numbers were read for the last time.

    What is written and read again at once is still in the processor's cache.
    """
    last = {id(x): place for place, note in enumerate(notes) for x in note.operands}
    whole = {id(n.out) for n in notes if n.out is not None and n.out.base is None and n.out.flags.c_contiguous}
    whole -= {id(x.base) for note in notes for x in note.operands if isinstance(x, np.ndarray)}
    free: dict[tuple[int, Any], list[Any]] = {}
    # By the array of a note the one that stands for it; the former are kept, so that no other gets their numbers.
    instead: dict[int, tuple[Any, Any]] = {}
    shared = []
    for place, note in enumerate(notes):
        out = note.out
        if id(out) in whole and id(out) not in instead:
            spare = free.get((out.size, out.dtype))
            instead[id(out)] = out, spare.pop().reshape(out.shape) if spare else out
        for x in {id(x): x for x in note.operands}.values():
            if id(x) in instead and last[id(x)] == place:
                array = instead[id(x)][1]
                free.setdefault((array.size, array.dtype), []).append(array)
        operands = tuple(instead[id(x)][1] if id(x) in instead else x for x in note.operands)
        shared.append(Note(note.function, operands, instead[id(out)][1] if id(out) in instead else out, note.options))
    return shared


def _joined(notes: Sequence[Note]) -> Iterator[Note]:
    """The notes, with three that ask one question as one."""
    place = 0
    while place < len(notes):
        question = _question(*notes[place : place + 3]) if place + 3 <= len(notes) else None
        yield question or notes[place]
        place += 3 if question else 1


def _question(one: Note, two: Note, three: Note) -> Note | None:
    if three.function is not is_still or three.operands[0] is not two.out or two.operands[0] is not one.out:
        return None
    holds = three.operands[1]
    if two.function is np.greater and one.function == np.maximum.reduce and one.options == {"axis": None, "initial": 0.0}:
        return None if holds else Note(below, (two.operands[1], *one.operands))
    if two.function == np.logical_and.reduce and one.function is np.isfinite:
        return Note(finite, one.operands) if holds else None
    return None


def _call(note: Note) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A note as a function and what it is called with."""
    function, options, out = note.function, note.options, () if note.out is None else (note.out,)
    if not options and function not in (np.maximum, np.minimum):
        return function, (*note.operands, *out)
    if options.keys() <= {"axis", "keepdims"} and _reduced(function):
        # By their places, which is quicker than by their names.
        return function, (*note.operands, options.get("axis", 0), None, note.out, options.get("keepdims", False))
    return partial(function, out=note.out, **options), note.operands


def _reduced(function: Any) -> Any:
    """The function of NumPy's that a reduction calls again and again; None for any other."""
    owner = getattr(function, "__self__", None)
    return owner if isinstance(owner, np.ufunc) else None


# -- for the core ----------------------------------------------------------------------------------------------------------------

_CELLWISE = {
    np.add: "add",
    np.subtract: "subtract",
    np.multiply: "multiply",
    np.divide: "divide",
    np.negative: "negative",
    np.positive: "positive",
    np.square: "multiply",
}


def _order(note: Note) -> Order | None:
    """A note as a call of the core; None where it is not the core's."""
    # Whatever is not recognised here stays NumPy's: a call too many costs a microsecond, a wrong one the numbers.
    arrays = [_doubles(x) for x in (*note.operands, *(() if note.out is None else (note.out,)))]
    if any(x is None for x in arrays):
        return None
    order = _coded(note, arrays)
    if order is None or order[0] in _QUESTIONS:
        return order
    name, into, x, y = order
    return None if any(_clash(into, side, in_place=name in _CELLWISE.values()) for side in (x, y)) else order


def _doubles(value: Any) -> Any:
    array = np.asarray(value)
    # Counts and exponents of rows are Python's ints, of which NumPy makes doubles too; other types are not the core's.
    if not array.ndim and array.dtype.kind == "i":
        return array.astype(np.float64)
    return array if array.dtype == np.float64 else None


_QUESTIONS = ("below", "finite")


def _coded(note: Note, arrays: list[Any]) -> Order | None:
    function, nothing = note.function, np.empty((1, 1))
    if function is finite:
        return _of_one("finite", nothing, arrays[0])
    if function is below:
        return None if (x := _row(arrays[1])) is None else ("below", nothing, arrays[0].reshape(1, 1), x)
    if function is squares and _NUMPY_BEGINS_AT_0 and arrays[0].size <= FIXED_ORDER:
        return _of_one("dot", arrays[1].reshape(1, 1), arrays[0])
    if getattr(function, "__name__", "") == "small_product":
        left, right, into = arrays
        return "product", into, left, right
    if function == np.add.reduce and _NUMPY_BEGINS_AT_0 and note.options.keys() <= {"axis", "keepdims"}:
        return _sum(arrays[0], arrays[1], note.options.get("axis", 0))
    if function in _CELLWISE and not note.options and arrays[-1].size <= LARGE:
        sides = _alike(arrays)
        return None if sides is None else (_CELLWISE[function], sides[-1], sides[0], sides[-2])
    return None


def _of_one(name: str, into: Any, array: Any) -> Order | None:
    x = _row(array)
    return None if x is None else (name, into, x, x)


def _row(array: Any) -> Any:
    return array.reshape(1, -1) if array.flags.c_contiguous else None


def _sum(x: Any, into: Any, axis: Any) -> Order | None:
    if not x.flags.c_contiguous or not into.flags.c_contiguous:
        return None
    if into.size == 1 and (axis is None or x.size == 1 or x.ndim == 1 or len(_axes(x, axis)) == x.ndim):
        return _of_one("sum", into.reshape(1, 1), x)
    # Of a matrix with one row or one column NumPy sees a vector.
    if x.ndim != 2 or 1 in x.shape or len(_axes(x, axis)) != 1:
        return None
    return ("sum", into.reshape(-1, 1), x, x) if _axes(x, axis)[0] else ("sum_down", into.reshape(1, -1), x, x)


def _axes(x: Any, axis: Any) -> list[int]:
    """The axes that are added up, counted from the first."""
    return [*range(x.ndim)] if axis is None else sorted(n % x.ndim for n in (axis if isinstance(axis, tuple) else (axis,)))


def _alike(arrays: list[Any]) -> list[Any] | None:
    """Arrays that meet cell by cell, as matrices of one shape that are views of them; the last one is written."""
    into = arrays[-1]
    if all(x.size == 1 or (x.shape == into.shape and x.flags.c_contiguous) for x in arrays):
        return [np.broadcast_to(x.reshape(1, 1), (1, into.size)) if x.size == 1 else x.reshape(1, -1) for x in arrays[:-1]] + [
            into.reshape(1, -1)
        ]
    if into.ndim > 2:
        return None
    return [np.atleast_2d(np.broadcast_to(x, into.shape)) for x in arrays[:-1]] + [np.atleast_2d(into)]


def _clash(into: Any, side: Any, *, in_place: bool) -> bool:
    """Whether cells would be read behind where they are written."""
    if not np.may_share_memory(into, side):
        return False
    # In place a cell is read before it is written, as long as both walk through the memory in the same steps.
    same = into.__array_interface__["data"] == side.__array_interface__["data"] and into.strides[1] == side.strides[1]
    return not (in_place and same and (len(into) == 1 or into.strides[0] == side.strides[0]))
