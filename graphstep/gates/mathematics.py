"""The names that a gate's formula may use, and the two things that interpret them with numbers and with symbols.

A formula is written once, as a function of ``m`` and its inputs: ``lambda m, x: m.exp(x)``. With :data:`NUMBERS` it computes,
with :func:`symbols` it makes a SymPy expression, with :mod:`graphstep.gates.notation` it prints itself.
"""

from __future__ import annotations

import math
import operator
from functools import cache
from typing import Any, Protocol

from graphstep.ground.late import np

Value = Any
"""A float64 number or array, a SymPy expression, or a printed term: whatever ``m`` works on."""


RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
"""What compares two numbers, by its sign."""


class Mathematics(Protocol):
    """The functions of ``m``, besides the operators ``+ - * / **`` and comparisons."""

    pi: Value
    nan: Value

    def exp(self, x: Value, /) -> Value: ...
    def expm1(self, x: Value, /) -> Value:
        """exp(x) - 1, also where exp(x) rounds to 1"""

    def log(self, x: Value, /) -> Value: ...
    def log1p(self, x: Value, /) -> Value:
        """log(1 + x), also where 1 + x rounds to 1"""

    def sqrt(self, x: Value, /) -> Value: ...
    def sin(self, x: Value, /) -> Value: ...
    def cos(self, x: Value, /) -> Value: ...
    def tan(self, x: Value, /) -> Value: ...
    def asin(self, x: Value, /) -> Value: ...
    def acos(self, x: Value, /) -> Value: ...
    def atan(self, x: Value, /) -> Value: ...
    def sinh(self, x: Value, /) -> Value: ...
    def cosh(self, x: Value, /) -> Value: ...
    def tanh(self, x: Value, /) -> Value: ...
    def asinh(self, x: Value, /) -> Value: ...
    def acosh(self, x: Value, /) -> Value: ...
    def atanh(self, x: Value, /) -> Value: ...
    def atan2(self, x: Value, y: Value, /) -> Value:
        """The angle of the point that is x up and y to the right"""

    def hypot(self, x: Value, y: Value, /) -> Value:
        """sqrt(x^2 + y^2), also where a square is too large or too small for a number"""

    def log2(self, x: Value, /) -> Value: ...
    def log10(self, x: Value, /) -> Value: ...
    def floor(self, x: Value, /) -> Value: ...
    def ceil(self, x: Value, /) -> Value: ...
    def round(self, x: Value, /) -> Value:
        """The nearest whole number, of two the even one"""

    def mod(self, x: Value, y: Value, /) -> Value:
        """The remainder x - y floor(x/y), with the sign of y"""

    def abs(self, x: Value, /) -> Value: ...
    def sign(self, x: Value, /) -> Value: ...
    def erf(self, x: Value, /) -> Value: ...
    def erfc(self, x: Value, /) -> Value:
        """1 - erf(x), also where erf(x) rounds to 1"""

    def sigmoid(self, x: Value, /) -> Value:
        """1/(1 + exp(-x))"""

    def softplus(self, x: Value, /) -> Value:
        """log(1 + exp(x)), without overflow"""

    def logaddexp(self, x: Value, y: Value, /) -> Value:
        """log(exp(x) + exp(y)), without overflow"""

    def pow(self, x: Value, y: Value, /) -> Value:
        """x^y, of which numbers come from one routine whether there is one or an array of them; x^2 is x·x"""

    def scaled_power(self, factor: Value, x: Value, y: Value, /) -> Value:
        """A factor times x^y, also where x^y alone is too large or too small for a number; 0 where the factor is 0"""

    def maximum(self, x: Value, y: Value, /) -> Value: ...
    def minimum(self, x: Value, y: Value, /) -> Value: ...
    def where(self, condition: Value, then: Value, otherwise: Value, /) -> Value:
        """``then`` where the condition holds, else ``otherwise``"""

    def stop(self, x: Value, /) -> Value:
        """x, whose derivative counts as 0"""

    def relation(self, sign: str, x: Value, y: Value, /) -> Value:
        """The condition ``x sign y``, for one of ``< <= > >= == !=``"""

    def both(self, one: Value, other: Value, /) -> Value:
        """The condition that both conditions hold"""


