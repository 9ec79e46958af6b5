"""The installed commands in a pseudo-terminal: what a student sees, from the first frame to the last."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.catalogue import find
from graphstep.teaching.lesson.walk import LessonRun
from tests.faces.tui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

MAIN = [sys.executable, "-m", "graphstep", "(x+y)*z", "x=-2", "y=5", "z=-4"]
RIGHT, LEFT, END, ESCAPE = "\x1b[C", "\x1b[D", "\x1b[F", "\x1b"


def test_every_number_is_stepped_to_and_back_and_a_strange_byte_and_a_stop_leave_the_screen_whole() -> None:
    terminal = Terminal(MAIN)
    terminal.until("The inputs are given")
    for told in (
        "x+y = -2 + 5",
        "= -12",
        "df/df = 1",
        "switcher",
        "1 · 3 = 3",
        "distributor",
        "+ sends to y",
    ):
        terminal.send(RIGHT)
        terminal.until(told)
    last = terminal.until("backward 7/7")
    for number in ("-2", "5", "-4", "3", "-12", "1"):
        assert number in last
    assert last.count("-4") >= 4
    for told in ("+ sends to x", "× sends to z", "× sends to x+y", "df/df = 1", "× computes f", "+ computes x+y", "start 0/7"):
        terminal.send(LEFT)
        terminal.until(told)
    # The letter é of a keyboard in Latin-1, which is the beginning of a letter in UTF-8 and no more.
    terminal.send_bytes(b"\xe9")
    terminal.send(RIGHT)
    terminal.until("x+y = -2 + 5")
    # Ctrl-Z, and fg in the shell.
    terminal.send("\x1a")
    assert terminal.stopped()
    terminal.wipe()
    assert terminal.restored
    terminal.signal(signal.SIGCONT)
    terminal.until("x+y = -2 + 5")
    # A stop that cannot be seen coming: the shell draws over the screen meanwhile.
    terminal.signal(signal.SIGSTOP)
    assert terminal.stopped()
    terminal.wipe()
    terminal.signal(signal.SIGCONT)
    terminal.until("x+y = -2 + 5")
    # Another program has written over it, and only the learner can know.
    terminal.wipe()
    terminal.send("\x0c")
    terminal.until("x+y = -2 + 5")
    terminal.send(RIGHT)
    terminal.until("= -12")
    terminal.signal(signal.SIGTERM)
    assert terminal.ends() == 128 + signal.SIGTERM
    assert terminal.restored
    assert b"Traceback" not in terminal.raw


def test_a_large_terminal_without_colours_is_filled_and_asked_for_inputs_and_control_c_leaves_it_quietly_and_restored() -> None:
    terminal = Terminal([sys.executable, "-m", "graphstep", "x*y", "x=3", "--at", "2"], columns=120, rows=40, NO_COLOR="1")
    terminal.until("values for the inputs")
    terminal.send("4\r")
    terminal.until("─ values ─")
    terminal.until("backward 2/4")
    terminal.send("y")
    terminal.until("graphstep 'x*y' x=3 y=4 --at 2")
    assert b"\x1b]52;c;" in terminal.raw
    terminal.send(END)
    terminal.until("backward 4/4")
    terminal.send("\x03")
    assert terminal.ends() == 0
    assert b"Traceback" not in terminal.raw
    # The alternate screen is left, and the cursor is shown again (xterm control sequences: 1049, 25).
    assert b"\x1b[?1049l" in terminal.raw
    assert b"\x1b[?25h" in terminal.raw
    # Select graphic rendition: 39 and 49 are the terminal's own colours.
    looks = re.findall(rb"\x1b\[([\d;]*)m", terminal.raw)
    assert b"1" in looks
    colours = [look for look in looks if re.search(rb"\b((3|4|9|10)[0-7]|[34]8)\b", look)]
    assert colours == []


def test_a_dumb_terminal_is_told_the_steps(tmp_path) -> None:
    terminal = Terminal(MAIN, TERM="dumb")
    terminal.until("distributor")
    assert terminal.ends() == 0
    assert b"\x1b" not in terminal.raw


def test_a_run_shows_itself_from_python() -> None:
    code = "import graphstep as gs; gs.run('(x+y)*z', x=-2, y=5, z=-4).show(at=4); print('after')"
    terminal = Terminal([sys.executable, "-c", code])
    terminal.until("× sends to x+y")
    terminal.send("yq")
    assert terminal.ends() == 0
    assert b"after" in terminal.raw


def test_an_interrupted_lesson_keeps_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal([sys.executable, "-m", "graphstep", "lesson", "1"], columns=120, GRAPHSTEP_DATA=str(tmp_path))
    terminal.until("go on")
    terminal.send("\r")
    terminal.until("2 of ")
    terminal.signal(signal.SIGINT)
    assert terminal.ends() == 128 + signal.SIGINT
    assert terminal.restored
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    assert progress.resume(LessonRun(open_lesson(find("1"))), progress.load()).place == 1


def test_a_fault_of_the_ui_is_one_line_and_status_1_and_a_training_is_saved_all_the_same(tmp_path: Path) -> None:
    code = (
        "import sys; from graphstep.faces.cli import main; from graphstep.faces.tui.commands import training\n"
        "training.DOES['help'] = lambda screen: 1/0\n"
        f"sys.exit(main(['train', '(w-1)^2', 'w=0', '--params=w', '--steps=3', {f'--save={tmp_path}/s.npz'!r}]))"
    )
    terminal = Terminal([sys.executable, "-c", code])
    terminal.until("loss")
    terminal.send("?")
    assert terminal.ends() == 1
    assert terminal.restored
    assert b"error: the terminal UI failed: ZeroDivisionError: division by zero\r\n" in terminal.raw
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]
    assert b"Traceback" not in terminal.raw


def test_a_session_breaks_goes_back_asks_why_edits_and_reads_the_comparison_until_its_terminal_is_closed() -> None:
    terminal = Terminal([sys.executable, "-m", "graphstep", "h = relu(w*x - 2); h*x + x", "w=0.5", "x=2"], 100, 30)
    terminal.until("The inputs are given")
    terminal.send("B")
    terminal.until("stop where")
    terminal.send("second contribution\r")
    terminal.until("1 step meets second contribution.")
    terminal.send("c")
    terminal.until("● second contribution")
    terminal.until("backward 10/")
    terminal.send(LEFT)
    terminal.until("backward 9/")
    # Why nothing arrives at w: the chain ends at the gate that is dead, and enter goes there.
    terminal.send(END)
    terminal.until("adds up its gradient")
    terminal.send("/")
    terminal.until("find a node")
    terminal.send("w\r")
    terminal.until("The gradient ends in step")
    terminal.send("\x17")
    terminal.until("why df/dw = 0")
    terminal.until("It begins at relu")
    terminal.send("\r")
    terminal.until("backward 11/15")
    # With another x the gate lets it pass.
    terminal.send("/")
    terminal.until("find a node")
    terminal.send("x\r")
    terminal.until("input x")
    terminal.send("e")
    terminal.until("edit the inputs")
    terminal.send("\x15")
    terminal.until("a value is missing")
    terminal.send("6")
    terminal.until("relu at w*x-2 now lets it pass")
    terminal.send("\r")
    terminal.until("→ step")
    terminal.send("E")
    terminal.until("relu at w*x - 2 now lets it pass")
    comparison = terminal.until("gradient of w ")
    assert "0 → 36" in comparison
    terminal.send("\x1b")
    terminal.until("value above the wire")
    assert terminal.hang_up() == 128 + signal.SIGHUP
    assert b"Traceback" not in terminal.raw


TRAIN = [sys.executable, "-m", "graphstep", "train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "12"]


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
