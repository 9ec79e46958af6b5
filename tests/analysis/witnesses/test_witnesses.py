"""Three witnesses for a gradient: what they say where all is well, at kinks, at the ends of a domain, and where one is wrong."""

from __future__ import annotations

import json
import math
import random
import sys
from itertools import count
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.analysis.symbolic import ExactRun
from graphstep.analysis.witnesses import Report, Row, check, check_node, numeric_rows, rows, testimony, verdicts
from graphstep.analysis.witnesses.around import magnitudes
from graphstep.analysis.witnesses.branches import decides
from graphstep.analysis.witnesses.differences import Difference, Magnitudes, differences, sizes
from graphstep.analysis.witnesses.rounding import noise
from graphstep.analysis.witnesses.verdicts import judged, relative_error
from graphstep.engine.trace import Trace, trace
from graphstep.gates import ELEMENTWISE, GATES
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.telling.names import name_of
from graphstep.telling.reports.check import data, explanation, input_name, symbolic_note
from tests.cases import each
from tests.effort import effort
from tests.programs import seeded
from tests.reports import lines
from tests.rules import altered


def run(text: str, **inputs: float) -> Trace:
    return trace(read(text), inputs)


def report(text: str, **inputs: float) -> Report:
    return check(run(text, **inputs))


def only(text: str, **inputs: float) -> Row:
    (row,) = report(text, **inputs).rows
    return row


def test_the_lecture_example_is_confirmed_three_times() -> None:
    found = report("(x+y)*z", x=-2.0, y=5.0, z=-4.0)
    assert [input_name(row) for row in found.rows] == ["x", "y", "z"]
    for row, gradient in zip(found.rows, (-4.0, -4.0, 3.0), strict=True):
        assert row.backprop == row.symbolic == gradient
        assert row.numeric == pytest.approx(gradient, rel=1e-12)
        assert row.verdict == "agree"
        assert not explanation(row)
    assert found.agrees
    assert lines(found)[-1].startswith("All 3 gradients are confirmed by SymPy and the central difference")


@each(
    ("text", "at"),
    [
        ("exp(x)", 3.0),
        ("exp(x)", 700.0),
        ("ln(x)", 1e-9),
        ("ln(x)", 1e6),
        ("1/x", -1e-5),
        ("sqrt(x)", 1e-4),
        ("sin(1000x)", 1.0),
        ("exp(-(1000x)^2)", 0.0005),
        ("tan(x)", 1.57),
        ("x^7", 1e-8),
        ("x^x", 2.0),
        ("sigmoid(x)", 0.3),
        ("gelu(x)", -1.0),
        ("(x + 1e6) - 1e6", 1.0),
        ("x^3", 1e5),
        ("atan(x)", 300.0),
        ("relu(x - 1e-6)", 0.0),
        ("relu(x)*x^2", 1e-6),
    ],
)
def test_six_digits_are_routine_at_any_scale(text: str, at: float) -> None:
    row = only(text, x=at)
    assert row.verdict == "agree"
    assert row.relative_error is not None
    assert row.relative_error <= 1e-6
    assert not explanation(row)


