"""What is kept between sessions: a damaged file is set aside, one of a newer version left alone, and nothing is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graphstep.teaching.kept import Kept
from graphstep.teaching.lesson import progress as lessons
from graphstep.teaching.practice import progress as practice
from graphstep.teaching.practice.standing import Standing
from tests.lessons import simple

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "progress": ("lessons", lessons.load, lambda: lessons.save(simple())),
    "practice": ("levels", practice.load, lambda: practice.save("fork-1", Standing())),
}
"""By the name of its file the table in it, and how it is read and written."""

PRACTISED = {"asked": 1, "reviews": 1, "due": None, "seed": 0}
DAMAGED = {
    "progress": [
        {"section": -1},
        3,
        {"section": 0, "total": 1, "finished": False, "questions": []},
    ],
    "practice": [
        PRACTISED | {"asked": -1},
        PRACTISED | {"reviews": 9},
        PRACTISED | {"due": "tomorrow"},
        PRACTISED | {"due": 3},
        {"asked": 1},
        3,
    ],
}
"""Entries that are none."""


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_is_set_aside_and_never_lost(name: str, own_data: Path) -> None:
    table, load, save = KINDS[name]
    entries = [json.dumps({"schema": 1, table: {"fork-1": entry}}) for entry in DAMAGED[name]]
    file = own_data / f"{name}.json"
    own_data.mkdir()
    for number, damaged in enumerate(["", "{", "[]", "[" * 100_000, '{"schema": 1}', *entries], 1):
        file.write_text(damaged)
        kept = load()
        assert kept.by_key == {}
        assert f"set aside as {name}.damaged-{number}.json" in kept.message
        assert (own_data / f"{name}.damaged-{number}.json").read_text() == damaged
    assert save() == Kept(True)
    assert len(load().by_key) == 1


@pytest.mark.parametrize("name", KINDS)
def test_the_file_of_a_newer_version_is_left_alone(name: str, own_data: Path) -> None:
    table, load, save = KINDS[name]
    own_data.mkdir()
    newer = json.dumps({"schema": 99, table: {}})
    (own_data / f"{name}.json").write_text(newer)
    assert "newer graphstep" in load().message
    assert "newer graphstep" in save().message
    assert (own_data / f"{name}.json").read_text() == newer


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_kept_is_said_and_learning_goes_on(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "file"))
    kept = KINDS[name][2]()
    assert not kept.done
    assert "cannot be" in kept.message
