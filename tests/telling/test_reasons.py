"""Reasons: why a gradient is zero (``analysis/zeros``), infinite or chosen (``analysis/kinks``), of numbers and in cells."""

from __future__ import annotations

import math
from typing import Any

import graphstep as gs
from graphstep.analysis.infinities import why_not_finite
from graphstep.faces.export import render
from graphstep.faces.export import text as plain_text
from graphstep.telling.explain import explain
from graphstep.telling.reasons import MOST, why_gradient, why_zero
from graphstep.telling.words.wording import Wording
from tests.cases import each
from tests.telling.steps import W, first_of, notes, rungs, sends, traced


@each(
    ("text", "inputs", "reason"),
    [
        ("max(x, y)", {"x": 1, "y": 2}, "max chose the other input, y = 2."),
        ("min(x, y)", {"x": 3, "y": 2}, "min chose the other input, y = 2."),
        ("where(0, x, y)", {"x": 3, "y": 2}, "where chose the other input, y = 2."),
        ("where(x, y, z)", {"x": 1, "y": 2, "z": 3}, "The where gate passes no gradient to x."),
        ("x*y", {"x": 1, "y": 0}, "The other factor is 0: y = 0."),
        ("relu(x)", {"x": -1}, "relu is flat at x = -1: it passes nothing."),
        ("sign(x)", {"x": 3}, "sign is flat at x = 3: it passes nothing."),
        ("cos(x)", {"x": 0}, "The slope of cos at x = 0 is 0."),
        ("x^40", {"x": 0}, "The slope of xⁿ at x = 0 is 0."),
        ("x^y", {"x": 1e-200, "y": 3}, "The slope of ^ at x = 1e-200 is too small for a number."),
        ("exp(x)", {"x": -800}, "The slope of exp at x = -800 is too small for a number."),
        ("sigmoid(x)", {"x": -800}, "The slope of σ at x = -800 is too small for a number."),
        ("elu(x)", {"x": -800}, "The slope of elu at x = -800 is too small for a number."),
        ("elu(x, 0)", {"x": -800}, "elu is flat at x = -800: it passes nothing."),
        ("gelu(x)", {"x": -50}, "The slope of gelu at x = -50 is too small for a number."),
        ("1/x", {"x": 1e200}, "The slope of 1/x at x = 1e200 is too small for a number."),
        ("1/x", {"x": math.inf}, "The slope of 1/x at x = inf is 0."),
        ("mod(3, y)", {"y": 38}, "The slope of mod at y = 38 is 0."),
        ("clip(x, -1, 1)", {"x": -50}, "clip is flat at x = -50: it passes nothing."),
        ("clip(x, -1e-300, 1)", {"x": -1}, "clip is flat at x = -1: it passes nothing."),
        (
            "q = x*1; q*y",
            {"x": 1, "y": 0},
            "Nothing arrives at q. The gradient ends in step 4, where × sends to q. The other factor is 0: y = 0.",
        ),
        ("a = 2*x; b = 3*a; b - b", {"x": 1}, "Nothing arrives at a. The contributions to b cancel."),
        (
            "relu(-exp(2*x)) + 0*log(y)",
            {"x": 1, "y": 0},
            "Nothing arrives at 2*x. The gradient ends in step 13, where relu sends to -exp(2*x). relu is flat at",
        ),
        ("0*x", {"x": 1}, "The other factor is 0."),
        ("x - x", {"x": 3}, "The contributions to x cancel."),
        ("q = x*2; y + 0", {"x": 1, "y": 1}, "f does not depend on x."),
        ("max(x, 3)", {"x": 3}, "max chose the other input, 3."),
        ("max(x, y, z)", {"x": 1, "y": 2, "z": 0}, "max chose another input, y = 2."),
        ("x*y*z", {"x": 1e-200, "y": 1e-200, "z": 1}, ""),
    ],
)
def test_a_zero_has_its_reason(text: str, inputs: dict[str, float], reason: str) -> None:
    said = why_zero(gs.run(text, inputs=inputs).trace, 0)
    assert said.startswith(reason) if reason else said == ""


