"""Terms of notation, and the style that writes them as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from graphstep.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Callable

CASES, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly a term binds, loosest first."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of notation."""

    text: str
    """How it is written."""
    level: int
    """How tightly it binds: one of :data:`SUM` … :data:`ATOM`."""
    style: Style
    """What writes it."""

    def __add__(self, other: Any) -> Term:
        return self.style.binary("+", self, other)

    def __radd__(self, other: Any) -> Term:
        return self.style.binary("+", other, self)

    def __sub__(self, other: Any) -> Term:
        return self.style.binary("-", self, other)

    def __rsub__(self, other: Any) -> Term:
        return self.style.binary("-", other, self)

    def __mul__(self, other: Any) -> Term:
        return self.style.binary("*", self, other)

    def __rmul__(self, other: Any) -> Term:
        return self.style.binary("*", other, self)

    def __truediv__(self, other: Any) -> Term:
        return self.style.binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return self.style.binary("/", other, self)

    def __pow__(self, other: Any) -> Term:
        return self.style.power(self, self.style.term(other))

    def __rpow__(self, other: Any) -> Term:
        return self.style.power(self.style.term(other), self)

    def __neg__(self) -> Term:
        return Term("-" + self.after(PRODUCT), SIGN, self.style)

    def __gt__(self, other: Any) -> Term:
        return self.style.relation(">", self, other)

    def __lt__(self, other: Any) -> Term:
        return self.style.relation("<", self, other)

    def within(self, level: int) -> str:
        """The text, in parentheses if it binds more loosely than ``level`` asks."""
        return self.text if self.level >= level else self.style.parentheses(self.text)

    def after(self, level: int) -> str:
        """The text behind an operator: a sign needs parentheses there whatever the level, since ``x - -y`` reads badly."""
        return self.style.parentheses(self.text) if self.text.startswith("-") else self.within(level)


