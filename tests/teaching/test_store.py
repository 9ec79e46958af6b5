"""What is kept between sessions: a damaged file is set aside, one of a newer version left alone, and nothing is lost."""

from __future__ import annotations

import io
import json
import math
import os
from typing import TYPE_CHECKING

import pytest

from graphstep.ground.errors import GraphstepError
from graphstep.teaching.lesson import command
from graphstep.teaching.lesson import progress as lessons
from graphstep.teaching.practice import progress as practice
from graphstep.teaching.practice.standing import Standing
from graphstep.teaching.store import Receipt
from tests.lessons import simple

if TYPE_CHECKING:
    from collections.abc import Callable
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
        {"section": math.nan, "total": 1, "finished": False, "questions": {}},
        {"section": 10**400, "total": 1, "finished": False, "questions": {}},
        {"section": 0, "total": 1, "finished": False, "questions": {"q": {"outcome": [], "tries": 0, "hints": 0}}},
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
    texts = ["", "{", "[]", "null", "[" * 100_000, " " * 10_000_001, '{"schema": 1}', '{"schema": NaN}']
    for number, damaged in enumerate([*texts, *entries], 1):
        file.write_text(damaged)
        kept = load()
        assert kept.by_key == {}
        assert f"set aside as {name}.damaged-{number}.json" in kept.message
        assert (own_data / f"{name}.damaged-{number}.json").read_text() == damaged
    assert save() == Receipt(True)
    assert len(load().by_key) == 1


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_left_alone_and_nothing_is_written_for_it(
    name: str, make: Callable[[Path], None], own_data: Path
) -> None:
    _, load, save = KINDS[name]
    own_data.mkdir()
    make(own_data / f"{name}.json")
    assert load().by_key == {}
    assert "cannot be read" in load().message
    assert not save().done
    assert [each.name for each in own_data.iterdir()] == [f"{name}.json"]
    if name == "progress":
        # An empty list would say that nothing has been learned.
        with pytest.raises(GraphstepError, match="cannot be read"):
            command.run(["progress", str(own_data / "mine.json")], io.StringIO())


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
