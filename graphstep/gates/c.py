"""A gate's value as an expression of C, for the gates whose arithmetic IEEE fixes to the last bit.

The row's formula writes itself, as it does into symbols and notation. exp, tanh and their like have no expression here: NumPy's
are not the C library's, and a number is to be the same whoever computes it. A power is the C library's there too.
"""

from __future__ import annotations

import math
from typing import Any

from graphstep.gates.rule import Rule

Written = Any
"""An expression, or a number of the formula."""


class _Expression:
    """A float64, or a condition, in C."""

    __hash__ = None  # type: ignore[assignment]  # two of them are compared in C, and never here

    def __init__(self, text: str) -> None:
        self.text = text

    def __add__(self, other: Written) -> _Expression:
        return _joined(self, "+", other)

    def __radd__(self, other: Written) -> _Expression:
        return _joined(other, "+", self)

    def __sub__(self, other: Written) -> _Expression:
        return _joined(self, "-", other)

    def __rsub__(self, other: Written) -> _Expression:
        return _joined(other, "-", self)

    def __mul__(self, other: Written) -> _Expression:
        return _joined(self, "*", other)

    def __rmul__(self, other: Written) -> _Expression:
        return _joined(other, "*", self)

    def __truediv__(self, other: Written) -> _Expression:
        return _joined(self, "/", other)

    def __rtruediv__(self, other: Written) -> _Expression:
        return _joined(other, "/", self)

    def __pow__(self, exponent: Written) -> _Expression:
        if not isinstance(exponent, int) or exponent != 2:
            raise TypeError("NumPy takes another routine for other powers of an array")
        return self * self

    def __neg__(self) -> _Expression:
        return _Expression(f"(-{self.text})")

    def __lt__(self, other: Written) -> _Expression:
        return _joined(self, "<", other)

    def __le__(self, other: Written) -> _Expression:
        return _joined(self, "<=", other)

    def __gt__(self, other: Written) -> _Expression:
        return _joined(self, ">", other)

    def __ge__(self, other: Written) -> _Expression:
        return _joined(self, ">=", other)

    def __eq__(self, other: Written) -> _Expression:  # type: ignore[override]  # a condition in C
        return _joined(self, "==", other)

    def __ne__(self, other: Written) -> _Expression:  # type: ignore[override]  # a condition in C
        return _joined(self, "!=", other)

    def __bool__(self) -> bool:
        raise TypeError("what C decides is not known here")


def _text(value: Written) -> str:
    if isinstance(value, _Expression):
        return value.text
    if isinstance(value, int | float) and math.isfinite(value):
        # The shortest numeral that is read back to the same bits, by a C compiler as by Python: both round to the nearest.
        return repr(float(value))
    raise TypeError(f"{value!r} is no number that C is written with")


def _joined(x: Written, sign: str, y: Written) -> _Expression:
    # In parentheses always, so that C keeps the order of the formula: in another one sums round otherwise.
    return _Expression(f"({_text(x)} {sign} {_text(y)})")


class _Writer:
    """``m`` for expressions of C; it has the functions that are the same bits in C as in NumPy, and no others."""

    FUNCTIONS = frozenset(("abs", "sqrt", "floor", "ceil", "round", "sign", "maximum", "minimum", "pow"))
    """What calls a function in C; each stands in the core."""

    def __getattr__(self, name: str) -> Any:
        if name not in self.FUNCTIONS:
            raise TypeError(f"{name} is NumPy's alone")
        return lambda *inputs: _Expression(f"gate_{name}({', '.join(map(_text, inputs))})")

    def stop(self, x: Written) -> Written:
        return x

    def where(self, condition: Written, then: Written, otherwise: Written) -> _Expression:
        return _Expression(f"({_text(condition)} ? {_text(then)} : {_text(otherwise)})")

    def relation(self, sign: str, x: Written, y: Written) -> _Expression:
        return _joined(x, sign, y)


def expression(rule: Rule, count: int) -> str | None:
    """The value of an elementwise gate with that many inputs in C, out of x0, x1, …; None where C may come to other bits."""
    try:
        return _text((rule.computed or rule.formula)(_Writer(), *(_Expression(f"x{slot}") for slot in range(count))))
    except TypeError:
        return None
