"""``m`` that writes: a formula of a row becomes the text of a program, which is read again as gates.

What is 0 or 1 by itself is left out: 1·u is u, u + 0 is u. A comparison with itself, which asks for nan, is never true here: the
text is for numbers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from graphstep.gates.mathematics import RELATIONS
from graphstep.gates.typed import ATOM, SIGN, Typed, infix, negative
from graphstep.ground.numerals import numeral
from graphstep.ground.records import record

# Digits that tell every double from all others.
_EXACT = 17
# Without an exponent: those are left to the reader, and are not folded.
_NUMERAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@record(frozen=True, slots=True, eq=False)
class Code(Typed):
    """A piece of a program's text, with which a formula computes."""

    level: int = ATOM
    """How tightly it binds: a call or a name unless given."""
    choice: tuple[Code, Code, Code] | None = None
    """Where it is a ``where``: the condition and both branches."""
    under: Code | None = None
    """Where it is one over something: what stands under the bar."""

    @property
    def number(self) -> float | None:
        """Its value, where it is a numeral."""
        return float(self.text) if _NUMERAL.fullmatch(self.text) else None

    def __add__(self, other: Any) -> Code:
        y = code(other)
        if (folded := _folded(operator.add, self, y)) is not None:
            return folded
        if self.text == "0" or y.text == "0":
            return y if self.text == "0" else self
        return Code(*infix("+", self, y))

    def __radd__(self, other: Any) -> Code:
        return code(other) + self

    def __sub__(self, other: Any) -> Code:
        y = code(other)
        if (folded := _folded(operator.sub, self, y)) is not None:
            return folded
        if y.text == "0":
            return self
        return -y if self.text == "0" else Code(*infix("-", self, y))

    def __rsub__(self, other: Any) -> Code:
        return code(other) - self

    def __mul__(self, other: Any) -> Code:
        y = code(other)
        if (folded := _folded(operator.mul, self, y)) is not None:
            return folded
        for factor, other_factor in ((self, y), (y, self)):
            if factor.text in ("0", "1"):
                return factor if factor.text == "0" else other_factor
            if factor.text == "-1":
                return -other_factor
            if factor.choice is not None and other_factor.choice is None:
                # The wire that is not taken passes nothing, whatever arrives: no product with 0.
                condition, a, b = factor.choice
                return where(condition, a * other_factor, b * other_factor)
        if y.under is not None and self.under is None:
            return self / y.under
        return Code(*infix("*", self, y))

    def __rmul__(self, other: Any) -> Code:
        return code(other) * self

    def __truediv__(self, other: Any) -> Code:
        y = code(other)
        if y.text == "1" or self.text == "0":
            return self
        return Code(*infix("/", self, y), under=y if self.text == "1" else None)

    def __rtruediv__(self, other: Any) -> Code:
        return code(other) / self

    def __pow__(self, other: Any) -> Code:
        y = code(other)
        if (folded := _folded(operator.pow, self, y)) is not None:
            return folded
        if y.text in ("0", "1"):
            return self if y.text == "1" else code(1)
        return Code(*infix("^", self, y))

    def __rpow__(self, other: Any) -> Code:
        return code(other) ** self

    def __mod__(self, other: Any) -> Code:
        return call("mod", self, other)

    def __neg__(self) -> Code:
        if self.text == "0":
            return self
        # Two signs are none where the first is that of the whole text, as in front of one name or whole number.
        return Code(self.text[1:]) if self.text[:1] == "-" and self.text[1:].isalnum() else Code(*negative(self))

    def __abs__(self) -> Code:
        return call("abs", self)

    def __lt__(self, other: Any) -> Code:
        return relation("<", self, other)

    def __le__(self, other: Any) -> Code:
        return relation("<=", self, other)

    def __gt__(self, other: Any) -> Code:
        return relation(">", self, other)

    def __ge__(self, other: Any) -> Code:
        return relation(">=", self, other)

    def __eq__(self, other: object) -> Code:  # type: ignore[override]  # a condition, as NumPy's is an array
        return relation("==", self, other)

    def __ne__(self, other: object) -> Code:  # type: ignore[override]  # likewise
        return relation("!=", self, other)

    def __and__(self, other: Any) -> Code:
        # Conditions are 0 or 1, and their product is 1 where both hold.
        return _condition(self) * _condition(other)

    def __or__(self, other: Any) -> Code:
        x, y = _condition(self), _condition(other)
        if "0" in (x.text, y.text):
            return y if x.text == "0" else x
        # De Morgan's law: the language has no word for "or", and conditions are 0 or 1.
        return 1 - (1 - x) * (1 - y)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Code:
        return 1 - _condition(self)


