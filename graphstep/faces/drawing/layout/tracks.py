"""Where wires turn: the vertical runs between one layer and the next."""

from __future__ import annotations

from dataclasses import field
from heapq import heapify, heappop, heappush

from graphstep.faces.drawing.layout.plan import Plan
from graphstep.faces.drawing.layout.sizes import Sizes
from graphstep.ground.records import dataclass

BLOCK = 64
"""Rows that share one entry in the coarse half of the skyline."""
LONG = 8192
"""A vertical run of more rows than this is entered in the coarse half only."""


@dataclass(slots=True)
class Tracks:
    """The vertical runs of a drawing; a track is a column between two layers, counted from 0 at the left."""

    of: list[int]
    """By item: the track on which its wire turns, or -1 when it is straight."""
    detour: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By item, for the few that must get out of each other's way: the row to cross over in, and the second track."""
    count: list[int] = field(default_factory=list)
    """By layer: how many tracks lie between it and the next."""


def tracks(plan: Plan, size: Sizes, row: list[int]) -> Tracks:
    """Give each wire that is not straight a track, so that no two wires share a cell except where they cross."""
    places = Tracks([-1] * len(plan.kind))
    for layer in plan.layers:
        places.count.append(_gap(plan, size, row, layer, places))
    return places


def _gap(plan: Plan, size: Sizes, row: list[int], layer: list[int], tracks: Tracks) -> int:
    """Give tracks to the nets that leave one layer; answers how many tracks that takes."""
    slot_item, entry, joined = plan.slot_item, size.entry, size.joined
    targets: dict[int, list[int]] = {}
    source_at: dict[int, int] = {}
    straight: list[int] = []
    meeting: set[int] = set()
    for item in layer:
        slots = plan.users[item]
        if not slots:
            continue
        here, gate = row[item], slot_item[slots[0]]
        entered = [row[slot_item[slot]] + entry[slot] for slot in slots] if len(slots) > 1 else [row[gate] + entry[slots[0]]]
        if gate < len(joined) and joined[gate]:
            meeting.add(entered[0])
        if len(entered) > 1 or entered[0] != here:
            targets[item] = entered
            source_at[here] = item
        else:
            straight.append(here)
    if not targets:
        return 0
    # The routing of a channel, as on a chip, turned by a quarter: nets are taken in the order of their constraints, and where
    # these go in a circle, one net turns twice, a dogleg (Deutsch 1976).
    # Where one net comes from the left in the row in which another leaves to the right, the first must turn first.
    before: dict[int, int] = dict.fromkeys(targets, 0)
    after: dict[int, list[int]] = {}
    for item, entered in targets.items():
        for each in entered:
            other = source_at.get(each)
            if other is not None and other != item:
                after.setdefault(other, []).append(item)
                before[item] += 1
    return _place(row, targets, before, after, straight, meeting, tracks)


def _key(here: int, low: int, high: int) -> tuple[int, int]:
    """Nets that go down turn in order from the lowest, nets that go up from the uppermost: then none of either kind cross."""
    return (0, -here) if high > 2 * here - low else (1, here)


