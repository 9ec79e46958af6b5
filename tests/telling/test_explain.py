"""One place makes the sentences: what is said of every kind of step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import graphstep as gs
from graphstep.analysis.infinities import why_not_finite
from graphstep.faces.export import render
from graphstep.gates import ELEMENTWISE, Rule
from graphstep.gates.notation.names import latex_name
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of, output_name
from graphstep.telling.reasons import why_gradient, why_zero
from graphstep.telling.words.wording import Wording
from tests.cases import each

if TYPE_CHECKING:
    from graphstep.telling.explanation import Explanation


def told(text: str, n: int, /, ties: str = "first", **inputs: float) -> Explanation:
    return explain(gs.run(text, ties=ties, inputs=inputs).trace, n)  # type: ignore[arg-type]  # a plain word is shorter here


def sends(text: str, /, ties: str = "first", **inputs: float) -> list[Explanation]:
    trace = gs.run(text, ties=ties, inputs=inputs).trace  # type: ignore[arg-type]  # as above
    return [explain(trace, n) for n in range(len(trace) + 1) if trace.step(n).event == "send"]


def notes(explanation: Explanation, kind: str) -> list[str]:
    return [note.text for note in explanation.notes if note.kind == kind]


def test_the_ladder_climbs_from_symbols_through_numbers_to_the_value() -> None:
    step = told("q = x+y; f = q*z", 4, x=-2, y=5, z=-4)
    assert step.title == "× sends to q"
    assert step.pattern == "switcher"
    assert step.ladder is not None
    assert step.ladder.left_text == "df/dq"
    assert step.ladder.texts == ("df/df · ∂f/∂q", "1 · (-4)", "-4")
    assert step.local is not None
    assert step.local.line == "∂f/∂q = z = -4"
    assert step.why == "The × gate scales its upstream gradient by the other input, z = -4."


def test_the_same_ladder_stands_in_latex() -> None:
    step = told("q = x+y; f = q*z", 6, x=-2, y=5, z=-4)
    assert step.ladder is not None
    assert step.ladder.latex == (r"\frac{d f}{d x} = \frac{d f}{d q} \cdot \frac{\partial q}{\partial x} = -4 \cdot 1 = -4")


def test_a_value_goes_from_names_to_numbers_to_the_result() -> None:
    step = told("q = x+y; f = q*z", 1, x=-2, y=5, z=-4)
    assert step.ladder is not None
    assert step.ladder.line == "q = x + y = -2 + 5 = 3"


def test_a_short_unnamed_expression_is_not_said_twice() -> None:
    step = told("(x+y)*z", 1, x=-2, y=5, z=-4)
    assert step.ladder is not None
    assert step.ladder.line == "x+y = -2 + 5 = 3"


def test_the_local_gradient_of_sigmoid_is_told_by_its_own_output() -> None:
    (step,) = sends("s = sigmoid(x)", x=1)
    assert step.local is not None
    assert step.local.line == "∂s/∂x = s · (1 - s) = 0.7311 · (1 - 0.7311) = 0.1966"


@each(
    ("text", "inputs", "patterns"),
    [
        ("x+y", {"x": 1, "y": 2}, ["distributor", "distributor"]),
        ("x-y", {"x": 1, "y": 2}, ["distributor", "negation"]),
        ("-x", {"x": 1}, ["negation"]),
        ("x*y", {"x": 1, "y": 2}, ["switcher", "switcher"]),
        ("3*x", {"x": 1}, ["scaler"]),
        ("x/3", {"x": 1}, ["scaler"]),
        ("max(x, y)", {"x": 1, "y": 2}, ["router", "router"]),
        ("relu(x)", {"x": 1}, ["router"]),
        ("relu(x)", {"x": -1}, ["dead"]),
        ("sigmoid(x)", {"x": 10}, ["saturated"]),
        ("tanh(x)", {"x": -10}, ["saturated"]),
        ("sign(x)", {"x": 2}, ["dead"]),
        ("exp(x)", {"x": 1}, [""]),
    ],
)
def test_the_pattern_of_every_send_is_named(text: str, inputs: dict[str, float], patterns: list[str]) -> None:
    assert [step.pattern for step in sends(text, **inputs)] == patterns


def test_a_branch_counts_what_has_arrived_and_then_adds_up() -> None:
    trace = gs.run("x*x", x=3).trace
    first, second, total = (explain(trace, n) for n in (3, 4, 5))
    assert first.ladder is not None
    assert first.local is not None
    assert first.ladder.line == "df/dx⁽¹⁾ = df/df · ∂f/∂x⁽¹⁾ = 1 · 3 = 3"
    assert first.local.line == "∂f/∂x⁽¹⁾ = x⁽²⁾ = 3"
    assert notes(first, "arrived") == ["x is used 2 times: 1 of 2 arrived, so far they add up to 3."]
    assert notes(second, "arrived") == ["x is used 2 times: 2 of 2 arrived, the sum follows."]
    assert total.pattern == "adder"
    assert total.ladder is not None
    assert total.ladder.line == "df/dx = df/dx⁽¹⁾ + df/dx⁽²⁾ = 3 + 3 = 6"


def test_a_sum_of_many_contributions_gives_their_number_and_not_a_line_without_end() -> None:
    text = "+".join(["x"] * 40)
    trace = gs.run(text, x=1).trace
    total = explain(trace, len(trace))
    assert total.ladder is not None
    assert total.ladder.texts == ("the sum of 40 contributions", "40")


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


@pytest.mark.parametrize(
    ("text", "x"), [("sqrt(abs(x))", 0), ("1/relu(x)", -1), ("1/max(0, x)", -1), ("sqrt(clip(x, 0, 1))", -3)]
)
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


def test_the_first_contribution_that_is_not_finite_is_named_once() -> None:
    trace = gs.run("sqrt(x)*y", x=0, y=2).trace
    told_of = [n for n in range(len(trace) + 1) if "first contribution" in explain(trace, n).narrative]
    assert [trace.step(n).event for n in told_of] == ["send"]


def test_the_output_is_called_f_unless_that_means_something_else() -> None:
    assert output_name(gs.run("x*y", x=1, y=2).program) == "f"
    assert output_name(gs.run("f*y", f=1, y=2).program) == "g"
    assert output_name(gs.run("loss = x*y", x=1, y=2).program) == "loss"


def test_long_expressions_are_called_u_and_defined_where_they_are_used() -> None:
    run = gs.run("exp(alpha*beta+gamma)*2", alpha=1, beta=2, gamma=3)
    names = [name_of(run.program, node.index) for node in run.nodes]
    assert names == ["alpha", "beta", "gamma", "alpha*beta", "u1", "exp(u1)", "f"]
    said = [explain(run.trace, n) for n in range(1, len(run.trace) + 1)]
    defined = [bool(step.definitions) for step in said]
    used = ["u1" in step.title + "".join(x.line for x in (step.ladder, step.local) if x) for step in said]
    # The step that computes u1 is the definition itself.
    assert said[1].ladder is not None
    assert said[1].ladder.line == "u1 = alpha*beta + gamma = 2 + 3 = 5"
    assert defined == [*used[:1], False, *used[2:]]
    assert {step.definitions for step in said if step.definitions} == {(("u1", "alpha*beta+gamma"),)}


@each(
    ("name", "latex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_1", "x_{1}"),
        ("beta", r"\beta"),
        ("β", r"\beta"),
        ("sigma_2", r"\sigma_{2}"),
        ("W12", "W_{12}"),
        ("learning_rate", r"\mathrm{learning}_{\mathrm{rate}}"),
        ("a_", "a"),
        ("_a", r"\mathrm{\_a}"),
        ("x1y", r"\mathrm{x1y}"),
    ],
)
def test_names_in_latex_follow_a_table(name: str, latex: str) -> None:
    assert latex_name(name) == latex


@each("gate", [g for g in ELEMENTWISE.values() if g.functions], ids=lambda g: g.name)
def test_every_gate_explains_every_one_of_its_steps(gate: Rule) -> None:
    count = gate.arity[1] or 3
    names = "xyz"[:count]
    trace = gs.run(f"{gate.functions[0]}({','.join(names)})", inputs=dict(zip(names, (0.4, 0.3, 0.9), strict=False))).trace
    for n in range(len(trace) + 1):
        step = explain(trace, n)
        assert step.title
        assert step.why.endswith((".", "x)", "²)"))
        assert "{" not in step.narrative
        if step.ladder is not None:
            assert step.ladder.rungs
            assert all(rung.latex in step.ladder.latex for rung in step.ladder.rungs)


def test_numbers_of_a_ladder_agree_with_the_trace() -> None:
    trace = gs.run("1/(1+exp(-(w*x+b)))", w=2, x=-1, b=-3).trace
    for n in range(1, len(trace) + 1):
        step, said = trace.step(n), explain(trace, n)
        if step.event == "send":
            assert said.ladder is not None
            assert math.isclose(float(said.ladder.texts[-1]), step.contribution or 0.0, rel_tol=1e-3)


def test_no_value_is_called_what_a_function_is_called() -> None:
    assert output_name(gs.run("def f(a) = a*a + a; f(x) + 1", x=3).program) == "g"
    # Where nothing is called f, or the output has a name, nothing gives way.
    assert output_name(gs.run("def cell(a) = a*a; cell(x) + 1", x=3).program) == "f"
    assert output_name(gs.run("def f(a) = a*a; y = f(x)", x=3).program) == "y"


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
        ("rms_norm(x)", {"x": [1e-9, 2e-9]}, "first", "/ √(mean([1e-9, 2e-9]^⊙2) + 1e-6) = [1000.0, 1000.0]"),
    ],
)
def test_a_rule_is_told_of_the_slot_and_the_run_at_hand(text: str, inputs: dict[str, Any], ties: str, said: str) -> None:
    assert said in render(gs.run(text, inputs=inputs, ties=ties).trace, "text")


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
