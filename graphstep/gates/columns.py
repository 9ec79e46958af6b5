"""Single columns and cells of Jacobians: what one cell of an input does to the output, without forming the whole."""

from __future__ import annotations

from typing import Any

from graphstep.gates.numbers import push
from graphstep.gates.rule import Array, Call, Cell, Rule
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class CellTerm:
    """One term of the scalar sum that a cell of a gradient is: ``upstream[cell] × local``."""

    cell: Cell
    """The cell of the gate's value that the input cell moves."""
    local: float
    """How much: d(output cell)/d(input cell)."""
    factor: tuple[int, Cell] | None = None
    """For a product, whose cell the local gradient is: the slot of the other input, and the cell in it."""


def column(np: Any, gate: Rule, call: Call, slot: int, cell: Cell) -> Array:
    """The column of the Jacobian for one cell of the input of ``slot``, in the shape of the gate's value."""
    direction = np.zeros(np.shape(call.inputs[slot]))
    # J times a unit vector: one push, where the whole Jacobian would be a push for each cell.
    direction[cell] = 1.0
    return np.asarray(push(gate, call, slot, direction))


def cell_terms(np: Any, gate: Rule, call: Call, slot: int, cell: Cell) -> list[CellTerm]:
    """The terms whose sum is one cell of the contribution to the input of ``slot``, in reading order of the output.

    Of a product all of them, also those whose factor is 0; of any other gate those that are not 0. A cell that is not named
    by one index an axis raises IndexError.
    """
    shape = np.shape(call.inputs[slot])
    if len(cell) != len(shape):
        raise IndexError(f"a cell of shape {shape} has {len(shape)} indices, {cell} has {len(cell)}")
    # As Python counts: a negative index from the end, and IndexError for one outside.
    place = tuple(range(n)[i] for i, n in zip(cell, shape, strict=True))
    if gate.factors is not None:
        return [
            CellTerm(there, float(np.asarray(call.inputs[other])[factor]), (other, factor))
            for there, other, factor in gate.factors(slot, place, call)
        ]
    terms = column(np, gate, call, slot, place)
    return [CellTerm(tuple(map(int, there)), float(terms[tuple(there)])) for there in np.argwhere(terms)]
