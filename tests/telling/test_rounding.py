"""Where float64 loses what a gate computes: the first gate that makes inf or nan, else the first that loses digits."""

from __future__ import annotations

from typing import Any

import graphstep as gs
from graphstep.telling.rounding import first_loss
from graphstep.telling.words.wording import Wording
from tests.cases import each


@each(
    ("text", "inputs", "loss"),
    [
        ("x + y", {"x": 1e9, "y": 3.0}, None),
        ("exp(x)", {"x": 1000.0}, "exp(x) is inf: too large for a number"),
        ("log(x)", {"x": 0.0}, "log(x) is -inf: the logarithm of 0"),
        ("sqrt(x)", {"x": -1.0}, "sqrt(x) is nan"),
        ("x*y", {"x": 0.0, "y": float("inf")}, "x*y is nan, made of 0 and inf"),
        ("x*y", {"x": [1.0, 0.0], "y": [1.0, float("inf")]}, "x*y is nan, made of 0 and inf"),
        ("x/y", {"x": [0.0, 1.0], "y": [0.0, 1.0]}, "x/y is nan"),
        ("x@y", {"x": [[0.0, 1.0]], "y": [float("inf"), 1.0]}, "x@y is nan, made of an infinite cell"),
        ("x - y", {"x": 1.0, "y": 1.0 - 1e-9}, "x - y loses digits: numbers of the size of 1 cancel to 1.000e-9"),
        ("x + y", {"x": [1e20, 1.0], "y": [1.0, 1.0]}, "x + y loses digits: 1 is lost beside 1e20"),
        ("x + y", {"x": 1e20, "y": 1.0}, "x + y loses digits: 1 is lost beside 1e20"),
        ("sum(x)", {"x": [1e20, 1.0]}, "sum(x) loses digits: the other cells are lost beside 1e20"),
        ("sum(x)", {"x": [1e20, 0.0]}, None),
        ("x*y", {"x": 1e-200, "y": 1e-200}, "x*y is 0: too small for a number"),
        ("exp(x)", {"x": -1000.0}, "exp(x) is 0: too small for a number"),
        ("(x + y) - x + exp(z)", {"x": 1e20, "y": 1.0, "z": 1000.0}, "exp(z) is inf: too large for a number"),
    ],
)
def test_the_first_loss_is_told_of_the_gate_that_has_it(text: str, inputs: dict[str, Any], loss: str | None) -> None:
    trace = gs.run(text, inputs=inputs).trace
    first = first_loss(trace, range(trace.program.first_gate, len(trace.program.nodes)))
    assert (first and Wording(trace).say(first)) == loss
