"""Where the parts of a layout are in pixels: what all pictures of it have in common, whatever they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from graphstep.faces.drawing.layout import Anchor, Layout
from graphstep.faces.drawing.text import Marks

CELL_WIDTH, CELL_HEIGHT = 9, 18
"""Pixels of a terminal cell."""
MARGIN = 12
"""Pixels of ground around the drawing."""
BEND = 6.0
"""Radius of a corner of a wire."""
LIFT = {"roomy": 12, "snug": 12, "compact": 18}
"""Pixels from a wire to the middle of the value above it and of the gradient below it."""
BESIDE_SHAPE = 16
"""The same where a shape is set into the wire between them, at least."""
FONT, SMALL = 14, 12
"""Sizes of letters in pixels: values and labels; and names, shapes and contributions."""
SMALL_WIDTH = 7.5
"""Pixels that a small letter takes at most, in any of the fonts."""
BASELINE = 0.35
"""From the middle of a line of text down to its baseline, in font sizes; not every viewer can centre by itself."""
HEAD = 8
"""Length of an arrow head in pixels."""


def column(x: float) -> float:
    """The middle of a column of cells, in pixels."""
    return MARGIN + (x + 0.5) * CELL_WIDTH


def row(y: float) -> float:
    """The middle of a row of cells, in pixels."""
    return MARGIN + (y + 0.5) * CELL_HEIGHT


def ground(layout: Layout) -> tuple[int, int]:
    """Width and height of the picture."""
    return layout.width * CELL_WIDTH + 2 * MARGIN, layout.height * CELL_HEIGHT + 2 * MARGIN


class Frame(NamedTuple):
    """The edge of a box and the places of its texts."""

    left: float
    """Its left side."""
    top: float
    """Its upper side."""
    right: float
    """Its right side."""
    bottom: float
    """Its lower side."""
    corner: float
    """The radius of its corners; a box without operands has round ends."""
    centre: float
    """The middle between the sides, where its texts stand."""
    middle: float
    """The height of its label's middle."""
    below: float
    """The height of its name's middle."""
    name: str
    """The name below it; empty where rows are scarce, and its wire says the name."""


def frame(layout: Layout, node: int) -> Frame:
    """A box; its edge runs through the middle of its outer cells, or around a compact box."""
    place, box = layout.place(node), layout.boxes[node]
    if layout.density != "compact":
        left, right = column(place.x), column(place.x + place.width - 1)
        top, bottom = row(place.y), row(place.y + place.height - 1)
    else:
        # A compact box fills its cells, so its edge runs around them: half a cell above and below.
        beside = 0 if box.ports else 4
        left, right = column(place.x - 0.5) - beside, column(place.x + place.width - 0.5) + beside
        top, bottom = row(place.y) - 9, row(place.y + place.height - 1) + 9
    corner = 4 if box.ports else min(bottom - top, right - left) / 2
    name = layout.shown_name(node) if layout.density != "compact" else ""
    return Frame(left, top, right, bottom, corner, (left + right) / 2, (top + bottom) / 2, bottom + 9, name)


def pointed(layout: Layout, line: Sequence[tuple[int, int]]) -> tuple[list[tuple[float, float]], float]:
    """The corners of a wire up to its arrow head, and where the head's tip is: at a box, or before the text of a stub."""
    points = [(column(x), row(y)) for x, y in line]
    beside = CELL_WIDTH / 2 if layout.density == "compact" else 0
    points[0] = (points[0][0] + beside, points[0][1])
    end, end_row = points[-1]
    # A line to a box ends in the cell of its edge; one to a text ends in the cell before it, at the end of that.
    tip = end - beside if layout.is_box(*line[-1]) else end + CELL_WIDTH / 2
    points[-1] = (tip - HEAD / 2, end_row)
    return points, tip


def gap(layout: Layout, start: tuple[int, int]) -> tuple[float, float, float] | None:
    """Where the wire that begins in a cell lets its shape through, from x to x in row y; None where it has none.

    A ground behind the text would depend on the page.
    """
    node = layout.node_at(*start)
    if node is None or not layout.wire_text(node):
        return None
    anchor = layout.shape_anchor(node)
    left = column(anchor.x - 0.5)
    return left - 1, left + anchor.width * SMALL_WIDTH + 2, row(anchor.y)


class Label(NamedTuple):
    """A text at a wire."""

    kind: Literal["shape", "value", "gradient", "contribution"]
    """What it says."""
    of: int
    """The node, or of a contribution the edge."""
    text: str
    """What is written."""
    x: float
    """Where it begins, or what ``end`` says."""
    y: float
    """The height of its middle."""
    end: Literal["start", "middle", "end"] = "start"
    """Which part of it is at ``x``."""


def labels(layout: Layout, nodes: Iterable[int], marks: Marks, *, blank: bool = False) -> Iterator[Label]:
    """What stands at the wires; with ``blank`` also the places where nothing is written yet."""
    for node in nodes:
        shape = layout.wire_text(node)
        if shape:
            place = layout.shape_anchor(node)
            yield Label("shape", node, shape, column(place.x - 0.5), row(place.y))
        away = max(LIFT[layout.density], BESIDE_SHAPE if shape else 0)
        if blank or marks.values.get(node):
            yield _label("value", node, marks.values, layout.value_anchor(node), 1, away)
        if blank or marks.gradients.get(node):
            yield _label("gradient", node, marks.gradients, layout.gradient_anchor(node), -1, away)
    for edge in range(len(layout.edges)) if blank else marks.contributions:
        free = layout.contribution_anchor(edge)
        if free:
            wire = layout.wire(edge)[-1][-1][1]
            y = row(wire) + LIFT[layout.density] * (free.y - wire)
            yield Label("contribution", edge, marks.contributions.get(edge, ""), column(free.x - 0.5), y)


def _label(
    kind: Literal["value", "gradient"], node: int, texts: Mapping[int, str], anchor: Anchor, lift: int, away: float
) -> Label:
    # Counted from the wire, a row away: where it is not compact, print stands nearer to its wire than cells can.
    y = row(anchor.y + lift) - lift * away
    text = texts.get(node, "")
    if anchor.align == "right":
        return Label(kind, node, text, column(anchor.x + anchor.width - 0.5), y, "end")
    if anchor.align == "left":
        return Label(kind, node, text, column(anchor.x - 0.5), y)
    return Label(kind, node, text, column(anchor.x + (anchor.width - 1) / 2), y, "middle")
