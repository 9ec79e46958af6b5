"""Numbers and arrays of numbers: what a node's value may be, and how an array is written for a person."""

from __future__ import annotations

import math
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.ground.late import np
from graphstep.ground.memo import memo
from graphstep.ground.numerals import DIGITS, DOUBLE, OPERAND_DIGITS, as_json, numeral
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Number: TypeAlias = "float | NDArray[np.float64]"
"""A value, a gradient or a contribution. What has the shape () is always a Python float."""

SMALL = 16
"""Cells up to which an array is written out."""

SMALL_COLUMNS = 6
"""Length of its last axis up to which an array of several axes is written out."""

COLUMN = 4
"""Cells of a vector up to which LaTeX has it as a column."""

BINS = 12
"""Bins of the histogram in a summary."""

_NOISE = 1e-15
"""The part of its largest cell below which a cell of an array may be what rounding left."""

_SMALLEST_NOISE = 1e-19
"""The part of its largest cell below which no rounding leaves a cell."""

_BARS = "▁▂▃▄▅▆▇█"
_CHUNK = 1 << 16
"""Cells that are looked at a time: they stay in the processor's cache, and a large array is not copied as a whole."""


def plain(value: Any) -> Number:
    """A float for a number of any kind and for an array of shape (); any other array in C order with float64 cells.

    An array that is so already is returned as the same object, not copied.
    """
    if isinstance(value, int | float):
        return float(value)

    array = np.asarray(value, dtype=np.float64)
    # ascontiguousarray would make a vector of one cell of a number.
    return np.ascontiguousarray(array) if array.ndim else float(array)


def shape_of(value: Number) -> tuple[int, ...]:
    """The shape, as in NumPy: () for a number."""
    return () if isinstance(value, int | float) else tuple(value.shape)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as it is written beside a name: ``2×3`` for a matrix, ``3`` for a vector, nothing for a number.

    >>> shape_text((2, 3)), shape_text((3,)), shape_text(())
    ('2×3', '3', '')
    """
    return "×".join(map(str, shape))


def kind_text(shape: Sequence[int]) -> str:
    """What has that shape, in a sentence.

    >>> kind_text(()), kind_text((3,)), kind_text((2, 3)), kind_text((8, 2, 3))
    ('a number', 'a vector of 3', 'a 2×3 matrix', 'an 8×2×3 array')
    """
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    text = shape_text(shape)
    return f"{article(shape[0])} {text} {'matrix' if len(shape) == 2 else 'array'}"


def cell_text(cell: Sequence[int]) -> str:
    """Which cell of an array, counted from 0 as in programs: ``[0, 1]``; nothing for a number."""
    return f"[{', '.join(map(str, cell))}]" if cell else ""


def cell_at(place: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The cell with this number, counted from 0 in reading order; ``()`` for a number.

    >>> cell_at(4, (2, 3)), cell_at(0, ())
    ((1, 1), ())
    """
    cell: list[int] = []
    for size in reversed(shape):
        place, index = divmod(place, size)
        cell.append(index)
    return tuple(reversed(cell))


def article(number: int) -> str:
    """``an`` before eight, eleven, eighteen, eighty …; ``a`` before the rest."""
    text = str(number)
    return "an" if text[0] == "8" or (text[:2] in {"11", "18"} and len(text) % 3 == 2) else "a"


def all_zero(value: Number) -> bool:
    """Whether a number, or every cell of an array that has any, is 0."""
    if isinstance(value, int | float):
        return value == 0
    # Of most arrays the first cell says it, and each key asks.
    return bool(value.size) and not value.item(0) and memo(_has_only_zeros, value)


def _has_only_zeros(array: NDArray[np.float64]) -> bool:
    return not array.any()


def length(value: Number) -> float:
    """The length of an array as a vector, of a number its size. No square overflows, since the largest cell is taken out."""
    sizes = np.abs(np.ravel(value))
    largest = float(np.max(sizes, initial=0.0))
    # Neither 0/0 nor inf/inf: such an array is as long as its largest cell.
    if not largest or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.sum(np.square(sizes / largest))))