def test_a_number_that_is_too_small_says_so() -> None:
    said = why_zero(gs.run("q = x*y; q*z", x=1, y=1e-200, z=1e-200).trace, 0)
    assert said == "The contribution is too small for a number: 1e-200 · 1e-200."


@each(
    ("text", "inputs", "reasons"),
    [
        (
            "log(x)*0 + sqrt(y)",
            {"x": 0, "y": -1},
            {
                "x": "nan begins in step 10, where ln sends to x: 0 · inf is nan.",
                "y": "nan begins in step 8, where √ sends to y: its slope at y = -1 is nan, since sqrt(y) is nan.",
            },
        ),
        (
            "x*y + 0*sqrt(z)",
            {"x": 1, "y": 2, "z": 0},
            {"x": "", "y": "", "z": "nan begins in step 9, where √ sends to z: 0 · inf"},
        ),
        ("x*y*x", {"x": 1e200, "y": 1e200}, {"y": "inf begins in step 8, where × sends to y: the product is too large"}),
        ("1/x - 1/x", {"x": 0}, {"x": "The contributions to x are infinite and add up to nan."}),
        (
            "x*y",
            {"x": math.inf, "y": 3},
            {"x": "", "y": "inf begins in step 4, where × sends to y: its slope at y = 3 is inf, since x"},
        ),
        (
            "sqrt(y)*x",
            {"x": 1, "y": -1},
            {"x": "nan begins in step 5, where × sends to x: its slope at x = 1 is nan, since sqrt(y)"},
        ),
        # Its own value is the reason only where the slope is made of it.
        ("exp(x)", {"x": 800}, {"x": "inf begins in step 3, where exp sends to x: its slope at x = 800 is inf, since f is inf."}),
        ("log(x)", {"x": 0}, {"x": "inf begins in step 3, where ln sends to x: its slope at x = 0 is inf."}),
        ("bce(p, 1)", {"p": 0}, {"p": "-inf begins in step 3, where bce sends to p: its slope is -inf."}),
        ("bce(0, t)", {"t": 0}, {"t": "inf begins in step 3, where bce sends to t: its slope is inf."}),
        ("bce(p, 1)", {"p": -1}, {"p": ""}),
        (
            "mse(x, y)",
            {"x": 1e308, "y": 0},
            {"x": "inf begins in step 3, where mse sends to x: what it sends is too large for a number."},
        ),
    ],
)
def test_what_is_not_finite_has_its_reason_on_its_own_way(text: str, inputs: dict[str, float], reasons: dict[str, str]) -> None:
    trace = gs.run(text, inputs=inputs).trace
    for name, reason in reasons.items():
        found = why_not_finite(trace, trace.program.names[name])
        said = "" if found is None else Wording(trace).say(found)
        assert said.startswith(reason) if reason else said == "", said


def test_a_seed_that_is_not_finite_is_the_reason_of_all() -> None:
    trace = gs.run("x*y", x=1, y=2, seed=math.inf).trace
    assert why_gradient(trace, 0) == "The seed is inf."


