"""In which order the items of each layer stand, so that few wires cross."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from graphstep.faces.drawing.layout.plan import Plan

CAREFUL_PAIRS = 4_000
"""Up to this many pairs of items in common layers, each pair is weighed; above, a few sweeps must do."""
IDLE_ROUNDS = 2
"""Rounds without an improvement after which a small drawing is left as it is."""
FAR = 1.2
"""How many times the crossings of another start are too many to go on."""
STARTS = ((False, True), (False, False), (True, True), (True, False))
"""Where the search for few crossings begins in a small drawing: the direction of the walk, and of the first sweep."""
SHAKES = 20
"""How often a layer of a small drawing with crossings is dealt out anew, to see whether its neighbours settle better."""
WIDEST = 20
"""Items of a layer up to which it is dealt out anew: each time costs the square of them."""
SWEEPS = 4
"""Rounds that a large drawing gets at most."""
FEWER_SHAKES = 5
"""How often a layer is dealt out anew where somebody waits for the next key."""


def order(plan: Plan, hasty: bool = False) -> None:
    """Fill `plan.layers`, each from top to bottom, and keep the best order seen.

    The first is the order in which a walk from the outputs back through the operands meets the items: it draws
    every tree without a crossing. Then come sweeps with barycentres (Sugiyama, Tagawa and Toda 1981) and, in a
    small drawing, sifting (Matuszewski, Schönfeld and Molitor 1999) from several starts and once more from where it has ended.
    A hasty order starts once: it is there in a third of the time, with a fifth more crossings.
    """
    small = sum([count**2 for count in Counter(plan.layer).values()]) <= CAREFUL_PAIRS
    fewest = -1
    kept = plan.layers
    for backwards, forward in STARTS if small and not hasty else STARTS[:1]:
        _walk(plan, backwards)
        crossings = _settle(plan, small, forward, fewest)
        if fewest < 0 or crossings < fewest:
            fewest, kept = crossings, plan.layers
        if not fewest:
            break
    plan.layers = kept
    _untangle(plan)
    # Other starts have let operands change places since this order was kept: with it they are settled again before it is shaken.
    if small and fewest:
        _shake(plan, FEWER_SHAKES if hasty else SHAKES)


def _shake(plan: Plan, shakes: int) -> None:
    """Deal one layer after the other out anew, let the layers around it settle, and keep what has no more crossings than before.

    Sifting ends where no single move helps; this leads on from there.
    """
    fewest, count = _crossings(plan), len(plan.layers)
    wide = [number for number, layer in enumerate(plan.layers) if 2 < len(layer) <= WIDEST]
    # There are two ways to deal.
    for turn in range(min(shakes, 2 * len(wide))):
        if not fewest:
            break
        kept, swapped = [list(layer) for layer in plan.layers], set(plan.swapped)
        number = wide[turn % len(wide)]
        layer = plan.layers[number]
        layer[:] = layer[1::2][::-1] + layer[::2] if turn // len(wide) % 2 else layer[::2] + layer[1::2]
        # The layers beside it move first: were it weighed at once, it might go back to where it was dealt from.
        _sift(plan, True, bytearray([abs(each - number) == 1 for each in range(count)]))
        _untangle(plan)
        crossings = _crossings(plan)
        # As few are taken, too: many orders have equally many crossings, and one of them leads on.
        if crossings <= fewest:
            fewest = crossings
        else:
            plan.layers = kept
            for box in sorted(plan.swapped ^ swapped):
                plan.swap(box)


def _settle(plan: Plan, small: bool, forward: bool, fewest: int) -> int:
    """Sweep and sift until that has not helped for some rounds, and answer how many crossings are left.

    What is far from the `fewest` of another start after two rounds is given up.
    """
    _untangle(plan)
    best = _crossings(plan)
    kept = [list(layer) for layer in plan.layers]
    idle, rounds = 0, 0
    while best and idle < (IDLE_ROUNDS if small else 1) and (small or rounds < SWEEPS):
        _sweep(plan, forward)
        if small:
            _sift(plan, forward, bytearray(b"\1" * len(plan.layers)))
        _untangle(plan)
        crossings = _crossings(plan)
        if crossings < best:
            best, idle, kept = crossings, 0, [list(layer) for layer in plan.layers]
        else:
            idle += 1
        rounds += 1
        forward = not forward
        if rounds == 2 and best > FAR * fewest > 0:
            break
    plan.layers = kept
    return best


def _untangle(plan: Plan) -> None:
    """Let the operands of a commutative gate change places where their wires would cross before it."""
    position = _positions(plan)
    for box in plan.commuting:
        slot = plan.first_slot[box]
        upper, lower = plan.feeder[slot], plan.feeder[slot + 1]
        # Two values that both go on elsewhere share their wires: nested they cross once, side by side twice.
        alone = len(plan.users[upper]) == 1 or len(plan.users[lower]) == 1
        if position[upper] > position[lower] and (alone or box in plan.swapped):
            plan.swap(box)


def _walk(plan: Plan, backwards: bool) -> None:
    """Put the items in the order of a walk, depth first, from the rightmost items that nothing uses; `backwards` in the opposite
    order of the operands.
    """
    layers: list[list[int]] = [[] for _ in plan.layers]
    visited = bytearray(len(plan.kind))
    first_slot, feeder, layer = plan.first_slot, plan.feeder, plan.layer
    roots = [item for item, slots in enumerate(plan.users) if not slots]
    for root in sorted(roots, key=layer.__getitem__, reverse=True):
        stack = [root]
        while stack:
            item = stack.pop()
            if visited[item]:
                continue
            visited[item] = 1
            layers[layer[item]].append(item)
            ends = feeder[first_slot[item] : first_slot[item + 1]]
            stack.extend([source for source in (ends if backwards else reversed(ends)) if source >= 0 and not visited[source]])
    plan.layers = layers


def _positions(plan: Plan) -> list[int]:
    """By item: how many items stand above it in its layer."""
    position = [0] * len(plan.kind)
    for layer in plan.layers:
        for place, item in enumerate(layer):
            position[item] = place
    return position


def _slot_places(plan: Plan) -> list[float]:
    """By slot: how far from its item's middle it is, from -½ at the top to ½ at the bottom; 0 where they may change places."""
    places: list[float] = []
    for start, stop in pairwise(plan.first_slot):
        if stop - start == 1:
            places.append(0.0)
        else:
            places.extend([(place + 0.5) / (stop - start) - 0.5 for place in range(stop - start)])
    for box in plan.commuting:
        slot = plan.first_slot[box]
        places[slot] = places[slot + 1] = 0.0
    return places