def json_data(value: Number) -> Any:
    """A number, or an array as nested lists, as JSON has them (:func:`graphstep.ground.numerals.as_json`)."""
    if isinstance(value, int | float):
        return as_json(value)
    odd = ~np.isfinite(value)
    if odd.any():
        value = value.astype(object)
        value[odd] = [*map(numeral, value[odd].tolist())]
    return value.tolist()


def summed(cells: NDArray[np.float64], shape: tuple[int, ...]) -> Any:
    """The sum over the axes along which an array of this shape was copied: what arrives at it."""
    # NumPy broadcasts from the last axis: the axes in front are the copies that were added.
    while cells.ndim > len(shape):
        cells = cells.sum(axis=0)
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1 and cells.shape[axis] != 1)
    return cells.sum(axis=axes, keepdims=True) if axes else cells


def cell_of(value: Number, cell: tuple[int, ...]) -> float:
    """The number in a cell of a value; a number is the same in every cell that it meets."""
    return float(value if isinstance(value, int | float) or not value.ndim else value[cell])


def is_small(array: Number) -> bool:
    """Whether a value is written out: a number, or an array of at most :data:`SMALL` cells, and rows of at most
    :data:`SMALL_COLUMNS`, or one vector.
    """
    if isinstance(array, int | float):
        return True
    return bool(array.size <= SMALL and (array.ndim <= 1 or array.shape[-1] <= SMALL_COLUMNS))


def array_text(array: NDArray[np.float64], digits: int = DIGITS) -> str:
    """All cells in nested brackets, with ``digits`` significant digits: ``[[0.088, 0.176], [0.104, 0.208]]``."""
    return _nested(settled(array, digits).tolist(), partial(numeral, digits=digits))


def settled(array: NDArray[np.float64], digits: int = DIGITS) -> NDArray[np.float64]:
    """A small array with 0 where a cell is what rounding leaves beside the largest, which is no figure: 1e-19 to 1e-15 of it.

    A cell that is still smaller was computed so, as a probability of 1e-23 is, and one of a few decimal digits was given so: what
    sums leave has many. All digits of a double are written of all cells.
    """
    if digits >= DOUBLE:
        return array
    # What is written out is a handful of cells, and NumPy would take longer to begin than they take.
    cells = array.ravel().tolist()
    largest = max(filter(math.isfinite, map(abs, cells)), default=0.0)
    least, most = _SMALLEST_NOISE * largest, _NOISE * largest
    noise = [k for k, cell in enumerate(cells) if least <= abs(cell) < most and cell and not _is_short(cell)]
    if not noise:
        return array
    for k in noise:
        cells[k] = 0.0
    return np.array(cells).reshape(array.shape)


def _is_short(cell: float) -> bool:
    """Whether a number has few decimal digits, as what somebody typed has, and its products."""
    return float(f"{cell:.{OPERAND_DIGITS}g}") == float(f"{cell:.15g}")


def _nested(cells: Any, spell: Callable[[float], str]) -> str:
    # As deep as the array has axes, which NumPy limits to 64.
    if not isinstance(cells, list):
        return spell(cells)
    inside = map(spell, cells) if cells and isinstance(cells[0], float) else (_nested(part, spell) for part in cells)
    return f"[{', '.join(inside)}]"


def number_text(value: Number, digits: int = DIGITS, phrases: Phrases = ENGLISH_PHRASES) -> str:
    """A value in one line: a numeral, a small array in brackets, or what a larger one is like.

    ``64×100 matrix, mean 0.03, from -2.1 to 3.4``
    """
    if isinstance(value, int | float):
        return numeral(float(value), digits)
    return array_text(value, digits) if is_small(value) else summary(value).line(digits, phrases)


