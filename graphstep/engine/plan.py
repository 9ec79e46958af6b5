"""The order of work of a program, made once and used for any values of its inputs.

All values lie one behind the other in one buffer of cells, a number in one cell, an array in as many as it has. Numbers whose
gates are of one kind, at one distance from the inputs, do not depend on each other, so they are computed together, as one NumPy
call. That is what lets 100,000 gates run again in milliseconds after an edit of the inputs. A gate on arrays is such a call by
itself: what it reads and writes are views of regions of the buffer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

from graphstep.engine.arrivals import Arrivals
from graphstep.engine.columns import Columns
from graphstep.engine.edges import FEW, edges_of
from graphstep.engine.levels import Level, Levels, Region, depths, place_of
from graphstep.engine.tape import Tape
from graphstep.ground.collector import collector_paused
from graphstep.ground.late import late_array, np
from graphstep.ground.precision import FLOAT64, Dtype, rounded
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Nodes
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.engine.step import Event

GATES_OF_A_BATCH = 200
"""How many gates the tape computes, forward and backward, in the time that one batch takes."""


@dataclass(frozen=True)
class Plan:
    """Everything about a run that does not depend on numbers: batches, edges and steps."""

    program: Program
    """What runs."""
    constants: NDArray[np.float64]
    """The constants of the program, in the cells behind those of the nodes."""
    starts: Sequence[int]
    """By node, its first cell; one entry more than there are nodes, the number of cells in all."""
    edge_starts: Sequence[int]
    """By edge, the first cell of its contribution; one entry more, the number of cells of all contributions.

    In a program of numbers an edge's cell is its number. Elsewhere the cells of the gradients come first, and the only
    contribution to an array is its gradient: they are the same cells, for to copy large arrays takes as long as to make them.
    """
    receiver: NDArray[np.int32]
    """By edge, the node that gets its contribution. Edges are numbered in the order in which they are sent."""
    sender: NDArray[np.int32]
    """By edge, the gate that sends it."""
    slot: NDArray[np.int32]
    """By edge, the slot of the sender that reads the receiver."""
    arrivals: Arrivals
    """By node, the edges that bring it contributions, in the order of their arrival."""
    edge_step: NDArray[np.int32]
    """By edge, the number of the step that sends it. The step behind the last send to a node that gets several is their sum."""
    last_step: int
    """The number of the last step."""
    order: tuple[int, ...] | None = None
    """The gates in the order in which they send, where that was chosen; None for the reverse of the forward pass."""
    edge_ranges: Mapping[int, range] | None = None
    """By gate the edges that it sends along, where the order was chosen, or the gates are few."""
    dtype: Dtype = FLOAT64
    """The type that values, local gradients, products and sums are rounded to."""
    is_few: bool = False
    """Whether its gates are few and between numbers, and the columns are lists until an array is asked for."""

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Batches: forward from the first level to the last, backward from the last to the first."""
        with collector_paused():
            return self._columns.levels() if self.program.of_numbers else self._levels.levels()

    @property
    def _levels(self) -> Levels:
        edges = zip(self.sender.tolist(), self.slot.tolist(), strict=True)
        return Levels(self.program, self.starts, self.edge_starts, edges, self.arrivals)

    @property
    def _columns(self) -> Columns:
        return Columns(self.program, self.sender, self.slot, self.arrivals)

    @cached_property
    def without_gradient(self) -> list[NDArray[np.intp] | slice]:
        """The cells of the constants, but for the output, which has its seed whatever it depends on."""
        nothing = ~np.array(self.program.depends)
        nothing[self.program.output] = False
        nodes = np.flatnonzero(nothing)
        if not len(nodes) or isinstance(self.starts, range):
            return [nodes]
        # Runs of nodes beside each other: a list of the cells of large arrays would take longer than to fill them.
        runs = np.split(nodes, np.flatnonzero(np.diff(nodes) > 1) + 1)
        return [slice(self.starts[run[0]], self.starts[run[-1] + 1]) for run in runs]

    @cached_property
    def tape(self) -> Tape | None:
        """The same work gate by gate, where batches would be so narrow that this is faster; None elsewhere, and for arrays.

        It follows from the program and the type of its numbers alone.
        """
        with collector_paused():
            program = self.program
            if not program.of_numbers or self.dtype != FLOAT64:
                return None
            nodes, first = program.columns, program.first_gate
            depth = depths(program)[first:]
            # How many batches there would be, without making them.
            batches = set(zip(depth, nodes.by_kind([kind.rule for kind in nodes.of_kinds], first), strict=True))
            if len(batches) * GATES_OF_A_BATCH <= len(depth):
                return None
            return Tape.of(program, self._columns, self.sender, self.receiver, depth)

    @cached_property
    def seed_step(self) -> int:
        """The number of the step that seeds the output."""
        return len(self.program.nodes) - self.program.first_gate + 1

    def event(self, n: int) -> tuple[Event, int]:
        """What happens in a step, from 1, and the node that gets its value, its seed or its sum; of a send the edge."""
        seed = self.seed_step
        if n <= seed:
            return ("value", self.program.first_gate + n - 1) if n < seed else ("seed", self.program.output)
        edge = self._edge_by(n)
        return ("send", edge) if self.edge_step[edge] == n else ("sum", int(self.receiver[edge]))

    def gate_at(self, n: int) -> int:
        """The gate at work in a step, from 1: the one that computes, or the one that sends (a sum belongs to the last sender)."""
        return self.event(n)[1] if n <= self.seed_step else int(self.sender[self._edge_by(n)])

    def _edge_by(self, n: int) -> int:
        return bisect_right(self.edge_step, n) - 1

    @cached_property
    def gates_at(self) -> NDArray[np.int32]:
        """By step less one, the gate at work, as :meth:`gate_at` has it."""
        nodes, first = len(self.program.nodes), self.program.first_gate
        counts = np.diff(self.edge_step, append=np.int32(self.last_step + 1))
        # One more than there are gates: behind them stands the seed, at which the output is at work.
        values = np.arange(first, nodes + 1, dtype=np.int32)
        values[-1] = self.program.output
        return np.concatenate([values, np.repeat(self.sender, counts)])

    def step_of_sum(self, node: int) -> int | None:
        """The number of the step that adds up a node's contributions; None where fewer than two arrive."""
        edges = self.arrivals[node]
        return int(self.edge_step[edges[-1]]) + 1 if len(edges) > 1 else None

    @cached_property
    def gradient_steps(self) -> NDArray[np.int32]:
        """By node the number of the step that completes its gradient; 0 where nothing arrives."""
        counts, steps = self.arrivals.counts(), np.zeros(len(self.program.nodes), np.int32)
        some = np.flatnonzero(counts)
        last = self.arrivals.edges[self.arrivals.starts[some + 1] - 1]
        steps[some] = self.edge_step[last] + (counts[some] > 1)
        steps[self.program.output] = self.seed_step
        return steps

    def edges_of(self, gate: int) -> range:
        """The edges that a gate sends along, by slot; none for an input, and where no gradient passes."""
        if self.edge_ranges is not None:
            return self.edge_ranges.get(gate, range(0))
        # Edges are numbered as they are sent: the last gate's first, each gate's one behind the other. The number has the type
        # of the column, of which NumPy would otherwise make a copy of another type.
        ascending, wanted, count = self.sender[::-1], np.int32(gate), len(self.sender)
        last, first = ascending.searchsorted(wanted), ascending.searchsorted(wanted, "right")
        return range(count - int(first), count - int(last))

    def edge_at(self, gate: int, slot: int) -> int | None:
        """The edge that a gate sends along from a slot; None where nothing is sent."""
        edges = self.edges_of(gate)
        # The edges of a gate stand in the order of its slots.
        edge = bisect_left(self.slot, slot, edges.start, edges.stop)
        return edge if edge < edges.stop and self.slot[edge] == slot else None

    def same_work(self, m: int, n: int) -> bool:
        """Whether two steps are sends, or the sums that they complete, of one gate."""
        return self.seed_step < min(m, n) and max(m, n) <= self.last_step and self.gate_at(m) == self.gate_at(n)

    def over(self, n: int, last: int) -> int:
        """The number of the step that finishes the next gate's work after step ``n``, of a run of ``last`` steps."""
        m = min(n + 1, last)
        while m < last and self.same_work(m, m + 1):
            m += 1
        return m

    def back_over(self, n: int) -> int:
        """The number of the step before the work of the gate of step ``n`` began."""
        m = max(n, 1)
        while m > 1 and self.same_work(m - 1, m):
            m -= 1
        return m - 1

    def place(self, node: int) -> int | Region:
        """Where a node's value and gradient lie."""
        return place_of(self.starts[node], self.program.columns.shape(node))

    def edge_place(self, edge: int) -> int | Region:
        """Where an edge's contribution lies."""
        return place_of(self.edge_starts[edge], self.program.columns.shape(self.receiver[edge]))


