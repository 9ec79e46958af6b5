"""Arrays whose cells are expressions: SymPy's symbols, sizes of formulas, numbers of many digits.

Gates that move, multiply or add up cells run on such arrays as they are. Where a row compares cells, or shifts them by the
largest so that nothing overflows, its Python would not run on expressions; here are the forms that it has for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from math import prod
from operator import add
from typing import Any

from graphstep.gates.rule import Array, Cell, Options
from graphstep.ground.operands import Shape


def filled(np: Any, shape: Shape, function: Callable[[Cell], Any]) -> Any:
    """What a function makes of the place of every cell: an array of objects, or one object for a number."""
    if not shape:
        return function(())
    # Cell by cell: np.array would look for axes inside of whatever the function makes.
    array = np.empty(shape, object)
    for cell in np.ndindex(shape):
        array[cell] = function(cell)
    return array


def array_of(np: Any, value: Any) -> Array:
    """A value as an array of objects, of one object without axes."""
    if isinstance(value, np.ndarray):
        return value
    array = np.empty((), object)
    array[()] = value
    return array


def each(np: Any, function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """Apply a function cell by cell, to the same cell of every input."""
    arrays = [array_of(np, x) for x in inputs]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    copies = [np.broadcast_to(x, shape) for x in arrays]
    return filled(np, shape, lambda cell: function(*(x[cell] for x in copies)))


def collected(np: Any, x: Array, options: Options, function: Callable[[list[Any]], Any]) -> Array:
    """An array with a function of the cells along its axes in place of them."""
    axis = options["axis"]
    axes = range(x.ndim) if axis is None else sorted(index % x.ndim for index in (axis if isinstance(axis, tuple) else (axis,)))
    # The collected axes last and in their order, so that each row has its cells in reading order.
    kept_axes = [i for i in range(x.ndim) if i not in axes]
    rows = np.transpose(x, (*kept_axes, *axes)).reshape(prod(x.shape[i] for i in kept_axes), -1)
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    kept = filled(np, (len(rows),), lambda place: function(list(rows[place[0]]))).reshape(shape)
    return kept if options.get("keepdims") else kept.reshape([x.shape[i] for i in kept_axes])


_total = partial(reduce, add)


def extreme(word: str, np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The largest of the cells, or the smallest."""
    return collected(np, inputs[0], options, partial(reduce, m.maximum if word == "max" else m.minimum))


def length(np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The square root of the sum of the squares."""
    return collected(np, inputs[0], options, lambda row: m.sqrt(_total([x**2 for x in row])))


def softmax(np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The exponentials over their sum."""
    powers = each(np, m.exp, inputs)
    return powers / collected(np, powers, {**options, "keepdims": True}, _total)


def log_softmax(np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The cells less the logarithm of the sum of the exponentials."""
    totals = collected(np, each(np, m.exp, inputs), {**options, "keepdims": True}, _total)
    return inputs[0] - each(np, m.log, [totals])


def logsumexp(np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The logarithm of the sum of the exponentials."""
    return each(np, m.log, [collected(np, array_of(np, each(np, m.exp, inputs)), options, _total)])


LARGEST_MATRIX = 4
"""Rows of a matrix whose determinant is written out: there are n! products in it."""


def _determinant(rows: Sequence[Sequence[Any]]) -> Any:
    """The determinant, expanded along the first row (Laplace). Elimination would divide by cells that may be 0 as symbols."""
    if len(rows) == 1:
        return rows[0][0]
    parts = [cell * _determinant([[*row[:place], *row[place + 1 :]] for row in rows[1:]]) for place, cell in enumerate(rows[0])]
    return reduce(add, [part if place % 2 == 0 else -part for place, part in enumerate(parts)])


def _written_out(matrix: Array) -> list[list[Any]]:
    if not 1 <= len(matrix) <= LARGEST_MATRIX:
        raise TypeError("no determinant of so many rows is written out")
    rows: list[list[Any]] = matrix.tolist()
    return rows


def solved(np: Any, _m: Any, inputs: Sequence[Array], _: Any, _options: Options) -> Array:
    """The solution of a system, by Cramer's rule."""
    rows, right = _written_out(inputs[0]), inputs[1]
    determinant = _determinant(rows)

    def cell(place: Cell) -> Any:
        column = right[:, place[1]] if right.ndim == 2 else right
        replaced = [[*row[: place[0]], column[i], *row[place[0] + 1 :]] for i, row in enumerate(rows)]
        return _determinant(replaced) / determinant

    solution: Array = filled(np, right.shape, cell)
    return solution


def inverse(np: Any, m: Any, inputs: Sequence[Array], _: Any, options: Options) -> Array:
    """The inverse of a matrix."""
    # A 1 of the kind that the cells are: a symbol's, an interval's, a number's of many digits.
    unit = inputs[0][0, 0] * 0 + 1
    identity = filled(np, inputs[0].shape, lambda place: unit if place[0] == place[1] else unit * 0)
    return solved(np, m, [inputs[0], identity], None, options)


def logdet(np: Any, m: Any, inputs: Sequence[Array], _: Any, _options: Options) -> Array:
    """The logarithm of a determinant."""
    return array_of(np, m.log(_determinant(_written_out(inputs[0]))))