def latex_matrix(array: NDArray[np.float64], digits: int = DIGITS) -> str:
    r"""A small array in LaTeX: a matrix as ``bmatrix``, a vector as a column of it, as textbooks write it.

    A vector of more than :data:`COLUMN` cells is a row with ``^\top``, as printed where height is dear. An array of three or
    more axes is written in nested brackets, as is one without cells: LaTeX has no shape for them.
    """
    if array.ndim not in {1, 2} or array.size == 0:
        return _nested(array.tolist(), lambda cell: _latex(cell, digits))
    array = settled(array, digits)
    lies = array.ndim == 1 and array.size > COLUMN
    rows = array.reshape(1 if lies else -1, -1 if lies else 1).tolist() if array.ndim == 1 else array.tolist()
    inside = r" \\ ".join([" & ".join([_latex(cell, digits) for cell in row]) for row in rows])
    return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}" + (r"^{\top}" if lies else "")


def _latex(cell: float, digits: int) -> str:
    text = numeral(cell, digits)
    if text == "nan":
        return r"\mathrm{nan}"
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text.replace("inf", r"\infty")


@dataclass(frozen=True, slots=True)
class Summary:
    """What an array is like. Every statistic is over its finite cells, and nan where there are none."""

    shape: tuple[int, ...]
    """The shape of the array."""
    size: int
    """How many cells it has."""
    minimum: float
    """The least cell."""
    mean: float
    """The arithmetic mean."""
    maximum: float
    """The greatest cell."""
    std: float
    """The standard deviation, with the number of cells as the divisor."""
    zeros: float
    """The share of all cells that are zero, from 0 to 1."""
    nan: int
    """How many cells are nan."""
    inf: int
    """How many cells are inf or -inf."""
    counts: tuple[int, ...]
    """The histogram: cells in each bin. One bin when all finite cells are equal, none when there are none."""
    edges: tuple[float, ...]
    """The edges of the bins, one more than there are bins; a bin includes its lower edge, the last one both."""

    def line(self, digits: int = DIGITS, phrases: Phrases = ENGLISH_PHRASES) -> str:
        """One line: the shape, the mean, the least and the greatest cell, and how many cells are not finite."""
        parts = [self._kind(phrases)]
        if self.counts and self.minimum == self.maximum:
            parts.append(self._every(digits, phrases))
        elif self.counts:
            parts += [phrases.mean.format(mean=numeral(self.mean, digits)), self._span(digits, phrases)]
        return _joined([*parts, *self._odd()], phrases)

    def lines(self, digits: int = DIGITS, phrases: Phrases = ENGLISH_PHRASES) -> list[str]:
        """A few lines: the shape, the statistics, the share of zeros and what is not finite, and the histogram."""
        kind = self._kind(phrases)
        text = [phrases.cells.format(kind=kind, size=f"{self.size:,}") if len(self.shape) > 1 else kind]
        if self.counts and self.minimum == self.maximum:
            text.append(self._every(digits, phrases))
        elif self.counts:
            text.append(self._span(digits, phrases))
            text.append(phrases.deviation.format(mean=numeral(self.mean, digits), deviation=numeral(self.std, digits)))
        zeros = self.zeros > 0 and not self.minimum == self.maximum == 0
        odd = [phrases.zeros.format(share=_percent(self.zeros, phrases))] * zeros + self._odd()
        if odd:
            text.append(_joined(odd, phrases))
        if len(self.counts) > 1:
            text.append(f"{numeral(self.minimum, digits)} {bars_of(self.counts)} {numeral(self.maximum, digits)}")
        return text

    def _kind(self, phrases: Phrases) -> str:
        if len(self.shape) == 1:
            return phrases.vector.format(size=self.shape[0])
        return (phrases.matrix if len(self.shape) == 2 else phrases.array).format(shape=shape_text(self.shape))

    def _every(self, digits: int, phrases: Phrases) -> str:
        return (phrases.every_finite if self._odd() else phrases.every).format(value=numeral(self.mean, digits))

    def _span(self, digits: int, phrases: Phrases) -> str:
        return phrases.span.format(low=numeral(self.minimum, digits), high=numeral(self.maximum, digits))

    def _odd(self) -> list[str]:
        return [f"{count:,} {name}" for count, name in ((self.nan, "nan"), (self.inf, "inf")) if count]


