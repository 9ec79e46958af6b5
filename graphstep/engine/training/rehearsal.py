"""What NumPy is called for while gates work, written down call by call, so that it can be called again without the gates.

A round of training does what the last one did, with other numbers. Most of a tiny round is to find out what to do: which rows,
which operands, which way to add. So a pass is watched once: the rows get arrays that write down what becomes of them, and each
call is noted with the arrays that it read and the one that it made. Where a row looks at numbers to choose a way, the answer is
noted too, and a later round with another answer goes the usual way. What cannot be watched stays a call of the gate.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import field
from functools import partial
from typing import Any

from numpy.lib.mixins import NDArrayOperatorsMixin

from graphstep.engine.arithmetic import arithmetic
from graphstep.ground.late import np
from graphstep.ground.records import dataclass


class UnwatchedError(TypeError):
    """Something was asked of a watched array that is not written down."""


@dataclass(slots=True, eq=False)
class Note:
    """One call."""

    function: Any
    """What is called: a function of NumPy's, which writes into an array that it is given, or anything else."""
    operands: tuple[Any, ...]
    """What it reads."""
    out: Any = None
    """The array that it writes; None where it writes on its own."""
    options: dict[str, Any] = field(default_factory=dict)
    """What else it is told."""


class Watched(NDArrayOperatorsMixin):
    """An array whose calls are noted. It has what rows ask of arrays, and refuses the rest."""

    __slots__ = ("array", "notes")

    def __init__(self, array: Any, notes: list[Note]) -> None:
        self.array = array
        """Its numbers, where every round will have its own."""
        self.notes = notes
        """What was noted until now."""

    shape = property(lambda self: self.array.shape)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)
    dtype = property(lambda self: self.array.dtype)
    strides = property(lambda self: self.array.strides)
    T = property(lambda self: Watched(self.array.T, self.notes))

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, key: Any) -> Watched:
        return self.view(self.array[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is not ...:
            raise UnwatchedError("some cells only are written")
        if value is not self:
            self.result(np.positive, (value,), self)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise UnwatchedError("a copy would have the numbers of one round")

    def __bool__(self) -> bool:
        # It chose a way for all that is noted behind it: a round with another answer must not go this one.
        answer = bool(self.array)
        self.notes.append(Note(is_still, (self.array, answer)))
        return answer

    def __pow__(self, exponent: Any) -> Watched:
        # As NumPy's arrays do, which take squares by another routine than powers.
        if isinstance(exponent, int | float) and exponent == 2 and self.ndim:
            return self.result(np.square, (self,))
        raise UnwatchedError("a power is taken by several routines")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (None,), **options: Any) -> Any:
        if method not in ("__call__", "reduce") or ufunc.nout != 1 or not isinstance(out[0], Watched | None):
            # An array of the row's own is filled anew in every round, and would be filled on.
            raise UnwatchedError(method)
        if ufunc is np.bitwise_and and any(isinstance(x, bool | np.bool_) and not x for x in inputs):
            # A question that the constants answer: nobody need ask the rest of it.
            return np.False_
        return self.result(ufunc if method == "__call__" else ufunc.reduce, inputs, out[0], **options)

    def __array_function__(self, function: Any, _: Any, operands: Any, options: Any) -> Any:
        if function in _VIEWS:
            return self.view(function(*map(numbers, operands), **options))
        if function not in _FUNCTIONS:
            raise UnwatchedError(function)
        return _FUNCTIONS[function](*operands, **options)

    def view(self, array: Any) -> Watched:
        """An array that shares its numbers."""
        if not isinstance(array, np.ndarray) or not (array.size == 0 or np.may_share_memory(array, self.array)):
            raise UnwatchedError("a copy would have the numbers of one round")
        return Watched(array, self.notes)

    def reshape(self, *shape: Any) -> Watched:
        """The same numbers in another shape."""
        return self.view(self.array.reshape(*shape))

    def sum(self, **options: Any) -> Watched:
        """The sum of its cells."""
        return _FUNCTIONS[np.sum](self, **options)  # type: ignore[no-any-return]  # as all below: the cells are watched

    def max(self, **options: Any) -> Watched:
        """The largest of its cells."""
        return _FUNCTIONS[np.max](self, **options)  # type: ignore[no-any-return]  # likewise

    def any(self, **options: Any) -> Watched:
        """Whether a cell is not 0."""
        return _FUNCTIONS[np.any](self, **options)  # type: ignore[no-any-return]  # likewise

    def copy(self) -> Watched:
        """Its numbers in an array of their own."""
        return self.result(np.positive, (self,), Watched(np.empty(self.shape), self.notes))

    def result(self, function: Any, operands: tuple[Any, ...], out: Any = None, **options: Any) -> Watched:
        """What a function of NumPy's makes, in a new array or in ``out``."""
        read = tuple(map(numbers, operands))
        if out is None:
            out = Watched(np.asarray(function(*read, **options)), self.notes)
        else:
            function(*read, out=numbers(out), **options)
        options.pop("order", None)
        self.notes.append(Note(function, read, numbers(out), options))
        return out  # type: ignore[no-any-return]  # it was made above, or given by one who has such


def numbers(value: Any) -> Any:
    """What a watched array watches; anything else as it is."""
    return value.array if isinstance(value, Watched) else value


def exchange(notes: list[Note], array: Any, other: Any) -> None:
    """Let calls write and read another array in place of one."""
    for note in notes:
        note.operands = tuple(other if x is array else x for x in note.operands)
        note.out = other if note.out is array else note.out


def is_still(array: Any, answer: bool) -> bool:
    """Whether a question about numbers has the answer that it had."""
    return bool(array) is answer


def choose(condition: Any, then: Any, otherwise: Any, out: Any) -> None:
    """As :func:`numpy.where`, into an array."""
    np.copyto(out, otherwise)
    np.copyto(out, then, where=condition)


def _where(condition: Any, then: Any, otherwise: Any) -> Watched:
    # A question that its constants answer (bitwise_and above) chooses the same side in every round.
    if condition is np.False_ and isinstance(otherwise, Watched) and np.ndim(numbers(then)) == 0:
        return otherwise
    notes = next(x.notes for x in (condition, then, otherwise) if isinstance(x, Watched))
    read = tuple(map(numbers, (condition, then, otherwise)))
    out = np.asarray(np.where(*read))
    notes.append(Note(choose, read, out))
    return Watched(out, notes)


def _joined(arrays: Any, axis: int = 0) -> Watched:
    notes = next(x.notes for x in arrays if isinstance(x, Watched))
    read = tuple(map(numbers, arrays))
    out = np.concatenate(read, axis=axis)
    notes.append(Note(partial(_join, axis), read, out))
    return Watched(out, notes)


def _join(axis: int, *arrays: Any) -> None:
    *read, out = arrays
    np.concatenate(read, axis=axis, out=out)


def _reduced(ufunc: Any) -> Callable[..., Watched]:
    def function(x: Any, axis: Any = None, *, keepdims: bool = False, **options: Any) -> Watched:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims, **options)  # type: ignore[no-any-return]  # x is watched

    return function


