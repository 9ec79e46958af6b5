"""A finished layout, as others use it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from graphstep.faces.drawing.layout.geometry import Geometry, Point
from graphstep.faces.drawing.layout.model import Box, Density, Edge
from graphstep.faces.drawing.layout.plan import Kind
from graphstep.faces.drawing.layout.sizes import out_row, shown_name, stub_text, wire_text
from graphstep.faces.drawing.layout.window import Stub, Window, window
from graphstep.ground.records import record
from graphstep.ground.widths import cell_width

Direction = Literal["left", "right", "up", "down"]
Align = Literal["left", "middle", "right"]


@record(frozen=True, slots=True)
class Place:
    """The cells that a box takes."""

    x: int
    """Its leftmost column."""
    y: int
    """Its uppermost row."""
    width: int
    """Columns, the edges included."""
    height: int
    """Rows, the edges included."""
    out: int
    """The row, counted from `y`, that carries the label and in which the wire leaves."""
    first_port: int
    """The row, counted from `y`, of operand 0; the others follow below, unless they are joined."""
    joined: bool
    """Whether both operands enter in one row, the wire of the first from above."""


@record(frozen=True, slots=True)
class Anchor:
    """Cells in one row that are free for a text."""

    x: int
    """The first column."""
    y: int
    """The row."""
    width: int
    """How many cells are free."""
    align: Align = "left"
    """Where in them a shorter text stands."""

    def start(self, length: int) -> int:
        """The first column of a text that takes so many cells."""
        spare = max(self.width - length, 0)
        return self.x + (spare if self.align == "right" else spare // 2 if self.align == "middle" else 0)


class Layout:
    """Where the boxes, wires and labels of a drawing are, in terminal cells.

    Made by `arrange`. Looking at a part of it costs what that part is worth, not what the whole is.
    """

    def __init__(
        self, boxes: Sequence[Box], edges: Sequence[Edge], density: Density, output: int | None, geometry: Geometry
    ) -> None:
        self.boxes = boxes
        """The boxes, as they were given."""
        self.edges = edges
        """The edges, as they were given."""
        self.density: Density = density
        """How closely it is set."""
        self.output = output
        """The box that the arrow of the output leaves."""
        self._geometry = geometry
        self.ranks = geometry.ranks
        """Its items in their layers and order."""
        self.width = geometry.width()
        """Columns of the whole drawing."""
        self.height = geometry.height()
        """Rows of the whole drawing."""

    @property
    def wrapped(self) -> bool:
        """Whether its layers stand in several bands below each other."""
        return len(self.ranks.bands) > 1

    def columns(self) -> tuple[list[int], list[int], list[int]]:
        """By layer: its first column, the one after its boxes and numbers, and the rows that its items take."""
        geometry, size = self._geometry, self._geometry.size
        right = [
            start + max([size.zone[item] for item in layer], default=0)
            for start, layer in zip(geometry.left, self.ranks.layers, strict=True)
        ]
        rows = [sum([size.above[item] + size.below[item] + 1 for item in layer]) for layer in self.ranks.layers]
        return geometry.left, right, rows

    def place(self, node: int) -> Place:
        """The cells of a box."""
        geometry = self._geometry
        size = geometry.size
        top = size.top[node]
        return Place(
            geometry.left[geometry.ranks.layer[node]], geometry.row[node] - top,
            size.width[node], size.height[node], top,
            top if size.joined[node] else top - out_row(max(self.boxes[node].ports, 1)), bool(size.joined[node]),
        )  # fmt: skip

    def shown_name(self, node: int) -> str:
        """The name to show at a box: none when its label or the arrow of the output already says it."""
        return shown_name(self.boxes[node], node == self.output)

    def stub_text(self, stub: Stub) -> str:
        """The text of a stub, or of the arrow of the output."""
        return stub_text(self.boxes[stub.node], stub.kind == "output")

    def feeds(self, node: int) -> bool:
        """Whether a wire leaves the box."""
        return bool(self._geometry.ranks.users[node])

    def value_anchor(self, node: int) -> Anchor:
        """Where the value of a node is written: above its wire."""
        return self._label_anchor(node, -1, self.boxes[node].value_width)

    def gradient_anchor(self, node: int) -> Anchor:
        """Where the gradient of a node is written: below its wire."""
        return self._label_anchor(node, 1, self.boxes[node].gradient_room)

    def wire_text(self, node: int) -> str:
        """The text that is set into the wire of a node, where one leaves it."""
        return wire_text(self.boxes[node], node == self.output, self.density) if self.feeds(node) else ""

    def shape_anchor(self, node: int) -> Anchor:
        """Where a text is set into the wire of a node: behind its first cell."""
        geometry = self._geometry
        x = geometry.left[geometry.ranks.layer[node]] + geometry.size.width[node] + 1
        return Anchor(x, geometry.row[node], cell_width(self.wire_text(node)))

    def _label_anchor(self, node: int, below: int, wanted: int) -> Anchor:
        geometry, size = self._geometry, self._geometry.size
        layer = geometry.ranks.layer[node]
        left, y = geometry.left[layer], geometry.row[node] + below
        if not wanted:
            return Anchor(left + size.width[node], y, 0)
        if -size.top[node] <= below < size.height[node] - size.top[node]:
            # Beside a box of several rows.
            x = left + size.width[node] + 1
            return Anchor(x, y, geometry.zone_end[layer] - (1 if self.density == "roomy" else 0) - x)
        if self.boxes[node].ports:
            return Anchor(left, y, size.zone[node], "middle")
        if below > 0:
            return Anchor(left, y, wanted)
        end = geometry.zone_end[layer] - (size.before if geometry.turns.count[layer] else 0)
        return Anchor(end - wanted, y, wanted, "right")

    def contribution_anchor(self, edge: int) -> Anchor | None:
        """Where the contribution sent along an edge can be written, next to the port it enters; None without room."""
        geometry = self._geometry
        plan, size = geometry.ranks, geometry.size
        target = self.edges[edge].target
        layer, first = plan.layer[target], plan.first_slot[target]
        port = plan.slot_of(target, self.edges[edge].port) - first
        # As near to the port as its text allows.
        wanted = self.boxes[self.edges[edge].source].label_width + size.approach - 2
        start = max(geometry.clear[layer - 1] + 1, geometry.left[layer] - 1 - wanted)
        width = geometry.left[layer] - 1 - start
        y = geometry.slot_row(first + port)
        wire = geometry.row[target]
        if width < 1:
            return None
        # Below the lowest operand or above the first: between two of them there is no free row.
        if first + port + 1 == plan.first_slot[target + 1] and wire + size.below[target] > y:
            return Anchor(start, y + 1, width)
        if port == 0 and wire - size.above[target] < y:
            return Anchor(start, y - 1, width)
        return None

    def local_anchor(self, edge: int, width: int) -> Anchor | None:
        """Where a text is set into the last piece of a wire, next to the port it enters; None where that is too short for it."""
        points = self.wire(edge)[-1]
        (start, y), (end, _) = points[-2:]
        # The corner of the wire, or the arrow head at its source, stays; so does a piece of wire before the box.
        last = end - 2
        if len(points) == 2:
            start += 2 + cell_width(self.wire_text(self.edges[edge].source))
        return Anchor(last - width + 1, y, width) if last - width > start else None

    def wire(self, edge: int) -> tuple[tuple[Point, ...], ...]:
        """The corners of an edge from its source to its target; two separate lines when it is drawn as stubs.

        A line begins and ends in the edge of the box it joins, or in the cell before the text of a stub.
        """
        return self._geometry.wire(self.ranks.slot_of(self.edges[edge].target, self.edges[edge].port))

    def output_wire(self) -> tuple[Point, ...]:
        """The corners of the wire to the arrow of the output; none when there is no output."""
        plan = self._geometry.ranks
        if self.output is None:
            return ()
        return self._geometry.wire(plan.first_slot[plan.kind.index(Kind.OUTPUT, len(self.boxes))])[0]

    def branches(self) -> list[Point]:
        """All cells in which a wire goes on in more than one direction, column by column."""
        return [point for layer in range(len(self._geometry.ranks.layers)) for point in self._geometry.branches_of(layer)]

    @cached_property
    def crossings(self) -> int:
        """How many times two wires cross in the drawing; counted when first asked for."""
        geometry = self._geometry
        total = 0
        for layer in range(len(geometry.ranks.layers)):
            verticals = geometry.verticals_of(layer)
            if not verticals:
                continue
            flat = geometry.horizontals_of(layer)
            rows = [y for y, _, _ in flat]
            # Strictly between both ends: where a run ends on another, a wire turns or branches, and crosses nothing.
            for x, top, bottom in verticals:
                for _, start, end in flat[bisect_right(rows, top) : bisect_left(rows, bottom)]:
                    total += start < x < end
        return total

    def window(self, left: int, top: int, width: int, height: int) -> Window:
        """The part of the layout in `width` columns from `left` and `height` rows from `top`."""
        return window(self._geometry, left, top, width, height)

    def node_at(self, x: int, y: int) -> int | None:
        """The box in a cell, or whose value or gradient has its place there."""
        geometry = self._geometry
        # Columns ascend within a band only: the next one begins at the left again.
        band = max(bisect_right(geometry.tops, y) - 1, 0)
        start, stop = geometry.ranks.ranges()[band]
        layer = bisect_right(geometry.left, x, start, stop) - 1
        if layer < start:
            return None
        items = geometry.ranks.layers[layer]
        at = bisect_left(items, y, key=lambda item: geometry.row[item] + geometry.size.below[item])
        # Two inputs may share a row, one at its left and one at its right.
        near = [item for item in items[at : at + 2] if geometry.ranks.kind[item] is Kind.BOX]
        return next((item for item in near if self._covers(item, x, y)), None)

    def _covers(self, node: int, x: int, y: int) -> bool:
        """Whether a cell is part of a box, or of the room of its value or gradient."""
        place = self.place(node)
        if place.y <= y < place.y + place.height and place.x <= x < place.x + place.width:
            return True
        box = self.boxes[node]
        for anchor, wanted in ((self.value_anchor(node), box.value_width), (self.gradient_anchor(node), box.gradient_room)):
            width = wanted if anchor.align == "left" else anchor.width
            if anchor.y == y and anchor.x <= x < anchor.x + width:
                return True
        return False

    def is_box(self, x: int, y: int) -> bool:
        """Whether a cell is part of a box."""
        node = self.node_at(x, y)
        return node is not None and x < self.place(node).x + self.place(node).width

    def neighbour(self, node: int, direction: Direction) -> int | None:
        """Where an arrow key leads from a box: along a wire to the left or right, to the next box up or down.

        Left is the first operand, right the nearest consumer; a box without either leads to the nearest box of the
        next column that has one. None where there is nothing further.
        """
        geometry = self._geometry
        layer, row = geometry.ranks.layer[node], geometry.row[node]
        if direction == "up" or direction == "down":
            return self._next_box(layer, row, -1 if direction == "up" else 1)
        if direction == "left":
            operands = self._operands(node)
            if operands:
                return operands[0]
        elif consumers := [geometry.ranks.slot_item[slot] for slot in self.slots_behind(node)]:
            return min(consumers, key=lambda item: (abs(geometry.row[item] - row), item))
        step = -1 if direction == "left" else 1
        layer += step
        while 0 <= layer < len(geometry.ranks.layers):
            # What stands in the same row counts as above.
            near = [self._next_box(layer, row + 1, -1), self._next_box(layer, row, 1)]
            boxes = [item for item in near if item is not None]
            if boxes:
                return min(boxes, key=lambda item: abs(geometry.row[item] - row))
            layer += step
        return None

    def _next_box(self, layer: int, row: int, step: int) -> int | None:
        """The nearest box of a layer whose wire is above the row (step -1) or below it (step 1)."""
        geometry = self._geometry
        items = geometry.ranks.layers[layer]
        find = bisect_left if step < 0 else bisect_right
        at = find(items, row, key=geometry.row.__getitem__) - (1 if step < 0 else 0)
        while 0 <= at < len(items) and geometry.ranks.kind[items[at]] is not Kind.BOX:
            at += step
        return items[at] if 0 <= at < len(items) else None

    def _operands(self, node: int) -> list[int]:
        plan = self._geometry.ranks
        feeders = [plan.feeder[plan.slot_of(node, port)] for port in range(self.boxes[node].ports)]
        return [plan.owner[feeder] for feeder in feeders if feeder >= 0]

    def slots_behind(self, box: int) -> list[int]:
        """The slots of boxes that a box feeds, through however many layers its wire passes."""
        plan = self._geometry.ranks
        slots: list[int] = []
        # The queue grows while it is read: a passing wire hands on to the next layer. A stub hands on to nothing, so `far` names
        # the other ends.
        queue = [box, *plan.far.get(box, ())]
        for item in queue:
            for slot in plan.users[item]:
                target = plan.slot_item[slot]
                if plan.kind[target] is Kind.BOX:
                    slots.append(slot)
                elif plan.kind[target] is Kind.PASS:
                    queue.append(target)
        return slots

    def reading_order(self) -> list[int]:
        """All boxes, column by column from the left, each from top to bottom: the order of the tab key."""
        plan = self._geometry.ranks
        return [item for layer in plan.layers for item in layer if plan.kind[item] is Kind.BOX]
