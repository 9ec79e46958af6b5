"""The backward pass as gates: equal to the run's own gradients for every gate, and differentiated once more."""

from __future__ import annotations

import math
import random
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp

import graphstep as gs
from graphstep.analysis.symbolic import evaluate
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL
from graphstep.gates.mathematics import symbols
from graphstep.ground.arrays import plain
from graphstep.ground.errors import ReadError
from graphstep.ground.operands import Constant
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import GRADIENT, read
from tests.cases import each
from tests.domains import points
from tests.gates.rows.test_rows import CASES, Case
from tests.programs import OPERATORS, seeded

if TYPE_CHECKING:
    from graphstep.gates.rule import Rule


def test_every_gate_has_a_backward_pass_out_of_gates() -> None:
    assert {name for name, gate in STRUCTURAL.items() if gate.returned is None and gate.expansion is None} == set()


def weighed(case: Case, values: list[Any], weights: Any, slot: int) -> Program:
    """The sum of a gate's value times weights, and its gradient with respect to one input."""
    inputs = [Node(None, (), f"x{k}") for k in range(len(values))] + [Node(None, (), "c")]
    count = len(inputs)
    nodes = [
        *inputs,
        Node(case.gate, tuple(range(len(values))), None, None, "f", tuple(sorted(case.options.items()))),
        Node(GATES["mul"], (count, count - 1), None, None, "f*c"),
    ]
    whole = count + 1
    if np.shape(weights):
        nodes.append(Node(GATES["sum"], (whole,), None, None, "sum(f*c)"))
        whole += 1
    nodes.append(Node(GRADIENT, (whole, slot), "g", None, "grad"))
    return Program("f", tuple(nodes), len(nodes) - 1, {node.name or "": i for i, node in enumerate(inputs)})


@each("gate", STRUCTURAL.values(), ids=lambda gate: gate.name)
def test_the_gates_of_a_gradient_give_what_the_pullback_gives(gate: Rule) -> None:
    if gate.name == "broadcast":
        # No program calls it: every other case has it on the way back.
        return
    for number, case in enumerate(CASES[gate.name][::4]):
        if gate.name == "std" and not case.shapes[0]:
            # The root of no variance is infinitely steep, and the parts say so.
            continue
        values = [plain(value) for value in case.inputs()]
        with np.errstate(all="ignore"):
            shape = np.shape(
                case.gate.value(np, [np.asarray(v, float) for v in values], case.gate.settings(case.options.items()))
            )
            weights = plain(np.random.default_rng(number).normal(size=shape))
            inputs = {**{f"x{k}": value for k, value in enumerate(values)}, "c": weights}
            for slot in range(len(values)):
                program = weighed(case, values, weights, slot)
                typed = program.nodes[program.output].operands[0]
                assert isinstance(typed, int)
                wanted = trace(Program("f", program.nodes[: typed + 1], typed, program.names), inputs).gradient_of(slot)
                got = trace(program, inputs).output
                assert np.shape(got) == np.shape(wanted), (str(case), slot)
                assert np.allclose(got, wanted, rtol=1e-9, atol=1e-12, equal_nan=True), (str(case), slot, got, wanted)


def test_random_programs_have_the_gradients_of_their_run_as_gates() -> None:
    draw, compared = random.Random(2), 0
    for _ in range(150):
        case = seeded(draw.randrange(10**6))
        program = read(case.text, case.inputs)
        run = trace(program, case.inputs)
        for place, name in enumerate(program.inputs):
            nodes = (*program.nodes, Node(GRADIENT, (program.output, place), None, None, "grad"))
            got = trace(Program(program.text, nodes, len(program.nodes), program.names), case.inputs).output
            wanted = run.gradient_of(place)
            assert math.isclose(float(got), float(wanted), rel_tol=1e-7, abs_tol=1e-9), (case.text, name, got, wanted)
            compared += 1
    assert compared > 200


def test_second_derivatives_of_random_programs_are_what_differences_measure() -> None:
    draw, compared = random.Random(3), 0
    step = 1e-5
    for _ in range(60):
        case = seeded(draw.randrange(10**6))
        program = read(case.text, case.inputs)
        nodes = (*program.nodes, Node(GRADIENT, (program.output, 0), None, None, "grad"))
        twice = Program(program.text, nodes, len(program.nodes), program.names)
        run, name = trace(twice, case.inputs), program.inputs[0]
        slopes = [float(trace(program, {**case.inputs, name: case.inputs[name] + side}).gradient_of(0)) for side in (-step, step)]
        measured, exact = (slopes[1] - slopes[0]) / (2 * step), float(run.gradient_of(0))
        if abs(slopes[1] - slopes[0]) > 1e-2:
            # A kink lies between, or the slope is too steep for this step.
            continue
        assert math.isclose(exact, measured, rel_tol=1e-3, abs_tol=1e-4), (case.text, exact, measured)
        compared += 1
    assert compared > 40


