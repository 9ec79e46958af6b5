"""Where float64 loses what a gate computes: a number that is too large or too small, digits that cancel, a small number that
vanishes beside a large one.

As one gate a composite avoids such places; taken apart, its parts meet them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.analysis.facts import Listed, Reason, reason
from graphstep.ground.arrays import cell_of
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphstep.engine.trace import Trace
    from graphstep.gates.rule import Rule

_CANCELS = 1e-6
"""A difference that is so much smaller than what it is the difference of has lost its digits."""


def first_loss(trace: Trace, nodes: Iterable[int]) -> Reason | None:
    """The first of these gates that makes inf or nan out of numbers, else the first that loses digits, and how.

    None where none does.
    """
    lost = None
    with np.errstate(all="ignore"):
        for index in nodes:
            gate = trace.gate(index)
            if gate is None:
                continue
            values = [np.asarray(value, np.float64) for value in trace.operand_values(index)]
            out = np.asarray(trace.value_of(index), np.float64)
            label = trace.program.label(index)
            # An inf explains all that comes after it, lost digits do not: so the first is returned at once, the other kept.
            if reason := _not_finite(label, gate, values, out):
                return reason
            lost = lost or _rounded(label, gate, trace, index, values, out)
    return lost


def _not_finite(label: str, gate: Rule, values: list[Any], out: Any) -> Reason | None:
    """How a gate makes inf or nan that none of its inputs is."""
    if all(np.isfinite(value).all() for value in values):
        if np.isinf(out).any():
            infinite = numeral(float(out[np.isinf(out)].flat[0]))
            cause = Reason(f"gate.{gate.name}.pole", {}, gate.pole) if gate.pole else reason("pole")
            return reason("loss-infinite", label=label, value=infinite, cause=cause)
        return reason("loss-nan", label=label) if np.isnan(out).any() else None
    if not np.isnan(out).any() or any(np.isnan(value).any() for value in values):
        return None
    if not _cell_by_cell(values, out):
        return reason("loss-nan-cell", label=label)
    place = tuple(map(int, np.unravel_index(int(np.isnan(out).argmax()), out.shape)))
    cells = tuple(numeral(cell_of(value, place)) for value in values)
    return reason("loss-nan-of", label=label, values=Listed(cells))


def _rounded(label: str, gate: Rule, trace: Trace, index: int, values: list[Any], out: Any) -> Reason | None:
    """How a gate loses the digits of its value, or all of it."""
    if gate.adds == "sum" and not gate.cellwise:
        axis, size = trace.node(index).settings["axis"], np.abs(values[0])
        # Equal to its largest term: the others were added and are not there any more.
        several = np.count_nonzero(size, axis=axis) > 1
        top = np.max(size, axis=axis, initial=0.0)
        lost = np.any(several & (np.abs(out).reshape(top.shape) == top) & np.isfinite(top))
        return reason("loss-cells", label=label, value=numeral(float(np.max(top)))) if lost else None
    if not gate.cellwise or not _cell_by_cell(values, out):
        return None
    copies = [np.broadcast_to(value, out.shape) for value in values]
    finite = np.isfinite(copies).all(axis=0)
    if gate.adds:
        large, small = (pick(np.abs(copies[0]), np.abs(copies[1])) for pick in (np.maximum, np.minimum))
        if (cancels := finite & (np.abs(out) < _CANCELS * large)).any():
            place = int(cancels.argmax())
            size, difference = numeral(float(large.flat[place])), numeral(float(out.flat[place]))
            return reason("loss-cancels", label=label, value=size, rest=difference)
        if (hidden := finite & (small != 0) & (np.abs(out) == large)).any():
            place = int(hidden.argmax())
            beside, hidden_one = numeral(float(large.flat[place])), numeral(float(small.flat[place]))
            return reason("loss-hidden", label=label, small=hidden_one, value=beside)
    elif gate.underflows:
        from_zero = np.any([copy == 0 for copy in copies], axis=0)
        return reason("loss-underflow", label=label) if (finite & (out == 0) & ~from_zero).any() else None
    return None


def _cell_by_cell(values: list[Any], out: Any) -> bool:
    return all(value.shape in ((), out.shape) for value in values)
