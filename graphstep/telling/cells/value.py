"""One cell of a value: which cells of the inputs it is made of."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, Term
from graphstep.gates.rule import Cell, Rule
from graphstep.ground.arrays import cell_of
from graphstep.ground.late import np
from graphstep.ground.operands import Operand
from graphstep.ground.records import dataclass
from graphstep.telling.cells.names import cell_name, named, subscripted
from graphstep.telling.cells.sums import SPELLED_OUT, joint, left_out, share, shown, written
from graphstep.telling.equations import equation, result
from graphstep.telling.explanation import Rung
from graphstep.telling.ladders import bare, number_term, numbered, without_repeats
from graphstep.telling.names import name_of, names_of
from graphstep.telling.words.catalogue import joined, message


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a cell of a value: a cell of an input, times a cell of another, or times a number."""

    operand: Operand
    """The input."""
    cell: Cell
    """The cell of it."""
    number: float
    """What stands there."""
    scale: float = 1.0
    """What it is multiplied by."""
    other: tuple[Operand, Cell] | None = None
    """Whose cell that is; None when it is a number of the gate: 1 where cells are moved, 1/n in a mean."""

    @property
    def value(self) -> float:
        """The term."""
        return self.number * self.scale


@dataclass(frozen=True, slots=True)
class Parts:
    """All terms of a cell, which may be a million, and those that are written."""

    values: tuple[float, ...] = ()
    """Every term."""
    shown: tuple[Part, ...] = ()
    """The terms that are written."""
    share: int = 0
    """n where every term is 1/n of a cell, else 0."""


def value_parts(trace: Trace, node: int, index: Cell) -> Parts:
    """The terms of one cell of the value of a gate that multiplies, moves or adds up cells; none for any other node."""
    gate = trace.gate(node)
    if gate is None or gate.cellwise:
        return Parts()
    with np.errstate(all="ignore"):
        return _multiplied(trace, gate, node, index) if gate.factors is not None else _moved(trace, gate, node, index)


def value_rungs(trace: Trace, node: int, index: Cell, parts: Parts) -> list[Rung]:
    """The formula of the cell in names, in numbers, and its value; the value alone for an input."""
    gate, operands = trace.gate(node), trace.node(node).operands
    value, table = float(np.asarray(trace.value_of(node))[index]), names_of(trace.program)
    if gate is None:
        return [result(value, trace.writing)]
    if gate.cellwise:
        symbols = table.formula(node, [named(trace.program, x, index) for x in operands])
        values = trace.operand_values(node)
        cells = [number_term(trace, x, cell_of(operand, index)) for x, operand in zip(operands, values, strict=True)]
        forms = [(symbols, table.formula(node, cells))]
        rungs = without_repeats([Rung(symbols, "symbols"), *numbered(trace, forms, value)])
        # An unnamed number is called by its own text: "x+y = x + y = 3" would say it twice.
        same = not index and bare(name_of(trace.program, node)) == bare(rungs[0].text)
        return rungs[1:] if same and len(rungs) > 1 else rungs
    if parts.values:
        symbols, numbers = _sums(trace, parts)
        if len(parts.values) > SPELLED_OUT:
            # A sum with dots is no equation.
            return [Rung(symbols, "symbols"), result(value, trace.writing)]
        return without_repeats([Rung(symbols, "symbols"), *equation([numbers], value, trace.writing)])
    whole = table.formula(node, [table.operand(x) for x in operands])
    return [Rung(subscripted(whole, index, trace.node(node).shape), "symbols"), result(value, trace.writing)]


def why_value(trace: Trace, node: int, index: Cell, parts: Parts) -> str:
    """One or two sentences: where it comes from."""
    gate, name = trace.gate(node), cell_name(trace.program, node, index)
    say = partial(message, trace.writing.language)
    if gate is None:
        return say("cell-given", name=name)
    sources = [name_of(trace.program, x) for _, x in trace.node(node).sources]
    few = list(dict.fromkeys(sources))
    made_of = joint(say, few) if len(few) < 3 else say("cell-inputs", inputs=len(sources))
    if gate.cellwise:
        return say("cell-by-cell" if index else "cell-of-gate", gate=gate.symbol, name=name, sources=made_of)
    count = len(parts.values)
    if not count:
        return say("cell-of-many", name=name, sources=made_of)
    is_product = parts.shown[0].other is not None
    if count == 1:
        return say("cell-one-product" if is_product else "cell-one-cell", name=name, sources=made_of)
    text = say("cell-products" if is_product else "cell-cells", name=name, terms=count)
    return joined(trace.writing.language, (text, left_out(trace.writing.language, count)))


