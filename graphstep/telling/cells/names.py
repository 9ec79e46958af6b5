"""What a cell is called.

Cells are counted in two ways. A program counts from 0, as NumPy does: ``W[0, 1]``. Mathematics counts from 1, as the lectures do:
W₁₂. Formulas are mathematics, so they have subscripts from 1; what could be typed has brackets from 0. In an array with
an axis longer than 9 the subscripts are kept apart by commas: W₁,₁₀.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, Ink, Term, plain_text
from graphstep.gates.rule import Cell
from graphstep.ground.arrays import kind_text
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.ground.pages import COLUMNS, Page
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.telling.names import constant_term, name_of, names_of
from graphstep.telling.words.catalogue import message

# At most fifteen digits: int() refuses some thousands of them, and no axis is that long.
_START = re.compile(r"(\d{0,15})\s*:?", re.ASCII)
_PLACE = re.compile(r"(?P<node>.+?)\s*\[(?P<index>[^\[\]]*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CellSymbol:
    """A cell of a term, with subscripts that are counted from 1."""

    whole: Term
    """The array."""
    digits: str
    """The subscripts."""

    def ink(self, style: Any) -> Ink:
        """How a style writes it."""
        ink: Ink = style.subscripted(self.whole.read(style), self.digits)
        return ink


def named(program: Program, operand: Operand, index: Cell, use: int = 0) -> Term:
    """A cell as a term of a formula, or of one use of its node; a number or a constant as it is."""
    if isinstance(operand, Constant):
        return constant_term(operand)
    whole = names_of(program).symbol(operand, use)
    return subscripted(whole, index, program.nodes[operand].shape)


def cell_name(program: Program, operand: Operand, index: Cell) -> str:
    """A cell in plain text: ``W₁₂``."""
    return plain_text(named(program, operand, index))


def subscripted(base: Term, index: Cell, shape: Shape) -> Term:
    """A term with the subscripts of a cell, counted from 1, of an array of this shape; without an index the term itself."""
    if not index:
        return base
    # W₁₁₂ of a matrix with 12 columns would be two cells: W₁,₁₂ and W₁₁,₂.
    digits = ("," if max(shape) > 9 else "").join(str(place + 1) for place in index)
    return TERMS.symbol(CellSymbol(base, digits))


def spelled(program: Program, node: int, index: Cell) -> str:
    """A cell as it can be typed, counted from 0: ``W[0, 1]``; a number is its name."""
    name = name_of(program, node)
    return _bracketed(name, ", ".join(map(str, index))) if index else name


def page_text(language: str, page: Page, shape: Shape) -> str:
    """What of an array of this shape a page shows: cells 0 to 19 of 64, rows 0 to 19 of 64, columns 8 to 15 of 100."""
    count = sum(map(len, page.cells))
    if not count:
        return message(language, "cells-none-there")
    if len(shape) < 2:
        first = page.row * page.columns
        return message(language, "cells-there", first=f"{first:,}", last=f"{first + count - 1:,}", all=f"{prod(shape):,}")
    rows, columns = len(page.down), len(page.across)
    down = {"first": f"{page.row:,}", "last": f"{page.row + rows - 1:,}", "all": f"{page.rows:,}"}
    across = {"left": f"{page.column:,}", "right": f"{page.column + columns - 1:,}", "wide": f"{page.columns:,}"}
    place = message(language, "cells-there-matrix", **down, **across)
    return message(language, "cells-there-fixed", index=", ".join(map(str, page.fixed)), place=place) if page.fixed else place


def find_cell(trace: Trace, text: str) -> tuple[int, Cell]:
    """The node and the index that ``W[0, 1]`` names; ``x`` alone names a number. InputError says what does not fit.

    Where the program itself has such an expression, the cell of W is meant, not the expression.
    """
    program, text = trace.program, text.strip()
    match = _PLACE.fullmatch(text)
    node = names_of(program).find(match["node"]) if match else None
    # W[0, 1] may be an expression of the program: only where no W is called so it is looked up as such.
    if match is None or node is None:
        node = names_of(program).find(text)
        if node is None:
            raise no_node(program, match["node"] if match else text)
        return node, checked(trace, node, ())
    try:
        index = tuple(int(part) for part in match["index"].split(","))
    except ValueError:
        hint = "a cell is named by one whole number an axis, counted from 0: W[0, 1]"
        raise InputError(f"{quoted(match['index'])} is no index of a cell", hint=hint) from None
    return node, checked(trace, node, index)


class Window(NamedTuple):
    """Where a page of an array begins (:func:`graphstep.ground.pages.page`)."""

    node: int
    """The node."""
    fixed: tuple[int, ...]
    """The indices along the axes before the last two."""
    row: int
    """The first row; of a vector the row that holds the first cell."""
    column: int
    """The first column; 0 for a vector."""


def find_window(trace: Trace, text: str) -> Window | None:
    """Where the page begins that ``W``, ``W[20:]`` or ``X[3, 20:, 8:]`` names; None where no array, or one cell, is named."""
    program, text = trace.program, text.strip()
    match = _PLACE.fullmatch(text)
    node = names_of(program).find(match["node"]) if match else names_of(program).find(text)
    if node is None or not (shape := trace.node(node).shape):
        return None
    parts = [part.strip() for part in match["index"].split(",")] if match else []
    starts = [_START.fullmatch(part) for part in parts]
    if len(parts) > len(shape) or not all(starts) or (len(parts) == len(shape) and ":" not in "".join(parts)):
        return None
    places = [int(start[1] or 0) for start in starts if start] + [0] * (len(shape) - len(parts))
    if len(shape) == 1:
        # A vector is shown in rows of so many cells.
        return Window(node, (), places[0] // COLUMNS, 0)
    return Window(node, tuple(places[:-2]), places[-2], places[-1])


def no_node(program: Program, text: str) -> InputError:
    """The error where no node is called so."""
    hint = did_you_mean(text, program.names) or "name a node by its name, its text or its id, such as v3"
    return InputError(f"no node is called {quoted(text)}", hint=hint)


def checked(trace: Trace, node: int, index: Sequence[int]) -> Cell:
    """The index with negative entries counted from the end; InputError when it names no cell of the node."""
    shape, name = trace.node(node).shape, name_of(trace.program, node)
    if len(index) != len(shape):
        wants = f"{len(shape)} whole numbers" if len(shape) > 1 else "one whole number" if shape else "no index"
        example = _bracketed(name, ", ".join("0" * len(shape))) if shape else name
        raise InputError(f"{name} is {kind_text(shape)}, so a cell of it takes {wants}", hint=f"for example {example}")
    for axis, (place, size) in enumerate(zip(index, shape, strict=True)):
        if not -size <= place < size:
            there = f"counted from 0, it has 0 to {size - 1}" if size else "it is empty"
            raise InputError(f"{name} has no cell {place} along axis {axis}", hint=there)
    return tuple(place % size for place, size in zip(index, shape, strict=True))


def _bracketed(name: str, index: str) -> str:
    return f"{name if name.isidentifier() else f'({name})'}[{index}]"
