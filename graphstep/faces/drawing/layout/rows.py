"""In which row each item stands: wires straight where possible, gates in the middle of their operands."""

from __future__ import annotations

from itertools import pairwise
from math import floor, inf

from graphstep.faces.drawing.layout.plan import Kind, Plan
from graphstep.faces.drawing.layout.sizes import Sizes

PASS_WEIGHT = 4.0
"""How much more a passing wire pulls towards being straight than a box towards the middle of its neighbours."""
SMALL_ITEMS = 400
"""Up to this many items the sweeps are repeated until the rows look settled."""


def rows(plan: Plan, size: Sizes) -> list[int]:
    """The row of each item's outgoing wire; the uppermost row that anything owns in its band is 0."""
    # Coordinates by least squares, layer by layer (and not by chains of medians, as Brandes and Köpf 2001): with its order and
    # its least distances given, a layer takes the rows nearest to those of what it is joined to in the one that it follows.
    closest = stacked(plan, size)
    row = closest[:]
    # The last sweep goes forward: gates end in the middle of their operands.
    _align(plan, size, closest, row, forward=True)
    for _ in range(3 if len(row) <= SMALL_ITEMS else 1):
        before = row[:]
        for forward in (False, True):
            _align(plan, size, closest, row, forward=forward)
        if row == before:
            # It would go on like this.
            break
    for _ in range(2 if len(row) <= SMALL_ITEMS else 1):
        _straighten(plan, size, closest, row)
    for start, stop in plan.ranges():
        top = min([row[layer[0]] - size.above[layer[0]] for layer in plan.layers[start:stop] if layer], default=0)
        for layer in plan.layers[start:stop] if top else ():
            for item in layer:
                row[item] -= top
    return row


def stacked(plan: Plan, size: Sizes) -> list[int]:
    """By item: its row when each layer is set as closely as it can be."""
    row = [0] * len(plan.kind)
    above, below, blank = size.above, size.below, size.blank
    boxes = len(size.top)
    for layer in plan.layers:
        place = 0
        for upper, lower in pairwise(layer):
            place += below[upper] + above[lower] + 1
            if upper < boxes and lower < boxes:
                # Two inputs: the gradient of the upper and the value of the lower stand in one row.
                place += blank
                if size.shares[upper] and size.shares[lower] and below[upper] and above[lower]:
                    place -= 1
            row[lower] = place
    return row


def _align(plan: Plan, size: Sizes, stacked: list[int], row: list[int], forward: bool) -> None:
    """Move each layer, in turn, as near as its order allows to the rows of the layer it follows."""
    first_slot, feeder, users, slot_item = plan.first_slot, plan.feeder, plan.users, plan.slot_item
    kind, entry, passing = plan.kind, size.entry, Kind.PASS
    for layer in plan.layers if forward else reversed(plan.layers):
        wishes: list[float] = []
        for item in layer:
            slots = users[item]
            wish: float = row[item]
            # The arrow of the output and a stub at a source feed nothing: they follow what feeds them in both directions.
            first, last = (first_slot[item], first_slot[item + 1]) if forward or not slots else (0, 0)
            # Most items have one wire on either side, and most others two at their left: there nothing is looped over.
            if last - first == 1 and (source := feeder[first]) >= 0:
                wish = row[source] - entry[first]
            elif last - first == 2 and (source := feeder[first]) >= 0 and (other := feeder[first + 1]) >= 0:
                wish = (row[source] - entry[first] + row[other] - entry[first + 1]) / 2
            elif places := [row[feeder[slot]] - entry[slot] for slot in range(first, last) if feeder[slot] >= 0]:
                wish = sum(places) / len(places)
            elif len(slots) == 1:
                wish = row[slot_item[slots[0]]] + entry[slots[0]]
            elif slots:
                wish = sum([row[slot_item[slot]] + entry[slot] for slot in slots]) / len(slots)
            # Without the least distances, all that is left to keep is that places do not fall: a problem that one walk solves.
            wishes.append(wish - stacked[item])
        if wishes == sorted(wishes):
            # Halves always go down: round() would take every other one up, and a drawing would change when it moves by a row.
            places = [floor(wish + 0.5) for wish in wishes]
        else:
            places = _ascending(wishes, [PASS_WEIGHT if kind[item] is passing else 1.0 for item in layer])
        for item, place in zip(layer, places, strict=True):
            row[item] = place + stacked[item]


def _ascending(wishes: list[float], weights: list[float]) -> list[int]:
    """The non-decreasing whole numbers nearest to the wishes: isotonic regression by pooling adjacent violators."""
    # Ayer, Brunk, Ewing, Reid and Silverman 1955. What would fall is pooled with what is before it, and all of that has its mean:
    # every wish joins a pool once, so it takes linear time.
    means = [-inf]
    masses = [0.0]
    counts = [0]
    for mean, mass in zip(wishes, weights, strict=True):
        count = 1
        while means[-1] > mean:
            before = masses.pop()
            mean = (means.pop() * before + mean * mass) / (before + mass)
            mass += before
            count += counts.pop()
        means.append(mean)
        masses.append(mass)
        counts.append(count)
    places: list[int] = []
    for mean, count in zip(means[1:], counts[1:], strict=True):
        places.extend([floor(mean + 0.5)] * count)
    return places


def _straighten(plan: Plan, size: Sizes, stacked: list[int], row: list[int]) -> None:
    """Move single items within the room that their neighbours leave, where that makes more of their wires straight.

    Gates with several operands stay in the middle of them, and so do the inputs around such a gate.
    """
    for layer in plan.layers:
        last = len(layer) - 1
        for place, item in enumerate(layer):
            if plan.first_slot[item + 1] - plan.first_slot[item] > 1:
                continue
            wanted = _straight_rows(plan, size, row, item)
            here = row[item]
            if not wanted or wanted.count(here) == len(wanted):
                continue
            votes: dict[int, int] = {}
            for each in wanted:
                votes[each] = votes.get(each, 0) + 1
            best, straight = here, votes.get(here, 0)
            # Between neighbours the distance in the closest stack is the least there may be.
            lowest = row[layer[place - 1]] + stacked[item] - stacked[layer[place - 1]] if place else min(wanted)
            highest = row[layer[place + 1]] - stacked[layer[place + 1]] + stacked[item] if place < last else max(wanted)
            # More than now, and not as many: a move for the same number of straight wires would go back and forth.
            for each, count in votes.items():
                if lowest <= each <= highest and count > straight:
                    straight, best = count, each
            row[item] = best


def _straight_rows(plan: Plan, size: Sizes, row: list[int], item: int) -> list[int]:
    """For each wire of the item, the row in which the item would have to stand to make it straight."""
    first, last = plan.first_slot[item], plan.first_slot[item + 1]
    if last > first:
        wanted = [row[plan.slot_item[slot]] + size.entry[slot] for slot in plan.users[item]]
        if plan.feeder[first] >= 0:
            wanted.append(row[plan.feeder[first]] - size.entry[first])
        return wanted
    return [
        row[plan.slot_item[slot]] + size.entry[slot]
        for slot in plan.users[item]
        if plan.first_slot[plan.slot_item[slot] + 1] - plan.first_slot[plan.slot_item[slot]] == 1
    ]
