"""One cell: its name, the sum that it is, and windows of cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.gates import STRUCTURAL
from graphstep.ground.errors import InputError
from graphstep.ground.pages import page
from graphstep.telling.cells import cell, find_cell, find_window, page_text
from graphstep.telling.cells.sums import SPELLED_OUT
from tests.arrayed import at_work, run
from tests.cases import each
from tests.gates.rows.test_rows import CASES
from tests.programs import seeded

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.telling.cells import CellExplanation

W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]
NETWORKS = [
    "sum((W @ x)^2)",
    "h = relu(W @ x + b); sum(h * h)",
    "h = tanh(M @ W + b); mean((h - 0.3)^2) + sum(b)",
    "p = softmax(W @ x); -log(p[0])",
    "p = softmax(M @ W); mean(-log(p[:, 1]))",
    "s = sum(M, axis=0); outer(s, s) @ s",
    "max(M) + sum(max(M, axis=1)) + norm(x) + mean(M.T @ M)",
    "concat(x, W @ x, x)[1:4] * 3",
    "sum(M * t + b / t) - t",
    "log_softmax(x)[1] + logsumexp(M) + dot(x, b) + sum(var(M, axis=0))",
    "sum(reshape(M, -1, 3)) + sum(stack(x, b) @ x)",
    "min(max(0, M - b))",
]
"""Programs of a 3×3 matrix M, a 3×3 matrix W, vectors x and b, and a number t."""


def network(text: str, seed: int) -> Trace:
    rng = np.random.default_rng(seed)
    inputs: dict[str, Any] = {"M": (3, 3), "W": (3, 3), "x": 3, "b": 3}
    made = {name: rng.normal(size=shape) for name, shape in inputs.items()} | {"t": float(rng.normal())}
    return run(
        text, **{name: value for name, value in made.items() if name in "".join(c if c.isalnum() else " " for c in text).split()}
    )


def assert_sum(found: CellExplanation) -> None:
    size, total = math.fsum(map(abs, found.terms)), math.fsum(found.terms)
    assert math.isclose(total, found.value, rel_tol=1e-10, abs_tol=1e-10 * size), found.lines()


def assert_same(found: float, number: Any) -> None:
    assert found == number or (found != found and number != number)


def assert_every_cell_is_its_sum(trace: Trace) -> int:
    seen = 0
    for node, known in enumerate(trace.program.nodes):
        for index in np.ndindex(known.shape):
            value = cell(trace, node, index, "value")
            assert_same(value.value, np.asarray(trace.value_of(node))[index])
            if value.terms:
                assert_sum(value)
            if not trace.program.depends[node]:
                continue
            gradient = cell(trace, node, index)
            assert_same(gradient.value, np.asarray(trace.gradient_of(node))[index])
            if node != trace.program.output:
                assert_sum(gradient)
                seen += 1
    return seen


@each("text", NETWORKS)
@each("seed", range(3))
def test_every_cell_of_every_gradient_of_a_network_is_its_sum(text: str, seed: int) -> None:
    assert assert_every_cell_is_its_sum(network(text, seed)) > 3


@each("gate", STRUCTURAL)
def test_every_cell_of_a_structural_gate_is_its_sum_at_any_shape(gate: str) -> None:
    traces = [trace for case in CASES[gate] if (trace := at_work(case))]
    assert sum(map(assert_every_cell_is_its_sum, traces))


@each("seed", range(40))
def test_numbers_are_explained_like_cells(seed: int) -> None:
    case = seeded(seed)
    assert_every_cell_is_its_sum(run(case.text, **case.inputs))


# -- what is written -------------------------------------------------------------------------------------------------------------


def lecture() -> Trace:
    return run("q = W @ x; sum(q^2)", W=W, x=X)


def explained(trace: Trace, place: str, of: Any = "gradient") -> CellExplanation:
    return cell(trace, *find_cell(trace, place), of)


def test_the_gradient_of_a_weight_is_delta_times_x() -> None:
    found = explained(lecture(), "W[0, 1]")
    assert found.ladder.line == "df/dW₁₂ = df/dq₁ · x₂ = 0.44 · 0.4 = 0.176"
    assert found.ladder.latex == r"\frac{d f}{d W_{12}} = \frac{d f}{d q_{1}} \cdot x_{2} = 0.44 \cdot 0.4 = 0.176"
    assert (found.name, found.spelled, found.index) == ("W₁₂", "W[0, 1]", (0, 1))
    assert found.why == "W₁₂ moves q₁ and nothing else, so there is one term."
    assert found.lines() == [
        "the gradient of W[0, 1], in mathematics W₁₂",
        "  df/dW₁₂ = df/dq₁ · x₂",
        "          = 0.44 · 0.4",
        "          = 0.176",
        "  W₁₂ moves q₁ and nothing else, so there is one term.",
    ]


def test_the_gradient_of_an_input_is_a_column_of_weights_times_the_deltas() -> None:
    found = explained(lecture(), "x[0]")
    assert found.ladder.texts == ("df/dq₁ · W₁₁ + df/dq₂ · W₂₁", "0.44 · 0.1 + 0.52 · (-0.3)", "-0.112")


@each(
    ("text", "place", "rungs"),
    [
        ("q = W @ x; sum(q^2)", "q[0]", ("W₁₁ · x₁ + W₁₂ · x₂", "0.1 · 0.2 + 0.5 · 0.4", "0.22")),
        ("sum((W @ x)^2)", "f", ("((W@x)^2)₁ + ((W@x)^2)₂", "0.0484 + 0.0676", "0.116")),
        ("s = x * 2; sum(s)", "s[1]", ("x₂ · 2", "0.4 · 2", "0.8")),
        ("m = mean(x); m", "m", ("(x₁ + x₂) / 2", "(0.2 + 0.4) / 2", "0.3")),
        ("q = W.T; sum(q)", "q[0, 1]", ("W₂₁", "-0.3")),
        ("m = max(x); m", "m", ("x₂", "0.4")),
        ("p = softmax(x); p[0]", "p[1]", ("softmax(x)₂", "0.5498")),
        ("max(0, x)", "f[0]", ("max(0, x₁)", "max(0, 0.2)", "0.2")),
        ("dot(x, x)", "f", ("x₁ · x₁ + x₂ · x₂", "0.2 · 0.2 + 0.4 · 0.4", "0.2")),
        ("sum(x)", "x[0]", ("0.2",)),
    ],
)
def test_a_value_is_written_as_what_it_is_made_of(text: str, place: str, rungs: tuple[str, ...]) -> None:
    given: dict[str, Any] = {"W": W, "x": X}
    trace = run(text, **{name: value for name, value in given.items() if name in text})
    assert explained(trace, place, "value").ladder.texts == rungs


@each(
    ("text", "place", "rungs"),
    [
        ("s = x^2; sum(s)", "s[0]", ("df/df", "1")),
        ("s = 3x; sum(s^2)", "x[0]", ("df/ds₁ · 3", "1.2 · 3", "3.6")),
        ("m = mean(x); m^2", "x[0]", ("df/dm · 1 / 2", "0.6 · 0.5", "0.3")),
        ("m = max(x); m*m", "x[0]", ("0",)),
        ("s = relu(x); sum(s)", "x[1]", ("df/ds₂ · (1 if x₂ > 0 else 0)", "1 · 1", "1")),
        ("p = softmax(x); p[0]", "x[0]", ("df/dp₁ · ∂p₁/∂x₁ + df/dp₂ · ∂p₂/∂x₁", "1 · 0.2475 + 0 · (-0.2475)", "0.2475")),
        ("3*x", "x[0]", ("dL/df₁ · 3", "1 · 3", "3")),
        ("c = x + t; sum(c)", "t", ("df/d((t as 2)₁) + df/d((t as 2)₂)", "1 + 1", "2")),
        ("sum(x*x) + x[0]", "x[0]", ("df/d(x[0]) + df/d((x*x)₁) · x⁽²⁾₁ + df/d((x*x)₁) · x⁽¹⁾₁", "1 + 1 · 0.2 + 1 · 0.2", "1.4")),
    ],
)
def test_a_gradient_is_written_as_the_sum_of_what_arrives(text: str, place: str, rungs: tuple[str, ...]) -> None:
    trace = run(text, x=X, **({"t": 1.0} if "t" in text.replace("softmax", "") else {}))
    assert explained(trace, place).ladder.texts == rungs


def test_of_many_terms_the_first_four_and_the_last_are_written() -> None:
    trace = run("q = W @ x; sum(q)", W=np.arange(64.0).reshape(8, 8), x=np.ones(8))
    found = explained(trace, "x[0]")
    assert len(found.terms) == 8 > SPELLED_OUT
    assert found.ladder.texts[0].count("W") == 5
    assert found.ladder.texts[0].endswith("df/dq₄ · W₄₁ + … + df/dq₈ · W₈₁")
    assert found.ladder.texts[-1] == "224"
    assert r"+ \cdots + " in found.ladder.latex
    assert found.why.endswith("Of 8 terms 5 are written.")


def test_subscripts_above_9_are_kept_apart_all_over_an_array() -> None:
    trace = run("sum(W)", W=np.ones((2, 12)))
    assert [explained(trace, place).name for place in ("W[0, 0]", "W[1, 10]", "W[-1, -1]")] == ["W₁,₁", "W₂,₁₁", "W₂,₁₂"]


def test_a_name_with_a_number_gets_no_second_subscript_in_latex() -> None:
    assert r"\left(W_{1}\right)_{12}" in explained(run("sum(W1)", W1=W), "W1[0, 1]").ladder.latex


@each(
    ("text", "place", "why"),
    [
        ("sum(x)", "f", "The backward pass starts at f: its gradient is the seed."),
        ("y = x; s = 2y; sum(x)", "s[0]", "f does not depend on s₁."),
        ("m = max(x); m*2", "x[0]", "x₁ moves no cell of m: other cells were chosen."),
        ("sum(x) + x[0] + max(x)", "x[1]", "x₂ moves sum(x) and max(x) in 2 ways, and the contributions add up."),
    ],
)
def test_the_sentence_says_where_the_terms_come_from(text: str, place: str, why: str) -> None:
    found = explained(run(text, x=X), place)
    assert found.why.replace("3 gates", "sum(x) and max(x)") == why


def test_what_may_not_change_has_no_gradient_to_explain() -> None:
    trace = run("t = 2*3; t*x", x=1.0)
    with pytest.raises(InputError, match="t gets no gradient"):
        explained(trace, "t")
    assert explained(trace, "t", "value").value == 6


# -- names -----------------------------------------------------------------------------------------------------------------------


@each(
    ("place", "complaint", "hint"),
    [
        ("y", "no node is called 'y'", "name a node by its name, its text or its id"),
        ("Q[0]", "no node is called 'Q'", "did you mean 'q'?"),
        ("W", "W is a 2×2 matrix, so a cell of it takes 2 whole numbers", "W[0, 0]"),
        ("W[0]", "takes 2 whole numbers", "W[0, 0]"),
        ("f[0]", "f is a number, so a cell of it takes no index", "f"),
        ("W[0, 2]", "W has no cell 2 along axis 1", "0 to 1"),
        ("W[-3, 0]", "W has no cell -3 along axis 0", "0 to 1"),
        ("x[a]", "'a' is no index of a cell", "W[0, 1]"),
        ("x[]", "'' is no index of a cell", "W[0, 1]"),
        ("W@x[0, 0]", "no node is called 'W@x'|q is a vector", ""),
    ],
)
def test_a_cell_that_is_not_there_is_complained_of(place: str, complaint: str, hint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        find_cell(lecture(), place)
    assert hint in caught.value.hint


def test_a_cell_of_an_array_is_meant_before_an_expression_of_the_same_text() -> None:
    trace = run("x[0] + sum(x)", x=X)
    assert find_cell(trace, "x[0]") == (0, (0,))
    assert find_cell(trace, "v2") == (1, ())


@each(
    ("place", "window"),
    [
        ("W", (0, (), 0, 0)),
        ("W[1]", (0, (), 1, 0)),
        ("W[1:, 1:]", (0, (), 1, 1)),
        ("W[:, 1:]", (0, (), 0, 1)),
        ("x", (1, (), 0, 0)),
        ("x[1:]", (1, (), 0, 0)),
        ("W[0, 1]", None),
        ("f", None),
        ("y", None),
        ("W[0, 1, 2]", None),
        ("W[a]", None),
    ],
)
def test_where_a_page_begins(place: str, window: tuple[Any, ...] | None) -> None:
    assert find_window(lecture(), place) == window


# -- pages -----------------------------------------------------------------------------------------------------------------------

CUBE = np.arange(60.0).reshape(3, 4, 5)


def test_a_page_shows_a_window_of_a_matrix_with_the_indices_beside_it() -> None:
    shown = page(CUBE, 1, 2, (2, 2), fixed=(1,))
    assert shown.lines == ["    2   3", "1  27  28", "2  32  33"]
    assert page_text("en", shown, CUBE.shape) == "at [1, …], rows 1 to 2 of 4, columns 2 to 3 of 5"


def test_a_start_beyond_the_end_shows_the_last_full_page() -> None:
    shown = page(CUBE, 99, 99, (2, 3))
    assert (shown.row, shown.column, shown.cells) == (2, 2, (("12", "13", "14"), ("17", "18", "19")))


def test_a_vector_is_laid_out_in_rows() -> None:
    shown = page(np.arange(17.0), 1, 0, (2, 7))
    assert shown.lines == ["    +0  +1  +2  +3  +4  +5  +6", " 7   7   8   9  10  11  12  13", "14  14  15  16"]
    assert page_text("en", shown, (17,)) == "cells 7 to 16 of 17"
    assert page_text("en", page(np.array(2.0)), ()) == "cells 0 to 0 of 1"


@each("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_an_empty_array_has_an_empty_page(shape: tuple[int, ...]) -> None:
    shown = page(np.zeros(shape))
    assert not any(shown.cells)
    assert page_text("en", shown, shape) == "no cells"


@each("fixed", [(3,), (-4,), (0, 0)])
def test_a_matrix_that_is_not_there_has_no_page(fixed: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="names no matrix of a 3×4×5 array"):
        page(CUBE, fixed=fixed)


def test_turning_pages_shows_every_cell_once() -> None:
    matrix = np.arange(35.0).reshape(5, 7)
    seen = [
        text
        for row in range(0, 5, 2)
        for column in range(0, 7, 3)
        for line in page(matrix[row : row + 2, column : column + 3], 0, 0, (2, 3)).cells
        for text in line
    ]
    assert sorted(map(float, seen)) == matrix.ravel().tolist()


@each(
    ("text", "shapes"),
    [
        ("X @ Y", ((2, 3), (3, 4))),
        ("X @ Y", ((3,), (3, 4))),
        ("X @ Y", ((2, 3), (3,))),
        ("X @ Y", ((2, 2, 3), (2, 3, 4))),
        ("X @ Y", ((2, 2, 3), (3, 4))),
        ("X @ Y", ((2, 3), (2, 3, 4))),
        ("outer(X, Y)", ((3,), (2,))),
        ("dot(X, Y)", ((4,), (4,))),
    ],
)
def test_a_product_pairs_the_cells_that_meet_also_those_that_are_0(text: str, shapes: Any) -> None:
    rng = np.random.default_rng(3)
    x, y = (rng.integers(-1, 2, shape).astype(float) for shape in shapes)
    trace = run(text, X=x, Y=y)
    out = np.asarray(trace.output)
    for index in np.ndindex(out.shape):
        found = cell(trace, 2, index, "value")
        assert len(found.terms) == (1 if text.startswith("outer") else x.size if out.ndim == 0 else x.shape[-1])
        assert sum(found.terms) == out[index]


def test_what_is_not_finite_is_explained_without_a_warning() -> None:
    trace = run("q = W @ x; p = softmax(q); sum(log(p)) + 1/x[0]", W=[[math.inf, 1.0], [math.nan, 2.0]], x=[0.0, 1e308])
    assert len([cell(trace, node, index) for node in range(2, 5) for index in np.ndindex(trace.node(node).shape)]) == 6
    assert explained(trace, "q[0]", "value").ladder.texts == (
        "W₁₁ · x₁ + W₁₂ · x₂",
        "inf · 0 + 1 · 1e308",
        "nan, undefined",
    )
