"""What is written for a term, and the style that writes plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from graphstep.gates.notation.term import Symbol, Term
from graphstep.ground.numerals import DIGITS, numeral
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases
from graphstep.ground.records import record

CASES, SUM, DERIVATIVE, PRODUCT, SIGN, POWER, ATOM = range(7)
"""How tightly a term binds, loosest first. A derivative written with a slash multiplies as it stands, and nothing else."""

_LETTER = re.compile(r"[^\W\d_](\d+|_\w+|[₀-₉,]+)?(⁽[¹²³⁴⁵⁶⁷⁸⁹⁰]+⁾)?")
"""A name that stands behind a d as it is: one letter, with digits or a subscript, and the number of a use."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

CLOSING = {"(": ")", "[": "]", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉"}
"""By the sign that opens a part of a formula the one that closes it."""

EXACT = 15
"""Digits of a number that is part of a formula: it is never rounded."""

_BY_CELL = frozenset(["softmax", "log_softmax"])
"""Functions over all cells of an array that give an array."""


@record(frozen=True, slots=True)
class Ink:
    """A piece of notation as one style writes it."""

    text: str
    """How it is written."""
    level: int
    """How tightly it binds: one of :data:`SUM` … :data:`ATOM`."""
    style: Style
    """What writes it."""
    cells: bool = False
    """Whether it stands for an array, so that what meets it cell by cell is marked."""

    def __add__(self, other: Any) -> Ink:
        return self.style.binary("+", self, other)

    def __radd__(self, other: Any) -> Ink:
        return self.style.binary("+", other, self)

    def __sub__(self, other: Any) -> Ink:
        return self.style.binary("-", self, other)

    def __rsub__(self, other: Any) -> Ink:
        return self.style.binary("-", other, self)

    def __mul__(self, other: Any) -> Ink:
        return self.style.binary("*", self, other)

    def __rmul__(self, other: Any) -> Ink:
        return self.style.binary("*", other, self)

    def __truediv__(self, other: Any) -> Ink:
        return self.style.binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Ink:
        return self.style.binary("/", other, self)

    def __pow__(self, other: Any) -> Ink:
        return self.style.power(self, self.style.term(other))

    def __rpow__(self, other: Any) -> Ink:
        return self.style.power(self.style.term(other), self)

    def __neg__(self) -> Ink:
        return self.style.negative(self)

    def __gt__(self, other: Any) -> Ink:
        return self.style.relation(">", self, other)

    def __lt__(self, other: Any) -> Ink:
        return self.style.relation("<", self, other)

    def within(self, level: int) -> str:
        """The text, in parentheses if it binds more loosely than ``level`` asks."""
        return self.text if self.level >= level else self.style.parentheses(self.text)

    def after(self, level: int) -> str:
        """The text behind an operator: a sign needs parentheses there whatever the level, since ``x - -y`` reads badly."""
        return self.style.parentheses(self.text) if self.style.signed(self.text) else self.within(level)


class Style:
    """Plain text, for a terminal: ``x · y``, ``x²``, ``1 / x``; where arrays meet cell by cell ``x ⊙ y``, ``x ⊘ y``, ``x^⊙2``."""

    typeset: ClassVar = False
    """Whether an unnamed expression is set as a formula (LaTeX, MathML), or called by its typed text."""
    plus: ClassVar = " + "
    minus: ClassVar = " - "
    product: ClassVar = " · "
    by_cell: ClassVar = " ⊙ "
    relations: ClassVar = {">": ">", "<": "<", ">=": "≥", "<=": "≤", "==": "==", "!=": "≠"}

    def __init__(self, digits: int = DIGITS, phrases: Phrases = ENGLISH_PHRASES) -> None:
        self.digits = digits
        """Significant digits of the numbers that it writes."""
        self.phrases = phrases
        """The words within formulas."""

    @property
    def pi(self) -> Ink:
        """The number π."""
        return self.identifier("π")

    @property
    def nan(self) -> Ink:
        """Not a number."""
        return self.identifier("nan")

    def name(self, text: str, *, cells: bool = False) -> Ink:
        """A name or any other text that binds as one symbol."""
        return Ink(text, ATOM, self, cells)

    def identifier(self, name: str, *, typed: bool = False, cells: bool = False) -> Ink:
        """The name of a node; ``typed`` asks for it letter for letter, where another would look the same."""
        del typed
        return self.name(name, cells=cells)

    def dots(self) -> Ink:
        """The dots in place of terms that are left out."""
        return self.name("…")

    def used(self, base: Ink, use: int) -> Ink:
        """A use of a node by its number: ``x⁽¹⁾``."""
        return Ink(f"{base.within(ATOM)}⁽{str(use).translate(_SUPERSCRIPTS)}⁾", ATOM, self, base.cells)

    def subscripted(self, base: Ink, digits: str) -> Ink:
        """A cell of an array: ``W₁₂``."""
        return Ink(base.within(ATOM) + digits.translate(_SUBSCRIPTS), ATOM, self)

    def remark(self, base: Ink, words: str) -> Ink:
        """A term and words that qualify it: ``b as 2×2``."""
        return Ink(f"{base.within(SUM)} {words}", CASES, self, cells=True)

    def symbol(self, symbol: Symbol) -> Ink:
        """The ink of a node's name."""
        ink: Ink = symbol.ink(self)
        return ink

    def derivative(self, of: Ink, by: Ink, letter: str) -> Ink:
        """``df/dx`` or ``∂q/∂x``. A d takes parentheses around what is no letter: ``d(loss)/d(score)``."""
        return Ink(f"{self._change(letter, of)}/{self._change(letter, by)}", DERIVATIVE, self, by.cells)

    @staticmethod
    def _change(letter: str, ink: Ink) -> str:
        # ∂ stands before any part as it is; dxy would read as a product, so d takes parentheses around what is no letter.
        if letter == "∂":
            return letter + ink.within(ATOM)
        return letter + (ink.text if _LETTER.fullmatch(ink.text) else f"({ink.text})")

    def number(self, value: Any) -> Ink:
        """A number; a negative one binds as a sign, so that it gets parentheses inside a product.

        An array is written out in brackets where it is small; of a larger one there is what it is like.
        """
        if getattr(value, "shape", ()):
            return self.array(value)
        return self.numeral(numeral(float(value), self.digits))

    def numeral(self, text: str) -> Ink:
        """A number by its digits."""
        return Ink(text, SIGN if text.startswith("-") else ATOM, self)

    def row(self, value: Any) -> Ink:
        """A vector that is used as a row."""
        return self.number(value)

    def exactly(self, value: float, text: str = "") -> Ink:
        """A number of a formula, as typed or with all of its digits."""
        shown = text or numeral(value, EXACT)
        level = SUM if "/" in shown else SIGN if shown.startswith("-") else ATOM
        return Ink(shown, level, self)

    def term(self, value: Any) -> Ink:
        """A value as ink: ink unchanged, a number of a formula with all of its digits."""
        return value if isinstance(value, Ink) else self.exactly(float(value))

    def array(self, value: Any) -> Ink:
        """An array of NumPy: ``[0.1, 0.2]``."""
        from graphstep.ground.arrays import is_small, number_text

        # What a large array is like is said in words, which bind as loosely as a sum.
        return Ink(number_text(value, self.digits, self.phrases), ATOM if is_small(value) else SUM, self, cells=True)

    def matmul(self, x: Any, y: Any) -> Ink:
        """The matrix product ``x @ y``."""
        return Ink(f"{self.term(x).within(PRODUCT)} @ {self.term(y).after(POWER)}", PRODUCT, self, cells=True)

    def transposed(self, x: Any) -> Ink:
        """``x`` with rows and columns exchanged."""
        return Ink(f"{self.term(x).within(ATOM)}ᵀ", POWER, self, cells=True)

    def words(self, text: str) -> Ink:
        """Words among formulas."""
        return self.name(text)

    def wording(self, name: str) -> Ink:
        """A phrase among formulas, by its name."""
        return self.words(getattr(self.phrases, name))

    def copied(self, x: Any) -> Ink:
        """``x`` repeated until it has another shape."""
        return self.name(self.call("copy", x).text, cells=True)

    def over(self, function: str, x: Any, axis: Any = None) -> Ink:
        """``function(x, axis=0)``; without an axis ``function(x)``."""
        if axis is None:
            return self.name(self.call(function, x).text, cells=function in _BY_CELL)
        return self.call(function, x, self.name(f"axis={axis}"))

    def length(self, x: Any) -> Ink:
        """The 2-norm of ``x``."""
        return Ink(self.fenced("‖", self.term(x).text), ATOM, self)

    def indexed(self, x: Any, index: str) -> Ink:
        """The part of ``x`` at an index, such as ``0, :``."""
        return Ink(f"{self.term(x).within(ATOM)}[{index}]", ATOM, self, cells=":" in index)

    def picked(self, x: Any, index: str, *others: Any) -> Ink:
        """The places of ``x`` that an index names, in which ``{1}`` stands for the first of the others."""
        return self.indexed(x, index.format(None, *(self.term(other).text for other in others)))

    def placed(self, x: Any, place: str) -> Ink:
        """``x`` at one place and 0 everywhere else; the place is an index in brackets, or the name of a phrase."""
        return self.remark(
            self.term(x), self.phrases.placed.format(place=place if place.startswith("[") else getattr(self.phrases, place))
        )

    def fenced(self, left: str, text: str) -> str:
        """The text between the sign that opens it and the one that closes it."""
        return f"{left}{text}{CLOSING[left]}"

    def parentheses(self, text: str) -> str:
        """The text in parentheses."""
        return self.fenced("(", text)

    def signed(self, text: str) -> bool:
        """Whether a text begins with a sign."""
        return text.startswith("-")

    def negative(self, x: Ink) -> Ink:
        """``-x``"""
        return Ink("-" + x.after(PRODUCT), SIGN, self, x.cells)

    def binary(self, operator: str, left: Any, right: Any) -> Ink:
        """``left operator right`` for one of ``+ - * /``."""
        x, y = self.term(left), self.term(right)
        cells = x.cells or y.cells
        # Behind a minus a sum takes parentheses; behind a plus it does without, since a + (b + c) reads as a + b + c.
        if operator == "+":
            return Ink(f"{x.within(SUM)}{self.plus}{y.after(SUM)}", SUM, self, cells)
        if operator == "-":
            return Ink(f"{x.within(SUM)}{self.minus}{y.after(PRODUCT)}", SUM, self, cells)
        if operator == "*":
            # x · (y / z) is (x · y) / z: a quotient behind a product needs no parentheses.
            sign = self.by_cell if x.cells and y.cells else self.product
            return Ink(f"{x.within(DERIVATIVE)}{sign}{y.after(DERIVATIVE)}", PRODUCT, self, cells)
        return self.quotient(x, y)

    def quotient(self, x: Ink, y: Ink) -> Ink:
        """``x / y``"""
        # Behind the bar even a product takes parentheses: x / y · z is (x / y) · z.
        sign = "⊘" if y.cells else "/"
        return Ink(f"{x.within(PRODUCT)} {sign} {y.within(POWER)}", PRODUCT, self, x.cells or y.cells)

    def power(self, x: Ink, y: Ink) -> Ink:
        """``x`` to the ``y``; whole exponents stand raised."""
        if y.text == "1":
            return x
        cells = x.cells or y.cells
        if cells:
            return Ink(f"{x.within(ATOM)}^⊙{y.within(ATOM)}", POWER, self, cells)
        if y.text.lstrip("-").isdecimal():
            return Ink(x.within(ATOM) + y.text.translate(_SUPERSCRIPTS), POWER, self)
        return Ink(f"{x.within(ATOM)}^{y.within(ATOM)}", POWER, self)

    def relation(self, sign: str, left: Any, right: Any) -> Ink:
        """A condition."""
        x, y = self.term(left), self.term(right)
        return Ink(f"{x.within(SUM)} {self.relations[sign]} {y.within(SUM)}", CASES, self, x.cells or y.cells)

    def both(self, one: Ink, other: Ink) -> Ink:
        """Two conditions at once."""
        return Ink(f"{one.text} {self.conjunction()} {other.text}", CASES, self, one.cells or other.cells)

    def conjunction(self) -> str:
        """What stands between two conditions."""
        return self.phrases.both

    def where(self, condition: Ink, then: Any, otherwise: Any) -> Ink:
        """``then if condition else otherwise``"""
        a, b = self.term(then), self.term(otherwise)
        text = self.phrases.choice.format(then=a.within(SUM), condition=condition.text, otherwise=b.within(SUM))
        return Ink(text, CASES, self, condition.cells)

    def listed(self, *cells: Any) -> Ink:
        """``[cells]``: numbers, or arrays of one shape, as an array is typed."""
        return Ink(f"[{', '.join(self.term(x).text for x in cells)}]", ATOM, self, cells=True)

    def call(self, function: str, *arguments: Any) -> Ink:
        """``function(arguments)``"""
        terms = [self.term(x) for x in arguments]
        return Ink(f"{function}({', '.join(x.text for x in terms)})", ATOM, self, any(x.cells for x in terms))

    def abs(self, x: Ink) -> Ink:
        """``|x|``"""
        return Ink(self.fenced("|", x.text), ATOM, self, x.cells)

    def sqrt(self, x: Any) -> Ink:
        """The square root."""
        term = self.term(x)
        return Ink(f"√{term.within(ATOM)}", POWER, self, term.cells)

    def log(self, x: Any) -> Ink:
        """The natural logarithm."""
        return self.call("ln", x)

    def floor(self, x: Any) -> Ink:
        """``⌊x⌋``"""
        return Ink(self.fenced("⌊", self.term(x).text), ATOM, self, self.term(x).cells)

    def ceil(self, x: Any) -> Ink:
        """``⌈x⌉``"""
        return Ink(self.fenced("⌈", self.term(x).text), ATOM, self, self.term(x).cells)

    def logaddexp(self, x: Any, y: Any) -> Ink:
        """log(exp(x) + exp(y))"""
        return self.log(self.exp(self.term(x)) + self.exp(self.term(y)))

    def pow(self, x: Any, y: Any) -> Ink:
        """``x^y``"""
        power: Ink = self.term(x) ** y
        return power

    def scaled_power(self, factor: Any, x: Any, y: Any) -> Ink:
        """``factor · x^y``"""
        return self.binary("*", factor, self.term(x) ** y)

    def sigmoid(self, x: Ink) -> Ink:
        """The logistic function."""
        return self.call("σ", x)

    def softplus(self, x: Ink) -> Ink:
        """log(1 + exp(x))"""
        return self.log(1 + self.exp(x))

    def maximum(self, *xs: Any) -> Ink:
        """The largest."""
        return self.call("max", *xs)

    def minimum(self, *xs: Any) -> Ink:
        """The smallest."""
        return self.call("min", *xs)

    def __getattr__(self, function: str) -> Callable[..., Ink]:
        """Every other function prints as its name and its arguments."""
        if function.startswith("_"):
            raise AttributeError(function)
        return lambda *arguments: self.call(function, *arguments)


@lru_cache(maxsize=32)
def text_style(digits: int, phrases: Phrases = ENGLISH_PHRASES) -> Style:
    """The style that writes plain text with so many digits."""
    return Style(digits, phrases)


TEXT = text_style(DIGITS)
"""``m`` that prints plain text."""


def plain_text(term: Term) -> str:
    """A term as plain text.

    >>> from graphstep.gates.notation import TERMS
    >>> plain_text(TERMS.number(3.0) * TERMS.number(-4.0))
    '3 · (-4)'
    """
    text: str = term.read(TEXT).text
    return text
