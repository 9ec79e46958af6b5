"""The line prompt: the whole debugger in sentences, from a pipe and from a terminal."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import redirect_stdout
from unittest.mock import patch

import pytest

from graphstep.debugger.actions import SETS, Set
from graphstep.faces.cli import main
from graphstep.faces.repl.answers import help_lines
from graphstep.faces.repl.lines import prompt_keys, read_line, words
from graphstep.ground.errors import InputError
from graphstep.teaching.lesson import progress
from tests.faces.tui.terminal import Terminal

LECTURE = ("(x+y)*z", "x=-2", "y=5", "z=-4")


NAMED = ("q = x + y; f = q*z", "x=-2", "y=5", "z=-4")
STEPPING = """\
# The program of lesson 2, forward, backward, and then what is asked of it.
n
next
print q
grad q
n
watch x*grad x
n
o
back
i
break grad x == -4
b z
c
c
c
C
end
why x
list
x = 1
undo
+ x
undo
paths x
check z
jacobian q
select z
.
p
home
n
4
answer 3
n
answer
p
grd x
print banana
y
zoom
"""


LESSON = """\
# Lesson 2, with a slip, hints, an answer that is asked for, and a look at the run in between.

grad q
q, f
f, q

hint
1/2
export x.md
end
1

hint
4
hint
hint
-4
previous

n
print grad q
show grad x

show

3

1
-4

-4

c
back
1
hint
2


positive

1, 4, 5
1, 5, 5
1 · 2 = 2
5 1 5
5, 1, 5

help hint
quit
"""
TRAINING = """\
# A training: rounds, one of them from the inside, and what is taken away.
back
into
round
next
5
ten
into
n
end
y
u
back
run
0
grad w
norms
save
help export
quit
"""
ASKED = """\
# What is asked of a run of numbers, and what does not fit.
causes grad x
why q
rewrite all
rewrite banana
cut
cut q -> f
ready
end
cells x
edit q=3
compare
into
marks
1/3
goto 9/relu/1
"""
CELLS = """\
# A run of arrays: cells, marks, a cut and what it changes, the gates that are ready, and another run beside it.
cells W
cells W[1,0]
9
mark a
cut
marks
to mark a
ready
ready h
compare
tangents x
undo
rewrite
to mark b
mark ab
"""
LINE = ("train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "20", "--screen-reader")
SCRIPTS = {
    "training": (LINE, TRAINING),
    "stepping": (("repl", *NAMED), STEPPING),
    "asked": (("repl", "q = x^2 + x*y; f = relu(q)*q + y", "x=-2", "y=1"), ASKED),
    "cells": (("repl", "h = W@x; q = h*h; f = sum(q + h)", "W=[[1,2],[3,4]]", "x=[1,-1]"), CELLS),
    "lesson-2": (("lesson", "2", "--screen-reader"), LESSON),
}
KEPT = {"lesson-2": {"backward-the-chain-rule": (13, True)}}
"""By script the lessons whose place is kept, with the questions that are done."""


def transcript(name: str) -> str:
    """What a script prints."""
    words, script = SCRIPTS[name]
    printed = io.StringIO()
    with patch("sys.stdin", io.StringIO(script)), redirect_stdout(printed):
        assert main([*words]) == 0
    return printed.getvalue()


def talk(monkeypatch, capsys, script: str, *words: str) -> list[str]:
    """The lines that ``graphstep repl WORDS`` prints when a script is piped in."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(script))
    assert main(["repl", *(words or LECTURE)]) == 0
    return capsys.readouterr().out.splitlines()


def test_what_has_no_cells_is_refused_where_one_is_to_move(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("J x\nH x\nq\n"))
    assert main(["repl", "mean(x)", "x=[]"]) == 0
    assert capsys.readouterr().out.count("x has no cells") == 2


def test_a_script_prints_the_steps_and_a_gradient(monkeypatch, capsys) -> None:
    lines = talk(monkeypatch, capsys, "n\nn\nn\nn\np grad x\nend\np grad x\nq\n")
    assert lines[0] == "(x+y)*z"
    assert lines[1].startswith("0  Start: The inputs are given: x = -2, y = 5, z = -4.")
    assert [line for line in lines if line in ("forward", "backward")] == ["forward", "backward"]
    assert "df/dx: not yet, step 6 completes it" in lines
    assert lines[-1] == "df/dx = -4"


def test_its_steps_are_those_of_the_plain_trace(monkeypatch, capsys) -> None:
    lines = talk(monkeypatch, capsys, "n\n" * 7)
    main([*LECTURE, "--plain"])
    plain = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert {" ".join(line.split()) for line in lines[1:]} <= {*plain, "forward", "backward"}


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("n\no\nback\n", "1  + computes x+y: x+y = -2 + 5 = 3."),
        ("5\n", "5  × sends to z"),
        ("break x+y\nc\nc\n", "break after step 4: breakpoint at x+y"),
        ("break grad x == -4\nc\n", "break after step 6: grad x == -4, since df/dx = -4"),
        ("end\nwhy x\n", "+ sends to x: here df/dx became -4.  w goes further back."),
        ("end\np\nhome\nn\n4\n", "Not quite"),
        ("watch x*grad x\nend\n", "x*grad x = 8"),
        ("end\nn\n", "This is the last step: every gradient is known.  back  home start  e edit"),
        ("nxet\n", "hint: did you mean 'next'? help lists the commands"),
        ("99\n", "There is no step '99': the steps are 0 to 7."),
        ("print banana\n", "No node is called 'banana'."),
        ("end\nwhy grad x\n", "     The backward pass starts at the output"),
    ],
)
def test_a_command_is_answered(monkeypatch, capsys, script: str, last: str) -> None:
    assert talk(monkeypatch, capsys, script)[-1].startswith(last)


