"""The catalogue of lessons: found by number, name and path, in a table; and each asks in every kind that fits it."""

from __future__ import annotations

import pytest

from graphstep.ground.errors import InputError
from graphstep.teaching.lesson import progress
from graphstep.teaching.lesson.catalogue import catalogue, find, folder
from graphstep.teaching.lesson.parse import read_lesson
from graphstep.teaching.lesson.walk import LessonRun
from tests.cases import each
from tests.lessons import rehearsed, said, written

ARRAYS = "a tableau is of numbers, and the values here are arrays"
CHAIN = "its gates stand one behind the other, so that there is one order only, and nothing to think about"
ROUNDS = "it is about rounds of training, in each of which the same gates send in the same order"
RUNS = "nothing is sent back: runs forward are compared with each other"

UNFIT = {
    4: {"order": "no program has more than two gates; what has to wait for what is lesson 8"},
    6: {"order": "the text itself has to list the four parts of σ in their order"},
    10: {"order": RUNS},
    11: {"order": RUNS, "fill": "a quotient of differences is one row, and what is asked is how far it is off"},
    12: {"order": CHAIN, "fill": ARRAYS},
    13: {"order": CHAIN, "fill": ARRAYS},
    14: {"order": CHAIN, "fill": ARRAYS},
    15: {"fill": ARRAYS},
    16: {"fill": ARRAYS},
    17: {"order": CHAIN, "fill": ARRAYS},
    18: {"order": CHAIN, "fill": ARRAYS},
    19: {"order": CHAIN, "fill": ARRAYS},
    20: {"order": CHAIN, "fill": ARRAYS},
    21: {"order": ROUNDS, "fill": ARRAYS},
    22: {"order": ROUNDS, "fill": ARRAYS},
    23: {"order": ROUNDS, "fill": ARRAYS},
    24: {"order": CHAIN, "fill": ARRAYS},
    25: {"fill": ARRAYS},
    26: {"order": CHAIN, "fill": ARRAYS},
    28: {"order": CHAIN},
    29: {"order": CHAIN, "fill": ARRAYS},
    30: {"order": CHAIN, "fill": "a layer norm is of arrays, and the rows of a residual are those of lesson 4"},
    31: {"order": CHAIN, "fill": ARRAYS},
    32: {"order": CHAIN},
    33: {"order": CHAIN, "fill": "no row shows what is rounded away: value by value is compared between two types"},
}
"""By the number of a lesson the kinds that it lacks, each with the reason."""


def kind(ask: str) -> str:
    word = ask.partition(" ")[0].removesuffix(":")
    return word if word in ("choice", "order", "fill") else "typed"


def test_a_lesson_lacks_a_kind_of_question_for_a_reason_only() -> None:
    lacks = {}
    for number, path in enumerate(sorted(folder().glob("*.md")), 1):
        missing = {"typed", "choice", "order", "fill"} - {kind(question.ask) for question in read_lesson(path).questions}
        if missing:
            lacks[number] = missing
    assert lacks == {number: {*reasons} for number, reasons in UNFIT.items()}


@each("word", ["2", "02", "chain rule", "Backward: the chain rule", "02-backward-the-chain-rule"])
def test_a_lesson_is_found_by_number_or_by_a_part_of_its_name(word):
    assert find(word).stem == "02-backward-the-chain-rule"


def test_a_lesson_is_found_by_its_path(tmp_path):
    path = written(tmp_path, "")
    assert find(str(path)) == path


@each(("word", "says"), [("99", "no lesson"), ("gate", "several lessons"), ("nothing.md", "no lesson file")])
def test_a_lesson_that_there_is_not_is_an_error(word, says):
    with pytest.raises(InputError, match=says):
        find(word)


def test_the_catalogue_skips_what_is_no_lesson(tmp_path):
    written(tmp_path, "")
    (tmp_path / "02-broken.md").write_text("no front matter")
    (tmp_path / "README.md").write_text("hello")
    assert [lesson.title for lesson in catalogue(tmp_path)] == ["T"]
    assert catalogue(tmp_path / "nowhere") == ()


def test_the_table_says_what_is_done_and_what_comes_next():
    assert "Start: graphstep lesson 1" in said([])[1]
    lesson = LessonRun(rehearsed("1")).next().next()
    progress.save(lesson.answer("3")[0])
    status, text = said([])
    assert status == 0
    assert "done 1/10" in text
    assert "Go on: graphstep lesson 1" in text