@each(
    ("text", "inputs", "trap", "guard"),
    [
        (
            "max(0, log(x))",
            {"x": 0},
            "Nothing arrives at log(x), but the slope of ln is infinite there: 0 · inf is nan",
            "max(x, eps)",
        ),
        ("relu(log(x))", {"x": 0}, "Nothing arrives at log(x)", "max(x, eps)"),
        ("min(1/x, 5)", {"x": 0}, "Nothing arrives at 1/x", "max(x, eps)"),
        ("min(y/(x+1), 5)", {"x": -1, "y": 2}, "Nothing arrives at y/(x+1)", "max(x+1, eps) in place of x+1"),
        ("relu(-x^0.5)", {"x": 0}, "Nothing arrives at x^0.5", "max(x, eps)"),
        ("max(x^y, 3)", {"x": 0, "y": 0.5}, "Nothing arrives at x^y", "max(x, eps)"),
        ("relu(acos(x) - 1)", {"x": 1}, "Nothing arrives at acos(x)", "clip(x, -1 + eps, 1 - eps)"),
        ("0*asin(x)", {"x": -1}, "Nothing arrives at asin(x)", "clip(x, -1 + eps, 1 - eps)"),
        ("min(exp(x), 5)", {"x": 800}, "Nothing arrives at exp(x)", "a harmless input"),
        (
            "sqrt(x^2)",
            {"x": 0},
            "What arrives at x^2 is infinite, and the slope of xⁿ is 0 there: inf · 0 is nan.",
            "max(x^2, eps)",
        ),
        ("sqrt(abs(x))", {"x": 0}, "What arrives at abs(x) is infinite, and the slope of |x| is 0 there", "max(abs(x), eps)"),
        ("1/relu(x)", {"x": -1}, "What arrives at relu(x) is infinite", "max(relu(x), eps)"),
    ],
)
def test_zero_times_infinity_is_named_with_its_cure(text: str, inputs: dict[str, float], trap: str, guard: str) -> None:
    told_of = [
        note for step in sends(text, **inputs) for note in notes(step, "warning") if "0 · inf" in note or "inf · 0" in note
    ]
    assert all(note.startswith(trap) and guard in note for note in told_of)
    assert told_of


@each(("text", "x"), [("sqrt(abs(x))", 0), ("1/relu(x)", -1), ("1/max(0, x)", -1), ("sqrt(clip(x, 0, 1))", -3)])
def test_no_equation_says_that_infinity_times_zero_is_zero(text: str, x: float) -> None:
    last = sends(text, x=x)[-1]
    assert last.ladder is not None
    assert last.ladder.texts[-1] == "0"
    assert "inf · 0 =" not in last.narrative
    assert "inf · 0 ≈" not in last.narrative
    assert any("whatever arrives" in note for note in notes(last, "warning"))


@each("text", ["max(2, log(x*y))", "sqrt(x) + y", "x*y", "relu(x-y)", "sqrt(x^2 + y)", "exp(1000*x)*y"])
def test_no_trap_is_named_where_there_is_none(text: str) -> None:
    said = "".join(step.narrative for step in sends(text, x=9, y=9))
    assert "0 · inf" not in said
    assert "inf · 0" not in said


def test_a_constant_gets_no_gradient_and_the_reason_is_said() -> None:
    trace = gs.run("2*3 + x", x=1).trace
    assert why_zero(trace, 1) == "2*3 is a constant: it gets no gradient."


def test_a_tie_names_the_choice_and_what_others_choose() -> None:
    (step, _) = sends("max(x, y)", x=2, y=2)
    (note,) = notes(step, "convention")
    assert note.startswith("x and y tie at 2. max routes to exactly one input: the first of them.")
    assert "PyTorch and JAX split" in note


def test_a_constant_wins_a_tie() -> None:
    (step,) = sends("max(0, x)", x=0)
    (note,) = notes(step, "convention")
    assert note.startswith("0 and x tie at 0. A constant wins a tie")


def test_split_ties_are_said_too() -> None:
    steps = sends("max(x, y)", ties="split", x=2, y=2)
    assert [step.ladder.texts[-1] for step in steps if step.ladder] == ["0.5", "0.5"]
    assert "each gets an equal share, 0.5" in notes(steps[0], "convention")[0]


