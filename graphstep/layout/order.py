"""In which order the items of each layer stand, so that few wires cross."""

from __future__ import annotations

from bisect import bisect_right, insort

from graphstep.layout.plan import Plan

CAREFUL_ITEMS = 400
"""Up to this many items every improvement found is weighed by counting crossings; above, a few sweeps must do."""
CAREFUL_ROUNDS = 8
"""Rounds of sweeps without an improvement after which a small drawing is left as it is."""


def order(made: Plan) -> None:
    """Fill `made.layers`, each from top to bottom.

    Starts from the order in which a walk from the outputs back through the operands meets the items, which draws every tree without a
    crossing, then sweeps with barycentres (Sugiyama, Tagawa and Toda 1981) and exchanges neighbours, and keeps the best order seen.
    """
    _walk(made)
    best = _crossings(made)
    if not best:
        return
    if len(made.kind) > CAREFUL_ITEMS:
        kept = [list(layer) for layer in made.layers]
        for _ in range(2):
            _sweep(made, forward=True)
            _sweep(made, forward=False)
            found = _crossings(made)
            if found >= best:
                break
            best, kept = found, [list(layer) for layer in made.layers]
        made.layers = kept
        return
    _carefully(made, best)


def _walk(made: Plan) -> None:
    layers: list[list[int]] = [[] for _ in made.layers]
    seen = bytearray(len(made.kind))
    first_slot, feeder, layer = made.first_slot, made.feeder, made.layer
    roots = [item for item, slots in enumerate(made.users) if not slots]
    for root in sorted(roots, key=layer.__getitem__, reverse=True):
        stack = [root]
        while stack:
            item = stack.pop()
            if seen[item]:
                continue
            seen[item] = 1
            layers[layer[item]].append(item)
            for source in reversed(feeder[first_slot[item] : first_slot[item + 1]]):
                if source >= 0 and not seen[source]:
                    stack.append(source)
    made.layers = layers


def _positions(made: Plan) -> list[int]:
    position = [0] * len(made.kind)
    for layer in made.layers:
        for place, item in enumerate(layer):
            position[item] = place
    return position


def _sweep(made: Plan, forward: bool) -> None:
    """Sort each layer by the mean position of what its items are joined to, on the side that was just sorted."""
    position = _positions(made)
    first_slot, feeder, users, slot_item = made.first_slot, made.feeder, made.users, made.slot_item
    key = [0.0] * len(made.kind)
    layers = made.layers if forward else reversed(made.layers)
    for layer in layers:
        for item in layer:
            if forward:
                start, stop = first_slot[item], first_slot[item + 1]
                if stop - start == 1:
                    source = feeder[start]
                    key[item] = position[source] if source >= 0 else position[item]
                    continue
                places = [position[source] for source in feeder[start:stop] if source >= 0]
            else:
                places = []
                for slot in users[item]:
                    target = slot_item[slot]
                    ports = first_slot[target + 1] - first_slot[target]
                    places.append(position[target] + (slot - first_slot[target] + 0.5) / ports)  # type: ignore[arg-type]
            key[item] = sum(places) / len(places) if places else position[item]
        layer.sort(key=key.__getitem__)
        for place, item in enumerate(layer):
            position[item] = place


def _crossings(made: Plan) -> int:
    """How many pairs of wires cross, between all neighbouring layers."""
    first_slot, users, slot_item = made.first_slot, made.users, made.slot_item
    total = 0
    rank = [0] * len(made.feeder)
    for left, right in zip(made.layers, made.layers[1:], strict=False):
        place = 0
        for item in right:
            for slot in range(first_slot[item], first_slot[item + 1]):
                rank[slot] = place
                place += 1
        passed: list[int] = []
        for item in left:
            if users[item]:
                places = sorted([rank[slot] for slot in users[item]])
                for place in places:
                    total += len(passed) - bisect_right(passed, place)
                for place in places:
                    insort(passed, place)
    return total


def _carefully(made: Plan, best: int) -> None:
    kept = [list(layer) for layer in made.layers]
    idle = 0
    forward = True
    while idle < CAREFUL_ROUNDS and best:
        _sweep(made, forward)
        _exchange(made)
        forward = not forward
        found = _crossings(made)
        if found < best:
            best, kept, idle = found, [list(layer) for layer in made.layers], 0
        else:
            idle += 1
    made.layers = kept


def _exchange(made: Plan) -> None:
    """Exchange neighbours in a layer as long as that removes crossings."""
    position = _positions(made)
    first_slot, feeder, users, slot_item = made.first_slot, made.feeder, made.users, made.slot_item

    def left_of(item: int) -> list[int]:
        return sorted([position[source] for source in feeder[first_slot[item] : first_slot[item + 1]] if source >= 0])

    def right_of(item: int) -> list[int]:
        return sorted([position[slot_item[slot]] * 64 + slot - first_slot[slot_item[slot]] for slot in users[item]])

    for layer in made.layers:
        lefts = [left_of(item) for item in layer]
        rights = [right_of(item) for item in layer]
        improved = True
        while improved:
            improved = False
            for place in range(len(layer) - 1):
                gain = (
                    _inversions(lefts[place], lefts[place + 1])
                    + _inversions(rights[place], rights[place + 1])
                    - _inversions(lefts[place + 1], lefts[place])
                    - _inversions(rights[place + 1], rights[place])
                )
                if gain > 0:
                    for row in (layer, lefts, rights):
                        row[place], row[place + 1] = row[place + 1], row[place]  # type: ignore[index]
                    improved = True
        for place, item in enumerate(layer):
            position[item] = place


def _inversions(above: list[int], below: list[int]) -> int:
    """How many pairs of ends are the wrong way round when the first item stands above the second."""
    total = 0
    for end in below:
        total += len(above) - bisect_right(above, end)
    return total
