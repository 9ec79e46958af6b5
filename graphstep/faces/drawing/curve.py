"""Curves over rounds: the scale they are drawn to, its ticks, and the few points of a long series that can be seen.

The terminal and the picture draw the same curves with it; neither has a scale of its own.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

DECADES = 2.0
"""Powers of ten that numbers may span before a logarithmic scale shows them better than a linear one."""

_LARGEST, _SMALLEST = sys.float_info.max, math.ulp(0.0)
"""The largest and the smallest number above 0."""

_ROOM = 0.05
"""The share of the span that is left free above and below a curve on a linear scale."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers by round."""

    name: str
    """What they are: ``loss``, ``‖∇w‖``."""
    rounds: Array
    """The rounds, rising."""
    values: Array
    """The numbers; inf and nan are gaps in the curve."""

    @staticmethod
    def of(name: str, points: Iterable[tuple[int, float]]) -> Series:
        """The series of pairs ``(round, number)``."""
        pairs = np.array(list(points), np.float64).reshape(-1, 2)
        return Series(name, pairs[:, 0], pairs[:, 1])

    @property
    def broken(self) -> list[int]:
        """The rounds whose number is not finite."""
        return [int(k) for k in self.rounds[~np.isfinite(self.values)]]


class Growing:
    """The numbers of a list that only grows, as an array: each of them is taken over once, however often it is asked for."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._numbers = numbers
        self._array = np.empty(64)
        self._count = 0

    def first(self, count: int) -> Array:
        """The first ``count`` of them, as a view."""
        # Twice as large each time: all copies together are fewer than the numbers. Views that were handed out keep the old array,
        # which stays right, since no number changes.
        if count > len(self._array):
            grown = np.empty(2 * count)
            grown[: self._count] = self._array[: self._count]
            self._array = grown
        if count > self._count:
            self._array[self._count : count] = self._numbers[self._count : count]
            self._count = count
        return self._array[:count]


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale, linear or logarithmic, and what is written along it."""

    low: float
    """The number at its beginning."""
    high: float
    """The number at its end; always above ``low``."""
    log: bool = False
    """Whether equal distances are equal factors; both ends are positive then."""

    def places(self, numbers: Array) -> Array:
        """Where numbers lie: 0 at the beginning, 1 at the end, nan for those that have no place."""
        with np.errstate(all="ignore"):
            if self.log:
                places: Array = (np.log10(numbers) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low))
            else:
                # Halves first: the span of the largest numbers is no number itself.
                places = (numbers / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return np.where(np.isfinite(numbers) & np.isfinite(places), places, np.nan)

    def place(self, number: float) -> float:
        """Where one number lies; nan when it has no place."""
        return float(self.places(np.array([number]))[0])

    def ticks(self, most: int, *, whole: bool = False) -> list[tuple[float, str]]:
        """At most ``most`` round numbers within the scale, each as it is written; ``whole`` for counts such as rounds.

        >>> [text for _, text in Axis(0, 100).ticks(6)], [text for _, text in Axis(1e-4, 1, log=True).ticks(5)]
        (['0', '20', '40', '60', '80', '100'], ['0.0001', '0.001', '0.01', '0.1', '1'])
        """
        numbers = _decades(self.low, self.high, most) if self.log else []
        if len(numbers) < 2:
            numbers = _steps(self.low, self.high, most, whole=whole)
        return [(number, f"{number:,.0f}" if whole else numeral(number, 6)) for number in numbers]


def axis(series: Iterable[Series], *, log: bool | None = None) -> Axis:
    """The scale that shows all numbers of some series; None for ``log`` chooses it.

    A logarithmic scale shows positive numbers only; asked for where there is none, the scale is linear.
    """
    arrays = [curve.values for curve in series]
    numbers = np.concatenate([np.zeros(0), *arrays])
    numbers = numbers[np.isfinite(numbers)]
    positive = numbers[numbers > 0]
    if (wants_log(numbers) if log is None else log) and len(positive):
        low, high = float(np.min(positive)), float(np.max(positive))
        # A part of a decade around a curve that hardly moves.
        room = max(_ROOM * math.log10(high / low) if high / low < math.inf else 0.0, 0.05)
        return Axis(max(low / 10**room, _SMALLEST), min(high * 10**room, _LARGEST), log=True)
    low, high = (float(np.min(numbers)), float(np.max(numbers))) if len(numbers) else (0.0, 1.0)
    room = _ROOM * (high - low) if high - low < math.inf else 0.0
    if high - low <= abs(high) * 1e-12:
        room = abs(high) / 2 or 0.5
    # A loss stays above 0, and the eye measures from there.
    bottom = 0.0 if 0 <= low <= (high - low) / 2 else max(low - room, -_LARGEST)
    return Axis(bottom, min(high + room, _LARGEST))


def wants_log(numbers: Array) -> bool:
    """Whether finite numbers are all positive and span more than :data:`DECADES` powers of ten."""
    if not len(numbers) or float(np.min(numbers)) <= 0:
        return False
    return math.log10(float(np.max(numbers))) - math.log10(float(np.min(numbers))) > DECADES


def rounds_axis(series: Iterable[Series]) -> Axis:
    """The scale of the rounds of some series, from their first to their last."""
    ends = [(curve.rounds[0], curve.rounds[-1]) for curve in series if len(curve.rounds)]
    low = float(min((first for first, _ in ends), default=0))
    return Axis(low, max(float(max((last for _, last in ends), default=0)), low + 1))


def pieces(series: Series, rounds: Axis, values: Axis, columns: int) -> list[tuple[Array, Array]]:
    """What is drawn of a series: its unbroken pieces, as places along both axes.

    Of rounds that share one of ``columns`` the first, the lowest, the highest and the last are kept, so that a curve of a
    million rounds looks as if all of them had been drawn.
    """
    x, y = rounds.places(series.rounds), values.places(series.values)
    has_place = np.isfinite(y)
    # Where it begins to have places and where it ceases to, by turns: False at both ends makes the number of them even.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], has_place, [False]]).astype(np.int8)))
    return [_thinned(x[a:b], y[a:b], columns) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _thinned(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    if len(x) <= 4 * columns:
        return x, y
    # M4 (Jugel, Jerzak, Hackenbroich and Markl 2014): these four draw the same pixels of a line as all points of a column.
    column = np.minimum((x * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(column) > 0]))
    kept: list[int] = []
    for start, stop in pairwise([*starts.tolist(), len(x)]):
        part = y[start:stop]
        kept += sorted({start, start + int(np.argmin(part)), start + int(np.argmax(part)), stop - 1})
    return x[kept], y[kept]


def _steps(low: float, high: float, most: int, *, whole: bool) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    # Divided before subtracting: the span of the largest numbers is inf. Of the smallest it is 0, which has no logarithm.
    rough = (high / most - low / most) or _SMALLEST
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5, 10, 20):
        step = max(factor * power, 1.0) if whole else factor * power
        # An end of the scale that is a tick up to rounding has its tick.
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [i * step for i in range(first, last + 1)]
    return []


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = next(n for n in (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 1000) if (last - first) // n < most)
    ticks = [10.0**power for power in range(-(-first // every) * every, last + 1, every)]
    if every == 1 and len(ticks) * 3 <= most:
        ticks = [f * 10.0**p for p in range(first - 1, last + 1) for f in (1, 2, 5) if low <= f * 10.0**p <= high]
    return ticks


def sparkline(values: Sequence[float], width: int = 60) -> str:
    """A series as one line of blocks, at most ``width`` of them; ``·`` where nothing is finite.

    Its scale is logarithmic where that shows more.

    >>> sparkline([4, 3, 2, 1, float("nan")])
    '█▆▃▁·'
    """
    numbers = np.array(values, np.float64)
    if len(numbers) > width:
        numbers = np.array([part[-1] for part in np.array_split(numbers, width)])
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return "·" * len(numbers)
    log = wants_log(finite)
    # Equal numbers would make a scale without length: the next float after them ends it.
    scale = Axis(float(np.min(finite)), max(float(np.max(finite)), math.nextafter(float(np.min(finite)), math.inf)), log)
    blocks = "▁▂▃▄▅▆▇█"
    return "".join("·" if math.isnan(p) else blocks[min(int(p * 8), 7)] for p in scale.places(numbers).tolist())
