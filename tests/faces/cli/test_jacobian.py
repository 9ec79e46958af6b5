"""``graphstep jacobian``: what it prints of edges, paths and cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphstep.faces.cli import main
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Sequence

LECTURE = ("jacobian", "q = W@x; sum(q^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


def refused(capsys: pytest.CaptureFixture[str], words: Sequence[str]) -> str:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    return err


def test_every_edge_gets_a_line_and_the_costs_follow(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, *LECTURE).splitlines()
    assert lines[:5] == [
        "Jacobian   shape  structure   entries  can be other than 0",
        "∂f/∂(q^2)    1×2  repetition        2                    2",
        "∂(q^2)/∂q    2×2  diagonal          4                    2",
        "∂q/∂W        2×4  block             8                    4",
        "∂q/∂x        2×2  dense             4                    4",
    ]
    assert lines[6] == "multiplications along the path from x, a vector of 2, to f"


def test_of_and_towards_choose_what_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    both = printed(capsys, *LECTURE, "--of", "q")
    assert "  q₂    0    0  0.2  0.4" in both
    assert "  q₂  -0.3  0.8" in both
    one = printed(capsys, *LECTURE, "--of", "W@x", "--towards", "x")
    assert "∂q/∂W" not in one
    assert one.count("equal, to rounding") == 1
    assert printed(capsys, "jacobian", "x*x*x*x*x", "x=2", "--towards", "x").count("∂") == 10


def test_the_path_from_a_node_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, *LECTURE, "--path", "W").startswith("multiplications along the path from W, a 2×2 matrix, to f")


def test_a_cell_is_explained_as_value_and_as_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *LECTURE, "--cell", "W[0,1]")
    assert out.startswith("the value of W[0, 1], in mathematics W₁₂\n  W₁₂ = 0.5\n")
    assert "  df/dW₁₂ = df/dq₁ · x₂\n          = 0.44 · 0.4\n          = 0.176\n" in out
    assert "gradient" not in printed(capsys, "jacobian", "t = 2*3; t*x", "x=1", "--cell", "t")


def test_cells_are_shown_from_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "jacobian", "sum(X)", "X=ones(50,40)", "--cell", "X[20:,8:]")
    assert out.startswith("the value of X, a 50×40 matrix: rows 20 to 39 of 50, columns 8 to 15 of 40\n")
    assert "the gradient of X" in out
    assert "rows 0 to 1 of 2, columns 0 to 1 of 2" in printed(capsys, *LECTURE, "--cell", "W")


@each(
    ("words", "complaint"),
    [
        ((*LECTURE, "--of", "y"), "no node is called 'y'"),
        ((*LECTURE, "--towards", "f"), "no gradient is sent along an edge with --towards f"),
        ((*LECTURE, "--path", "f"), "no gradient flows from the output to f"),
        ((*LECTURE, "--cell", "W[0,3]"), "W has no cell 3 along axis 1"),
        ((*LECTURE, "--cell", "W[0,1,2]"), "W is a 2×2 matrix, so a cell of it takes 2 whole numbers"),
        (("jacobian", "2+3"), "no gradient is sent at all"),
    ],
)
def test_what_does_not_fit_is_said(words: Sequence[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint in refused(capsys, words)


def test_what_rounding_leaves_of_0_is_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jacobian", "sum(softmax(x))", "x=[0.3, -1.2, 0.4]", "--of", "softmax(x)"]) == 0
    printed = capsys.readouterr().out
    assert "pullback     [0, 0, 0]" in printed
    assert "Jᵀ·upstream  [0, 0, 0]" in printed
    assert "e-1" not in printed
    assert "equal, to rounding" in printed
