"""A whole class, as a teacher has it: sheets, answers, marks, statistics; and whatever ends a command, nothing is torn."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.teaching.exercise.key import read_key
from tests.killed import Class
from tests.simulated_class import course, fill, read_rows


def test_a_simulated_class_is_marked_and_what_its_marks_say_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, roster = course(tmp_path, 12, (("chain", 1), ("fork", 1)))
    sheets, marks = tmp_path / "sheets", str(tmp_path / "marks.csv")
    key = str(sheets / "key.json")
    assert main(["exercise", "sheet", str(file), "--students", str(roster), "--to", str(sheets), "--jobs", "1"]) == 0
    fill(sheets, tmp_path / "answers", read_key(key))
    assert main(["exercise", "mark", str(tmp_path / "answers"), "--key", key, "--to", marks, "--jobs", "1"]) == 0
    rows = [*read_rows(marks)]
    assert len(rows) == 12 * 12
    assert {"right", "wrong"} <= {row.mark.verdict for row in rows}
    capsys.readouterr()
    assert main(["exercise", "stats", marks, "--key", key]) == 0
    assert "12 students; on average" in capsys.readouterr().out
    assert main(["exercise", "stats", marks, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["students"] == 12
    assert main(["exercise", "stats", marks, "--to", str(tmp_path / "class.html")]) == 0
    assert "graphstep exercise stats" in (tmp_path / "class.html").read_text()


def test_killed_in_the_middle_nothing_is_torn_and_begun_again_it_comes_to_the_same_bytes(tmp_path: Path) -> None:
    small, rng = Class(tmp_path, 17, (("chain", 1),)), random.Random(2)
    assert [small.torn(rng, what) for what in ("sheet", "mark")] == ["", ""]
