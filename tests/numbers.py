"""Texts that are compared as they are but for their numbers, which another CPU may end in another digit."""

from __future__ import annotations

import re

import pytest

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])")
"""As documents write one; no part of a name or of a version."""
DIGITS = 12
"""Up to so many characters a number is compared as text: what is rounded for a reader differs by more than rounding."""


def same_but_for_rounding(one: str, other: str) -> bool:
    """Whether two texts are the same; numbers of many digits to 1e-12 of their size.

    >>> same_but_for_rounding("x = 0.30000000000000004", "x = 0.3"), same_but_for_rounding("x = 0.31", "x = 0.3")
    (True, False)
    """
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    return all(
        left == right or (max(len(left), len(right)) > DIGITS and float(left) == pytest.approx(float(right), rel=1e-12, abs=0.0))
        for left, right in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    )
