"""Pieces of a program's text, put together so that the graph is that of the formula: parentheses where they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import Literal

from graphstep.gates.typed import ATOM, PRODUCT, Typed, infix
from graphstep.gates.typed import negative as negated
from graphstep.ground.errors import Span
from graphstep.ground.records import record

Sort = Literal["number", "vector", "row", "matrix", "array"]
"""What a piece is taken for: what the values of its letters are. Without values a number unless its letters are bold; bold and
small, a vector (a row where it is transposed); bold and large, a matrix."""


SORTS: tuple[Sort, ...] = ("number", "vector", "matrix", "array")
"""What is taken for what, by the number of its axes."""

AXES: dict[Sort, int] = {"number": 0, "vector": 1, "row": 1, "matrix": 2, "array": 3}
"""How many axes it has then."""

PRODUCTS: dict[tuple[Sort, Sort], Sort] = {
    ("row", "vector"): "number",
    ("row", "matrix"): "row",
    ("matrix", "vector"): "vector",
    # A vector in front of a matrix is a row, as in books that lay the cases of a batch in rows.
    ("vector", "matrix"): "vector",
    ("matrix", "matrix"): "matrix",
    ("vector", "row"): "matrix",
}
"""What comes out of the products of arrays that have one reading."""


class TermsError(Exception):
    """A term is not made of whole arrays in place of their cells: it has to be written out."""


@record(frozen=True, slots=True)
class Piece(Typed):
    """A part of the formula as text of a program."""

    span: Span
    """Where it stands in the LaTeX."""
    sort: Sort = "number"
    """What it is taken for."""
    bare: Literal["", "name", "numeral"] = ""
    """Whether it is one name or one numeral, without brackets."""
    axes: tuple[str, ...] = ()
    """Where it stands for all cells that letters count, the letter of each axis: i and j of a whole W in place of W_{ij}."""
    factors: tuple[Piece, ...] = ()
    """Of a product whose axes differ its factors, which have no text together until a sum joins them."""

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


def axes_of(*pieces: Piece) -> tuple[str, ...]:
    """The axes of what is made of pieces cell by cell. TermsError where theirs differ, but for some that one has in front."""
    axes = max((piece.axes for piece in pieces), key=len, default=())
    # A vector meets each row of a matrix, as in X W + b: broadcasting copies along the axes in front.
    if any(piece.factors or piece.axes != axes[len(axes) - len(piece.axes) :] for piece in pieces):
        raise TermsError
    return axes


def multiplied(pieces: Iterable[Piece]) -> Piece:
    """The product of pieces: those of the same axes cell by cell, those of others as factors for a sum to join."""
    factors: list[Piece] = []
    for piece in pieces:
        for part in piece.factors or (piece,):
            place = next((k for k, one in enumerate(factors) if one.axes == part.axes or not one.axes or not part.axes), None)
            if place is None:
                factors.append(part)
            else:
                factors[place] = binary("*", factors[place], part)
    if len(factors) == 1:
        return factors[0]
    axes = tuple(dict.fromkeys(letter for factor in factors for letter in factor.axes))
    return Piece("", PRODUCT, (factors[0].span[0], factors[-1].span[1]), axes=axes, factors=tuple(factors))


def cellwise(factors: Iterable[Piece]) -> Piece:
    """The product of factors cell by cell. TermsError where their axes do not go together."""
    return reduce(lambda x, y: Piece(*infix("*", x, y), (x.span[0], y.span[1]), axes=axes_of(x, y)), factors)


def joined(x: Piece, y: Piece, letter: str) -> Piece:
    """The sum over a letter of the product of two arrays that have it: a matrix product. TermsError where it is none."""
    if len(x.axes) == 1 and y.axes[-1] == letter:
        x, y = y, x
    rest = {*x.axes, *y.axes} - {letter}
    if max(len(x.axes), len(y.axes)) > 2 or len(rest) != len(x.axes) + len(y.axes) - 2:
        raise TermsError
    left = x if x.axes[-1] == letter else transposed(x)
    right = y if y.axes[0] == letter else transposed(y)
    span = (min(x.span[0], y.span[0]), max(x.span[1], y.span[1]))
    return Piece(*infix("@", left, right), span, axes=(*left.axes[:-1], *right.axes[1:]))


def transposed(x: Piece) -> Piece:
    """``x.T``"""
    return Piece(f"{x.within(ATOM)}.T", ATOM, x.span, axes=x.axes[::-1])


def over(function: str, value: Piece, letter: str, span: Span) -> Piece:
    """The sum, or product, over the cells that a letter counts. TermsError where whole arrays do not say it."""
    factors = value.factors or (value,)
    mine = [factor for factor in factors if letter in factor.axes]
    if len(mine) not in (1, 2) or (len(factors) > 1 and function != "sum"):
        raise TermsError
    if len(mine) == 1:
        axes = mine[0].axes
        axis = f"axis={axes.index(letter)}" if len(axes) > 1 else ""
        total = replace(call(function, mine, span, "number", axis), axes=tuple(each for each in axes if each != letter))
    else:
        total = joined(mine[0], mine[1], letter)
    # In the place of the first of them, so that the order of the formula stays.
    return multiplied(total if one is mine[0] else one for one in factors if one is mine[0] or letter not in one.axes)


def picked(sort: Sort, index: str) -> Sort:
    """The sort of what an index picks: each whole number in it takes an axis away.

    >>> picked("matrix", "0"), picked("matrix", "0, -1"), picked("vector", "1:")
    ('vector', 'number', 'vector')
    """
    whole = 0 if "[" in index else sum(each.strip().removeprefix("-").isdecimal() for each in index.split(","))
    return SORTS[max(AXES[sort] - whole, 0)] if whole and sort != "array" else sort


def binary(sign: str, x: Piece, y: Piece) -> Piece:
    """A sum, difference, product or quotient cell by cell, or a matrix product ``@``; the left side is read first."""
    if sign == "*" and (x.factors or y.factors or (x.axes and y.axes and x.axes != y.axes)):
        return multiplied((x, y))
    if sign == "/" and x.factors and not y.axes:
        return multiplied((*x.factors[:-1], binary("/", x.factors[-1], y)))
    return Piece(*infix(sign, x, y), (x.span[0], y.span[1]), sort_of(x, y), axes=axes_of(x, y))


def negative(x: Piece, start: int) -> Piece:
    """``-x``."""
    if x.factors:
        return multiplied((negative(x.factors[0], start), *x.factors[1:]))
    return Piece(*negated(x), (start, x.span[1]), x.sort, x.bare if x.bare == "numeral" else "", axes_of(x))


def power(base: Piece, exponent: Piece) -> Piece:
    """``base^exponent``."""
    return Piece(*infix("^", base, exponent), (base.span[0], exponent.span[1]), base.sort, axes=axes_of(base, exponent))


def call(function: str, inputs: list[Piece], span: Span, sort: Sort | None = None, options: str = "") -> Piece:
    """``function(inputs)``."""
    inside = ", ".join([*(x.text for x in inputs), *([options] if options else [])])
    return Piece(f"{function}({inside})", ATOM, span, sort_of(*inputs) if sort is None else sort, axes=axes_of(*inputs))
