"""Files of lessons: sections, prose and questions; what is wrong is named with its line, and what is hostile is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphstep.ground.errors import InputError
from graphstep.teaching.lesson.document import LessonError, Stop
from graphstep.teaching.lesson.parse import FILE, parse, read_lesson
from graphstep.teaching.lesson.rehearsal import rehearse
from tests.cases import each
from tests.lessons import FRONT, front_of, lesson_of, predict
from tests.teaching.lesson.test_rehearsal import LAYER


def test_a_lesson_is_split_into_sections_prose_and_questions():
    lesson = lesson_of(
        "# T\n\nHello.\n\n## forward: q\n\nBefore.\n\n" + predict("value q") + "\nAfter.\n\n## A remark\n\nDone.\n"
    )
    assert [section.heading for section in lesson.sections] == ["T", "forward: q", "A remark"]
    assert [section.stop for section in lesson.sections] == [None, Stop("forward", "q"), None]
    before, question, after = lesson.sections[1].blocks
    assert (before.text, question.ask, after.text) == ("Before.", "value q", "After.")
    assert (before.line, question.line, after.line) == (12, 14, 20)


def test_headings_inside_a_block_of_code_are_code():
    lesson = lesson_of("```python\n## forward: nowhere\n```\n")
    assert len(lesson.sections) == 1


def test_a_question_asked_twice_has_two_keys():
    lesson = lesson_of(predict("value q") + predict("value q"))
    assert [question.key for question in lesson.questions] == ["value q", "value q #2"]


@each(
    ("text", "line", "says"),
    [
        ("Hello", 1, "front matter"),
        ("+++\ntitle = 'T'", 1, "no end"),
        ("+++\ntitle = 'T'\nprogram = \n+++\n", 3, "not TOML"),
        ("+++\nprogram = 'x'\n+++\n", 1, "title"),
        ("+++\ntitle = 'T'\nprogramm = 'x'\n+++\n", 3, "did you mean 'program'"),
        ("+++\ntitle = 'T'\n+++\n", 1, "needs a program"),
        ("+++\ntitle = 'T'\nprogram = 'x'\ninputs = { x = true }\n+++\n", 4, "no number"),
        ("+++\ntitle = 'T'\nprogram = 'x'\ninputs = { x = '1/' }\n+++\n", 4, "cannot be read"),
        ("+++\ntitle = 'T'\nprogram = 'x'\nties = 'last'\n+++\n", 4, "first"),
        (FRONT + "```predict\nask = 'value q'\nanswer = 3\n```\n", 8, "never written"),
        (FRONT + "```predict\nask = 'value q'\nhints = 'x'\n```\n", 8, "did you mean 'hint'"),
        (FRONT + "```predict\nhint = 'x'\n```\n", 6, "what it asks"),
        (FRONT + "```predict\nask = 'value q'\n", 6, "no end"),
        (FRONT + "\n## backward: x\n", 7, "GATE → NODE"),
        (FRONT + "\n## forwards: q\n", 7, "did you mean forward"),
        (FRONT + "\n## seed: f\n", 7, "stands alone"),
        (FRONT + "\n# Another title\n", 7, "only heading"),
        (FRONT + "\nA bell: \x07\n", 7, "cannot be printed"),
        (FRONT + "\n## program: x*x with y\n", 7, "NAME = VALUE"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(text, line, says):
    with pytest.raises(LessonError) as caught:
        parse(text, Path("t.md"))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert says in problem.message


@each(
    "hostile",
    [
        FRONT + "```predict\nask = " + "[" * 50_000 + "\n```\n",
        FRONT + "```predict\nask = " + "9" * 10_000 + "\n```\n",
        FRONT + "```predict\nask = 2024-02-31\n```\n",
        FRONT + "```predict\nask = '" + "q" * 5_000 + "'\n```\n",
        FRONT + "## a\n" * 1_000,
    ],
)
def test_hostile_files_are_refused(hostile):
    with pytest.raises(LessonError):
        parse(hostile, Path("t.md"))


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path):
    large, binary = tmp_path / "large.md", tmp_path / "binary.md"
    large.write_bytes(b"+" * (FILE + 1))
    binary.write_bytes(b"+++\n\xff\xfe")
    with pytest.raises(LessonError, match="bytes"):
        read_lesson(large)
    with pytest.raises(LessonError, match="UTF-8"):
        read_lesson(binary)
    with pytest.raises(InputError, match="cannot be read"):
        read_lesson(tmp_path / "none.md")


def test_a_program_in_a_lesson_never_runs_as_code(tmp_path):
    marker = tmp_path / "marker"
    lesson = lesson_of("", front_of(f"open('{marker}', 'w')", "x = 1"))
    with pytest.raises(LessonError, match="cannot be run"):
        rehearse(lesson)
    assert not marker.exists()


def test_data_without_a_value_is_a_problem():
    with pytest.raises(LessonError, match="data names 'Y'"):
        parse(LAYER.replace("+++\ntitle", '+++\ndata = ["Y"]\ntitle'), Path("t.md"))
