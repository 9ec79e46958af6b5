"""Difference quotients against the gradient: they fall, then rise; the same numbers on every processor, in every format."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.witnesses.quotients import EPSILON, STEPS, quotients
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.ground.errors import InputError, LimitError
from graphstep.language.read import read
from graphstep.telling.reports.quotients import body, sentences
from tests.cases import each


@pytest.fixture(scope="module")
def bent():
    """Quotients of a function that bends."""
    return quotients(trace(read("sin(x)*y"), {"x": 1.0, "y": 2.0}), 0)


def test_truncation_falls_like_h_and_its_square_until_rounding_rises(bent) -> None:
    assert bent.slope == pytest.approx(2 * math.cos(1), rel=1e-15)
    third, second = 2 * math.cos(1) / 6, 2 * math.sin(1) / 2
    for k, h in enumerate(STEPS):
        if h > 1e-4:
            assert bent.central[k] == pytest.approx(third * h * h, rel=0.01)
        if h > 1e-7:
            assert bent.forward[k] == pytest.approx(second * h, rel=0.05)
        # Two outputs near 1.7, each rounded in every gate, and x + h rounded too.
        assert bent.central[k] <= third * h * h + 4 * EPSILON * 2 / h
    assert 1e-7 < STEPS[bent.best(bent.central)] < 1e-4
    assert 1e-9 < STEPS[bent.best(bent.forward)] < 1e-7
    assert bent.central[-1] > 1e3 * bent.central[bent.best(bent.central)]


def test_rounding_is_that_of_float64_where_ieee_says_what_it_is() -> None:
    text, x, y = "x*x*y - x/y", 1.1, 0.3
    found = quotients(trace(read(text), {"x": x, "y": y}), 0)

    def f(at: float) -> float:
        return at * at * y - at / y

    assert list(found.central) == [abs((f(x + h) - f(x - h)) / (2 * h) - found.slope) for h in STEPS]
    assert list(found.forward) == [abs((f(x + h) - f(x)) / h - found.slope) for h in STEPS]


def test_a_straight_line_a_kink_and_what_leaves_the_domain_are_said() -> None:
    straight = quotients(trace(read("(x+y)*z"), {"x": -2.0, "y": 5.0, "z": -4.0}), 0)
    assert not straight.truncates(straight.central)
    assert list(sentences(straight))[-1].startswith("Along x there is no truncation")
    even = quotients(trace(read("x*x"), {"x": 0.0}), 0)
    assert list(sentences(even))[-1].startswith("Along x central differences have no truncation")
    edge = quotients(trace(read("log(x)"), {"x": 0.01}), 0)
    assert math.isnan(edge.central[0])
    assert edge.truncates(edge.central)


@each(
    ("text", "x", "stands"),
    [
        ("relu(x)*3", 0.0, True),
        # The gradient that is chosen is the mean of both sides, which central differences come to.
        ("abs(x)", 0.0, True),
        ("where(x > 0, 2x, x)", 0.0, True),
        ("floor(x) + x", 2.0, True),
        ("relu(x)^2", 0.0, False),
        ("max(x, x)", 1.0, False),
        # The formula loses digits, and there is no kink near.
        ("sqrt(x*x + 1) - x", 1e8, False),
    ],
)
def test_a_kink_is_told_from_a_gradient_that_lost_digits(text: str, x: float, stands: bool) -> None:
    off = quotients(trace(read(text), {"x": x}), 0)
    first = next(sentences(off))
    assert first.startswith("A kink or a jump stands here") == off.kink == stands
    assert ("loses digits" in first) == (off.rounded > 0) == ("sqrt" in text)


def test_a_kink_in_another_cell_is_none_of_this_one() -> None:
    run = trace(read("sum(relu(v))", {"v": np.array([1.0, 0.0])}), {"v": np.array([1.0, 0.0])})
    assert [quotients(run, 0, (cell,)).kink for cell in (0, 1)] == [False, True]


def test_a_cell_of_an_array_and_a_gate_have_quotients_too() -> None:
    made = trace(read("q = W@x; sum(q^2)", {}), {"W": np.array([[0.1, 0.5], [-0.3, 0.8]]), "x": np.array([0.2, 0.4])})
    cell = quotients(made, 0, (1, 0))
    assert cell.slope == pytest.approx(made.gradient_of(0)[1, 0], rel=1e-12)
    gate = quotients(made, made.program.find("q") or 0, (1,))
    assert gate.slope == pytest.approx(2 * made.value_of(made.program.find("q") or 0)[1], rel=1e-12)


def test_what_has_no_slope_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not finite"):
        quotients(trace(read("log(x)"), {"x": 0.0}), 0)
    with pytest.raises(InputError, match="the output, the value or its gradient is not finite"):
        quotients(trace(read("x*stop(y)"), {"x": np.nan, "y": 2.0}), 1)
    monkeypatch.setattr("graphstep.analysis.witnesses.quotients.GATES", 1)
    with pytest.raises(LimitError, match=r"runs for each cell at most 1 gates are run, and this has 2$"):
        quotients(trace(read("x*x*x"), {"x": 1.0}), 0)
    assert quotients(trace(read("x*x"), {"x": 1.0}), 0).slope == 2
    with pytest.raises(InputError, match="no gradient is asked for there") as refused:
        quotients(gs.run("x*y", x=1, y=2, data=["x"]).trace, 0)
    assert refused.value.hint == "name an input, or a gate, that is no data"


def test_every_format_has_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str], golden) -> None:
    for suffix in ("txt", "md", "html", "tex", "json"):
        path = tmp_path / f"q.{suffix}"
        assert main(["check", "sin(x)*y", "x=1", "y=2", "--against-h", "x", "--to", str(path)]) == 0
        text = path.read_text(encoding="utf-8")
        if suffix == "json":
            assert json.loads(text)["h"] == list(STEPS)
        else:
            assert {"txt": "┤", "md": "● central", "html": "<polyline", "tex": "\\draw[thick, dashed]"}[suffix] in text
        if suffix in ("md", "html", "tex"):
            golden(f"export/quotients.{suffix}", text)
    capsys.readouterr()
    assert main(["check", "x*y", "x=1", "y=2", "--against-h", "x[1]"]) == 2
    assert "x is a number, so a cell of it takes no index" in capsys.readouterr().err


def test_a_page_of_it_is_made_of_blocks_that_are_in_every_document(bent) -> None:
    kinds = [type(block).__name__ for block in body(bent)]
    assert kinds == ["Prose", "Listing", "Curve", "Table"]
