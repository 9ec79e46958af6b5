"""What a node knows of its gradient while contributions arrive."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from graphstep.ground.late import quiet
from graphstep.ground.precision import FLOAT64, rounded
from graphstep.ground.records import record

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number


@record(frozen=True, slots=True)
class Gradient:
    """The gradient of a node as far as it has arrived at some step."""

    value: Number
    """The sum of the contributions so far; it has the shape of the node's value."""
    received: int
    """How many contributions have arrived."""
    expected: int
    """How many will arrive in all."""

    @property
    def complete(self) -> bool:
        """Whether this is the gradient and no longer a part of it."""
        return self.received == self.expected


class PartialSums:
    """The sums of the first contributions of nodes that get several: what a gradient is while it is not complete.

    They are kept, since a hub is asked at each of its thousands of contributions, one after the other.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._numbers: dict[int, array[float]] = {}
        """By node that is a number, the sums for each number of contributions."""
        self._arrays: dict[int, tuple[int, Number]] = {}
        """By node that is an array, how many contributions were added up last, and their sum."""

    def of(self, index: int, received: int) -> Number:
        """The sum of the first contributions to a node, ``received`` of them, added in the order of arrival."""
        trace = self._trace
        if not trace.node(index).shape:
            if index not in self._numbers:
                add = None if trace.plan.dtype == FLOAT64 else self._sum_of_numbers
                self._numbers[index] = array("d", accumulate(trace.arrivals(index).numbers, add))
            return self._numbers[index][received - 1]
        # Of an array one sum is kept, for all of them would be a copy of it for each contribution. Who steps forward adds one
        # more to it; who goes back, or asks for the first time, begins anew.
        edges = trace.plan.arrivals[index]
        added, total = self._arrays.get(index, (len(edges), 0.0))
        if added > received:
            added, total = 1, trace.contribution_of(edges[0])
        # Infinities of both signs meet here as well as in the run.
        with quiet():
            for edge in edges[added:received]:
                total = self._sum(total, trace.contribution_of(edge))
        self._arrays[index] = received, total
        return total

    def _sum_of_numbers(self, total: float, term: float) -> float:
        return rounded(total + term, self._trace.plan.dtype)

    def _sum(self, total: Number, term: Number) -> Number:
        return rounded(total + term, self._trace.plan.dtype)
