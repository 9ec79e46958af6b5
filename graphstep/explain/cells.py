"""Notation for formulas that hold cell by cell: ``x ⊙ y`` for the product of two arrays, ``2 · x`` where one is a number.

A book writes ⊙ so that nobody takes the product for a matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphstep.gates.notation import LATEX, TEXT, Latex, Style, Term

if TYPE_CHECKING:
    from graphstep.arrays import Number


@dataclass(frozen=True, slots=True)
class Scalar(Term):
    """A term that stands for one number."""


class _Cells(Style):
    _plain = TEXT

    @property
    def pi(self) -> Term:
        """The number π."""
        return _scalar(super().pi, self)

    def number(self, value: Any) -> Term:
        """A number or an array."""
        found = super().number(value)
        return found if getattr(value, "shape", ()) else _scalar(found, self)

    def sqrt(self, x: Any) -> Term:
        """The square root, of a number a number."""
        term = self.term(x)
        return _scalar(super().sqrt(term), self) if isinstance(term, Scalar) else super().sqrt(term)

    def binary(self, operator: str, left: Any, right: Any) -> Term:
        """``left operator right``; a number times an array is written as numbers are."""
        x, y = self.term(left), self.term(right)
        scalars = isinstance(x, Scalar) + isinstance(y, Scalar)
        found = self._plain.binary(operator, x, y) if operator == "*" and scalars else super().binary(operator, x, y)
        return _scalar(found, self) if scalars == 2 else Term(found.text, found.level, self)


class _CellsText(_Cells):
    """Plain text with ⊙."""

    product = " ⊙ "


class _CellsLatex(_Cells, Latex):
    r"""LaTeX with ``\odot``."""

    product = r" \odot "
    _plain = LATEX


_BY_CELL: dict[Style, Style] = {TEXT: _CellsText(), LATEX: _CellsLatex()}


def by_cell(style: Style) -> Style:
    """The style that writes ⊙ where arrays meet cell by cell, for :data:`TEXT` or :data:`LATEX`."""
    return _BY_CELL[style]


def in_style(found: Term, style: Style, number: bool) -> Term:
    """A term in a style of :func:`by_cell`; ``number`` says that it stands for one number."""
    return _scalar(found, style) if number else Term(found.text, found.level, style)


def all_zero(value: Number) -> bool:
    """Whether a number, or every cell of an array that has any, is 0."""
    return value == 0 if isinstance(value, int | float) else bool(value.size) and not value.any()


def _scalar(found: Term, style: Style) -> Term:
    return Scalar(found.text, found.level, style)