def _sweep(plan: Plan, forward: bool) -> None:
    """Sort each layer by the mean position of what its items are joined to, on the side that was just sorted."""
    position = _positions(plan)
    first_slot, feeder, users, slot_item = plan.first_slot, plan.feeder, plan.users, plan.slot_item
    slot_place = [] if forward else _slot_places(plan)
    key = [0.0] * len(plan.kind)
    for layer in plan.layers if forward else reversed(plan.layers):
        for item in layer:
            if forward:
                ends = feeder[first_slot[item] : first_slot[item + 1]]
                total = float(sum([position[source] for source in ends if source >= 0]))
                # What is joined to nothing on that side is sorted by the place that it has, and ties stay as they are, since the
                # sort is stable: equal graphs, equal drawings.
                count = len(ends) - ends.count(-1)
            else:
                total = sum([position[slot_item[slot]] + slot_place[slot] for slot in users[item]])
                count = len(users[item])
            key[item] = total / count if count else float(position[item])
        layer.sort(key=key.__getitem__)
        for place, item in enumerate(layer):
            position[item] = place


def _crossings(plan: Plan) -> int:
    """How many pairs of wires cross, between all neighbouring layers."""
    first_slot, users = plan.first_slot, plan.users
    total = 0
    # A crossing is an inversion: two wires of which one begins above the other and ends below it. `passed` are the ends of all
    # wires so far, in order; only what ends above the highest of them can cross any.
    rank = [0] * len(plan.feeder)
    for left, right in pairwise(plan.layers):
        place = 0
        for item in right:
            for slot in range(first_slot[item], first_slot[item + 1]):
                rank[slot] = place
                place += 1
        highest = -1
        passed: list[int] = []
        for item in left:
            # First all wires of an item are counted, then all entered: they leave in one row, and do not cross each other. The
            # insertion sort of Barth, Jünger and Mutzel (2002), with bisection: most wires end in order, and are appended.
            slots = users[item]
            for slot in slots if len(slots) > 1 else ():
                if rank[slot] < highest:
                    total += len(passed) - bisect_right(passed, rank[slot])
            for slot in slots:
                place = rank[slot]
                if place > highest:
                    passed.append(place)
                    highest = place
                    continue
                at = bisect_right(passed, place)
                passed.insert(at, place)
                if len(slots) == 1:
                    total += len(passed) - at - 1
    return total


