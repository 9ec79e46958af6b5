"""The list of the programs that were opened last."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from graphstep.faces.cli import step
from graphstep.faces.cli.step import run
from graphstep.faces.cli.words import parse
from graphstep.faces.history import KEPT, LONGEST, history_file, last_programs, remember
from tests.cases import each


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_latest_stands_first_and_once() -> None:
    assert last_programs() == []
    for words in (["x*y", "x=1"], ["x+y"], ["x*y", "x=1"]):
        remember(words)
    assert last_programs() == [["x*y", "x=1"], ["x+y"]]


def test_so_many_are_kept_and_none_that_is_very_long() -> None:
    for n in range(KEPT + 5):
        remember([f"x + {n}"])
    remember(["x + " * LONGEST])
    assert last_programs() == [[f"x + {n}"] for n in range(KEPT + 4, 4, -1)]


@each("content", ["{", "{}", '[["x"], 3]', "[[]]", "[" * 50_000])
def test_a_damaged_file_is_set_aside_and_begun_anew(content: str) -> None:
    remember(["x"])
    history_file().write_text(content, encoding="utf-8")
    assert last_programs() == []
    assert history_file().with_suffix(".json.damaged").read_text(encoding="utf-8") == content
    remember(["y"])
    assert last_programs() == [["y"]]


def test_a_folder_that_cannot_be_made_stops_nobody(folder: Path) -> None:
    folder.write_text("a file", encoding="utf-8")
    remember(["x"])
    assert last_programs() == []


@pytest.mark.parametrize("served", [False, True])
def test_a_program_is_remembered_when_it_was_looked_at_and_not_from_a_browser(
    served: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def opened(*_: object, **__: object) -> int:
        seen.append(last_programs())
        return 0

    monkeypatch.setattr("graphstep.faces.tui.open_program", opened)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    if served:
        monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert run(parse("step", step, ["x*y", "x=1", "y=2"])) == 0
    # The first frame does not wait for it.
    assert seen == [[]]
    assert last_programs() == ([] if served else [["x*y", "x=1", "y=2"]])
    assert folder.exists() != served


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True
