"""A value in the room that a wire has."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from graphstep.ground.arrays import SMALL, Number, array_text
from graphstep.ground.late import np
from graphstep.ground.memo import memo
from graphstep.ground.numerals import DIGITS, ENGLISH, bound, numeral
from graphstep.telling.words.catalogue import phrases_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.ground.phrases import Phrases

MORE = "+…"
"""Stands behind a gradient of which a part has arrived."""

DIGEST = 15
"""Cells that an array has on its wire: room for a vector of two or three numbers."""

_RANGE = 12
"""Cells for what the numbers of a larger one are like."""


class Range(NamedTuple):
    """The range of the cells of an array."""

    low: float
    """The least; nan where there is a nan."""
    high: float
    """The largest."""
    nans: int
    """How many are nan."""


def _range(array: NDArray[Any]) -> Range:
    if array.size <= SMALL:
        # NumPy would take longer to begin than a handful of cells takes.
        cells = array.ravel().tolist()
        if not (nans := sum(cell != cell for cell in cells)):
            return Range(min(cells), max(cells), 0)
        return Range(math.nan, math.nan, nans)
    # min is nan where any cell is: one pass tells both, and the cells are counted only then.
    low = float(array.min())
    return Range(low, float(array.max()), int((array != array).sum()) if low != low else 0)


def digest(value: Number, digits: int = DIGITS, room: int | None = None, language: str = ENGLISH) -> str:
    """A value in the room that a wire has: a numeral; the cells of an array that fit there; else from where to where they reach.

    What every cell is, is said so (``all 0``), and nan is counted (``3 nan``): neither shows in a range.

    >>> import numpy as np
    >>> digest(1 / 3), digest(np.array([0.2, 0.4])), digest(np.ones((2, 3))), digest(np.linspace(-1, 1 / 3, 50))
    ('0.3333', '[0.2, 0.4]', 'all 1', '-1…0.333')
    """
    if isinstance(value, int | float):
        text = numeral(float(value), digits)
        # Without its last digits and not without the end of its power of ten: 3.38e-1… is another number than 3.4e-163.
        while room is not None and len(text) > room and digits > 1:
            digits -= 1
            text = numeral(float(value), digits)
        return text
    return _cells(value, digits, room or DIGEST, phrases_of(language))


@cache
def _shortest(shape: tuple[int, ...]) -> int:
    """The characters that all cells of a small array take at least: those of two rows of two fit on no wire."""
    return len(array_text(np.zeros(shape)))


def _cells(value: NDArray[Any], digits: int, room: int, phrases: Phrases) -> str:
    """What stands on a wire for an array."""
    if not value.size:
        return phrases.none
    if value.size <= room // 3 and _shortest(value.shape) <= room:
        for fewer in range(digits, min(digits, 3) - 1, -1):
            if len(text := array_text(value, fewer)) <= room:
                return text
    low, high, nans = _range(value) if value.size <= SMALL else memo(_range, value)
    if nans:
        return f"{nans:,} nan"
    if low == high:
        return phrases.alike.format(value=numeral(low, digits))
    # Fewer and fewer digits until both ends fit: a range says how large cells are, not which.
    for fewer in range(min(digits, 3), 0, -1):
        ends = numeral(low, fewer), numeral(high, fewer)
        text = phrases.nearly.format(value=ends[0]) if float(ends[0]) == float(ends[1]) else f"{ends[0]}…{ends[1]}"
        if len(text) <= _RANGE:
            return text
    return f"|·| ≤ {bound(max(-low, high), 1)}"
