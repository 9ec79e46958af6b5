"""A printed form in exact arithmetic, from the digits that stand there: what float64 makes of it may be rounding, inf or 0."""

from __future__ import annotations

from typing import Any

from graphstep.gates.mathematics import RELATIONS, Derived
from graphstep.gates.notation import NoNumberError, Term
from graphstep.ground.numerals import numeral

_PRECISION = 60
"""Decimal digits of the exact arithmetic."""


def exact(form: Term, digits: int) -> Any:
    """A form of numbers in exact arithmetic, from its printed digits; None where it is undefined."""
    import mpmath

    try:
        with mpmath.workdps(_PRECISION):
            value = form.read(_Numbers(mpmath.mp, digits))
            return value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None
    except (ZeroDivisionError, ValueError, OverflowError, NoNumberError, TypeError, AttributeError):
        return None


class _Numbers:
    """``m`` that computes with many digits."""

    def __init__(self, mp: Any, digits: int) -> None:
        self.mp, self.digits = mp, digits
        self.pi, self.nan = +mp.pi, mp.nan

    def number(self, value: Any) -> Any:
        if not isinstance(value, int | float):
            raise NoNumberError("array")
        return self.mp.mpf(numeral(float(value), self.digits))

    def exactly(self, value: float, text: str = "") -> Any:
        top, slash, bottom = text.partition("/")
        if slash:
            return self.mp.mpf(top) / self.mp.mpf(bottom)
        return self.mp.mpf(repr(float(value)))

    def abs(self, x: Any) -> Any:
        return abs(x)

    def sigmoid(self, x: Any) -> Any:
        return 1 / (1 + self.mp.exp(-x))

    def softplus(self, x: Any) -> Any:
        return self.mp.log1p(self.mp.exp(x))

    def log2(self, x: Any) -> Any:
        return self.mp.log(x, 2)

    def logaddexp(self, x: Any, y: Any) -> Any:
        return self.mp.log(self.mp.exp(x) + self.mp.exp(y))

    def erfc(self, x: Any) -> Any:
        # mpmath raises for the argument of gelu at -1e200; out there the first term of the asymptotic series has 12 digits.
        return self.mp.exp(-(x**2)) / (x * self.mp.sqrt(self.pi)) if x > 1e6 else self.mp.erfc(x)

    def round(self, x: Any) -> Any:
        return self.mp.nint(x)

    pow, scaled_power, mod = Derived.pow, Derived.scaled_power, Derived.mod

    def maximum(self, *xs: Any) -> Any:
        return max(self.mp.mpf(x) for x in xs)

    def minimum(self, *xs: Any) -> Any:
        return min(self.mp.mpf(x) for x in xs)

    def where(self, condition: Any, then: Any, otherwise: Any) -> Any:
        return self.mp.mpf(then if condition else otherwise)

    def relation(self, sign: str, x: Any, y: Any) -> bool:
        return bool(RELATIONS[sign](self.mp.mpf(x), self.mp.mpf(y)))

    def stop(self, x: Any) -> Any:
        return x

    def both(self, one: Any, other: Any) -> bool:
        return bool(one and other)

    def __getattr__(self, function: str) -> Any:
        if function not in _FUNCTIONS:
            raise NoNumberError(function)
        return getattr(self.mp, function)


_FUNCTIONS = {
    "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "hypot", "floor", "ceil", "log10", "sign", "erf", "expm1", "log1p",
}  # fmt: skip
"""What mpmath has under the name that formulas use; the methods above are what it lacks, or calls otherwise."""
