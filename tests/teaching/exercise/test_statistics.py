"""What the marks of a class say: numbers that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graphstep.faces.export.text import lines
from graphstep.teaching.exercise.key import Key, entry_from
from graphstep.teaching.exercise.mark import Mark
from graphstep.teaching.exercise.report import body, data, document
from graphstep.teaching.exercise.statistics import Statistics
from graphstep.teaching.exercise.statistics import statistics as by_student
from graphstep.teaching.exercise.table import Row


def row(student: int, blank: str, earned: float | None, code: str = "", item: str = "fork-2-7@4") -> Row:
    verdict = "unsure" if earned is None else "right" if earned else "wrong"
    return Row(f"s{student}", "", "", Mark(item, blank, "7", "7", verdict, code, f"Because of {code}.", earned, 2.0))


def statistics(rows: Iterable[Row], key: Key | None = None) -> Statistics:
    students: dict[str, list[Row]] = {}
    for each in rows:
        students.setdefault(each.student, []).append(each)
    return by_student(students.values(), key)


def test_facility_discrimination_and_reliability_are_those_of_the_textbook() -> None:
    # Four blanks of six students; the first two go together, the third goes against them, the fourth is always right.
    shares = {"1": (1, 1, 1, 0, 0, 0), "2": (1, 1, 1, 0, 0, 0), "3": (0, 0, 0, 1, 1, 1), "10": (1, 1, 1, 1, 1, 1)}
    of = statistics(row(n, blank, 2.0 * share) for blank, column in shares.items() for n, share in enumerate(column))
    assert [each.blank for each in of.blanks] == ["1", "2", "3", "10"]
    assert [each.facility for each in of.blanks] == [0.5, 0.5, 0.5, 1.0]
    # The rest of 1 is 2 + 3 + 10, which is the same for all of them.
    assert [each.discrimination for each in of.blanks] == [None, None, pytest.approx(-1), None]
    assert (of.students, of.mean) == (6, pytest.approx((3 * 0.75 + 3 * 0.5) / 6))
    assert of.reliability == pytest.approx(4 / 3 * (1 - 0.75 / 0.25))
    assert of.bars == (0, 0, 0, 0, 0, 3, 0, 3, 0, 0)
    assert {each.item for each in of.blanks} == {"fork-2"}


def test_misconceptions_are_counted_by_answers_and_students_and_what_is_unsure_is_left_out() -> None:
    rows = [row(1, "1a", 0, "slip-sign"), row(1, "1b", 0, "slip-sign"), row(2, "1a", 0, "slip-seed"), row(2, "1b", None)]
    of = statistics(rows)
    assert [(each.code, each.answers, each.students) for each in of.misconceptions] == [("slip-sign", 2, 1), ("slip-seed", 1, 1)]
    assert of.blanks[0].misconceptions == (("slip-seed", 1), ("slip-sign", 1))
    assert of.unsure == 1
    assert of.blanks[1].outcomes == {"wrong": 1, "unsure": 1}


def test_a_blank_of_a_thousand_digits_is_a_name_like_others() -> None:
    assert [each.blank for each in statistics([row(1, "9" * 5000, 1), row(1, "2a", 1)]).blanks] == ["2a", "9" * 5000]


def forms(hard: float) -> list[Row]:
    """Twenty students with one program under two names, and ten with another, of whom a share has it right."""
    rows = [row(n, "1", 2.0 * (n % 4 != 0), item=f"a-1-{n % 2}") for n in range(20)]
    return rows + [row(20 + n, "1", 2.0 * (n >= 10 * hard), item="a-1-9") for n in range(10)]


def test_a_form_that_is_harder_is_told_from_chance() -> None:
    programs = {"a-1-0": "q = x + y; f = q*z", "a-1-1": "p = u + v; g = p*w", "a-1-9": "q = x - y; f = q*z"}
    blank = [{"ask": "gradient x"}]
    entries = {code: entry_from(code, {"title": "T", "program": text, "blanks": blank}) for code, text in programs.items()}
    key = Key("T", entries, ())
    unfair, fair = statistics(forms(0.9), key), statistics(forms(0.2), key)
    assert [(each.form, each.students) for each in unfair.forms] == [("a = b + c; d = a*e", 20), ("a = b - c; d = a*e", 10)]
    assert [each.is_fair for each in unfair.forms] == [False, False]
    assert unfair.forms[1].errors < 0
    assert all(each.is_fair for each in fair.forms)
    text = "\n".join(lines(body(unfair, "en")))
    assert "Exercise 1, a = b - c; d = a*e, was harder than its other forms" in text
    assert "chance explains it" in "\n".join(lines(body(fair, "en")))
    assert data(unfair)["variants"][1]["fair"] is False
    assert document(unfair, "en", "graphstep").title == "What the marks of the class say"


def test_without_a_key_forms_are_told_apart_by_their_codes() -> None:
    assert [each.form for each in statistics(forms(0.5)).forms] == ["a-1-0", "a-1-1", "a-1-9"]
    assert statistics([row(1, "1", 2)]).forms == ()
