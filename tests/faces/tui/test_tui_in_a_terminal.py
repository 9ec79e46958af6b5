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
from tests.faces.tui.terminal import SILENCE, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
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


SHELL = """
import sys, termios
attributes = termios.tcgetattr(0)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(0, termios.TCSANOW, attributes)
import graphstep as gs
from graphstep.faces.cli import main
print("ready")
for line in iter(sys.stdin.readline, ""):
    print("status", eval(line))
"""
"""A process that does what is typed, line by line."""


@pytest.fixture(scope="module")
def shell() -> Iterator[Terminal]:
    """One process in which commands are run one after the other: to start it and to import the UI takes longer than most scenes,
    and the tests above show it. It has left each of them in order if it leaves itself with status 0."""
    terminal = Terminal([sys.executable, "-c", SHELL])
    terminal.until("ready")
    yield terminal
    terminal.send("\x04")
    assert terminal.ends() == 0


def typed(shell: Terminal, line: str) -> None:
    """Type a line of Python, when what stood on the screen was wiped away."""
    shell.wipe()
    shell.raw = b""
    shell.send(f"{line}\n")


def status(shell: Terminal) -> int:
    """What the line came to when it is over; nothing has failed and the terminal is restored."""
    while not (said := re.search(rb"status (\d+)\r\n\Z", shell.raw)):
        assert shell.hears(SILENCE), shell.raw
    assert shell.restored
    assert b"Traceback" not in shell.raw
    return int(said[1])


def test_a_run_shows_itself_from_python(shell: Terminal) -> None:
    typed(shell, "gs.run('(x+y)*z', x=-2, y=5, z=-4).show(at=4) or print('after') or 0")
    shell.until("× sends to x+y")
    shell.send("yq")
    assert status(shell) == 0
    assert b"after" in shell.raw


def test_a_fault_of_the_ui_is_one_line_and_status_1_and_a_training_is_saved_all_the_same(shell: Terminal, tmp_path: Path) -> None:
    words = ["train", "(w-1)^2", "w=0", "--params=w", "--steps=3", f"--save={tmp_path}/s.npz"]
    does = "__import__('graphstep.faces.tui.commands.training', fromlist=['DOES']).DOES"
    typed(
        shell, f"[kept := {does}['help'], {does}.update(help=lambda screen: 1/0), main({words!r}), {does}.update(help=kept)][2]"
    )
    shell.until("loss")
    shell.send("?")
    assert status(shell) == 1
    assert b"error: the terminal UI failed: ZeroDivisionError: division by zero\r\n" in shell.raw
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]


TRAIN = ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "12"]


def test_training_stepping_into_a_round_and_leaving(shell: Terminal, tmp_path: Path) -> None:
    state = tmp_path / "state.npz"
    typed(shell, f"main({[*TRAIN, '--save', str(state)]!r})")
    shell.until("no round of 12 yet")
    shell.send(RIGHT)
    shell.until("= 0 - 0.1 · (-4)")
    shell.send(" ")
    shell.until("All 12 rounds are done.")
    shell.send(LEFT)
    shell.until("round 10 of 12")
    shell.send("\r")
    shell.until("start 0/8")
    shell.send(ESCAPE)
    shell.until("graphstep train")
    shell.send("q")
    assert status(shell) == 0
    assert state.exists()


def test_control_c_leaves_a_training_that_runs(shell: Terminal) -> None:
    typed(shell, f"main({[*TRAIN[:-1], '100000000']!r})")
    shell.until("no round of")
    shell.send(" ")
    shell.until("training")
    shell.send("\x03")
    assert status(shell) == 0


def test_a_training_that_diverged_says_so_with_its_exit_status(shell: Terminal) -> None:
    typed(shell, f"main({[*TRAIN, '--lr', '1e200']!r})")
    shell.until("no round of 12 yet")
    shell.send(" ")
    shell.until("a smaller learning rate may help")
    shell.send("q")
    assert status(shell) == 1


def test_lines_are_printed_when_they_are_asked_for_and_in_a_dumb_terminal() -> None:
    asked = [[*TRAIN, *more] for more in (["--plain"], ["--format", "csv"], ["--at-round", "0"])]
    code = (
        "import os; from graphstep.faces.cli import main\n"
        f"for words in {asked!r}: print('status', main(words))\n"
        f"os.environ['TERM'] = 'dumb'\nfor words in {[TRAIN, MAIN[3:]]!r}: print('status', main(words))"
    )
    terminal = Terminal([sys.executable, "-c", code], columns=120, rows=40)
    assert terminal.ends() == 0
    *printed, training, steps, rest = terminal.raw.split(b"status 0\r\n")
    assert [b"round" in text for text in printed] == [True] * 3
    assert b"stopped: all 12 rounds are done" in training
    assert b"distributor" in steps
    assert rest == b""
    assert b"\x1b[?1049h" not in terminal.raw
    assert b"\x1b" not in steps