@each(
    ("text", "inputs", "kind", "left", "right", "taken"),
    [
        ("relu(x)", {"x": 0.0}, "relu", 0, 1, 0),
        ("max(0, 1 - x)", {"x": 1.0}, "max", -1, 0, 0),
        ("3|x|", {"x": 0.0}, "abs", -3, 3, 0),
        ("leaky_relu(x)", {"x": 0.0}, "leaky_relu", 0.01, 1, 0.01),
        ("elu(x, 2)", {"x": 0.0}, "elu", 2, 1, 2),
        ("clip(x, 0, 1)", {"x": 1.0}, "clip", 1, 0, 0),
        ("max(x, 2)^2", {"x": 2.0}, "max", 0, 4, 0),
        ("relu(sin(x))*5", {"x": 0.0}, "relu", 0, 5, 0),
    ],
)
def test_a_kink_is_named_with_its_two_slopes(
    text: str, inputs: dict[str, float], kind: str, left: float, right: float, taken: float
) -> None:
    of = run(text, **inputs)
    (row,) = check(of).rows
    assert row.verdict == "kink"
    assert [of.program.nodes[i].gate for i in row.kinks] == [kind]
    box = {"abs": "|x|", "leaky_relu": "leaky"}.get(kind, kind)
    assert explanation(row).startswith(f"{box} ({name_of(of.program, row.kinks[0])}")
    assert f"the slope is {left} on the left and {right} on the right" in explanation(row)
    assert f"Backprop takes {taken}" in explanation(row)
    assert row.numeric == pytest.approx((left + right) / 2, rel=1e-6)
    assert f"their mean, {(left + right) / 2:g}." in explanation(row)
    assert check(of).agrees


def test_a_tie_of_two_inputs_is_a_kink_for_each_of_them() -> None:
    found = report("max(x, y)", x=1.0, y=1.0)
    assert [row.verdict for row in found.rows] == ["kink", "kink"]
    assert [(row.backprop, row.symbolic, row.numeric) for row in found.rows] == [(1, 0.5, 0.5), (0, 0.5, 0.5)]
    assert "x and y tie at 1" in explanation(found.rows[0])


def test_split_ties_are_still_a_kink_and_say_so() -> None:
    found = check(trace(read("max(x, y)"), {"x": 1.0, "y": 1.0}, ties="split"))
    assert [row.verdict for row in found.rows] == ["kink", "kink"]
    assert "equal share" in explanation(found.rows[0])


def test_a_tie_of_a_node_with_itself_is_none() -> None:
    assert only("max(x, x)", x=2.0).verdict == "agree"


def test_a_kink_that_nothing_flows_through_does_no_harm() -> None:
    assert only("x + 0*relu(x)", x=0.0).verdict == "agree"
    assert only("unused = relu(x); x^2", x=0.0).verdict == "agree"
    assert only("x^2 + relu(x^2)", x=0.0).verdict == "agree"


@each("x", [1.0, 0.75, 0.5, 2.0**-10, -(2.0**-11), 3e-5, 2.0**-70])
def test_the_steps_are_powers_of_two_down_to_a_small_part_of_an_input(x: float) -> None:
    steps = sizes(x)
    assert steps[0] == 2.0**-4
    assert set(steps[:-1] / steps[1:]) == {4.0}
    assert 2.0**-28 < steps[-1] / abs(x) <= 2.0**-25


def test_a_kink_near_the_point_is_stepped_around() -> None:
    row = only("relu(x)", x=1e-6)
    assert (row.verdict, row.backprop) == ("agree", 1.0)
    assert row.numeric == pytest.approx(1.0, rel=1e-9)


def test_a_kink_nearer_than_any_step_is_told_from_one_at_the_point() -> None:
    row = only("relu(x - 1e-12)", x=0.0)
    assert row.verdict == "kink"
    assert "nearer than the smallest step" in explanation(row)


def test_kinks_that_cancel_are_told_as_such() -> None:
    row = only("relu(x) - relu(-x)", x=0.0)
    assert row.verdict == "kink"
    assert (row.backprop, row.symbolic) == (0.0, 1.0)
    assert row.numeric == pytest.approx(1.0)
    assert "the slope is 1 on both sides" in explanation(row)
    assert "1 more gate" in explanation(row)


def test_a_gate_that_stays_at_its_kink_is_found() -> None:
    row = only("clip(x, x, 1)", x=0.5)
    assert row.verdict == "kink"
    assert "stays there while the input moves" in explanation(row)


def test_a_jump_has_no_slope() -> None:
    row = only("sign(x)", x=0.0)
    assert (row.verdict, row.numeric, row.symbolic) == ("kink", math.inf, None)
    assert "the value jumps" in explanation(row)
    assert symbolic_note(row)


