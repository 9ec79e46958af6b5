"""The names that a gate's formula may use, and the two things that interpret them with numbers and with symbols.

A formula is written once, as a function of ``m`` and its inputs: ``lambda m, x: m.exp(x)``. With :data:`NUMBERS` it computes,
with :func:`symbols` it makes a SymPy expression, with :mod:`graphstep.gates.notation` it prints itself.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Protocol

import numpy as np

Value = Any
"""A float64 number or array, a SymPy expression, or a printed term: whatever ``m`` works on."""


class Mathematics(Protocol):
    """What ``m`` offers besides the operators ``+ - * / **`` and comparisons."""

    pi: Value
    nan: Value

    def exp(self, x: Value, /) -> Value: ...
    def log(self, x: Value, /) -> Value: ...
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
    def abs(self, x: Value, /) -> Value: ...
    def sign(self, x: Value, /) -> Value: ...
    def erf(self, x: Value, /) -> Value: ...
    def sigmoid(self, x: Value, /) -> Value:
        """1/(1 + exp(-x))"""

    def softplus(self, x: Value, /) -> Value:
        """log(1 + exp(x)), without overflow"""

    def maximum(self, x: Value, y: Value, /) -> Value: ...
    def minimum(self, x: Value, y: Value, /) -> Value: ...
    def where(self, condition: Value, then: Value, otherwise: Value, /) -> Value:
        """``then`` where the condition holds, else ``otherwise``"""

    def both(self, one: Value, other: Value, /) -> Value:
        """The condition that both conditions hold"""


def _erf(x: Value) -> Value:
    # NumPy has no erf, and SciPy would be a heavy dependency for one function of the standard library.
    if isinstance(x, np.ndarray) and x.ndim:
        flat = np.fromiter((math.erf(v) for v in x.ravel().tolist()), np.float64, x.size)
        return flat.reshape(x.shape)
    return np.float64(math.erf(float(x)))


def _sigmoid(x: Value) -> Value:
    return 1.0 / (1.0 + np.exp(-x))


def _softplus(x: Value) -> Value:
    return np.logaddexp(0.0, x)


class _Numbers:
    """IEEE doubles by NumPy: 1/0 is inf, log(-1) is nan, nothing raises (under ``numpy.errstate(all="ignore")``)."""

    pi = math.pi
    nan = math.nan
    exp, log, sqrt = np.exp, np.log, np.sqrt
    sin, cos, tan = np.sin, np.cos, np.tan
    asin, acos, atan = np.arcsin, np.arccos, np.arctan
    sinh, cosh, tanh = np.sinh, np.cosh, np.tanh
    abs, sign = np.abs, np.sign
    erf = staticmethod(_erf)
    sigmoid = staticmethod(_sigmoid)
    softplus = staticmethod(_softplus)
    maximum, minimum, both = np.maximum, np.minimum, np.logical_and
    where = staticmethod(np.where)


NUMBERS: Mathematics = _Numbers()
"""``m`` for numbers."""


@cache
def symbols() -> Mathematics:
    """``m`` for SymPy expressions. SymPy is imported at the first call, not before."""
    import sympy as sp

    class Symbols:
        pi, nan = sp.pi, sp.nan
        exp, log, sqrt = sp.exp, sp.log, staticmethod(sp.sqrt)
        sin, cos, tan, asin, acos, atan = sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan
        sinh, cosh, tanh, abs, sign, erf = sp.sinh, sp.cosh, sp.tanh, sp.Abs, sp.sign, sp.erf
        maximum, minimum, both = sp.Max, sp.Min, sp.And

        @staticmethod
        def sigmoid(x: Value) -> Value:
            return 1 / (1 + sp.exp(-x))

        @staticmethod
        def softplus(x: Value) -> Value:
            return sp.log(1 + sp.exp(x))

        @staticmethod
        def where(condition: Value, then: Value, otherwise: Value) -> Value:
            return sp.Piecewise((then, condition), (otherwise, True))

    found: Mathematics = Symbols()
    return found
