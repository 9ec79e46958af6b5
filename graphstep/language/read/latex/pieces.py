"""Pieces of a program's text, put together so that the graph is that of the formula: parentheses where they are needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from graphstep.ground.errors import Span

COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly a piece of text binds, loosest first."""

Sort = Literal["number", "vector", "row", "matrix", "array"]
"""What a piece is taken for: a number unless its letters are bold; bold and small, a vector (a row where it is transposed); bold
and large, a matrix."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the formula as text of a program."""

    text: str
    """The text."""
    level: int
    """How tightly it binds: :data:`COMPARISON` … :data:`ATOM`."""
    span: Span
    """Where it stands in the LaTeX."""
    sort: Sort = "number"
    """What it is taken for."""
    bare: Literal["", "name", "numeral"] = ""
    """Whether it is one name or one numeral, without brackets."""

    def within(self, level: int) -> str:
        """The text, in parentheses where it binds more loosely than ``level`` asks."""
        return self.text if self.level >= level else f"({self.text})"

    def at(self, span: Span) -> Piece:
        """The same at another place."""
        return replace(self, span=span)

    def of(self, sort: Sort, span: Span) -> Piece:
        """The same, taken for something else, at another place."""
        return replace(self, sort=sort, span=span)


def sort_of(*pieces: Piece) -> Sort:
    """What comes out where pieces meet cell by cell."""
    sorts = {piece.sort for piece in pieces} - {"number"}
    return "number" if not sorts else sorts.pop() if len(sorts) == 1 else "array"


def binary(sign: str, x: Piece, y: Piece) -> Piece:
    """A sum, difference, product or quotient cell by cell, or a matrix product ``@``; the left side is read first."""
    level = SUM if sign in "+-" else PRODUCT
    left = x.within(level)
    right = y.within(level + 1) if level == SUM else y.within(POWER)
    gap = " " if level == SUM or sign == "@" else ""
    return Piece(f"{left}{gap}{sign}{gap}{right}", level, (x.span[0], y.span[1]), sort_of(x, y))


def negative(x: Piece, start: int) -> Piece:
    """``-x``."""
    # A product behind a sign keeps its parentheses: -x*y is (-x)*y in a program.
    inside = x.text if x.level >= POWER else f"({x.text})"
    return Piece(f"-{inside}", SIGN, (start, x.span[1]), x.sort, x.bare if x.bare == "numeral" else "")


def power(base: Piece, exponent: Piece) -> Piece:
    """``base^exponent``."""
    raised = exponent.within(ATOM)
    return Piece(f"{base.within(ATOM)}^{raised}", POWER, (base.span[0], exponent.span[1]), base.sort)


def call(function: str, inputs: list[Piece], span: Span, sort: Sort | None = None, options: str = "") -> Piece:
    """``function(inputs)``."""
    inside = ", ".join([*(x.text for x in inputs), *([options] if options else [])])
    return Piece(f"{function}({inside})", ATOM, span, sort_of(*inputs) if sort is None else sort)
