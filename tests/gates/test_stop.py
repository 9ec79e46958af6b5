"""The stop gate: its value moves and its gradient is 0, and whoever differentiates agrees."""

from __future__ import annotations

import pytest

import graphstep as gs

PROGRAMS = [
    ("stop(x^2)*x + x", {"x": 3.0}, 10.0),
    ("q = detach(sin(x)); q*x + stop_gradient(q)", {"x": 0.5}, 0.479425538604203),
    ("sum(stop(x)*x^2)", {"x": [3.0, -2.0]}, [18.0, 8.0]),
    ("s = softmax(x); sum((s - stop(s))^2 + x*stop(max(x)))", {"x": [1.0, 2.0]}, [2.0, 2.0]),
]


@pytest.mark.parametrize(("text", "inputs", "gradient"), PROGRAMS)
def test_every_witness_holds_the_value_of_a_stop_still(text: str, inputs: dict, gradient: object) -> None:
    run = gs.run(text, inputs=inputs)
    assert run.gradients["x"] == pytest.approx(gradient, rel=1e-12)
    report = gs.check(text, inputs=inputs)
    assert all(row.verdict == "agree" for row in report.rows)


def test_sympy_differentiates_a_stop_as_a_constant_and_gives_it_back() -> None:
    expression = gs.run("stop(x^2)*x", x=3).sympy()
    (x,) = expression.free_symbols
    assert str(expression.diff(x)) == "stop(x**2)"
    assert gs.from_sympy(expression, x=3).gradients == {"x": 9.0}
