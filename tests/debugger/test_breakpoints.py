"""Breakpoints: conditions on values, gradients, gates and contributions, and what changed a node last."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.debugger.breakpoints import last_change, reason, steps_at, steps_of
from graphstep.debugger.commands.breakpoints import conditions_in
from graphstep.debugger.conditions import EXAMPLES, read_conditions
from graphstep.debugger.frames import position_of
from graphstep.debugger.session import Command, allowed, perform
from graphstep.debugger.state import State
from graphstep.debugger.stops import count_of, first_stop, outer_steps
from graphstep.engine.trace import trace
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read
from tests.cases import each
from tests.effort import effort
from tests.faces.tui.arrays import ALIKE, given

MAIN, INPUTS = "(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}
SCALED = "p = x*y; q = p*z; q*2"


def steps(run, text: str) -> list[str]:
    (condition,) = read_conditions(text, run.program)
    return [f"{run.step(n).event} {run.program.label(run.step(n).node)}" for n in steps_of(run, condition)]


RUN = trace(read(MAIN), INPUTS)
W = trace(read("sum((relu(W@x))^2) + max(W)"), {"W": np.array([[1.0, 2.0], [-3.0, 1.0]]), "x": np.array([1.0, 0.0])})


@each(
    ("run", "text", "found"),
    [
        (RUN, "grad x == -4", ["send x"]),
        (RUN, "grad > 0", ["seed (x+y)*z", "send z"]),
        (RUN, "abs(grad) >= 4", ["send x+y", "send x", "send y"]),
        (RUN, "abs(grad y) > 3", ["send y"]),
        (RUN, "value x+y != 0", ["value x+y"]),
        (RUN, "grad (x+y) == -4", ["send x+y"]),
        (W, "abs(grad relu(W@x)) > 1", ["send relu(W@x)"]),
        (W, "value relu(W@x) >= 1", ["value relu(W@x)"]),
        (RUN, "gate mul", ["value (x+y)*z", "send x+y", "send z"]),
        (RUN, "gate ×", ["value (x+y)*z", "send x+y", "send z"]),
        (RUN, "isnan", []),
        (RUN, "second contribution", []),
        (W, "second contribution", ["send W"]),
        (W, "gate matmul", ["value W@x", "send W", "send x"]),
        (W, "value W@x < 2", ["value W@x"]),
        (W, "value W@x < 0", []),
        (W, "value W@x > 0.5", ["value W@x"]),
        (W, "abs(grad x) < 5", ["send x"]),
        (W, "gate max", ["value max(W)", "send W"]),
    ],
)
def test_a_condition_holds_after_the_steps_that_make_it_true(run, text: str, found: list[str]) -> None:
    assert steps(run, text) == found


def test_of_an_array_less_asks_every_cell_and_more_asks_any() -> None:
    run = trace(read("sum(x*c)"), {"x": np.array([1.0, 2.0]), "c": np.array([0.0, 3.0])})
    assert steps(run, "grad x == 0") == []
    assert steps(run, "grad x < 4") == ["send x"]
    assert steps(run, "grad x > 2") == ["send x"]
    assert steps(run, "grad x != 0") == ["send x"]
    none = trace(read("sum(x*0)"), {"x": np.array([1.0, 2.0])})
    assert steps(none, "grad x == 0") == ["send x"]


def test_what_is_not_finite_and_what_is_wrong_are_found() -> None:
    run = trace(read("sum(log(x))"), {"x": np.array([0.0, 1.0])})
    assert steps(run, "isinf")[0] == "value log(x)"
    assert steps(trace(read("log(x)"), {"x": -1.0}), "isnan")[0] == "value log(x)"
    inputs = given(ALIKE[1])
    assert steps(trace(read(ALIKE[0]), inputs), "alike") == ["value tanh(X@W1)"]
    assert steps(trace(read("sigmoid(x)"), {"x": 40.0}), "saturated") == ["value sigmoid(x)"]


def test_the_examples_can_be_read_and_what_is_none_is_said() -> None:
    program = read("q = x + y; h1 = max(q, x); 2*h1")
    assert len(read_conditions("; ".join(EXAMPLES), program)) == len(EXAMPLES)
    for text, said in (
        ("grad", "no condition"),
        ("abs(grad < 1", "no condition"),
        ("grad w == 0", "no node is called 'w'"),
        ("gate maxx", "no gate is called 'maxx'"),
        ("grad x == [1, 2]", "a single number is needed"),
    ):
        with pytest.raises(GraphstepError, match=said):
            read_conditions(text, program)


FORK = trace(read("q = x*x; q + x*0 + x"), {"x": 3.0})


@each(
    ("run", "node", "before", "event"),
    [
        (FORK, "x", len(FORK) + 1, "send x"),
        (FORK, "x", 1, None),
        (FORK, "q", 2, "value x*x"),
        (FORK, "q", 1, None),
        (RUN, "(x+y)*z", len(RUN), "seed (x+y)*z"),
        (RUN, "(x+y)*z", 3, "value (x+y)*z"),
        (trace(read("u = 2*x; x*3"), {"x": 1.0}), "u", 99, "seed x*3"),
        (W, "W", len(W), "send W"),
    ],
)
def test_the_last_change_of_a_node_is_found(run, node: str, before: int, event: str | None) -> None:
    n = last_change(run, run.program.find(node), before)
    assert (n and f"{run.step(n).event} {run.program.label(run.step(n).node)}") == event


def test_going_from_change_to_change_passes_every_contribution_but_those_of_zero() -> None:
    node, before, passed = 0, len(FORK) + 1, []
    while (n := last_change(FORK, node, before)) is not None:
        passed.append(FORK.step(n).contribution)
        before = n
    arrived = [wire.contribution for wire in FORK.arrivals(node)]
    assert passed == [x for k, x in reversed([*enumerate(arrived)]) if x or not k]
    assert 0.0 in arrived


# Each comparison at its very edge, on numbers and on arrays


NUMBER = trace(read("2*x"), {"x": 3.0})
CELLS = trace(read("sum(2*x)"), {"x": np.array([-3.0, 3.0, 1.0])})


@each(
    ("sign", "below", "at", "above"),
    [
        ("<", False, False, True),
        ("<=", False, True, True),
        ("==", False, True, False),
        ("=", False, True, False),
        ("!=", True, False, True),
        (">=", True, True, False),
        (">", True, False, False),
    ],
)
def test_every_comparison_means_what_it_says_at_its_edge(sign: str, below: bool, at: bool, above: bool) -> None:
    for number, holds in ((5.5, below), (6.0, at), (6.5, above)):
        assert bool(steps(NUMBER, f"value {sign} {number}")) == holds, number
        assert bool(steps(trace(read("2*x"), {"x": -3.0}), f"abs(value) {sign} {number}")) == holds, number


@each(
    ("text", "holds"),
    [
        ("value 2*x < 6", False),
        ("value 2*x <= 6", True),
        ("value 2*x > 5", True),
        ("value 2*x > 6", False),
        ("value 2*x >= 6", True),
        ("value 2*x == 6", False),
        ("abs(value 2*x) >= 2", True),
        ("abs(value 2*x) < 6.5", True),
        ("abs(value 2*x) > 6", False),
        ("abs(value 2*x) <= 2", False),
        ("value 2*x != 6", True),
        ("grad x == 2", True),
        ("grad x != 2", False),
        ("gradient x == 2", True),
    ],
)
def test_less_and_equal_ask_every_cell_and_more_and_unequal_ask_for_one(text: str, holds: bool) -> None:
    assert bool(steps(CELLS, text)) == holds


def test_an_array_without_cells_meets_nothing() -> None:
    run = trace(read("sum(x*2)"), {"x": np.zeros(0)})
    for sign in ("<", "==", ">", "!="):
        assert steps(run, f"value x*2 {sign} 1") == []


def test_every_node_is_asked_and_those_without_a_step_are_left_out() -> None:
    run = trace(read("a = x*2; b = a + y; b*b"), {"x": 1.0, "y": 1.0})
    assert steps(run, "value > 1") == ["value x*2", "value a + y", "value b*b"]
    assert steps(run, "value x == 1") == [], "an input has no step"
    assert steps(run, "grad == 6") == ["sum a + y", "send x*2", "send y"]
    assert steps(run, "grad != 0") == ["seed b*b", "sum a + y", "send x*2", "send y", "send x"]
    idle = trace(read("u = 2*x; 3*y"), {"x": 1.0, "y": 1.0})
    assert steps(idle, "grad == 0") == [], "the output does not depend on x, and no step makes that 0"
    constant = trace(read("c = 2*pi; c*x"), {"x": 1.0})
    assert steps(constant, "grad > -99") == ["seed c*x", "send x"]


def test_contributions_are_counted_from_the_first() -> None:
    run = trace(read("x + x*2 + x*3"), {"x": 1.0})
    arrivals = run.arrivals(0)
    for word, place in (("first", 0), ("second", 1), ("third", 2)):
        (condition,) = read_conditions(f"{word} contribution", run.program)
        found = [n for n in steps_of(run, condition) if run.step(n).node == 0]
        assert found == [arrivals[place].step]
    (fourth,) = read_conditions("fourth contribution", run.program)
    assert steps_of(run, fourth) == ()
    (first,) = read_conditions("first contribution", run.program)
    assert len(steps_of(run, first)) == sum(1 for node in range(len(run.program.nodes)) if run.arrivals(node))


@pytest.mark.parametrize("kind", ["isnan", "isinf"])
def test_what_is_not_finite_is_found_in_values_and_in_contributions(kind: str) -> None:
    assert steps(trace(read("log(x)*y"), {"x": 1.0, "y": 2.0}), kind) == []
    if kind == "isinf":
        assert steps(trace(read("log(x)"), {"x": 0.0}), kind) == ["value log(x)", "send x"]
        assert steps(trace(read("sqrt(x)"), {"x": 0.0}), kind) == ["send x"]
    else:
        assert steps(trace(read("log(x)*0"), {"x": 0.0}), kind) == ["value log(x)*0", "send x"]


@each(
    ("text", "inputs", "condition", "told"),
    [
        (MAIN, INPUTS, "grad x == -4", "break after step 6: grad x == -4, since df/dx = -4"),
        (MAIN, INPUTS, "value x+y > 2", "break after step 1: value x+y > 2, since x+y = 3"),
        (MAIN, INPUTS, "gate mul", "break after step 2: gate mul, since × computes f"),
        ("x*x", {"x": 3.0}, "second contribution", "break after step 4: second contribution, since 3 arrives at x"),
        ("log(x)", {"x": -1.0}, "isnan", "break after step 1: isnan, since f = nan"),
        ("sqrt(x)", {"x": 0.0}, "isinf", "break after step 3: isinf, since the contribution to x is inf"),
        (
            "sum(W)",
            {"W": np.array([3.0, 4.0])},
            "norm(value W) > 4 and done W",
            "break after step 3: norm(value W) > 4 and done W, since norm(W) = 5 and df/dW = [1, 1]",
        ),
        (
            "sum(W*W)",
            {"W": np.array([3.0, 4.0])},
            "rms(grad W) > 6",
            "break after step 7: rms(grad W) > 6, since rms(df/dW) = 7.071",
        ),
        ("sqrt(x)", {"x": 0.0}, "isinf x", "break after step 3: isinf x, since df/dx = inf"),
        ("log(x)*0", {"x": 0.0}, "isnan x", "break after step 5: isnan x, since df/dx = nan"),
        ("log(x)+y", {"x": 0.0, "y": 1.0}, "isinf log(x)", "break after step 1: isinf log(x), since log(x) = -inf"),
        ("x*x", {"x": 3.0}, "value x == 3 and done x", "break after step 5: value x == 3 and done x, since x = 3 and df/dx = 6"),
        ("x*x", {"x": 3.0}, "value x == 4 and done x", "no break: nothing in this run meets value x == 4 and done x"),
        ("x*x", {"x": 3.0}, "grad x changes", "break after step 3: grad x changes, since 3 arrives at x"),
        (
            "x*x",
            {"x": 3.0},
            "(value x == 4 and done x) or (grad x == 6 and done x)",
            "break after step 5: (value x == 4 and done x) or (grad x == 6 and done x), since df/dx = 6 and df/dx = 6",
        ),
        (MAIN, INPUTS, "not(grad x == 0)", "break after step 6: not(grad x == 0), since not (grad x == 0)"),
        (
            MAIN,
            INPUTS,
            "grad x == -4 and grad y == -4",
            "break after step 7: grad x == -4 and grad y == -4, since df/dx = -4 and df/dy = -4",
        ),
        (
            MAIN,
            INPUTS,
            "not grad x == 0 and value x+y == 3",
            "break after step 1: not grad x == 0 and value x+y == 3, since not (grad x == 0) and x+y = 3",
        ),
        # What is given is known from the start.
        (
            "x*y",
            {"x": math.nan, "y": 2.0},
            "isnan x and done y",
            "break after step 4: isnan x and done y, since x = nan and df/dy = nan",
        ),
        (
            "x*y",
            {"x": math.inf, "y": 2.0},
            "isinf x and done y",
            "break after step 4: isinf x and done y, since x = inf and df/dy = inf",
        ),
        ("x*y", {"x": math.nan, "y": 2.0}, "not isnan x", "no break: nothing in this run meets not isnan x"),
        (SCALED, {"z": 0.1}, "grad p shrinks 5x", "break after step 6: grad p shrinks 5x, since df/dp = 0.2"),
        (SCALED, {"z": 0.1}, "grad p shrinks 11x", "no break: nothing in this run meets grad p shrinks 11x"),
        ("x*y*0", {"x": 1.0, "y": 2.0}, "grad x shrinks 2x", "no break: nothing in this run meets grad x shrinks 2x"),
        (SCALED, {"z": 10.0}, "grad p grows 5x", "break after step 6: grad p grows 5x, since df/dp = 20"),
        ("log(x)", {"x": 0.0}, "isnan or isinf", "break after step 1: isnan or isinf, since f = -inf"),
        ("log(x)", {"x": -1.0}, "isinf or isnan", "break after step 1: isinf or isnan, since f = nan"),
        (
            "x*x",
            {"x": 3.0},
            "grad x changes and value x == 3",
            "break after step 3: grad x changes and value x == 3, since 3 arrives at x and x = 3",
        ),
        (MAIN, INPUTS, "grad x > 99", "no break: nothing in this run meets grad x > 99"),
        (MAIN, INPUTS, "isnan; isinf", "no break: nothing in this run meets isnan or isinf"),
        (
            MAIN,
            INPUTS,
            "grad y == -4; value x+y == 3; gate add",
            "break after step 1: value x+y == 3, since x+y = 3; gate add, since + computes x+y",
        ),
    ],
)
def test_the_first_stop_is_said_with_its_reason(text: str, inputs: dict[str, Any], condition: str, told: str) -> None:
    run = trace(read(text), {**({"x": 1.0, "y": 2.0} if text == SCALED else {}), **inputs})
    stop, said = first_stop(run, read_conditions(condition, run.program))
    assert said == told
    assert stop == (None if said.startswith("no") else int(said.split()[3].rstrip(":")))


def test_what_is_wrong_is_a_reason_without_its_full_stop() -> None:
    run = trace(read("sigmoid(x)"), {"x": 40.0})
    (condition,) = read_conditions("saturated", run.program)
    (n,) = steps_of(run, condition)
    assert run.step(n).event == "value"
    told = reason(run, condition, n)
    assert told.startswith("f is saturated")
    assert not told.endswith(".")


def test_a_stop_behind_the_last_step_that_is_asked_for_is_none() -> None:
    run = trace(read(MAIN), INPUTS)
    conditions = read_conditions("grad x == -4", run.program)
    assert first_stop(run, conditions, 6)[0] == 6
    assert first_stop(run, conditions, 5) == (None, "no break: nothing up to step 5 meets grad x == -4")
    assert first_stop(run, conditions, len(run))[0] == 6


@each(
    ("text", "message", "hint"),
    [
        ("grad", "'grad' is no condition", "for example grad x == 0, abs(grad) < 1e-3"),
        ("grad w == 0", "no node is called 'w'", "leave it out for all"),
        ("grad qq == 0", "no node is called 'qq'", "did you mean 'q'?"),
        ("gate maxx", "no gate is called 'maxx'", "did you mean"),
        ("gate §", "no gate is called '§'", "for example gate max, gate matmul"),
        ("gate max x", "'gate max x' is no condition", "for example"),
        ("sixth contribution", "'sixth contribution' is no condition", "for example"),
        ("second gate", "'second gate' is no condition", "for example"),
        ("grad shrinks 0.5x", "'grad shrinks 0.5x': the factor is more than 1", "for example grad shrinks 10x"),
        ("grad x == nan", "'grad x == nan': nothing compares with nan", "isnan x"),
        ("(grad x == 1", "'(grad x == 1' is no condition", "for example"),
    ],
)
def test_what_is_no_condition_is_refused_with_what_would_be(text: str, message: str, hint: str) -> None:
    with pytest.raises(GraphstepError) as caught:
        read_conditions(text, read("q = x + y; max(q, x)"))
    assert str(caught.value).splitlines()[0] == message
    assert hint in caught.value.hint


def test_conditions_stand_between_semicolons_in_any_spacing() -> None:
    program = read("q = x + y; max(q, x)")
    found = read_conditions(" ; grad   x==0;;abs( value q )>=1 ; third contribution;", program)
    assert [condition.text for condition in found] == ["grad x==0", "abs( value q )>=1", "third contribution"]
    assert [(c.kind, c.node, c.of, c.sign, c.number, c.count) for c in found] == [
        ("grad", "x", "", "==", 0.0, 0),
        ("value", "q", "abs", ">=", 1.0, 0),
        ("contribution", "", "", "", 0.0, 3),
    ]
    assert read_conditions("", program) == ()


def test_a_gate_is_called_by_its_name_its_symbol_or_its_function() -> None:
    run = trace(read("ln(x)*x"), {"x": 2.0})
    for word in ("log", "ln"):
        assert steps(run, f"gate {word}") == ["value ln(x)", "send x"]
    assert steps(run, "gate ×") == steps(run, "gate mul")


def test_the_steps_at_a_node_are_those_that_make_its_value_and_its_gradient() -> None:
    run = trace(read("q = x*x; q + x"), {"x": 3.0})

    def made(name: str) -> list[str]:
        return [run.step(n).event for n in steps_at(run, run.program.find(name) or 0)]

    assert made("x") == ["send", "send", "send", "sum"]
    assert made("q") == ["value", "send"]
    assert [run.step(n).event for n in steps_at(run, run.program.output)] == ["value", "seed"]


def test_in_a_round_of_training_the_last_change_of_a_parameter_is_its_update() -> None:
    values = {"a": 1.0, "p": 2.0, "b": 3.0, "q": 4.0}
    run = gs.train("a*p + b*q", params=["b", "a"], lr=1, steps=1, inputs=values).round(0)
    behind = run.last_backward_step
    assert len(run.updates) == 2
    for place, update in enumerate(run.updates, 1):
        assert last_change(run, update.node, behind + place + 1) == behind + place
        assert last_change(run, update.node, len(run) + 1) == behind + place
        sent = run.arrivals(update.node)[-1].step
        assert last_change(run, update.node, behind + place) == sent
    p = run.program.names["p"]
    assert last_change(run, p, len(run) + 1) in (None, *steps_at(run, p))


# Joined tests, patterns, and what is known so far

FORKED = trace(read("q = x*2; x*3 - x*5 + q"), {"x": 1.0})
"""Three contributions arrive at x: -5 and 3 of the products, in the order of sending, and 2 of q."""
LAYERS = trace(read("h1 = tanh(0.1*x); h2 = tanh(h1/50); h3 = 2*h2; h3^2"), {"x": 1.0})


HUGE = trace(read("sum(1e200*x)"), {"x": np.array([1.0, 2.0])})
"""Squares of its gradients are no doubles."""


def at(run, text: str) -> list[tuple[str, str]]:
    (condition,) = read_conditions(text, run.program)
    return [
        (f"{run.step(n).event} {run.program.label(run.step(n).node)}", reason(run, condition, n))
        for n in steps_of(run, condition)
    ]


def test_the_gradient_of_a_named_node_is_what_has_arrived_so_far() -> None:
    arrivals = [wire.contribution for wire in FORKED.arrivals(0)]
    so_far = [sum(arrivals[: k + 1]) for k in range(3)]
    for k in range(3):
        (condition,) = read_conditions(f"grad x == {so_far[k]}", FORKED.program)
        expected = FORKED.arrivals(0)[k].step if k < 2 else FORKED.step_of_gradient(0)
        assert expected in steps_of(FORKED, condition)
    assert steps(FORKED, f"grad x == {so_far[2]} and done x") == ["sum x"]
    assert steps(FORKED, f"grad x == {so_far[0]} and not done x")
    assert not steps(FORKED, f"grad x == {so_far[0]} and done x")


def test_the_reason_says_that_a_sum_is_not_complete() -> None:
    first = FORKED.arrivals(0)[0].contribution
    ((_, told),) = at(FORKED, f"grad x == {first:g}")
    assert told == f"df/dx = {first:g} so far"


@each(
    ("run", "text", "found"),
    [
        (RUN, "done x", ["send x"]),
        (RUN, "done x or done y", ["send x", "send y"]),
        (RUN, "gate mul and grad z > 0", ["send z"]),
        (RUN, "value x+y > 2 and gate mul", ["value (x+y)*z", "send x+y", "send z"]),
        (RUN, "not gate mul and value x+y > 2", ["value x+y", "seed (x+y)*z", "send x", "send y"]),
        (RUN, "(grad x == -4 or grad y == -4) and not grad y == -4", ["send x"]),
        (RUN, "grad x == -4 or grad y == -4 and grad z > 99", ["send x", "send y"]),
        (RUN, "isnan x or isinf z", []),
        (RUN, "grad x changes", ["send x"]),
        (LAYERS, "grad h* shrinks 10x", ["send tanh(0.1*x)"]),
        (LAYERS, "shrinks 40x", ["send 2*h2", "send tanh(0.1*x)"]),
        (LAYERS, "grad h3 grows 2x", []),
        (W, "rms(grad W) > 1", ["sum W"]),
        (W, "max(value W@x) > 0.5", ["value W@x"]),
        (W, "mean(value W@x) > 0.5", []),
        (W, "norm(grad x) > 1e9", []),
        (HUGE, "rms(grad x) > 1e199 and not norm(grad x) > 1e300", ["send x"]),
    ],
)
def test_tests_are_joined_and_patterns_stand_for_several_nodes(run, text: str, found: list[str]) -> None:
    assert steps(run, text) == found


def test_a_nan_that_is_asked_for_by_name_stays() -> None:
    run = trace(read("q = log(x); q*y + y"), {"x": -1.0, "y": 2.0})
    assert steps(run, "isnan q")[0] == "value log(x)"
    assert "send y" in steps(run, "isnan q and grad y changes")


@each(
    ("text", "said"),
    [
        ("grad x == 0 and", "has nothing on one side of and"),
        ("or done x", "has nothing on one side of or"),
        ("not", "'not' is no condition"),
        ("grad z* > 1", "no name fits 'z*'"),
        ("grad shrinks 0.5x", "the factor is more than 1"),
        ("grad shrinks", "is no condition"),
        ("rms(grad x", "is no condition"),
        ("done", "is no condition"),
        ("done w", "no node is called 'w'"),
        ("(grad x == 0", "is no condition"),
        ("(" * 3000 + "isnan" + ")" * 3000, "a condition is nested at most 100 deep"),
        ("not " * 3000 + "isnan", "a condition is nested at most 100 deep"),
    ],
)
def test_a_joined_condition_that_is_none_is_refused_by_its_part(text: str, said: str) -> None:
    with pytest.raises(GraphstepError, match=re.escape(said)):
        read_conditions(text, read("q = x + y; max(q, x)"))


CHAIN = trace(read("; ".join(["h0 = x", *(f"h{n} = h{n - 1}*x + x" for n in range(1, 400))])), {"x": 1.0})


@each(
    "text",
    [
        "abs(grad) < 1e-6", "value > 0.5", "abs(grad h*) > 2", "grad x > 5", "isnan", "isinf h*", "gate mul", "done h*",
        "second contribution", "grad changes", "grad shrinks 2x", "grad h* grows 2x", "done h3 and not isnan x and grad x > 5",
    ],
)  # fmt: skip
def test_a_condition_is_asked_of_columns_and_not_of_each_step(text: str) -> None:
    """Of a name the sums that arrive are asked one by one, and to fit a pattern each name is; nothing else grows with the run."""
    (condition,) = read_conditions(text, CHAIN.program)
    steps_of(CHAIN, condition)
    state = State(CHAIN)
    # Two dozen calls for each contribution to x; three for each name.
    most = 24 * 800 if "grad x" in text else 3 * 400 if "*" in text else 0
    assert effort(lambda: steps_of(CHAIN, condition)) < 150 + most
    assert effort(lambda: count_of(state, (condition,))) < 300 + most


def test_what_a_hub_knows_of_its_gradient_is_asked_without_all_that_arrives() -> None:
    (hub,) = (CHAIN.program.find("x"),)
    assert len(CHAIN.arrivals(hub)) > 700
    at = CHAIN.arrivals(hub)[300].step
    assert CHAIN.gradient(hub, at).received == 301
    assert effort(lambda: CHAIN.gradient(hub, at)) < 60


@each("kind", ["isnan", "isinf"])
def test_an_infinity_beside_a_nan_is_found_inside_the_gate_that_makes_both(kind: str) -> None:
    both = trace(read("q = log1p(x); q*2"), {"x": np.array([-1.0, -2.0])})
    stop, _ = perform(perform(State(both), Command("break_on", kind))[0], Command("continue"))
    assert position_of(stop) == "0/q/2"


SATURATED = trace(read("sigmoid(x)*y"), {"x": 800.0, "y": 5.0})
LOST = trace(read("q = mse(x, y); q*3"), {"x": np.array([1e200, 3.0]), "y": np.array([0.0, 1.0])})


@each(
    ("run", "text", "positions"),
    [
        (SATURATED, "grad p1.1 == 0", ["5/p1/8"]),
        (SATURATED, "value p1.2 == 0 or grad p1.1 == 0", ["0/p1/2", "5/p1/8"]),
        # The parts of a gate are no part of the run: what they would overflow to does not stop it.
        (trace(read("sigmoid(x)*y"), {"x": -800.0, "y": 5.0}), "isinf", []),
        (trace(read("sigmoid(x)*y"), {"x": -800.0, "y": 5.0}), "isnan p1.1", ["5/p1/8"]),
        (SATURATED, "grad == 0", ["6"]),
        (LOST, "isinf", ["0/q/2", "0/q/3", "1", "2"]),
        (trace(read("y*silu(x)"), {"x": -800.0, "y": 1.0}), "value p1.1.2 > 1e300", ["0/p1/0/p1.1/2"]),
    ],
)
def test_conditions_stop_inside_closed_gates_at_what_they_name_and_at_what_makes_a_nan(
    run, text: str, positions: list[str]
) -> None:
    state, there = perform(State(run), Command("break_on", text))[0], []
    while allowed(state, "continue"):
        state, _ = perform(state, Command("continue"))
        there.append(position_of(state))
    assert there == positions
    back = []
    while allowed(state, "continue_back"):
        state, _ = perform(state, Command("continue_back"))
        back.append(position_of(state))
    # Where the gate is open already, it is gone back to inside of it.
    assert [place.rpartition("/")[2] for place in back] == [place.rpartition("/")[2] for place in positions[-2::-1]]


def test_a_stop_inside_a_gate_is_said_with_its_position_and_told_up_to_it() -> None:
    stop, said = first_stop(SATURATED, conditions_in(State(SATURATED), "grad p1.1 == 0"))
    assert (stop, said) == (5, "break after step 5/p1/8: grad p1.1 == 0, since df/d(p1.1) = 0")
    assert outer_steps(SATURATED, conditions_in(State(SATURATED), "grad p1.1 == 0")[0]) == (6,)
    state = perform(State(SATURATED), Command("break_on", "grad p1.1 == 0"))[0]
    (copy,) = perform(state, Command("copy"))[1].effects
    assert copy.setup.breaks == ("grad p1.1 == 0",)


def _walk(state: State, *actions: str) -> tuple[State, list[tuple[str, bool]]]:
    """Where each action leads to, and whether a breakpoint stopped there."""
    places = []
    for action in actions:
        state, reply = perform(state, Command(action))
        places.append((position_of(state), reply.hit is not None))
    return state, places


def test_a_step_over_a_call_stops_at_a_breakpoint_inside_it() -> None:
    run = gs.run("def f(a) = (a + 1)*a; f(x) + 2", x=3).trace
    state, _ = perform(State(run), Command("break_on", "gate add"))
    forth = _walk(state, *["over"] * 7)[1]
    # Step 1 is the sum inside f, and so is step 8; single steps need not be said to meet one.
    assert forth[:3] == [("1", True), ("2/f/2", False), ("3", False)]
    assert ("8", True) in [(place.split("/")[0], hit) for place, hit in forth[3:]]
    assert _walk(State(run), "step")[1] == [("2", False)], "without a breakpoint the call is one step"


def test_a_step_over_a_closed_gate_stops_inside_it_either_way() -> None:
    run = gs.run("sigmoid(x)*x", x=3).trace
    state, _ = perform(State(run), Command("break_on", "grad p1.1 > -100"))
    state, forth = _walk(state, *["step"] * 7)
    assert forth[3:] == [("4", False), ("5", False), ("5/p1/8", True), ("5/p1/9", False)]
    state, _ = _walk(state, "step")
    assert _walk(state, "back")[1] == [("5/p1/8", True)]
