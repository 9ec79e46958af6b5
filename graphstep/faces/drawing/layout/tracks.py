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
    users, slot_item, entry, joined = plan.users, plan.slot_item, size.entry, size.joined
    targets: dict[int, list[int]] = {}
    spans: dict[int, tuple[int, int]] = {}
    source_at: dict[int, int] = {}
    straight: list[int] = []
    meeting: set[int] = set()
    for item in layer:
        slots = users[item]
        if not slots:
            continue
        here, gate = row[item], slot_item[slots[0]]
        there = row[gate] + entry[slots[0]]
        if gate < len(joined) and joined[gate]:
            meeting.add(there)
        if len(slots) > 1:
            entered = [row[slot_item[slot]] + entry[slot] for slot in slots]
            spans[item] = min(entered), max(entered)
        elif there != here:
            entered = [there]
            spans[item] = there, there
        else:
            straight.append(here)
            continue
        targets[item] = entered
        source_at[here] = item
    if not targets:
        return 0
    # The routing of a channel, as on a chip, turned by a quarter: nets are taken in the order of their constraints, and where
    # these go in a circle, one net turns twice, a dogleg (Deutsch 1976).
    # Where one net comes from the left in the row in which another leaves to the right, the first must turn first.
    waiting: dict[int, int] = {}
    after: dict[int, list[int]] = {}
    for item, entered in targets.items():
        for each in entered:
            other = source_at.get(each)
            if other is not None and other != item:
                after.setdefault(other, []).append(item)
                waiting[item] = waiting.get(item, 0) + 1
    return _place(row, targets, spans, waiting, after, straight, meeting, tracks)


def _key(here: int, low: int, high: int) -> tuple[int, int]:
    """Nets that go down turn in order from the lowest, nets that go up from the uppermost: then none of either kind cross."""
    return (0, -here) if high > 2 * here - low else (1, here)


def _place(
    row: list[int],
    targets: dict[int, list[int]],
    spans: dict[int, tuple[int, int]],
    waiting: dict[int, int],
    after: dict[int, list[int]],
    straight: list[int],
    meeting: set[int],
    tracks: Tracks,
) -> int:
    heights = [row[item] for item in targets]
    low = min(min(heights), min([top for top, _ in spans.values()]))
    high = max(max(heights), max([bottom for _, bottom in spans.values()]))
    skyline, detour = Skyline(low, high + 2), tracks.detour
    ready = [(*_key(row[item], *span), item) for item, span in spans.items() if item not in waiting]
    heapify(ready)
    least: dict[int, int] = {}
    rows_in_use: set[int] = set()
    while ready or waiting:
        if ready:
            item = heappop(ready)[2]
            here = detour[item][0] if item in detour else row[item]
            top, bottom = spans[item]
            if here < top:
                top = here
            elif here > bottom:
                bottom = here
            # Where two wires meet before a gate, one from above and one from below, they may end in one cell.
            if meeting:
                top += top != here and top in meeting
                bottom -= bottom != here and bottom in meeting
            track = skyline.drop(top, bottom, least.get(item, 0))
            if item in detour:
                # Its second turn. Whom it held up has gone since its first one.
                detour[item] = (here, track)
                continue
            tracks.of[item] = track
        else:
            # A circle of nets, each waiting for the next: one of them turns twice, over a row that nobody uses.
            # There is one: what has turned once holds up nobody any more, so the rest wait for each other.
            item = min([each for each in waiting if each not in detour], key=lambda each: _key(row[each], *spans[each]))
            if not rows_in_use:
                rows_in_use.update(straight, heights, *targets.values())
            over = _free_row(row[item], low, rows_in_use)
            rows_in_use.add(over)
            track = skyline.drop(min(row[item], over), max(row[item], over), least.get(item, 0))
            tracks.of[item] = track
            detour[item] = (over, -1)
            # Its first turn frees the row in which it left; the second waits on, and stands further right.
            least[item] = max(least.get(item, 0), track + 1)
        # Not only later but further right: in the row that both use one comes from the left and the other goes on to the right.
        for other in after.get(item, ()):
            waiting[other] -= 1
            least[other] = max(least.get(other, 0), track + 1)
            if not waiting[other]:
                del waiting[other]
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
    """Which track is the last one taken, row by row, and in blocks of rows; where runs may be long, a coarse half keeps them
    cheap.
    """

    __slots__ = ("coarse", "fine", "height", "low", "tallest")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.height = 0
        self.fine = [0] * (high - low + 1)
        self.tallest = [0] * ((high - low) // BLOCK + 1)
        self.coarse = [0] * len(self.tallest) if high - low > LONG else []

    def drop(self, top: int, bottom: int, least: int) -> int:
        """The first track from `least` on that is free in all rows from `top` to `bottom`, and takes it."""
        top, bottom = top - self.low, bottom - self.low
        if bottom >= len(self.fine):
            self._grow(bottom)
        fine, coarse, tallest = self.fine, self.coarse, self.tallest
        first, last = top // BLOCK, bottom // BLOCK
        # Row by row a run costs its length, and 10,000 wires over 10,000 rows a hundred million cells; a long one costs a 64th.
        long = bool(coarse) and bottom - top > LONG
        if long:
            track = max(tallest[first : last + 1])
        elif last - first < 2:
            track = max(fine[top : bottom + 1])
        else:
            # Of the blocks within it is known how tall they are; in the two at its ends something beside it may be taller.
            ends = fine[top : (first + 1) * BLOCK] + fine[last * BLOCK : bottom + 1]
            track = max(max(ends), max(tallest[first + 1 : last]))
        if coarse and not long:
            # All blocks that a long run touches count as full, so a run near one may turn later than it had to, but never on one
            # that is taken.
            track = max(track, max(coarse[first : last + 1]))
        if least > track:
            track = least
        taken = track + 1
        if taken > tallest[first]:
            tallest[first] = taken
        if taken > tallest[last]:
            tallest[last] = taken
        if last - first > 1:
            tallest[first + 1 : last] = [taken] * (last - first - 1)
        if long:
            coarse[first : last + 1] = [taken] * (last - first + 1)
        else:
            fine[top : bottom + 1] = [taken] * (bottom - top + 1)
        if taken > self.height:
            self.height = taken
        return track

    def _grow(self, bottom: int) -> None:
        """Add rows below, for detours that leave the rows which the wires of the gap would need."""
        self.fine.extend([0] * (bottom + 1 - len(self.fine)))
        more = bottom // BLOCK + 1 - len(self.tallest)
        self.tallest.extend([0] * more)
        if self.coarse:
            self.coarse.extend([0] * more)