class Derived:
    """Functions as they are made of others, for an ``m`` that computes without rounding, or not at all."""

    def expm1(self: Any, x: Value) -> Value:
        """exp(x) - 1"""
        return self.exp(x) - 1

    def log1p(self: Any, x: Value) -> Value:
        """log(1 + x)"""
        return self.log(1 + x)

    def log2(self: Any, x: Value) -> Value:
        """The logarithm to the base 2."""
        return self.log(x) / self.log(2)

    def log10(self: Any, x: Value) -> Value:
        """The logarithm to the base 10."""
        return self.log(x) / self.log(10)

    def hypot(self: Any, x: Value, y: Value) -> Value:
        """sqrt(x^2 + y^2)"""
        return self.sqrt(x**2 + y**2)

    def logaddexp(self: Any, x: Value, y: Value) -> Value:
        """log(exp(x) + exp(y))"""
        return self.log(self.exp(x) + self.exp(y))

    def mod(self: Any, x: Value, y: Value) -> Value:
        """The remainder x - y floor(x/y), with the sign of y"""
        return x - y * self.floor(x / y)

    def sigmoid(self: Any, x: Value) -> Value:
        """1/(1 + exp(-x))"""
        return 1 / (1 + self.exp(-x))

    def softplus(self: Any, x: Value) -> Value:
        """log(1 + exp(x))"""
        return self.log(1 + self.exp(x))

    def pow(self: Any, x: Value, y: Value) -> Value:
        """x^y"""
        return x**y

    def scaled_power(self: Any, factor: Value, x: Value, y: Value) -> Value:
        """A factor times x^y"""
        return factor * x**y


# SciPy's special functions compute arrays at the speed of NumPy's own, and come from one source on every system, which those of
# the C library do not. To import them takes as long as to start the program, so only a gate that computes one waits for them.


def _erf(x: Value) -> Value:
    from scipy.special import erf

    return erf(x)


def _erfc(x: Value) -> Value:
    from scipy.special import erfc

    return erfc(x)


def _sigmoid(x: Value) -> Value:
    powers = np.exp(-x)
    value = 1.0 / (1.0 + powers)
    # Where exp(-x) is too large for a number the reciprocal is 0; σ(x) is exp(x) there, and may still be a subnormal number.
    return np.where(powers > 1e300, np.exp(x), value)[()] if np.maximum.reduce(powers, axis=None, initial=0.0) > 1e300 else value


def _softplus(x: Value) -> Value:
    # ln(e⁰ + eˣ): NumPy shifts by the larger exponent, so that neither overflows.
    return np.logaddexp(0.0, x)


def _pow(x: Value, y: Value) -> Value:
    # NumPy's power has short cuts where an exponent stands alone, and instructions of its own for arrays where the CPU has them:
    # the last digit would depend on how many numbers are computed together. float_power is the C library's, one by one.
    if isinstance(y, int | float):
        return np.multiply(x, x) if y == 2 else np.float_power(x, y)
    square = np.equal(y, 2)
    return np.where(square, np.multiply(x, x), np.float_power(x, y)) if np.any(square) else np.float_power(x, y)


