"""How much room each item of a layer takes, in cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphstep.faces.drawing.layout.cells import cell_width
from graphstep.faces.drawing.layout.model import Box, Density
from graphstep.faces.drawing.layout.plan import Kind, Plan

ROOMY_PADDING = 2
"""Blank cells on either side of a gate's label, roomy."""
SHORTEST = 3
"""Cells of a wire that has no label, at least."""


@dataclass(slots=True)
class Sizes:
    """The extent of every item, relative to the row of its outgoing wire and to the left edge of its layer.

    The rows from `above` the wire to `below` it belong to the item alone: box, value and gradient all lie inside.
    """

    width: list[int]
    """By item: cells from the left edge of the layer to the end of the box or stub text."""
    zone: list[int]
    """By item: cells from the left edge of the layer to the end of its label; wires may turn right of it only."""
    above: list[int]
    """By item: rows that it owns above its wire."""
    below: list[int]
    """By item: rows that it owns below its wire."""
    top: list[int]
    """By box: rows of the box itself above its wire."""
    height: list[int]
    """By box: rows of the box itself."""
    label_start: list[int]
    """By box: cells from the left edge of the layer to the first cell of its value and of its gradient."""
    entry: list[int]
    """By slot: the row in which it is entered, relative to the wire of its item."""
    blank: int
    """Blank rows between two boxes of a layer."""
    turn: int
    """Cells between two tracks, counted from one to the next."""
    approach: int
    """Cells from the last track to the box that a wire enters, the arrow among them."""


def sizes(plan: Plan, boxes: Sequence[Box], density: Density, output: int | None) -> Sizes:
    """Measure every item of a plan."""
    count = len(plan.kind)
    roomy = density == "roomy"
    size = Sizes(
        [0] * count, [0] * count, [0] * count, [0] * count, [0] * len(boxes), [1] * len(boxes), [0] * len(boxes),
        [0] * len(plan.feeder), 1 if roomy else 0, 2 if roomy else 1, 3 if roomy else 2,
    )  # fmt: skip
    measure = _roomy if roomy else _compact
    for item, box in enumerate(boxes):
        measure(size, item, box, shown_name(box, item == output))
        label_end = size.label_start[item] + box.label_width + (1 if roomy else 0)
        # A piece of wire shows on either side of what is set into it.
        wire = max(SHORTEST, cell_width(box.on_wire) + 2 if box.on_wire else 0)
        size.zone[item] = max(label_end if box.label_width else 0, size.width[item] + wire)
        if box.ports > 1:
            first = plan.first_slot[item]
            out = out_row(box.ports)
            size.entry[first : first + box.ports] = range(-out, box.ports - out)
    for item in range(len(boxes), count):
        if plan.kind[item] is not Kind.PASS:
            size.width[item] = size.zone[item] = (
                cell_width(stub_text(boxes[plan.owner[item]], plan.kind[item] is Kind.OUTPUT)) + 1
            )
    return size


def out_row(ports: int) -> int:
    """The operand row, from 0, in which the wire of a gate leaves: the middle one, or the upper one of two."""
    return (ports - 1) // 2


def stub_text(box: Box, is_output: bool) -> str:
    """What a stub or the arrow of the output says: the name of the box, or its label; an unnamed output is `f`."""
    return box.name or ("f" if is_output else box.label)


def shown_name(box: Box, is_output: bool) -> str:
    """The name to show at the box itself: none when the label or the arrow of the output already says it."""
    return "" if is_output or box.name == box.label else box.name


def _roomy(size: Sizes, item: int, box: Box, name: str) -> None:
    """A box with an edge all round; the value stands beside its upper edge, the gradient below the wire."""
    padding = ROOMY_PADDING if box.ports else 1
    width = cell_width(box.label) + 2 * padding + 2
    if name:
        width = max(width, cell_width(name) + 4)
    rows = max(box.ports, 1)
    out = out_row(rows)
    size.width[item] = width
    size.top[item] = size.above[item] = out + 1
    size.below[item] = rows - out
    size.height[item] = rows + 2
    size.label_start[item] = width + 1


def _compact(size: Sizes, item: int, box: Box, name: str) -> None:
    """A bare name, a gate in brackets, or for several operands a box whose upper edge carries the label.

    Over a single row the labels lean back so far that the wire need not be longer than the shortest.
    """
    rows = max(box.ports, 1)
    out = out_row(rows)
    width = max(cell_width(box.label) + (2 if box.ports else 0), 1)
    named = cell_width(name)
    labelled = 1 if box.label_width else 0
    if rows > 1:
        width = max(width, named + 2 if name else 0)
        label_start = width + 1
    elif name:
        width = max(width, named)
        label_start = width + 1
    else:
        label_start = min(width, max(width + SHORTEST - box.label_width, 1 if box.ports else 0))
    size.width[item] = width
    size.top[item] = out
    size.above[item] = max(out, labelled)
    size.below[item] = max(rows - 1 - out, labelled, 1 if name and rows == 1 else 0)
    size.height[item] = rows
    size.label_start[item] = label_start
