"""Forward mode: how every node moves when one number moves, passed from gate to gate beside the values.

A tangent is the derivative of a node with respect to that number. One pass gives the derivatives of everything with respect to
one number; the backward pass gives those of one number with respect to everything. That is why networks are trained backward.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphstep.engine.trace import Trace
from graphstep.gates.numbers import push
from graphstep.gates.rule import Cell
from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """The term that one operand adds to the tangent of a gate."""

    slot: int
    """The slot that reads the operand."""
    local: float | None
    """The local gradient between two numbers; None where there is an array."""
    tangent: Number
    """The tangent of the operand."""


@dataclass(frozen=True, eq=False)
class Tangents:
    """The tangents of a run with respect to one number of it. Compared and hashed by identity."""

    trace: Trace
    """The run."""
    source: int
    """The node that moves."""
    cell: Cell
    """The cell of it that does; empty for a number."""
    of: Mapping[int, Number]
    """By node its tangent in the shape of its value, in the order of the program; without what does not depend on the source."""

    @property
    def objective(self) -> float:
        """The tangent of what is differentiated: of the output, weighed by the seed. 0 where it does not depend on the source."""
        tangent = self.of.get(self.trace.program.output)
        if tangent is None:
            return 0.0
        with np.errstate(all="ignore"):
            return float(np.sum(np.multiply(tangent, self.trace.seed)))

    @property
    def gradient(self) -> float:
        """The same number as the backward pass has it: the gradient of the source, or of its cell."""
        trace = self.trace
        if not (trace.program.depends[self.source] and trace.program.reaches[self.source]):
            return 0.0
        return float(np.asarray(trace.gradient_of(self.source))[self.cell])

    @property
    def forward_passes(self) -> int:
        """How many passes of forward mode the whole gradient takes: one for each cell of an input that is no data."""
        program = self.trace.program
        return sum(int(np.size(self.trace.value_of(i))) for i in range(program.first_gate) if program.depends[i])

    def terms(self, node: int) -> Iterator[Term]:
        """The terms that the operands of a gate add to its tangent, by slot."""
        trace, gate = self.trace, self.trace.gate(node)
        assert gate is not None, "an input has no operands"
        for slot, operand in enumerate(trace.node(node).operands):
            if isinstance(operand, int) and operand in self.of:
                numbers = not trace.node(node).shape and not trace.node(operand).shape
                # NumPy is silenced for no longer than this: what asks for the terms runs between two of them.
                with np.errstate(all="ignore"):
                    local = float(push(gate, trace.call(node), slot, np.float64(1.0))) if numbers else None
                yield Term(slot, local, self.of[operand])


def tangents(trace: Trace, source: int, cell: Cell = ()) -> Tangents:
    """Move one number, an input or any other node, and pass that on to all that depend on it. Linear in the size of the run."""
    direction = np.zeros(trace.node(source).shape)
    direction[cell] = 1.0
    moved: dict[int, Number] = {source: plain(direction)}
    with np.errstate(all="ignore"):
        for node in range(max(source + 1, trace.program.first_gate), len(trace.program.nodes)):
            gate = trace.gate(node)
            assert gate is not None, "inputs come first"
            reads = [(slot, x) for slot, x in enumerate(trace.node(node).operands) if isinstance(x, int) and x in moved]
            if reads:
                call = trace.call(node)
                # What stands still adds nothing: only slots whose operand moves are pushed.
                parts = [push(gate, call, slot, np.asarray(moved[x])) for slot, x in reads]
                total = parts[0]
                for part in parts[1:]:
                    total = total + part
                moved[node] = plain(np.asarray(total, np.float64))
    return Tangents(trace, source, cell, moved)