@each(
    ("text", "inputs", "named", "said"),
    [
        ("ln(x)", {"x": 0.0}, "f, 'ln(x)', is -inf", "ln 0"),
        ("1/x + 3", {"x": 0.0}, "1/x is inf", "1/0"),
        ("sqrt(x)*2", {"x": 0.0}, "At sqrt(x), the local gradient is inf", "infinitely steep"),
        ("1/(1+exp(-x))", {"x": -1000.0}, "At exp(-x), the local gradient is inf, and 0 · inf is nan", ""),
        ("x + 1", {"x": math.inf}, "The input x is inf", ""),
        ("exp(x)*exp(x)*0", {"x": 500.0}, "'exp(x)*exp(x)', is inf", ""),
    ],
)
def test_the_gate_that_made_it_infinite_is_named(text: str, inputs: dict[str, float], named: str, said: str) -> None:
    row = only(text, **inputs)
    assert row.verdict == "not finite"
    assert named in explanation(row)
    assert said in explanation(row)
    assert not report(text, **inputs).agrees


def test_one_gradient_may_be_undefined_and_the_other_right() -> None:
    found = report("x^y", x=-2.0, y=2.0)
    assert [row.verdict for row in found.rows] == ["agree", "not finite"]
    assert "negative base" in explanation(found.rows[1])


def test_at_the_end_of_a_domain_the_difference_looks_one_way() -> None:
    row = only("x^1.5", x=0.0)
    assert row.verdict == "agree"
    assert "only to the right" in explanation(row)


def test_sympy_has_no_say_where_its_formula_has_no_value() -> None:
    row = judged(verdicts.Testimony(run("x*2", x=1.0), 0, 2.0, 1.0, 2.0, math.nan, "", None))
    assert (row.symbolic, row.verdict) == (None, "agree")
    assert "no value at this point" in symbolic_note(row)


def test_a_saturated_gate_keeps_its_digits() -> None:
    for text, at in (("sigmoid(x)", 36.0), ("sigmoid(x)", 700.0), ("tanh(x)", 20.0), ("gelu(x)", -8.0), ("gelu(x)", -15.0)):
        row = only(text, x=at)
        assert row.verdict == "agree"
        assert row.symbolic_difference is not None
        assert row.symbolic_difference < 1e-12


@pytest.mark.parametrize(
    ("gate", "at", "share", "form"),
    [
        ("sigmoid", 36.0, "2.220e-16 where 2.320e-16", "(1 - "),
        ("tanh", 20.0, "0 where 1.699e-17", "1 - tanh(x)²"),
        ("gelu", -8.0, "", "(1 + erf(x / √2)) / 2"),
    ],
)
def test_a_form_that_cancels_is_found_and_named(
    monkeypatch: pytest.MonkeyPatch, gate: str, at: float, share: str, form: str
) -> None:
    # As the textbook has it: its local gradient is right on paper and loses its digits as doubles compute it.
    monkeypatch.setitem(GATES, gate, altered(gate, slopes=()))
    row = only(f"2*{gate}(x)", x=at)
    assert row.verdict == "disagree"
    assert f"The local gradient of {gate}(x) towards x is {share}" in explanation(row)
    assert form in explanation(row)
    assert explanation(row).endswith("loses its digits here.")


def test_digits_that_the_typed_formula_loses_are_no_gates_fault() -> None:
    row = only("(1 - sigmoid(x))^2", x=36.0)
    assert row.verdict == "rounding"
    assert "numbers as large as 1 cancel to 2.220e-16" in explanation(row)
    assert report("(1 - sigmoid(x))^2", x=36.0).agrees


