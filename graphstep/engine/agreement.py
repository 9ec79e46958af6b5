"""How well two runs of the same inputs agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Cells(NamedTuple):
    """All numbers of a run, those of a node one behind the other."""

    starts: NDArray[np.intp]
    """By node the place of its first cell; and the number of all cells."""
    values: NDArray[np.float64]
    """The values."""
    gradients: NDArray[np.float64]
    """The gradients."""


def cells_of(trace: Trace) -> Cells:
    """All numbers of a run, without a copy."""
    count = trace.cell_count
    starts = np.asarray(trace.plan.starts, np.intp)
    return Cells(starts, trace.buffers.cells[:count], trace.buffers.gradients[:count])


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
