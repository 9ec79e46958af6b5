"""What of a layout can be seen through a rectangle: found by bisection, so that the rest costs nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import field
from typing import Literal

from graphstep.faces.drawing.layout.geometry import Geometry, Point
from graphstep.faces.drawing.layout.plan import Kind
from graphstep.ground.records import dataclass

Run = tuple[int, int, int, int]
"""A straight piece of wire: column and row of its first and of its last cell, left to right or top to bottom."""


@dataclass(frozen=True, slots=True)
class Stub:
    """The text at an end of a long wire, or at the arrow of the output."""

    x: int
    """The first column of the text."""
    y: int
    """Its row."""
    node: int
    """The box whose value is carried, and whose name or label is the text."""
    kind: Literal["leave", "enter", "output"]
    """Which end it is."""


@dataclass(slots=True)
class Window:
    """What can be seen through a rectangle of a layout, and perhaps a little beside it."""

    nodes: list[int] = field(default_factory=list)
    """The boxes of which some row is visible (their labels count), column by column."""
    runs: list[Run] = field(default_factory=list)
    """Straight pieces of wire; they reach into the edges of the boxes that they join."""
    junctions: list[Point] = field(default_factory=list)
    """Cells in which one wire branches into all four directions, unlike those in which two wires cross."""
    arrows: list[Point] = field(default_factory=list)
    """Arrow heads, each in the cell before the box or text that it points to."""
    loose: list[Point] = field(default_factory=list)
    """Cells before operand rows that no wire enters."""
    stubs: list[Stub] = field(default_factory=list)
    """Texts at the ends of long wires and of the output."""


_STUBS: dict[Kind, Literal["leave", "enter", "output"]] = {
    Kind.LEAVE: "leave",
    Kind.ENTER: "enter",
    Kind.OUTPUT: "output",
}


def window(geometry: Geometry, left: int, top: int, width: int, height: int) -> Window:
    """The part of a drawing in `width` columns from `left` and `height` rows from `top`."""
    part = Window()
    right, bottom = left + width, top + height
    tops = geometry.tops
    for band, (start, stop) in enumerate(geometry.ranks.ranges()):
        if tops[band] >= bottom or (band + 1 < len(tops) and tops[band + 1] <= top):
            continue
        for number in range(max(bisect_right(geometry.left, left, start, stop) - 1, start), stop):
            _items(geometry, number, top, bottom, part)
            _entries(geometry, number, top, bottom, part)
            # The first layer behind the right edge has been looked at: the wires into it come from the left.
            if geometry.left[number] > right:
                break
            _turns(geometry, number, (left, top, right, bottom), part)
    return part


def _items(geometry: Geometry, number: int, top: int, bottom: int, part: Window) -> None:
    """The boxes and texts of a layer, and the wires that leave it, in the visible rows."""
    plan, size, row = geometry.ranks, geometry.size, geometry.row
    layer = plan.layers[number]
    start = bisect_left(layer, top, key=lambda item: row[item] + size.below[item])
    for place in range(start, len(layer)):
        item = layer[place]
        y = row[item]
        if y - size.above[item] >= bottom:
            break
        kind = plan.kind[item]
        if kind is Kind.BOX:
            part.nodes.append(item)
        elif kind is not Kind.PASS:
            x = geometry.zone_end[number] - size.width[item] if kind is Kind.ENTER else geometry.left[number] + 1
            part.stubs.append(Stub(x, y, plan.owner[item], _STUBS[kind]))
        if not plan.users[item]:
            continue
        track = geometry.turns.of[item]
        x = geometry.wire_start(item)
        if track < 0:
            part.runs.append((x, y, geometry.wire_end(plan.slot_item[plan.users[item][0]]), y))
            continue
        turn = geometry.track_x(number, track)
        part.runs.append((x, y, turn, y))
        detour = geometry.turns.detour.get(item)
        if not detour and len(plan.users[item]) > 2:
            ends = [geometry.slot_row(slot) for slot in plan.users[item]]
            if min(ends) < y < max(ends) and y in ends:
                part.junctions.append((turn, y))


def _entries(geometry: Geometry, number: int, top: int, bottom: int, part: Window) -> None:
    """The last pieces of the wires that enter a layer, with their arrow heads, in the visible rows."""
    plan, size, row = geometry.ranks, geometry.size, geometry.row
    layer = plan.layers[number]
    start = bisect_left(layer, top, key=lambda item: row[item] + size.below[item])
    for place in range(start, len(layer)):
        item = layer[place]
        if row[item] - size.above[item] >= bottom:
            break
        first, last = plan.first_slot[item], plan.first_slot[item + 1]
        if first == last:
            continue
        y = row[item] + size.entry[first]
        end = geometry.wire_end(item)
        pointed = end if plan.kind[item] in (Kind.LEAVE, Kind.OUTPUT) else end - 1
        in_one_row = size.entry[last - 1] == size.entry[first]
        if in_one_row:
            slots = range(first, last) if top <= y < bottom else range(0)
        else:
            # Operands enter in rows below each other: those on show are counted off, so that of 10,000 only they cost anything.
            slots = range(first + max(top - y, 0), min(last, first + max(bottom - y, 0)))
        for slot in slots:
            feeder = plan.feeder[slot]
            at = row[item] + size.entry[slot]
            if feeder < 0:
                part.loose.append((pointed, at))
                continue
            turn = geometry.last_turn(feeder)
            if turn is not None:
                part.runs.append((turn, at, end, at))
            if plan.kind[item] is not Kind.PASS and not (in_one_row and slot > first):
                part.arrows.append((pointed, at))


def _turns(geometry: Geometry, number: int, area: tuple[int, int, int, int], part: Window) -> None:
    """The vertical runs right of a layer that are inside the area, and the crossings-over of detours."""
    left, top, right, bottom = area
    if not geometry.turns.count[number]:
        return
    verticals = geometry.verticals_of(number)
    pitch, zone_end = geometry.pitch[number], geometry.zone_end[number]
    for track in range(geometry.turns.count[number]):
        x = zone_end + track * pitch
        if not left <= x < right:
            continue
        place = bisect_left(verticals, (x, top, top))
        # One step back at most: runs of one track never overlap, so only the last that begins above may reach into the area.
        if place and verticals[place - 1][0] == x and verticals[place - 1][2] >= top:
            place -= 1
        while place < len(verticals) and verticals[place][0] == x and verticals[place][1] < bottom:
            part.runs.append((x, verticals[place][1], x, verticals[place][2]))
            place += 1
    for start, end, over in geometry.detours.get(number, ()):
        if top <= over < bottom:
            part.runs.append((start, over, end, over))
