"""Every platform gets every question, with what is right and what is said to what is wrong; a reader of the format says so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.engine.opening import open_setup
from graphstep.engine.trace import Trace
from graphstep.faces.cli import main
from graphstep.faces.export.platforms import platform, platforms
from graphstep.faces.export.platforms._tasks import short, text_of
from graphstep.language.setup import Setup
from graphstep.teaching.exercise.comparison import Choice, Numbers, Words, answers_of
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.exercise.item_file import find
from graphstep.teaching.exercise.lessons import exercises_of, questions_of
from graphstep.teaching.lesson.sheet import marked
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import TOLERANCE, solve
from graphstep.teaching.marking.verdict import mark
from tests.cases import each
from tests.faces.export.platforms.reading import Read, images, plain
from tests.lessons import shipped

READERS = {name: f"{name}_reader" for name in ("canvas", "gift", "moodle", "qti21")}
NAMES = platforms()
LESSONS = (1, 2, 12, 13)
"""A choice of a sign, numbers, shapes, arrays and choices between products."""


def reader(name: str):
    return import_module(f"tests.faces.export.platforms.{READERS[name]}").read


@cache
def questions(number: int) -> list[Exercise]:
    return list(questions_of(shipped(number)))


@cache
def imported(name: str, number: int) -> list[Read]:
    return reader(name)(platform(name).writes(questions(number), shipped(number).lesson.title))[1]


def test_every_platform_has_a_reader() -> None:
    assert set(READERS) == set(NAMES)


@each("name", NAMES)
def test_every_question_of_a_lesson_arrives_with_its_answers(name: str) -> None:
    for number in LESSONS:
        left = list(imported(name, number))
        for exercise in questions(number):
            (blank,) = exercise.blanks
            answers = answers_of(blank)
            parts = len(answers.cells) if isinstance(answers, Numbers) and len(left[0].gaps) == 1 else 1
            read, left = left[:parts], left[parts:]
            assert all(question.name.startswith(f"{exercise.code} {blank.name}") for question in read)
            assert all(wording_of(blank) in plain(question.stem) for question in read)
            assert all(blank.solution.answer in plain(question.worked) for question in read)
            gaps = [gap for question in read for gap in question.gaps]
            assert len(gaps) == (len(answers.cells) if isinstance(answers, Numbers) else 1)
            _answers_hold(answers, gaps)
        assert not left


def wording_of(blank: Blank) -> str:
    """The words of a question, as they stand in a platform."""
    words = "".join(getattr(part, "text", part) for part in marked(blank.solution.printed))
    return " ".join(text_of(words).split())


def _answers_hold(answers, gaps) -> None:
    match answers:
        case Numbers():
            for cell, gap in zip(answers.cells, gaps, strict=True):
                assert gap.kind == "number"
                assert gap.grade(repr(cell.value)) == (100, "")
                for wrong in cell.wrong:
                    score, said = gap.grade(repr(wrong.value))
                    assert score == 0
                    assert wrong.text in said
        case Choice():
            assert gaps[0].kind == "choice"
            for option in answers.options:
                assert gaps[0].grade(option.text) == (100 * option.right, option.feedback)
        case Words():
            assert gaps[0].kind == "words"
            for spelling in (answers.right, *answers.wrong):
                for form in spelling.forms:
                    score, said = gaps[0].grade(form)
                    assert score == 100 * (spelling is answers.right)
                    assert spelling.feedback in said


@each("name", NAMES)
def test_an_input_that_an_earlier_question_asks_for_is_named_by_that_question(name: str) -> None:
    first, second, *_ = reader(name)(platform(name).writes(list(questions_of(shipped(10))), "A small change"))[1]
    assert "What is dC/dw?" in plain(first.stem)
    assert "= your answer to “The square has sent 12 to p. What is dC/dw? (x is 2.)”" in plain(second.stem)
    assert "24" not in plain(second.stem)


@each("name", NAMES)
def test_equal_exercises_give_equal_bytes(name: str) -> None:
    once, again = (platform(name).writes(list(questions_of(shipped(2))), "Backward") for _ in range(2))
    assert once == again


@each("name", NAMES)
def test_pictures_are_where_they_are_asked_for(name: str) -> None:
    for read in imported(name, 2):
        assert set(images(read.stem)) == set(read.pictures)
        for picture in read.pictures.values():
            assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_rounding_is_right_on_a_platform_where_our_own_marking_takes_it() -> None:
    for number in LESSONS:
        for exercise in questions(number):
            (blank,) = exercise.blanks
            answers = answers_of(blank)
            if not isinstance(answers, Numbers) or answers.shape:
                continue
            (cell,) = answers.cells
            for digits in range(1, 7):
                typed = np.format_float_positional(cell.value, digits, unique=False, fractional=False, trim="-")
                off = abs(float(typed) - cell.value)
                taken = mark(blank.solution, typed).right and off <= TOLERANCE * abs(cell.value)
                assert (off <= cell.room) >= taken
            assert cell.room <= 1.01 * TOLERANCE * abs(cell.value) + 1e-11
            assert all(cell.room < abs(wrong.value - cell.value) - wrong.room for wrong in cell.wrong)


@pytest.mark.parametrize("name", ["moodle", "qti21"])
def test_the_blanks_of_an_exercise_stay_together_where_they_can(name: str) -> None:
    exercises = [*exercises_of(shipped(13)), *(draw(find(word), 1, 7) for word in ("bug", "matrix"))]
    read = reader(name)(platform(name).writes(exercises, "Matrices"))[1]
    assert len(read) == len(exercises)
    for exercise, question in zip(exercises, read, strict=True):
        gaps, weights = list(question.gaps), []
        for blank in exercise.blanks:
            answers = answers_of(blank)
            count = len(answers.cells) if isinstance(answers, Numbers) else 1
            _answers_hold(answers, gaps[:count])
            weights.append(sum(gap.weight for gap in gaps[:count]))
            gaps = gaps[count:]
        assert not gaps
        # A blank weighs as its marks do, whatever the number of its cells.
        shares = [weight / blank.marks for weight, blank in zip(weights, exercise.blanks, strict=True)]
        assert shares == pytest.approx([shares[0]] * len(shares))


@pytest.mark.parametrize("name", ["canvas", "gift"])
def test_a_blank_that_is_asked_alone_has_what_was_chosen_before_it_in_sight(name: str) -> None:
    exercise = draw(find("bug"), 1, 7)
    which, right = exercise.blanks
    first, second = reader(name)(platform(name).writes([exercise], "Bugs"))[1]
    assert wording_of(right) not in plain(first.stem)
    assert all(text in plain(second.stem) for text in (wording_of(which), wording_of(right), *which.solution.question.options))


# -- what nobody should type --------------------------------------------------------------------------------------------------

HOSTILE = (
    "]]> <script>alert(1)</script> & &amp; {1:NUMERICAL:=1} \\(x\\) $$y$$ ~=#{}: \\n // :: ####",
    "שלום \u202e עולם | <b>|</b>",
    "{#=%100%1} = ~ T ->",
    "x" * 3_000,
    "\x00\x1b[31m\ufffe\ud800",
    "   ",
)


@cache
def run() -> tuple[Setup, Trace]:
    setup = Setup("q = א + y; f = q*z # ]]> {1:NUMERICAL:=1} </pre>", {"א": "-2", "y": "5", "z": "-4"})
    return setup, open_setup(setup)


def hostile(text: str) -> list[Exercise]:
    """Questions all of whose words are somebody's: four together, and one alone."""
    setup, trace = run()
    asks = {"value q": (), "shape f": (), "choice: sign gradient z": ("positive", "negative", "zero")}
    solutions = [solve(Question(ask, (), text, text, options, ask, 1), trace) for ask, options in asks.items()]
    solutions.append(replace(solutions[0], quantity=None, answer=text))
    blanks = tuple(Blank(str(number), solution) for number, solution in enumerate(solutions, 1))
    return [Exercise(text, text, setup, trace, asked) for asked in (blanks, blanks[:1])]


