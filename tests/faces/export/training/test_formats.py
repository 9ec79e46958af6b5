"""A training as a document, a table, a picture and a report; and its rounds in every format."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.faces.cli.train import FORMATS as OFFERED
from graphstep.faces.export.training.formats import FORMATS, SUFFIXES, format_of
from graphstep.faces.export.training.formats import pieces as written
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path
from tests.faces.drawing.test_curve_picture import NAME


def a_training(**options) -> gs.Training:
    given = {"params": ["w"], "lr": 0.1, "steps": 30, "x": 1.0, "y": 2.0, "w": 0.0, **options}
    return gs.train("(w*x - y)^2", **given)


def test_the_command_line_offers_every_format() -> None:
    assert tuple(FORMATS) == OFFERED
    assert set(SUFFIXES) == {suffix for suffix, _ in FORMATS.values()}
    assert [format_of(f"a{suffix}") for suffix, _ in FORMATS.values()] == list(FORMATS)
    with pytest.raises(InputError, match="not known by its suffix"):
        format_of("a.png")


@pytest.mark.parametrize("name", FORMATS)
def test_python_and_the_command_line_write_the_same(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suffix = FORMATS[name][0]
    written = a_training().to(tmp_path / f"python{suffix}")
    words = ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--lr", "0.1", "--steps", "30"]
    assert main([*words, "--to", str(tmp_path / f"shell{suffix}")]) == 0
    assert main([*words, "--format", name]) == 0
    assert written.read_bytes() == (tmp_path / f"shell{suffix}").read_bytes() == capsys.readouterr().out.encode()


@pytest.mark.parametrize("name", ["svg", "md", "json"])
def test_a_training_without_rounds_has_nothing_to_draw(name: str, tmp_path: Path) -> None:
    target = tmp_path / f"none.{name}"
    with pytest.raises(InputError, match="there is no round to show"):
        a_training(steps=0).to(target)
    assert not target.exists()


def test_the_picture_of_a_training_has_losses_and_norms() -> None:
    rng = np.random.default_rng(1)
    data = {"X": rng.standard_normal((20, 2)), "y": rng.standard_normal(20), "w": np.zeros(2), "b": 0.0}
    trained = gs.train("mean((X@w + b - y)^2)", params=["w", "b"], steps=40, held_out="X,y:0.2", **data)
    from graphstep.faces.export.training.formats import picture

    texts = [element.text for element in ET.fromstring(picture(trained)).iter(f"{NAME}text")]
    for text in ("mean((X@w + b - y)^2)", "held-out loss", "‖∇w‖", "‖∇b‖", "round"):
        assert text in texts


def test_a_report_tells_settings_rounds_parameters_and_updates() -> None:
    text = "".join(written(a_training(optimizer="momentum"), "md"))
    assert text.startswith("# Training `(w*x - y)^2`\n")
    for part in ("momentum, μ 0.9, α 0.1", "## Curve", "## Rounds", "| 29 |", "After 30 updates", "## The updates of round 0"):
        assert part in text
    assert "momentum updates w" in text
    assert r"\leftarrow" in text


def test_the_title_of_a_training_never_runs_two_statements_into_one() -> None:
    training = gs.train("p = w*x\n(p - y)^2", params=["w"], lr=0.1, steps=1, x=1.0, y=2.0, w=0.0)
    assert "".join(written(training, "md")).startswith("# Training `(p - y)^2`\n")


def test_a_report_of_a_training_that_diverged_says_so() -> None:
    text = "".join(written(gs.train("x^4", params=["x"], lr=1, steps=20, x=3.0), "md"))
    assert "The loss was inf in round 5" in text
    assert "| 5 | inf |" in text


def test_a_large_parameter_is_summarised_in_a_report() -> None:
    trained = gs.train("sum(W^2)", params=["W"], lr=0.1, steps=2, W=np.ones((30, 40)))
    assert "30×40" in "".join(written(trained, "md"))


def test_a_round_is_told_in_the_format_that_is_asked_for(tmp_path: Path) -> None:
    words = ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "3", "--at-round", "1"]
    for name, part in (("r.md", "## Update"), ("r.txt", "round 1 of 3"), ("r.svg", "<svg")):
        assert main([*words, "--to", str(tmp_path / name)]) == 0
        assert part in (tmp_path / name).read_text(encoding="utf-8")
    assert main([*words, "--to", str(tmp_path / "r.csv")]) == 2