_VIEWS = {np.broadcast_to, np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims}
_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.sum: _reduced(np.add),
    np.max: _reduced(np.maximum),
    np.amax: _reduced(np.maximum),
    np.min: _reduced(np.minimum),
    np.amin: _reduced(np.minimum),
    np.concatenate: _joined,
    np.all: _reduced(np.logical_and),
    np.any: _reduced(np.logical_or),
}


class Turn:
    """The number of an update, where it is an exponent; it is another one in every round."""

    def __init__(self, number: Callable[[], int], notes: list[Note]) -> None:
        self._number, self._notes = number, notes

    def __rpow__(self, base: float) -> Watched:
        out, number = np.empty(()), self._number

        def power() -> None:
            out[...] = base ** number()

        power()
        self._notes.append(Note(power, ()))
        return Watched(out, self._notes)


def watching(notes: list[Note]) -> Any:
    """``m`` for rows whose arrays are watched; ``notes`` gets what they call."""
    m = copy(arithmetic())
    functions = vars(m)
    functions["array"] = lambda x: x.copy() if isinstance(x, Watched) else np.array(x)
    functions["asarray"] = lambda x: x if isinstance(x, Watched) else np.asarray(x)
    if (product := functions.get("small_product")) is not None:

        def small_product(rows: Any, columns: Any, into: Any) -> Watched:
            read = numbers(rows), numbers(columns)
            out = product(*read, numbers(into))
            notes.append(Note(product, read, out))
            return Watched(out, notes) if into is None else into

        functions["small_product"] = small_product
    return m


def knowing(m: Any, formula: Callable[..., Any], inputs: tuple[Any, ...], out: Any) -> Any:
    """``m`` for the slopes of a gate whose value is at hand: where that is a function of ``m`` alone, it is not called again."""
    markers = tuple(object() for _ in inputs)
    try:
        name, operands = formula(_Asked(), *markers)
    except TypeError:
        return m
    if operands != markers:
        return m
    function, knows = getattr(m, name), copy(m)
    vars(knows)[name] = lambda *x: out if [*map(id, x)] == [*map(id, inputs)] else function(*x)
    return knows


class _Asked:
    """``m`` that tells which function is called, and with what."""

    def __getattr__(self, name: str) -> Callable[..., tuple[str, tuple[Any, ...]]]:
        return lambda *operands: (name, operands)
