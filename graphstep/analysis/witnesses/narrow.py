"""Runs in a type that is narrower than float64: the witnesses compute in float64, so the run in float64 comes before them.

What they say of it holds of every gate of the narrow run too, for the gates are the same. What is left to say is how far rounding
takes the narrow run from it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from graphstep.analysis.facts import Reason, reason
from graphstep.analysis.witnesses.report import NOT_FINITE, Row, relative_error
from graphstep.engine.reruns import number_type
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, cell_at
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral


def narrowed(row: Row, trace: Trace, *, of_value: bool = False) -> Row:
    """What the witnesses said of a gradient, or of the output's value, of the run in float64, of the one in its own type."""
    if row.trace is trace:
        return row
    mine, wide = (_number(run, row.node, of_value=of_value) for run in (trace, row.trace))
    cell = row.cell or ()
    came = float(np.asarray(mine)[cell]) if row.cell is not None or not np.shape(mine) else row.backprop
    new = replace(
        row,
        trace=trace,
        backprop=came,
        symbolic_difference=None if row.symbolic is None else relative_error(came, row.symbolic),
        numeric_difference=None if row.numeric is None else relative_error(came, row.numeric),
    )
    off, place = _furthest(np.asarray(mine, np.float64), np.asarray(wide, np.float64))
    # What is wrong in float64 is wrong here, and rounding is not what is to be told.
    if row.verdict not in ("agree", "unsettled") or off <= new.bound:
        return new
    right, left = float(np.asarray(wide)[place]), float(np.asarray(mine)[place])
    if not math.isfinite(left):
        return replace(new, verdict=NOT_FINITE, explanation=(_reason(trace, "verdict-narrow-range", right),))
    share = numeral(100 * off, 2) + " %" if off >= 1e-4 else numeral(off, 2)
    return replace(new, verdict="rounding", explanation=(_reason(trace, "verdict-narrow", right, share=share),))


def _reason(trace: Trace, key: str, right: float, **more: str) -> Reason:
    return reason(key, dtype=number_type(trace), value=numeral(right), **more)


def _number(trace: Trace, node: int, *, of_value: bool) -> Number:
    return trace.value_of(node) if of_value else trace.gradient_of(node)


def _furthest(mine: np.ndarray, wide: np.ndarray) -> tuple[float, tuple[int, ...]]:
    """The largest relative error among cells, and where; 0 where both are infinite alike, or nan."""
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(mine), np.abs(wide))
        off = np.where((mine == wide) | (np.isnan(mine) & np.isnan(wide)), 0.0, np.abs(mine - wide) / size)
        off = np.where(np.isnan(off), np.inf, off)
    if not off.size:
        return 0.0, ()
    place = cell_at(int(np.argmax(off)), off.shape)
    return float(off[place]), place
