"""Ladders climb from symbols through numbers to the value: ``equations``, ``exact``, ``derivatives``."""

from __future__ import annotations

import math
import tracemalloc
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

import graphstep as gs
from graphstep.analysis.symbolic.reals import PRECISIONS, reals
from graphstep.gates import ELEMENTWISE
from graphstep.gates.notation import ATOM, LATEX, TEXT
from graphstep.telling.explain import explain
from graphstep.telling.ladders import value_ladder
from graphstep.telling.names import name_of, names_of
from tests.cases import each
from tests.domains import width
from tests.rules import for_every
from tests.telling.steps import W, X, first_of, rungs, sends, told, traced

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.gates import Rule


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


def test_an_array_is_printed_as_it_was_typed() -> None:
    steps = [told("h = [1, x]; m = [h, [3, 4]]; sum(m)", n, x=2) for n in (1, 3)]
    assert [step.ladder and step.ladder.line for step in steps] == [
        "h = [1, x] = [1, 2]",
        "m = [h, [3,4]] = [[1, 2], [3, 4]]",
    ]
    # LaTeX's reader takes vectors in brackets for the longer one, as [h, x] in the gates of an LSTM.
    latex = [step.ladder.latex for step in steps if step.ladder]
    assert r"\left[1, x\right]" in latex[0]
    assert r"\mathrm{stack}\left(h, \left[3, 4\right]\right)" in latex[1]


def test_the_local_gradient_of_sigmoid_is_told_by_its_own_output() -> None:
    (step,) = sends("s = sigmoid(x)", x=1)
    assert step.local is not None
    assert step.local.line == "∂s/∂x = s · (1 - s) = 0.7311 · (1 - 0.7311) = 0.1966"


def test_numbers_of_a_ladder_agree_with_the_trace() -> None:
    trace = gs.run("1/(1+exp(-(w*x+b)))", w=2, x=-1, b=-3).trace
    for n in range(1, len(trace) + 1):
        step, said = trace.step(n), explain(trace, n)
        if step.event == "send":
            assert said.ladder is not None
            assert math.isclose(float(said.ladder.texts[-1]), step.contribution or 0.0, rel_tol=1e-3)


def test_a_matrix_product_is_told_from_symbols_to_numbers() -> None:
    trace = traced("sum((W@x)^2)", W=W, x=X)
    product = first_of(trace, "@ computes W@x")
    assert product.ladder is not None
    assert product.ladder.line == "W@x = [[0.1, 0.5], [-0.3, 0.8]] @ [0.2, 0.4] = [0.22, 0.26]"
    assert product.shapes == "Shapes: (2×2)(2) → 2."
    to_w, to_x = first_of(trace, "@ sends to W"), first_of(trace, "@ sends to x")
    assert rungs(to_w) == ("(df/d(W@x)) @ xᵀ", "[0.44, 0.52] @ [0.2, 0.4]ᵀ", "[[0.088, 0.176], [0.104, 0.208]]")
    assert rungs(to_x) == ("Wᵀ @ (df/d(W@x))", "[[0.1, 0.5], [-0.3, 0.8]]ᵀ @ [0.44, 0.52]", "[-0.112, 0.636]")
    assert to_w.local is None
    assert to_w.shapes == "Like W, the gradient is a 2×2 matrix."
    assert to_w.jacobian == "Jacobian: 2×4, in blocks; its 8 entries are never formed."
    assert to_w.pattern == "switcher"


def test_an_elementwise_gate_multiplies_cell_by_cell() -> None:
    trace = traced("sum(x*y)", x=[1, 2], y=[3, 4])
    step = first_of(trace, "× sends to x")
    assert rungs(step) == ("df/d(x*y) ⊙ ∂(x*y)/∂x", "[1, 1] ⊙ [3, 4]", "[3, 4]")
    assert step.ladder is not None
    assert r" \odot " in step.ladder.latex
    assert step.local is not None
    assert step.local.line == "∂(x*y)/∂x = y = [3, 4]"
    assert step.jacobian == "Jacobian: 2×2, diagonal; the 2 local gradients stand for its 4 entries."


