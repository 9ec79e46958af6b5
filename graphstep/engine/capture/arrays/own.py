"""Arrays that a captured function makes for itself, ``np.zeros(3)``: plain ones until something traced is put into one.

What is put in is kept piece by piece, and becomes one array of gates when it is read as a whole: a loop that fills n cells costs
n, not n times n. A part of such an array, ``row = out[0]``, knows which of its cells it has: both see what is written to either.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.cells import of_cells
from graphstep.engine.capture.arrays.indices import entries_of, is_basic
from graphstep.engine.capture.arrays.picks import joined, pick
from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.arrays.table import FUNCTIONS, apply, array_of, as_array, emit, name_of, reshape, stack
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recorder import POISON, variable_of
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Fillable, Traced, first_traced, holds_traced, plain
from graphstep.ground.late import np

_VIEWS = "reshape ravel transpose swapaxes squeeze diagonal"
_SCATTERED = 4_000_000
"""Cells of the matrix that adds up where ``np.add.at`` adds, at most."""


class Memory:
    """The cells of an array and of all its parts, and what traced numbers were put into them."""

    def __init__(self, cells: Any) -> None:
        self.cells = cells
        """Its plain cells; nan where something traced was put, so that what reads them unseen cannot pass for a result."""
        self.array: weakref.ref[OwnArray] | None = None
        """The array that has all of them."""
        self.whole: Any = None
        """The traced array that it was when it was last read as a whole; None for a plain one."""
        self._pieces: list[Any] = []

    @cached_property
    def places(self) -> Any:
        """The number of each cell. Most arrays are never written to, and need none; so it is with the two below."""
        return np.arange(self.cells.size).reshape(self.cells.shape)

    @cached_property
    def _owner(self) -> Any:
        """By cell which of the pieces it is from; -1 for none."""
        return np.full(self.cells.size, -1)

    @cached_property
    def _offset(self) -> Any:
        """By cell which cell of that piece it is."""
        return np.zeros(self.cells.size, int)

    @property
    def is_written(self) -> bool:
        """Whether something traced was put in."""
        return self.whole is not None or bool(self._pieces)

    def holds_traced(self, places: Any) -> bool:
        """Whether something traced stands at one of the places."""
        return self.whole is not None or bool(self._pieces and np.any(self._owner[places] >= 0))

    def put(self, places: Any, value: Any) -> None:
        """Put a value, or a number for each of the places, there."""
        numbers = np.arange(np.size(plain(value))).reshape(np.shape(plain(value)))
        self._owner[places] = len(self._pieces)
        self._offset[places] = numbers
        self._pieces.append(value)

    def read(self, frame: FrameType, places: Any) -> Any:
        """What stands at places, where something traced does."""
        owners = self._owner[places]
        first = int(owners.flat[0]) if np.size(owners) else -1
        # All of it from one piece: what is read back row by row, as it was written, needs no joining.
        if first >= 0 and np.all(owners == first):
            piece, offset = self._pieces[first], self._offset[places]
            shape = np.shape(plain(piece))
            if not shape and not np.ndim(places):
                return piece
            if shape == np.shape(places) and np.array_equal(np.ravel(offset), np.arange(np.size(offset))):
                return piece
            if shape:
                return pick(frame, piece, offset) if isinstance(piece, Traced) else np.ravel(piece)[offset]
        if self.whole is None and not np.ndim(places) and first < 0:
            return self.cells.flat[places]
        self._join(frame)
        return self.whole if np.array_equal(places, self.places) else pick(frame, self.whole, places)

    def _join(self, frame: FrameType) -> None:
        """Make one array of the pieces."""
        if not self._pieces:
            return
        recorder = first_traced(x for x in self._pieces if isinstance(x, Traced)).recorder
        first = len(recorder.recording.operations)
        used = np.unique(self._owner[self._owner >= 0])
        pieces = [self._pieces[k] for k in used]
        sizes = [np.size(plain(x)) for x in pieces]
        alone = len(pieces) > 1 and not any(np.ndim(plain(x)) for x in pieces)
        row = stack(frame, pieces) if alone else joined(frame, pieces)
        starts = np.zeros(len(self._pieces), int)
        starts[used] = np.cumsum([0, *sizes[:-1]])
        written = self._owner >= 0
        flat = np.where(written, starts[self._owner] + self._offset, 0)
        shape = self.places.shape
        if written.all() and np.array_equal(flat, np.arange(sum(sizes))):
            whole = reshape(frame, row, *shape)
        else:
            whole = pick(frame, row, flat.reshape(shape))
        if not written.all():
            mask, base = written.reshape(shape), self.cells if self.whole is None else self.whole
            value = np.where(mask, plain(whole), plain(base)).astype(self.cells.dtype)
            whole = emit(frame, "where", (mask, whole, np.where(mask, 0.0, base) if self.whole is None else base), value)
        # What is joined is none of the variables that the line at work assigns: it is the array that was filled.
        for operation in recorder.recording.operations[first:]:
            operation.variable = ""
        array = self.array() if self.array is not None else None
        if array is not None and len(recorder.recording.operations) > first:
            recorder.recording.operations[-1].variable = variable_of(array, frame)
        self.whole, self._pieces = whole, []
        self._owner[:] = -1


class OwnArray(Fillable, np.ndarray):
    """An array that a captured function made, or a part of one."""

    _memory: Memory | None = None
    _some: Any = None
    _source: OwnArray | None = None

    def __array_finalize__(self, source: Any) -> None:
        # What is made of one in a way that is not followed may share its memory.
        self._source = source if isinstance(source, OwnArray) else None

    @property
    def is_traced(self) -> bool:  # type: ignore[override]  # nobody writes it
        """Whether something traced stands in it."""
        if (
            self._memory is None
            and self._source is not None
            and self._source.is_traced
            and np.may_share_memory(self.cells(), self._source.cells())
        ):
            hint = "index it, or reshape it, as it is: other ways to a part of an array are not followed"
            raise CaptureError(
                f"a part of an array that traced numbers were put into is read at {at_work(sys._getframe(1))}", hint=hint
            )
        return self._memory is not None and self._memory.is_written and self._memory.holds_traced(self._places)

    def cells(self) -> Any:
        """Its plain cells."""
        return np.ndarray.view(self, np.ndarray)

    def now(self, frame: FrameType) -> Any:
        """The traced array that it is where something traced stands in it; else itself."""
        if not self.is_traced:
            return self
        assert self._memory is not None, "it is in there"
        return as_array(self._memory.read(frame, self._places))

    @property
    def _places(self) -> Any:
        """The numbers of its cells in the memory that it is in."""
        assert self._memory is not None, "it is in there"
        return self._memory.places if self._some is None else self._some

    def shares(self, cells: Any) -> bool:
        """Whether cells are some of its own."""
        return self._memory is not None and np.may_share_memory(np.ndarray.view(cells, np.ndarray), self.cells())

    def _part(self, cells: Any, places: Any) -> Any:
        part = np.ndarray.view(cells, OwnArray)
        part._memory, part._some, part._source = self._memory, places, None
        return part

    def __getitem__(self, key: Any) -> Any:
        frame = sys._getframe(1)
        key = entries_of(frame, key) if holds_traced(key) else key
        if self._memory is None:
            return own(self.cells()[key])
        places = self._places[key]
        if not np.ndim(places):
            return self._memory.read(frame, places) if self._memory.holds_traced(places) else self.cells()[key]
        if is_basic(key):
            return self._part(self.cells()[key], places)
        return as_array(self._memory.read(frame, places)) if self._memory.holds_traced(places) else own(self.cells()[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.fill_in(sys._getframe(1), key, value)

    def fill_in(self, frame: FrameType, key: Any, value: Any) -> None:
        """Put something into cells."""
        key = entries_of(frame, key) if holds_traced(key) else key
        value = array_of(frame, value)
        if not holds_traced(value) and not self.is_traced:
            self.cells()[key] = plain(value)
            return
        if self._memory is None:
            raise CaptureError(f"a part of an array is written to at {at_work(frame)} in a way that is not followed")
        places = self._places[key]
        if isinstance(value, Traced):
            value = as_array(value)
            value = value if value.dtype == self.dtype else value.astype(self.dtype)
        else:
            value = np.asarray(plain(value), self.dtype)
        # What does not fit NumPy itself says.
        self.cells()[key] = plain(value)
        self._memory.put(places, value)
        # A C function that reads the memory finds a nan that is known again, and not an old number.
        self.cells()[key] = POISON

    def add_at(self, frame: FrameType, key: Any, value: Any) -> None:
        """``np.add.at``: add to cells, again for each time that one is named."""
        places, value = np.arange(self.size).reshape(self.shape)[plain(key)], array_of(frame, value)
        if places.size * self.size > _SCATTERED:
            raise CaptureError(f"np.add.at of so many cells at {at_work(frame)} is not followed", hint="add them in a loop")
        numbers = np.broadcast_to(np.arange(np.size(plain(value))).reshape(np.shape(plain(value))), places.shape)
        spread = np.zeros((self.size, np.size(plain(value))))
        np.add.at(spread, (np.ravel(places), np.ravel(numbers)), 1.0)
        if isinstance(value, Traced):
            added = reshape(frame, product(frame, spread, reshape(frame, value, -1)), *self.shape)
        else:
            added = (spread @ np.ravel(value)).reshape(self.shape)
        self.fill_in(frame, ..., self.now(frame) + added)

    def __iter__(self) -> Iterator[Any]:
        for place in range(len(self)):
            yield self[place]

    def __contains__(self, value: Any) -> bool:
        return any(each == value for each in self)

    @property
    def T(self) -> Any:  # noqa: N802 – as NumPy calls it
        """The array with its axes in reverse order."""
        return self.transpose()

    @property
    def flat(self) -> Any:
        """Its cells in a row."""
        row = self.ravel()
        return row if self.shares(row) or self.is_traced else self.cells().flat

    def copy(self, *_: Any, **__: Any) -> Any:
        """A copy in memory of its own."""
        now = self.now(sys._getframe(1))
        return copy(now) if isinstance(now, Traced) else own(self.cells().copy())

    __copy__ = copy

    def __deepcopy__(self, _: Any) -> Any:
        return self.copy()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        frame = sys._getframe(1)
        if holds_traced((*inputs, *options.values())):
            return of_cells(ufunc, method, inputs, options, frame)
        result = getattr(ufunc, method)(*map(plain, inputs), **{key: plain(x) for key, x in options.items()})
        return options["out"][0] if "out" in options and len(options["out"]) == 1 else own(result)

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> Any:
        if holds_traced((*arguments, *options.values())):
            return apply(name_of(function), sys._getframe(1), arguments, options)
        named = {key: plain(x) for key, x in options.items()}
        result = function(*map(plain, arguments), **named)
        first = arguments[0] if arguments else None
        if isinstance(first, OwnArray) and isinstance(result, np.ndarray) and first.shares(result):
            # What only moves cells moves their numbers alike.
            return first._part(result, function(first._places, *map(plain, arguments[1:]), **named))
        return own(result, *arguments)


def _method(name: str) -> Callable[..., Any]:
    original = getattr(np.ndarray, name)

    def method(self: OwnArray, *arguments: Any, **options: Any) -> Any:
        frame = sys._getframe(1)
        shares = name in _VIEWS.split() and self._memory is not None
        if not shares and holds_traced((self, *arguments, *options.values())):
            now = self.now(frame)
            if name in FUNCTIONS and isinstance(now, Traced) and name != "round":
                return apply(name, frame, (now, *arguments), options)
            if name == "fill":
                return self.fill_in(frame, ..., *arguments)
            return getattr(now, name)(*arguments, **options)
        result = original(self.cells(), *map(plain, arguments), **{key: plain(x) for key, x in options.items()})
        if shares and self.shares(result):
            return self._part(result, original(self._places, *arguments, **options))
        return own(result)

    return method


def _asked(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: OwnArray, *arguments: Any) -> Any:
        now = self.now(sys._getframe(1))
        return function(now if isinstance(now, Traced) else self.cells(), *arguments)

    return method


_OTHERS = {name for name in dir(np.ndarray) if name[0] != "_" and callable(getattr(np.ndarray, name))} - {*vars(OwnArray), "view"}
for _name in sorted(_OTHERS):
    setattr(OwnArray, _name, _method(_name))
_ASKED: dict[str, Callable[..., Any]] = {"float": float, "int": int, "bool": bool, "complex": complex, "repr": repr}
_ASKED |= {"str": str, "format": format}
for _name, _function in _ASKED.items():
    setattr(OwnArray, f"__{_name}__", _asked(_function))


def own(array: Any, *sources: Any) -> Any:
    """An array of floating point that nothing else sees, as one that the function may fill; anything else is itself."""
    if type(array) is not np.ndarray or array.dtype.kind != "f" or not array.flags.writeable:
        return array
    # np.asarray(x) and x.T hand back memory that somebody else sees.
    if any(isinstance(x, np.ndarray) and np.may_share_memory(plain(x), array) for x in sources):
        return array
    whole = np.ndarray.view(array, OwnArray)
    whole._memory = Memory(array)
    whole._memory.array = weakref.ref(whole)
    return whole
