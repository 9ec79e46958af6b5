"""How precisely an answer was typed, and whether a number is the one that was meant.

An answer is right where it equals the run's number, or where that number, rounded to the digits that were typed, is what was
typed: 0.73 for 0.7311, but neither 0.74 nor 101 for 100. Too few digits are no answer: rounding may move a number by 2 % (near
zero by a little more), so that 0.2 will do for 0.1966 and 0.7 not for 0.7311.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.evaluate import cells_in, numeral_in
from graphstep.teaching.marking.solution import TOLERANCE, agreeing, agrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

EQUAL = 1e-9
"""Relative difference up to which two numbers are equal: what arithmetic in doubles loses, and no more."""

_TWO_DIGITS = 0.05
"""Relative difference that two digits leave at most."""

NOISE = 1e-12
"""Size below which a number of a run may be what rounding left of 0."""

# Behind no letter and no point, so that the 2 of ``x2`` and of ``1.2`` are no numerals of their own.
_NUMERAL = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+−]?\d+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An answer with its precision."""

    value: Number
    """What it came to."""
    room: Number
    """How far the meant number may be from it: half a unit of the last digit, in the shape of the value; 0 where it is exact."""
    coarse: bool
    """Whether its last digit stands for more than one, as in 1.2e3 and in arithmetic with rounded numbers: of a whole number
    that is no precision."""


def answer_of(text: str, value: Number) -> Answer:
    """The precision of an answer: of a numeral by its digits, of an array cell by cell, of arithmetic by its decimals."""
    # A fraction, 1/3, is as precise as its arithmetic: it has no digits that were rounded.
    plain = text.strip()
    numeral = numeral_in(plain)
    if numeral is not None:
        return Answer(value, numeral[1], numeral[1] > 0.5 and len(_digits(plain)) < 2)
    if plain.startswith("["):
        cells = [*map(numeral_in, cells_in(plain))]
        if len(cells) == np.size(value):
            room = np.array([0.0 if cell is None else cell[1] for cell in cells]).reshape(np.shape(value))
            return Answer(value, room, False)
    # The relative errors of factors add up; those of terms are no larger than the largest, unless they cancel. A decimal of one
    # digit, as in 0.5*x, is not a rounded number.
    decimals = [each[0] for each in _NUMERAL.finditer(plain) if "." in each[0] and len(_digits(each[0])) > 1]
    share = min(TOLERANCE, sum(half / abs(number) for number, half in filter(None, map(numeral_in, decimals)) if number))
    return Answer(value, np.abs(value) * share if share else np.zeros(shape_of(value))[()], True)


def _digits(text: str) -> str:
    """The significant digits of a numeral."""
    return re.split("[eE]", text)[0].replace(".", "").lstrip("-−+ 0")


def is_equal(one: Number, other: Number) -> NDArray[np.bool_]:
    """Cell by cell whether two numbers are equal but for what doubles lose; what rounding left of 0 is 0."""
    off, size = np.abs(np.subtract(one, other)), np.maximum(np.abs(one), np.abs(other))
    # Beside 0 every difference is as large as the number: what rounding leaves of 0 is told by its size alone.
    noise = (np.minimum(np.abs(one), np.abs(other)) == 0) & (size <= NOISE)
    # Nothing is far from inf in proportion to it: inf is equal to itself alone.
    near = (off <= EQUAL * size) & np.isfinite(size)
    both_undefined = np.isnan(one) & np.isnan(other)
    return np.asarray(near | noise | np.equal(one, other) | both_undefined)


def is_rounded(answer: Answer, number: Number) -> bool:
    """Whether an answer is this number rounded, to two digits at least: enough to know a misconception by."""
    if isinstance(answer.value, float) and isinstance(number, float) and isinstance(answer.room, float):
        short = abs(answer.value - number)
        rounded = short <= answer.room * (1 + EQUAL) and short <= _TWO_DIGITS * abs(number)
        return (rounded or _meets(answer, answer.value, answer.room, number)) and not answer.coarse
    if shape_of(answer.value) != shape_of(number):
        return False
    off = np.abs(np.subtract(answer.value, number))
    near = (off <= np.multiply(answer.room, 1 + EQUAL)) & (off <= _TWO_DIGITS * np.abs(number))
    return bool((meets(answer, number) | near).all()) and not answer.coarse


def meets(answer: Answer, number: Number) -> NDArray[np.bool_]:
    """Cell by cell whether a number is the one that was typed, to the digits that were typed. Both are of one shape."""
    value = answer.value
    near = (np.abs(np.subtract(value, number)) <= np.multiply(answer.room, 1 + EQUAL)) & agreeing(value, number)
    if answer.coarse:
        # Whoever means 1234 types all of it: 1.2e3 is precise enough for 1234.5 only.
        near &= np.asarray(number) != np.round(number)
    return np.asarray(is_equal(value, number) | near)


def is_meant(answer: Answer, number: Number) -> bool:
    """Whether an answer is this number, or this array in every cell."""
    if isinstance(answer.value, float) and isinstance(number, float) and isinstance(answer.room, float):
        return _meets(answer, answer.value, answer.room, number)
    return shape_of(answer.value) == shape_of(number) and bool(meets(answer, number).all())


def is_same(one: float, other: float) -> bool:
    """What :func:`is_equal` says, of two single numbers."""
    off, size = abs(one - other), max(abs(one), abs(other))
    noise = (one == 0 or other == 0) and off <= NOISE
    if off <= EQUAL * size and math.isfinite(size):
        return True
    return noise or one == other or (math.isnan(one) and math.isnan(other))


def _meets(answer: Answer, value: float, room: float, number: float) -> bool:
    """What :func:`meets` says, of two single numbers: one class has millions of them to compare."""
    if is_same(value, number):
        return True
    if answer.coarse and (number.is_integer() or math.isinf(number)):
        return False
    return abs(value - number) <= room * (1 + EQUAL) and agrees(value, number)