def test_a_number_times_an_array_is_written_as_numbers_are() -> None:
    step = first_of(traced("y = 3*x; sum(y)", x=[1, 2]), "×3 sends to x")
    assert rungs(step) == ("df/dy ⊙ ∂y/∂x", "[1, 1] · 3", "[3, 3]")
    assert step.pattern == "scaler"


def test_what_was_transposed_or_indexed_keeps_its_parts_together() -> None:
    program = traced("sum(A.T @ x + A[0])", A=W, x=X).program
    names = {node.gate: names_of(program).operand(i).read(TEXT) for i, node in enumerate(program.nodes)}
    assert names["index"].within(ATOM) == "A[0]"
    assert names["transpose"].within(ATOM) == "(A.T)"


def test_a_broadcast_is_named_by_what_it_copies_and_adds_up_on_the_way_back() -> None:
    trace = traced("h = X@V + b; sum(h*h)", X=[[1, 2], [3, 4], [5, 6]], V=W, b=X)
    step = first_of(trace, "copy to 3×2 sends to b")
    assert step.pattern == "adder"
    assert step.why.endswith("b has 3 copies, along axis 0.")
    assert rungs(step)[0] == "sum(df/d(b as 3×2), axis=0)"
    copies = next(i for i, node in enumerate(trace.program.nodes) if node.gate == "broadcast")
    assert name_of(trace.program, copies) == "b as 3×2"
    assert names_of(trace.program).operand(copies).read(LATEX).text == r"b \text{ as 3×2}"
    assert "(b as 3×2)" in value_ladder(trace, copies + 1).line


@each(("text", "line"), [("expm1(x)*x", "f = expm1(x) · x = 1.718 · 1 = 1.718"), ("mod(x,y)^2", "f = mod(x,y)² = 1² = 1")])
def test_a_call_stands_without_parentheses_whatever_it_is_in_print(text: str, line: str) -> None:
    trace = traced(text, x=1, y=2) if "y" in text else traced(text, x=1)
    assert value_ladder(trace, trace.program.output).line == line


def test_a_number_that_is_copied_into_all_cells_has_no_axis() -> None:
    step = first_of(traced("sum(x + c)", x=[1, 2, 3], c=1), "copy to 3 sends to c")
    assert step.why.endswith("c has 3 copies.")
    assert step.shapes == ""


def test_gradients_of_arrays_add_up_at_a_fork() -> None:
    trace = traced("sum(x*x)", x=[1, 2])
    step = first_of(trace, "x adds up its gradient")
    assert rungs(step) == ("df/dx⁽¹⁾ + df/dx⁽²⁾", "[1, 2] + [1, 2]", "[2, 4]")
    large = first_of(traced("sum(x*x)", x=np.ones((50, 2))), "x adds up its gradient")
    assert rungs(large) == ("df/dx⁽¹⁾ + df/dx⁽²⁾", "50×2 matrix, every cell 2")