def _joined(parts: list[str], phrases: Phrases) -> str:
    return reduce(lambda one, following: phrases.joint.format(one=one, next=following), parts)


def _percent(share: float, phrases: Phrases) -> str:
    """A share that is not all and not nothing is never written as 100% or 0%."""
    if share < 0.01:
        return phrases.under.format(share="1%")
    return f"{100 if share == 1 else min(99, round(100 * share))}%"


def summary(array: NDArray[np.float64]) -> Summary:
    """The summary of an array, which may be empty, and hold inf and nan."""
    return memo(_summary, array)


def _summary(array: NDArray[np.float64]) -> Summary:
    cells = array.ravel()
    zeros = (cells.size - int(np.count_nonzero(cells))) / cells.size if cells.size else 0.0
    missing = infinite = 0
    low, high = (float(cells.min()), float(cells.max())) if cells.size else (math.nan, math.nan)
    if not math.isfinite(low) or not math.isfinite(high):
        finite = np.isfinite(cells)
        missing = int(np.count_nonzero(np.isnan(cells)))
        infinite = cells.size - int(np.count_nonzero(finite)) - missing
        cells = cells[finite]
        if cells.size == 0:
            return Summary(array.shape, array.size, math.nan, math.nan, math.nan, math.nan, zeros, missing, infinite, (), ())
        low, high = float(cells.min()), float(cells.max())
    if low == high:
        return Summary(array.shape, array.size, low, low, high, 0.0, zeros, missing, infinite, (int(cells.size),), (low, high))
    # Near the largest and the smallest doubles, sums and squares would overflow or vanish: a power of two brings cells to size 1.
    exponent = math.frexp(max(abs(low), abs(high)))[1] - 1
    scale = 1.0 if abs(exponent) < 400 else math.ldexp(1.0, exponent)
    if scale != 1.0:
        cells = cells / scale
    start, stop = low / scale, high / scale
    # Rounding can carry the mean of nearly equal cells past the largest of them, and nobody would believe the summary then.
    centre, squares = float(cells.mean()), 0.0
    mean = min(max(centre * scale, low), high)
    if abs(mean) < _NOISE * max(abs(low), abs(high)):
        mean = 0.0
    counts = np.zeros(BINS + 1, np.int64)
    # New memory for every chunk would take longer than to compute.
    room, bins = np.empty(min(_CHUNK, cells.size)), np.empty(min(_CHUNK, cells.size), np.intp)
    for place in range(0, cells.size, _CHUNK):
        chunk = cells[place : place + _CHUNK]
        part = np.subtract(chunk, centre, out=room[: chunk.size])
        squares += float(np.square(part, out=part).sum())
        np.multiply(np.divide(np.subtract(chunk, start, out=part), stop - start, out=part), BINS, out=part)
        np.copyto(bins[: chunk.size], part, casting="unsafe")
        counts += np.bincount(bins[: chunk.size], minlength=BINS + 1)
    # The largest cell came to bin number BINS, and belongs into the last one, as in numpy.histogram.
    binned = (*counts[: BINS - 1].tolist(), int(counts[BINS - 1 :].sum()))
    edges = (low, *((start + (stop - start) * (k / BINS)) * scale for k in range(1, BINS)), high)
    deviation = math.sqrt(squares / cells.size) * scale
    return Summary(array.shape, array.size, low, mean, high, deviation, zeros, missing, infinite, binned, edges)


def bars_of(counts: Sequence[int]) -> str:
    """A histogram from its counts as one line, a bar a bin: ``▁▂▄█▅▂▁``. Only an empty bin has the lowest bar."""
    most = max(counts, default=0)
    # Rounded up, so that a bin with one cell beside a million does not look empty.
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)