@each(
    ("text", "inputs"),
    [
        ("relu(x)", {"x": 0}),
        ("abs(x)", {"x": 0}),
        ("norm(x)", {"x": 0}),
        ("sign(x)", {"x": 0}),
        ("leaky_relu(x, 0.1)", {"x": 0}),
        ("elu(x, 2)", {"x": 0}),
        ("clip(x, 0, 1)", {"x": 1}),
        ("x^0", {"x": 0}),
        ("x^y", {"x": 0, "y": 0}),
        ("max(0, x)", {"x": 0}),
        ("max(x, y)", {"x": 2, "y": 2}),
        ("min(x, y, 2)", {"x": 2, "y": 2}),
    ],
)
def test_a_step_at_a_kink_says_that_and_no_second_reason(text: str, inputs: dict[str, float]) -> None:
    run = gs.run(text, inputs=inputs)
    for step in sends(text, **inputs):
        assert notes(step, "convention")
        assert not notes(step, "zero")
        assert "flat" not in step.narrative.replace("sign is flat: it passes no gradient at all.", "")
    for index in range(len(run.trace.program.inputs)):
        assert "flat" not in why_zero(run.trace, index)


@each(
    ("text", "inputs", "kinks"),
    [
        ("leaky_relu(x, a)", {"x": 0, "a": 0.1}, [True, False]),
        ("elu(x, a)", {"x": 0, "a": 1}, [True, False]),
        ("clip(x, a, b)", {"x": 1, "a": -1, "b": 1}, [True, False, True]),
        ("clip(x, a, b)", {"x": -1, "a": -1, "b": 1}, [True, True, False]),
        ("x^y", {"x": 0, "y": 2}, [False, True]),
        ("max(x, y, z)", {"x": 1, "y": 1, "z": 0}, [True, True, False]),
    ],
)
def test_a_kink_is_told_of_the_inputs_that_it_concerns(text: str, inputs: dict[str, float], kinks: list[bool]) -> None:
    assert [bool(notes(step, "convention")) for step in sends(text, **inputs)] == kinks


@each(
    ("text", "inputs"),
    [
        ("sqrt(x)", {"x": 0}),
        ("sqrt(x)", {"x": -1}),
        ("log(x)", {"x": 0}),
        ("log(x)", {"x": -1}),
        ("1/x", {"x": 0}),
        ("x/y", {"x": 1, "y": 0}),
        ("x^0.5", {"x": -2}),
        ("asin(x)", {"x": 2}),
        ("x^y", {"x": -2, "y": 2}),
    ],
)
def test_what_is_infinite_or_undefined_warns(text: str, inputs: dict[str, float]) -> None:
    assert any(notes(step, "warning") for step in sends(text, **inputs))


def test_the_first_value_that_is_not_finite_is_named_once() -> None:
    trace = gs.run("exp(x) + log(y)", x=1000, y=0).trace
    told_of = [n for n in range(1, 4) if "first value" in explain(trace, n).narrative]
    assert told_of == [1]


def test_a_nan_is_said_to_be_made_of_an_infinity_where_it_is() -> None:
    apart, of_infinity = "first nan.", "first nan: it is made of an infinity."
    for text, inputs, step, says in (
        ("1/x + log(y)", {"x": 0, "y": -1}, 2, apart),
        ("log(x) - log(x)", {"x": 0}, 3, of_infinity),
        ("exp(x) * y", {"x": 1000, "y": 0}, 2, of_infinity),
    ):
        assert f"This is the {says}" in explain(gs.run(text, inputs=inputs).trace, step).narrative
    cells = gs.run("1/v * w", v=[0, 1], w=[0, math.inf]).trace
    assert f"This is the {of_infinity}" in explain(cells, 2).narrative
    assert f"This is the {apart}" in explain(gs.run("1/v - log(w)", v=[0, 1], w=[1, -1]).trace, 2).narrative


def test_nothing_is_said_of_what_comes_behind_an_infinity_or_a_0() -> None:
    # tanh makes 1 of inf, and a root makes nan of the 0 that arrives.
    assert "inherit" not in explain(gs.run("tanh(1/x)", x=0).trace, 1).narrative
    run = gs.run("0*sin(sqrt(x))", x=0)
    said = "Nothing arrives at sin(sqrt(x)): its upstream gradient is 0, so it has nothing to send on."
    assert said in explain(run.trace, 6).narrative
    assert math.isnan(float(run.gradients["x"]))


