"""Two runs side by side: from standard input, in other languages, and of arrays in rows that have room."""

from __future__ import annotations

import io
import shlex
from typing import TYPE_CHECKING

from graphstep.faces.cli import main
from tests.faces.cli.test_cli import printed

if TYPE_CHECKING:
    import pytest


def test_a_program_comes_from_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x*x\n"))
    assert "Equal" in printed(capsys, "diff", "-", "x^2", "x=3")


def test_two_programs_are_read_in_their_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Equal" in printed(capsys, "diff", r"\frac{x}{y}", "x/y", "--from=latex", "x=3", "y=2")
    assert "Equal" in printed(capsys, "diff", "x*len(y)", "x*2", "--from=numpy", "x=3", "y=[1, 2]")


def test_of_arrays_that_are_wide_the_cell_that_is_furthest_apart_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diff", "sum(sigmoid(W@x))", "W=randn(4,4)", "x=randn(4)", "--b=W=randn(4,4,seed=3)"]
    assert main(words) == 1
    text = capsys.readouterr().out
    assert "Forward they part at W: -1.265 at [2, 1] and 3.323 at [2, 1]." in text
    assert max(map(len, text.splitlines())) < 100
    # Two summaries would read alike: the means are equal, and so are the ends.
    assert main(["diff", "sum(x^3)", "x=linspace(0,1,100)", "--b=x=linspace(1,0,100)"]) == 1
    assert "x              0 at [0]  1 at [0]      1" in capsys.readouterr().out


def test_the_command_in_a_document_asks_for_the_same_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--from=numpy", "--data=z", "--seed=3", "--ties=split", "--digits=6"]
    assert main(["diff", "max(x,y)*z", "max(x,y)*z*1.1", "x=2", "y=2", "z=1", *asked, "--format", "md"]) == 1
    first = capsys.readouterr().out
    command = next(line for line in first.splitlines() if line.startswith("graphstep diff"))
    assert main(shlex.split(command)[1:]) == 1
    assert capsys.readouterr().out == first
