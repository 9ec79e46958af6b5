"""The order of work of a program, made once and used for any values of its inputs.

Gates of one kind at one distance from the inputs do not depend on each other, so they are computed together, as one NumPy
call on arrays. That is what lets 100,000 gates run again in milliseconds after an edit of the inputs, and it is the same code
for one gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from graphstep.collector import collector_paused
from graphstep.gates import GATES, Gate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Program

Index = int | NDArray[np.int32]
"""One cell by number, or several at once. A number gives a NumPy scalar, which is faster than an array of one."""

VALUE, SEED, SEND, SUM = range(4)
"""The events of a run: a gate computes, the output gets its gradient, a gate sends, a node sums."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Gates that are computed together: the same gate, at the same level, with constants in the same slots."""

    gate: Gate
    """What they compute."""
    outs: Index
    """The cells they write: their node indexes."""
    ins: tuple[Index, ...]
    """The cells they read, one entry a slot."""
    constants: tuple[int, ...]
    """The slots that hold constants."""
    sends: tuple[tuple[int, Index], ...]
    """``(slot, edge indexes)`` of every slot that gets a contribution on the way back."""


@dataclass(frozen=True, slots=True)
class Level:
    """The nodes at one distance from the inputs, with the gates among them."""

    batches: tuple[Batch, ...]
    """What computes them; empty at level 0, the inputs."""
    singles: tuple[Index, Index] | None
    """``(nodes, edges)`` of the nodes that get exactly one contribution."""
    forks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] | None
    """``(nodes, edges, starts)`` of the nodes that get several: those of the i-th are ``edges[starts[i]:starts[i+1]]``."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a run that does not depend on numbers: batches, edges and steps."""

    program: Program
    """What runs."""
    constants: NDArray[np.float64]
    """The constants of the program, in the cells behind those of the nodes."""
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


@collector_paused()
def plan(program: Program) -> Plan:
    """The plan of a program; linear in its size."""
    constants: list[float] = []
    cells: list[list[int]] = []
    count = len(program.nodes)
    for node in program.nodes:
        row = []
        for operand in node.operands:
            if isinstance(operand, int):
                row.append(operand)
            else:
                row.append(count + len(constants))
                constants.append(operand.value)
        cells.append(row)
    receiver, sender, slot, edge_step, edges_of, events, subjects, gates_at, arrivals, sum_step = _schedule(program)
    return Plan(
        program,
        np.array(constants, np.float64),
        _levels(program, cells, edges_of, arrivals),
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


def _levels(
    program: Program, cells: list[list[int]], edges_of: list[tuple[tuple[int, int], ...]], arrivals: list[list[int]]
) -> tuple[Level, ...]:
    nodes = program.nodes
    depth = [0] * len(nodes)
    for index, node in enumerate(nodes):
        if node.gate is not None:
            depth[index] = 1 + max((depth[x] for x in node.operands if isinstance(x, int)), default=0)
    members: list[list[int]] = [[] for _ in range(max(depth, default=0) + 1)]
    for index, level in enumerate(depth):
        members[level].append(index)
    return tuple(Level(_batches(program, row, cells, edges_of), *_receivers(row, arrivals)) for row in members)


def _batches(
    program: Program, members: list[int], cells: list[list[int]], edges_of: list[tuple[tuple[int, int], ...]]
) -> tuple[Batch, ...]:
    count = len(program.nodes)

    def kind(index: int) -> tuple[str, tuple[bool, ...], tuple[int, ...]]:
        row = cells[index]
        return program.nodes[index].gate or "", tuple(c >= count for c in row), tuple(slot for slot, _ in edges_of[index])

    gates = [(kind(index), index) for index in members if program.nodes[index].gate is not None]
    gates.sort()
    batches = []
    for (name, fixed, slots), group in groupby(gates, key=lambda entry: entry[0]):
        chosen = [index for _, index in group]
        batches.append(
            Batch(
                GATES[name],
                _index(chosen),
                tuple(_index([cells[i][k] for i in chosen]) for k in range(len(fixed))),
                tuple(k for k, is_constant in enumerate(fixed) if is_constant),
                tuple((slot, _index([edges_of[i][k][1] for i in chosen])) for k, slot in enumerate(slots)),
            )
        )
    return tuple(batches)


def _receivers(
    members: list[int], arrivals: list[list[int]]
) -> tuple[
    tuple[Index, Index] | None,
    tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] | None,
]:
    singles = [i for i in members if len(arrivals[i]) == 1]
    forks = [i for i in members if len(arrivals[i]) > 1]
    one = (_index(singles), _index([arrivals[i][0] for i in singles])) if singles else None
    if not forks:
        return one, None
    lengths = [len(arrivals[i]) for i in forks]
    starts = np.cumsum([0, *lengths[:-1]], dtype=np.int32)
    edges = np.array([e for i in forks for e in arrivals[i]], np.int32)
    return one, (np.array(forks, np.int32), edges, starts)


def _index(cells: Sequence[int]) -> Index:
    return cells[0] if len(cells) == 1 else np.array(cells, np.int32)
