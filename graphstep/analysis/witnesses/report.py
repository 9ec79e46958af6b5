"""What the witnesses said, as data. :mod:`graphstep.telling.reports.check` words it."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Literal

from graphstep.analysis.facts import Figure, Reason
from graphstep.engine.reruns import number_type
from graphstep.engine.trace import Trace
from graphstep.ground.precision import epsilon
from graphstep.ground.records import dataclass, record

Verdict = Literal["agree", "unsettled", "rounding", "kink", "not finite", "disagree"]
"""The witnesses agree; or none of them is good enough to tell; or every gate is right and the formula loses digits; or there is a
kink; or there is nothing finite to compare; or one of them contradicts the others."""

NOT_FINITE: Verdict = "not finite"
"""The verdict where there is nothing finite to compare."""

AGREES = 1e-6
"""Largest relative error of witnesses that agree. CS231n (Neural Networks 3): 1e-7 and less is happy, above 1e-2 something is
wrong; extrapolated differences in float64 leave 1e-10 where nothing is."""

ROUNDINGS = 16
"""How many roundings of its size a number is allowed."""

SEVERITY: dict[Verdict, int] = {"agree": 0, "unsettled": 1, "rounding": 2, "kink": 3, "not finite": 4, "disagree": 5}
"""How serious a verdict is; the most serious one stands for a report."""


def relative_error(a: float, b: float) -> float:
    """|a − b| / max(|a|, |b|); 0 where both are 0 or the same infinity, nan where one of them is nan."""
    if a == b:
        return 0.0
    if math.isinf(a) or math.isinf(b):
        return math.inf
    return abs(a - b) / max(abs(a), abs(b))


@dataclass(frozen=True, slots=True)
class Sample:
    """The cells of an array that were checked, and how many of all they are."""

    shape: tuple[int, ...]
    """Its shape."""
    checked: int
    """How many of its cells were moved, one at a time."""
    size: int
    """How many cells it has."""
    along: Row | None
    """The comparison along a random direction, which moves all cells at once; None where every cell was checked, and where a
    value is not finite."""
    blurred: int
    """How many cells agree only as far as the difference can tell: they are too small for it."""


@record(frozen=True, slots=True)
class Row:
    """The witnesses of one gradient side by side, and the verdict."""

    trace: Trace = field(repr=False)
    """The run."""
    node: int
    """The input, or the node that was moved."""
    backprop: float
    """The gradient that backprop found."""
    symbolic: float | None
    """SymPy's derivative at the point; None when there is none."""
    symbolic_note: Figure
    """Why SymPy has no say, a sentence without a full stop; empty when it has."""
    numeric: float | None
    """The central difference; None when the output is not finite around the point."""
    numeric_error: float
    """How far the central difference may be off, as far as it can tell itself."""
    symbolic_difference: float | None
    """Relative error |a − b| / max(|a|, |b|) of backprop and SymPy, 0 when both are 0; None without a symbolic value."""
    numeric_difference: float | None
    """The same of backprop and the central difference."""
    verdict: Verdict
    """What comes out of it."""
    explanation: tuple[Reason, ...] = ()
    """Why; empty when all agree."""
    kinks: tuple[int, ...] = ()
    """The nodes whose gate has a kink here, in the order of the program."""
    cell: tuple[int, ...] | None = None
    """The cell of an array that the numbers are of; None for a number."""
    sample: Sample | None = None
    """What was checked, where the row stands for a whole array; its cell is then the one with the largest relative error."""
    exact: float | None = None
    """The slope of a run without rounding, where SymPy had no say and the difference was not good enough; None elsewhere."""

    @property
    def bound(self) -> float:
        """Largest relative error of witnesses that agree, given the type of the run's numbers."""
        return max(AGREES, ROUNDINGS * epsilon(number_type(self.trace)))

    @property
    def exact_difference(self) -> float | None:
        """Relative error of backprop and the run without rounding; None without one."""
        return None if self.exact is None else relative_error(self.backprop, self.exact)

    @property
    def relative_error(self) -> float | None:
        """The larger of the two relative errors; of a run without rounding alone, where that was asked."""
        if self.exact is not None:
            return self.exact_difference
        return max((e for e in (self.symbolic_difference, self.numeric_difference) if e is not None), default=None)

    @property
    def contradicted(self) -> bool:
        """Whether backprop is right, and SymPy has another value than what rounding leaves of 0."""
        return self.verdict == "agree" and bool(self.explanation) and (self.symbolic_difference or 0.0) > self.bound

    @property
    def right_difference(self) -> float | None:
        """Relative error of backprop and a witness that is right to the last digit: SymPy or a run without rounding."""
        return self.exact_difference if self.symbolic_difference is None else self.symbolic_difference

    @property
    def error(self) -> float | None:
        """The relative error that counts: of an agreement that of the best witness, as the difference has rounding of its own."""
        if self.verdict != "agree":
            return self.relative_error
        return self.numeric_difference if self.right_difference is None else self.right_difference

    @property
    def only_rounds(self) -> bool:
        """Whether the error is what rounding leaves of 0, or hides."""
        return self.verdict == "agree" and self.error is not None and not self.error <= self.bound and not self.contradicted


@dataclass(frozen=True, slots=True)
class Report:
    """The witnesses of all gradients of a run."""

    trace: Trace
    """The run."""
    rows: tuple[Row, ...]
    """One row for each input, in the order of the program; for a small array one for each of its cells."""
    value: Row | None = None
    """The value of the output beside the one without rounding, in ``backprop`` and ``symbolic``; of an array the cell that is
    furthest off. None where the run is too large for that."""

    @property
    def verdict(self) -> Verdict:
        """The most serious verdict among the rows, and that on the value."""
        rows = [*self.rows, *([] if self.value is None else [self.value])]
        return max((row.verdict for row in rows), key=SEVERITY.__getitem__, default="agree")

    @property
    def agrees(self) -> bool:
        """Whether no witness contradicts backprop, kinks and the rounding of the formula aside."""
        return self.verdict in ("agree", "unsettled", "rounding", "kink")
