"""From boxes and edges to a layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from graphstep.faces.drawing.layout.geometry import Geometry, band_gap
from graphstep.faces.drawing.layout.layers import LECTURE_BOXES
from graphstep.faces.drawing.layout.layout import Layout
from graphstep.faces.drawing.layout.model import Box, Density, Edge
from graphstep.faces.drawing.layout.order import order
from graphstep.faces.drawing.layout.plan import Plan, plan
from graphstep.faces.drawing.layout.rows import rows, stacked
from graphstep.faces.drawing.layout.sizes import Sizes, sizes, widen_shared
from graphstep.faces.drawing.layout.tracks import tracks
from graphstep.ground.collector import collector_paused

PANE_ROWS = 10
"""Rows for a graph in a terminal of 24; a small one that fits without blank rows between its boxes goes without."""
LONGER = 24
"""Cells by which a wire is stretched at most to fill the room that there is."""
APART = {"roomy": 5, "snug": 3, "compact": 2}
"""Blank rows between two boxes at most, where there is room."""
FEW = 100
"""Boxes up to which rows are tried for how far apart they may stand."""
SMALL = 300
"""Boxes up to which the order of a graph is kept for the next time that it is drawn: with other numbers, in another room."""

Room = tuple[int, int]
"""Columns and rows."""


@collector_paused()
def arrange(
    boxes: Sequence[Box],
    edges: Sequence[Edge],
    *,
    density: Density = "roomy",
    output: int | None = None,
    room: Room | None = None,
    like: Layout | None = None,
    breaks: Sequence[int] = (),
    hasty: bool = False,
) -> Layout:
    """Lay out a graph from left to right.

    Equal arguments give equal layouts, in every process. Operand rows that no edge enters stay open,
    so a part of a larger graph can be laid out by itself. With `output`, an arrow leaves that box to the right and
    says its name, or `f`. With `room`, wires and the rows between boxes are stretched to fill it, where the drawing is smaller.
    `like` is a layout of the same boxes at another density or with other widths: the order that it took is taken over.
    `breaks` are the layers that begin another band below; `wrap` finds good ones. With `hasty` a few more wires may cross:
    a part of a large graph is laid out anew at every other key.

    Raises ValueError for an edge to a box or port that does not exist or is taken, and for edges in a circle.
    """
    # An order holds for the layers that it was found in, and only those of a small graph depend on the density: roomy, its inputs
    # all stand at the left.
    if like is not None and (len(boxes) > LECTURE_BOXES or (like.density == "roomy") == (density == "roomy")):
        ranks = like.ranks
    else:
        ranks = _ranks(boxes, edges, density, output, breaks, hasty)
    # The plan may be shared with other drawings (_kept): from here on nothing changes it but `rows`, which are kept by heights.
    size = sizes(ranks, boxes, density, output)
    if room is not None and len(boxes) <= FEW:
        row = _apart(ranks, size, room[1], APART[density])
    elif room is None and density == "roomy" and len(boxes) <= LECTURE_BOXES:
        row = _for_pane(ranks, size)
    else:
        row = rows(ranks, size)
    # Only with the rows it is known which inputs share one, and only with all widths where a column begins.
    widen_shared(ranks, boxes, size, row)
    turns = tracks(ranks, size, row)
    geometry = Geometry(ranks, size, row, turns)
    if len(ranks.bands) > 1:
        geometry.stack_bands()
    spare = _spare(ranks, boxes, density)
    geometry.lay_columns(spare)
    # How much room is left is known when the columns have been laid once: they are laid again, with longer wires.
    most = max([stop - start for start, stop in ranks.ranges()])
    if room is not None and room[0] > geometry.width() and most > 1:
        geometry.lay_columns(spare, min((room[0] - geometry.width()) // (most - 1), LONGER))
    return Layout(boxes, edges, density, output, geometry)


def _ranks(
    boxes: Sequence[Box], edges: Sequence[Edge], density: Density, output: int | None, breaks: Sequence[int], hasty: bool
) -> Plan:
    """The items in layers, in their order. What is written on the boxes has no part in it: a small graph is ordered once."""
    if len(boxes) <= SMALL:
        ports = tuple([(box.ports, box.commutes) for box in boxes])
        return _kept(ports, tuple(edges), density == "roomy", output, tuple(breaks), hasty)
    ranks = plan(boxes, edges, density, output, breaks)
    order(ranks, hasty)
    return ranks


@lru_cache(maxsize=64)
def _kept(
    ports: tuple[tuple[int, bool], ...],
    edges: tuple[Edge, ...],
    lecture: bool,
    output: int | None,
    breaks: tuple[int, ...],
    hasty: bool,
) -> Plan:
    # By ports and edges, and not by the boxes: with every edited number widths change, and no order hangs on them.
    boxes = [Box("", count, commutes=commutes) for count, commutes in ports]
    ranks = plan(boxes, edges, "roomy" if lecture else "compact", output, breaks)
    order(ranks, hasty)
    return ranks


def _for_pane(plan: Plan, size: Sizes) -> list[int]:
    """The rows of the items of a small graph: with blank rows between boxes, unless it fits into a pane only without them."""
    blank, roomy = size.blank, list[int]()
    # A bound that costs one walk through the layers spares the sweeps of `rows` for what would be too high all the same.
    if _least_height(plan, size) <= PANE_ROWS and _height(plan, size, roomy := rows(plan, size)) <= PANE_ROWS:
        return roomy
    size.blank = 0
    if _least_height(plan, size) <= PANE_ROWS and _height(plan, size, closer := rows(plan, size)) <= PANE_ROWS:
        return closer
    if not roomy:
        size.blank = blank
        roomy = rows(plan, size)
        size.blank = 0
    return roomy


def _apart(plan: Plan, size: Sizes, room: int, most: int) -> list[int]:
    """The rows of the items when boxes stand as far apart as the room allows."""
    lowest: tuple[int, int, tuple[int, ...]] | None = None
    heights = tuple(size.above), tuple(size.below), tuple(size.entry), bytes(size.shares)
    for blank in range(most, -1, -1):
        size.blank = blank
        # As above, for most of the distances.
        if blank and _least_height(plan, size) > room:
            continue
        row = plan.rows.get((blank, *heights))
        if row is None:
            row = plan.rows[(blank, *heights)] = tuple(rows(plan, size))
        height = _height(plan, size, row)
        # Less room between boxes does not always make a drawing lower.
        if lowest is None or height <= lowest[0]:
            lowest = height, blank, row
        if height <= room:
            break
    assert lowest is not None, "there is a number of blank rows"
    _, size.blank, row = lowest
    return [*row]


def _least_height(plan: Plan, size: Sizes) -> int:
    """Rows below which no drawing can be: those of its highest layer, set as closely as it can be."""
    row = stacked(plan, size)
    return max([row[layer[-1]] + size.above[layer[0]] + size.below[layer[-1]] + 1 for layer in plan.layers if layer], default=0)


def _height(plan: Plan, size: Sizes, row: Sequence[int]) -> int:
    heights = [
        max([row[layer[-1]] + size.below[layer[-1]] + 1 for layer in plan.layers[start:stop] if layer], default=0)
        for start, stop in plan.ranges()
    ]
    return sum(heights) + band_gap(size) * (len(heights) - 1)


def _spare(plan: Plan, boxes: Sequence[Box], density: Density) -> list[int]:
    """By layer: cells to keep free before the next one, for the contributions of a node that sends its value to several ports."""
    spare = [0] * len(plan.layers)
    if density != "roomy":
        return spare
    owner = plan.owner
    sources = [owner[feeder] if feeder >= 0 else -1 for feeder in plan.feeder[: plan.first_slot[len(boxes)]]]
    uses = Counter(sources)
    # A contribution stands at the port that it was sent from, so the room is needed before the reader, and not behind the source.
    for source, item in zip(sources, plan.slot_item, strict=False):
        if source >= 0 and uses[source] > 1:
            gap = plan.layer[item] - 1
            spare[gap] = max(spare[gap], boxes[source].label_width)
    return spare
