"""The one place that writes a number for a person, and says how far what is written may be from the number.

A number is *exact* as written when fifteen digits of it say the same; then it stands short (``0.3``). One that is rounded keeps
its zeros (``0.5000``), so that nobody takes it for exact, and one that is not whole is never written as whole.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.precision import FLOAT64, Dtype
from graphstep.ground.records import record

DIGITS = 4
"""Significant digits of a result, unless a view asks for more."""

OPERAND_DIGITS = 8
"""Significant digits up to which the operands of an equation are written, so that its result comes out of them."""

MOST_DIGITS = 15
"""Significant digits that may be asked for: every numeral of so many is a double of its own."""

DOUBLE = 17
"""Significant digits that tell every double from all others."""

ENGLISH = "en"
"""The language of all that is written, unless another is asked for."""

_WHOLE = 1e-12
"""The relative distance from a whole number up to which a number is written as whole: rounding of a few operations."""

_SNAPPED = 12
"""Digits up to which a number next to a whole one is written as whole; who asks for more needs the difference."""

_LARGE = 10_000_000
"""From here on numbers have a power of ten. A million is still written out, in this one way."""


@record(frozen=True, slots=True)
class Writing:
    """How a run is written."""

    digits: int = DIGITS
    """Significant digits of a result."""
    lecture: bool = False
    """Whether ∂ stands for the whole effect too, as lectures write it; else that is a d."""
    language: str = ENGLISH
    """The language of its sentences, by its code."""
    dtype: Dtype = FLOAT64
    """The type of its numbers."""


Notation = Literal["d", "lecture"]
"""How a whole effect is written: ``df/dx``, or as lectures do with ∂."""


def writing_of(notation: str, digits: int, language: str = ENGLISH, dtype: Dtype = FLOAT64) -> Writing:
    """How a run is written. InputError for another notation, and for digits that no double has."""
    if notation not in ("d", "lecture"):
        raise InputError(
            f"the notation is d or lecture, not {quoted(str(notation))}", hint="lecture writes ∂ for the whole effect too"
        )
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise InputError(f"numbers have 1 to {MOST_DIGITS} digits, not {quoted(str(digits), 40)}", hint=f"{DIGITS} is usual")
    return Writing(digits, lecture=notation == "lecture", language=language, dtype=dtype)


PLAIN = Writing()
"""How a run is written unless a view asks for something else."""


@lru_cache(maxsize=1 << 16)
def numeral(value: float, digits: int = DIGITS) -> str:
    """A number as a person writes it, with ``digits`` significant digits: ``-12``, ``0.1966``, ``3.2e-7``, ``inf``.

    Whole numbers below ten millions are exact, as is a number that is a shorter one to 15 digits. Others are rounded and keep
    their zeros; a rounded number has one decimal at least, unless it has a power of ten. Negative zero is written ``0``: its sign
    means nothing to a learner.

    >>> numeral(-12.0), numeral(0.7310585786300049), numeral(1e-7), numeral(12345.678), numeral(-0.0)
    ('-12', '0.7311', '1e-7', '12345.7', '0')
    >>> numeral(0.1 + 0.2), numeral(0.49999), numeral(0.99999), numeral(1e6), numeral(1e6 + 0.5)
    ('0.3', '0.5000', '1.0000', '1000000', '1000000.5')
    """
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if digits <= _SNAPPED and is_whole(value):
        value = float(round(value))
    if value == int(value) and abs(value) < _LARGE:
        return str(int(value))
    # A numeral of fifteen digits survives the way into a double and back, so it is the one that was meant: 0.1 + 0.2 is 0.3 in
    # fifteen digits, and 0.30000000000000004 in seventeen.
    short = f"{value:.15g}" if digits < 16 else repr(value)
    mantissa, exponent = _parts(short)
    if len(mantissa) <= digits:
        return _spelled(short[0] == "-", mantissa, exponent)
    if -4 <= exponent < 7:
        # One decimal at least: what is not whole is not written as whole.
        return f"{value:.{max(1, digits - 1 - exponent)}f}"
    # Rounded by Python, and right to the last digit; by way of log10 a number just below a power of ten would not be.
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(power)}"


def as_json(value: float | None) -> float | str | None:
    """A number as JSON data: what JSON has no number for is one of the texts ``inf``, ``-inf`` and ``nan``; no number is None."""
    return value if value is None or math.isfinite(value) else numeral(value)


def percent(share: float) -> str:
    """A share in percent: a whole number, with a decimal where it is small.

    >>> percent(1 / 3), percent(-2.0), percent(0.004), percent(1e-7), percent(0.99991)
    ('33%', '-200%', '0.4%', '< 0.1%', '99.9%')
    """
    size = 100 * share
    if 0 < abs(size - 100) < 1 and abs(share - 1) > 1e-12:
        # What is nearly all is not all.
        return f"{min(size, 99.9) if size < 100 else max(size, 100.1):.1f}%"
    if size and abs(size) < 0.1:
        return "< 0.1%" if size > 0 else "> -0.1%"
    if abs(size) < 10 and size != round(size):
        return f"{numeral(round(size, 1), 2)}%"
    return f"{round(size):,}%" if abs(size) < 1e6 else f"{numeral(size, 2)}%"


def is_whole(value: float) -> bool:
    """Whether a number is whole but for rounding.

    >>> is_whole(3.0000000000000004), is_whole(3.001), is_whole(1e-20)
    (True, False, False)
    """
    return abs(value) < 1e15 and round(value) != 0 and abs(value - round(value)) <= _WHOLE * abs(value)


def is_short(value: float) -> bool:
    """Whether a number is whole and below ten millions: it is what is written of it, however many digits are asked for."""
    return abs(value) < _LARGE and value.is_integer()


def unit(value: float, digits: int = DIGITS) -> float:
    """One unit of the last digit in which a number is written with ``digits`` digits; nan where it is 0, inf or nan.

    A number that is exact as written is held to as many digits as a rounded one would have: to one of the ``digits`` digits, and
    to 1 at most.

    >>> unit(0.1966), unit(0.5), unit(-12.0), unit(1e-7)
    (0.0001, 0.0001, 0.01, 1e-10)
    """
    if value == 0 or not math.isfinite(value):
        return math.nan
    size = math.floor(math.log10(abs(value)))
    place = size - digits + 1
    if size < 7:
        # As :func:`numeral` writes it: without a power of ten a whole number has all its digits, any other one decimal at least.
        place = min(place, 0 if is_whole(value) else -1)
    # The double nearest to the power of ten, whatever the C library makes of 10.0 ** place.
    return float(f"1e{place}")


def bound(value: float, digits: int = DIGITS) -> str:
    """A bound as a numeral: one that was rounded down would be none.

    >>> numeral(0.3149, 2), bound(0.3149, 2), bound(0.31, 2), bound(1.4e-100, 1)
    ('0.31', '0.32', '0.31', '2e-100')
    """
    text = numeral(value, digits)
    return text if float(text) >= value else numeral(float(text) + unit(value, digits), digits)


def _parts(text: str) -> tuple[str, int]:
    """The digits of a number in decimal or scientific spelling without zeros at the ends, and the power of ten of the first."""
    mantissa, _, power = text.lstrip("-").partition("e")
    whole, _, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    return digits.rstrip("0"), int(power or 0) + len(whole) - 1 - (len(whole + decimals) - len(digits))


def _spelled(negative: bool, mantissa: str, exponent: int) -> str:
    sign = "-" if negative else ""
    if not -4 <= exponent < 7:
        rest = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
        return f"{sign}{mantissa[0]}{rest}e{exponent}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{mantissa}"
    whole, decimals = mantissa[: exponent + 1].ljust(exponent + 1, "0"), mantissa[exponent + 1 :]
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