def test_the_value_is_a_witness_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = report("gelu(x)*y", x=-8.0, y=2.0)
    assert found.value is not None
    assert found.value.verdict == "agree"
    assert any(line.startswith("f (value) ") for line in lines(found))
    assert found.value.symbolic == pytest.approx(found.trace.output, rel=1e-14)
    # 1 + erf(x/√2) has lost all of its digits there.
    monkeypatch.setitem(GATES, "gelu", altered("gelu", computed=None))
    found = report("gelu(x)*y", x=-8.0, y=2.0)
    assert found.value is not None
    assert found.value.verdict == found.verdict == "disagree"
    assert "gelu(x) is " in explanation(found.value)
    assert json.loads(json.dumps(data(found), allow_nan=False))["value"]["verdict"] == "disagree"


def test_a_value_that_overflows_on_the_way_is_told_with_what_it_would_be() -> None:
    found = report("exp(x)/exp(y)", x=800.0, y=799.0)
    assert found.value is not None
    assert explanation(found.value).endswith("Without rounding it is 2.718.")


@each(
    ("text", "inputs"),
    [("sum(softmax(x))", [0.3, -1.2, 0.4]), ("x - mean(x)", [0.1, 0.2, 0.7]), ("sum(x - mean(x))", [0.1, 0.2, 0.7])],
)
def test_what_rounding_leaves_of_0_is_printed_as_0(text: str, inputs: list[float]) -> None:
    found = check(trace(read(text), {"x": np.array(inputs)}))
    assert found.verdict == "agree"
    table = [line.split() for line in lines(found) if line.startswith("x[")]
    assert all(row[1:4] == ["0", "0", "0"] for row in table)
    assert all(row[4:6] in (["<", "1e-12"], ["rounding", "agree"]) for row in table)


SPELLED = [gate.functions[0] for gate in ELEMENTWISE.values() if gate.functions and gate.arity[0] == 1]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(
    st.sampled_from([*(f"{name}(x)" for name in SPELLED), "1/x", "x^-2", "x^0.5", "x^3", "2^x", "x^x", "1/(x - 1)"]),
    st.floats(-1, 1),
    st.integers(-40, 40),
    st.booleans(),
)
def test_no_gate_at_any_magnitude_raises_a_false_alarm(text: str, mantissa: float, exponent: int, alone: bool) -> None:
    of = run(text, x=mantissa * 10.0**exponent)
    # With the difference alone a run without rounding decides, where the two contradict each other.
    for row in numeric_rows(of, [0]) if alone else check(of).rows:
        assert row.verdict not in ("disagree", "rounding"), (text, of.inputs, row)


@each(
    ("text", "at"),
    [
        ("elu(x)", -0.00001),
        ("x^-2", 1e-10),
        ("acos(x)", 0.9999999999),
        ("asin(x)", -0.9999999999),
        ("log(x)", 1e-300),
        ("sqrt(x)", 1e-30),
        ("1/x", -1e-100),
        ("tan(x)", 1.5707963),
        ("1/(x - 1)", 1.0000001),
        ("sin(x)", 1e30),
        ("(x + 1e6) - 1e6", 1e-9),
    ],
)
def test_there_is_no_false_alarm_at_poles_and_edges(text: str, at: float) -> None:
    assert only(text, x=at).verdict == "agree"


def test_the_seed_scales_every_witness() -> None:
    (row,) = check(trace(read("x^2"), {"x": 3.0}, seed=2.5)).rows
    assert (row.backprop, row.symbolic) == (15.0, 15.0)
    assert row.numeric == pytest.approx(15.0)
    (kink,) = check(trace(read("relu(x)"), {"x": 0.0}, seed=-2.0)).rows
    assert "the slope is 0 on the left and -2 on the right" in explanation(kink)


def test_a_wrong_local_gradient_is_found_by_both_other_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GATES, "tanh", altered("tanh", slopes=(lambda m, x, out: 1 - out,)))
    found = report("tanh(x)*y", x=0.5, y=2.0)
    assert [row.verdict for row in found.rows] == ["disagree", "agree"]
    assert "agree with each other and not with backprop" in explanation(found.rows[0])
    assert not found.agrees
    assert "1 confirmed, 1 in dispute" in lines(found)[-1]


