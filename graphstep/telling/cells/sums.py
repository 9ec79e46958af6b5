"""Sums in notation: a handful of terms in full, of more the first few and the last."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from graphstep.gates.notation import TERMS, Ink, Term
from graphstep.telling.words.catalogue import message

T = TypeVar("T")


class _Dots:
    """The symbol of the terms that are left out: dots."""

    def ink(self, style: Any) -> Ink:
        ink: Ink = style.dots()
        return ink


SPELLED_OUT = 6
"""Terms up to which a sum is written in full; of more the first four and the last."""

# Terms of a long sum that are written before the dots; behind them stands the last one.
_FIRST = 4


def shown(terms: Sequence[T]) -> tuple[T, ...]:
    """The terms that are written."""
    return tuple(terms) if len(terms) <= SPELLED_OUT else (*terms[:_FIRST], terms[-1])


def written(terms: Sequence[Term], count: int) -> Term:
    """The sum of the terms that :func:`shown` gave, of ``count`` in all, with dots for those that are left out."""
    total, *rest = terms
    for place, term in enumerate(rest, 1):
        if place == _FIRST and count > len(terms):
            total = total + TERMS.symbol(_Dots())
        total = total + term
    return total


def left_out(language: str, count: int) -> str:
    """A sentence that says how many terms are not written; empty when all are."""
    return "" if count <= SPELLED_OUT else message(language, "cell-left-out", terms=count, written=_FIRST + 1)


def joint(say: Callable[..., str], names: Sequence[str]) -> str:
    """One name or two."""
    return say("and", first=names[0], last=names[1]) if len(names) == 2 else "".join(names)


def share(number: float) -> int:
    """The whole n above 1 that a number is 1/n of, else 0.

    >>> share(0.25), share(1 / 3), share(0.3), share(1)
    (4, 3, 0, 0)
    """
    # 1/3 as a number is not one third: what is near enough to the share of a whole number of cells is taken for it.
    count = round(1 / number) if 1e-9 < number < 1 else 0
    return count if math.isclose(number * count, 1, rel_tol=1e-12) else 0