def _scaled_power(factor: Value, x: Value, y: Value) -> Value:
    if isinstance(y, int | float) and isinstance(factor, int | float) and y == 1 and factor:
        # The slope of a square.
        return factor * x
    power = _pow(x, y)
    size = np.abs(power)
    ordinary = (size > 1e-290) & (size < 1e300)
    if np.all(ordinary & np.not_equal(factor, 0)):
        return factor * power
    # 0 · x^y is 0 however steep x^y is: the factor is the exponent, and x^0 is flat everywhere, at 0, inf and nan too.
    product = np.where(np.equal(factor, 0), 0.0, factor * power)
    # Half of the power on either side of the factor: what is a number as a whole need not be one in between.
    half = np.float_power(np.abs(x), np.multiply(0.5, y))
    split = ~ordinary & np.isfinite(x) & np.isfinite(y) & np.not_equal(x, 0) & np.not_equal(factor, 0) & ~np.isnan(power)
    split &= np.not_equal(y, 1)
    return np.where(split, np.copysign(half, power) * factor * half, product)[()]


class _Numbers:
    """IEEE doubles by NumPy: 1/0 is inf, log(-1) is nan, nothing raises (under ``numpy.errstate(all="ignore")``).

    Whatever else NumPy has is here too, for the rows of gates that move and collect cells.
    """

    pi = math.pi
    nan = math.nan
    erf, erfc = staticmethod(_erf), staticmethod(_erfc)
    pow, scaled_power = staticmethod(_pow), staticmethod(_scaled_power)
    sigmoid = staticmethod(_sigmoid)
    softplus = staticmethod(_softplus)

    @staticmethod
    def relation(sign: str, x: Value, y: Value) -> Value:
        return RELATIONS[sign](x, y)


class _LateNumbers(_Numbers):
    """The same before NumPy is there. All is copied once: this would be asked anew at every call of every gate."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        own = {ours: getattr(np, theirs) for ours, theirs in _NAMES.items()}
        # What is defined above goes before what NumPy has under its name, such as the pow that it has had since version 2.
        rest = {each: value for each, value in vars(np).items() if each[0] != "_" and not hasattr(_Numbers, each)}
        vars(self).update(rest | own)
        self.__class__ = _Numbers  # type: ignore[assignment]  # what it has become
        return getattr(self, name)


_NAMES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "atan2": "arctan2",
    "round": "rint",
    # A copy, so that the value of the gate is no view of its input.
    "stop": "positive",
    "both": "logical_and",
}
"""What NumPy has under another name."""

NUMBERS: Mathematics = _LateNumbers()
"""``m`` for numbers."""


@cache
def symbols() -> Mathematics:
    """``m`` for SymPy expressions. SymPy is imported at the first call, not before."""
    import sympy as sp

    def flat(name: str, function: Any = sp.Function) -> Any:
        """A function whose derivative is 0, where SymPy would leave it standing or has none."""
        return type(name, (function,), {"is_extended_real": True, "fdiff": lambda *_: sp.Integer(0)})

    class Symbols(Derived):
        pi, nan = sp.pi, sp.nan
        exp, log, sqrt = sp.exp, sp.log, staticmethod(sp.sqrt)
        sin, cos, tan, asin, acos, atan = sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan
        sinh, cosh, tanh, abs, sign = sp.sinh, sp.cosh, sp.tanh, sp.Abs, sp.sign
        erf, erfc = sp.erf, sp.erfc
        asinh, acosh, atanh, atan2 = sp.asinh, sp.acosh, sp.atanh, sp.atan2
        floor, ceil = flat("floor", sp.floor), flat("ceiling", sp.ceiling)
        round, stop = flat("round"), flat("stop")
        maximum, minimum, both = sp.Max, sp.Min, sp.And

        @staticmethod
        def relation(sign: str, x: Value, y: Value) -> Value:
            # Whether a comparison's 1 or 0 is not 0 is the comparison itself; SymPy would solve it for its symbol, in 100 ms.
            if sign == "!=" and y == 0 and isinstance(x, sp.Piecewise) and [value for value, _ in x.args] == [1, 0]:
                return x.args[0].cond
            return {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}[sign](x, y)

        @staticmethod
        def where(condition: Value, then: Value, otherwise: Value) -> Value:
            return sp.Piecewise((then, condition), (otherwise, True))

    mathematics: Mathematics = Symbols()
    return mathematics