def test_published_second_derivatives() -> None:
    assert gs.run("grad(grad(x^4, x), x)", x=2).output == 48
    assert gs.run("grad(grad(sin(x*y), x), y)", x=0.5, y=2).output == pytest.approx(math.cos(1) - math.sin(1))
    sigma = 1 / (1 + math.exp(-0.3))
    second = sigma * (1 - sigma) * (1 - 2 * sigma)
    assert gs.run("grad(grad(sigmoid(x), x), x)", x=0.3).output == pytest.approx(second)


def test_a_hessian_vector_product_is_the_gradient_of_a_product() -> None:
    run = gs.run("L = x[0]^2*x[1] + x[1]^3; g = grad(L, x); sum(g*v)", x=[1.0, 2.0], v=[1.0, -1.0])
    # The Hessian is [[2·x1, 2·x0], [2·x0, 6·x1]].
    assert run.gradients["x"].tolist() == [4 - 2, 2 - 12]
    assert run["g"].value.tolist() == [4.0, 13.0]


def test_a_gradient_takes_kinks_as_flat_the_second_time() -> None:
    assert gs.run("grad(relu(x)^2, x)", x=0).gradients["x"] == 0
    assert gs.run("grad(grad(abs(x), x), x)", x=0).output == 0
    assert gs.run("grad(x^y, x)", x=0, y=0).gradients == {"x": 0, "y": 0}
    assert gs.run("grad(stop(x)*x, x)", x=3).output == 3


def test_what_does_not_depend_on_a_name_has_the_gradient_0_in_its_shape() -> None:
    assert gs.run("grad(y^2, x) + 0*x", x=[1.0, 2.0], y=3).output.tolist() == [0, 0]
    assert gs.run("q = x + 1; r = y; grad(r, q)", x=1, y=2).output == 0
    assert gs.run("grad(x, x)", x=5).output == 1


def test_the_nodes_of_a_gradient_stand_in_the_place_of_its_text() -> None:
    run = gs.run("g = grad(x^3, x); g*2", x=2)
    assert run["g"].value == 12
    assert [node.label for node in run.nodes] == ["x", "x^3", "x^2", "grad(x^3, x)", "g*2"]


REFUSED = [
    ("grad(x)", "2 inputs"),
    ("grad(x^2, x+1)", "name"),
    ("grad(x^2, 3)", "name"),
    ("grad(x, y, z)", "2 inputs"),
    ("grad(x, axis=0)", "options"),
]


def test_what_is_no_gradient_is_refused_with_what_would_do() -> None:
    for text, part in REFUSED:
        with pytest.raises(ReadError) as caught:
            read(text)
        assert part in caught.value.message + caught.value.hint, text


def test_a_constant_has_no_gradient_gate() -> None:
    assert isinstance(read("x + grad(3, x)").nodes[-1].operands[1], Constant)


def test_second_derivatives_of_every_elementwise_gate_are_sympys() -> None:
    letters = sp.symbols("x y z", real=True)
    compared = 0
    for name, rule in ELEMENTWISE.items():
        if rule.chooses or name in ("constant", "power") or not (rule.functions or name in OPERATORS):
            # A comparison is flat everywhere.
            continue
        names = "xyz"[: len(rule.partials)]
        text = OPERATORS[name].format(*names) if name in OPERATORS else f"{rule.functions[0]}({', '.join(names)})"
        point = dict(zip(names, points(rule)[0], strict=True))
        formula = rule.formula(symbols(), *letters[: len(names)])
        for first, second in combinations_with_replacement(names, 2):
            wanted = sp.diff(formula, sp.Symbol(first, real=True), sp.Symbol(second, real=True))
            expected = evaluate(wanted, point)
            got = gs.run(f"grad(grad({text}, {first}), {second})", inputs=point).output
            assert math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12), (name, first, second, got, expected)
            compared += 1
    assert compared > 60


TIES = [
    ("max(x)", [3.0, 3.0, 1.0]),
    ("max(x)", [[1.0, 2.0], [2.0, 2.0]]),
    ("min(x, axis=0)", [[1.0, 2.0], [1.0, 2.0]]),
    ("max(x, axis=1, keepdims=true)", [[2.0, 2.0], [1.0, 2.0]]),
    ("max(x, axis=(0, 2))", [[[1.0, 2.0], [2.0, 0.0]], [[2.0, 1.0], [2.0, 2.0]]]),
    ("max(x, axis=(1, 2), keepdims=true)", [[[1.0, 2.0], [2.0, 0.0]], [[2.0, 1.0], [2.0, 2.0]]]),
    ("max_pool(x, 2, stride=1)", [2.0, 2.0, 1.0, 1.0, 2.0]),
    ("max(x, 1)", [1.0, 2.0, 1.0]),
    ("max(x, x[::-1])", [1.0, 2.0, 1.0]),
]


@pytest.mark.parametrize("ties", ["first", "split"])
def test_a_tie_goes_inside_a_gradient_to_whom_it_goes_in_the_run(ties: Any) -> None:
    for text, x in TIES:
        wanted = gs.run(text, x=x, ties=ties).gradients["x"]
        found = gs.run(f"grad({text}, x)", x=x, ties=ties).output
        np.testing.assert_array_equal(found, wanted, err_msg=text)


