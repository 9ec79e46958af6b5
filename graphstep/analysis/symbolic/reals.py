"""Real numbers of many digits, by mpmath, which comes with SymPy: what numbers would be if doubles did not round.

:class:`Real` behaves as IEEE's numbers do, so that what works on doubles works on it: 1/0 is inf, √−1 is nan, nothing raises.
:class:`Reals` is the ``m`` of the gates' formulas for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from graphstep.gates.mathematics import RELATIONS, Derived

PRECISIONS = (30, 60, 120, 240, 480, 960)
"""Decimal digits that are tried one after the other, until two say the same: exp(−700) beside 1 needs 304 of them."""

AGREES = 1e-15
"""Relative difference up to which two precisions say the same: nothing that a double could show."""

_HUGE = 1_000_000
"""Binary exponents beyond this are inf, and 0 on the other side: an exponential of an exponential has no end."""

_STEEP = 40
"""Binary exponent of what an exponential is taken of from which it is inf or 0."""

_ANGLE = 5_000
"""Binary exponent of an angle beyond which nobody knows where on the circle it is."""


class Real:
    """A number of many digits."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value
        """The number of mpmath; never complex, never beyond the limits of this module."""

    def __add__(self, other: Any) -> Real:
        return _real(self, self.value + _plain(other))

    def __sub__(self, other: Any) -> Real:
        return _real(self, self.value - _plain(other))

    def __mul__(self, other: Any) -> Real:
        return _real(self, self.value * _plain(other))

    # mpmath raises for 1/0, and for √−1 goes into the complex plane: both are asked first, here and below.
    def __truediv__(self, other: Any) -> Real:
        return _real(self, _quotient(self.value, _plain(other)))

    def __pow__(self, other: Any) -> Real:
        return _real(self, _power(self.value, _plain(other)))

    def __rsub__(self, other: Any) -> Real:
        return _real(self, _plain(other) - self.value)

    def __rtruediv__(self, other: Any) -> Real:
        return _real(self, _quotient(self.value.context.convert(_plain(other)), self.value))

    def __rpow__(self, other: Any) -> Real:
        return _real(self, _power(self.value.context.convert(_plain(other)), self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Real:
        return Real(-self.value)

    def __abs__(self) -> Real:
        return Real(abs(self.value))

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= _plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= _plain(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _plain(other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __float__(self) -> float:
        # The largest double is below 2¹⁰²⁴; float() would raise for what is larger.
        if self.value.context.mag(self.value) > 1025:
            return math.inf if self.value > 0 else -math.inf
        # No negative zero: mpmath has none, and a tiny negative number is none.
        return float(self.value) + 0.0


class Reals(Derived):
    """``m`` for numbers of so many digits (:class:`graphstep.gates.mathematics.Mathematics`)."""

    def __init__(self, digits: int) -> None:
        from mpmath.ctx_mp import MPContext

        # One of its own: nobody else's precision is touched.
        self._context: Any = MPContext()
        self._context.dps = digits
        self.pi = Real(+self._context.pi)
        self.nan = Real(self._context.nan)

    def real(self, value: Any) -> Real:
        """A double or a whole number, as it is."""
        return _real(self.nan, self._context.convert(_plain(value)))

    def quotient(self, p: int, q: int) -> Real:
        """The double that is nearest to a fraction: the one that a program computes with."""
        try:
            return self.real(p / q)
        except OverflowError:
            return self.real(math.inf if p > 0 else -math.inf)

    def _applied(self, function: Callable[[Any], Any], x: Any) -> Real:
        # nan first: mpmath's functions raise for it, or go on for ever.
        value = self._context.convert(_plain(x))
        return self.nan if value != value else _real(self.nan, function(value))

    def exp(self, x: Any) -> Real:
        """The exponential: e to the power of x."""

        def power(v: Any) -> Any:
            if self._tame(v):
                return self._context.exp(v)
            return self._context.inf if v > 0 else self._context.zero

        return self._applied(power, x)

    def log(self, x: Any) -> Real:
        """The natural logarithm."""
        return self._applied(lambda v: self._context.nan if v < 0 else self._context.log(v) if v else -self._context.inf, x)

    def sqrt(self, x: Any) -> Real:
        """The square root."""
        return self._applied(lambda v: self._context.nan if v < 0 else self._context.sqrt(v), x)

    def _angle(self, function: Callable[[Any], Any], x: Any) -> Real:
        nowhere = self._context.nan
        return self._applied(lambda v: nowhere if self._context.isinf(v) or self._context.mag(v) > _ANGLE else function(v), x)

    def sin(self, x: Any) -> Real:
        """The sine of an angle in radians."""
        return self._angle(self._context.sin, x)

    def cos(self, x: Any) -> Real:
        """The cosine."""
        return self._angle(self._context.cos, x)

    def tan(self, x: Any) -> Real:
        """The tangent."""
        return self.sin(x) / self.cos(x)

    def asin(self, x: Any) -> Real:
        """The angle whose sine is x."""
        return self._applied(lambda v: self._context.nan if abs(v) > 1 else self._context.asin(v), x)

    def acos(self, x: Any) -> Real:
        """The angle whose cosine is x."""
        return self._applied(lambda v: self._context.nan if abs(v) > 1 else self._context.acos(v), x)

    def atan(self, x: Any) -> Real:
        """The angle whose tangent is x."""
        return self._applied(self._context.atan, x)

    def sinh(self, x: Any) -> Real:
        """The hyperbolic sine."""
        return self._applied(lambda v: self._context.sinh(v) if self._tame(v) else v * self._context.inf, x)

    def cosh(self, x: Any) -> Real:
        """The hyperbolic cosine."""
        return self._applied(lambda v: self._context.cosh(v) if self._tame(v) else self._context.inf, x)

    def tanh(self, x: Any) -> Real:
        """The hyperbolic tangent."""
        return self._applied(lambda v: self._context.tanh(v) if self._tame(v) else self._context.sign(v), x)

    def asinh(self, x: Any) -> Real:
        """The number whose hyperbolic sine is x."""
        return self._applied(self._context.asinh, x)

    def acosh(self, x: Any) -> Real:
        """The number from 0 on whose hyperbolic cosine is x."""
        return self._applied(lambda v: self._context.nan if v < 1 else self._context.acosh(v), x)

    def atanh(self, x: Any) -> Real:
        """The number whose hyperbolic tangent is x."""

        def inverse(v: Any) -> Any:
            if abs(v) == 1:
                return v * self._context.inf
            return self._context.nan if abs(v) > 1 else self._context.atanh(v)

        return self._applied(inverse, x)

    def atan2(self, x: Any, y: Any) -> Real:
        """The angle of the point that is x up and y to the right."""
        right = self._context.convert(_plain(y))
        return self.nan if right != right else self._applied(lambda v: self._context.atan2(v, right), x)

    def logaddexp(self, x: Any, y: Any) -> Real:
        """log(exp(x) + exp(y))"""
        larger, smaller = (self.real(x), self.real(y)) if x >= y else (self.real(y), self.real(x))
        # Equal infinities have no difference, but a sum.
        return larger + (self.log(2) if larger == smaller else self.log(1 + self.exp(smaller - larger)))

    def floor(self, x: Any) -> Real:
        """The largest whole number that is not above x."""
        return self._whole(self._context.floor, x)

    def ceil(self, x: Any) -> Real:
        """The smallest whole number that is not below x."""
        return self._whole(self._context.ceil, x)

    def round(self, x: Any) -> Real:
        """The nearest whole number, of two the even one."""
        return self._whole(self._context.nint, x)

    def _whole(self, function: Callable[[Any], Any], x: Any) -> Real:
        return self._applied(lambda v: function(v) if self._context.isfinite(v) else v, x)

    def _tame(self, v: Any) -> bool:
        """Whether an exponential of it can be computed."""
        return not self._context.isinf(v) and self._context.mag(v) <= _STEEP

    def abs(self, x: Any) -> Real:
        """The number x without its sign."""
        return self._applied(abs, x)

    def sign(self, x: Any) -> Real:
        """-1, 0 or 1."""
        return self._applied(self._context.sign, x)

    def erf(self, x: Any) -> Real:
        """The error function."""
        return self._applied(lambda v: self._context.erf(v) if self._tame(v) else self._context.sign(v), x)

    def erfc(self, x: Any) -> Real:
        """1 - erf(x)"""
        return self._applied(lambda v: self._context.erfc(v) if self._tame(v) else 1 - self._context.sign(v), x)

    def softplus(self, x: Any) -> Real:
        """log(1 + exp(x))"""
        # Where the exponential has no number its logarithm is x to all digits.
        return self.log(1 + self.exp(x)) if x < 1e6 else self.real(x)

    def pow(self, x: Any, y: Any) -> Real:
        """x^y"""
        power: Real = self.real(x) ** y
        return power

    def scaled_power(self, factor: Any, x: Any, y: Any) -> Real:
        """A factor times x^y; 0 where the factor is 0."""
        return self.real(0) if factor == 0 else self.real(factor) * self.real(x) ** y

    def maximum(self, x: Any, y: Any) -> Any:
        """The larger of two; nan where x is."""
        return x if x > y or x != x else y

    def minimum(self, x: Any, y: Any) -> Any:
        """The smaller of two; nan where x is."""
        return x if x < y or x != x else y

    @staticmethod
    def relation(sign: str, x: Any, y: Any) -> bool:
        """Whether x and y compare so."""
        return bool(RELATIONS[sign](x, y))

    @staticmethod
    def stop(x: Any) -> Any:
        """The number itself."""
        return x

    @staticmethod
    def where(condition: Any, then: Any, otherwise: Any) -> Any:
        """``then`` where the condition holds, else ``otherwise``."""
        return then if condition else otherwise

    @staticmethod
    def both(one: Any, other: Any) -> bool:
        """Whether both conditions hold."""
        return bool(one and other)


@cache
def reals(digits: int) -> Reals:
    """``m`` for numbers of so many digits."""
    return Reals(digits)


def settled(compute: Callable[[Reals], Real]) -> float:
    """What a computation comes to, as the double that is nearest: with more and more digits, until two say the same.

    nan where they never do.
    """
    first, *others = PRECISIONS
    before = float(compute(reals(first)))
    if before == 0:
        # All digits may have cancelled, in 1 − σ(100), and more often it is 0.
        *_, other, last = PRECISIONS
        before, others = float(compute(reals(last))), [other]
        if before == 0:
            return before
    # Twice the digits each time: what one precision lost by cancelling the next one has.
    for digits in others:
        now = float(compute(reals(digits)))
        if now == before or (now != now and before != before) or abs(now - before) <= AGREES * abs(now):
            return now
        before = now
    return math.nan


def _plain(x: Any) -> Any:
    """A number as mpmath takes it: a float, a whole number, or one of its own."""
    if isinstance(x, Real):
        return x.value
    return x if isinstance(x, int | float) else float(x)


def _real(like: Real, value: Any) -> Real:
    # Every result passes here: whatever left the real line or the range of exponents ends as nan, inf or 0.
    context = like.value.context
    if isinstance(value, context.mpc):
        return Real(context.nan)
    # mag is mpmath's binary exponent, an upper bound of log₂ that is read off and not computed.
    if value and context.isfinite(value) and abs(context.mag(value)) > _HUGE:
        return Real(context.sign(value) * (context.inf if context.mag(value) > 0 else context.zero))
    return Real(value)


def _quotient(x: Any, y: Any) -> Any:
    if y != 0:
        return x / y
    context = x.context
    return context.nan if x == 0 or x != x else context.inf * context.sign(x)


def _power(x: Any, y: Any) -> Any:
    context = x.context
    x, y = context.convert(x), context.convert(y)
    # Before nan is asked for: nan⁰ and 1ⁿᵃⁿ are 1 in IEEE.
    if y == 0 or x == 1:
        return context.one
    if x != x or y != y:
        return context.nan
    if x == 0:
        return context.zero if y > 0 else context.inf
    whole = context.isint(y)
    if x < 0 and not whole:
        return context.nan
    if context.isinf(x) or context.isinf(y):
        return context.mpf(_double_power(float(x), float(y)))
    size = y * context.log(abs(x))
    if size and context.mag(size) > _STEEP:
        return context.zero if size < 0 else context.inf
    # By squaring, which keeps the sign of a negative base; exp(y·ln|x|) has lost it.
    if whole and context.mag(y) < _STEEP:
        return x ** int(y)
    return context.exp(size)


def _double_power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except (ValueError, OverflowError):
        return math.nan
