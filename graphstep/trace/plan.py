"""The order of work of a program, made once and used for any values of its inputs.

All values lie one behind the other in one buffer of cells, a number in one cell, an array in as many as it has. Numbers whose
gates are of one kind, at one distance from the inputs, do not depend on each other, so they are computed together, as one NumPy
call. That is what lets 100,000 gates run again in milliseconds after an edit of the inputs. A gate on arrays is such a call by
itself: what it reads and writes are views of regions of the buffer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, groupby
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphstep.collector import collector_paused
from graphstep.gates import GATES
from graphstep.gates.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.expression import Program, Shape
    from graphstep.gates.structural import StructuralGate


class Region(NamedTuple):
    """The cells of one array in a buffer."""

    start: int
    """The first of them."""
    stop: int
    """The one behind the last."""
    shape: Shape
    """How they are arranged, in C order."""


Cells = int | NDArray[np.int32]
"""One cell by number, or several at once. A number gives a NumPy scalar, which is faster than an array of one."""

Index = Cells | Region
"""One cell, several at once, or the cells of an array."""

VALUE, SEED, SEND, SUM = range(4)
"""The events of a run: a gate computes, the output gets its gradient, a gate sends, a node sums."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Gates that are computed together: the same gate, at the same level, with constants in the same slots."""

    gate: Gate | StructuralGate
    """What they compute."""
    outs: Index
    """The cells they write."""
    ins: tuple[Index, ...]
    """The cells they read, one entry a slot."""
    constants: tuple[int, ...]
    """The slots that hold constants."""
    options: Mapping[str, Any]
    """The options of a structural gate, defaults filled in."""
    sends: tuple[tuple[int, Index, Cells | None], ...]
    """``(slot, cells of the contributions, edges)`` of every slot that gets a contribution on the way back; the edges are None
    where arrays are sent, whose slopes are not kept."""


@dataclass(frozen=True, slots=True)
class Level:
    """The nodes at one distance from the inputs, with the gates among them."""

    batches: tuple[Batch, ...]
    """What computes them; empty at level 0, the inputs."""
    singles: tuple[Cells, Cells] | None
    """``(cells, contributions)`` of the numbers that get exactly one contribution."""
    forks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] | None
    """``(cells, contributions, starts)`` of the numbers that get several: those of the i-th are
    ``contributions[starts[i]:starts[i+1]]``."""
    arrays: tuple[tuple[Region, tuple[Region, ...]], ...]
    """The arrays that get several contributions, each with these."""


@dataclass(frozen=True, slots=True)
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
    levels: tuple[Level, ...]
    """Forward from the first to the last; backward from the last to the first."""
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

    @property
    def seed_step(self) -> int:
        """The number of the step that seeds the output."""
        return len(self.program.nodes) - self.program.first_gate + 1

    def place(self, node: int) -> int | Region:
        """Where a node's value and gradient lie."""
        return _place(self.starts[node], self.program.nodes[node].shape)

    def edge_place(self, edge: int) -> int | Region:
        """Where an edge's contribution lies."""
        return _place(self.edge_starts[edge], self.program.nodes[self.receiver[edge]].shape)


@collector_paused()
def plan(program: Program) -> Plan:
    """The plan of a program that is fitted to the shapes of its inputs; linear in its size."""
    constants: list[float] = []
    cells: list[list[int]] = []
    starts = _starts([node.shape for node in program.nodes])
    count = starts[-1]
    for node in program.nodes:
        row = []
        for operand in node.operands:
            if isinstance(operand, int):
                row.append(starts[operand])
            else:
                row.append(count + len(constants))
                constants.append(operand.value)
        cells.append(row)
    receiver, sender, slot, edge_step, edges_of, events, subjects, gates_at, arrivals, sum_step = _schedule(program)
    edge_starts = _edge_starts(program, starts, receiver, arrivals)
    return Plan(
        program,
        np.array(constants, np.float64),
        starts,
        edge_starts,
        _Levels(program, cells, starts, edge_starts, edges_of, arrivals).levels(),
        np.array(receiver, np.int32),
        np.array(sender, np.int32),
        np.array(slot, np.int32),
        tuple(map(tuple, arrivals)),
        np.array(edge_step, np.int32),
        np.array(events, np.uint8),
        np.array(subjects, np.int32),
        sum_step,
        np.array(gates_at, np.int32),
    )


def _schedule(program: Program) -> tuple[Any, ...]:
    """The steps: values in the order of the text, the seed, then sends and sums in exactly the reverse order."""
    nodes, first, depends, reaches = program.nodes, program.first_gate, program.depends, program.reaches
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
    for index in range(len(nodes) - 1, first - 1, -1):
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
    found, free = [], starts[-1]
    for index in receiver:
        shape = program.nodes[index].shape
        if shape and len(arrivals[index]) == 1:
            found.append(starts[index])
        else:
            found.append(free)
            free += prod(shape)
    return (*found, free)


def _place(start: int, shape: Shape) -> int | Region:
    return Region(start, start + prod(shape), shape) if shape else start