def _place(
    row: list[int],
    targets: dict[int, list[int]],
    before: dict[int, int],
    after: dict[int, list[int]],
    straight: list[int],
    meeting: set[int],
    tracks: Tracks,
) -> int:
    spans = {
        item: (min(entered), max(entered)) if len(entered) > 1 else (entered[0], entered[0]) for item, entered in targets.items()
    }
    heights = [row[item] for item in targets]
    low = min(min(heights), *[span[0] for span in spans.values()])
    high = max(max(heights), *[span[1] for span in spans.values()])
    skyline = Skyline(low, high + 2)
    ready = [(*_key(row[item], *spans[item]), item) for item, count in before.items() if not count]
    heapify(ready)
    waiting = {item: None for item, count in before.items() if count}
    least: dict[int, int] = {}
    rows_in_use: set[int] = set()
    while ready or waiting:
        if ready:
            item = heappop(ready)[2]
            here = tracks.detour[item][0] if item in tracks.detour else row[item]
            top, bottom = spans[item]
            top, bottom = min(here, top), max(here, bottom)
            # Where two wires meet before a gate, one from above and one from below, they may end in one cell.
            if meeting:
                top += top != here and top in meeting
                bottom -= bottom != here and bottom in meeting
            track = skyline.drop(top, bottom, least.get(item, 0))
            if item in tracks.detour:
                # Its second turn. Whom it held up has gone since its first one.
                tracks.detour[item] = (here, track)
                continue
            tracks.of[item] = track
        else:
            # A circle of nets, each waiting for the next: one of them turns twice, over a row that nobody uses.
            # There is one: what has turned once holds up nobody any more, so the rest wait for each other.
            item = min([each for each in waiting if each not in tracks.detour], key=lambda each: _key(row[each], *spans[each]))
            if not rows_in_use:
                rows_in_use.update(straight, heights, *targets.values())
            over = _free_row(row[item], low, rows_in_use)
            rows_in_use.add(over)
            track = skyline.drop(min(row[item], over), max(row[item], over), least.get(item, 0))
            tracks.of[item] = track
            tracks.detour[item] = (over, -1)
            # Its first turn frees the row in which it left; the second waits on, and stands further right.
            least[item] = max(least.get(item, 0), track + 1)
        # Not only later but further right: in the row that both use one comes from the left and the other goes on to the right.
        for other in after.get(item, ()):
            before[other] -= 1
            least[other] = max(least.get(other, 0), track + 1)
            if not before[other]:
                waiting.pop(other, None)
                heappush(ready, (*_key(row[other], *spans[other]), other))
    return skyline.height


def _free_row(near: int, low: int, rows_in_use: set[int]) -> int:
    """The row nearest to `near`, but not above `low`, in which nothing runs through the gap."""
    distance = 1
    while True:
        for candidate in (near + distance, near - distance):
            if candidate >= low and candidate not in rows_in_use:
                return candidate
        distance += 1


class Skyline:
    """Which track is the last one taken, row by row; where runs may be long, a coarse half keeps them cheap."""

    __slots__ = ("coarse", "fine", "height", "low", "tallest")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.height = 0
        self.fine = [0] * (high - low + 1)
        blocks = (high - low) // BLOCK + 1 if high - low > LONG else 0
        self.coarse = [0] * blocks
        self.tallest = [0] * blocks

    def drop(self, top: int, bottom: int, least: int) -> int:
        """The first track from `least` on that is free in all rows from `top` to `bottom`, and takes it."""
        top, bottom = top - self.low, bottom - self.low
        if bottom >= len(self.fine):
            self._grow(bottom)
        # Row by row a run costs its length, and 10,000 wires over 10,000 rows a hundred million cells; a long one costs a 64th.
        long = bool(self.coarse) and bottom - top > LONG
        track = 0 if long else max(self.fine[top : bottom + 1])
        if self.coarse:
            first, last = top // BLOCK, bottom // BLOCK + 1
            track = max(track, least, max((self.tallest if long else self.coarse)[first:last]))
            # All blocks that are touched count as full, so a run near a long one may turn later than it had to, but never on one
            # that is taken. In the two at its ends something further right may stand beside it.
            ends = max(self.tallest[first], track + 1), max(self.tallest[last - 1], track + 1)
            self.tallest[first:last] = [track + 1] * (last - first)
            self.tallest[first], self.tallest[last - 1] = ends
            if long:
                self.coarse[first:last] = [track + 1] * (last - first)
        elif least > track:
            track = least
        if not long:
            self.fine[top : bottom + 1] = [track + 1] * (bottom - top + 1)
        if track >= self.height:
            self.height = track + 1
        return track

    def _grow(self, bottom: int) -> None:
        """Add rows below, for detours that leave the rows which the wires of the gap would need."""
        self.fine.extend([0] * (bottom + 1 - len(self.fine)))
        if self.coarse:
            more = bottom // BLOCK + 1 - len(self.coarse)
            self.coarse.extend([0] * more)
            self.tallest.extend([0] * more)
