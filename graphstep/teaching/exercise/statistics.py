"""What the marks of a class say about its exercises.

How hard each blank is, what it tells apart, which misconceptions are common, and whether variants are fair.

A student is a row of numbers, the share of its marks that each blank earned; what a person has still to decide is left out. One
student at a time is in memory: means, variances and correlations grow with each (Welford's updates, and Chan's where two are
brought together), so that no digits are lost as in a difference of squares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import reduce
from math import sqrt

from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.key import Key
from graphstep.teaching.exercise.mark import Mark
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

_NONE = 1e-18
"""A variance that is but rounding."""

_SAME = 1e-12
"""A standard error that is."""

_LITTLE = 1e-300
"""What stands in place of no marks, so that they can be divided by."""

_NAME = re.compile(r"[^\W\d]\w*(?!\w*\()")


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


def statistics(students: Iterable[Sequence[Row]], key: Key | None = None) -> Statistics:
    """The statistics of the marks of a class, student by student; with its key exercises are compared by their programs, else by
    their codes.
    """
    sums = _Sums()
    for rows in students:
        # Of two marks of one blank the later counts.
        sums.add({row.mark.blank: row.mark for row in rows}, key)
    counted = sums.misconceptions.items()
    misconceptions = (MisconceptionStatistics(code, answers, having, said) for code, (answers, having, said) in counted)
    return Statistics(
        sums.totals.count,
        sums.totals.mean,
        sqrt(sums.totals.variance),
        sums.reliability(),
        tuple(sums.bars),
        sums.unsure,
        tuple(sums.blanks[blank].statistics(blank) for blank in sorted(sums.blanks, key=_order)),
        tuple(sorted(misconceptions, key=lambda each: (-each.answers, each.code))),
        tuple(_forms(sums.forms)),
    )


@dataclass(slots=True)
class _Moments:
    """How many numbers there were, their mean, and the sum of the squares of their distances from it."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, number: float) -> None:
        self.count += 1
        away = number - self.mean
        # Welford, Technometrics 4 (1962): squares of differences from the mean so far, and no difference of large sums.
        self.mean += away / self.count
        self.squares += away * (number - self.mean)

    def joined(self, other: _Moments) -> _Moments:
        """Those of both together."""
        count, away = self.count + other.count, other.mean - self.mean
        if not count:
            return self
        mean = self.mean + away * other.count / count
        # Chan, Golub and LeVeque, The American Statistician 37 (1983).
        return _Moments(count, mean, self.squares + other.squares + away * away * self.count * other.count / count)

    @property
    def variance(self) -> float:
        return self.squares / self.count if self.count else 0.0


@dataclass(slots=True)
class _BlankSums:
    """What is counted of one blank."""

    item: str
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    shares: _Moments = field(default_factory=_Moments)
    rest: _Moments = field(default_factory=_Moments)
    together: float = 0.0
    """Of each share and the rest beside it the product of their distances from their means."""

    def add(self, share: float, rest: float) -> None:
        away = share - self.shares.mean
        self.shares.add(share)
        self.rest.add(rest)
        self.together += away * (rest - self.rest.mean)

    def statistics(self, blank: str) -> BlankStatistics:
        codes = tuple(sorted(self.codes.items(), key=lambda each: (-each[1], each[0])))
        return BlankStatistics(blank, self.item, dict(self.outcomes), self.shares.mean, self._discrimination(), codes)

    def _discrimination(self) -> float | None:
        count, apart = self.shares.count, sqrt(self.shares.variance) * sqrt(self.rest.variance)
        if count < LEAST or min(self.shares.variance, self.rest.variance) < _NONE:
            return None
        # The correlation of an item with the rest of the test: with the whole, which it is a part of, it would be flattered.
        return self.together / count / apart


