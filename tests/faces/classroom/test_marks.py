"""The marks of a class: the same on one process and several, kept where a person gave them, never replaced unseen."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from graphstep.faces.classroom import jobs
from graphstep.faces.classroom.marks import collected
from graphstep.faces.cli import main
from graphstep.faces.work import engines
from graphstep.faces.work.engines import pooled, serial
from graphstep.faces.work.store import Store, file_name
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.teaching.exercise.key import Key, key_of
from graphstep.teaching.exercise.submission import Submission, submissions
from tests.simulated_class import read_rows

STUDENTS = 20


def document(marks: float = 1) -> dict[str, object]:
    """A key with a sheet for each of a few students."""
    asks = [{"ask": ask, "marks": marks} for ask in ("value q", "value f", "gradient z")]
    exercises = {
        f"chain-{n}": {
            "title": "Chain",
            "program": "q = x*y; f = q+q*z",
            "blanks": asks,
            "inputs": {"x": "2", "y": f"{n}", "z": "4"},
        }
        for n in (3, 5)
    }
    sheets = [
        {"code": f"0000-0000-{n:04X}", "student": f"s{n}", "name": f"Student {n}", "items": [f"chain-{3 + n % 2 * 2}"]}
        for n in range(STUDENTS)
    ]
    return {"schema": 1, "title": "Week 1", "exercises": exercises, "sheets": sheets}


def key(marks: float = 1) -> Key:
    return key_of(document(marks))


@pytest.fixture
def handed(tmp_path: Path) -> list[str]:
    """The words that mark a class of three, of whom one is clear, one is wrong, and one only a person can judge."""
    (tmp_path / "key.json").write_text(json.dumps(document()))
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "s0.md").write_text("1a: 6\n1b: 30\n1c: 6\n")
    (tmp_path / "answers" / "lost.md").write_text("1a: 7\n1b: 35\n1c: 7\nsheet: 0000-0000-0002\n")
    (tmp_path / "answers" / "forms.csv").write_text("student,1a,1c,9z\ns4,1,1,0\n")
    (tmp_path / "answers" / "nobody.json").write_text('{"1a": 1}')
    return [
        "exercise",
        "mark",
        str(tmp_path / "answers"),
        "--key",
        str(tmp_path / "key.json"),
        "--to",
        str(tmp_path / "marks.csv"),
    ]


def verdicts(path: Path) -> dict[str, list[tuple[str, float | None]]]:
    marks: dict[str, list[tuple[str, float | None]]] = {}
    for row in read_rows(str(path)):
        marks.setdefault(row.student, []).append((row.mark.verdict, row.mark.earned))
    return marks


def test_a_class_is_marked_and_what_could_not_be_used_is_said(
    handed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*handed, "--jobs", "1", "--feedback", str(tmp_path / "told")]) == 1
    said = capsys.readouterr()
    assert "3 sheets with 8 answers: 5 of 9 marks earned" in said.out
    assert "1 answer for a person to mark: its verdict" in said.out
    assert "no answers from 17: s1, s3" in said.out
    assert "nobody.json: the key has no sheet for 'nobody'" in said.err
    assert "forms.csv: the sheet of 's4' has no blank 9z" in said.err
    assert verdicts(tmp_path / "marks.csv") == {
        "s0": [("right", 1.0)] * 3,
        "s2": [("wrong", 0.0), ("carried", 1.0), ("carried", 1.0)],
        "s4": [("wrong", 0.0), ("unreadable", 0.0), ("unsure", None)],
    }
    assert not list(tmp_path.glob(".*"))
    told = (tmp_path / "told" / "s2.md").read_text()
    assert told.startswith("# Week 1: your marks\n\n**Student 2:** 2 of 3 marks.")
    assert "graphstep 'q = x*y; f = q+q*z' x=2 y=3 z=4 --at 1" in told
    assert "Every answer is right." in (tmp_path / "told" / "s0.md").read_text()


def test_a_class_is_told_of_in_the_language_that_is_asked_for(
    handed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*handed, "--jobs", "1", "--language", "zh"])
    assert capsys.readouterr().out.splitlines()[0] == "3 份试卷，8 个答案：得 5 分，满分 9 分"
    marks = tmp_path / "marks.csv"
    marks.write_text(marks.read_text().replace(",1,1\n", ",0,1\n", 1))
    main([*handed, "--jobs", "1", "--again"])
    assert "1 mark changes, of 1 student\n" in capsys.readouterr().out


def test_nobody_fills_in_the_sheet_of_somebody_else_and_of_two_answers_the_first_counts() -> None:
    handed = [
        Submission("s1.md", "s1", "", {"1a": "10", "1b": ""}),
        Submission("s1 again.md", "s1", "", {"1a": "11", "1b": "50", "1c": "2"}),
        Submission("s2.md", "s2", "0000-0000-0001", {"1a": "0"}),
        Submission("lost.md", "lost", "0000-0000-0003", {"1a": "6"}),
    ]
    result = collected(key(), handed)
    assert [(sheet.student, answers) for sheet, answers, _ in result.sheets()] == [
        ("s1", {"1a": "10", "1b": "50", "1c": "2"}),
        ("s3", {"1a": "6"}),
    ]
    assert [each.message for each in result.remarks] == [
        "s1 again.md: 's1' has another answer to 1a in s1.md, which counts",
        "s2.md is of 's2', with the sheet of 's1'",
    ]


def test_marks_are_replaced_only_when_their_changes_were_seen_and_a_persons_mark_stays(
    handed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks, words = tmp_path / "marks.csv", [*handed, "--jobs", "1"]
    main(words)
    capsys.readouterr()
    assert main(words) == 2
    assert "not replaced unseen" in capsys.readouterr().err
    # What a person writes into the empty cell.
    rows = [line.removesuffix(",1") + "0.5,1" if ",unsure," in line else line for line in marks.read_text().splitlines()]
    marks.write_text("\n".join(rows) + "\n")
    main([*words, "--again", "--yes"])
    assert "no mark changes" in capsys.readouterr().out
    assert verdicts(marks)["s4"][2] == ("unsure", 0.5)
    (tmp_path / "key.json").write_text(json.dumps(document(2)))
    before = marks.read_bytes()
    assert main([*words, "--again"]) == 1
    assert "s0: 3 → 6 marks\n  1a 6: right, 1 of 1 → 1a 6: right, 2 of 2\n" in capsys.readouterr().out
    assert marks.read_bytes() == before
    main([*words, "--again", "--yes"])
    assert verdicts(marks)["s0"] == [("right", 2.0)] * 3
    assert not list(tmp_path.glob(".*"))


def test_a_mark_that_a_person_gave_outlives_a_spreadsheet_that_writes_numbers_its_own_way(
    handed: list[str], tmp_path: Path
) -> None:
    marks = tmp_path / "marks.csv"
    (tmp_path / "answers" / "forms.csv").write_text("student,1a,1c\ns4,1,1.00\n")
    main([*handed, "--jobs", "1"])
    marks.write_text(
        marks.read_text().replace(",1.00,", ',"1,0",').replace(",unsure,", ",unsure,").replace(",,1\n", ',"0,5",1\n')
    )
    assert verdicts(marks)["s4"][2] == ("unsure", 0.5)
    main([*handed, "--jobs", "1", "--again", "--yes"])
    assert verdicts(marks)["s4"][2] == ("unsure", 0.5)


def test_rows_of_a_table_that_stand_apart_are_one_submission_and_a_later_row_counts(tmp_path: Path) -> None:
    (tmp_path / "forms.csv").write_text("student,blank,answer\ns1,1a,1\ns2,1a,2\ns1,1b,3\ns1,1a,4\ns1,9z,4\ns2,9z,5\n")
    result = collected(key(), submissions(str(tmp_path)))
    assert [(sheet.student, answers) for sheet, answers, _ in result.sheets()] == [
        ("s1", {"1a": "4", "1b": "3"}),
        ("s2", {"1a": "2"}),
    ]
    assert result.answers == 3
    assert [each.message for each in result.remarks] == [f"forms.csv: the sheet of 's{n}' has no blank 9z" for n in (1, 2)]


def work(count: int) -> list[str]:
    sheets = [(sheet, {"1a": f"{n % 9}", "1b": "30", "1c": "-x"}, False) for n, sheet in enumerate(key().sheets)]
    return [*jobs.marking(key(), sheets, "en")][:count]


def test_several_processes_make_the_same_bytes_also_where_one_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [*serial(work(3))]
    started = []
    child = engines._child

    def counted():  # type: ignore[no-untyped-def]  # the type of a process is no matter here
        started.append(child())
        if len(started) == 1:
            # It dies before it has done anything.
            os.kill(started[0].pid, signal.SIGKILL)
        return started[-1]

    monkeypatch.setattr(engines, "_child", counted)
    assert [*pooled(2, work(3))] == expected
    assert len(started) == 3
    assert all(process.returncode is not None for process in started)


def test_what_is_wrong_in_the_work_is_said_by_the_process_that_asked_for_it() -> None:
    broken = [work(1)[0].replace('"q = x*y; f = q+q*z"', '"q = "')]
    with pytest.raises(InputError, match="cannot be run"):
        list(pooled(1, broken))
    with pytest.raises(InputError, match="cannot be run"):
        list(serial(broken))


def test_what_was_done_before_the_end_came_is_not_done_again(tmp_path: Path) -> None:
    store, done, todo = Store(tmp_path / "parts", "1"), [], work(3)

    def failing(asked: Iterable[str]) -> Iterator[str]:
        for place, job in enumerate(asked):
            if place == 2:
                raise GraphstepError("the lights went out")
            done.append(job)
            yield from serial([job])

    with pytest.raises(GraphstepError, match="lights"):
        list(store.results(todo, failing, lambda _: None))
    assert done == todo[:2]

    def rest(asked: Iterable[str]) -> Iterator[str]:
        for job in asked:
            assert job == todo[2]
            yield from serial([job])

    assert list(store.results(todo, rest, lambda _: None)) == [*serial(todo)]
    store.remove()
    assert not (tmp_path / "parts").exists()


def test_no_students_name_leads_out_of_the_folder() -> None:
    names = ["ada", "../ada", "/etc/passwd", "a/b", "a\\b", "..", ".", "", "-x", "a\0b", "é", "con.", "a" * 300, "\ud800"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all(Path(file).name == file and file not in (".", "..") and len(file) < 80 for file in files)


def test_options_that_name_no_engine_are_refused(handed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*handed, "--jobs", "0"]) == 2
    assert main([*handed, "--on", "spark://x"]) == 2
    assert "dask://HOST:PORT" in capsys.readouterr().err


def test_marks_are_written_to_a_file_that_is_called_what_it_is(handed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    place = handed.index("--to") + 1
    handed[place] = handed[place].replace(".csv", ".xlsx")
    assert main(handed) == 2
    assert "would be no table of CSV by its name" in capsys.readouterr().err
    assert not Path(handed[place]).exists()