def test_a_wrong_local_gradient_is_found_where_sympy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GATES, "sin", altered("sin", slopes=(lambda m, x, out: m.cos(x) * 1.001,)))
    row = only("sin(" * 100 + "x" + ")" * 100, x=0.5)
    assert (row.symbolic, row.verdict) == (None, "disagree")
    assert explanation(row).startswith("The local gradient of sin(")
    assert "loses its digits" not in explanation(row)


def test_every_program_is_confirmed() -> None:
    outcomes = [row.verdict for seed in range(50) for row in rows(trace(read(seeded(seed).text), seeded(seed).inputs))]
    assert set(outcomes) == {"agree"}


def test_an_input_that_the_output_does_not_use_has_the_gradient_zero_three_times() -> None:
    found = report("unused = y^2; x*2", x=1.0, y=3.0)
    assert [(input_name(row), row.backprop, row.symbolic, row.numeric) for row in found.rows] == [("y", 0, 0, 0), ("x", 2, 2, 2)]
    assert all(row.verdict == "agree" for row in found.rows)


def test_a_program_without_inputs_has_nothing_to_check() -> None:
    found = report("2 + 3")
    assert found.rows == ()
    assert found.agrees
    assert "no inputs" in lines(found)[0]


# One node


def test_the_gradient_of_an_inner_node_has_three_witnesses_too() -> None:
    of = run("q = x + y; q*z", x=-2.0, y=5.0, z=-4.0)
    row = check_node(of, of.program.names["q"])
    assert (input_name(row), row.backprop, row.symbolic) == ("q", -4.0, -4.0)
    assert row.numeric == pytest.approx(-4.0, rel=1e-12)
    assert row.verdict == "agree"


def test_every_node_of_every_program_is_confirmed() -> None:
    for seed in range(20):
        of = trace(read(seeded(seed).text), seeded(seed).inputs)
        for index in range(len(of.program.nodes)):
            if of.program.depends[index]:
                row = check_node(of, index)
                # A node may stand at 0 where a power or a logarithm reads it; the inputs do not.
                assert row.verdict in ("agree", "kink"), (seeded(seed), index, row)


def test_moving_a_node_does_not_move_what_it_is_made_of() -> None:
    of = run("q = x^2; q*x", x=3.0)
    assert check_node(of, of.program.names["q"]).numeric == pytest.approx(3.0)
    assert check_node(of, 0).numeric == pytest.approx(27.0)


def test_a_constant_has_no_gradient_to_check() -> None:
    of = run("k = sqrt(4)*2; k*x", x=3.0)
    with pytest.raises(ValueError, match="constant"):
        check_node(of, of.program.names["k"])


# The report


def test_the_table_lines_up_and_the_sentences_follow() -> None:
    assert lines(report("x*relu(y)", x=-2.0, y=0.0)) == [
        "input      backprop  SymPy  difference  relative error  verdict",
        "x                 0      0           0         < 1e-12  agree",
        "y                 0     -1          -1               1  kink",
        "f (value)         0      0           –         < 1e-12  agree",
        "",
        "y: relu (relu(y)) has a kink here: the slope is 0 on the left and -2 on the right. Backprop takes 0, SymPy -1 "
        "and the central difference their mean, -1. relu has a kink at 0: the local gradient is taken as 0. (PyTorch, JAX and "
        "TensorFlow take 0 for relu; for maximum(0, x) PyTorch and JAX give ½.)",
        "Of 2 gradients, 1 confirmed, 1 at a kink.",
    ]


def test_digits_are_as_many_as_asked() -> None:
    found = report("x/3", x=1.0)
    assert "0.3333 " in lines(found)[1]
    assert "0.33333333 " in lines(found, digits=8)[1]


