"""How well two runs of the same inputs agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

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
    # Constants lie behind the cells of nodes and have no gradient: they are left out.
    count = trace.cell_count
    starts = np.asarray(trace.plan.starts, np.intp)
    return Cells(starts, trace.buffers.cells[:count], trace.buffers.gradients[:count])


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the gradients of a run are from those of the same run in the usual order."""

    nodes: int
    """How many nodes have a gradient."""
    differing: tuple[int, ...]
    """Those of which the gradients are not equal to the last bit: their contributions were added in another order."""
    largest: float
    """The largest relative difference of any cell; 0 where none differs, inf where one of the two is not finite."""


def difference(one: Trace, other: Trace) -> float:
    """The largest relative difference between two runs of the same inputs: of their outputs and of their inputs' gradients.

    It says how well composite gates and their parts agree.
    """
    rank = {name: i for i, name in enumerate(other.program.inputs)}
    pairs = [(one.output, other.output)]
    pairs += [(one.gradient_of(i), other.gradient_of(rank[name])) for i, name in enumerate(one.program.inputs)]
    return largest_difference(pairs)


def agreement(usual: Trace, other: Trace) -> Agreement:
    """Compare the gradients of one run in two orders, bit by bit."""
    starts, _, ours = cells_of(usual)
    theirs = cells_of(other).gradients
    cells = np.flatnonzero(~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs))))
    # The last node that begins at a cell or before it: one without cells begins where the next one does.
    nodes = np.unique(starts.searchsorted(cells, "right") - 1).tolist()
    return Agreement(sum(usual.program.depends), tuple(nodes), largest_difference([(ours[cells], theirs[cells])]))


def largest_difference(pairs: Sequence[tuple[Number, Number]]) -> float:
    """The largest relative difference between the two values of any pair, cell by cell.

    0 where all are equal, both infinite with one sign, or both nan, and where there is no pair; inf where shapes differ.
    """
    if not pairs:
        return 0.0
    if any(np.shape(a) != np.shape(b) for a, b in pairs):
        return float("inf")
    a, b = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    with np.errstate(all="ignore"):
        # What is the same has to be told before it is divided: inf − inf and 0/0 are nan.
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))
    return float(np.max(np.where(np.isnan(apart), np.inf, apart), initial=0.0))
