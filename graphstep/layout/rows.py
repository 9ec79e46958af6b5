"""In which row each item stands: wires straight where possible, gates in the middle of their operands."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from graphstep.layout.plan import Kind, Plan

if TYPE_CHECKING:
    from graphstep.layout.sizes import Sizes

PASS_WEIGHT = 4.0
"""How much more a passing wire pulls towards being straight than a box towards the middle of its neighbours."""
SMALL_ITEMS = 400
"""Up to this many items the sweeps are repeated until the rows look settled."""


def rows(made: Plan, size: Sizes) -> list[int]:
    """The row of each item's outgoing wire; the uppermost row that anything owns is 0."""
    row = _stacked(made, size)
    sweeps = 7 if len(row) <= SMALL_ITEMS else 3
    for sweep in range(sweeps):
        _align(made, size, row, forward=sweep % 2 == 0)
    for _ in range(2):
        _straighten(made, size, row)
    top = min([row[item] - size.above[item] for item in range(len(row))], default=0)
    return [place - top for place in row]


def _distance(size: Sizes, made: Plan, upper: int, lower: int) -> int:
    """Rows from the wire of one item to the wire of the next one below it, at least."""
    both = made.kind[upper] is Kind.BOX and made.kind[lower] is Kind.BOX
    return size.below[upper] + size.above[lower] + 1 + (size.blank if both else 0)


def _stacked(made: Plan, size: Sizes) -> list[int]:
    row = [0] * len(made.kind)
    for layer in made.layers:
        for upper, lower in pairwise(layer):
            row[lower] = row[upper] + _distance(size, made, upper, lower)
    return row


def _align(made: Plan, size: Sizes, row: list[int], forward: bool) -> None:
    """Move each layer, in turn, as near as its order allows to the rows of the layer it follows."""
    for layer in made.layers if forward else reversed(made.layers):
        wishes: list[float] = []
        weights: list[float] = []
        shifts: list[int] = []
        shift = 0
        previous = -1
        for item in layer:
            if previous >= 0:
                shift += _distance(size, made, previous, item)
            previous = item
            wish = _wish(made, size, row, item, forward)
            wishes.append(wish - shift)
            weights.append(PASS_WEIGHT if made.kind[item] is Kind.PASS else 1.0)
            shifts.append(shift)
        for item, place, shift in zip(layer, _ascending(wishes, weights), shifts, strict=True):
            row[item] = place + shift


def _wish(made: Plan, size: Sizes, row: list[int], item: int, forward: bool) -> float:
    """The row at which the item's wires on one side would be straight, on average."""
    first, last = made.first_slot[item], made.first_slot[item + 1]
    enters = size.enters[item] - first
    if forward or not made.users[item]:
        places = [row[made.feeder[slot]] - slot - enters for slot in range(first, last) if made.feeder[slot] >= 0]
        if places:
            return sum(places) / len(places)
    places = []
    for slot in made.users[item]:
        target = made.slot_item[slot]
        places.append(row[target] + size.enters[target] + slot - made.first_slot[target])
    return sum(places) / len(places) if places else float(row[item])


def _ascending(wishes: list[float], weights: list[float]) -> list[int]:
    """The non-decreasing whole numbers nearest to the wishes: isotonic regression by pooling adjacent violators."""
    sums: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for wish, mass in zip(wishes, weights, strict=True):
        total, count = wish * mass, 1
        while sums and sums[-1] * mass > total * masses[-1]:
            total += sums.pop()
            mass += masses.pop()
            count += counts.pop()
        sums.append(total)
        masses.append(mass)
        counts.append(count)
    places: list[int] = []
    for total, mass, count in zip(sums, masses, counts, strict=True):
        places.extend([int(total / mass + 0.5 + 1e6) - 1_000_000] * count)
    return places


def _straighten(made: Plan, size: Sizes, row: list[int]) -> None:
    """Move single items within the room that their neighbours leave, where that makes more of their wires straight.

    Gates with several operands stay in the middle of them, and so do the inputs around such a gate.
    """
    for layer in made.layers:
        for place, item in enumerate(layer):
            wanted = _straight_rows(made, size, row, item)
            if not wanted:
                continue
            best = here = row[item]
            straight = wanted.count(here)
            for each in wanted:
                if each == best or wanted.count(each) <= straight:
                    continue
                if place and each < row[layer[place - 1]] + _distance(size, made, layer[place - 1], item):
                    continue
                if place + 1 < len(layer) and each > row[layer[place + 1]] - _distance(size, made, item, layer[place + 1]):
                    continue
                straight, best = wanted.count(each), each
            row[item] = best


def _straight_rows(made: Plan, size: Sizes, row: list[int], item: int) -> list[int]:
    """For each wire of the item, the row in which the item would have to stand to make it straight."""
    first, last = made.first_slot[item], made.first_slot[item + 1]
    if last - first > 1:
        return []
    wanted: list[int] = []
    if last > first and made.feeder[first] >= 0:
        wanted.append(row[made.feeder[first]] - size.enters[item])
    for slot in made.users[item]:
        target = made.slot_item[slot]
        if last > first or made.first_slot[target + 1] - made.first_slot[target] == 1:
            wanted.append(row[target] + size.enters[target] + slot - made.first_slot[target])
    return wanted
