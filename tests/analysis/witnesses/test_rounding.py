"""The measures that verdicts rest on: how far a number may be off, and what is left where digits cancel."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graphstep.analysis.witnesses import check, numeric_rows, testimony
from graphstep.analysis.witnesses.around import _length
from graphstep.analysis.witnesses.branches import decisions
from graphstep.analysis.witnesses.cells import whole
from graphstep.analysis.witnesses.differences import Runs, _bound, differences
from graphstep.analysis.witnesses.narrow import _furthest
from graphstep.analysis.witnesses.report import ROUNDINGS
from graphstep.analysis.witnesses.rounding import _off, cancelled, noise, wrong_value
from graphstep.analysis.witnesses.verdicts import _blind, _percent, _reservation
from graphstep.engine.trace import Trace
from graphstep.gates import ELEMENTWISE
from graphstep.telling.reports.check import data, explanation

EPSILON = float(np.finfo(np.float64).eps)


def run(text: str, dtype: str = "float64", **inputs: object) -> Trace:
    from graphstep.engine.opening import read_setup
    from graphstep.language.setup import setup_of

    numbers = {name: np.array(value, float) if isinstance(value, list) else float(str(value)) for name, value in inputs.items()}
    return read_setup(setup_of(text, numbers, dtype=dtype), numbers).run()


def test_what_is_right_for_an_infinity_is_not_off() -> None:
    assert _off(np.array([1.0, 2.0]), np.array([np.inf, 2.0]), sums=False) == (0.0, (0,))
    off, cell = _off(np.array([1.0, 3.0]), np.array([1.0, 2.0]), sums=False)
    assert (off, cell) == (pytest.approx(1 / 3), (1,))
    assert _off(np.zeros(0), np.zeros(0), sums=False) == (0.0, ())
    # A sum is measured by its own largest cell, however small that is.
    assert _off(np.array([2e-14]), np.array([1e-14]), sums=True)[0] == 0.5


def test_noise_is_sixteen_roundings_of_what_would_arrive_without_signs() -> None:
    assert noise(run("x*y", x=2, y=3), 0) == ROUNDINGS * EPSILON * 3
    assert noise(run("x*2 - x*3", x=2), 0) == ROUNDINGS * EPSILON * 5
    # Nothing arrives at y, so that there is nothing to round.
    assert noise(run("unused = y^2; x*2", x=1, y=3), 0) == 0


def test_a_length_that_is_too_large_counts_as_none() -> None:
    huge = np.array([1e200, 1e200])
    with np.errstate(over="ignore"):
        assert _length(huge, huge) == 0.0
    assert _length(np.array([3.0, 4.0]), np.array([1.0, 1.0])) == 5.0


def test_contributions_that_cancel_to_nothing_are_named() -> None:
    found = cancelled(run("1e9*x^2 - 2e9*x", x=1), 0, backward=True)
    assert found is not None
    assert found.message == "rounding-cancels-contributions"
    assert (found.figures["read"], found.figures["left"]) == ("2e9", "0")
    assert cancelled(run("1e9*x^2 - 2e9*x", x=1), 0, backward=False) is None


def test_of_digits_that_cancel_twice_the_place_is_named_where_most_of_them_do() -> None:
    named = cancelled(run("(x - y)*(x - z)", x=1, y=1 - 2.0**-30, z=1 - 2.0**-20), 0, backward=False)
    assert named is not None
    assert (named.figures["read"], named.figures["left"]) == ("1", "9.313e-10")


def test_a_gate_decides_by_the_side_of_its_border_and_by_the_border_itself() -> None:
    x, y = np.meshgrid([-1.0, -0.0, 0.0, 0.5, 1.0], [-1.0, 0.0, 0.5])
    assert decisions(ELEMENTWISE["atan2"], [x, y], np.arctan2(x, y)).tolist() == [((y < 0) & (x >= 0)).tolist()]
    assert decisions(ELEMENTWISE["sign"], [x], np.sign(x)).tolist() == [np.sign(x).tolist()]


def test_a_direction_that_cannot_tell_leaves_the_verdict_to_the_cells() -> None:
    row = check(run("sum(x*x)", x=[1, 2])).rows[0]
    for verdict, shown in (("unsettled", "agree"), ("disagree", "disagree")):
        assert whole(row.trace, row.node, [row], replace(row, verdict=verdict)).verdict == shown


def test_what_a_difference_does_not_see_and_what_limits_it_are_said() -> None:
    for one_sided, why in ((True, "verdict-blind-one-sided"), (False, "verdict-blind-bends")):
        seen: Any = SimpleNamespace(numeric=1.0, difference=SimpleNamespace(one_sided=one_sided))
        (said,) = _blind(seen, 2.0)
        assert (said.message, said.figures["why"].message) == ("verdict-blind", why)
    rough: Any = SimpleNamespace(numeric=1.0, difference=None, backprop=1.001)
    assert [said.message for said in _reservation(rough, None)] == ["verdict-rounding-hides"]
    assert _reservation(rough, 1.0) == ()


def test_a_share_is_a_percentage_from_one_in_ten_thousand_on() -> None:
    assert [_percent(share) for share in (1e-4, 0.99e-4, 0.5)] == ["0.01 %", "9.9e-5", "50 %"]


def test_a_difference_is_extrapolated_to_nine_digits() -> None:
    for text, slope in (("exp(x)", math.exp(0.7)), ("sin(3*x)", 3 * math.cos(2.1)), ("1/x", -1 / 0.49)):
        ((difference),) = differences(run(text, x=0.7), [0])
        assert difference is not None
        assert difference.slope == pytest.approx(slope, rel=1e-10)
        assert difference.error <= 1e-8 * abs(slope)


def test_a_slope_may_be_off_by_two_outputs_roundings_at_most() -> None:
    of = run("x*x", x=3)
    from graphstep.analysis.witnesses.around import magnitudes

    spread = [1.0]
    runs = Runs(3.0, 9.0, magnitudes(of), spread, spread, spread, spread)
    assert _bound(runs, 0.0, 0.5) == 2 * EPSILON * runs.magnitudes.total / 0.5
    assert _bound(runs, 1.0, 0.5) == 1.0


def test_the_largest_gradient_of_the_inputs_measures_what_is_nothing() -> None:
    small = run("x*1e-3", x=1)
    assert testimony._largest(small) == 1e-3


def test_one_side_that_jumps_is_said_to_jump() -> None:
    (row,) = numeric_rows(run("where(x > 0, 1 + x, x)", x=0), [0])
    assert "jumps" in explanation(row)


def test_what_is_not_finite_begins_at_a_gate_or_was_given() -> None:
    assert explanation(check(run("x + y", x=math.inf, y=math.inf)).rows[0]) == "The input x is inf."
    assert explanation(check(run("x + exp(y)", x=math.inf, y=800)).rows[0]) == "exp(y) is inf."


def test_a_sum_whose_digits_cancel_is_no_wrong_value() -> None:
    assert wrong_value(run("sum(x)", x=[1e16, 1.0, -1e16]), 1) is None


def test_a_jump_of_atan2_is_a_kink_and_its_other_axis_none() -> None:
    assert [row.verdict for row in check(run("atan2(x, y)", x=0, y=-1)).rows] == ["kink", "agree"]
    for x, y in ((0, 1), (1, -1), (1, 1)):
        assert {row.verdict for row in check(run("atan2(x, y)", x=x, y=y)).rows} == {"agree"}


def test_a_program_without_inputs_has_nothing_to_ask() -> None:
    assert check(run("sum([1, 2]*[3, 4])")).rows == ()


def test_a_narrow_run_is_measured_by_its_furthest_cell() -> None:
    assert _furthest(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 3.3])) == (0.5, (1,))
    assert _furthest(np.array([np.nan, 1.0]), np.array([np.nan, 1.0])) == (0.0, (0,))
    assert _furthest(np.zeros(0), np.zeros(0)) == (0.0, ())
    # Far from 1 a difference is measured by the numbers themselves.
    assert _furthest(np.array(1e10), np.array(1.5e10)) == (pytest.approx(1 / 3), ())


def test_a_narrow_run_says_by_how_much_and_in_which_figures() -> None:
    calm = check(run("x*y", "float32", x=0.1, y=3))
    assert [row.verdict for row in calm.rows] == ["agree", "agree"]
    assert all(row.numeric_difference is not None and row.numeric_difference < 1e-6 for row in calm.rows)
    lost = check(run("(1 + x) - 1", "float32", x=1e-4))
    assert lost.value is not None
    assert lost.value.verdict == "rounding"
    assert "0.017 % away" in explanation(lost.value)
    large = check(run("exp(x)", "float32", x=100))
    assert [row.verdict for row in large.rows] == ["not finite"]
    assert data(large)["rows"][0]["backprop"] in ("inf", math.inf) if "rows" in data(large) else True
