"""Where float64 loses what a gate computes: a number that is too large or too small, digits that cancel, a small number that
vanishes beside a large one.

As one gate a composite avoids such places; taken apart, its parts meet them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.gates import Gate
from graphstep.ground.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphstep.engine.trace import Trace
    from graphstep.gates.structural import StructuralGate

_CANCELS = 1e-6
"""A difference that is so much smaller than what it is the difference of has lost its digits."""


def first_loss(trace: Trace, nodes: Iterable[int]) -> str:
    """The first of these gates that makes inf or nan out of numbers, else the first that loses digits, and how.

    Empty where none does.
    """
    lost = ""
    with np.errstate(all="ignore"):
        for index in nodes:
            gate = trace.gate(index)
            if gate is None:
                continue
            values = [np.asarray(value, np.float64) for value in trace.operand_values(index)]
            out = np.asarray(trace.value_of(index), np.float64)
            if said := _not_finite(gate, values, out):
                return f"{trace.program.label(index)} {said}"
            if not lost and (said := _rounded(trace, index, values, out)):
                lost = f"{trace.program.label(index)} {said}"
    return lost


def _not_finite(gate: Gate | StructuralGate, values: list[Any], out: Any) -> str:
    """How a gate makes inf or nan that none of its inputs is."""
    if all(np.isfinite(value).all() for value in values):
        if np.isinf(out).any():
            made = numeral(float(out[np.isinf(out)].flat[0]))
            return f"is {made}: " + _POLES.get(gate.name, "too large for a number")
        return "is nan" if np.isnan(out).any() else ""
    if not np.isnan(out).any() or any(np.isnan(value).any() for value in values):
        return ""
    if not _cell_by_cell(values, out):
        return "is nan, made of an infinite cell"
    place = np.unravel_index(int(np.isnan(out).argmax()), out.shape)
    return f"is nan, made of {' and '.join(numeral(float(value[place] if value.shape else value)) for value in values)}"


_POLES = {"log": "the logarithm of 0", "div": "a division by 0, or too large for a number", "reciprocal": "1/0"}
"""Gates that make inf where no number is too large."""


def _rounded(trace: Trace, index: int, values: list[Any], out: Any) -> str:
    """How a gate loses the digits of its value, or all of it."""
    name = trace.node(index).gate
    if name == "sum":
        axis, size = trace.call(index).options["axis"], np.abs(values[0])
        several = np.count_nonzero(size, axis=axis) > 1
        top = np.max(size, axis=axis, initial=0.0)
        lost = np.any(several & (np.abs(out).reshape(top.shape) == top) & np.isfinite(top))
        return f"loses digits: the other cells are lost beside {numeral(float(np.max(top)))}" if lost else ""
    if not isinstance(trace.gate(index), Gate) or not _cell_by_cell(values, out):
        return ""
    copies = [np.broadcast_to(value, out.shape) for value in values]
    finite = np.isfinite(copies).all(axis=0)
    if name in ("add", "sub"):
        large, small = (pick(np.abs(copies[0]), np.abs(copies[1])) for pick in (np.maximum, np.minimum))
        if (cancels := finite & (np.abs(out) < _CANCELS * large)).any():
            place = int(cancels.argmax())
            size, rest = numeral(float(large.flat[place])), numeral(float(out.flat[place]))
            return f"loses digits: numbers of the size of {size} cancel to {rest}"
        if (hidden := finite & (small != 0) & (np.abs(out) == large)).any():
            place = int(hidden.argmax())
            return f"loses digits: {numeral(float(small.flat[place]))} is lost beside {numeral(float(large.flat[place]))}"
    elif name in ("exp", "mul", "div", "power", "pow", "square", "reciprocal"):
        from_zero = np.any([copy == 0 for copy in copies], axis=0) & (name != "exp")
        return "is 0: too small for a number" if (finite & (out == 0) & ~from_zero).any() else ""
    return ""


def _cell_by_cell(values: list[Any], out: Any) -> bool:
    return all(value.shape in ((), out.shape) for value in values)
