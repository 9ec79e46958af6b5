"""Pieces of a program's text, put together so that the graph is that of the formula: parentheses where they are needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from graphstep.gates.typed import ATOM, Typed, infix
from graphstep.gates.typed import negative as negated
from graphstep.ground.errors import Span
from graphstep.ground.records import dataclass

Sort = Literal["number", "vector", "row", "matrix", "array"]
"""What a piece is taken for: what the values of its letters are. Without values a number unless its letters are bold; bold and
small, a vector (a row where it is transposed); bold and large, a matrix."""


SORTS: tuple[Sort, ...] = ("number", "vector", "matrix", "array")
"""What is taken for what, by the number of its axes."""

AXES: dict[Sort, int] = {"number": 0, "vector": 1, "row": 1, "matrix": 2, "array": 3}
"""How many axes it has then."""


@dataclass(frozen=True, slots=True)
class Piece(Typed):
    """A part of the formula as text of a program."""

    span: Span
    """Where it stands in the LaTeX."""
    sort: Sort = "number"
    """What it is taken for."""
    bare: Literal["", "name", "numeral"] = ""
    """Whether it is one name or one numeral, without brackets."""

    def at(self, span: Span) -> Piece:
        """The same at another place."""
        return replace(self, span=span)

    def of(self, sort: Sort, span: Span) -> Piece:
        """The same, taken for something else, at another place."""
        return replace(self, sort=sort, span=span)


def sort_of(*pieces: Piece) -> Sort:
    """The sort of a value that is made of pieces cell by cell."""
    sorts = {piece.sort for piece in pieces} - {"number"}
    return "number" if not sorts else sorts.pop() if len(sorts) == 1 else "array"


def picked(sort: Sort, index: str) -> Sort:
    """The sort of what an index picks: each whole number in it takes an axis away.

    >>> picked("matrix", "0"), picked("matrix", "0, -1"), picked("vector", "1:")
    ('vector', 'number', 'vector')
    """
    whole = 0 if "[" in index else sum(each.strip().removeprefix("-").isdecimal() for each in index.split(","))
    return SORTS[max(AXES[sort] - whole, 0)] if whole and sort != "array" else sort


def binary(sign: str, x: Piece, y: Piece) -> Piece:
    """A sum, difference, product or quotient cell by cell, or a matrix product ``@``; the left side is read first."""
    return Piece(*infix(sign, x, y), (x.span[0], y.span[1]), sort_of(x, y))


def negative(x: Piece, start: int) -> Piece:
    """``-x``."""
    return Piece(*negated(x), (start, x.span[1]), x.sort, x.bare if x.bare == "numeral" else "")


def power(base: Piece, exponent: Piece) -> Piece:
    """``base^exponent``."""
    return Piece(*infix("^", base, exponent), (base.span[0], exponent.span[1]), base.sort)


def call(function: str, inputs: list[Piece], span: Span, sort: Sort | None = None, options: str = "") -> Piece:
    """``function(inputs)``."""
    inside = ", ".join([*(x.text for x in inputs), *([options] if options else [])])
    return Piece(f"{function}({inside})", ATOM, span, sort_of(*inputs) if sort is None else sort)