@each("name", NAMES)
@settings(max_examples=25)
@given(text=st.text(max_size=80))
def test_nothing_breaks_out_of_a_question(name: str, text: str) -> None:
    arrives(name, text)


@each("name", NAMES)
@each("text", HOSTILE, ids=lambda text: ascii(text[:10]))
def test_what_is_known_to_break_out_stays_in(name: str, text: str) -> None:
    arrives(name, text)


def arrives(name: str, text: str) -> None:
    """Every question arrives whole, with the answers that it has and no others."""
    exercises = hostile(text)
    category, read = reader(name)(platform(name).writes(exercises, text))
    assert "\n" not in category
    # Where blanks stay together, it is all but the last, which a person marks.
    together = [[0, 1, 2]] if len(read) == 3 else [[0], [1], [2]]
    expected = [*together, [3], [0]]
    for places, question in zip(expected, read, strict=True):
        blanks = [exercises[0].blanks[place] for place in places]
        assert question.name == (short(text) if len(places) > 1 and short(text) else short(f"{text} {blanks[0].name}"))
        assert wording_of(blanks[0]) in plain(question.stem)
        assert len(question.gaps) == len(places)
        for gap in question.gaps:
            right = {"number": "3", "words": "number", "choice": "positive", "essay": ""}[gap.kind]
            assert gap.kind == "essay" or gap.grade(right) == (100, "")


