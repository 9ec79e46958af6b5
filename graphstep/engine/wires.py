"""The graph of a run as objects: its wires and its nodes.

Both are views. A wire holds a trace and the number of an edge, a node holds a trace and an index; every number is read from the
trace's arrays when it is asked for. So a program of 100,000 gates has no objects but those that somebody looks at, and nobody
outside the engine knows how the arrays are laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar, overload

from graphstep.gates.numbers import local
from graphstep.ground.late import np, quiet
from graphstep.ground.memo import owner_cache_of_last
from graphstep.ground.records import record
from graphstep.language.program import node_id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.engine.gradient import Gradient
    from graphstep.engine.trace import Trace
    from graphstep.gates.rule import Call, Rule
    from graphstep.ground.arrays import Number
    from graphstep.ground.operands import Operand, Shape
    from graphstep.language.nodes import Node

    Cell = TypeVar("Cell", np.int32, np.float64)


class Wire:
    """One edge of a run: a gate reads a node in one of its slots, and sends a contribution back along the same way.

    Only what carries a gradient is a wire: the gate is on a way to the output, and the node depends on an input.
    """

    __slots__ = ("edge", "receiver", "sender", "slot", "trace")

    def __init__(self, trace: Trace, edge: int) -> None:
        self.trace = trace
        """The run it belongs to."""
        self.edge = edge
        """Its number, in the order in which contributions are sent."""
        # Whatever is told of a wire asks for its ends a dozen times. Of item comes a whole number of Python's, as JSON and
        # dictionaries of nodes need it.
        self.sender: int = trace.plan.sender.item(edge)
        """The gate that reads the node, and sends on the way back."""
        self.slot: int = trace.plan.slot.item(edge)
        """The slot of the sender that reads the receiver."""
        self.receiver: int = trace.plan.receiver.item(edge)
        """The node that is read, and that gets the contribution."""

    def __repr__(self) -> str:
        return f"Wire(edge={self.edge})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wire) and (self.trace, self.edge) == (other.trace, other.edge)

    def __hash__(self) -> int:
        return hash((self.trace, self.edge))

    @property
    def step(self) -> int:
        """The number of the step that sends the contribution."""
        return self.trace.plan.edge_step.item(self.edge)

    @property
    def use(self) -> int:
        """Which use of the receiver it is, counted from 1 in the order of the text; 0 where the receiver is used once."""
        return self.trace.program.use(self.sender, self.slot)

    @property
    def gate(self) -> Rule:
        """The row of the sender."""
        gate = self.trace.gate(self.sender)
        assert gate is not None, "an input sends nothing"
        return gate

    @property
    def upstream(self) -> Number:
        """The gradient of the sender."""
        return self.trace.gradient_of(self.sender)

    @property
    def local(self) -> Number | None:
        """The sender's local gradient towards the receiver: a slope, or one for each cell (the diagonal of the Jacobian) in the
        shape of the sender's value. None for a structural gate, whose Jacobian is not formed.
        """
        if not self.gate.cellwise:
            return None
        if not self.trace.node(self.sender).shape:
            return self.trace.buffers.slopes.item(self.edge)
        return _local_cells(self.trace, self.edge)

    @property
    def contribution(self) -> Number:
        """Upstream × local, in the shape of the receiver; of a structural gate the upstream gradient pulled back."""
        return self.trace.contribution_of(self.edge)

    @property
    def shape(self) -> Shape:
        """The shape of the receiver, and so of the contribution."""
        return self.trace.node(self.receiver).shape

    def sent(self, at: int) -> bool:
        """Whether the contribution has been sent at step ``at``."""
        return self.step <= at


# What is told of a step asks for it several times.
@owner_cache_of_last
def _local_cells(trace: Trace, edge: int) -> NDArray[np.float64]:
    """The local gradient of a wire whose sender treats every cell of its array alike, in the shape of that."""
    wire = Wire(trace, edge)
    # Python's own numbers raise where NumPy's make inf and nan.
    with quiet():
        slope = np.asarray(local(wire.gate, trace.call(wire.sender), wire.slot, trace.plan.dtype), np.float64)
    if slope.shape != (shape := trace.node(wire.sender).shape):
        return np.broadcast_to(slope, shape)
    slope.flags.writeable = False
    return slope


class Wires(Sequence[Wire]):
    """Several wires of one run, in the order in which they send; each is made when it is asked for.

    Where all of them are needed, their columns cost no object for each: :attr:`senders`, :attr:`receivers`, :attr:`slots`,
    :attr:`steps`, :attr:`slopes`, arrays of shape ``(wires,)``.
    """

    __slots__ = ("_edges", "_trace")

    def __init__(self, trace: Trace, edges: range | tuple[int, ...]) -> None:
        self._trace, self._edges = trace, edges

    def __len__(self) -> int:
        return len(self._edges)

    @overload
    def __getitem__(self, index: int) -> Wire: ...
    @overload
    def __getitem__(self, index: slice) -> Wires: ...
    def __getitem__(self, index: int | slice) -> Wire | Wires:
        if isinstance(index, slice):
            return Wires(self._trace, self._edges[index])
        return Wire(self._trace, self._edges[index])

    def __iter__(self) -> Iterator[Wire]:
        return (Wire(self._trace, edge) for edge in self._edges)

    def __contains__(self, wire: object) -> bool:
        return isinstance(wire, Wire) and wire.trace is self._trace and wire.edge in self._edges

    @property
    def edges(self) -> range | tuple[int, ...]:
        """The numbers of the wires."""
        return self._edges

    @property
    def senders(self) -> NDArray[np.int32]:
        """By wire, the gate that sends."""
        return self._column(self._trace.plan.sender)

    @property
    def receivers(self) -> NDArray[np.int32]:
        """By wire, the node that gets the contribution."""
        return self._column(self._trace.plan.receiver)

    @property
    def slots(self) -> NDArray[np.int32]:
        """By wire, the slot of the sender that reads the receiver."""
        return self._column(self._trace.plan.slot)

    @property
    def steps(self) -> NDArray[np.int32]:
        """By wire, the number of the step that sends."""
        return self._column(self._trace.plan.edge_step)

    @property
    def slopes(self) -> NDArray[np.float64]:
        """By wire, the local gradient between two numbers; nan where there is an array."""
        return self._column(self._trace.buffers.slopes)

    @property
    def numbers(self) -> list[float]:
        """By wire, its contribution; only where all of them go to numbers."""
        starts, edges = self._trace.plan.edge_starts, self._edges
        # In a program of numbers an edge's cell is its number, and a hub has thousands of them.
        cells = list(edges) if isinstance(starts, range) else [starts[edge] for edge in edges]
        numbers: list[float] = self._trace.buffers.contributions[cells].tolist()
        return numbers

    def _column(self, array: NDArray[Cell]) -> NDArray[Cell]:
        edges = self._edges
        # A slice is a view; what is listed is copied.
        return array[edges.start : edges.stop] if isinstance(edges, range) else array[list(edges)]


@record(frozen=True, slots=True)
class RunNode:
    """One node of a run: an input or a gate, with its numbers."""

    trace: Trace = field(repr=False)
    """The run it belongs to."""
    index: int
    """Its place in the program."""

    @property
    def source(self) -> Node:
        """The node as the program has it, without numbers."""
        return self.trace.program.nodes[self.index]

    @property
    def id(self) -> str:
        """``v1``, ``v2``, …"""
        return node_id(self.index)

    @property
    def name(self) -> str | None:
        """The name that the program gives it, if any."""
        return self.source.name

    @property
    def label(self) -> str:
        """Its expression as typed, cut where it is long."""
        return self.trace.program.label(self.index)

    @property
    def gate(self) -> str | None:
        """The name of its gate; None for an input."""
        return self.source.gate

    @property
    def rule(self) -> Rule | None:
        """The row of its gate; None for an input."""
        return self.trace.gate(self.index)

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Its operands, one a slot: indexes of nodes, and constants."""
        return self.source.operands

    @property
    def shape(self) -> Shape:
        """The shape of its value."""
        return self.source.shape

    @property
    def call(self) -> Call:
        """Its gate at work: the values that it reads, its own value and its options."""
        return self.trace.call(self.index)

    @property
    def value(self) -> Number:
        """Its value."""
        return self.trace.value_of(self.index)

    @property
    def gradient(self) -> Number | None:
        """The derivative of the output with respect to it; None for a constant."""
        gradient = self.gradient_at(len(self.trace))
        return None if gradient is None else gradient.value

    def gradient_at(self, step: int) -> Gradient | None:
        """What has arrived of its gradient at a step; None while nothing has, and for a constant."""
        return self.trace.gradient(self.index, step)

    @property
    def arrivals(self) -> Wires:
        """The wires that bring it contributions, in the order of their arrival; the gradient is the sum of these."""
        return self.trace.arrivals(self.index)

    @property
    def sends(self) -> Wires:
        """The wires along which it sends contributions, by slot; none for an input."""
        return self.trace.sends(self.index)

    @property
    def contributions(self) -> tuple[Number, ...]:
        """The contributions to its gradient, in the order of arrival."""
        return tuple(wire.contribution for wire in self.arrivals)
