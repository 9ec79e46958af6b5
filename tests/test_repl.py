"""The line prompt: the whole debugger in sentences, from a pipe and from a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from graphstep.faces.cli import main

LECTURE = ("(x+y)*z", "x=-2", "y=5", "z=-4")


def talk(monkeypatch, capsys, script: str, *words: str) -> list[str]:
    """The lines that ``graphstep repl WORDS`` prints when a script is piped in."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(script))
    assert main(["repl", *(words or LECTURE)]) == 0
    return capsys.readouterr().out.splitlines()


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
    ],
)
def test_a_command_is_answered(monkeypatch, capsys, script: str, last: str) -> None:
    assert talk(monkeypatch, capsys, script)[-1].startswith(last)


def test_an_unknown_word_ends_nothing(monkeypatch, capsys) -> None:
    lines = talk(monkeypatch, capsys, "frobnicate\nn\n")
    assert "error: there is no command 'frobnicate'" in lines
    assert lines[-1].startswith("1  + computes x+y")


def test_blank_lines_and_comments_are_passed_over(monkeypatch, capsys) -> None:
    assert len(talk(monkeypatch, capsys, "\n  \n# nothing\n")) == 2
