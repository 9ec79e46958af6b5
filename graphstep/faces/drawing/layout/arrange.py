"""From boxes and edges to a layout."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.faces.drawing.layout.geometry import Geometry
from graphstep.faces.drawing.layout.layers import LECTURE_BOXES
from graphstep.faces.drawing.layout.layout import Layout
from graphstep.faces.drawing.layout.model import Box, Density, Edge
from graphstep.faces.drawing.layout.order import order
from graphstep.faces.drawing.layout.plan import Kind, Plan, plan
from graphstep.faces.drawing.layout.rows import rows
from graphstep.faces.drawing.layout.sizes import Sizes, sizes, widen_shared
from graphstep.faces.drawing.layout.tracks import tracks
from graphstep.ground.collector import collector_paused

PANE_ROWS = 10
"""Rows for a graph in a terminal of 24; a small one that fits without blank rows between its boxes goes without."""


@collector_paused()
def arrange(boxes: Sequence[Box], edges: Sequence[Edge], *, density: Density = "roomy", output: int | None = None) -> Layout:
    """Lay out a graph from left to right.

    Equal arguments give equal layouts, in every process. Operand rows that no edge enters stay open,
    so a part of a larger graph can be laid out by itself. With `output`, an arrow leaves that box to the right and
    says its name, or `f`.

    Raises ValueError for an edge to a box or port that does not exist or is taken, and for edges in a circle.
    """
    ranks = plan(boxes, edges, density, output)
    order(ranks)
    size = sizes(ranks, boxes, density, output)
    row = rows(ranks, size)
    if density == "roomy" and len(boxes) <= LECTURE_BOXES and _height(ranks, size, row) > PANE_ROWS:
        size.blank = 0
        closer = rows(ranks, size)
        if _height(ranks, size, closer) <= PANE_ROWS:
            row = closer
    widen_shared(ranks, boxes, size, row)
    turns = tracks(ranks, size, row)
    geometry = Geometry(ranks, size, row, turns)
    geometry.lay_columns(_spare(ranks, boxes, density))
    return Layout(boxes, edges, density, output, geometry)


def _height(plan: Plan, size: Sizes, row: list[int]) -> int:
    return max([row[layer[-1]] + size.below[layer[-1]] + 1 for layer in plan.layers if layer], default=0)


def _spare(plan: Plan, boxes: Sequence[Box], density: Density) -> list[int]:
    """By layer: cells to keep free before the next one, for the contributions of a node that sends its value to several ports."""
    spare = [0] * len(plan.layers)
    if density != "roomy":
        return spare
    uses = [0] * len(boxes)
    for slot, item in enumerate(plan.slot_item):
        if plan.kind[item] is Kind.BOX and plan.feeder[slot] >= 0:
            uses[plan.owner[plan.feeder[slot]]] += 1
    for slot, item in enumerate(plan.slot_item):
        if plan.kind[item] is Kind.BOX and plan.feeder[slot] >= 0:
            source = plan.owner[plan.feeder[slot]]
            if uses[source] > 1:
                gap = plan.layer[item] - 1
                spare[gap] = max(spare[gap], boxes[source].label_width)
    return spare
