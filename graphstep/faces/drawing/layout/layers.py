"""Which layer (column) each box stands in."""

from __future__ import annotations

from collections.abc import Sequence

LECTURE_BOXES = 16
"""Up to this many boxes the inputs may all stand at the left, as lecture slides draw them."""
LECTURE_PULL = 2
"""But only when none of them has its first consumer more than this many layers further right."""


def layers_of(operands: Sequence[Sequence[int]], consumers: Sequence[Sequence[int]], lecture: bool) -> list[int]:
    """The layer of each box: every box stands right of its operands, and as few layers of wire are needed as is cheap to find.

    A box goes as far left as its operands allow, then moves right to its first consumer where that shortens more wires
    than it lengthens: inputs always, and with them whole sub-expressions that nothing else uses. With
    `lecture` the inputs of a small graph are then put back to the left.

    Raises ValueError when the edges go round in a circle.
    """
    order = _topological(operands, consumers)
    # Layering by longest paths first, which gives the fewest layers, in linear time. Its wires are long. The shortest are a
    # linear program (Gansner, Koutsofios, North and Vo 1993, in Graphviz's dot); here boxes only move where that surely pays.
    layer = [0] * len(order)
    for node in order:
        if operands[node]:
            layer[node] = 1 + max([layer[source] for source in operands[node]])
    earliest = layer[:]
    # From the output back, so that consumers stand where they stay; what only one gate uses follows it as a whole.
    stretch = _stretch(operands, consumers, order)
    for node in reversed(order):
        # One column to the right shortens a wire to each consumer, and lengthens `stretch` wires on the other side.
        if consumers[node] and stretch[node] < len(consumers[node]):
            layer[node] = min([layer[target] for target in consumers[node]]) - 1
    if lecture and len(order) <= LECTURE_BOXES:
        inputs = [node for node in order if not operands[node]]
        if all(layer[node] <= LECTURE_PULL for node in inputs):
            for node in inputs:
                layer[node] = earliest[node]
    return layer


def _topological(operands: Sequence[Sequence[int]], consumers: Sequence[Sequence[int]]) -> Sequence[int]:
    """The boxes, operands first; the given order when it already is one."""
    count = len(operands)
    if all(node > max(sources) for node, sources in enumerate(operands) if sources):
        return range(count)
    # Kahn 1962; `order` grows while it is walked through. What stands in a circle, or behind one, never comes to 0.
    waiting = [len(sources) for sources in operands]
    order = [node for node in range(count) if not waiting[node]]
    for node in order:
        for target in consumers[node]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    if len(order) < count:
        raise ValueError("the edges go round in a circle; a computational graph has none")
    return order


def _stretch(operands: Sequence[Sequence[int]], consumers: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    """For each box, how many wires get longer when it moves right by one layer and takes its followers along.

    An operand follows when nothing else uses it and its own operands cost nothing to move.
    """
    stretch = [0] * len(order)
    for node in order:
        total = 0
        for source in operands[node]:
            if len(consumers[source]) > 1 or stretch[source]:
                total += 1
        stretch[node] = total
    return stretch
