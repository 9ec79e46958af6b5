"""The edges of a program of few gates, in lists: NumPy is imported when somebody asks for more than one of them."""

from __future__ import annotations

from typing import NamedTuple

from graphstep.engine.arrivals import Arrivals
from graphstep.ground.late import late_array
from graphstep.language.program import Program

FEW = 200
"""Slots of a program up to which its gates are computed one by one, and its plan is made of lists."""


class Edges(NamedTuple):
    """The edges of a program, in the order in which they send."""

    receiver: list[int]
    """By edge the node that gets its contribution."""
    sender: list[int]
    """By edge the gate that sends it."""
    slot: list[int]
    """By edge the slot of the sender that reads the receiver."""
    step: list[int]
    """By edge the number of the step that sends it."""
    last_step: int
    """The number of the last step."""
    arrivals: Arrivals
    """By node, the edges that bring it contributions."""
    ranges: dict[int, range]
    """By gate the edges that it sends along."""


def edges_of(program: Program) -> Edges:
    """The edges of a program whose gates send in the usual order, the last one first."""
    nodes, depends, reaches = program.columns, program.depends, program.reaches
    receiver, sender, slot, ranges = list[int](), list[int](), list[int](), dict[int, range]()
    # The last gate first, and each slot by slot: the order of the columns that plan.py sorts for larger programs.
    for gate in range(len(nodes) - 1, program.first_gate - 1, -1):
        first = len(receiver)
        for place, x in enumerate(nodes.row(gate) if reaches[gate] else ()):
            if x >= 0 and depends[x]:
                receiver.append(x)
                sender.append(gate)
                slot.append(place)
        if len(receiver) > first:
            ranges[gate] = range(first, len(receiver))
    arriving: list[list[int]] = [[] for _ in nodes.kinds]
    for edge, node in enumerate(receiver):
        arriving[node].append(edge)
    step, steps = len(nodes) - program.first_gate + 1, list[int]()
    for edge, node in enumerate(receiver):
        step += 1
        steps.append(step)
        # Behind the last one to a node that gets several stands their sum.
        step += edge == arriving[node][-1] and len(arriving[node]) > 1
    starts = [0]
    for those in arriving:
        starts.append(starts[-1] + len(those))
    arrivals = Arrivals(late_array([edge for those in arriving for edge in those], "int32"), late_array(starts, "int32"))
    return Edges(receiver, sender, slot, steps, step, arrivals, ranges)
