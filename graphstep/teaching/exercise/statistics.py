"""What the marks of a class say about its exercises.

How hard each blank is, what it tells apart, which misconceptions are common, and whether variants are fair.

A student is a row of numbers, the share of its marks that each blank earned; what a person has still to decide is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.key import Key
from graphstep.teaching.exercise.table import Row

LEAST = 5
"""Students from which on there is a correlation."""

FORM = 10
"""Students who had a form of an exercise, from which on it is compared with the others."""

APART = 3.0
"""Standard errors by which one form differs from the others before that is hardly chance: of four hundred forms that are equally
hard one does so."""

BARS = 10
"""Ranges in which the class is counted."""

_NAME = re.compile(r"[^\W\d]\w*(?!\w*\()")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlankStatistics:
    """One blank, of all students."""

    blank: str
    """Its name on the sheet."""
    item: str
    """The item and its level, without the seed; of several the first."""
    outcomes: Mapping[str, int]
    """By verdict, how many answers had it; ``empty`` are those that were left out."""
    facility: float
    """The share of its marks that the class earned, from 0, too hard, to 1, too easy."""
    discrimination: float | None
    """The correlation of what it earned with what all other blanks earned; None where either is always the same."""
    misconceptions: tuple[tuple[str, int], ...]
    """The misconceptions that led to wrong answers here, by code, the most common first, each with its number."""


@dataclass(frozen=True, slots=True)
class MisconceptionStatistics:
    """One misconception, of all blanks."""

    code: str
    """Its code."""
    answers: int
    """The wrong answers that it explains."""
    students: int
    """The students who gave them."""
    sentence: str
    """What was said to one of them."""


@dataclass(frozen=True, slots=True)
class FormStatistics:
    """One form of an exercise: a program, whatever its names and numbers are."""

    number: int
    """The number of the exercise on the sheet."""
    form: str
    """The program, or the code of the exercise."""
    students: int
    """How many had it."""
    facility: float
    """The share of its marks that they earned."""
    errors: float
    """By how many standard errors that is above what the others earned; below 0 it was harder."""

    @property
    def is_fair(self) -> bool:
        """Whether chance explains the difference."""
        return abs(self.errors) < APART


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the marks of a class say."""

    students: int
    """How many students there are."""
    mean: float
    """The share of all marks that a student earned, on average."""
    deviation: float
    """Its standard deviation."""
    reliability: float | None
    """Cronbach's alpha: how far the blanks measure one thing; None where there is too little."""
    bars: tuple[int, ...]
    """How many students earned up to a tenth of the marks, up to two …"""
    unsure: int
    """The answers that a person has still to mark."""
    blanks: tuple[BlankStatistics, ...]
    """The blanks, in the order of the sheet."""
    misconceptions: tuple[MisconceptionStatistics, ...]
    """The misconceptions, the most common first."""
    forms: tuple[FormStatistics, ...]
    """The forms of each exercise that has several, where enough students had them."""


def statistics(rows: Iterable[Row], key: Key | None = None) -> Statistics:
    """The statistics of a table of marks; with its key exercises are compared by their programs, else by their codes."""
    marks = [*rows]
    students = {student: place for place, student in enumerate(dict.fromkeys(row.student for row in marks))}
    blanks = {blank: place for place, blank in enumerate(sorted({row.mark.blank for row in marks}, key=_order))}
    shares, worth = np.full((len(students), len(blanks)), np.nan), np.zeros((len(students), len(blanks)))
    for row in marks:
        if row.mark.earned is not None and row.mark.of:
            place = students[row.student], blanks[row.mark.blank]
            shares[place], worth[place] = row.mark.earned / row.mark.of, row.mark.of
    earned = np.nan_to_num(shares) * worth
    totals = earned.sum(axis=1) / np.maximum(worth.sum(axis=1), 1e-300)
    by_blank: dict[str, list[Row]] = {blank: [] for blank in blanks}
    for row in marks:
        by_blank[row.mark.blank].append(row)
    return Statistics(
        len(students),
        float(totals.mean()) if len(totals) else 0.0,
        float(totals.std()),
        _reliability(np.nan_to_num(shares)),
        tuple(np.histogram(totals, bins=BARS, range=(0, 1))[0].tolist()),
        sum(row.mark.earned is None for row in marks),
        tuple(_of_blank(blank, by_blank[blank], shares[:, place], earned, worth, place) for blank, place in blanks.items()),
        _misconceptions(marks),
        tuple(_forms(marks, key)),
    )


