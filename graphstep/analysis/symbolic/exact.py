"""A run without rounding, in numbers of many digits: the value of its output, its slope, and what one gate does by itself.

Every input and every typed number is the double that the run has; only what is computed from them is not rounded. The formulas
are the textbook's, which lose no digits here. Slopes are differences with steps of 10⁻²⁰ and less, so that neither SymPy
nor a local gradient has a part in them; one that shrinks as its step does is 0.

Everything here raises LimitError where a run is too large and InputError for a gate that has no form for this.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

from graphstep.analysis.symbolic.cells import CELLS, Writer, cell_name, cells_of, gate_cells
from graphstep.analysis.symbolic.expressions import symbol_name
from graphstep.analysis.symbolic.reals import Real, Reals, settled
from graphstep.analysis.symbolic.size import needed
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates import Rule
from graphstep.ground.arrays import cell_at
from graphstep.ground.errors import LimitError
from graphstep.ground.late import np
from graphstep.language.nodes import Node
from graphstep.language.program import Program

DOUBLE = 15
"""The decimal digits for which mpmath takes 53 binary ones."""

GATES = 5_000
"""Gates up to which a program of numbers is computed: a part of a second."""

_STEPS = 2.0**-66, 2.0**-76
"""How far a slope is from its point: so large a part of what is moved, or of 1 where that is less."""

_AGREES = 1e-12
"""Relative difference of the slopes with the two steps up to which they are one."""


class ExactRun:
    """The output of a run as a function of one node, in numbers of many digits."""

    def __init__(self, trace: Trace, cut: int | None = None) -> None:
        program = trace.program
        self._trace, self._arrays = trace, not program.of_numbers
        # Data is computed with as everything else.
        self._program = _without_stops(replace(program, data=frozenset()))
        self._cut = cut if cut is not None and cut >= program.first_gate else None
        self._needed = needed(self._program, program.output, self._cut)
        self._values: dict[str, float] = {}
        size = sum(prod(program.nodes[i].shape) for i in self._needed) if self._arrays else len(self._needed)
        limit, unit = (CELLS, "cells") if self._arrays else (GATES, "gates")
        if size > limit:
            raise LimitError(f"without rounding at most {limit:,} {unit} are computed, and this would be {size:,}")
        for index in (i for i in self._needed if self._program.nodes[i].rule is None or i == self._cut):
            value, name = np.asarray(trace.value_of(index)), symbol_name(program, index)
            self._values |= {cell_name(name, cell): float(value[cell]) for cell in np.ndindex(value.shape)}

    def value(self) -> list[float]:
        """The cells of the output in reading order, as the doubles that are nearest."""
        values: dict[Reals, list[Real]] = {}

        def cell(m: Reals, place: int) -> Real:
            if m not in values:
                values[m] = self._outputs(m, {})
            return values[m][place]

        return [settled(partial(cell, place=place)) for place in range(prod(np.shape(self._trace.output)))]

    def slope(self, index: int, place: int) -> float:
        """How the output, or the sum of its cells, each times its seed, moves with a cell of a node."""
        name = self._symbol(index, place)
        return _slope(self._values[name], lambda m, x: self._objective(m, {name: x})) if name in self._values else 0.0

    def rounded(self, index: int, place: int, values: Sequence[float]) -> list[float]:
        """The output, or the sum of its cells, each times its seed, for other values of a cell of a node.

        It is rounded to 53 binary digits after every operation, as float64 is, and on every processor alike.
        """
        m, name = Reals(DOUBLE), self._symbol(index, place)
        return [float(self._objective(m, {name: m.real(value)})) for value in values]

    def _symbol(self, index: int, place: int) -> str:
        """The name of a cell of a node, by its number in reading order."""
        return cell_name(symbol_name(self._trace.program, index), cell_at(place, np.shape(self._trace.value_of(index))))

    def _objective(self, m: Reals, moved: Mapping[str, Real]) -> Real:
        """What is differentiated, one number, with other values for some cells."""
        seeds = np.broadcast_to(np.asarray(self._trace.seed), np.shape(self._trace.output)).ravel().tolist()
        return sum((seed * cell for seed, cell in zip(seeds, self._outputs(m, moved), strict=True)), m.real(0))

    def _outputs(self, m: Reals, moved: Mapping[str, Real]) -> list[Real]:
        program = self._program
        if self._arrays:
            values = {i: self._trace.value_of(i) for i in self._needed}
            writer = _writer(m, lambda name: moved[name] if name in moved else m.real(self._values[name]))
            cells = cells_of(program, program.output, writer, lambda i: symbol_name(program, i), values, self._cut)
            return _flat(cells)
        outputs: dict[int, Real] = {}
        for place in self._needed:
            node = program.nodes[place]
            if node.rule is None or place == self._cut:
                name = symbol_name(program, place)
                outputs[place] = moved[name] if name in moved else m.real(self._values[name])
            else:
                inputs = [outputs[x] if isinstance(x, int) else m.real(x.value) for x in node.operands]
                outputs[place] = m.real(node.rule.formula(m, *inputs))
        return [outputs[program.output]]


def _without_stops(program: Program) -> Program:
    """The program with its stop gates as inputs: what is differentiated holds their values still."""
    # A difference would see through stop, which the gradient must not.
    stops = [i for i, node in enumerate(program.nodes) if node.rule is not None and node.rule.stops]
    if not stops:
        return program
    nodes = list(program.nodes)
    for index in stops:
        nodes[index] = Node(None, (), symbol_name(program, index), shape=nodes[index].shape)
    return replace(program, nodes=tuple(nodes))


def exact_contribution(wire: Wire) -> Any:
    """What a gate would send along a wire for the upstream gradient that arrives, if it did not round; in the receiver's shape.

    It takes a difference for each cell that the gate reads there, at the values that the run has.
    """
    trace, sender, slot = wire.trace, wire.sender, wire.slot
    node = trace.node(sender)
    operands = [np.asarray(value, np.float64) for value in trace.operand_values(sender)]
    upstream = np.ravel(wire.upstream).tolist()
    if sum(x.size for x in operands) + len(upstream) > CELLS:
        raise LimitError(f"without rounding at most {CELLS} cells are computed")

    def sent(m: Reals, x: Real, cell: tuple[int, ...]) -> Real:
        inputs: list[Any] = [_filled(m, value) for value in operands]
        inputs[slot][cell] = x
        hints: list[Any] = [None if k == slot else value for k, value in enumerate(trace.operand_values(sender))]
        outs = _flat(gate_cells(node, _nameless(m), _opened(inputs), hints))
        return sum((up * out for up, out in zip(upstream, outs, strict=True) if up), m.real(0))

    contribution = np.empty(operands[slot].shape)
    for cell in np.ndindex(contribution.shape):
        contribution[cell] = _slope(float(operands[slot][cell]), partial(sent, cell=cell))
    return contribution


def exact_gate(trace: Trace, index: int) -> Any:
    """What a gate would make of what it reads if it did not round, in the shape of its value."""
    node, values = trace.node(index), trace.operand_values(index)
    operands = [np.asarray(value, np.float64) for value in values]
    shape = np.shape(trace.value_of(index))
    if sum(x.size for x in operands) + prod(shape) > CELLS:
        raise LimitError(f"without rounding at most {CELLS} cells are computed")

    def cell(m: Reals, place: int) -> Real:
        return _flat(gate_cells(node, _nameless(m), _opened([_filled(m, value) for value in operands]), list(values)))[place]

    return np.array([settled(partial(cell, place=place)) for place in range(prod(shape))]).reshape(shape)


def _slope(x: float, function: Callable[[Reals, Real], Real]) -> float:
    """The slope of a function at a double; nan where two steps say two things."""
    far = settled(partial(_difference, x=x, step=_STEPS[0], function=function))
    if far == 0 or not math.isfinite(far):
        return far
    # Two steps a factor of a thousand apart: a slope is the same with both, a jump or a vertical tangent grows with the second.
    near = settled(partial(_difference, x=x, step=_STEPS[1], function=function))
    if abs(far - near) <= _AGREES * abs(near):
        return near
    return 0.0 if abs(near) * _STEPS[0] <= 2 * abs(far) * _STEPS[1] else math.nan


def _difference(m: Reals, x: float, step: float, function: Callable[[Reals, Real], Real]) -> Real:
    # A sine turns at the same pace however far out it is; a pole is as near as x is small.
    h = m.real(step) * m.real(min(abs(x), 1.0) or 1.0)
    return (function(m, m.real(x) + h) - function(m, m.real(x) - h)) / (2 * h)


def _filled(m: Reals, value: Any) -> Any:
    array = np.empty(value.shape, object)
    for cell in np.ndindex(value.shape):
        array[cell] = m.real(float(value[cell]))
    return array


def _opened(inputs: list[Any]) -> list[Any]:
    """Numbers as they are, and not as arrays without axes."""
    return [x if x.shape else x[()] for x in inputs]


def _flat(cells: Any) -> list[Real]:
    flat: list[Real] = cells.ravel().tolist() if isinstance(cells, np.ndarray) else [cells]
    return flat


def _nameless(m: Reals) -> Writer:
    return _writer(m, lambda _: m.nan)


def _writer(m: Reals, symbol: Callable[[str], Real]) -> Writer:
    """The writer of cells as numbers of many digits."""

    def applied(gate: Rule, inputs: list[Any]) -> Real:
        return m.real(gate.formula(m, *inputs))

    def fixed(gate: Rule, inputs: list[Any], _: float) -> Real:
        return applied(gate, inputs)

    return Writer(m, symbol, lambda typed: m.real(typed.value), m.real, applied, fixed, lambda _: None)
