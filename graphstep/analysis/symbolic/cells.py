"""Programs with small arrays for SymPy: every cell is an expression of its own, ``Symbol("W[0, 1]", real=True)`` and its like.

Gates that work cell by cell apply their formula to each cell. Gates that move, multiply or add up cells run as they are, on NumPy
arrays of objects. Those that compare cells have a form for it in their row, and composite gates are written as their parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import prod
from typing import Any

from graphstep.analysis.symbolic.size import needed
from graphstep.gates import Rule
from graphstep.gates.expressions import array_of, each, filled
from graphstep.gates.numbers import value
from graphstep.ground.arrays import Number, cell_text, plain
from graphstep.ground.errors import InputError, LimitError, quoted
from graphstep.ground.late import np
from graphstep.ground.operands import Constant, Shape
from graphstep.ground.records import record
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes

CELLS = 200
"""Cells of all arrays together up to which SymPy is asked."""

Cells = Any
"""The cells of one value: an array of objects, or one object for a number."""


@record(frozen=True, slots=True)
class Writer:
    """The functions that make cells: SymPy's expressions, sizes of expressions, numbers of many digits."""

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
    fixed: Callable[[Rule, list[Any], float], Any]
    """The same of a gate that depends on no input, whose value is known."""
    finished: Callable[[Any], None]
    """Told each cell when it is made, to refuse what is too large."""


def cell_name(name: str, cell: tuple[int, ...]) -> str:
    """The name of the symbol of a cell: ``W[0, 1]``; of a number the node's name."""
    return name + cell_text(cell)


def named(writer: Writer, name: str, shape: Shape) -> Cells:
    """The symbols of all cells of a value."""
    return filled(np, shape, lambda cell: writer.symbol(cell_name(name, cell)))


def cells_of(
    program: Program,
    index: int,
    writer: Writer,
    name: Callable[[int], str],
    values: Mapping[int, Number],
    cut: int | None = None,
) -> Cells:
    """The value of a node of a fitted program, cell by cell.

    ``values`` are those that are known: data stands in the formula as numbers, and classes are looked up. ``cut`` is a gate that
    stands for itself. Raises LimitError for more than :data:`CELLS` cells and InputError for what SymPy has no form for.
    """
    # Counted before the first is made: SymPy's time grows faster than the cells.
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
        elif node.rule is None:
            if node.name in program.data and place in values:
                doubles[place] = values[place]
                cells[place] = _numbers(writer, values[place])
            else:
                cells[place] = named(writer, name(place), node.shape)
        else:
            cells[place] = _value(program, place, writer, cells, doubles, values)
        for cell in np.ravel(array_of(np, cells[place])):
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
    gate = node.rule
    assert gate is not None, "an input is given"
    inputs = [cells[x] if isinstance(x, int) else writer.constant(x) for x in operands]
    numbers = [(doubles.get(x) if isinstance(x, int) else x.value) for x in operands]
    fixed = [x for x in numbers if x is not None]
    if len(fixed) == len(numbers):
        number = doubles[place] = _computed(gate, fixed, node.settings)
        if gate.cellwise and isinstance(number, float):
            return writer.fixed(gate, inputs, number)
        return _numbers(writer, number)
    # What is only looked up, a class or an index, is needed as a number even where the formula has a symbol.
    hints = [values.get(x) if value is None and isinstance(x, int) else value for x, value in zip(operands, numbers, strict=True)]
    return gate_cells(node, writer, inputs, hints)


def gate_cells(node: Node, writer: Writer, inputs: list[Cells], hints: list[Number | None]) -> Cells:
    """What one gate makes of the cells that it reads; ``hints`` are their values, where they are known: a class is looked up."""
    rule = node.rule
    assert rule is not None, "an input is given"
    if rule.cellwise:
        return each(np, lambda *cells: writer.applied(rule, list(cells)), inputs)
    arrays = [array_of(np, x) for x in inputs]
    try:
        # NumPy's own functions work on arrays of objects as long as they add, multiply and move: of the others the row has a
        # form.
        with np.errstate(all="ignore"):
            if not any(x.size for x in arrays):
                return _numbers(writer, rule.value(np, [np.zeros(x.shape) for x in arrays], node.settings))
            if rule.symbolic is not None:
                return _settled(writer, rule.symbolic(np, writer.m, arrays, hints, node.settings), node.shape)
            if rule.expansion is not None:
                return _expanded(rule.expansion(node.settings), writer, inputs, hints)
            return _settled(writer, rule.value(np, arrays, node.settings), node.shape)
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError(f"SymPy has no form for the gate {quoted(rule.name)}") from error


def _expanded(text: str, writer: Writer, inputs: list[Cells], numbers: list[Number | None]) -> Cells:
    """A composite gate as its parts: a program of x, y and z."""
    letters = {letter: slot for slot, letter in enumerate("xyz"[: len(inputs)])}
    program = _parts(text, tuple(array_of(np, x).shape for x in inputs))
    cells: dict[int, Cells] = {}
    values: dict[int, Number] = {}
    for place, node in enumerate(program.nodes):
        if node.rule is None:
            cells[place] = inputs[letters[node.name or ""]]
            value = numbers[letters[node.name or ""]]
            if value is not None:
                values[place] = value
        else:
            cells[place] = _value(program, place, writer, cells, {}, values)
            # A class that a part has computed is looked up by the next one: ignore_index makes 0 of what is ignored.
            doubles = [values.get(x) if isinstance(x, int) else x.value for x in node.operands]
            if len(fixed := [x for x in doubles if x is not None]) == len(doubles):
                values[place] = _computed(node.rule, fixed, node.settings)
    return cells[program.output]


@lru_cache(maxsize=64)
def _parts(text: str, shapes: tuple[Shape, ...]) -> Program:
    """The program of a composite gate for inputs of these shapes: of one slope it is asked four times."""
    template = read(text)
    return infer_shapes(template, {name: shapes["xyz".index(name)] for name in template.inputs}).program


def _computed(gate: Rule, values: list[Number], options: Mapping[str, Any]) -> Number:
    with np.errstate(all="ignore"):
        return plain(value(gate, [np.asarray(x) for x in values], options))


def _numbers(writer: Writer, value: Number) -> Cells:
    return filled(np, np.shape(value), lambda cell: writer.number(float(np.asarray(value)[cell])))


def _settled(writer: Writer, result: Any, shape: Shape) -> Cells:
    """What a gate made, with numbers that are Python's or NumPy's (a sum of nothing is 0) as the writer's."""
    array = array_of(np, result)

    def cell(place: tuple[int, ...]) -> Any:
        settled = array[place]
        return writer.number(float(settled)) if isinstance(settled, int | float | np.number) else settled

    if array.shape != shape:
        raise ValueError(f"its value has the shape {array.shape}, not {shape}")
    return filled(np, shape, cell)
