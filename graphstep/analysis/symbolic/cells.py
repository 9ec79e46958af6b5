"""Programs with small arrays for SymPy: every cell is an expression of its own, ``Symbol("W[0, 1]", real=True)`` and its like.

Gates that work cell by cell apply their formula to each cell. Gates that move, multiply or add up cells run as they are, on NumPy
arrays of objects. Those that compare cells have a form here, and composite gates are written as their parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.analysis.symbolic.size import needed
from graphstep.gates import STRUCTURAL, Rule
from graphstep.gates.numbers import value
from graphstep.gates.table import GATES
from graphstep.ground.arrays import cell_text, plain
from graphstep.ground.errors import InputError, LimitError, quoted
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphstep.ground.arrays import Number
    from graphstep.ground.operands import Constant, Shape
    from graphstep.language.program import Node, Program

CELLS = 200
"""Cells of all arrays together up to which SymPy is asked."""

Cells = Any
"""The cells of one value: an array of objects, or one object for a number."""


@dataclass(frozen=True, slots=True)
class Writer:
    """What the cells are made of: SymPy's expressions, or their sizes."""

    m: Any
    """What interprets a formula."""
    symbol: Callable[[str], Any]
    """A cell of an input."""
    constant: Callable[[Constant], Any]
    """A number in the text."""
    number: Callable[[float], Any]
    """A number that was computed."""
    applied: Callable[[Rule, list[Any]], Any]
    """The value of an elementwise gate on single cells; it refuses what is too large."""
    fixed: Callable[[str, list[Any], float], Any]
    """The same of a gate that depends on no input, whose value is known."""
    finished: Callable[[Any], None]
    """Told each cell when it is made, to refuse what is too large."""


def has_arrays(program: Program) -> bool:
    """Whether a fitted program has arrays, or gates that are for arrays."""
    return any(node.shape or node.gate in STRUCTURAL for node in program.nodes)


def cell_name(name: str, cell: tuple[int, ...]) -> str:
    """What the symbol of a cell is called: ``W[0, 1]``; a number has the name alone."""
    return name + cell_text(cell)


def named(writer: Writer, name: str, shape: Shape) -> Cells:
    """The symbols of all cells of a value."""
    return _filled(shape, lambda cell: writer.symbol(cell_name(name, cell)))


def cells_of(
    program: Program,
    index: int,
    writer: Writer,
    name: Callable[[int], str],
    values: Mapping[int, Number],
    cut: int | None = None,
) -> Cells:
    """The value of a node of a fitted program, cell by cell.

    ``values`` are the inputs that are known: data and classes stand in the formula as numbers. ``cut`` is a gate that stands for
    itself. Raises LimitError for more than :data:`CELLS` cells and InputError for what SymPy has no form for.
    """
    wanted = needed(program, index, cut)
    count = sum(prod(program.nodes[place].shape) for place in wanted)
    if count > CELLS:
        raise LimitError(
            f"the formula would have {count:,} cells, and SymPy is asked for at most {CELLS}", hint="ask for one of its parts"
        )
    cells: dict[int, Cells] = {}
    doubles: dict[int, Number] = {}
    for place in wanted:
        node = program.nodes[place]
        if place == cut:
            cells[place] = named(writer, name(place), node.shape)
        elif node.gate is None:
            if node.name in program.data and place in values:
                doubles[place] = values[place]
                cells[place] = _numbers(writer, values[place])
            else:
                cells[place] = named(writer, name(place), node.shape)
        else:
            cells[place] = _value(program, place, writer, cells, doubles, values)
        for cell in np.ravel(_array(cells[place])):
            writer.finished(cell)
    return cells[index]


def _value(
    program: Program,
    place: int,
    writer: Writer,
    cells: Mapping[int, Cells],
    doubles: dict[int, Number],
    values: Mapping[int, Number],
) -> Cells:
    node, operands = program.nodes[place], program.nodes[place].operands
    gate = GATES[node.gate or ""]
    inputs = [cells[x] if isinstance(x, int) else writer.constant(x) for x in operands]
    numbers = [(doubles.get(x) if isinstance(x, int) else x.value) for x in operands]
    options = gate.settings(node.options)
    fixed = [x for x in numbers if x is not None]
    if len(fixed) == len(numbers):
        made = doubles[place] = _computed(gate, fixed, options)
        if gate.cellwise and isinstance(made, float):
            return writer.fixed(gate.name, inputs, made)
        return _numbers(writer, made)
    hints = [values.get(x) if value is None and isinstance(x, int) else value for x, value in zip(operands, numbers, strict=True)]
    return gate_cells(node, writer, inputs, hints)


def gate_cells(node: Node, writer: Writer, inputs: list[Cells], hints: list[Number | None]) -> Cells:
    """What one gate makes of the cells that it reads; ``hints`` are their values, where they are known: a class is looked up."""
    gate = GATES[node.gate or ""]
    if gate.cellwise:
        return _each(lambda *cells: writer.applied(gate, list(cells)), inputs)
    return _structural(gate.name, writer, inputs, hints, gate.settings(node.options), node.shape)


