"""The one place that writes a number for a person."""

from __future__ import annotations

import math
from functools import lru_cache

DIGITS = 4
"""Significant digits of a shown number, unless a view asks for more."""


@lru_cache(maxsize=1 << 16)
def numeral(value: float, digits: int = DIGITS) -> str:
    """A number as a person writes it: ``-12``, ``0.1966``, ``3.2e-7``, ``inf``.

    Whole numbers below a million are exact; others have ``digits`` significant digits without trailing zeros.
    Negative zero is written ``0``: its sign means nothing to a learner.

    >>> numeral(-12.0), numeral(0.7310585786300049), numeral(1e-7), numeral(12345.678), numeral(-0.0)
    ('-12', '0.7311', '1e-7', '12346', '0')
    """
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    size = math.floor(math.log10(abs(value)))
    if -4 <= size < 6:
        text = f"{value:.{max(0, digits - 1 - size)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"
