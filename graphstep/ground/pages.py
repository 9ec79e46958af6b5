"""A window into an array: its cells on demand, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.arrays import kind_text
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import DIGITS, numeral
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

ROWS, COLUMNS = 20, 8
"""Rows and columns of a page unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a matrix, of one matrix of an array of more axes, or of a vector that is laid out in rows."""

    fixed: tuple[int, ...]
    """The indices along the axes before the last two, counted from 0."""
    row: int
    """The first row that is shown, counted from 0."""
    column: int
    """The first column that is shown, counted from 0."""
    rows: int
    """Rows there are in all."""
    columns: int
    """Columns there are in all."""
    across: tuple[str, ...]
    """What stands above each column: its index. Of a vector what to add to the index of the row."""
    down: tuple[str, ...]
    """What stands before each row: its index. Of a vector the index of its first cell."""
    cells: tuple[tuple[str, ...], ...]
    """The numerals, row by row; the last row of a vector may be shorter."""

    @property
    def lines(self) -> list[str]:
        """The page as text: the indices of the columns, then a line a row with its index."""
        side = max(map(len, self.down), default=0)
        texts = [self.across, *self.cells]
        widths = [max(len(row[k]) for row in texts if k < len(row)) for k in range(len(self.across))]
        return [
            (f"{label:>{side}}" + "".join(f"  {text:>{width}}" for text, width in zip(row, widths, strict=False))).rstrip()
            for label, row in zip(("", *self.down), texts, strict=True)
        ]


def page(
    array: NDArray[np.float64],
    row: int = 0,
    column: int = 0,
    size: tuple[int, int] = (ROWS, COLUMNS),
    *,
    fixed: Sequence[int] = (),
    digits: int = DIGITS,
) -> Page:
    """The page that begins at ``row`` and ``column`` and has at most ``size`` rows and columns.

    Of an array of more than two axes ``fixed`` says which matrix of it: one index for each axis before the last two (0 for those
    left out). A vector is laid out in rows of ``size[1]`` cells. A start beyond the end is moved back to the last page that is
    full, so that who turns pages need not count. Raises InputError when ``fixed`` names no matrix of the array.
    """
    if array.ndim < 2:
        return _vector_page(array.reshape(-1), row, size, digits)
    place = _matrix_of(array, fixed)
    matrix = array[place]
    rows, columns = matrix.shape
    top, left = _within(row, size[0], rows), _within(column, size[1], columns)
    # Only these cells are spelled: a page of a matrix of a million cells is as quick as one of twenty.
    part = matrix[top : top + size[0], left : left + size[1]]
    across = tuple(map(str, range(left, left + part.shape[1])))
    down = tuple(map(str, range(top, top + part.shape[0])))
    cells = tuple(tuple(numeral(cell, digits) for cell in line) for line in part.tolist())
    return Page(place, top, left, rows, columns, across, down, cells)


def _vector_page(vector: NDArray[np.float64], row: int, size: tuple[int, int], digits: int) -> Page:
    width = size[1]
    rows = -(-vector.size // width)
    top = _within(row, size[0], rows)
    starts = range(top * width, min(vector.size, (top + size[0]) * width), width)
    cells = tuple(tuple(numeral(cell, digits) for cell in vector[start : start + width].tolist()) for start in starts)
    across = tuple(f"+{k}" for k in range(min(width, vector.size)))
    return Page((), top, 0, rows, len(across), across, tuple(map(str, starts)), cells)


def _matrix_of(array: NDArray[np.float64], fixed: Sequence[int]) -> tuple[int, ...]:
    axes = array.ndim - 2
    place = (*fixed, *(0,) * (axes - len(fixed)))
    if len(place) > axes or any(not -size <= index < size for index, size in zip(place, array.shape, strict=False)):
        message = f"[{', '.join(map(str, place))}] names no matrix of {kind_text(array.shape)}"
        raise InputError(
            message, hint=f"give an index, counted from 0, for each of its first {axes} axes" if axes else "leave it out"
        )
    return tuple(index % size for index, size in zip(place, array.shape, strict=False))


def _within(first: int, count: int, whole: int) -> int:
    return max(0, min(first, whole - count))