def _multiplied(trace: Trace, gate: Rule, node: int, index: Cell) -> Parts:
    call, operands, unit = trace.call(node), trace.node(node).operands, _unit(trace.node(node).shape, index)
    x, y = call.inputs
    # With 1 in every cell of the other input, a row of the Jacobian tells which cells take part, also where the other holds a 0.
    ones = replace(call, inputs=(np.ones(x.shape), np.ones(y.shape)))
    left, right = (np.flatnonzero(gate.pullback(np, ones, slot, unit)) for slot in (0, 1))
    # Both sides are added up in reading order, so the cells that meet stand at the same place of either list.
    if len(left) != len(right):
        return Parts()
    numbers, scales = x.ravel()[left], y.ravel()[right]
    # It is held against the value of the gate: of a gate whose cells meet otherwise no sum is shown rather than a wrong one.
    values = numbers * scales
    if _is_off(values, call.out[index]):
        return Parts()
    parts = [
        Part(
            operands[0],
            _place(left[k], x.shape),
            float(numbers[k]),
            float(scales[k]),
            (operands[1], _place(right[k], y.shape)),
        )
        for k in shown(range(len(left)))
    ]
    return Parts(tuple(values.tolist()), tuple(parts))


def _is_off(values: Any, value: float) -> bool:
    """Whether terms do not come to the value; of what is not finite nobody can tell."""
    return bool(np.isfinite(value) and abs(np.sum(values) - value) > 1e-9 * np.sum(np.abs(values)))


def _place(flat: Any, shape: tuple[int, ...]) -> Cell:
    return tuple(map(int, np.unravel_index(int(flat), shape)))


def _moved(trace: Trace, gate: Rule, node: int, index: Cell) -> Parts:
    call, unit = trace.call(node), _unit(trace.node(node).shape, index)
    shapes, operands = [value.shape for value in call.inputs], trace.node(node).operands
    values: list[float] = []
    parts: list[Part] = []
    scales: set[float] = set()
    for slot, operand in enumerate(call.inputs):
        if gate.structure(slot, shapes, call.options) in ("dense", "block"):
            return Parts()
        # The transposed Jacobian times a unit vector is the row of the cell: which cells it is made of, and how much of each.
        row = np.asarray(gate.pullback(np, call, slot, unit))
        places = np.flatnonzero(row)
        weights, numbers = row.ravel()[places], operand.ravel()[places]
        values += (weights * numbers).tolist()
        scales.update(np.unique(weights).tolist())
        for place in shown(range(len(places))):
            cell = _place(places[place], operand.shape)
            parts.append(Part(operands[slot], cell, float(numbers[place]), float(weights[place])))
    if _is_off(values, call.out[index]):
        # A 1 at the number of a class: no cell was moved there, and the parts do not come to the value.
        return Parts()
    return Parts(tuple(values), tuple(parts), share(scales.pop()) if len(scales) == 1 else 0)


def _sums(trace: Trace, parts: Parts) -> tuple[Term, Term]:
    """The sum in names and in numbers."""
    names, numbers = [], []
    for part in parts.shown:
        name, number = named(trace.program, part.operand, part.cell), TERMS.number(part.number)
        if part.other is not None:
            name, number = name * named(trace.program, *part.other), number * TERMS.number(part.scale)
        elif not parts.share and part.scale != 1:
            name, number = TERMS.number(part.scale) * name, TERMS.number(part.scale) * number
        names.append(name)
        numbers.append(number)
    added = [written(terms, len(parts.values)) for terms in (names, numbers)]
    one, two = (total / TERMS.exactly(parts.share) if parts.share else total for total in added)
    return one, two


def _unit(shape: tuple[int, ...], index: Cell) -> Any:
    unit = np.zeros(shape)
    unit[index] = 1.0
    return unit
