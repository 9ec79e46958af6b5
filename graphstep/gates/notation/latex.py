"""The style that writes LaTeX."""

from __future__ import annotations

from typing import Any, ClassVar

from graphstep.gates.notation.text import ATOM, CASES, POWER, PRODUCT, SIGN, SUM, Style, Term
from graphstep.numerals import numeral


class Latex(Style):
    r"""LaTeX that survives Git hosts: ``\mathrm`` for names of functions, ``\lvert`` for bars (no bare ``|``)."""

    product = r" \cdot "
    relations: ClassVar = {">": ">", "<": "<", "and": r"\text{ and }"}
    # GitHub forbids \operatorname; these are the functions that have a command of their own.
    commands = frozenset(["sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min"])

    @property
    def pi(self) -> Term:
        """The number π."""
        return self.name(r"\pi")

    @property
    def nan(self) -> Term:
        """Not a number."""
        return self.name(r"\mathrm{nan}")

    def number(self, value: Any) -> Term:
        """A number; inf as ∞, and powers of ten written out. A small array is a matrix."""
        if getattr(value, "shape", ()):
            return self.array(value)
        text = numeral(float(value))
        if text == "nan":
            return self.nan
        level = SIGN if text.startswith("-") else ATOM
        mantissa, e, exponent = text.partition("e")
        if e:
            return Term(rf"{mantissa} \cdot 10^{{{exponent}}}", min(level, PRODUCT), self)
        return Term(text.replace("inf", r"\infty"), level, self)

    def array(self, value: Any) -> Term:
        """A small array as a matrix, a vector as its column."""
        from graphstep.arrays import is_small, latex_matrix, number_text

        if is_small(value):
            return Term(latex_matrix(value), ATOM, self)
        return Term(rf"\text{{{number_text(value)}}}", SUM, self)

    def matmul(self, x: Any, y: Any) -> Term:
        """A matrix product: its factors side by side."""
        return Term(rf"{self.term(x).within(PRODUCT)} \, {self.term(y).after(POWER)}", PRODUCT, self)

    def transposed(self, x: Any) -> Term:
        """``x`` with rows and columns exchanged."""
        return Term(rf"{{{self.term(x).within(ATOM)}}}^\top", POWER, self)

    def over(self, function: str, x: Any, axis: Any = None) -> Term:
        """The function with its axis as an index."""
        below = "" if axis is None else rf"_{{\text{{axis {axis}}}}}"
        return Term(rf"{self._head(function)}{below}\left({self.term(x).text}\right)", ATOM, self)

    def words(self, text: str) -> Term:
        """Words among formulas, upright."""
        return self.name(rf"\text{{{text}}}")

    def length(self, x: Any) -> Term:
        """The 2-norm, without characters that would split a table's cell."""
        return Term(rf"\lVert {self.term(x).text} \rVert", ATOM, self)

    def indexed(self, x: Any, index: str) -> Term:
        """The part of ``x`` at an index."""
        return Term(f"{{{self.term(x).within(ATOM)}}}_{{[{index}]}}", ATOM, self)

    def placed(self, x: Any, place: str) -> Term:
        """``x`` at one place and 0 everywhere else."""
        return Term(rf"{self.term(x).within(SUM)} \text{{ at {place}, 0 elsewhere}}", CASES, self)

    def parentheses(self, text: str) -> str:
        """Parentheses that grow with what they hold."""
        return rf"\left({text}\right)"

    def quotient(self, x: Term, y: Term) -> Term:
        """A fraction."""
        return Term(rf"\frac{{{x.text}}}{{{y.text}}}", PRODUCT, self)

    def power(self, x: Term, y: Term) -> Term:
        """A power."""
        return x if y.text == "1" else Term(f"{{{x.within(ATOM)}}}^{{{y.text}}}", POWER, self)

    def where(self, condition: Term, then: Any, otherwise: Any) -> Term:
        """Cases."""
        a, b = self.term(then), self.term(otherwise)
        rows = rf"{a.text} & \text{{if }} {condition.text} \\ {b.text} & \text{{else}}"
        return Term(rf"\begin{{cases}} {rows} \end{{cases}}", ATOM, self)

    def call(self, function: str, *arguments: Any) -> Term:
        """A function by its command, or upright."""
        inside = ", ".join(self.term(x).text for x in arguments)
        return Term(rf"{self._head(function)}\left({inside}\right)", ATOM, self)

    def _head(self, function: str) -> str:
        if function in self.commands:
            return rf"\{function}"
        name = function.replace("_", r"\_")
        return rf"\mathrm{{{name}}}"

    def abs(self, x: Term) -> Term:
        """Absolute value, without the character that would split a table's cell."""
        return Term(rf"\lvert {x.text} \rvert", ATOM, self)

    def exp(self, x: Term) -> Term:
        """A power of e."""
        return Term(f"e^{{{x.text}}}", POWER, self)

    def sqrt(self, x: Any) -> Term:
        """A root."""
        return Term(rf"\sqrt{{{self.term(x).text}}}", ATOM, self)

    def log(self, x: Term) -> Term:
        """The natural logarithm."""
        return Term(rf"\ln\left({x.text}\right)", ATOM, self)

    def sigmoid(self, x: Term) -> Term:
        """The logistic function."""
        return Term(rf"\sigma\left({x.text}\right)", ATOM, self)


LATEX = Latex()
"""``m`` that prints LaTeX."""
