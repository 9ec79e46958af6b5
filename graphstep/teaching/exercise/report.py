"""The statistics of a class as a document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from graphstep.ground.numerals import numeral
from graphstep.teaching.exercise.statistics import APART, LEAST, BlankStatistics, Statistics
from graphstep.telling.document import Block, Code, Column, Content, Document, Figure, Heading, Histogram, Prose, Table, Verdict
from graphstep.telling.reports.parts import titled
from graphstep.telling.words.catalogue import message

HARD, EASY = 0.3, 0.9
"""Facilities below which a blank is hard, and above which it is easy."""

LOW = 0.15
"""The discrimination below which a blank tells those who know from those who do not hardly at all."""

DIGITS = 2
"""Digits of a statistic."""


def document(of: Statistics, language: str, command: str) -> Document:
    """All of it; ``command`` makes it again."""
    return titled(message(language, "class-title"), body(of, language), language, command)


def body(of: Statistics, language: str) -> Iterator[Block]:
    """What the marks say, without a title."""
    say = partial(message, language)
    mean, deviation = (numeral(100 * x, 3) for x in (of.mean, of.deviation))
    yield Prose((say("class-students", count=of.students, mean=mean, deviation=deviation), " ", Histogram(of.bars)))
    if of.reliability is not None:
        yield Prose((say("class-reliability", alpha=numeral(of.reliability, DIGITS)),))
    if of.unsure:
        yield Prose((say("class-unsure", count=of.unsure),))
    yield Heading(2, (say("class-blanks"),), "blanks")
    yield Prose((say("class-blanks-how", least=LEAST),))
    yield _blanks(of, language)
    yield Heading(2, (say("class-misconceptions"),), "misconceptions")
    if of.misconceptions:
        columns = (
            *_columns(language, "code"),
            *_columns(language, "answers", "students", numbers=True),
            *_columns(language, "said"),
        )
        rows = (
            ((Code(each.code),), (_count(each.answers),), (_count(each.students),), (each.sentence,))
            for each in of.misconceptions
        )
        yield Table(columns, tuple(rows))
    else:
        yield Prose((say("class-no-misconceptions"),))
    yield Heading(2, (say("class-variants"),), "variants")
    yield from _variants(of, language)


def _blanks(of: Statistics, language: str) -> Table:
    columns = (
        *_columns(language, "blank", "item"),
        *_columns(language, "answers", "facility", "discrimination", numbers=True),
        *_columns(language, "common", "remark"),
    )
    rows: list[tuple[Content, ...]] = []
    for each in of.blanks:
        common = ", ".join(f"{code} ×{count}" for code, count in each.misconceptions[:2])
        shown = "–" if each.discrimination is None else Figure(each.discrimination, DIGITS, "statistic")
        filled = sum(count for outcome, count in each.outcomes.items() if outcome != "empty")
        numbers: tuple[Content, ...] = ((_count(filled),), (Figure(each.facility, 3, "share"),), (shown,))
        rows.append(
            ((each.blank,), (Code(each.item),), *numbers, (Code(common),) if common else ("",), (_remark(each, language),))
        )
    return Table(columns, tuple(rows))


def _remark(each: BlankStatistics, language: str) -> str:
    """What a teacher may want to look at."""
    if each.discrimination is not None and each.discrimination < LOW:
        return message(language, "class-tells-little")
    if each.facility < HARD:
        return message(language, "class-hard")
    return message(language, "class-easy") if each.facility > EASY else ""


def _variants(of: Statistics, language: str) -> Iterator[Block]:
    say = partial(message, language)
    if not of.forms:
        yield Prose((say("class-no-variants"),))
        return
    columns = (
        *_columns(language, "exercise", "form"),
        *_columns(language, "students", "facility", "errors", numbers=True),
    )
    rows: list[tuple[Content, ...]] = []
    for each in of.forms:
        numbers: tuple[Content, ...] = ((_count(each.students),), (Figure(each.facility, 3, "share"),))
        rows.append(((str(each.number),), (Code(each.form),), *numbers, (Figure(each.errors, DIGITS, "statistic"),)))
    yield Prose((say("class-variants-how"),))
    yield Table(columns, tuple(rows))
    unfair = [each for each in of.forms if not each.is_fair]
    for each in unfair:
        key = "class-harder" if each.errors < 0 else "class-easier"
        yield Verdict("doubt", "", (say(key, number=str(each.number), form=each.form, errors=numeral(abs(each.errors), DIGITS)),))
    if not unfair:
        yield Verdict("fine", "", (say("class-fair", errors=numeral(APART)),))


def _columns(language: str, *keys: str, numbers: bool = False) -> tuple[Column, ...]:
    return tuple(Column((message(language, f"class-column-{key}"),), numbers=numbers) for key in keys)


def _count(count: int) -> Figure:
    return Figure(count, 0, "count")


def data(of: Statistics) -> dict[str, Any]:
    """The statistics for other programs."""
    return {
        "schema": 1,
        "students": of.students,
        "mean": of.mean,
        "deviation": of.deviation,
        "reliability": of.reliability,
        "histogram": list(of.bars),
        "unsure": of.unsure,
        "blanks": [
            {
                "blank": each.blank,
                "item": each.item,
                "verdicts": dict(each.outcomes),
                "facility": each.facility,
                "discrimination": each.discrimination,
                "misconceptions": dict(each.misconceptions),
            }
            for each in of.blanks
        ],
        "misconceptions": [
            {"code": each.code, "answers": each.answers, "students": each.students, "sentence": each.sentence}
            for each in of.misconceptions
        ],
        "variants": [
            {
                "exercise": each.number,
                "form": each.form,
                "students": each.students,
                "facility": each.facility,
                "standard_errors": each.errors,
                "fair": each.is_fair,
            }
            for each in of.forms
        ],
    }
