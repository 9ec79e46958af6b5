"""Curves: their scale, what can be seen of a long one, and the picture."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.faces.cli.train import FORMATS as OFFERED
from graphstep.faces.drawing.curve import Axis, Growing, Series, axis, pieces, rounds_axis, sparkline
from graphstep.faces.drawing.curve_picture import MOST, Panel, svg
from graphstep.faces.export.training.formats import FORMATS, SUFFIXES, format_of
from graphstep.faces.export.training.formats import pieces as written
from graphstep.ground.errors import InputError
from tests.cases import each

if TYPE_CHECKING:
    from pathlib import Path

NAME = "{http://www.w3.org/2000/svg}"


def series(*numbers: float, name: str = "loss") -> Series:
    return Series.of(name, enumerate(numbers))


def drawn(picture: str, kind: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(picture).iter(f"{NAME}path") if (element.get("class") or "") == kind]


def a_training(**options) -> gs.Training:
    given = {"params": ["w"], "lr": 0.1, "steps": 30, "x": 1.0, "y": 2.0, "w": 0.0, **options}
    return gs.train("(w*x - y)^2", **given)


# -- scales ----------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8), st.sampled_from([None, True, False]))
def test_every_finite_number_has_a_place_and_ticks_are_few_and_rising(numbers: list[float], log: bool | None) -> None:
    scale = axis([series(*numbers)], log=log)
    assert scale.low < scale.high
    for number in numbers:
        place = scale.place(number)
        if math.isfinite(number) and not (scale.log and number <= 0):
            assert -1e-9 <= place <= 1 + 1e-9
        else:
            assert math.isnan(place)
    for most in (2, 5, 9):
        ticks = [number for number, _ in scale.ticks(most)]
        assert len(ticks) <= most + 1
        assert all(a < b for a, b in pairwise(ticks))


def test_numbers_that_span_more_than_two_decades_get_a_logarithmic_scale() -> None:
    assert axis([series(1, 99)]).log is False
    assert axis([series(1, 101)]).log is True
    assert axis([series(0, 1e6)]).log is False
    assert axis([series(1, 2)], log=True).log is True


def test_a_scale_of_positive_numbers_begins_at_zero_and_one_that_hardly_moves_does_not() -> None:
    assert axis([series(1, 4)]).low == 0
    assert axis([series(100, 101)]).low > 99


def test_ticks_of_rounds_are_whole() -> None:
    assert [text for _, text in Axis(0, 3).ticks(9, whole=True)] == ["0", "1", "2", "3"]
    assert [text for _, text in Axis(0, 12_000).ticks(4, whole=True)] == ["0", "5,000", "10,000"]


def test_a_long_curve_keeps_its_peaks_and_its_gaps() -> None:
    numbers = np.ones(100_000)
    numbers[31_415], numbers[50_000], numbers[70_000] = 9.0, math.nan, math.inf
    whole = Series("loss", np.arange(100_000.0), numbers)
    found = pieces(whole, rounds_axis([whole]), axis([whole]), 100)
    assert len(found) == 3
    assert sum(len(x) for x, _ in found) <= 4 * 103
    assert max(float(y.max()) for _, y in found) == pytest.approx(axis([whole]).place(9.0))
    assert whole.broken == [50_000, 70_000]


def test_a_list_that_grows_is_taken_over_once() -> None:
    numbers = [float(i) for i in range(500)]
    growing = Growing(numbers)
    for count in (0, 3, 64, 65, 200, 500, 100):
        assert growing.first(count).tolist() == numbers[:count]


def test_a_sparkline_shows_what_is_not_finite_as_a_dot() -> None:
    assert sparkline([4, 3, 2, 1, math.inf]) == "█▆▃▁·"
    assert sparkline([math.nan]) == "·"
    assert len(sparkline(range(1, 1000), 60)) == 60


# -- the picture -----------------------------------------------------------------------------------------------------------------


def test_equal_numbers_give_equal_bytes_and_a_title_that_a_reader_says() -> None:
    picture = svg("(w*x - y)^2", [Panel("loss", (series(4, 2, 1),))])
    assert picture == svg("(w*x - y)^2", [Panel("loss", (series(4, 2, 1),))])
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.findtext(f"{NAME}title") == "(w*x - y)^2"
    assert picture.endswith("</svg>\n")


def test_it_brings_its_ground_and_colours_for_light_and_dark() -> None:
    picture = svg("x", [Panel("loss", (series(4, 2, 1),))])
    assert "prefers-color-scheme: dark" in picture
    assert 'class="ground"' in picture


def test_curves_are_told_apart_by_more_than_colour() -> None:
    many = tuple(series(1, 2, 3 + i, name=f"‖∇w{i}‖") for i in range(MOST + 2))
    picture = svg("x", [Panel("norms", many)])
    dashes = [path.get("stroke-dasharray") for i in range(MOST) for path in drawn(picture, f"s{i}")[:1]]
    assert len(dashes) == len(set(dashes)) == MOST
    assert "and 2 more" in picture
    assert f"‖∇w{MOST - 1}‖" in picture
    assert f"‖∇w{MOST}‖" not in picture


def test_points_that_are_looked_at_now_and_then_are_dots() -> None:
    picture = svg("x", [Panel("loss", (series(3, 2, 1), series(4, 3, name="held-out loss")), frozenset({"held-out loss"}))])
    assert picture.count("<circle") == 3
    assert "held-out loss" in picture


def test_a_gap_breaks_the_line_and_the_first_is_marked() -> None:
    picture = svg("x", [Panel("loss", (series(3, 2, math.nan, 2, 1, math.inf),))])
    lines = drawn(picture, "s0")
    assert len(lines) == 2
    assert len(drawn(picture, "warn")) == 1
    assert "round 2: not finite" in picture
    assert "nan" not in "".join(path.get("d") or "" for path in lines)


@each("numbers", [(), (1.0,), (math.nan,), (0.0, 0.0), (-1.0, -2.0), (1e-320, 1e308), (-1e308, 1e308), (math.inf, math.inf)])
def test_any_numbers_can_be_drawn_inside_the_picture(numbers: tuple[float, ...]) -> None:
    picture = svg("x", [Panel("loss", (series(*numbers),))])
    root = ET.fromstring(picture)
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    for path in root.iter(f"{NAME}path"):
        for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path.get("d") or ""):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height


def test_what_learners_name_is_escaped_and_cut() -> None:
    picture = svg("a<b & " + "long " * 60, [Panel("l<oss", (series(1, 2, name="<w>"), series(2, 3, name="&")))])
    root = ET.fromstring(picture)
    texts = [element.text or "" for element in root.iter(f"{NAME}text")]
    assert any(text.startswith("a<b & long") and text.endswith("…") for text in texts)
    assert "<w>" in texts


# -- documents of a training -----------------------------------------------------------------------------------------------------


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