def test_json_holds_the_three_gradients_and_their_relative_errors() -> None:
    document = json.loads(json.dumps(data(report("sqrt(x) + y", x=0.0, y=1.0)), allow_nan=False))
    assert document["schema"] == 1
    assert document["inputs"] == {"x": 0.0, "y": 1.0}
    assert document["output"] == 1.0
    assert document["verdict"] == "not finite"
    first, second = document["check"]
    assert (first["input"], first["backprop"], first["symbolic"], first["verdict"]) == ("x", "inf", "inf", "not finite")
    assert (second["backprop"], second["symbolic"], second["relative_error"]["symbolic"]) == (1.0, 1.0, 0.0)
    assert second["numeric"] == pytest.approx(1.0)


def test_the_most_serious_verdict_stands_for_the_report() -> None:
    assert report("relu(x) + y", x=0.0, y=1.0).verdict == "kink"
    assert report("relu(x) + sqrt(y)", x=0.0, y=0.0).verdict == "not finite"


@each(
    ("a", "b", "expected"),
    [(1, 1, 0), (0, 0, 0), (2, 1, 0.5), (1, 2, 0.5), (-1, 1, 2), (0, 1e-9, 1), (math.inf, math.inf, 0), (math.inf, 1, math.inf)],
)
def test_relative_error_is_as_in_the_lecture_notes(a: float, b: float, expected: float) -> None:
    assert relative_error(a, b) == expected


def test_numeric_rows_are_of_the_inputs_asked_for() -> None:
    of = run("x*y*z", x=1.0, y=2.0, z=3.0)
    assert [input_name(row) for row in numeric_rows(of, [0, 2])] == ["x", "z"]


# What decides


def test_the_gates_that_decide_are_those_with_a_kink() -> None:
    assert {name for name in ELEMENTWISE if decides(ELEMENTWISE[name])} == {
        *(name for name, gate in ELEMENTWISE.items() if {"router", "dead"} & {*gate.pattern} and not gate.stops),
        *("atan2", "mod"),
    }


# Size


