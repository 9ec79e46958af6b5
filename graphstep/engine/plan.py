"""The order of work of a program, made once and used for any values of its inputs.

All values lie one behind the other in one buffer of cells, a number in one cell, an array in as many as it has. Numbers whose
gates are of one kind, at one distance from the inputs, do not depend on each other, so they are computed together, as one NumPy
call. That is what lets 100,000 gates run again in milliseconds after an edit of the inputs. A gate on arrays is such a call by
itself: what it reads and writes are views of regions of the buffer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstep.engine.levels import Level, Levels, Region, depths, place_of
from graphstep.engine.tape import Tape
from graphstep.ground.collector import collector_paused
from graphstep.ground.operands import Shape
from graphstep.ground.precision import FLOAT64, Dtype, rounded
from graphstep.language.program import Program

GATES_OF_A_BATCH = 200
"""How many gates the tape computes, forward and backward, in the time that one batch takes."""

VALUE, SEED, SEND, SUM = range(4)
"""The events of a run: a gate computes, the output gets its gradient, a gate sends, a node sums."""


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
    arrivals: tuple[tuple[int, ...], ...]
    """By node, the edges that bring it contributions, in the order of their arrival."""
    edge_step: NDArray[np.int32]
    """By edge, the number of the step that sends it."""
    events: NDArray[np.uint8]
    """By step less one, its event: VALUE, SEED, SEND or SUM."""
    subjects: NDArray[np.int32]
    """By step less one, the node that gets its value (VALUE), gradient (SEED, SUM), or the edge (SEND)."""
    sum_step: dict[int, int]
    """The number of the sum step of every node that has one."""
    gates_at: NDArray[np.int32]
    """By step less one, the gate at work: the one that computes, or the one that sends (a sum belongs to the last sender)."""
    order: tuple[int, ...] | None = None
    """The gates in the order in which they send, where that was chosen; None for the reverse of the forward pass."""
    edge_ranges: Mapping[int, range] | None = None
    """By gate the edges that it sends along, where the order was chosen."""
    dtype: Dtype = FLOAT64
    """The type that values, local gradients, products and sums are rounded to."""

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Batches: forward from the first level to the last, backward from the last to the first."""
        with collector_paused():
            return self._levels.levels()

    @property
    def _levels(self) -> Levels:
        edges = zip(self.sender.tolist(), self.slot.tolist(), strict=True)
        return Levels(self.program, self.starts, self.edge_starts, edges, self.arrivals)

    @cached_property
    def without_gradient(self) -> NDArray[np.intp]:
        """The cells of the constants, but for the output, which has its seed whatever it depends on."""
        nothing = ~np.array(self.program.depends)
        nothing[self.program.output] = False
        return np.flatnonzero(np.repeat(nothing, np.diff(np.array(self.starts))))

    @cached_property
    def tape(self) -> Tape | None:
        """The same work gate by gate, where batches would be so narrow that this is faster; None elsewhere, and for arrays.

        It follows from the program and the type of its numbers alone.
        """
        with collector_paused():
            return Tape.of(self.program, self._levels, self.sender, self.slot, self.receiver) if self._is_narrow else None

    @property
    def _is_narrow(self) -> bool:
        program = self.program
        if not program.of_numbers or self.dtype != FLOAT64:
            return False
        gates = program.nodes[program.first_gate :]
        batches = {(level, node.rule) for level, node in zip(depths(program)[program.first_gate :], gates, strict=True)}
        return len(batches) * GATES_OF_A_BATCH > len(gates)

    @property
    def seed_step(self) -> int:
        """The number of the step that seeds the output."""
        return len(self.program.nodes) - self.program.first_gate + 1

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
        place = int(self.slot[edges.start : edges.stop].searchsorted(np.int32(slot)))
        return edges[place] if place < len(edges) and self.slot[edges[place]] == slot else None

    def same_work(self, m: int, n: int) -> bool:
        """Whether two steps are sends, or the sums that they complete, of one gate."""
        events, gates = self.events, self.gates_at
        return max(m, n) <= len(events) and bool(gates[m - 1] == gates[n - 1] and events[m - 1] >= SEND and events[n - 1] >= SEND)

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
        return place_of(self.starts[node], self.program.nodes[node].shape)

    def edge_place(self, edge: int) -> int | Region:
        """Where an edge's contribution lies."""
        return place_of(self.edge_starts[edge], self.program.nodes[self.receiver[edge]].shape)


