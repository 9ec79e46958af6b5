"""Curves: their scale, what can be seen of a long one, and the picture."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.faces.drawing.curve import Axis, Growing, Series, axis, pieces, rounds_axis, sparkline
from graphstep.faces.drawing.curve_picture import MOST, Panel, svg
from tests.cases import each

NAME = "{http://www.w3.org/2000/svg}"


def series(*numbers: float, name: str = "loss") -> Series:
    return Series.of(name, enumerate(numbers))


def drawn(picture: str, kind: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(picture).iter(f"{NAME}path") if (element.get("class") or "") == kind]


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