def _order(blank: str) -> tuple[int, int, str]:
    """``2a`` before ``10``, and ``1z`` before ``1aa``."""
    digits = re.match(r"\d*", blank)
    number = digits[0] if digits else ""
    return int(number or 0), len(blank) - len(number), blank


def _of_blank(blank: str, rows: Sequence[Row], shares: Floats, earned: Floats, worth: Floats, place: int) -> BlankStatistics:
    marked = ~np.isnan(shares)
    rest = (earned.sum(axis=1) - earned[:, place]) / np.maximum(worth.sum(axis=1) - worth[:, place], 1e-300)
    outcomes = Counter("empty" if not row.mark.typed else row.mark.verdict for row in rows)
    codes = Counter(row.mark.code for row in rows if row.mark.code)
    return BlankStatistics(
        blank,
        _item(rows[0].mark.item),
        dict(outcomes),
        float(shares[marked].mean()) if marked.any() else 0.0,
        _correlation(shares[marked], rest[marked]),
        tuple(sorted(codes.items(), key=lambda each: (-each[1], each[0]))),
    )


def _item(code: str) -> str:
    """``fork-2`` of ``fork-2-583@10``."""
    return re.sub(r"-\d+(@[\d.]+)?$", "", code)


def _correlation(one: Floats, other: Floats) -> float | None:
    if len(one) < LEAST or one.std() < 1e-9 or other.std() < 1e-9:
        return None
    return float(((one - one.mean()) * (other - other.mean())).mean() / (one.std() * other.std()))


def _reliability(shares: Floats) -> float | None:
    students, blanks = shares.shape
    whole = shares.sum(axis=1).var()
    if students < LEAST or blanks < 2 or whole < 1e-12:
        return None
    return float(blanks / (blanks - 1) * (1 - shares.var(axis=0).sum() / whole))


def _misconceptions(rows: Sequence[Row]) -> tuple[MisconceptionStatistics, ...]:
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        if row.mark.code:
            by_code.setdefault(row.mark.code, []).append(row)
    counted = (
        MisconceptionStatistics(code, len(some), len({row.student for row in some}), some[0].mark.sentence)
        for code, some in by_code.items()
    )
    return tuple(sorted(counted, key=lambda each: (-each.answers, each.code)))


# -- variants -------------------------------------------------------------------------------------------------------------------


def _forms(rows: Sequence[Row], key: Key | None) -> Iterable[FormStatistics]:
    """Each form of an exercise beside the other forms of it."""
    sums: dict[tuple[int, str, str], list[float]] = {}
    for row in rows:
        if row.mark.earned is not None:
            one = sums.setdefault((_order(row.mark.blank)[0], row.student, row.mark.item), [0.0, 0.0])
            one[0] += row.mark.earned
            one[1] += row.mark.of
    by_number: dict[int, dict[str, list[float]]] = {}
    for (number, _, item), (earned, of) in sums.items():
        if of:
            by_number.setdefault(number, {}).setdefault(_form(item, key), []).append(earned / of)
    for number, forms in sorted(by_number.items()):
        large = {form: np.array(shares) for form, shares in forms.items() if len(shares) >= FORM}
        if len(large) < 2:
            continue
        for form, shares in sorted(large.items()):
            others = np.concatenate([other for name, other in large.items() if name != form])
            yield FormStatistics(number, form, len(shares), float(shares.mean()), _errors(shares, others))


def _errors(one: Floats, other: Floats) -> float:
    """The difference of two means in standard errors."""
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float((one.mean() - other.mean()) / error) if error > 1e-12 else 0.0


def _form(item: str, key: Key | None) -> str:
    """The program of an exercise with the names a, b, c … in the order in which they come; its code where that is not known."""
    entry = None if key is None else key.entries.get(item)
    if entry is None:
        return item
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match[0], chr(ord("a") + len(names)) if len(names) < 26 else f"v{len(names)}")

    return _NAME.sub(named, entry.setup.program)