def test_the_first_contribution_that_is_not_finite_is_named_once() -> None:
    trace = gs.run("sqrt(x)*y", x=0, y=2).trace
    told_of = [n for n in range(len(trace) + 1) if "first contribution" in explain(trace, n).narrative]
    assert [trace.step(n).event for n in told_of] == ["send"]


@each(
    ("text", "inputs", "ties", "said"),
    [
        (
            "clip(x, a, 1)",
            {"x": -5, "a": 0},
            "first",
            "An edge of clip gets the whole upstream gradient where it holds",
        ),
        ("leaky_relu(x, a)", {"x": -5, "a": 3}, "first", "is positive and multiplies it by a = 3 elsewhere."),
        ("atan2(y, x)", {"x": 1, "y": 2}, "first", "Towards the second coordinate the slope is −1 times the first"),
        ("max(x)", {"x": [3, 3, 1]}, "split", "= 1 at the largest cells, shared where they tie, 0 elsewhere = [0.5, 0.5, 0]"),
        ("min(x, 1)", {"x": 1}, "first", "A constant wins a tie, so nothing flows on, as in relu at 0."),
        ("max(x, y, 0)", {"x": [5, 0], "y": [5, -1]}, "first", "Where a constant is among them it wins"),
        ("cumsum(x)[1]", {"x": [math.inf, -math.inf]}, "first", "is not finite: inf in 1 of 2 cells, at [0]."),
        ("mod(7, x)", {"x": 0}, "first", "(PyTorch and JAX give −⌊x/y⌋ as the gradient towards the divisor.)"),
        ("0^x", {"x": -1}, "first", "(PyTorch agrees; JAX gives nan towards the exponent.)"),
        ("acosh(x)", {"x": -2}, "first", "(PyTorch and JAX still give 1/√(x² − 1) as the gradient"),
        ("rms_norm(x)", {"x": [1e-9, 2e-9]}, "first", "/ √(mean([1e-9, 2e-9]^⊙2) + 1e-6) = [1000.0, 1000.0]"),
    ],
)
def test_a_rule_is_told_of_the_slot_and_the_run_at_hand(text: str, inputs: dict[str, Any], ties: str, said: str) -> None:
    assert said in render(gs.run(text, inputs=inputs, ties=ties).trace, "text")


@each(
    "text, x, said",
    [
        ("x^0.5", -math.inf, "no real power"),
        ("x^1.5", -math.inf, "no real power"),
        ("x[1]", [1.0, math.nan], "nan, undefined"),
    ],
)
def test_nothing_is_said_that_is_not_so(text: str, x: Any, said: str) -> None:
    assert said not in gs.run(text, x=x).to_text()


@each(
    "text, x, said",
    [
        ("where(x > 0, x*stop(x), x)", 2.0, "x is used 4 times, and 2 of these uses pass no gradient"),
        ("relu(x) + x*x", -2.0, "x is used 3 times, and 1 of these uses passes no gradient"),
        ("x*x", 3.0, "x is used 2 times, so it pushes on the output along 2 ways"),
    ],
)
def test_a_sum_counts_no_use_that_cannot_move_the_output_as_a_push(text: str, x: float, said: str) -> None:
    trace = gs.run(text, x=x).trace
    explanation = explain(trace, trace.step_of_sum(trace.program.names["x"]) or 0)
    assert said in explanation.why


@each(
    "program, inputs, title, says",
    [
        ("sum(v)", {"v": [1, 2]}, "Σ sends to v", "1×2, one number again and again; a single row"),
        ("sum(s*v)", {"s": 3, "v": [1, 2]}, "copy to 2 sends to s", "2×1, one number again and again; its 2 entries"),
        (
            "sum(M, axis=0)",
            {"M": [[1, 2], [3, 4]]},
            "Σ axis 0 sends to M",
            "2×4, the same number wherever it is not 0; its 8 entries",
        ),
        ("v[i]", {"v": [1, 2, 3], "i": 2}, "pick [·] sends to v", "1×3, the same number wherever it is not 0; a single row"),
        ("v[i]", {"v": [1, 2], "i": [0, 0]}, "pick [·] sends to v", "2×2, the same number wherever it is not 0; its 4 entries"),
    ],
)
def test_a_jacobian_of_one_number_is_said_to_have_0_where_it_has(program: str, inputs: Any, title: str, says: str) -> None:
    assert (first_of(traced(program, **inputs), title).jacobian or "").startswith(f"Jacobian: {says}")


