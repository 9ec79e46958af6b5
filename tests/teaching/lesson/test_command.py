"""The command ``lesson``: on lines without a terminal, at the place that is kept, and as a check."""

from __future__ import annotations

import io
import json

import pytest

from graphstep.faces.cli import main
from graphstep.ground.errors import InputError
from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.catalogue import catalogue, find
from graphstep.teaching.lesson.command import run, table
from graphstep.teaching.lesson.plain import handout
from graphstep.teaching.lesson.walk import LessonRun
from tests.lessons import opened, own_lesson, predict, rehearsed, said, written


def test_without_a_terminal_a_lesson_is_printed_with_its_answers_at_the_end():
    status, text = said(["2"])
    body, answers = text.split("\nAnswers\n")
    assert status == 0
    assert "Question 1." in body
    assert "2. df/df = 1." in answers
    assert text == "".join(handout(open_lesson(find("2")))) + "\nMade by\n\n  graphstep lesson 2 --format text\n"


def test_a_lesson_opens_at_the_place_that_is_kept():
    progress.save(LessonRun(rehearsed("1")).next())
    opened = []
    assert run(["1"], io.StringIO(), lambda start: opened.append(start) or 0) == 0
    assert [(start.rehearsal.lesson.title, start.place) for start in opened] == [("The computational graph", 1)]


def test_lesson_check_reports_file_and_line_and_fails(tmp_path):
    path = written(tmp_path, predict("value q") + "`q = 4`\n")
    status, text = said(["check", str(path)])
    assert status == 1
    assert f"{path}:11: 'q = 4'" in text
    status, text = said(["check", str(tmp_path / "none.md")])
    assert status == 1
    assert "cannot be read" in text


def test_lesson_check_without_a_file_checks_all_that_are_shipped(monkeypatch):
    monkeypatch.setattr("graphstep.teaching.lesson.check.rehearse_faulty", lambda lesson: (opened(lesson.path), []))
    assert said(["check"]) == (0, f"{len(catalogue())} lessons checked: all right\n")


def test_progress_is_exported(own_data, tmp_path):
    progress.save(own_lesson(tmp_path / "one").answer("6")[0])
    status, text = said(["progress"])
    (place,) = json.loads(text)["lessons"].values()
    assert (status, place["done"], place["right"], place["total"]) == (0, 1, 1, 1)
    assert said(["progress", str(tmp_path / "mine.json")])[0] == 0
    assert (tmp_path / "mine.json").read_text() == text
    with pytest.raises(InputError, match="one file"):
        said(["progress", "a", "b"])


def test_a_lesson_opens_on_the_lines_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("quit\n"))
    assert main(["lesson", "13", "--plain"]) == 0
    assert "Matrices" in capsys.readouterr().out


@pytest.mark.parametrize(("language", "line"), [("en", "12 minutes  new"), ("zh", "12 分钟  未学")])
def test_the_list_of_lessons_says_how_long_each_takes_in_the_language_of_the_list(language: str, line: str) -> None:
    assert any(each.endswith(line) for each in table(language).splitlines())
