"""Sheets for a class: each student's own, the same every time, and read again when they are filled."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from graphstep.faces.classroom.marks import sums, texts, write_feedback
from graphstep.faces.classroom.sheets import write_sheets
from graphstep.faces.cli import main
from graphstep.faces.cli.classes import progress
from graphstep.faces.cli.streams import Output
from graphstep.faces.export import _pdf
from graphstep.faces.work.store import Store
from graphstep.ground.errors import InputError
from graphstep.teaching.exercise.course import code_of, read_course, read_roster, seeds_of
from graphstep.teaching.exercise.key import Key, read_key
from graphstep.teaching.exercise.submission import Submission, submissions
from tests.simulated_class import read_rows

COURSE = 'title = "Week 1"\n[[items]]\nitem = "chain"\n[[items]]\nitem = "fork"\nlevel = 2\nmarks = 10\n[[items]]\nitem = "bug"\n'
ROSTER = "Student ID;First name;Last name\ns1;Ada;Lovelace\ns2;Bob;\n../s3;Zoë;=cmd|' /C calc'!A0\n"


@pytest.fixture
def course(tmp_path: Path) -> list[str]:
    (tmp_path / "course.toml").write_text(COURSE)
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode("cp1252"))
    words = ["exercise", "sheet", str(tmp_path / "course.toml"), "--students", str(tmp_path / "roster.csv")]
    return [*words, "--to", str(tmp_path / "sheets"), "--jobs", "1"]


def test_the_bar_fills_in_its_own_line_and_ends_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", Output(terminal, "standard error"))
    show = progress(20, 8, "marking")
    for done in (1, 2, 3, 3):
        show(done)
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[0] == ""
    assert [line.rpartition("] ")[2] for line in lines[1:]] == ["8 of 20", "16 of 20", "20 of 20\n"]
    assert lines[1].startswith("marking [############  ")


def filled(key: Key, student: str, text: str) -> str:
    """A sheet with the right answer on every line."""
    (sheet,) = (sheet for sheet in key.sheets if sheet.student == student)
    for entry, names in key.addresses(sheet):
        for name, blank in zip(names, entry.exercise().blanks, strict=True):
            answer = blank.solution.answer
            text = text.replace(f"`{name}: ____________`", f"{name}: {answer}")
            text = text.replace(
                f"{name}: write the answer in the line below\\n", f"{name}: write the answer in the line below\\n{answer}"
            )
    return text


@pytest.mark.parametrize("form", ["md", "ipynb"])
def test_a_sheet_that_is_filled_is_read_and_marked(form: str, course: list[str], tmp_path: Path) -> None:
    assert main([*course, "--format", form]) == 0
    key = read_key(str(tmp_path / "sheets" / "key.json"))
    assert [sheet.student for sheet in key.sheets] == ["s1", "s2", "../s3"]
    (tmp_path / "in").mkdir()
    text = (tmp_path / "sheets" / f"s1.{form}").read_text()
    assert code_of("Week 1", "s1") in text
    # Nothing of the name is left but the code in the footer.
    (tmp_path / "in" / f"anyone.{form}").write_text(filled(key, "s1", text))
    marks = str(tmp_path / "marks.csv")
    words = ["exercise", "mark", str(tmp_path / "in"), "--key", str(tmp_path / "sheets" / "key.json"), "--to", marks]
    assert main([*words, "--jobs", "1"]) == 0
    rows = [*read_rows(marks)]
    assert {(row.student, row.name, row.mark.verdict) for row in rows} == {("s1", "Ada Lovelace", "right")}
    assert sum(row.mark.earned or 0 for row in rows) == pytest.approx(sum(row.mark.of for row in rows))
    assert sum(row.mark.of for row in rows if row.mark.item.startswith("fork")) == pytest.approx(10)


@pytest.mark.skipif(_pdf.engine() is None, reason="no engine of TeX is installed")
def test_sheets_and_keys_are_written_for_paper(course: list[str], tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("student\ns1\n")
    assert main([*course, "--format", "pdf"]) == 0
    assert all((tmp_path / "sheets" / path).read_bytes().startswith(b"%PDF") for path in ("s1.pdf", "keys/s1.pdf"))


def test_without_an_engine_of_tex_no_sheet_is_begun(
    course: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_pdf, "engine", lambda: None)
    assert main([*course, "--format", "pdf"]) == 1
    assert "a PDF needs an engine of TeX" in capsys.readouterr().err
    assert not (tmp_path / "sheets").exists()


def test_no_answer_stands_on_a_sheet_and_every_answer_in_its_key(course: list[str], tmp_path: Path) -> None:
    main(course)
    key = read_key(str(tmp_path / "sheets" / "key.json"))
    sheet, answers = (tmp_path / "sheets" / where / "s2.md" for where in (".", "keys"))
    for entry, names in key.addresses(key.sheets[1]):
        for name, blank in zip(names, entry.exercise().blanks, strict=True):
            assert blank.solution.right is not None or blank.solution.answer not in sheet.read_text()
            assert f"**{name}.** `{blank.solution.ladder}`" in answers.read_text()
            assert f"`{name}: ____________`" in sheet.read_text()
    # A name that is a path stays in the folder.
    assert sorted(path.suffix for path in (tmp_path / "sheets").iterdir()) == ["", ".json", ".md", ".md", ".md"]
    assert not list(tmp_path.glob("*.md"))


def test_the_same_sheets_are_made_again_with_those_of_who_came_later_and_never_others(
    course: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(course)
    before = {path.name: path.read_bytes() for path in (tmp_path / "sheets").rglob("*.md")}
    (tmp_path / "roster.csv").write_text("s9;;\n".join([ROSTER.partition("\n")[0] + "\n", ROSTER.partition("\n")[2]]))
    assert main(course) == 0
    after = {path.name: path.read_bytes() for path in (tmp_path / "sheets").rglob("*.md")}
    assert before.items() <= after.items()
    assert "s9.md" in after
    # Who is on no roster any more may have handed in already.
    key = (tmp_path / "sheets" / "key.json").read_bytes()
    (tmp_path / "roster.csv").write_text("student\ns9\n")
    assert main(course) == 0
    kept = read_key(str(tmp_path / "sheets" / "key.json"))
    assert {sheet.code for sheet in kept.sheets} == {sheet["code"] for sheet in json.loads(key)["sheets"]}
    (tmp_path / "course.toml").write_text(COURSE.replace("title = ", "title = 'Another'#"))
    assert main(course) == 2
    assert "has the sheets of another course" in capsys.readouterr().err
    (tmp_path / "course.toml").write_text(COURSE.replace("level = 2", "level = 1"))
    assert main(course) == 2
    assert "has another sheet for" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / "sheets").rglob("*.md")} == after


def test_sheets_are_in_the_language_of_their_course_and_marked_in_any(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text('title = "T"\nlanguage = "zh"\n[[items]]\nitem = "bug"\n[[items]]\nitem = "vector"\n')
    folder = tmp_path / "sheets"
    assert main(["exercise", "sheet", str(tmp_path / "course.toml"), "--to", str(folder), "--jobs", "1"]) == 0
    (sheet,) = folder.glob("*.md")
    text = sheet.read_text()
    assert "算式。向量写成 1, 2, 3，矩阵逐行写成 1, 2; 3, 4。有选项时写选项的编号。共 6 分。" in text
    key = str(folder / "key.json")
    (tmp_path / "kim.md").write_text(filled(read_key(key), "", text))
    for language, right in (("en", "Right."), ("zh", "正确。")):
        marks = tmp_path / f"{language}.csv"
        words = ["exercise", "mark", str(tmp_path / "kim.md"), "--key", key, "--to", str(marks), "--language", language]
        assert main([*words, "--jobs", "1"]) == 0
        assert {row.mark.sentence for row in read_rows(str(marks))} == {right}


@pytest.mark.parametrize(("form", "head"), [("html", "<!doctype html>"), ("tex", "\\documentclass")])
def test_a_sheet_is_printed_too(form: str, head: str, course: list[str], tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("student\ns1\n")
    main([*course, "--format", form])
    for where in (".", "keys"):
        text = (tmp_path / "sheets" / where / f"s1.{form}").read_text()
        assert text.casefold().startswith(head.casefold())
        assert re.search("1a", text)


def test_one_sheet_for_everybody_needs_no_roster(course: list[str], tmp_path: Path) -> None:
    words = [word for word in course if word != "--students" and not word.endswith("roster.csv")]
    assert main(words) == 0
    (only,) = (tmp_path / "sheets").glob("*.md")
    (tmp_path / "kim.md").write_text(filled(read_key(str(tmp_path / "sheets" / "key.json")), "", only.read_text()))
    key, marks = str(tmp_path / "sheets" / "key.json"), str(tmp_path / "marks.csv")
    assert main(["exercise", "mark", str(tmp_path / "kim.md"), "--key", key, "--to", marks, "--jobs", "1"]) == 0
    assert {row.student for row in read_rows(marks)} == {"kim"}


def test_variants_hang_on_course_student_and_item_alone(course: list[str], tmp_path: Path) -> None:
    settings = read_course(course[2]).settings
    assert seeds_of("Week 1", "s1", settings) == seeds_of("Week 1", "s1", settings)
    assert seeds_of("Week 1", "s1", settings[1:]) == seeds_of("Week 1", "s1", settings)[1:]
    assert seeds_of("Week 1", "s2", settings) != seeds_of("Week 1", "s1", settings) != seeds_of("Week 2", "s1", settings)
    first, second = seeds_of("Week 1", "s1", [settings[0]] * 2)
    assert first != second


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "line 1: this is not TOML"),
        ('title = "T"\n[[items]]\nitem = chain', "a text stands in quotes: item = "),
        ('title = ""\n', "needs a title"),
        ('title = "T"\nlanguage = 3\n[[items]]\nitem = "chain"\n', "language is a code"),
        ('title = "T"\nlanguage = "xx"\n[[items]]\nitem = "chain"\n', "xx"),
        ('title = "T"\n', "needs 1 to 100 items"),
        ('title = "T"\nitem = 3\n', "'item' means nothing here"),
        ('title = "T"\n[[items]]\nitem = "chian"\n', "item 1: no kind of exercise is called 'chian'"),
        ('title = "T"\n[[items]]\nitem = "chain"\nlevel = 99\n', "item 1: chain has no level 99"),
        ('title = "T"\n[[items]]\nitem = "chain"\nmarks = -1\n', "marks is a number above 0"),
        ('title = "T"\n[[items]]\nitem = "none.toml"\n', "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_course_is_said(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "course.toml").write_text(text)
    assert main(["exercise", "sheet", str(tmp_path / "course.toml"), "--to", str(tmp_path / "out")]) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_student_is_known_by_one_column_in_the_roster_and_in_the_answers(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("email,matriculation,1a\nada@x,77,4\n")
    assert [each.identity for each in read_roster(str(table))] == ["77"]
    assert [each.student for each in submissions(str(table)) if isinstance(each, Submission)] == ["77"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("name\nAda\n", "no column"), ("student\n", "0 students"), ("id\na\nA\n", "twice"), ("", "no column")],
)
def test_what_is_wrong_in_a_roster_is_said(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read_roster(str(tmp_path / "roster.csv"))


def test_a_course_takes_items_from_files_beside_it(course: list[str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\nkind = "mul"\n[[levels]]\nprogram = "f = x*y"\n'
        'inputs = { x = "2..9", y = "2..9" }\nasks = ["gradient x"]\n'
    )
    (tmp_path / "course.toml").write_text('title = "Own"\n[[items]]\nitem = "mine.toml"\n')
    assert main(course) == 0
    key = json.loads((tmp_path / "sheets" / "key.json").read_text())
    assert {data["program"] for data in key["exercises"].values()} == {"f = x*y"}


LONG = 400_000
"""Characters of a result, so that what is kept of two of them would show."""


def peak(folder: Path, count: int) -> int:
    """The most bytes that are in use at a time while so many long results of sheets and of marks become files."""

    def engine(asked: Iterable[str]) -> Iterator[str]:
        for name in asked:
            code = f"fork-1-{name}"
            sheet = {"student": name, "sheet": "x" * LONG, "key": "", "entries": {code: {"program": "x"}}}
            marked = {"student": name, "earned": 1.0, "of": 2.0, "unsure": 0, "feedback": "well done"}
            sheet["data"] = {"code": name, "student": name, "name": "", "items": [code]}
            yield json.dumps({"sheets": [sheet], "lines": ["y" * LONG], "students": [marked]})

    tracemalloc.start()
    results = Store(folder / ".parts", "1").results((f"s{n}" for n in range(count)), engine, lambda _: None)
    write_sheets(folder / "sheets", "Week 1", "md", results, None)
    write_feedback(folder / "feedback", results)
    assert sum(map(len, texts(results))) == count * LONG
    assert sums(results) == {"earned": count, "of": 2 * count, "unsure": 0}
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len([*(folder / "sheets").glob("*.md")]) == len([*(folder / "feedback").glob("*.md")]) == count
    return most


def test_of_a_large_class_one_result_at_a_time_is_in_memory(tmp_path: Path) -> None:
    few, many = peak(tmp_path / "few", 2), peak(tmp_path / "many", 12)
    assert many < few + LONG