@dataclass(slots=True)
class _Sums:
    """What is counted of a class."""

    totals: _Moments = field(default_factory=_Moments)
    bars: list[int] = field(default_factory=lambda: [0] * BARS)
    whole: _Moments = field(default_factory=_Moments)
    """Of the sums of shares of a student."""
    unsure: int = 0
    blanks: dict[str, _BlankSums] = field(default_factory=dict)
    misconceptions: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    forms: dict[int, dict[str, _Moments]] = field(default_factory=dict)

    def add(self, marks: Mapping[str, Mark], key: Key | None) -> None:
        """One student more."""
        counted = {blank: (mark.earned, mark.of) for blank, mark in marks.items() if mark.earned is not None and mark.of}
        earned, of = (sum(each) for each in zip(*counted.values(), strict=True)) if counted else (0.0, 0.0)
        # Of whom no mark counts yet has earned 0, and nothing is divided by 0.
        total = earned / max(of, _LITTLE)
        self.totals.add(total)
        self.bars[min(BARS - 1, int(min(max(total, 0.0), 1.0) * BARS))] += 1
        self.whole.add(sum(one / worth for one, worth in counted.values()))
        self.unsure += sum(mark.earned is None for mark in marks.values())
        for blank, mark in marks.items():
            sums = self.blanks.setdefault(blank, _BlankSums(_item(mark.item)))
            sums.outcomes["empty" if not mark.typed else mark.verdict] += 1
            if mark.code:
                sums.codes[mark.code] += 1
            if blank in counted:
                one, worth = counted[blank]
                sums.add(one / worth, (earned - one) / max(of - worth, _LITTLE))
        self._add_misconceptions(marks)
        self._add_forms(marks, key)

    def _add_misconceptions(self, marks: Mapping[str, Mark]) -> None:
        # A student who has a misconception five times is one student: having is counted from what it was before this one.
        own = {}
        for mark in marks.values():
            if mark.code:
                answers, having, sentence = self.misconceptions.get(mark.code, (0, 0, mark.sentence))
                own[mark.code] = having + 1
                self.misconceptions[mark.code] = answers + 1, having, sentence
        for code, having in own.items():
            answers, _, sentence = self.misconceptions[code]
            self.misconceptions[code] = answers, having, sentence

    def _add_forms(self, marks: Mapping[str, Mark], key: Key | None) -> None:
        sums: dict[tuple[int, str], tuple[float, float]] = {}
        for blank, mark in marks.items():
            if mark.earned is not None:
                place = _order(blank)[0], mark.item
                earned, of = sums.get(place, (0.0, 0.0))
                sums[place] = earned + mark.earned, of + mark.of
        for (number, item), (earned, of) in sums.items():
            if of:
                self.forms.setdefault(number, {}).setdefault(_form(item, key), _Moments()).add(earned / of)

    def reliability(self) -> float | None:
        """Cronbach's alpha. Who has no mark of a blank has earned nothing there."""
        count, students = len(self.blanks), self.totals.count
        if students < LEAST or count < 2 or self.whole.variance < _NONE:
            return None
        # Chan's update with as many zeros: who left the sheet before this blank has earned nothing on it.
        shares = (each.shares.joined(_Moments(students - each.shares.count)) for each in self.blanks.values())
        # Cronbach, Psychometrika 16 (1951): how much of the variance of sums is more than that of the parts.
        return count / (count - 1) * (1 - sum(each.variance for each in shares) / self.whole.variance)


def _order(blank: str) -> tuple[int, int, str]:
    """``2a`` before ``10``, and ``1z`` before ``1aa``."""
    # At most fifteen digits: int() refuses some thousands of them, and anything may stand in a table.
    digits = re.match(r"\d{0,15}", blank)
    number = digits[0] if digits else ""
    return int(number or 0), len(blank) - len(number), blank


def _item(code: str) -> str:
    """``fork-2`` of ``fork-2-583@10``."""
    return re.sub(r"-\d+(@[\d.]+)?$", "", code)


# -- variants -------------------------------------------------------------------------------------------------------------------


def _forms(by_number: Mapping[int, Mapping[str, _Moments]]) -> Iterator[FormStatistics]:
    """Each form of an exercise beside the other forms of it."""
    for number, forms in sorted(by_number.items()):
        # What few had is compared with nothing, and is not among the others that a form is compared with.
        large = {form: shares for form, shares in forms.items() if shares.count >= FORM}
        if len(large) < 2:
            continue
        for form, shares in sorted(large.items()):
            others = reduce(_Moments.joined, (other for name, other in large.items() if name != form))
            yield FormStatistics(number, form, shares.count, shares.mean, _errors(shares, others))


def _errors(one: _Moments, other: _Moments) -> float:
    """The difference of two means in standard errors."""
    # Welch's: the two forms need not spread alike.
    error = sqrt(sum(each.squares / (each.count - 1) / each.count for each in (one, other)))
    return (one.mean - other.mean) / error if error > _SAME else 0.0


def _form(item: str, key: Key | None) -> str:
    """The program of an exercise with the names a, b, c … in the order in which they come; its code where that is not known."""
    entry = None if key is None else key.entries.get(item)
    if entry is None:
        return item
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match[0], chr(ord("a") + len(names)) if len(names) < 26 else f"v{len(names)}")

    return _NAME.sub(named, entry.setup.program)