# -- the command --------------------------------------------------------------------------------------------------------------


def test_the_suffix_or_a_name_chooses_the_platform(tmp_path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for suffix, name in ((".xml", "moodle"), (".gift", "gift")):
        assert main(["lesson", "2", "--to", f"quiz{suffix}"]) == 0
        assert capsys.readouterr().err == f"wrote quiz{suffix}\n"
        written = Path(f"quiz{suffix}").read_bytes()
        assert written == platform(name).writes(questions(2), shipped(2).lesson.title)
        assert main(["lesson", "2", "--format", name]) == 0
        assert capsys.readouterr().out == written.decode()
        assert main(["lesson", "2", "--format", name, "--to", "quiz.txt"]) == 0
        assert capsys.readouterr().err == "wrote quiz.txt\n"
        assert Path("quiz.txt").read_bytes() == written
    for name in ("qti21", "canvas"):
        assert main(["lesson", "2", "--format", name, "--to", "quiz.zip"]) == 0
        assert capsys.readouterr().err == "wrote quiz.zip\n"
        assert Path("quiz.zip").read_bytes() == platform(name).writes(questions(2), shipped(2).lesson.title)
        assert main(["lesson", "2", "--format", name]) == 2
        assert "needs a file" in capsys.readouterr().err
    assert main(["lesson", "2", "--to", "quiz.zip"]) == 2
    assert "--format canvas or --format qti21" in capsys.readouterr().err
    assert main(["lesson", "2", "--format", "gradescope"]) == 2
    assert "graphstep exercise mark" in capsys.readouterr().err
    assert main(["lesson", "2", "--format", "mooodle"]) == 2
    assert "did you mean 'moodle'?" in capsys.readouterr().err


def test_variants_of_an_exercise_go_into_one_file(tmp_path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "fork", "--level", "2", "--seed", "3..5", "--to", "fork.xml"]) == 0
    category, read = reader("moodle")(Path("fork.xml").read_bytes())
    assert category.endswith("at a fork 2")
    assert [question.name for question in read] == ["fork-2-3", "fork-2-4", "fork-2-5"]
    assert main(["exercise", "fork", "--format", "gift"]) == 0
    assert "::fork-1-1 1::" in capsys.readouterr().out
    for words, why in (
        (["--seed", "5..3", "--to", "fork.xml"], "names 0 variants"),
        (["--seed", "1..2000", "--to", "fork.xml"], "names 2,000 variants"),
        (["--seed", "1..2", "--to", "fork.md"], "a whole number"),
        (["--key", "--to", "fork.xml"], "holds the answers"),
        (["--to", "fork.zip"], "--format canvas"),
    ):
        assert main(["exercise", "fork", *words]) == 2
        assert why in capsys.readouterr().err