class _Levels:
    """Makes the levels of a program."""

    def __init__(
        self,
        program: Program,
        cells: list[list[int]],
        starts: Sequence[int],
        edge_starts: Sequence[int],
        edges_of: list[tuple[tuple[int, int], ...]],
        arrivals: list[list[int]],
    ) -> None:
        self._program, self._cells, self._starts, self._edge_starts = program, cells, starts, edge_starts
        self._edges_of, self._arrivals = edges_of, arrivals

    def levels(self) -> tuple[Level, ...]:
        """The levels from the inputs to the output."""
        nodes = self._program.nodes
        depth = [0] * len(nodes)
        for index, node in enumerate(nodes):
            if node.gate is not None:
                depth[index] = 1 + max((depth[x] for x in node.operands if isinstance(x, int)), default=0)
        members: list[list[int]] = [[] for _ in range(max(depth, default=0) + 1)]
        for index, level in enumerate(depth):
            members[level].append(index)
        return tuple(Level(tuple(self._batches(row)), *self._numbers(row), self._arrays(row)) for row in members)

    def _batches(self, members: list[int]) -> list[Batch]:
        nodes, count = self._program.nodes, self._starts[-1]

        def kind(index: int) -> tuple[int, str, tuple[bool, ...], tuple[int, ...]]:
            node, row = nodes[index], self._cells[index]
            alone = index if self._has_arrays(index) else -1
            return alone, node.gate or "", tuple(c >= count for c in row), tuple(slot for slot, _ in self._edges_of[index])

        gates = [(kind(index), index) for index in members if nodes[index].gate is not None]
        gates.sort()
        batches = []
        for (alone, name, fixed, slots), group in groupby(gates, key=lambda entry: entry[0]):
            chosen = [index for _, index in group]
            constants = tuple(k for k, is_constant in enumerate(fixed) if is_constant)
            if alone >= 0:
                batches.append(self._of_arrays(alone, constants))
                continue
            edges = [_index([self._edges_of[i][k][1] for i in chosen]) for k in range(len(slots))]
            places = [_index([self._edge_starts[self._edges_of[i][k][1]] for i in chosen]) for k in range(len(slots))]
            batches.append(
                Batch(
                    GATES[name],
                    _index([self._starts[i] for i in chosen]),
                    tuple(_index([self._cells[i][k] for i in chosen]) for k in range(len(fixed))),
                    constants,
                    {},
                    tuple(zip(slots, places, edges, strict=True)),
                )
            )
        return batches

    def _has_arrays(self, index: int) -> bool:
        nodes, node = self._program.nodes, self._program.nodes[index]
        if node.shape or not isinstance(GATES[node.gate or ""], Gate):
            return True
        return any(isinstance(x, int) and nodes[x].shape for x in node.operands)

    def _of_arrays(self, index: int, constants: tuple[int, ...]) -> Batch:
        nodes, node = self._program.nodes, self._program.nodes[index]
        gate = GATES[node.gate or ""]
        options = {} if isinstance(gate, Gate) else {**gate.defaults, **dict(node.options)}
        sends = []
        for slot, edge in self._edges_of[index]:
            operand = node.operands[slot]
            assert isinstance(operand, int), "a contribution goes to a node"
            sends.append((slot, _place(self._edge_starts[edge], nodes[operand].shape), None))
        ins = [
            _place(cell, nodes[operand].shape) if isinstance(operand, int) else cell
            for cell, operand in zip(self._cells[index], node.operands, strict=True)
        ]
        return Batch(gate, _place(self._starts[index], node.shape), tuple(ins), constants, options, tuple(sends))

    def _numbers(
        self, members: list[int]
    ) -> tuple[
        tuple[Cells, Cells] | None,
        tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] | None,
    ]:
        nodes, arrivals, place = self._program.nodes, self._arrivals, self._edge_starts
        numbers = [i for i in members if not nodes[i].shape]
        singles = [i for i in numbers if len(arrivals[i]) == 1]
        forks = [i for i in numbers if len(arrivals[i]) > 1]
        one = None
        if singles:
            one = _index([self._starts[i] for i in singles]), _index([place[arrivals[i][0]] for i in singles])
        if not forks:
            return one, None
        lengths = [len(arrivals[i]) for i in forks]
        starts = np.cumsum([0, *lengths[:-1]], dtype=np.int32)
        edges = np.array([place[e] for i in forks for e in arrivals[i]], np.int32)
        return one, (np.array([self._starts[i] for i in forks], np.int32), edges, starts)

    def _arrays(self, members: list[int]) -> tuple[tuple[Region, tuple[Region, ...]], ...]:
        nodes = self._program.nodes
        found = []
        for index in members:
            shape = nodes[index].shape
            if shape and len(self._arrivals[index]) > 1:
                size = prod(shape)
                regions = [Region(start, start + size, shape) for start in (self._edge_starts[e] for e in self._arrivals[index])]
                found.append((Region(self._starts[index], self._starts[index] + size, shape), tuple(regions)))
        return tuple(found)


def _index(cells: Sequence[int]) -> Cells:
    return cells[0] if len(cells) == 1 else np.array(cells, np.int32)
