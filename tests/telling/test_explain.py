"""One place makes the sentences: what is said of every kind of step, of numbers and of arrays (``sizes``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.engine.trace import trace as run_program
from graphstep.faces.export import text as plain_text
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL, Rule
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.telling.explain import explain
from graphstep.telling.explanation import latex_forms
from graphstep.telling.reasons import why_zero
from tests.cases import each
from tests.gates.rows.test_rows import CASES
from tests.telling.steps import W, X, notes, sends, traced

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.gates import Rule


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


SHAPES: list[tuple[int, ...]] = [(), (3,), (2, 3), (1, 1), (0,), (2, 0), (40,), (7, 30)]


def sound(trace: Trace) -> None:
    """Every step of a run is explained, in both styles, without holes, and as briefly for many cells as for few."""
    finite = trace.first_not_finite is None and trace.first_edge_not_finite is None
    for n in range(len(trace) + 1):
        said = explain(trace, n)
        assert said.title, n
        assert said.why.endswith((".", "x)", "²)")), said.why
        narrative = said.narrative
        assert not any(hole in narrative for hole in ("{", "}", "None", "array(", "  ", ". .")), narrative
        assert len(narrative) < 2500, narrative
        if finite:
            assert "nan" not in narrative.split(), narrative
        for ladder in (said.ladder, said.local):
            if ladder is not None:
                assert ladder.left_text
                assert ladder.rungs
                assert all(ladder.texts)
                head, forms = latex_forms(ladder.left, ladder.rungs)
                assert head
                assert f"= {head}" not in forms[:-1], "LaTeX says nothing twice"
        if said.event == "send" and trace.node(trace.step(n).node).shape:
            assert said.shapes
            assert said.jacobian
    for index in range(len(trace.program.nodes)):
        why_zero(trace, index)


# -- every gate ------------------------------------------------------------------------------------------------------------------


@each("name", STRUCTURAL)
def test_every_structural_gate_explains_every_step_for_shapes_of_all_kinds(name: str) -> None:
    for case in CASES[name]:
        count = len(case.shapes)
        names = [f"x{i}" for i in range(count)]
        options = tuple(sorted((k, v) for k, v in case.options.items()))
        nodes = (*(Node(None, (), x) for x in names), Node(GATES[name], tuple(range(count)), None, None, "g(…)", options))
        program = Program("g(…)", nodes, count, {x: i for i, x in enumerate(names)})
        values = {x: float(v) if np.ndim(v) == 0 else v for x, v in zip(names, case.inputs(), strict=True)}
        sound(run_program(program, values))


@each("gate", [g for g in ELEMENTWISE.values() if g.functions], ids=lambda g: g.name)
def test_every_elementwise_gate_explains_every_step_on_arrays(gate: Rule) -> None:
    count = gate.arity[1] or 3
    names = "xyz"[:count]
    rng = np.random.default_rng(0)
    for shape in SHAPES[1:]:
        text = f"{gate.functions[0]}({','.join(names)})"
        if count == 1 and gate.over_cells:
            text = f"{gate.functions[0]}({names[0]}) + 1"
        sound(traced(text, **{name: rng.uniform(0.1, 0.9, shape) for name in names}))


@settings(max_examples=30)
@given(st.data())
def test_random_programs_of_arrays_are_explained(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    # There is no softmax of no scores.
    rows, columns = (data.draw(st.integers(fewest, 4) | st.just(30)) for fewest in (0, 1))
    inputs: dict[str, Any] = {"A": rng.normal(size=(rows, columns)), "b": rng.normal(size=columns), "c": float(rng.normal())}
    known, statements = ["A", "A * b", "b", "c"], []
    templates = [
        "{} + {}", "{} * {}", "{} - {}", "{} / (2 + {}^2)", "relu({0}) * {1}", "max({}, {})", "max(0, {0}) - {1}",
        "tanh({0}) + {1}", "sigmoid({0}) * 2 + {1}", "-{0} + {1}", "{0} + sum({1})", "({0} + b).T.T * {1}", "log({0}) + {1}",
        "{0} * mean({1} + b, axis=-1, keepdims=true)", "{0} + softmax({1} + b)", "abs({0}) ^ 2 + {1}",
    ]  # fmt: skip
    for number in range(data.draw(st.integers(1, 6))):
        form = data.draw(st.sampled_from(templates))
        statements.append(f"q{number} = " + form.format(data.draw(st.sampled_from(known)), data.draw(st.sampled_from(known))))
        known.append(f"q{number}")
    sound(traced("; ".join([*statements, f"{known[-1]} * 2 + 0 * sum(A * b * c)"]), **inputs))


def test_the_start_lists_inputs_with_their_shapes_and_names_the_data() -> None:
    trace = traced("sum((V@x - y)^2)", V=W, x=X, y=[1, 2])
    program = replace(trace.program, data=frozenset({"x", "y"}))
    data = run_program(program, trace.inputs)
    why = explain(data, 0).why
    assert "V = [[0.1, 0.5], [-0.3, 0.8]] (2×2); x = [0.2, 0.4] (2); y = [1, 2] (2)." in why
    assert "x, y are data: no gradient is asked for." in why
    assert why_zero(data, 1) == "x is data: it gets no gradient."
    sound(data)
    assert "\n  x is data: it gets no gradient.\n" in "".join(plain_text.export(data))


def test_a_large_input_is_told_by_its_shape() -> None:
    said = [explain(traced("sum(X)", X=x), 0).why for x in (np.arange(64000.0).reshape(64, 1000), np.zeros((64, 1000)))]
    assert "X, a 64×1000 matrix. Step" in said[0]
    assert "X = zeros(64, 1000) (64×1000). Step" in said[1]


def test_the_plain_text_ends_with_arrays() -> None:
    said = "".join(plain_text.narrate(traced("sum((W@x)^2)", W=W, x=X)))
    assert said.endswith("result\n  f = 0.116\n  df/dW = [[0.088, 0.176], [0.104, 0.208]]\n  df/dx = [-0.112, 0.636]\n")
