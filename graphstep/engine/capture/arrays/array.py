"""An array that records what is computed from it: what a function gets in place of an argument that is an array of NumPy.

Its shape is a plain shape, its operators and methods are gates. What writes to it makes a new version of it; where another
variable sees the same memory, that is refused, as a version would be silently wrong there.
"""

from __future__ import annotations

import operator
import sys
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import cells
from graphstep.engine.capture.arrays.indices import assigned, index, is_basic
from graphstep.engine.capture.arrays.table import FUNCTIONS, apply, array_of, current, name_of
from graphstep.engine.capture.places import at_work, stores_cells
from graphstep.engine.capture.recorder import Recorder
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Traced, binary, holds_traced, plain, refusal, unary
from graphstep.ground.late import np


def _method(name: str) -> Callable[..., Any]:
    def method(self: TracedArray, *arguments: Any, **options: Any) -> Any:
        return apply(name, sys._getframe(1), (self, *arguments), options)

    return method


def _shaped(name: str) -> Callable[..., Any]:
    """A method that takes its shape, or its axes, also one by one."""

    def method(self: TracedArray, *numbers: Any, **options: Any) -> Any:
        return apply(name, sys._getframe(1), (self, numbers) if len(numbers) > 1 else (self, *numbers), options)

    return method


def _written(gate: str, compute: Callable[[Any, Any], Any]) -> Callable[[TracedArray, Any], Any]:
    """The method of ``+=`` and its like."""

    def method(self: TracedArray, other: Any) -> Any:
        frame, other = sys._getframe(1), self.beside(other)
        if other is NotImplemented:
            return NotImplemented
        value = compute(plain(self), plain(other))
        if not isinstance(self.value, np.ndarray) or stores_cells(frame):
            # A number of NumPy is not written to: the variable gets another one. And x[0] += y assigns to the cells itself.
            return self.recorder.node(gate, (self, other), value, frame)
        self.check_alone("an operator that writes into its left side", frame)
        if value.shape != self.value.shape or not np.can_cast(value.dtype, self.value.dtype, "same_kind"):
            raise CaptureError(f"the result at {at_work(frame)} does not fit into the array that it is written to")
        self.become(self.recorder.node(gate, (self, other), value.astype(self.value.dtype), frame), frame)
        return self

    return method


