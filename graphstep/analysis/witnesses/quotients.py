"""Difference quotients over their step h against the slope: truncation falls with h, then round-off rises.

Everything is computed with 53 binary digits after every gate, as float64 has them, but by mpmath: what rounding leaves is noise,
and NumPy's noise would be another on another processor.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import cell_of
from graphstep.ground.errors import InputError, LimitError
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

EPSILON = sys.float_info.epsilon
"""The distance from 1 to the next double, 2⁻⁵²."""

STEPS = tuple(float(f"{mantissa}e-{power}") for power in range(1, 16) for mantissa in ("1", "0.316"))[:-1]
"""The steps, two in a power of ten."""

GATES = 1_000
"""Gates up to which a program is run again with all steps: about a second."""

_SAME = 1e-9
"""Relative difference up to which backprop's gradient is the slope without rounding."""


@dataclass(frozen=True, eq=False)
class Quotients:
    """How far difference quotients are off, for every step."""

    trace: Trace
    """The run."""
    node: int
    """The node that is moved."""
    cell: tuple[int, ...]
    """The cell of it; empty for a number."""
    slope: float
    """What they are held against: the gradient, with the digits that it has without rounding."""
    steps: tuple[float, ...]
    """The steps, from the largest to the smallest."""
    central: tuple[float, ...]
    """For each step the error of (f(x+h) − f(x−h)) / 2h; nan where the output is not finite."""
    forward: tuple[float, ...]
    """For each step the error of (f(x+h) − f(x)) / h."""
    kink: bool = False
    """Whether the gradient is a convention at a kink, which no quotient comes near."""

    def best(self, errors: Sequence[float]) -> int | None:
        """The place of the best step; None where no quotient is finite.

        A single error may be small by accident: what counts is the largest of a step and those beside it.
        """
        places = [k for k, error in enumerate(errors) if math.isfinite(error)]
        return min(places, key=lambda k: max(x for x in errors[max(k - 1, 0) : k + 2] if math.isfinite(x)), default=None)

    @property
    def truncates(self) -> bool:
        """Whether the largest step is off by more than rounding: the output bends along the cell by more than its square."""
        first, least = self.central[0], min(filter(math.isfinite, self.central), default=math.nan)
        return bool(first > 100 * least) or not math.isfinite(first)


def quotients(trace: Trace, node: int, cell: tuple[int, ...] = ()) -> Quotients:
    """The errors of the quotients towards a node, or a cell of it.

    InputError for a node without a gradient, or one that is not finite; LimitError for a program that is too large.
    """
    from graphstep.analysis.symbolic.exact import ExactRun

    program = trace.program
    if not program.depends[node]:
        raise InputError("no gradient is asked for there", hint="name an input, or a gate, that is no data")
    gates = len(program.nodes) - program.first_gate
    if gates > GATES:
        raise LimitError(f"with {2 * len(STEPS)} runs for each cell at most {GATES:,} gates are run, and this has {gates:,}")
    gradient, x = float(cell_of(trace.gradient_of(node), cell)), float(cell_of(trace.value_of(node), cell))
    if not (math.isfinite(gradient) and math.isfinite(x)):
        raise InputError("the value or its gradient is not finite, so there is no slope to hold anything against")
    run = ExactRun(trace, node)
    place = int(np.ravel_multi_index(cell, np.shape(trace.value_of(node)))) if cell else 0
    exact = run.slope(node, place)
    # At a kink the gradient is a convention, and what surrounds the point has a slope of its own: the gradient is held against.
    apart = not abs(exact - gradient) <= _SAME * max(abs(exact), abs(gradient))
    slope = gradient if apart else exact
    # x + h is rounded as a double, as in anybody's own check: part of the error that is shown is that.
    at = run.rounded(node, place, [x, *(x + h for h in STEPS), *(x - h for h in STEPS)])
    middle, above, below = at[0], at[1 : len(STEPS) + 1], at[len(STEPS) + 1 :]
    return Quotients(
        trace, node, cell, slope, STEPS,
        tuple(_off(up - down, 2 * h, slope) for up, down, h in zip(above, below, STEPS, strict=True)),
        tuple(_off(up - middle, h, slope) for up, h in zip(above, STEPS, strict=True)),
        apart,
    )  # fmt: skip


def _off(rise: float, width: float, slope: float) -> float:
    return abs(rise / width - slope) if math.isfinite(rise) else math.nan
