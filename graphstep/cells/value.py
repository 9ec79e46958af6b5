"""One cell of a value: which cells of the inputs it is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.cells.names import named, subscripted
from graphstep.cells.sums import left_out, share, shown, without_repeats, written
from graphstep.explain.names import name_of, term
from graphstep.gates.gate import Gate
from graphstep.gates.notation import TEXT, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Operand
    from graphstep.gates import StructuralGate
    from graphstep.gates.notation import Style
    from graphstep.gates.structural import Cell
    from graphstep.trace import Trace


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


def value_terms(trace: Trace, node: int, index: Cell) -> tuple[Part, ...]:
    """The terms of one cell of the value of a gate that multiplies, moves or adds up cells; none for any other node."""
    gate = trace.gate(node)
    if gate is None or isinstance(gate, Gate):
        return ()
    return tuple(_multiplied(trace, gate, node, index) if gate.factors is not None else _moved(trace, gate, node, index))


def value_rungs(trace: Trace, node: int, index: Cell, parts: Sequence[Part], style: Style) -> tuple[str, ...]:
    """The formula of the cell in names, in numbers, and its value; the value alone for an input."""
    gate, operands = trace.gate(node), trace.node(node).operands
    last = style.number(float(np.asarray(trace.value_of(node))[index])).text
    if gate is None:
        return (last,)
    if isinstance(gate, Gate):
        names = _formula(gate, style, [named(trace.program, x, index, style) for x in operands])
        numbers = _formula(gate, style, [style.number(x) for x in _cells(trace, node, index)])
        found = without_repeats((names, numbers, last))
        # An unnamed number is called by its own text: "x+y = x + y = 3" would say it twice.
        same = not index and _bare(term(trace.program, node, style).text) == _bare(names)
        return found[1:] if same and len(found) > 1 else found
    if parts:
        return without_repeats((*_sums(trace, parts, style), last))
    call = trace.call(node)
    whole = gate.formula(
        style,
        [term(trace.program, x, style) for x in operands],
        gate.told(trace.node(node).options, [x.shape for x in call.inputs]),
    )
    return without_repeats((subscripted(style.term(whole), index, trace.node(node).shape, style).text, last))


def why_value(trace: Trace, node: int, index: Cell, parts: Sequence[Part]) -> str:
    """One or two sentences: where it comes from."""
    gate, name = trace.gate(node), named(trace.program, node, index, TEXT).text
    if gate is None:
        return f"{name} is given."
    sources = [name_of(trace.program, x) for _, x in trace.node(node).sources]
    made_of = " and ".join(dict.fromkeys(sources)) if len(set(sources)) < 3 else f"{len(sources)} inputs"
    if isinstance(gate, Gate):
        if index:
            return f"The {gate.symbol} gate works cell by cell: {name} is made of the same cell of {made_of}."
        return f"{name} is what the {gate.symbol} gate makes of {made_of}."
    if not parts:
        return f"{name} depends on many cells of {made_of} at once."
    if len(parts) == 1:
        return f"{name} is made of one cell of {made_of}." if parts[0].other is None else f"{name} is one product."
    what = "products" if parts[0].other is not None else "cells"
    return f"{name} is made of {len(parts):,} {what}.{left_out(len(parts))}"


def _multiplied(trace: Trace, gate: StructuralGate, node: int, index: Cell) -> list[Part]:
    call = trace.call(node)
    assert gate.factors is not None, "it multiplies"
    # With 1 in every cell of the other input, a row of the Jacobian tells which cells meet it, also where it holds a 0.
    ones = replace(call, inputs=(call.inputs[0], np.ones(call.inputs[1].shape)))
    row = np.asarray(gate.pullback(np, ones, 0, _unit(call.out.shape, index)))
    operands, parts = trace.node(node).operands, []
    for place in np.argwhere(row):
        mine = tuple(map(int, place))
        for there, slot, other in gate.factors(0, mine, call):
            if there == index:
                scale = float(call.inputs[slot][other])
                parts.append(Part(operands[0], mine, float(call.inputs[0][mine]), scale, (operands[slot], other)))
    return parts


def _moved(trace: Trace, gate: StructuralGate, node: int, index: Cell) -> list[Part]:
    call, parts = trace.call(node), []
    shapes = [value.shape for value in call.inputs]
    for slot, given in enumerate(call.inputs):
        if gate.structure(slot, shapes, call.options) in ("dense", "block"):
            return []
        row = np.asarray(gate.pullback(np, call, slot, _unit(call.out.shape, index)))
        for place in np.argwhere(row):
            mine = tuple(map(int, place))
            parts.append(Part(trace.node(node).operands[slot], mine, float(given[mine]), float(row[mine])))
    value, total = float(call.out[index]), sum(part.value for part in parts)
    # Where a 1 is put at the number of a class, no cell is moved: the parts do not come to the value.
    return parts if not math.isfinite(value) or math.isclose(total, value, rel_tol=1e-6, abs_tol=1e-9) else []


def _sums(trace: Trace, parts: Sequence[Part], style: Style) -> tuple[str, str]:
    """The sum in names and in numbers."""
    scales = {part.scale for part in parts} if all(part.other is None for part in parts) else set()
    count = share(parts[0].scale) if len(scales) == 1 else 0
    names, numbers = [], []
    for part in shown(parts):
        name, number = named(trace.program, part.operand, part.cell, style), style.number(part.number)
        if part.other is not None:
            name, number = name * named(trace.program, *part.other, style), number * style.number(part.scale)
        elif not count and part.scale != 1:
            name, number = style.number(part.scale) * name, style.number(part.scale) * number
        names.append(name)
        numbers.append(number)
    added = [written(terms, len(parts), style) for terms in (names, numbers)]
    one, two = (total / style.number(count) if count else total for total in added)
    return one.text, two.text


def _formula(gate: Gate, style: Style, inputs: Sequence[Term]) -> str:
    if gate.chooses:
        return (style.maximum(*inputs) if gate.chooses == "max" else style.minimum(*inputs)).text
    return style.term(gate.value(style, inputs)).text


def _cells(trace: Trace, node: int, index: Cell) -> list[float]:
    values = [np.asarray(x) for x in trace.operand_values(node)]
    return [float(value[index] if value.shape else value) for value in values]


def _unit(shape: tuple[int, ...], index: Cell) -> Any:
    unit = np.zeros(shape)
    unit[index] = 1.0
    return unit


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("·", "*")