def _structural(
    name: str, writer: Writer, inputs: list[Cells], numbers: list[Number | None], options: Mapping[str, Any], shape: Shape
) -> Cells:
    gate, arrays = STRUCTURAL[name], [_array(x) for x in inputs]
    if not any(x.size for x in arrays):
        with np.errstate(all="ignore"):
            return _numbers(writer, gate.value(np, [np.zeros(x.shape) for x in arrays], options))
    try:
        if name in _FORMS:
            return _settled(writer, _FORMS[name](writer, arrays, options), shape)
        if name == "onehot":
            return _settled(writer, _classes(arrays, numbers), shape)
        if gate.expansion is not None:
            return _expanded(gate.expansion(options), writer, inputs, numbers)
        with np.errstate(all="ignore"):
            return _settled(writer, gate.value(np, arrays, options), shape)
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError(f"SymPy has no form for the gate {quoted(name)}") from error


def _expanded(text: str, writer: Writer, inputs: list[Cells], numbers: list[Number | None]) -> Cells:
    """A composite gate as its parts: a program of x, y and z."""
    template = read(text)
    letters = {letter: slot for slot, letter in enumerate("xyz"[: len(inputs)])}
    program = infer_shapes(template, {name: _array(inputs[letters[name]]).shape for name in template.inputs}).program
    cells: dict[int, Cells] = {}
    values: dict[int, Number] = {}
    for place, node in enumerate(program.nodes):
        if node.gate is None:
            cells[place] = inputs[letters[node.name or ""]]
            value = numbers[letters[node.name or ""]]
            if value is not None:
                values[place] = value
        else:
            cells[place] = _value(program, place, writer, cells, {}, values)
    return cells[program.output]


def _classes(arrays: list[Any], numbers: list[Number | None]) -> Any:
    """Rows of 0 and 1. A class is a number, never a symbol; targets are cells like others."""
    classes, scores = arrays
    if classes.shape == scores.shape:
        return classes
    if numbers[0] is None:
        raise InputError("SymPy has no form for classes that are not known")
    return STRUCTURAL["onehot"].value(np, [np.asarray(numbers[0]), np.zeros(scores.shape)], {})


def _collected(x: Any, options: Mapping[str, Any], function: Callable[[list[Any]], Any]) -> Any:
    """An array with a function of the cells along its axes in place of them."""
    axis = options["axis"]
    axes = range(x.ndim) if axis is None else sorted(one % x.ndim for one in (axis if isinstance(axis, tuple) else (axis,)))
    rest = [i for i in range(x.ndim) if i not in axes]
    rows = np.transpose(x, (*rest, *axes)).reshape(prod(x.shape[i] for i in rest), -1)
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    kept = _filled((len(rows),), lambda place: function(list(rows[place[0]]))).reshape(shape)
    return kept if options.get("keepdims") else kept.reshape([x.shape[i] for i in rest])


def _softmax(writer: Writer, inputs: list[Any], options: Mapping[str, Any]) -> Any:
    powers = _each(writer.m.exp, inputs)
    return powers / _collected(powers, {**options, "keepdims": True}, _total)


def _log_softmax(writer: Writer, inputs: list[Any], options: Mapping[str, Any]) -> Any:
    totals = _collected(_each(writer.m.exp, inputs), {**options, "keepdims": True}, _total)
    return inputs[0] - _each(writer.m.log, [totals])


def _logsumexp(writer: Writer, inputs: list[Any], options: Mapping[str, Any]) -> Any:
    return _each(writer.m.log, [_collected(_array(_each(writer.m.exp, inputs)), options, _total)])


def _length(writer: Writer, inputs: list[Any], options: Mapping[str, Any]) -> Any:
    return _collected(inputs[0], options, lambda cells: writer.m.sqrt(_total([x**2 for x in cells])))


def _total(cells: list[Any]) -> Any:
    return reduce(lambda x, y: x + y, cells)


# Where the row compares cells, or shifts them by the largest so that nothing overflows, its Python would not run on expressions.
_FORMS: dict[str, Callable[[Writer, list[Any], Mapping[str, Any]], Any]] = {
    "amax": lambda writer, inputs, options: _collected(inputs[0], options, lambda cells: reduce(writer.m.maximum, cells)),
    "amin": lambda writer, inputs, options: _collected(inputs[0], options, lambda cells: reduce(writer.m.minimum, cells)),
    "length": _length,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
}


def _computed(gate: Any, values: list[Number], options: Mapping[str, Any]) -> Number:
    with np.errstate(all="ignore"):
        return plain(value(gate, [np.asarray(x) for x in values], options))


def _numbers(writer: Writer, value: Number) -> Cells:
    return _filled(np.shape(value), lambda cell: writer.number(float(np.asarray(value)[cell])))


def _settled(writer: Writer, result: Any, shape: Shape) -> Cells:
    """What a gate made, with numbers that are Python's or NumPy's (a sum of nothing is 0) as the writer's."""
    array = _array(result)

    def cell(place: tuple[int, ...]) -> Any:
        settled = array[place]
        return writer.number(float(settled)) if isinstance(settled, int | float | np.number) else settled

    if array.shape != shape:
        raise ValueError(f"its value has the shape {array.shape}, not {shape}")
    return _filled(shape, cell)


def _each(function: Callable[..., Any], inputs: list[Cells]) -> Cells:
    arrays = [_array(x) for x in inputs]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    copies = [np.broadcast_to(x, shape) for x in arrays]
    return _filled(shape, lambda cell: function(*(x[cell] for x in copies)))


def _filled(shape: Shape, function: Callable[[tuple[int, ...]], Any]) -> Cells:
    if not shape:
        return function(())
    array = np.empty(shape, object)
    for cell in np.ndindex(shape):
        array[cell] = function(cell)
    return array


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value
    array = np.empty((), object)
    array[()] = value
    return array