class Style:
    """Plain text, for a terminal: ``x · y``, ``x²``, ``1 / x``."""

    product = " · "
    relations: ClassVar = {">": ">", "<": "<", "and": "and"}

    @property
    def pi(self) -> Term:
        """The number π."""
        return self.name("π")

    @property
    def nan(self) -> Term:
        """Not a number."""
        return self.name("nan")

    def name(self, text: str) -> Term:
        """A name or any other text that binds as one symbol."""
        return Term(text, ATOM, self)

    def number(self, value: Any) -> Term:
        """A number; a negative one binds as a sign, so that it gets parentheses inside a product.

        An array is written out in brackets where it is small; of a larger one there is what it is like.
        """
        if getattr(value, "shape", ()):
            return self.array(value)
        text = numeral(float(value))
        return Term(text, SIGN if text.startswith("-") else ATOM, self)

    def term(self, value: Any) -> Term:
        """A term as it is, a Python number as its numeral."""
        return value if isinstance(value, Term) else self.number(value)

    def array(self, value: Any) -> Term:
        """An array of NumPy: ``[0.1, 0.2]``."""
        from graphstep.arrays import is_small, number_text

        return Term(number_text(value), ATOM if is_small(value) else SUM, self)

    def matmul(self, x: Any, y: Any) -> Term:
        """The matrix product ``x @ y``."""
        return Term(f"{self.term(x).within(PRODUCT)} @ {self.term(y).after(POWER)}", PRODUCT, self)

    def transposed(self, x: Any) -> Term:
        """``x`` with rows and columns exchanged."""
        return Term(f"{self.term(x).within(ATOM)}ᵀ", POWER, self)

    def words(self, text: str) -> Term:
        """Words among formulas."""
        return self.name(text)

    def copied(self, x: Any) -> Term:
        """``x`` repeated until it has another shape."""
        return self.call("copy", x)

    def over(self, function: str, x: Any, axis: Any = None) -> Term:
        """``function(x, axis=0)``; without an axis ``function(x)``."""
        return self.call(function, x) if axis is None else self.call(function, x, self.name(f"axis={axis}"))

    def length(self, x: Any) -> Term:
        """The 2-norm of ``x``."""
        return Term(f"‖{self.term(x).text}‖", ATOM, self)

    def indexed(self, x: Any, index: str) -> Term:
        """The part of ``x`` at an index, such as ``0, :``."""
        return Term(f"{self.term(x).within(ATOM)}[{index}]", ATOM, self)

    def placed(self, x: Any, place: str) -> Term:
        """``x`` at one place and 0 everywhere else."""
        return Term(f"{self.term(x).within(SUM)} at {place}, 0 elsewhere", CASES, self)

    def parentheses(self, text: str) -> str:
        """The text in parentheses."""
        return f"({text})"

    def binary(self, operator: str, left: Any, right: Any) -> Term:
        """``left operator right`` for one of ``+ - * /``."""
        x, y = self.term(left), self.term(right)
        if operator == "+":
            return Term(f"{x.within(SUM)} + {y.after(SUM)}", SUM, self)
        if operator == "-":
            return Term(f"{x.within(SUM)} - {y.after(PRODUCT)}", SUM, self)
        if operator == "*":
            return Term(f"{x.within(PRODUCT)}{self.product}{y.after(PRODUCT)}", PRODUCT, self)
        return self.quotient(x, y)

    def quotient(self, x: Term, y: Term) -> Term:
        """``x / y``"""
        return Term(f"{x.within(PRODUCT)} / {y.within(POWER)}", PRODUCT, self)

    def power(self, x: Term, y: Term) -> Term:
        """``x`` to the ``y``; whole exponents stand raised."""
        raised = y.text.translate(_SUPERSCRIPTS)
        if y.text.lstrip("-").isdecimal() and y.text != "1":
            return Term(x.within(ATOM) + raised, POWER, self)
        if y.text == "1":
            return x
        return Term(f"{x.within(ATOM)}^{y.within(ATOM)}", POWER, self)

    def relation(self, sign: str, left: Any, right: Any) -> Term:
        """A condition."""
        x, y = self.term(left), self.term(right)
        return Term(f"{x.text} {self.relations[sign]} {y.text}", CASES, self)

    def both(self, one: Term, other: Term) -> Term:
        """Two conditions at once."""
        return self.relation("and", one, other)

    def where(self, condition: Term, then: Any, otherwise: Any) -> Term:
        """``then if condition else otherwise``"""
        a, b = self.term(then), self.term(otherwise)
        return Term(f"{a.within(SUM)} if {condition.text} else {b.within(SUM)}", CASES, self)

    def call(self, function: str, *arguments: Any) -> Term:
        """``function(arguments)``"""
        inside = ", ".join(self.term(x).text for x in arguments)
        return Term(f"{function}({inside})", ATOM, self)

    def abs(self, x: Term) -> Term:
        """``|x|``"""
        return Term(f"|{x.text}|", ATOM, self)

    def exp(self, x: Term) -> Term:
        """The exponential."""
        return self.call("exp", x)

    def sqrt(self, x: Any) -> Term:
        """The square root."""
        term = self.term(x)
        return Term(f"√{term.within(ATOM)}", POWER, self)

    def log(self, x: Term) -> Term:
        """The natural logarithm."""
        return self.call("ln", x)

    def expm1(self, x: Term) -> Term:
        """exp(x) - 1"""
        return self.exp(x) - 1

    def log1p(self, x: Term) -> Term:
        """log(1 + x)"""
        return self.log(1 + x)

    def scaled_power(self, factor: Any, x: Any, y: Any) -> Term:
        """``factor · x^y``"""
        return self.binary("*", factor, self.term(x) ** y)

    def sigmoid(self, x: Term) -> Term:
        """The logistic function."""
        return self.call("σ", x)

    def softplus(self, x: Term) -> Term:
        """log(1 + exp(x))"""
        return self.log(1 + self.exp(x))

    def maximum(self, *xs: Any) -> Term:
        """The largest."""
        return self.call("max", *xs)

    def minimum(self, *xs: Any) -> Term:
        """The smallest."""
        return self.call("min", *xs)

    def __getattr__(self, function: str) -> Callable[..., Term]:
        """Every other function prints as its name and its arguments."""
        if function.startswith("_"):
            raise AttributeError(function)
        return lambda *arguments: self.call(function, *arguments)


TEXT = Style()
"""``m`` that prints plain text."""