def _sift(plan: Plan, forward: bool, stale: bytearray) -> None:
    """Move each item of a layer to where it crosses least, the layers on both sides staying, until nothing moves any more.

    `stale` says which layers are to be weighed; a layer is weighed anew only after one beside it has changed.
    """
    position = _positions(plan)
    first_slot, feeder, users, slot_item = plan.first_slot, plan.feeder, plan.users, plan.slot_item
    slot_place = _slot_places(plan)
    count = len(plan.layers)
    # A move changes crossings with the two layers beside it alone, both of which are weighed, and takes some away: so this ends.
    while any(stale):
        for number in range(count) if forward else range(count - 1, -1, -1):
            layer = plan.layers[number]
            if not stale[number]:
                continue
            stale[number] = 0
            if len(layer) < 2:
                continue
            lefts = [[position[end] for end in feeder[first_slot[item] : first_slot[item + 1]] if end >= 0] for item in layer]
            rights = [[position[slot_item[slot]] + slot_place[slot] for slot in users[item]] for item in layer]
            places = _sifted(_gains(lefts, rights))
            if places != list(range(len(layer))):
                layer[:] = [layer[place] for place in places]
                for place, item in enumerate(layer):
                    position[item] = place
                for beside in (number - 1, number + 1):
                    if 0 <= beside < count:
                        stale[beside] = 1


def _gains(lefts: Sequence[Sequence[float]], rights: Sequence[Sequence[float]]) -> list[list[int]]:
    """For each pair of items, how many crossings it costs to have the first above the second rather than below."""
    count = len(lefts)
    gain = [[0] * count for _ in range(count)]
    sides = [
        [(place, min(ends), max(ends), len(ends), ends) for place, ends in enumerate(side) if ends] for side in (lefts, rights)
    ]
    for side in sides:
        for at, (upper, low, high, mine, ends) in enumerate(side, 1):
            row = gain[upper]
            for lower, lowest, highest, theirs, others in side[at:]:
                # Most pairs are joined to places that do not overlap: then all their wires cross in one order, or none.
                if high < lowest:
                    row[lower] -= mine * theirs
                elif low > highest:
                    row[lower] += mine * theirs
                # Single wires into one place cross in neither order; all others are compared pair by pair.
                elif mine > 1 or theirs > 1:
                    for end in ends:
                        for another in others:
                            row[lower] += (end > another) - (end < another)
    for upper in range(count):
        row = gain[upper]
        for lower in range(upper + 1, count):
            gain[lower][upper] = -row[lower]
    return gain


def _sifted(gain: list[list[int]]) -> list[int]:
    """An order in which no single item can be moved to a better place."""
    places = list(range(len(gain)))
    improved = True
    while improved:
        improved = False
        for item, row in enumerate(gain):
            here = places.index(item)
            # What a move costs is the sum of what it costs to pass each item on the way: all places of an item in one walk.
            best, target, cost = 0, here, 0
            for place in range(here + 1, len(places)):
                cost -= row[places[place]]
                if cost < best:
                    best, target = cost, place
            cost = 0
            for place in range(here - 1, -1, -1):
                cost += row[places[place]]
                if cost < best:
                    best, target = cost, place
            if target != here:
                places.pop(here)
                places.insert(target, item)
                improved = True
    return places
