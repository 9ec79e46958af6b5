"""Difference quotients over their step h against the slope: truncation falls with h, then round-off rises.

Everything is computed with 53 binary digits after every gate, as float64 has them, but by mpmath: what rounding leaves is noise,
and NumPy's noise would be another on another processor.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from graphstep.analysis.kinks import remark_at
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

_SMALL = STEPS.index(1e-6)
"""The place of a step at which truncation is small, and rounding still is."""

_PARTED = 1e-3
"""The part of the slope, or of what two sides are apart at the largest step, from which on they have slopes of their own."""

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
    """What they are held against: the gradient, at a kink as it was chosen, elsewhere with the digits it has without rounding."""
    steps: tuple[float, ...]
    """The steps, from the largest to the smallest."""
    central: tuple[float, ...]
    """For each step the error of (f(x+h) − f(x−h)) / 2h; nan where the output is not finite."""
    forward: tuple[float, ...]
    """For each step the error of (f(x+h) − f(x)) / h."""
    kink: bool
    """Whether the output has a kink or a jump there, where the gradient is a choice."""
    rounded: float
    """How far the run's own gradient is off, where its formula loses digits; else 0."""

    def best(self, errors: Sequence[float]) -> int | None:
        """The place of the best step; None where no quotient is finite.

        A single error may be small by accident: what counts is the largest of a step and those beside it.
        """
        places = [k for k, error in enumerate(errors) if math.isfinite(error)]
        return min(places, key=lambda k: max(x for x in errors[max(k - 1, 0) : k + 2] if math.isfinite(x)), default=None)

    def truncates(self, errors: Sequence[float]) -> bool:
        """Whether the largest step is off by more than rounding.

        Of forward differences it is where the output bends along the cell, of central ones where it bends by more than a square.
        """
        least = min(filter(math.isfinite, errors), default=math.nan)
        return bool(errors[0] > 100 * least) or not math.isfinite(errors[0])


def quotients(trace: Trace, node: int, cell: tuple[int, ...] = ()) -> Quotients:
    """The errors of the quotients towards a node, or a cell of it.

    InputError for a node without a gradient, or where something is not finite; LimitError for a program that is too large.
    """
    from graphstep.analysis.symbolic.exact import ExactRun

    program = trace.program
    if not program.depends[node]:
        raise InputError("no gradient is asked for there", hint="name an input, or a gate, that is no data")
    gates = len(program.nodes) - program.first_gate
    if gates > GATES:
        raise LimitError(f"with {2 * len(STEPS)} runs for each cell at most {GATES:,} gates are run, and this has {gates:,}")
    gradient, x = float(cell_of(trace.gradient_of(node), cell)), float(cell_of(trace.value_of(node), cell))
    # Behind a wire that is cut a gradient may be 0 while the output is nan.
    if not (math.isfinite(gradient) and math.isfinite(x) and np.isfinite(trace.output).all()):
        raise InputError("the output, the value or its gradient is not finite, so there is no slope to hold anything against")
    run = ExactRun(trace, node)
    place = int(np.ravel_multi_index(cell, np.shape(trace.value_of(node)))) if cell else 0
    exact = run.slope(node, place)
    apart = not abs(exact - gradient) <= _SAME * max(abs(exact), abs(gradient))
    # x + h is rounded as a double, as in anybody's own check: part of the error that is shown is that.
    at = run.rounded(node, place, [x, *(x + h for h in STEPS), *(x - h for h in STEPS)])
    middle, above, below = at[0], at[1 : len(STEPS) + 1], at[len(STEPS) + 1 :]
    # A gate at a kink may stand in another cell, or where its slope is multiplied by 0: then both sides come to the gradient.
    kink = _at_choice(trace, node) and (apart or _sides_differ(middle, above, below, exact))
    slope = gradient if kink else exact
    return Quotients(
        trace, node, cell, slope, STEPS,
        tuple(_off(up - down, 2 * h, slope) for up, down, h in zip(above, below, STEPS, strict=True)),
        tuple(_off(up - middle, h, slope) for up, h in zip(above, STEPS, strict=True)),
        kink,
        abs(gradient - exact) if apart and not kink else 0.0,
    )  # fmt: skip


def _at_choice(trace: Trace, node: int) -> bool:
    """Whether a gate behind a node stands where its slope is a choice."""
    reached = {node}
    for index in range(trace.program.first_gate, len(trace.program.nodes)):
        if index == node or not reached.isdisjoint(x for x in trace.node(index).operands if isinstance(x, int)):
            reached.add(index)
            remark = remark_at(trace, index) if index != node else None
            if remark is not None and remark.kind == "convention":
                return True
    return False


def _sides_differ(middle: float, above: Sequence[float], below: Sequence[float], slope: float) -> bool:
    """Whether the slopes to the right and to the left are apart, and do not come closer as the step gets smaller.

    Where the output is smooth they are apart by the step times its second derivative; at a jump their difference even grows.
    """
    large, small = ((up + down - 2 * middle) / h for up, down, h in ((above[k], below[k], STEPS[k]) for k in (0, _SMALL)))
    return abs(small) > _PARTED * max(abs(large), abs(slope))


def _off(rise: float, width: float, slope: float) -> float:
    return abs(rise / width - slope) if math.isfinite(rise) else math.nan
