"""The order of multiplication: a chain of Jacobians from the output's side, or from the input's.

A gradient is seed · J_k · … · J_2 · J_1. From the left every product is a row times a matrix (reverse mode, the backward pass);
from the right every product is a matrix times a matrix, with a column for each cell of the input (forward mode, one pass for each
of them). For layers of n units that is n² against n³ multiplications a layer.
"""

from __future__ import annotations

from math import prod

from graphstep.analysis.jacobian.jacobian import jacobian
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.ground.errors import InputError
from graphstep.ground.records import dataclass
from graphstep.telling.names import name_of


@dataclass(frozen=True, slots=True)
class Layer:
    """One factor of the chain: one edge of the path."""

    wire: Wire
    """The edge: from the gate to the input of it that the path comes from."""
    rows: int
    """Cells of the gate's value."""
    columns: int
    """Cells of its input."""
    from_output: int
    """Multiplications of a row with the whole Jacobian."""
    from_input: int
    """Multiplications of the whole Jacobian with a matrix that has a column for each cell of the start."""
    pullback: int
    """Multiplications of the pullback, which forms no Jacobian: what the run did."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The multiplications of one path, from either side."""

    start: int
    """The node that the path comes from."""
    cells: int
    """Cells of the start: passes that forward mode needs."""
    layers: tuple[Layer, ...]
    """The edges of the path, from the start to the output."""

    @property
    def from_output(self) -> int:
        """All multiplications from the output's side, with whole Jacobians."""
        return sum(layer.from_output for layer in self.layers)

    @property
    def from_input(self) -> int:
        """All multiplications from the input's side, with whole Jacobians."""
        return sum(layer.from_input for layer in self.layers)

    @property
    def pullback(self) -> int:
        """All multiplications of the pullbacks along the path."""
        return sum(layer.pullback for layer in self.layers)

    @property
    def pushforward(self) -> int:
        """The same in forward mode without whole Jacobians: as many for each cell of the start."""
        return self.pullback * self.cells


def orders(trace: Trace, start: int | None = None) -> Orders:
    """The longest path from a node to the output (the first in the order of the text among equals), counted from either side.

    Without ``start`` it is the longest path of all, among equals the one whose start has the fewest cells. Raises InputError
    when no gradient flows along any path from there.
    """
    onward = _onward(trace)
    if start is None:
        start = max(range(len(onward)), key=lambda node: (onward[node][0], -prod(trace.node(node).shape)))
        if onward[start][1] is None:
            raise InputError("no gradient flows in this program", hint="give it an input that the output depends on")
    elif onward[start][1] is None:
        raise InputError(f"no gradient flows from the output to {name_of(trace.program, start)}", hint="choose another node")
    cells, node, layers = prod(trace.node(start).shape), start, []
    while (wire := onward[node][1]) is not None:
        factor = jacobian(wire)
        layers.append(Layer(wire, factor.rows, factor.columns, factor.entries, factor.entries * cells, factor.multiplications))
        node = wire.sender
    return Orders(start, cells, tuple(layers))


def _onward(trace: Trace) -> list[tuple[int, Wire | None]]:
    """By node, the number of edges of its longest path to the output, and the first of them."""
    onward: list[tuple[int, Wire | None]] = [(0, None)] * len(trace.program.nodes)
    # Whoever reads a node stands behind it, so that its path is known by then.
    for node in range(len(onward) - 1, -1, -1):
        # Arrivals come from the last reader to the first: turned around, the first in the text stays among equals.
        for wire in reversed(trace.arrivals(node)):
            length = onward[wire.sender][0] + 1
            if length > onward[node][0]:
                onward[node] = (length, wire)
    return onward