def wide(gates: int, inputs: int) -> Program:
    """A sum of sines, relus among them."""
    nodes = [Node(None, (), f"x{i}") for i in range(inputs)]
    row = []
    for k in range(gates // 2):
        nodes.append(Node(GATES["relu" if k % 10 == 0 else "sin"], (k % inputs,)))
        row.append(len(nodes) - 1)
    while len(row) > 1:
        pairs = list(zip(row[::2], row[1::2], strict=False))
        row = row[2 * len(pairs) :]
        for pair in pairs:
            nodes.append(Node(GATES["add"], pair))
            row.append(len(nodes) - 1)
    return Program("", tuple(nodes), row[0], {f"x{i}": i for i in range(inputs)})


def test_twenty_thousand_gates_are_checked() -> None:
    program = wide(20_000, 20)
    of = trace(program, {name: 0.1 * i - 1.05 for i, name in enumerate(program.inputs)})
    found = check(of)
    assert found.agrees
    assert all("2,000 parts" in symbolic_note(row) for row in found.rows)
    assert [line for line in lines(found) if line.startswith("No derivative from SymPy: ")]


def test_rows_come_one_by_one_so_that_a_long_check_can_be_left() -> None:
    program = wide(2_000, 60)
    of = trace(program, dict.fromkeys(program.inputs, 0.7))
    assert next(rows(of)).verdict == "agree"
    assert effort(lambda: next(rows(of))) < 40 * len(program.nodes)


def test_many_inputs_give_the_same_as_one_by_one() -> None:
    program = wide(2_000, 40)
    of = trace(program, {name: 0.1 * i - 2.05 for i, name in enumerate(program.inputs)})
    together = list(differences(of, range(40)))
    alone = [next(differences(of, [i])) for i in range(40)]
    np.testing.assert_allclose([d.slope for d in together], [d.slope for d in alone], rtol=1e-12)
    assert together == list(differences(of, range(40)))


def test_a_chain_beyond_sympys_depth_is_checked_by_differences() -> None:
    nodes = (Node(None, (), "x"), *(Node(GATES["tanh"], (i,)) for i in range(5_000)))
    row = check_node(trace(Program("", nodes, 5_000, {"x": 0}), {"x": 0.5}), 2_500)
    assert row.verdict == "agree"
    assert row.symbolic is None
    assert "nested more than 80 deep" in symbolic_note(row)


# Witnesses that are not good enough


def losing(seed: int) -> str:
    """A program that loses digits on its way, and cannot be told from a good one by running it twice."""
    choose = random.Random(seed)
    depth, names = choose.choice([8, 20, 30, 36, 40, 44]), count(1)
    steps = {
        0: ["sqrt({0})"] * depth + [choose.choice(["{0}*{0}", "{0}^2"]) for _ in range(depth)],
        1: [f"{{0}} + {10.0**depth % 1e15!r}", "{0}*1.5", f"{{0}} - {1.5 * (10.0**depth % 1e15)!r}"],
        2: [f"{{0}}*1e-{depth % 13}", "1 + {0}", *["{0}*1.0000001"] * depth, "log({0})", f"{{0}}*1e{depth % 13}"],
        3: ["sqrt({0})"] * depth + ["{0} - 1", f"{{0}}*1e{depth % 9}", "{0}*y"],
    }[seed % 4]
    lines, name = [], "x"
    for step in steps:
        after = f"a{next(names)}"
        lines.append(f"{after} = {step.format(name)}")
        name = after
    return "; ".join(lines)


def test_a_difference_never_confirms_what_it_cannot_tell() -> None:
    verdicts: list[str] = []
    for seed in range(48):
        text = losing(seed) if seed % 3 else seeded(seed).text
        choose, program = random.Random(seed), read(text)
        of = trace(program, {name: seeded(seed).inputs.get(name, choose.uniform(0.1, 5)) for name in program.inputs})
        slopes = [ExactRun(of, index).slope(index, 0) for index in range(program.first_gate)]
        with patch("graphstep.analysis.symbolic.exact.GATES", 0):
            alone = list(numeric_rows(of, range(program.first_gate)))
        for slope, row in zip(slopes, alone, strict=True):
            verdicts.append(row.verdict)
            off = relative_error(row.backprop, slope)
            assert row.verdict != "agree" or off <= 1e-6, (text, row)
            assert row.verdict != "disagree", (text, row)
        for slope, row in zip(slopes, numeric_rows(of, range(program.first_gate)), strict=True):
            assert row.verdict == ("agree" if relative_error(row.backprop, slope) <= 1e-6 else "rounding"), (text, row)
    assert {verdict: verdicts.count(verdict) > 10 for verdict in verdicts} == {"agree": True, "unsettled": True}


def test_what_no_witness_can_tell_is_not_called_confirmed() -> None:
    text = losing(0)
    with patch("graphstep.analysis.symbolic.exact.GATES", 0):
        found = report(text, x=3.0)
    (row,) = found.rows
    assert (row.verdict, row.exact) == ("unsettled", None)
    assert found.agrees
    assert explanation(row) == (
        "Not settled: the difference itself is only good to 0.01 here, and no other witness can be asked."
    )
    assert lines(found)[-1] == "Of 1 gradient, 0 confirmed, 1 not settled."


# What they measure with


def test_a_steep_kink_is_no_jump_and_a_root_is_one_without_end() -> None:
    (steep,) = differences(run("1e9*abs(x)", x=0.0), [0])
    assert (steep.left, steep.right) == (pytest.approx(-1e9), pytest.approx(1e9))
    (root,) = differences(run("sqrt(x) - 50*x", x=0.0), [0])
    assert math.isnan(root.left)
    assert root.right == math.inf, "it falls first, and rises at the point itself"
    (jump,) = differences(run("sign(x)*1e-3", x=0.0), [0])
    assert (jump.left, jump.right) == (math.inf, math.inf)


EPSILON = sys.float_info.epsilon


@each(
    ("text", "inputs", "roundings"),
    [
        ("x*3 - x - x - x", {"x": 0.1}, 6.0),
        ("2*(x*3 - x)", {"x": 0.1}, 8.0),
        ("(x + y)*z", {"x": 1.0, "y": 2.0, "z": -5.0}, 5.0),
        # Any cell of softmax may move any other by its whole size.
        ("sum(softmax(x))", {"x": np.array([0.3, -1.2, 0.4])}, 3.0),
        ("sum(x[1:]*4)", {"x": np.array([0.3, -1.2])}, [0.0, 4.0]),
        ("sum((W@x)*2)", {"W": np.array([[1.0, -3.0]]), "x": np.array([0.3, -1.2])}, [[0.6, 2.4]]),
    ],
)
def test_what_rounding_may_leave_of_0_is_the_gradient_with_nothing_cancelled(
    text: str, inputs: dict[str, Any], roundings: float | list[Any]
) -> None:
    of = trace(read(text), inputs)
    np.testing.assert_allclose(noise(of, 0), 16 * EPSILON * np.broadcast_to(roundings, np.shape(of.value_of(0))), rtol=1e-12)


def test_magnitudes_are_the_largest_of_the_run_and_all_of_them_together() -> None:
    of = trace(read("sum(x*y)*z"), {"x": np.array([3.0, 4.0]), "y": np.array([1.0, -1.0]), "z": 1e-3})
    # Each of x, y, x*y, their sum, z and the product, by its gradient; what the sum adds up does not cancel.
    sizes = magnitudes(of)
    assert sizes == Magnitudes(pytest.approx(5e-3), 1.0, pytest.approx(30e-3))


def test_a_cell_is_measured_by_its_array_and_a_direction_by_its_length() -> None:
    of = trace(read("sum(x*y)"), {"x": np.array([1.0, 2.0, 5.0]), "y": np.array([3.0, 4.0, 0.0])})
    difference = Difference(0.0, 0.0, 0.0, 0.0, (), 0.0, 7.0)

    def tolerance(backprop: float, index: int, place: int | None) -> float:
        return testimony.Testimony(of, index, 11.0, 1.0, backprop, None, "", difference, place).tolerance

    assert tolerance(0.0, 0, 2) == pytest.approx(4e-6)
    assert tolerance(0.0, 0, None) == pytest.approx(1e-6 * math.sqrt(25 / 3))
    assert tolerance(9.0, 0, None) == pytest.approx(9e-6)
    still = trace(read("relu(x)*0 + y"), {"x": -1.0, "y": 5.0})
    assert testimony.Testimony(still, 0, 5.0, 2.0, 0.0, None, "", difference, 0).tolerance == pytest.approx(14e-6), (
        "a 0 by the output"
    )


def test_a_form_that_loses_digits_is_told_from_one_that_is_computed_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for slopes, said in (
        (GATES["sigmoid"].partials, ": as it is computed, f · (1 - f) loses its digits here."),
        ((lambda m, x, out: out * (1 - out),), ": its form loses digits here."),
    ):
        with monkeypatch.context() as patched:
            patched.setitem(GATES, "sigmoid", altered("sigmoid", slopes=slopes))
            assert explanation(only("sigmoid(x)", x=36.0)).endswith(said)


def test_a_check_of_the_largest_numbers_warns_of_nothing() -> None:
    # A step beside the largest number is inf, and so is what a gate of such numbers should have come to.
    assert all(row.verdict == "agree" for row in report("sum(x)", x=np.array([1.7e308, 1.0])).rows)
    assert report("inv(x@x.T + 1)", x=np.array([[1.0, 2.0, 1e300], [745.0, 1.0, 1.5]])).value is not None
