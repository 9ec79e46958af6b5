"""From layers, rows and tracks to cells: the columns of a drawing and the corners of its wires."""

from __future__ import annotations

from dataclasses import field
from itertools import pairwise

from graphstep.faces.drawing.layout.plan import Kind, Plan
from graphstep.faces.drawing.layout.sizes import Sizes
from graphstep.faces.drawing.layout.tracks import Tracks
from graphstep.ground.records import dataclass

Point = tuple[int, int]
"""Column and row of a cell, both from 0 at the top left."""
FEW_TRACKS = 4
"""Up to this many tracks between two layers stand apart as far as the density likes; more stand side by side."""


@dataclass(slots=True)
class Geometry:
    """Where every item is, in cells."""

    ranks: Plan
    """The items."""
    size: Sizes
    """How much room each item takes."""
    row: list[int]
    """By item: the row of its outgoing wire."""
    turns: Tracks
    """Where wires turn."""
    tops: list[int] = field(default_factory=lambda: [0])
    """By band: its first row."""
    left: list[int] = field(default_factory=list)
    """By layer: the column in which its boxes begin."""
    zone_end: list[int] = field(default_factory=list)
    """By layer: the column after its boxes and labels; the first track, if it has one."""
    pitch: list[int] = field(default_factory=list)
    """By layer: columns from one of its tracks to the next."""
    clear: list[int] = field(default_factory=list)
    """By layer: the column after its last track, from which on wires only run straight to the next layer."""
    verticals: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """By layer, as far as somebody looked: column, top and bottom of the vertical runs right of it, in that order."""
    detours: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """By layer: first column, last column and row of the runs on which a wire crosses over to its second track."""

    def stack_bands(self) -> None:
        """Put each band below the one before it."""
        ranks, row, detour = self.ranks, self.row, self.turns.detour
        shift = 0
        self.tops.clear()
        for start, stop in ranks.ranges():
            self.tops.append(shift)
            bottom = -1
            for layer in ranks.layers[start:stop]:
                for item in layer:
                    row[item] += shift
                    bottom = max(bottom, row[item] + self.size.below[item])
                    if item in detour:
                        detour[item] = detour[item][0] + shift, detour[item][1]
                        bottom = max(bottom, detour[item][0])
            shift = bottom + 1 + band_gap(self.size)

    def lay_columns(self, spare: list[int], stretch: int = 0) -> None:
        """Give each layer its columns; `spare[layer]` more cells are kept free before the layer after it.

        All wires between two layers are longer by `stretch`, one half where they leave and one where they enter.
        """
        for columns in (self.left, self.zone_end, self.pitch, self.clear):
            columns.clear()
        self.detours.clear()
        plan, size = self.ranks, self.size
        # A loose operand shows a mark in the cell before its box; before the first layer of a band there is none, unless it is
        # kept.
        open_layers = {plan.layer[plan.slot_item[slot]] for slot, feeder in enumerate(plan.feeder) if feeder < 0}
        left = 0
        for number, layer in enumerate(plan.layers):
            if number in plan.bands:
                left = 1 if number in open_layers else 0
            zone_end = left + max([size.zone[item] for item in layer], default=0)
            if number + 1 < len(plan.layers):
                zone_end += stretch - stretch // 2
            count = self.turns.count[number]
            if count:
                zone_end += size.before
            pitch = size.turn if count <= FEW_TRACKS else 1
            self.left.append(left)
            self.zone_end.append(zone_end)
            self.pitch.append(pitch)
            last = zone_end + (count - 1) * pitch if count else zone_end - 1
            self.clear.append(last + 1)
            # Where no wire turns, one cell between two layers is enough: the arrow head stands in it.
            left = (last + size.approach if count else zone_end + 1) + spare[number] + stretch // 2
        # Kept by layer, as a window asks for them; there are few, since only circles of nets make them.
        for item, (over, second) in self.turns.detour.items():
            layer_of = plan.layer[item]
            ends = sorted((self.track_x(layer_of, self.turns.of[item]), self.track_x(layer_of, second)))
            self.detours.setdefault(layer_of, []).append((ends[0], ends[1], over))

    def width(self) -> int:
        """Columns of the whole drawing."""
        if not self.ranks.layers:
            return 0
        layers, zone = self.ranks.layers, self.size.zone
        ends = [stop - 1 for _, stop in self.ranks.ranges()]
        return max([self.left[end] + max([zone[item] for item in layers[end]], default=0) for end in ends])

    def height(self) -> int:
        """Rows of the whole drawing."""
        bottoms = [self.row[layer[-1]] + self.size.below[layer[-1]] for layer in self.ranks.layers if layer]
        bottoms.extend([over for over, _ in self.turns.detour.values()])
        return max(bottoms, default=-1) + 1

    def slot_row(self, slot: int) -> int:
        """The row in which a slot is entered."""
        return self.row[self.ranks.slot_item[slot]] + self.size.entry[slot]

    def track_x(self, layer: int, track: int) -> int:
        """The column of a track right of a layer."""
        return self.zone_end[layer] + track * self.pitch[layer]

    def wire_start(self, item: int) -> int:
        """The column in which the wire of an item begins: inside the box, where its edge is."""
        kind, layer = self.ranks.kind[item], self.ranks.layer[item]
        if kind is Kind.BOX:
            return self.left[layer] + self.size.width[item] - 1
        return self.zone_end[layer] - 1 if kind is Kind.ENTER else self.left[layer]

    def wire_end(self, item: int) -> int:
        """The column in which wires into an item end: inside the box, where its edge is."""
        left = self.left[self.ranks.layer[item]]
        return left - 1 if self.ranks.kind[item] in (Kind.LEAVE, Kind.OUTPUT) else left

    def last_turn(self, item: int) -> int | None:
        """The column in which the last vertical run of an item's wire is; None when the wire is straight."""
        track = self.turns.of[item]
        if track < 0:
            return None
        detour = self.turns.detour.get(item)
        return self.track_x(self.ranks.layer[item], detour[1] if detour else track)

    def hop(self, item: int, slot: int) -> list[Point]:
        """The corners of a wire between two neighbouring layers."""
        y, entered = self.row[item], self.slot_row(slot)
        points = [(self.wire_start(item), y)]
        track = self.turns.of[item]
        if track >= 0:
            layer = self.ranks.layer[item]
            detour = self.turns.detour.get(item)
            x = self.track_x(layer, track)
            points.append((x, y))
            if detour:
                points.append((x, detour[0]))
                x = self.track_x(layer, detour[1])
                points.append((x, detour[0]))
            points.append((x, entered))
        points.append((self.wire_end(self.ranks.slot_item[slot]), entered))
        return points

    def wire(self, slot: int) -> tuple[tuple[Point, ...], ...]:
        """The corners of the whole wire that enters a slot of a box, from its source on; two wires when it is a pair of stubs."""
        plan = self.ranks
        corners: list[Point] = []
        # From its end back: a slot has one feeder, while an item may feed any number of slots.
        while True:
            item = plan.feeder[slot]
            corners.extend(reversed(self.hop(item, slot)))
            if plan.kind[item] is not Kind.PASS:
                break
            slot = plan.first_slot[item]
        corners.reverse()
        if plan.kind[item] is Kind.BOX:
            return (_corners_only(corners),)
        source = plan.owner[item]
        # A pair of stubs: the wire of the slot begins at an ENTER, which nothing feeds, and its first half ends at the one LEAVE
        # that all long wires of the source share.
        leave = next(slot for slot in plan.users[source] if plan.kind[plan.slot_item[slot]] is Kind.LEAVE)
        return (_corners_only(self.hop(source, leave)), _corners_only(corners))

    def verticals_of(self, layer: int) -> list[tuple[int, int, int]]:
        """Column, top and bottom of every vertical run right of a layer, in that order."""
        cached = self.verticals.get(layer)
        if cached is not None:
            return cached
        verticals: list[tuple[int, int, int]] = []
        for item in self.ranks.layers[layer]:
            track = self.turns.of[item]
            if track < 0:
                continue
            here = self.row[item]
            detour = self.turns.detour.get(item)
            if detour:
                over, second = detour
                verticals.append((self.track_x(layer, track), min(here, over), max(here, over)))
                here, track = over, second
            ends = [self.slot_row(slot) for slot in self.ranks.users[item]]
            verticals.append((self.track_x(layer, track), min(here, *ends), max(here, *ends)))
        verticals.sort()
        self.verticals[layer] = verticals
        return verticals

    def branches_of(self, layer: int) -> list[Point]:
        """The cells right of a layer in which a wire goes on in more than one direction."""
        points: list[Point] = []
        for item in self.ranks.layers[layer]:
            x = self.last_turn(item)
            if x is None or len(self.ranks.users[item]) < 2:
                continue
            detour = self.turns.detour.get(item)
            here = detour[0] if detour else self.row[item]
            ends = {self.slot_row(slot) for slot in self.ranks.users[item]}
            low, high = min(here, *ends), max(here, *ends)
            # The arms of a cell: one from the left where the wire comes, one to the right where it enters, one up, one down. Two
            # make a line or a corner, three or four a branch.
            joins = (row for row in sorted(ends | {here}) if (row == here) + (row in ends) + (row > low) + (row < high) > 2)
            points += [(x, row) for row in joins]
        return points

    def horizontals_of(self, layer: int) -> list[tuple[int, int, int]]:
        """Row, first and last column of every horizontal run right of a layer, each once, in that order."""
        # A set: the wires of one item to several slots share their first run, which is crossed once for all of them.
        horizontals: set[tuple[int, int, int]] = set()
        for item in self.ranks.layers[layer]:
            for slot in self.ranks.users[item]:
                points = self.hop(item, slot)
                horizontals.update([(y, x, to) for (x, y), (to, to_y) in pairwise(points) if y == to_y])
        return sorted(horizontals)


def band_gap(size: Sizes) -> int:
    """Blank rows between two bands: one where boxes stand apart, too."""
    return min(size.blank, 1)


def _corners_only(points: list[Point]) -> tuple[Point, ...]:
    """The ends and the corners of a line; points on the way are left out."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept[-1] = point
        else:
            kept.append(point)
    return tuple(kept)