@each(
    ("text", "x"),
    [
        ("prod(x)", [2.0, 0.0, 3.0]),
        ("prod(x)", [[2.0, -1.0], [0.5, 3.0]]),
        ("prod(x, axis=0)", [[2.0, -1.0, 0.0], [0.5, 3.0, 0.0]]),
        ("prod(x, axis=(0, 2), keepdims=true)", [[[1.0, 2.0], [2.0, 0.5]], [[2.0, 1.0], [-2.0, 2.0]]]),
        ("prod(x, axis=1)", [[2.0], [3.0]]),
    ],
)
def test_a_product_is_differentiated_twice_without_a_division(text: str, x: Any) -> None:
    run = gs.run(f"grad({text}, x)", x=x)
    np.testing.assert_allclose(run.output, gs.run(text, x=x).gradients["x"], rtol=1e-12)
    cells, step = np.array(x), 1e-6
    for place in np.ndindex(cells.shape):
        ends = []
        for sign in (-1, 1):
            moved = cells.copy()
            moved[place] += sign * step
            ends.append(float(np.sum(gs.run(text, x=moved).gradients["x"])))
        assert run.gradients["x"][place] == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("text", ["x @ B", "B @ x"])
def test_a_gradient_passes_a_vector_times_a_batch(text: str) -> None:
    inputs = {"x": [0.5, -1.0], "B": np.arange(12.0).reshape(3, 2, 2)}
    for name in inputs:
        wanted = gs.run(f"sum(({text})^3)", inputs=inputs).gradients[name]
        np.testing.assert_allclose(gs.run(f"grad(({text})^3, {name})", inputs=inputs).output, wanted, rtol=1e-12)


@each(
    "text",
    [
        "x[:, i]",
        "x[i, 1:]",
        "x[::-2, [1, -1]]",
        "x[i, [0, -1, 0]]",
        "x[..., 1, [0, 1, 1]]",
        "x[1:, i, j]",
        "x[i, 0]",
        "x[:, 1, i]",
        "x[k, ::2]",
        "x[:, :, [2, 0]]",
    ],
)
def test_a_gradient_passes_every_kind_of_index(text: str) -> None:
    x, i, j = np.arange(24.0).reshape(3, 2, 4) ** 1.1, [1, -1, 1], [0, 1, 0]
    inputs = {"x": x, **{name: value for name, value in {"i": i, "j": j, "k": 2}.items() if name in text}}
    wanted = gs.run(f"sum(({text})^3)", inputs=inputs).gradients["x"]
    np.testing.assert_allclose(gs.run(f"grad(({text})^3, x)", inputs=inputs).output, wanted, rtol=1e-12)


@each(
    ("text", "x", "slope"),
    [
        ("tanh(x)", 800.0, 0.0),
        ("gelu_tanh(x)", 40.0, 0.0),
        ("gelu_tanh(x)", 1e200, 0.0),
        ("elu(x)", 800.0, 0.0),
        ("elu(x)", -1.0, math.exp(-1)),
        ("atan(x)", 0.0, 0.0),
        ("atan(x)", 1e200, 0.0),
        ("atan2(x, x)", 0.0, 0.0),
        ("hypot(x, x)", 0.0, 0.0),
        ("log1p(atan(x))", 0.0, -1.0),
        # PyTorch 2.13 and JAX 0.10 give these infinities too.
        ("asin(x)", 1.0, math.inf),
        ("asin(x)", -1.0, -math.inf),
        ("asin(x)", 1 - 1e-12, 3.5356512273133569e17),
        ("acos(x)", 1.0, -math.inf),
        ("acos(x)", -1.0, math.inf),
        ("acosh(x)", 1.0, -math.inf),
        ("acosh(x)", 1 + 1e-12, -3.5350624917855642e17),
        ("acosh(x)", 1e200, 0.0),
        ("bce(x, 1)", 1.0, 1.0),
        ("bce(x, 0)", 0.0, 1.0),
        ("bce(x, 1, logits=true)", 0.0, 0.25),
    ],
)
def test_a_second_gradient_is_a_number_where_an_inner_one_is_infinite(text: str, x: float, slope: float) -> None:
    assert gs.run(f"grad({text}, x)", x=x).gradients["x"] == pytest.approx(slope)


@each(
    ("text", "inputs"),
    [
        ("x^y", {"x": [0.0, 0.0, 0.0, 2.0], "y": [0.0, 0.5, 3.0, -1.0]}),
        ("bce(x, y)", {"x": [0.0, 1.0, 0.3, 0.4], "y": [0.0, 1.0, 1.0, 0.2]}),
    ],
)
def test_the_gates_of_a_gradient_keep_to_the_conventions_of_the_run(text: str, inputs: dict[str, Any]) -> None:
    for name in inputs if text == "x^y" else "x":
        run = gs.run(f"u = {text}; grad(u, {name})", inputs=inputs)
        np.testing.assert_allclose(run.output, gs.run(text, inputs=inputs).gradients[name], rtol=1e-12)