def test_a_squashing_gate_says_in_how_many_cells_it_is_flat() -> None:
    step = first_of(traced("sum(sigmoid(x))", x=[10, -10, 20, 0]), "σ sends to x")
    assert step.pattern == "saturated"
    assert "3 of 4 cells have a slope below 0.01." in step.why
    step = first_of(traced("sum(sigmoid(x))", x=[10, 0, 1, 0]), "σ sends to x")
    assert step.pattern == ""
    assert "1 of 4 cells has a slope below 0.01." in step.why


def test_a_relu_is_dead_when_most_of_its_cells_are() -> None:
    assert 0.5 < MOST < 1
    assert first_of(traced("sum(relu(x))", x=[-1, -2, -3, 4]), "relu sends to x").pattern == "dead"
    half = first_of(traced("sum(relu(x))", x=[-1, -2, 3, 4]), "relu sends to x")
    assert half.pattern == "router"
    assert half.why.endswith("It blocks 2 of 4 cells.")


def test_a_kink_says_in_how_many_cells_and_where() -> None:
    step = first_of(traced("sum(abs(x))", x=[[1, 0, 2], [0, 0, 3]]), "|x| sends to x")
    (note,) = notes(step, "convention")
    assert "Here in 3 of 6 cells, first at [0, 1]." in note


def test_several_conventions_may_hold_in_one_array_each_in_its_cells() -> None:
    (note,) = notes(first_of(traced("sum(log(x))", x=[1, 0, -1, -2]), "ln sends to x"), "warning")[:1]
    assert "Here in 1 of 4 cells, at [1]." in note
    assert "Here in 2 of 4 cells, first at [2]." in note


def test_ties_of_arrays_are_counted_and_the_choice_is_named() -> None:
    step = first_of(traced("sum(max(x, y))", x=[1, 2, 3], y=[1, 5, 3]), "max sends to x")
    (note,) = notes(step, "convention")
    assert note.startswith("x and y tie in 2 of 3 cells, first at [0]. In each cell max routes to exactly one input")
    assert step.why == "The max gate is a router: x gets the upstream gradient in 2 of 3 cells, and 0 in the others."
    split = first_of(traced("sum(max(x, y))", ties="split", x=[1, 2, 3], y=[1, 5, 3]), "max sends to x")
    assert "get equal shares" in notes(split, "convention")[0]
    assert "or a share of it in 2 of 3 cells" in split.why
    relu = first_of(traced("sum(max(0, x))", x=[0, 1]), "max(0, ·) sends to x")
    assert "A constant wins a tie" in notes(relu, "convention")[0]


def test_max_of_arrays_says_from_where_its_cells_come() -> None:
    step = first_of(traced("max(x, y)", x=[1, 2, 3], y=[1, 5, 3]), "max computes f")
    assert step.why.endswith("It chooses cell by cell: x in 2, y in 1 of 3 cells.")


def test_a_tie_along_an_axis_is_remarked() -> None:
    step = first_of(traced("sum(max(x, axis=0))", x=[[1, 2], [1, 0]]), "max axis 0 sends to x")
    assert "tie for the largest" in notes(step, "convention")[0]