def _folded(function: Callable[[float, float], float], x: Code, y: Code) -> Code | None:
    """A number made of two numbers, where it is exact: whole numbers and halves that are not large."""
    a, b = x.number, y.number
    # Small ones alone: nobody has typed the others, and a power of floats that is too large raises OverflowError.
    if a is None or b is None or max(abs(a), abs(b)) > 64 or (function is operator.pow and (b < 0 or b != int(b))):
        return None
    value = function(a, b)
    # Anything else would stand in the text with digits that nobody typed: 0.1*3 stays as it is.
    return code(value) if value * 2 == int(value * 2) and abs(value) < 1e9 else None


def _condition(value: Any) -> Code:
    return code(int(value)) if isinstance(value, bool) else code(value)


def code(value: Any) -> Code:
    """A value as code: code unchanged, a number with all of its digits."""
    if isinstance(value, Code):
        return value
    if not math.isfinite(value):
        # The language has no names for them, but gates that make them.
        return Code("(0/0)" if value != value else "(1/0)" if value > 0 else "(-1/0)")
    text = numeral(float(value), _EXACT)
    return Code(text, SIGN if text.startswith("-") else ATOM)


def call(function: str, *inputs: Any) -> Code:
    """``function(inputs)``."""
    return Code(f"{function}({', '.join(code(x).text for x in inputs)})")


def relation(sign: str, x: Any, y: Any) -> Code:
    """``x sign y``; whether something differs from itself is no question about a number."""
    one, other = code(x), code(y)
    if one.text == other.text:
        return code(0 if sign in ("<", ">", "!=") else 1)
    if one.number is not None and other.number is not None:
        return code(int(RELATIONS[sign](one.number, other.number)))
    return Code(*infix(sign, one, other))


def where(condition: Any, then: Any, otherwise: Any) -> Code:
    """``where(condition, then, otherwise)``, unless the condition or the choice is none."""
    test, a, b = _condition(condition), _condition(then), _condition(otherwise)
    if test.text in ("0", "1") or a.text == b.text:
        return b if test.text == "0" else a
    return Code(f"where({test.text}, {a.text}, {b.text})", ATOM, (test, a, b))


class _Writer:
    """``m`` for :class:`Code`: a function of the language is a call, others are written by those that it has."""

    pi = Code("pi")
    nan = Code("(0/0)")

    where, relation = staticmethod(where), staticmethod(relation)

    def both(self, one: Any, other: Any) -> Code:
        both: Code = code(one) & code(other)
        return both

    def pow(self, x: Any, y: Any) -> Code:
        power: Code = code(x) ** y
        return power

    def scaled_power(self, factor: Any, x: Any, y: Any) -> Code:
        product: Code = code(factor) * code(x) ** y
        return product

    def maximum(self, x: Any, y: Any) -> Code:
        return call("max", x, y)

    def minimum(self, x: Any, y: Any) -> Code:
        return call("min", x, y)

    def expm1(self, x: Any) -> Code:
        return self._call_in_table("expm1", x) or call("exp", x) - 1

    def log1p(self, x: Any) -> Code:
        return self._call_in_table("log1p", x) or call("log", 1 + code(x))

    def erfc(self, x: Any) -> Code:
        return self._call_in_table("erfc", x) or 1 - call("erf", x)

    def _call_in_table(self, function: str, x: Any) -> Code | None:
        from graphstep.gates.table import FUNCTIONS

        return call(function, x) if function in FUNCTIONS else None

    def __getattr__(self, function: str) -> Any:
        if function.startswith("_"):
            raise AttributeError(function)
        return lambda *inputs: call(function, *inputs)


@cache
def writer() -> Any:
    """``m`` that writes the text of a program."""
    return _Writer()
