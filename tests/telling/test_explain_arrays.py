"""What is said of steps on arrays: cell by cell, by the rule of the gate, and in few words where there are many numbers."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.engine.trace import trace as run_program
from graphstep.faces.export import text as plain_text
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL
from graphstep.gates.notation import ATOM, LATEX, TEXT
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.telling.explain import explain
from graphstep.telling.explanation import latex_forms
from graphstep.telling.ladders import value_ladder
from graphstep.telling.names import name_of, names_of
from graphstep.telling.reasons import MOST, why_zero
from tests.cases import each
from tests.gates.rows.test_rows import CASES

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.gates import Rule
    from graphstep.telling.explanation import Explanation

W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]
SHAPES: list[tuple[int, ...]] = [(), (3,), (2, 3), (1, 1), (0,), (2, 0), (40,), (7, 30)]


def traced(program: str, /, ties: str = "first", **inputs: Any) -> Trace:
    return gs.run(program, ties=ties, inputs=inputs).trace  # type: ignore[arg-type]  # a plain word is shorter here


def told(trace: Trace, title: str) -> Explanation:
    """The first step with this title."""
    return next(x for x in (explain(trace, n) for n in range(len(trace) + 1)) if x.title == title)


def rungs(explanation: Explanation) -> tuple[str, ...]:
    assert explanation.ladder is not None
    return explanation.ladder.texts


def notes(explanation: Explanation, kind: str) -> list[str]:
    return [note.text for note in explanation.notes if note.kind == kind]


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


# -- the lectures' own example ---------------------------------------------------------------------------------------------------


def test_a_matrix_product_is_told_from_symbols_to_numbers() -> None:
    trace = traced("sum((W@x)^2)", W=W, x=X)
    product = told(trace, "@ computes W@x")
    assert product.ladder is not None
    assert product.ladder.line == "W@x = [[0.1, 0.5], [-0.3, 0.8]] @ [0.2, 0.4] = [0.22, 0.26]"
    assert product.shapes == "Shapes: (2×2)(2) → 2."
    to_w, to_x = told(trace, "@ sends to W"), told(trace, "@ sends to x")
    assert rungs(to_w) == ("(df/d(W@x)) @ xᵀ", "[0.44, 0.52] @ [0.2, 0.4]ᵀ", "[[0.088, 0.176], [0.104, 0.208]]")
    assert rungs(to_x) == ("Wᵀ @ (df/d(W@x))", "[[0.1, 0.5], [-0.3, 0.8]]ᵀ @ [0.44, 0.52]", "[-0.112, 0.636]")
    assert to_w.local is None
    assert to_w.shapes == "Like W, the gradient is a 2×2 matrix."
    assert to_w.jacobian == "Jacobian: 2×4, in blocks; its 8 entries are never formed."
    assert to_w.pattern == "switcher"


def test_an_elementwise_gate_multiplies_cell_by_cell() -> None:
    trace = traced("sum(x*y)", x=[1, 2], y=[3, 4])
    step = told(trace, "× sends to x")
    assert rungs(step) == ("df/d(x*y) ⊙ ∂(x*y)/∂x", "[1, 1] ⊙ [3, 4]", "[3, 4]")
    assert step.ladder is not None
    assert r" \odot " in step.ladder.latex
    assert step.local is not None
    assert step.local.line == "∂(x*y)/∂x = y = [3, 4]"
    assert step.jacobian == "Jacobian: 2×2, diagonal; the 2 local gradients stand for its 4 entries."


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
    assert (told(traced(program, **inputs), title).jacobian or "").startswith(f"Jacobian: {says}")


def test_a_number_times_an_array_is_written_as_numbers_are() -> None:
    step = told(traced("y = 3*x; sum(y)", x=[1, 2]), "×3 sends to x")
    assert rungs(step) == ("df/dy ⊙ ∂y/∂x", "[1, 1] · 3", "[3, 3]")
    assert step.pattern == "scaler"


def test_latex_names_of_products_tell_the_two_kinds_apart() -> None:
    program = traced("sum(x*y + A@x + x.T[0])", A=W, x=X, y=X).program
    products = {node.gate: i for i, node in enumerate(program.nodes) if node.gate in ("mul", "matmul")}
    shown = {gate: names_of(program).operand(i).read(LATEX).text for gate, i in products.items()}
    assert shown == {"mul": r"x \odot y", "matmul": r"A \, x"}


def test_what_was_transposed_or_indexed_keeps_its_parts_together() -> None:
    program = traced("sum(A.T @ x + A[0])", A=W, x=X).program
    names = {node.gate: names_of(program).operand(i).read(TEXT) for i, node in enumerate(program.nodes)}
    assert names["index"].within(ATOM) == "A[0]"
    assert names["transpose"].within(ATOM) == "(A.T)"


# -- copies ----------------------------------------------------------------------------------------------------------------------


def test_a_broadcast_is_named_by_what_it_copies_and_adds_up_on_the_way_back() -> None:
    trace = traced("h = X@V + b; sum(h*h)", X=[[1, 2], [3, 4], [5, 6]], V=W, b=X)
    step = told(trace, "copy to 3×2 sends to b")
    assert step.pattern == "adder"
    assert step.why.endswith("b has 3 copies, along axis 0.")
    assert rungs(step)[0] == "sum(df/d(b as 3×2), axis=0)"
    copies = next(i for i, node in enumerate(trace.program.nodes) if node.gate == "broadcast")
    assert name_of(trace.program, copies) == "b as 3×2"
    assert names_of(trace.program).operand(copies).read(LATEX).text == r"b \text{ as 3×2}"
    assert "(b as 3×2)" in value_ladder(trace, copies + 1).line


def test_a_number_that_is_copied_into_all_cells_has_no_axis() -> None:
    step = told(traced("sum(x + c)", x=[1, 2, 3], c=1), "copy to 3 sends to c")
    assert step.why.endswith("c has 3 copies.")
    assert step.shapes == ""


def test_gradients_of_arrays_add_up_at_a_fork() -> None:
    trace = traced("sum(x*x)", x=[1, 2])
    step = told(trace, "x adds up its gradient")
    assert rungs(step) == ("df/dx⁽¹⁾ + df/dx⁽²⁾", "[1, 2] + [1, 2]", "[2, 4]")
    large = told(traced("sum(x*x)", x=np.ones((50, 2))), "x adds up its gradient")
    assert rungs(large) == ("df/dx⁽¹⁾ + df/dx⁽²⁾", "50×2 matrix, every cell 2")


# -- the two ends ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "objective", "gradient", "why"),
    [
        (1, "L = sum(f)", "[1, 1]", "as if its cells were added up"),
        (2.5, "L = 2.5 · sum(f)", "[2.5, 2.5]", "by the seed that was asked for"),
        (np.array([1.0, 3.0]), "L = sum([1, 3] ⊙ f)", "[1, 3]", "by the seed that was asked for"),
    ],
    ids=["1", "2.5", "an array"],
)
def test_of_an_array_a_number_of_its_own_is_differentiated(seed: Any, objective: str, gradient: str, why: str) -> None:
    trace = gs.run("2*x", inputs={"x": [1, 2]}, seed=seed).trace
    step = explain(trace, 2)
    assert step.ladder is not None
    assert step.ladder.line == f"dL/df = {gradient}"
    assert [ladder.line for ladder in step.before] == [objective]
    assert f"f is a vector of 2. What is differentiated is one number, {objective}, {why}." in step.why
    assert rungs(explain(trace, 3))[0] == "dL/df ⊙ ∂f/∂x"
    # Every cell of x moves its cell of f by 2, which the seed weighs.
    assert rungs(explain(trace, 3))[-1] == {1: "[2, 2]", 2.5: "[5, 5]"}.get(seed if np.ndim(seed) == 0 else 0, "[2, 6]")


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


# -- many cells ------------------------------------------------------------------------------------------------------------------


def large_network() -> Trace:
    rng = np.random.default_rng(0)
    inputs = {"X": rng.normal(size=(64, 1000)), "W1": rng.normal(size=(1000, 100)), "b": rng.normal(size=100)}
    return traced("h = sigmoid(X@W1 + b); sum(h*h + 1)", **inputs)


def test_large_arrays_are_told_in_symbols_and_a_summary() -> None:
    trace = large_network()
    for n in range(len(trace) + 1):
        assert len(explain(trace, n).narrative) < 700
    step = told(trace, "@ sends to W1")
    assert rungs(step)[0] == "Xᵀ @ (df/d(X@W1))"
    assert rungs(step)[1].startswith("1000×100 matrix, mean ")
    assert step.jacobian == "Jacobian: 6,400×100,000, in blocks; its 640,000,000 entries are never formed."
    plus = told(trace, "+1 sends to h*h")
    assert rungs(plus)[1] == "df/d(h*h+1) · 1"


def test_no_step_on_large_arrays_forms_a_jacobian() -> None:
    # Gigabytes if it did: 640 million entries.
    trace = large_network()
    largest = trace.program.nodes[trace.program.names["W1"]].shape
    tracemalloc.start()
    try:
        for n in range(len(trace) + 1):
            assert explain(trace, n).why
        assert tracemalloc.get_traced_memory()[1] < 100 * prod(largest)
    finally:
        tracemalloc.stop()


def test_a_squashing_gate_says_in_how_many_cells_it_is_flat() -> None:
    step = told(traced("sum(sigmoid(x))", x=[10, -10, 20, 0]), "σ sends to x")
    assert step.pattern == "saturated"
    assert "3 of 4 cells have a slope below 0.01." in step.why
    step = told(traced("sum(sigmoid(x))", x=[10, 0, 1, 0]), "σ sends to x")
    assert step.pattern == ""
    assert "1 of 4 cells has a slope below 0.01." in step.why


def test_a_relu_is_dead_when_most_of_its_cells_are() -> None:
    assert 0.5 < MOST < 1
    assert told(traced("sum(relu(x))", x=[-1, -2, -3, 4]), "relu sends to x").pattern == "dead"
    half = told(traced("sum(relu(x))", x=[-1, -2, 3, 4]), "relu sends to x")
    assert half.pattern == "router"
    assert half.why.endswith("It blocks 2 of 4 cells.")


# -- kinks, ties, zeros, nan -----------------------------------------------------------------------------------------------------


def test_a_kink_says_in_how_many_cells_and_where() -> None:
    step = told(traced("sum(abs(x))", x=[[1, 0, 2], [0, 0, 3]]), "|x| sends to x")
    (note,) = notes(step, "convention")
    assert "Here in 3 of 6 cells, first at [0, 1]." in note


def test_several_conventions_may_hold_in_one_array_each_in_its_cells() -> None:
    (note,) = notes(told(traced("sum(log(x))", x=[1, 0, -1, -2]), "ln sends to x"), "warning")[:1]
    assert "Here in 1 of 4 cells, at [1]." in note
    assert "Here in 2 of 4 cells, first at [2]." in note


def test_ties_of_arrays_are_counted_and_the_choice_is_named() -> None:
    step = told(traced("sum(max(x, y))", x=[1, 2, 3], y=[1, 5, 3]), "max sends to x")
    (note,) = notes(step, "convention")
    assert note.startswith("x and y tie in 2 of 3 cells, first at [0]. In each cell max routes to exactly one input")
    assert step.why == "The max gate is a router: x gets the upstream gradient in 2 of 3 cells, and 0 in the others."
    split = told(traced("sum(max(x, y))", ties="split", x=[1, 2, 3], y=[1, 5, 3]), "max sends to x")
    assert "get equal shares" in notes(split, "convention")[0]
    assert "or a share of it in 2 of 3 cells" in split.why
    relu = told(traced("sum(max(0, x))", x=[0, 1]), "max(0, ·) sends to x")
    assert "A constant wins a tie" in notes(relu, "convention")[0]


def test_max_of_arrays_says_from_where_its_cells_come() -> None:
    step = told(traced("max(x, y)", x=[1, 2, 3], y=[1, 5, 3]), "max computes f")
    assert step.why.endswith("It chooses cell by cell: x in 2, y in 1 of 3 cells.")


def test_a_tie_along_an_axis_is_remarked() -> None:
    step = told(traced("sum(max(x, axis=0))", x=[[1, 2], [1, 0]]), "max axis 0 sends to x")
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
    step = told(traced("sum(exp(x) * y)", x=[[1, 2], [1000, 3]], y=2), "exp computes exp(x)")
    assert notes(step, "warning") == [
        "This is the first value that is not finite: inf in 1 of 4 cells, at [1, 0]. All that use it inherit it."
    ]


def test_softmax_with_cross_entropy_is_what_was_guessed_less_what_was_right() -> None:
    step = told(traced("cross_entropy(s, y)", s=[1, 2, 3], y=2), "cross-entropy sends to s")
    assert "softmax(s) - onehot(y)" in rungs(step)[0]
    assert rungs(step)[-1] == "[0.09003, 0.2447, -0.3348]"
    classes = told(traced("cross_entropy(s, y)", s=[1, 2, 3], y=2), "cross-entropy sends to y")
    assert classes.pattern == "data"
    assert not classes.notes
    soft = told(traced("cross_entropy(s, y)", s=[1, 2, 3], y=[0, 0, 1]), "cross-entropy sends to y")
    assert soft.pattern == ""


def test_the_plain_text_ends_with_arrays() -> None:
    said = "".join(plain_text.narrate(traced("sum((W@x)^2)", W=W, x=X)))
    assert said.endswith("result\n  f = 0.116\n  df/dW = [[0.088, 0.176], [0.104, 0.208]]\n  df/dx = [-0.112, 0.636]\n")


def test_remarks_on_the_largest_doubles_warn_of_nothing() -> None:
    run = gs.run("hinge(M, M, margin=-1e200)", M=[[1e308, -1e308], [5e-324, 0.0]])
    assert "".join(plain_text.export(run.trace, None)).count("hinge") > 1