@each(
    ("text", "inputs", "reason"),
    [
        ("sum(x*y)", {"x": [1, 2], "y": [0, 0]}, "The other factor is 0, in every cell: y."),
        ("sum(relu(x))", {"x": [-1, -2]}, "relu is flat at x, in every cell: it passes nothing."),
        ("sum(max(x, y))", {"x": [1, 2], "y": [3, 4]}, "max chose another input in every cell."),
        ("sum(where([0, 0] > 1, x, y))", {"x": [1, 2], "y": [3, 4]}, "where chose another input in every cell."),
        ("sum(x@y)", {"x": W, "y": [0, 0]}, "The other factor is 0 in every cell: y."),
        ("sum(x - x)", {"x": [1, 2]}, "The contributions to x cancel."),
        ("q = 2*x; sum(q*y)", {"x": [1], "y": [0]}, "Nothing arrives at q. The gradient ends in step 6, where × sends to q."),
        ("sum(x*y)", {"x": [1, 2], "y": [0, 3]}, "1 of 2 cells is 0."),
        ("norm(x)", {"x": [0, 0]}, "‖x‖ has a kink where every cell is 0"),
        ("sum(relu(x)*y)", {"x": [1, -1], "y": [0, 1]}, "Of 2 cells, in 1 nothing arrives; in 1 the slope of relu is 0."),
        ("sum(x*y)", {"x": [1, 2], "y": [4, 3]}, ""),
        ("cross_entropy(s, x)", {"x": [0, 1], "s": W}, "The cross-entropy gate passes no gradient to x."),
        ("sum(abs(x))", {"x": [0, 0]}, "In every cell the slope of |x| is a choice, taken as 0."),
        ("sum(relu(x))", {"x": [0, -1]}, "Of 2 cells, in 1 the slope of relu is a choice, taken as 0; in 1 the slope"),
        ("sum(exp(x))", {"x": [-800, -900]}, "The slope of exp at x is too small for a number, in every cell."),
        ("sum(x*y*z)", {"x": [1, 1], "y": [1e-200, 0], "z": 1e-200}, "Of 2 cells, in 1 the slope of × is 0; in 1 the product"),
        ("sum(x@W)", {"x": [1, 1], "W": [[1, -1], [2, -2]]}, "The products that make up each cell cancel."),
        ("var(x)", {"x": [1, 1]}, "The products that make up each cell are 0."),
        ("1e-200*mean(x)*1e-200", {"x": [1, 1]}, "Nothing arrives at mean(x). The gradient ends in step"),
        ("dot(x, y)*1e-200", {"x": [1, 1], "y": [1e-200, 0]}, "The products that make up each cell are too small for numbers."),
    ],
)
def test_a_gradient_of_zeros_has_its_reason(text: str, inputs: dict[str, Any], reason: str) -> None:
    trace = traced(text, **inputs)
    said = why_zero(trace, trace.program.names["x"])
    assert said.startswith(reason) if reason else said == ""


def test_the_first_value_that_is_not_finite_names_its_cell() -> None:
    step = first_of(traced("sum(exp(x) * y)", x=[[1, 2], [1000, 3]], y=2), "exp computes exp(x)")
    assert notes(step, "warning") == [
        "This is the first value that is not finite: inf in 1 of 4 cells, at [1, 0]. "
        "What is computed from it may be inf or nan too."
    ]


def test_softmax_with_cross_entropy_is_what_was_guessed_less_what_was_right() -> None:
    step = first_of(traced("cross_entropy(s, y)", s=[1, 2, 3], y=2), "cross-entropy sends to s")
    assert "softmax(s) - onehot(y)" in rungs(step)[0]
    assert rungs(step)[-1] == "[0.09003, 0.2447, -0.3348]"
    classes = first_of(traced("cross_entropy(s, y)", s=[1, 2, 3], y=2), "cross-entropy sends to y")
    assert classes.pattern == "data"
    assert not classes.notes
    soft = first_of(traced("cross_entropy(s, y)", s=[1, 2, 3], y=[0, 0, 1]), "cross-entropy sends to y")
    assert soft.pattern == ""


def test_remarks_on_the_largest_doubles_warn_of_nothing() -> None:
    run = gs.run("hinge(M, M, margin=-1e200)", M=[[1e308, -1e308], [5e-324, 0.0]])
    assert "".join(plain_text.export(run.trace, None)).count("hinge") > 1
