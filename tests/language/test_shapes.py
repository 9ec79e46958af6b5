"""A program meets the shapes of its inputs."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.engine.trace import trace
from graphstep.gates.elementwise import broadcast
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ShapeError
from graphstep.language.read import read
from graphstep.language.shapes import BROADCAST, infer_shapes
from tests.cases import each

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)


def fitted(text: str, **shapes: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """The gates of a program with the shapes of their values."""
    made = infer_shapes(read(text), shapes).program
    return [(node.gate, node.shape) for node in made.nodes if node.gate]


def misfit(text: str, **shapes: tuple[int, ...]) -> ShapeError:
    """What is said of shapes that do not go together."""
    with pytest.raises(ShapeError) as caught:
        infer_shapes(read(text), shapes)
    return caught.value


@given(st.lists(SHAPES, min_size=1, max_size=4))
def test_shapes_meet_by_the_rule_of_numpy(shapes: list[tuple[int, ...]]) -> None:
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        expected = None
    assert broadcast(shapes) == expected


def test_a_program_of_numbers_is_its_own_fit() -> None:
    program = read("(x+y)*z")
    assert infer_shapes(program, {"x": (), "y": (), "z": ()}).program is program


def test_a_bias_is_copied_by_a_gate_of_its_own() -> None:
    assert fitted("X@W + b", X=(64, 3), W=(3, 5), b=(5,)) == [("matmul", (64, 5)), (BROADCAST, (64, 5)), ("add", (64, 5))]


def test_what_is_used_twice_is_copied_twice() -> None:
    program = infer_shapes(read("b*X + b"), {"b": (), "X": (2,)}).program
    copies = [node for node in program.nodes if node.gate == BROADCAST]
    assert [(node.operands, node.shape) for node in copies] == [((0,), (2,)), ((0,), (2,))]


def test_a_constant_needs_no_copies() -> None:
    assert fitted("2*x + 1", x=(3,)) == [("mul", (3,)), ("add", (3,))]


@each(
    ("text", "gate"), [("max(x)", "amax"), ("min(x)", "amin"), ("norm(x)", "length"), ("||x||", "length"), ("max(x, y)", "max")]
)
def test_a_choice_among_the_cells_of_one_array_is_another_gate(text: str, gate: str) -> None:
    assert fitted(text, x=(3,), y=(3,))[-1][0] == gate
    assert fitted(text, x=(), y=())[-1][0] in ("max", "min", "norm")


def test_a_program_is_fitted_anew_to_other_shapes() -> None:
    program = read("x*w + b")
    once = infer_shapes(program, {"x": (2, 3), "w": (3,), "b": ()}).program
    other = {"x": (4,), "w": (4,), "b": (4,)}
    assert infer_shapes(once, other).program == infer_shapes(program, other).program
    assert infer_shapes(once, {"x": (2, 3), "w": (3,), "b": ()}).program == once


def test_where_says_which_node_is_which() -> None:
    program = read("q = x*w; q + b")
    made = infer_shapes(program, {"x": (2, 3), "w": (3,), "b": (1,)})
    labels = [made.program.label(place) for place in made.where]
    assert labels == [program.label(index) for index in range(len(program.nodes))]
    assert made.program.names == {"x": 0, "w": 1, "b": 2, "q": made.where[3]}


def test_a_misfit_names_both_shapes_the_gate_and_the_place() -> None:
    error = misfit("sum((W@x)^2)", W=(2, 3), x=(2,))
    assert "W has the shape 2×3 and x has the shape 2" in error.message
    assert error.text[slice(*error.span)] == "W@x"


@each(
    ("text", "shapes", "hint"),
    [
        ("W@x", {"W": (2, 3), "x": (2,)}, "W.T has the shape 3×2, which fits"),
        ("X@W", {"X": (5, 3), "W": (4, 3)}, "W.T has the shape 3×4, which fits"),
        ("X@W", {"X": (3,), "W": (4, 3)}, "W.T has the shape 3×4"),
        ("x@W", {"x": (3,), "W": (4, 5)}, "must be a 3×5 matrix"),
        ("x+y", {"x": (3,), "y": (4,)}, "3 meets 4"),
        ("x+y", {"x": (2, 3), "y": (3, 2)}, ".T has the shape"),
        ("2*(x+y)", {"x": (2, 3), "y": (2,)}, "x.T has the shape 3×2"),
    ],
)
def test_a_misfit_says_what_would_fit(text: str, shapes: dict[str, tuple[int, ...]], hint: str) -> None:
    assert hint in misfit(text, **shapes).hint


@each(
    ("text", "shapes", "hint"),
    [
        ("w·x + b", {"w": (2,), "x": (2,), "b": ()}, "w @ x for the matrix product, of vectors the dot product; w*x for"),
        ("W ⋅ (x + 1)", {"W": (2, 2), "x": (2,)}, "W @ (x + 1) for"),
        ("w×x", {"w": (3,), "x": (3,)}, "w*x for the product cell by cell"),
        ("def f(a, b) = a·b; f(w, x)", {"w": (2,), "x": (2,)}, "a @ b for"),
    ],
)
def test_a_dot_between_arrays_is_refused_with_both_readings(text: str, shapes: dict[str, tuple[int, ...]], hint: str) -> None:
    error = misfit(text, **shapes)
    assert "can be read in two ways" in str(error)
    assert hint in error.hint


@each("text", ["a·x", "2·x·3", "x*y·2", "x·norm(y·2)", "(a·b)*x*y", "x*y"])
def test_a_dot_beside_a_number_is_the_product_cell_by_cell(text: str) -> None:
    shapes = {"a": (), "b": (), "x": (2,), "y": (2,)}
    assert fitted(text, **shapes) == fitted(text.replace("·", "*"), **shapes)


def test_the_copies_of_an_earlier_fit_are_not_blamed() -> None:
    program = infer_shapes(read("x*W + x"), {"W": (2, 3), "x": ()}).program
    with pytest.raises(ShapeError) as caught:
        infer_shapes(program, {"W": (2, 3), "x": (2,)})
    assert caught.value.message.startswith("x has the shape 2 and W has the shape 2×3")


@each(
    ("one", "other", "copied"),
    [
        ((3, 1, 2, 4), (6, 4, 5), ["A", "B"]),
        ((1, 2, 4), (3, 4, 5), ["A"]),
        ((3, 2, 4), (1, 4, 5), ["B"]),
        ((3, 2, 4), (4, 5), []),
    ],
)
def test_batches_of_a_matrix_product_are_copied_where_their_sizes_are_1(
    one: tuple[int, ...], other: tuple[int, ...], copied: list[str]
) -> None:
    dice = np.random.default_rng(3)
    a, b = dice.normal(size=one), dice.normal(size=other)
    run = trace(read("sum((A@B)^2)"), {"A": a, "B": b})
    nodes = run.program.nodes
    assert [nodes[node.sources[0][1]].name for node in nodes if node.gate == "broadcast"] == copied
    upstream = 2 * (a @ b)
    for index, whole in enumerate((upstream @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ upstream)):
        shape = (one, other)[index]
        over = tuple(k for k in range(whole.ndim) if ((1,) * (whole.ndim - len(shape)) + shape)[k] != whole.shape[k])
        expected = whole.sum(axis=over, keepdims=True).reshape(shape)
        np.testing.assert_allclose(run.gradient_of(index), expected, rtol=1e-12)


def test_batches_of_a_matrix_product_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="the axes before the last two differ"):
        infer_shapes(read("A@B"), {"A": (3, 2, 2), "B": (4, 2, 2)})


def test_more_axes_than_numpy_can_have_are_refused() -> None:
    text = "; ".join(["a0 = stack(v)", *(f"a{k} = stack(a{k - 1})" for k in range(1, 80))])
    with pytest.raises(LimitError, match="this array has 33 axes; at most 32"):
        infer_shapes(read(text), {"v": (2,)})


def test_too_many_cells_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CELLS", 100)
    with pytest.raises(LimitError, match="more than 100 cells"):
        infer_shapes(read("outer(x, y)"), {"x": (20,), "y": (20,)})


@given(SHAPES, SHAPES, st.integers(0, 2**31))
def test_copies_add_up_on_the_way_back(one: tuple[int, ...], other: tuple[int, ...], seed: int) -> None:
    if broadcast([one, other]) is None:
        return
    dice = np.random.default_rng(seed)
    x, y = dice.normal(size=one), dice.normal(size=other)
    run = trace(read("sum(x*y)"), {"x": x if one else float(x), "y": y if other else float(y)})
    whole = np.broadcast_shapes(one, other)
    gradient = np.asarray(run.gradient_of(0))
    assert gradient.shape == one
    # By hand: every cell of x gets the sum of the cells of y that it meets.
    expected = np.zeros(one)
    for place in np.ndindex(*whole):
        mine = tuple(0 if one[i] == 1 else place[len(whole) - len(one) + i] for i in range(len(one)))
        theirs = tuple(0 if other[i] == 1 else place[len(whole) - len(other) + i] for i in range(len(other)))
        expected[mine] += y[theirs]
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-12)
    assert run.buffers.cells.size == sum(prod(node.shape) for node in run.program.nodes)