@collector_paused()
def plan(program: Program, order: Sequence[int] | None = None, dtype: Dtype = FLOAT64) -> Plan:
    """The plan of a program that is fitted to the shapes of its inputs; linear in its size.

    ``order`` are the gates in the order in which they send on the way back, each of them ready in its turn;
    ``dtype`` is the type that its numbers are rounded to.
    """
    # In the order in which Levels numbers their cells.
    constants = [operand.value for node in program.nodes for operand in node.operands if not isinstance(operand, int)]
    starts = _starts([node.shape for node in program.nodes])
    receiver, sender, slot, edge_step, edges_of, events, subjects, gates_at, arrivals, sum_step = _schedule(program, order)
    edge_starts = _edge_starts(program, starts, receiver, arrivals)
    return Plan(
        program,
        rounded(np.array(constants, np.float64), dtype),
        starts,
        edge_starts,
        np.array(receiver, np.int32),
        np.array(sender, np.int32),
        np.array(slot, np.int32),
        tuple(map(tuple, arrivals)),
        np.array(edge_step, np.int32),
        np.array(events, np.uint8),
        np.array(subjects, np.int32),
        sum_step,
        np.array(gates_at, np.int32),
        None if order is None else tuple(order),
        None if order is None else {i: range(own[0][1], own[-1][1] + 1) for i, own in enumerate(edges_of) if own},
        dtype,
    )


def _schedule(program: Program, order: Sequence[int] | None) -> tuple[Any, ...]:
    """The steps: values in the order of the text, the seed, then sends and sums in the reverse order, unless it is chosen."""
    nodes, first, depends, reaches = program.nodes, program.first_gate, program.depends, program.reaches
    # Counted before anything is sent: what nobody will send, towards data or off the ways to the output, must not be waited for.
    expected = [0] * len(nodes)
    for index in range(first, len(nodes)):
        if reaches[index]:
            for operand in nodes[index].operands:
                if isinstance(operand, int) and depends[operand]:
                    expected[operand] += 1

    receiver: list[int] = []
    sender: list[int] = []
    slots: list[int] = []
    edge_step: list[int] = []
    edges_of: list[tuple[tuple[int, int], ...]] = [()] * len(nodes)
    arrivals: list[list[int]] = [[] for _ in nodes]
    sum_step: dict[int, int] = {}
    events = [VALUE] * (len(nodes) - first) + [SEED]
    subjects = [*range(first, len(nodes)), program.output]
    gates_at = list(subjects)
    for index in range(len(nodes) - 1, first - 1, -1) if order is None else order:
        if not (reaches[index] and depends[index]):
            continue
        own = []
        for slot, operand in enumerate(nodes[index].operands):
            if not isinstance(operand, int) or not depends[operand]:
                continue
            edge = len(receiver)
            receiver.append(operand)
            sender.append(index)
            slots.append(slot)
            own.append((slot, edge))
            events.append(SEND)
            subjects.append(edge)
            gates_at.append(index)
            edge_step.append(len(events))
            arrivals[operand].append(edge)
            # The last sender completes the gradient, so the sum belongs to its work; a single contribution is the gradient.
            if len(arrivals[operand]) == expected[operand] > 1:
                events.append(SUM)
                subjects.append(operand)
                gates_at.append(index)
                sum_step[operand] = len(events)
        edges_of[index] = tuple(own)
    return receiver, sender, slots, edge_step, edges_of, events, subjects, gates_at, arrivals, sum_step


def _starts(shapes: Sequence[Shape]) -> Sequence[int]:
    """Where the cells of each begin when they lie one behind the other, and where the last ones end."""
    if not any(shapes):
        return range(len(shapes) + 1)
    return tuple(accumulate(map(prod, shapes), initial=0))


def _edge_starts(
    program: Program, starts: Sequence[int], receiver: Sequence[int], arrivals: Sequence[Sequence[int]]
) -> Sequence[int]:
    """Where the cells of each contribution begin (:attr:`Plan.edge_starts`)."""
    if isinstance(starts, range):
        return range(len(receiver) + 1)
    starts_of_edges, free = [], starts[-1]
    for index in receiver:
        shape = program.nodes[index].shape
        if shape and len(arrivals[index]) == 1:
            starts_of_edges.append(starts[index])
        else:
            starts_of_edges.append(free)
            free += prod(shape)
    return (*starts_of_edges, free)