@collector_paused()
def plan(program: Program, order: Sequence[int] | None = None, dtype: Dtype = FLOAT64) -> Plan:
    """The plan of a program that is fitted to the shapes of its inputs; linear in its size.

    ``order`` are the gates in the order in which they send on the way back, each of them ready in its turn;
    ``dtype`` is the type that its numbers are rounded to.
    """
    nodes = program.columns
    # In the order in which Levels numbers their cells.
    constants = [constant.value for constant in nodes.constants]
    # To make arrays of so few takes longer than the run.
    if order is None and dtype == FLOAT64 and program.of_numbers and len(nodes.read) <= FEW:
        return _of_few(program, constants)
    starts = _starts(nodes)
    receiver, sender, slot = _edges(program, order)
    arrivals = Arrivals.of(receiver, len(nodes))
    # A send has a step; behind the last one to a node that gets several stands their sum. The last sender completes the gradient,
    # so the sum belongs to its work; a single contribution is the gradient.
    sums = np.zeros(len(receiver) + 1, np.int32)
    sums[1 + arrivals.last_of_several()] = 1
    steps = len(nodes) - program.first_gate + 2 + np.arange(len(sums), dtype=np.int32) + sums.cumsum(dtype=np.int32)
    return Plan(
        program,
        rounded(np.array(constants, np.float64), dtype),
        starts,
        _edge_starts(program, starts, receiver, arrivals),
        receiver,
        sender,
        slot,
        arrivals,
        steps[:-1].copy(),
        int(steps[-1]) - 1,
        None if order is None else tuple(order),
        None if order is None else _ranges(sender),
        dtype,
    )


