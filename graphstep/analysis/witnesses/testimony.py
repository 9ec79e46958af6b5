"""What the witnesses say of one derivative, and whether a difference is good enough to confirm it.

A difference and backprop run the same rounded gates, so they may agree where both are off. A difference therefore confirms a
gradient only where the most that all roundings can amount to is less than what witnesses may differ by.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graphstep.analysis.witnesses.report import AGREES, ROUNDINGS
from graphstep.engine.reruns import number_type
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.ground.precision import EPSILON, FLOAT64, epsilon
from graphstep.ground.records import record

if TYPE_CHECKING:
    from graphstep.analysis.facts import Figure
    from graphstep.analysis.witnesses.differences import Difference
    from graphstep.engine.trace import Trace

EXACT_WORK = 10_000
"""Gates times inputs up to which a run without rounding is asked where a difference cannot tell: a few seconds."""


@record(frozen=True, slots=True)
class Testimony:
    """The numbers of all witnesses for one derivative of a run."""

    trace: Trace
    """The run."""
    index: int
    """The node that is moved."""
    output: float
    """What is differentiated: the output, or the sum of its cells, each times its seed."""
    scale: float
    """What the slopes of ``difference`` are multiplied by: the seed, where it is not in the output already."""
    backprop: float
    """The gradient that backprop found."""
    symbolic: float | None
    """SymPy's derivative."""
    note: Figure
    """Why SymPy has no say."""
    difference: Difference | None
    """What the runs around the point say."""
    place: int | None = 0
    """The cell of the node that is moved, in reading order; None for a direction that moves all of them."""

    @property
    def numeric(self) -> float | None:
        """The central difference."""
        if self.difference is None or math.isnan(self.difference.slope):
            return None
        return self.scale * self.difference.slope

    @property
    def error(self) -> float:
        """How far it may be off."""
        if self.difference is None or math.isnan(self.difference.slope):
            return math.inf
        return abs(self.scale) * self.difference.error

    @property
    def bound(self) -> float:
        """How far it may be off at most."""
        if self.difference is None or math.isnan(self.difference.slope):
            return math.inf
        return abs(self.scale) * self.difference.bound

    @property
    def tolerance(self) -> float:
        """How far a difference may be off that confirms the gradient.

        A cell is measured by the largest of its array, a direction by its length. What is 0, to rounding, is measured by the size
        of the output, and where that is 0 too by the largest gradient of an input: no difference tells such a gradient from 0.
        """
        if self.place is not None:
            size = max(abs(self.backprop), float(self.trace.gradient_sizes[self.index]))
        else:
            size = max(abs(self.backprop), float(np.sqrt(np.mean(np.square(self.trace.gradient_of(self.index))))))
        of_all = _largest(self.trace)
        # 0, or what rounding leaves of it: beside such a number every difference would be too far off.
        if self.difference is not None and size <= ROUNDINGS * EPSILON * of_all:
            size = max(size, abs(self.scale) * self.difference.reach or of_all)
        return AGREES * size

    @property
    def rounding(self) -> float:
        """How far the gradient itself may be off, where it was computed in a narrow type; 0 in float64."""
        if number_type(self.trace) == FLOAT64:
            return 0.0
        return (
            ROUNDINGS * epsilon(number_type(self.trace)) * float(np.max(np.abs(self.trace.gradient_of(self.index)), initial=0.0))
        )

    @property
    def _is_class(self) -> bool:
        """Whether the node is read as classes or indices alone: nothing moves those by a little, so that their gradient is 0."""
        program = self.trace.program
        rules = [(program.columns.rule(gate), slot) for gate, slot in program.consumers[self.index]]
        return not self.backprop and all(rule is not None and rule.pattern_of(slot) == "data" for rule, slot in rules)

    @property
    def settles(self) -> bool:
        """Whether the difference is good enough to confirm the gradient by itself, or there is nothing to confirm."""
        if not self.trace.program.reaches[self.index] or (self.numeric is None and self._is_class):
            return True
        return self.numeric is not None and max(self.bound, abs(self.backprop - self.numeric)) <= self.tolerance

    @property
    def affordable(self) -> bool:
        """Whether a run without rounding may be asked for each input."""
        program = self.trace.program
        return self.place is not None and len(program.nodes) * program.first_gate <= EXACT_WORK


# Every cell that is compared asks for it.
@owner_cache
def _largest(trace: Trace) -> float:
    """The largest gradient of an input."""
    sizes = trace.gradient_sizes[: trace.program.first_gate]
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
