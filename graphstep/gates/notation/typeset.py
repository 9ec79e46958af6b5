"""What LaTeX and MathML have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from graphstep.gates.notation.text import ATOM, EXACT, Ink, Style
from graphstep.ground.numerals import numeral


class Typeset(Style, ABC):
    """The base of LaTeX and MathML: fractions, and small arrays as matrices."""

    typeset = True

    @abstractmethod
    def matrix(self, value: Any) -> str:
        """The cells of a small array of two axes."""

    def row(self, value: Any) -> Ink:
        """A vector that is used as a row: its cells side by side."""
        from graphstep.ground.arrays import is_small

        if getattr(value, "ndim", 0) != 1 or not value.size or not is_small(value):
            return self.number(value)
        return Ink(self.matrix(value[None, :]), ATOM, self, cells=True)

    def exactly(self, value: float, text: str = "") -> Ink:
        """A number of a formula: a fraction as typed, else all of its digits."""
        top, slash, bottom = text.partition("/")
        if slash and top.lstrip("-").isdecimal() and bottom.isdecimal():
            return self.quotient(self.numeral(top), self.numeral(bottom))
        return self.numeral(numeral(value, EXACT))
