"""The part of a large graph that is near one node."""

from __future__ import annotations

from collections.abc import Sequence


def neighbourhood(operands: Sequence[Sequence[int]], consumers: Sequence[Sequence[int]], centre: int, cap: int = 60) -> list[int]:
    """The at most `cap` nodes that are fewest hops from `centre`, in ascending order, `centre` among them.

    `operands[n]` and `consumers[n]` are the neighbours of node n on its left and on its right; anything that
    answers `[n]` with a sequence of integers will do, so a graph kept in arrays needs no copy. Only the
    neighbours of kept nodes are looked at, and only until the cap is reached, so a weight with 10,000
    consumers costs no more than one with 60. Hops count alike in both directions; among nodes equally far,
    operands come before consumers, each in its own order.

    >>> neighbourhood([[], [], [0, 1], [2], [3]], [[2], [2], [3], [4], []], centre=2, cap=4)
    [0, 1, 2, 3]
    """
    kept = {centre}
    queue = [centre]
    # Breadth first: the queue grows while it is read.
    for node in queue:
        for side in (operands[node], consumers[node]):
            for other in side:
                if len(queue) >= cap:
                    return sorted(queue)
                if other not in kept:
                    kept.add(other)
                    queue.append(other)
    return sorted(queue)