class TracedArray(Traced):
    """An array, or a number of NumPy, of a call that is being recorded."""

    __slots__ = ("root", "views")

    def __init__(self, recorder: Recorder, node: int, value: Any) -> None:
        super().__init__(recorder, node, value)
        self.root: TracedArray = self
        """The array whose memory it shares; itself where that is its own."""
        self.views: list[weakref.ref[TracedArray]] = []
        """Those that share its memory."""

    def beside(self, other: Any) -> Any:
        """As for a number; a list is the array that NumPy makes of it."""
        if isinstance(other, list | tuple):
            frame = sys._getframe(2)
            return array_of(frame, other) if holds_traced(other) else np.array(other)
        return super().beside(other)

    def seen_in(self, view: Any) -> Any:
        """Note that another array shares its memory."""
        if isinstance(view, TracedArray) and view is not self:
            view.root = self.root
            # A part that nobody holds any more sees nothing.
            self.root.views = [each for each in self.root.views if each() is not None]
            self.root.views.append(weakref.ref(view))
        return view

    def check_alone(self, what: str, frame: FrameType) -> None:
        """Raise CaptureError where another variable sees the memory of an array that is written to."""
        if self.root is self and all(each() is None for each in self.views):
            return
        hint = "write y = y + … in place of y += …, or copy it before: y = y.copy()"
        raise CaptureError(f"{what} at {at_work(frame)} changes an array of which another variable is a part", hint=hint)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return int(self.value.ndim)

    @property
    def size(self) -> int:
        """How many cells it has."""
        return int(self.value.size)

    @property
    def dtype(self) -> Any:
        """The type of its cells."""
        return self.value.dtype

    @property
    def itemsize(self) -> int:
        """How many bytes a cell has."""
        return int(self.value.itemsize)

    @property
    def strides(self) -> tuple[int, ...]:
        """How many bytes it is from a cell to the next one, by axis, where the function computes it."""
        return tuple(self.value.strides)

    @property
    def data(self) -> TracedArray:
        """Its memory, which functions of NumPy read as they read an array."""
        return self

    @property
    def T(self) -> Any:  # noqa: N802 – as NumPy calls it
        """The array with its axes in reverse order."""
        return apply("transpose", sys._getframe(1), (self,), {})

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        frame = sys._getframe(1)
        for place in range(len(self.value)):
            yield self._part(index(frame, self, place))

    def __getitem__(self, key: Any) -> Any:
        part = index(sys._getframe(1), self, key)
        return self._part(part) if is_basic(key) else part

    def _part(self, part: Any) -> Any:
        """A part of it, which shares its memory; a single cell of an array has its own."""
        return self.seen_in(part) if isinstance(part.value, np.ndarray) else part

    def __setitem__(self, key: Any, value: Any) -> None:
        frame = sys._getframe(1)
        value = current(frame, value)
        self.check_alone("an assignment to cells", frame)
        self.become(assigned(frame, self, key, value), frame)

    def become(self, version: Traced, frame: FrameType) -> None:
        """Be another version of itself from here on: what was computed from the one before stays so."""
        self.recorder.call_last(self, frame)
        self.node, self.value = version.node, version.value

    def copy(self, order: str = "C") -> TracedArray:  # noqa: ARG002 – how its cells lie there changes no number
        """A copy in memory of its own."""
        return TracedArray(self.recorder, self.node, self.value)

    __copy__ = copy

    def view(self, *other: Any, **options: Any) -> TracedArray:
        """The same cells under another name; CaptureError for cells of another type."""
        if other or options:
            raise CaptureError(f".view of another type at {at_work(sys._getframe(1))} is not followed", hint="x.astype(…)")
        return self

    def astype(self, dtype: Any, *_: Any, **__: Any) -> TracedArray:
        """The same as cells of another type; CaptureError where that changes cells."""
        value = self.value.astype(dtype)
        if value.dtype.kind == "f" and self.value.dtype.kind == "f" and not np.array_equal(value, self.value, equal_nan=True):
            # To round cells to a smaller type sends the gradient on as it is.
            rounded: TracedArray = self.recorder.node("mul", (self, 1.0), value, sys._getframe(1))
            return rounded
        if value.dtype.kind == "b" and self.value.dtype.kind != "b":
            nonzero: TracedArray = self.recorder.node("not_equal", (self, 0.0), value, sys._getframe(1))
            return nonzero
        if value.dtype.kind not in "fiub" or not np.array_equal(value, self.value, equal_nan=True):
            where = at_work(sys._getframe(1))
            change = "rounded to" if value.dtype.kind in "iu" else "made of type"
            raise CaptureError(f"cells are {change} {np.dtype(dtype)} at {where}", hint="leave it out, or compute in one type")
        # Further on it is computed with as what it was made to be.
        return TracedArray(self.recorder, self.node, value)

    __matmul__, __rmatmul__ = binary("matmul", operator.matmul), binary("matmul", operator.matmul, swapped=True)
    __invert__ = cells.inverted
    __and__, __or__ = cells.joined("and"), cells.joined("or")
    __rand__, __ror__ = __and__, __or__
    __iadd__, __isub__ = _written("add", operator.add), _written("sub", operator.sub)
    __imul__, __itruediv__ = _written("mul", operator.mul), _written("div", operator.truediv)
    __ipow__, __imatmul__ = _written("pow", operator.pow), _written("matmul", operator.matmul)
    __neg__, __abs__ = unary("neg", operator.neg), unary("abs", abs)

    flatten, reshape, transpose, round = _method("flatten"), _shaped("reshape"), _shaped("transpose"), _method("round")

    def item(self, *place: Any) -> Any:
        """One cell, as a number of Python's."""
        frame, number = sys._getframe(1), self.value.item(*place)
        where = tuple(map(int, np.unravel_index(place[0] if place else 0, self.shape))) if len(place) < 2 else place
        cell = index(frame, self, where) if self.ndim else self
        return Traced(self.recorder, cell.node, number)

    def tolist(self) -> Any:
        """Its cells as numbers of Python's, in lists."""
        frame = sys._getframe(1)
        if not self.ndim:
            return Traced(self.recorder, self.node, self.value.item())
        return [index(frame, self, place).tolist() for place in range(len(self.value))]

    def sort(self, axis: int = -1, **_: Any) -> None:
        """Put its cells in order."""
        frame = sys._getframe(1)
        self.check_alone("a method that writes", frame)
        self.become(apply("sort", frame, (self,), {"axis": axis}), frame)

    fill = put = partition = itemset = resize = refusal(
        "a method that writes", "make a new array: np.where, np.stack, np.concatenate"
    )
    tofile = dump = dumps = tobytes = refusal("writing it out", "leave it out of the function that is captured")

    def __getattr__(self, name: str) -> Any:
        # copy, pickle and NumPy ask for names with underscores to learn what an object can do: a refusal would end the capture.
        if not hasattr(np.ndarray, name) or name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name in FUNCTIONS:
            return _method(name).__get__(self)
        if name in ("conj", "conjugate"):
            return lambda: self
        hint = f"the function np.{name} may be" if hasattr(np, name) else "write it with operators and functions of np"
        raise CaptureError(f".{name} at {at_work(sys._getframe(1))} is not followed", hint=hint)

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> Any:
        return apply(name_of(function), sys._getframe(1), arguments, options)
