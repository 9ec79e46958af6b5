"""Numbers for SymPy: exact where they are small, doubles elsewhere, and refused where SymPy would compute them without end."""

from __future__ import annotations

import math
import re
from typing import Any

from graphstep.gates import Rule
from graphstep.gates.numbers import value as computed
from graphstep.ground.errors import LimitError
from graphstep.ground.late import np
from graphstep.ground.operands import Constant

_FRACTION = re.compile(r"(-?[0-9]{1,15})/([0-9]{1,15})")

_EXACT = 10**15
"""Whole numbers below this are exact in SymPy; larger ones stay doubles, so that 9^9^9 stays a number and no computation."""

_BITS = 4096
"""Largest coefficient, in bits, that SymPy may compute exactly while it builds an expression."""

_OPERATIONS = 10
"""Most operations in a number that stays exact."""


def number(value: float) -> Any:
    """A double as SymPy's number: whole ones exact, π and e by name, inf as ∞."""
    import sympy as sp

    if math.isnan(value):
        return sp.nan
    if math.isinf(value):
        return sp.oo if value > 0 else -sp.oo
    if value == int(value) and abs(value) < _EXACT:
        return sp.Integer(int(value))
    if abs(value) in (math.pi, math.e):
        constant = sp.pi if abs(value) == math.pi else sp.E
        return constant if value > 0 else -constant
    return sp.Float(value)


def constant(typed: Constant) -> Any:
    """A typed number as SymPy's: fractions exact, else as :func:`number`."""
    import sympy as sp

    # By its text: 1/3 as a double is 6004799503160661/18014398509481984, of which SymPy would never make a third again.
    fraction = _FRACTION.fullmatch(typed.text)
    if fraction is not None and int(fraction[2]) and int(fraction[1]) / int(fraction[2]) == typed.value:
        return sp.Rational(int(fraction[1]), int(fraction[2]))
    return number(typed.value)


def double(gate: Rule, inputs: list[float]) -> float:
    """The value of an elementwise gate on numbers."""
    with np.errstate(all="ignore"):
        return float(computed(gate, [*map(np.float64, inputs)], {}))


def fixed(gate: Rule, inputs: list[Any], value: float, m: Any) -> Any:
    """What depends on no input: exact while SymPy's number stays small (2/3, √(2π)), else the double that the run has."""
    # SymPy computes 9^9^9 exactly, for ever: powers of numbers are taken from the run.
    if math.isfinite(value) and not gate.power and all(_is_small(x, gate) for x in inputs):
        exact = gate.formula(m, *inputs)
        if exact.is_extended_real and (not exact.is_Rational or max(abs(exact.p), exact.q) < _EXACT):
            return exact
    return number(value)


def _is_small(exact: Any, gate: Rule) -> bool:
    """Whether a gate may take a number as it is: SymPy compares numbers, and exp(exp(exp(9))) is one."""
    import sympy as sp

    if exact.is_Rational:
        return True
    if exact.has(sp.Float) or exact.count_ops() > _OPERATIONS or gate.pattern[0] in ("router", "dead"):
        return False
    return bool(not gate.functions or not exact.has(sp.Function))


def refuse_huge_power(gate: Rule, inputs: list[Any]) -> None:
    """SymPy raises the coefficient of (2x)^n, and of exp(n·ln 2), to the n-th power exactly, however large n is."""
    import sympy as sp

    if gate.power:
        base, exponent = inputs
        if exponent.is_Rational and _bits(base.as_coeff_Mul()[0]) * abs(exponent) > _BITS:
            raise _too_long()
    for operand in inputs:
        for term in operand.make_args(operand) if operand.is_Add else (operand,):
            # The exponential of n·ln(u) becomes u^n.
            if term.is_Mul and abs(term.as_coeff_Mul()[0]) > 64 and any(isinstance(x, sp.log) for x in term.args):
                raise _too_long()


def refuse_huge_number(expression: Any) -> None:
    """Raise LimitError for an expression with a coefficient that is too long."""
    if _bits(expression.as_coeff_Mul()[0]) > _BITS:
        raise _too_long()


def _bits(coefficient: Any) -> int:
    if not coefficient.is_Rational or coefficient.is_infinite:
        return 0
    return int(max(abs(coefficient.p).bit_length(), coefficient.q.bit_length()) - 1)


def _too_long() -> LimitError:
    return LimitError(
        "the formula holds a number with more than a thousand digits when it is written exactly",
        hint="the run itself is not affected: it uses doubles",
    )