@each(
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


# -- many cells ------------------------------------------------------------------------------------------------------------------


def large_network() -> Trace:
    rng = np.random.default_rng(0)
    inputs = {"X": rng.normal(size=(64, 1000)), "W1": rng.normal(size=(1000, 100)), "b": rng.normal(size=100)}
    return traced("h = sigmoid(X@W1 + b); sum(h*h + 1)", **inputs)


def test_large_arrays_are_told_in_symbols_and_a_summary() -> None:
    trace = large_network()
    for n in range(len(trace) + 1):
        assert len(explain(trace, n).narrative) < 700
    step = first_of(trace, "@ sends to W1")
    assert rungs(step)[0] == "Xᵀ @ (df/d(X@W1))"
    assert rungs(step)[1].startswith("1000×100 matrix, mean ")
    assert step.jacobian == "Jacobian: 6,400×100,000, in blocks; its 640,000,000 entries are never formed."
    plus = first_of(trace, "+1 sends to h*h")
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


@each(
    ("text", "inputs", "end"),
    [
        ("x*y", {"x": 1e-200, "y": 1e-200}, "0, too small"),
        ("softplus(x)", {"x": -1000}, "0, too small"),
        ("sigmoid(x)", {"x": -1000}, "0, too small"),
        ("gelu(x)", {"x": -38}, "0, too small"),
        ("gelu(x)", {"x": -1e200}, "0, too small"),
        ("erfc(x)", {"x": 1e200}, "0, too small"),
        ("x^y", {"x": 2, "y": 2000}, "inf, too large"),
        ("sum(x)", {"x": [1e308, 1e308]}, "inf, too large"),
        ("sum(x, axis=0)", {"x": [[-1e308, 1], [-1e308, 2]]}, "[-inf, 3], too large"),
        ("sum(x)", {"x": [math.inf, 1]}, "inf"),
        ("dot(x, y)", {"x": [1e200, 1], "y": [1e200, 1]}, "inf, too large"),
        ("x @ y", {"x": [[1e200, 1]], "y": [[1e200], [1]]}, "[[inf]], too large"),
        ("x * y", {"x": [1e200, 1], "y": [1e200, 1]}, "[inf, 1], too large"),
        ("1/x", {"x": [0, 1]}, "[inf, 1]"),
        ("log2(x)", {"x": 1}, "0"),
        ("x - y", {"x": 1, "y": 1}, "0"),
    ],
)
def test_a_result_that_is_0_or_inf_for_want_of_digits_says_so(text: str, inputs: dict[str, Any], end: str) -> None:
    assert value_ladder(traced(text, **inputs), len(inputs)).texts[-1] == end


@each(
    ("text", "x", "line"),
    [
        ("1/x", -0.0, "f = 1 / x = 1 / 0 = -inf, since a 0 here is −0"),
        ("1/x", [-0.0, 2.0], "f = 1 ⊘ x = 1 ⊘ [0, 2] = [-inf, 0.5], since a 0 here is −0"),
        ("atan2(x, -1)", -0.0, "f = atan2(x, -1) = atan2(0, -1) = -3.142, since a 0 here is −0"),
        # The C library, PyTorch and JAX have 0 for all powers but ½, of which PyTorch takes the root.
        ("x^(1/3)", -0.0, "f = x^(1/3) = 0^(1/3) = 0"),
        ("1/x", 0.0, "f = 1 / x = 1 / 0 = inf"),
    ],
)
def test_a_zero_whose_sign_matters_is_told(text: str, x: Any, line: str) -> None:
    assert value_ladder(traced(text, x=x), 1).line == line


@for_every({name: rule for name, rule in ELEMENTWISE.items() if rule.functions and not rule.chooses})
def test_what_a_gate_makes_0_that_is_not_0_says_that_it_is_too_small(rule: Rule) -> None:
    grid = (-800.0, -38.0, -9.0, -1e-200, 1e-200, 9.0, 38.0, 800.0) if width(rule) == 1 else (-800.0, 1e-200, 38.0)
    m, names = reals(PRECISIONS[-1]), "xyz"[: width(rule)]
    for point in product(grid, repeat=width(rule)):
        trace = traced(f"{rule.functions[0]}({', '.join(names)})", **dict(zip(names, point, strict=True)))
        inputs = [m.real(x) for x in point]
        # 960 digits are enough for what cancels at these points, but not exponents enough for the cube in gelu_tanh at −800.
        exact = (rule.computed or rule.formula)(m, *inputs)
        for wire in [None, *(trace.wire(edge) for edge in range(len(trace.wires)))]:
            number, value = (exact, trace.output) if wire is None else (rule.slopes[wire.slot](m, *inputs, exact), wire.local)
            if value == 0 and (number != 0 or max(map(abs, point)) < 700):
                step = explain(trace, 1 if wire is None else wire.step)
                assert ("too small" in step.narrative) == (float(m.sign(number)) != 0), (point, step.narrative)
