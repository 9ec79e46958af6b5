"""``graphstep train`` in a pseudo-terminal: the screen opens by itself, and lines where there is no room for one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.faces.tui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

TRAIN = [sys.executable, "-m", "graphstep", "train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "12"]
RIGHT, LEFT, ESCAPE = "\x1b[C", "\x1b[D", "\x1b"


def test_training_stepping_into_a_round_and_leaving(tmp_path: Path) -> None:
    state = tmp_path / "state.npz"
    terminal = Terminal([*TRAIN, "--save", str(state)])
    terminal.until("no round of 12 yet")
    terminal.send(RIGHT)
    terminal.until("= 0 - 0.1 · (-4)")
    terminal.send(" ")
    terminal.until("All 12 rounds are done.")
    terminal.send(LEFT)
    terminal.until("round 10 of 12")
    terminal.send("\r")
    terminal.until("start 0/8")
    terminal.send(ESCAPE)
    terminal.until("graphstep train")
    terminal.send("q")
    assert terminal.ends() == 0
    assert b"Traceback" not in terminal.raw
    assert state.exists()


def test_control_c_leaves_a_training_that_runs() -> None:
    terminal = Terminal([*TRAIN[:-1], "100000000"])
    terminal.until("no round of")
    terminal.send(" ")
    terminal.until("training")
    terminal.send("\x03")
    assert terminal.ends() == 0
    assert b"Traceback" not in terminal.raw


def test_a_training_that_diverged_says_so_with_its_exit_status() -> None:
    terminal = Terminal([*TRAIN, "--lr", "1e200"])
    terminal.until("no round of 12 yet")
    terminal.send(" ")
    terminal.until("a smaller learning rate may help")
    terminal.send("q")
    assert terminal.ends() == 1


def test_lines_are_printed_when_they_are_asked_for() -> None:
    asked = [[*TRAIN[3:], *more] for more in (["--plain"], ["--format", "csv"], ["--at-round", "0"])]
    code = f"from graphstep.faces.cli import main\nfor words in {asked!r}: print('status', main(words))"
    terminal = Terminal([sys.executable, "-c", code], columns=120, rows=40)
    assert terminal.ends() == 0
    *printed, rest = terminal.raw.split(b"status 0\r\n")
    assert [b"round" in text for text in printed] == [True] * 3
    assert rest == b""
    assert b"\x1b[?1049h" not in terminal.raw


def test_a_dumb_terminal_gets_lines() -> None:
    terminal = Terminal(TRAIN, rows=40, TERM="dumb")
    terminal.until("stopped: all 12 rounds are done")
    assert terminal.ends() == 0