def _of_few(program: Program, constants: list[float]) -> Plan:
    """The plan of a program of few gates between numbers: a list of each column."""
    edges = edges_of(program)
    return Plan(
        program,
        late_array(constants, "float64"),
        range(len(program.nodes) + 1),
        range(len(edges.step) + 1),
        late_array(edges.receiver, "int32"),
        late_array(edges.sender, "int32"),
        late_array(edges.slot, "int32"),
        edges.arrivals,
        late_array(edges.step, "int32"),
        edges.last_step,
        edge_ranges=edges.ranges,
        is_few=True,
    )


def _edges(program: Program, order: Sequence[int] | None) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """The receivers, senders and slots of the edges in the order of sending: by slot, the last gate first unless it is chosen.

    What nobody sends is not among them: towards data, and off the ways to the output.
    """
    nodes = program.columns
    starts, read = np.array(nodes.starts, np.int32), np.array(nodes.read, np.int32)
    counts = starts[1:] - starts[:-1]
    sender = np.repeat(np.arange(len(nodes), dtype=np.int32), counts)
    slot = np.arange(len(read), dtype=np.int32) - np.repeat(starts[:-1], counts)
    depends, reaches = np.array(program.depends, bool), np.array(program.reaches, bool)
    sent = np.flatnonzero((read >= 0) & depends[np.maximum(read, 0)] & reaches[sender])
    rank = -np.arange(len(nodes), dtype=np.int32)
    if order is not None:
        rank[list(order)] = np.arange(len(order), dtype=np.int32)
    # Stable: the slots of a gate stay in their order, by which edge_at looks for them.
    sent = sent[np.argsort(rank[sender[sent]], kind="stable")]
    return read[sent], sender[sent], slot[sent]


def _ranges(sender: NDArray[np.int32]) -> dict[int, range]:
    """By gate the edges that it sends along, which stand one behind the other."""
    gates, firsts, counts = np.unique(sender, return_index=True, return_counts=True)
    columns = zip(gates.tolist(), firsts.tolist(), counts.tolist(), strict=True)
    return {gate: range(first, first + count) for gate, first, count in columns}


def _starts(nodes: Nodes) -> Sequence[int]:
    """Where the cells of each begin when they lie one behind the other, and where the last ones end."""
    if not any(kind.shape for kind in nodes.of_kinds):
        return range(len(nodes) + 1)
    return tuple(accumulate(nodes.by_kind([prod(kind.shape) for kind in nodes.of_kinds]), initial=0))


def _edge_starts(program: Program, starts: Sequence[int], receiver: NDArray[np.int32], arrivals: Arrivals) -> Sequence[int]:
    """Where the cells of each contribution begin (:attr:`Plan.edge_starts`)."""
    if isinstance(starts, range):
        return range(len(receiver) + 1)
    starts_of_edges, free, counts = [], starts[-1], arrivals.counts().tolist()
    for index in receiver.tolist():
        shape = program.columns.shape(index)
        if shape and counts[index] == 1:
            starts_of_edges.append(starts[index])
        else:
            starts_of_edges.append(free)
            free += prod(shape)
    return (*starts_of_edges, free)
