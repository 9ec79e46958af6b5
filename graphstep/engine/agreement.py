"""How well two runs of the same inputs agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number


def difference(one: Trace, other: Trace) -> float:
    """The largest relative difference between two runs of the same inputs: of their outputs and of their inputs' gradients.

    It says how well composite gates and their parts agree.
    """
    rank = {name: i for i, name in enumerate(other.program.inputs)}
    pairs = [(one.output, other.output)]
    pairs += [(one.gradient_of(i), other.gradient_of(rank[name])) for i, name in enumerate(one.program.inputs)]
    return largest_difference(pairs)


def largest_difference(pairs: Sequence[tuple[Number, Number]]) -> float:
    """The largest relative difference between the two values of any pair, cell by cell.

    0 where all are equal, both infinite with one sign, or both nan; inf where shapes differ.
    """
    if any(np.shape(a) != np.shape(b) for a, b in pairs):
        return float("inf")
    a, b = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))
    return float(np.max(np.where(np.isnan(apart), np.inf, apart), initial=0.0))