def test_an_unknown_word_ends_nothing(monkeypatch, capsys) -> None:
    lines = talk(monkeypatch, capsys, "frobnicate\nn\n")
    assert "error: there is no command 'frobnicate'" in lines
    assert lines[-1].startswith("1  + computes x+y")


def test_the_place_that_is_kept_is_called_as_its_section_is_headed(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 3))
    assert main(["lesson", "24", "--plain", "--language=zh"]) == 0
    *said, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith("backward: b*h → b ") for line in said)
    assert "graphstep lesson 24 --language=zh" in last
    assert "backward: b*h → b" in last
    assert not any("。 " in line for line in said), "between sentences Chinese has no blank"


@pytest.mark.parametrize(
    ("at_hand", "says"), [("stepping", "to that step"), ("lesson", "the Enter key alone goes on"), ("training", "to that round")]
)
def test_a_number_that_answers_nothing_is_told_what_can_be_typed(at_hand: Set, says: str) -> None:
    for line in ("-4", "1/3", "3.5", "[1, 2]", "½"):
        with pytest.raises(InputError, match="nothing is asked here") as refused:
            read_line(line, at_hand=at_hand)
        assert says in refused.value.hint


@pytest.mark.parametrize("asked", ["--plain", "--screen-reader"])
def test_a_lesson_is_played_on_the_lines_and_goes_on_where_it_was_left(monkeypatch, capsys, tmp_path, asked: str) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))

    def play(script: str) -> list[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(script))
        assert main(["lesson", "1", asked]) == 0
        return capsys.readouterr().out.splitlines()

    lines = play("\n\nquit\n")
    assert "q = 3" not in " ".join(lines), "the answer is not on the lines before it is typed"
    assert lines[-1] == "Your place is kept: graphstep lesson 1 goes on at 'forward: q'."
    lines = play("hint\n7\n3\n\nshow\n\nnegative\n\n\npositive\n\na, b, f\n\n8\n\n-5\n\n4\n6\n-2\n\n")
    assert lines[3].startswith("forward: q")
    assert any("Hint 1 of 2" in line for line in lines)
    assert any("sign of x is turned" in line for line in lines)
    assert any("9 of 10 questions answered, 1 shown" in line for line in lines)
    assert play("")[-1].startswith("Your place is kept")


def test_blank_lines_and_comments_are_passed_over(monkeypatch, capsys) -> None:
    assert len(talk(monkeypatch, capsys, "\n  \n# nothing\n")) == 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_prints_is_the_golden_transcript(name: str, golden, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    golden(f"repl/{name}.txt", transcript(name))
    places = progress.load().by_key
    assert {slug: (place.done, place.finished) for slug, place in places.items()} == KEPT.get(name, {})


def test_every_action_has_a_word_of_its_own_and_the_help_lists_it() -> None:
    for at_hand, actions in SETS.items():
        listed = " ".join(" ".join(help_lines(at_hand=at_hand)).split())
        spelled = [word for action in actions for word in action.words]
        # In a lesson show shows the answer, and show grad x prints all the same.
        assert len(spelled) == len({*spelled}) + (at_hand == "lesson")
        for action in actions:
            called = prompt_keys(at_hand)[action.id]
            assert words(at_hand)[called] == action.id
            command = read_line(called, at_hand=at_hand)
            assert command is not None
            assert command.action == action.id
            assert " ".join(action.help.split()) in listed or not action.words


def test_a_file_is_written_and_read_by_the_prompt(monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "x.csv").write_text("4\n")
    script = f"end\nexport {tmp_path}/worked.md\nx=@{tmp_path}/x.csv\nexport {tmp_path}/no.such\nexport\n"
    lines = talk(monkeypatch, capsys, script, "x*x", "x=3")
    assert f"wrote {tmp_path}/worked.md" in lines
    assert (tmp_path / "worked.md").read_text(encoding="utf-8").startswith("# ")
    assert any(line.startswith("error: ") for line in lines)
    assert lines[-1] == "export FILE: write the run up to here to a file"


@pytest.mark.parametrize("option", [("--screen-reader",), ("--screen-reader", "--at", "2")])
def test_a_screen_reader_gets_the_prompt(monkeypatch, capsys, option: tuple[str, ...]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert main([*LECTURE, *option]) == 0
    begins = ("forward", "2  ") if "--at" in option else ("0  Start",)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert all(line.startswith(begin) for line, begin in zip(lines, begins, strict=False))


def test_a_terminal_has_a_prompt_with_completion_history_and_a_new_line_after_control_c() -> None:
    command = [sys.executable, "-m", "graphstep", *LECTURE]
    terminal = Terminal(command, columns=200, rows=100, ACCESSIBLE="1")
    terminal.until("0/7>")
    terminal.send("n\n")
    terminal.until("1/7>")
    terminal.send("garbage")
    terminal.until("garbage")
    terminal.wipe()
    terminal.rest()
    # As Ctrl-C does where the terminal is that of the session.
    terminal.signal(signal.SIGINT)
    terminal.until("1/7>")
    terminal.send("pri\t grad x\n")
    terminal.until("df/dx: not yet, step 6 completes it")
    terminal.send("\x1b[A\x1b[A\n")
    terminal.until("2/7>")
    terminal.send("\x04")
    assert terminal.ends() == 0
    assert "error" not in terminal.screen()
    assert "Traceback" not in terminal.screen()
