"""Lessons about arrays: shapes and whole arrays as answers, cells, the slips they invite, and arrays in claims."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.ground.errors import InputError
from graphstep.teaching.lesson.check import check
from graphstep.teaching.lesson.claims import Claim, fault
from graphstep.teaching.lesson.document import LessonError
from graphstep.teaching.lesson.headings import stop_of
from graphstep.teaching.lesson.parse import parse
from graphstep.teaching.lesson.rehearsal import rehearse, step_of_stop
from graphstep.teaching.marking.shapes import typed_shape
from graphstep.teaching.marking.verdict import mark
from tests.cases import each
from tests.teaching.lesson.test_lesson import front_of, lesson_of, predict, solution_of

PRODUCT = front_of("q = W @ x; f = sum(q^2)", "W = [[0.1, 0.5], [-0.3, 0.8]], x = [0.2, 0.4]")
LAYER = front_of("s = X@W + b; f = sum(s*s)", "X = [[1, 2], [3, -1]], W = [[1, 0], [2, 1]], b = [1, -1]")
WIDE = front_of("s = X@W; f = sum(s)", "X = [[1, 2, 3], [4, 5, 6]], W = [[1, 0], [2, 1], [0, 3]]")

HINGE = front_of("f = hinge(s, y)", "s = [2, 5, -2], y = 0")
ENTROPY = front_of("f = cross_entropy(s, y)", 's = "[log(2), 0, log(5)]", y = 0')
MEAN = front_of("f = mean(x)", "x = [1, 2, 3]")


def trace_of(front: str):
    return rehearse(lesson_of("", front)).scenes[0].trace


# -- shapes ---------------------------------------------------------------------------------------------------------------------


@each(
    ("ask", "shape", "step"),
    [
        ("shape s", (2, 2), 1),
        ("shape f", (), 2),
        ("shape dW", (3, 2), 6),
        ("shape df/dW", (3, 2), 6),
        ("shape gradient X", (2, 3), 5),
        ("shape jacobian @ → W", (4, 6), 6),
    ],
)
def test_a_shape_can_be_asked_for_and_knows_the_step_that_shows_it(ask, shape, step):
    solution = solution_of(ask, front=WIDE)
    assert solution.shape is not None
    assert (solution.shape.shape, solution.step) == (shape, step)
    assert mark(solution, str(shape)).right


@each("typed", ["2×3", "2x3", "2 X 3", "(2, 3)", "2,3", "[2, 3]", "2 by 3", "2 3", "2*3", "dX = 2×3"])
def test_a_shape_may_be_typed_in_many_ways(typed):
    assert mark(solution_of("shape dX", front=WIDE), typed).right


@each(("typed", "shape"), [("4", (4,)), ("(4,)", (4,)), ("()", ()), ("Number", ()), ("", None), ("2×", None)])
def test_vectors_and_numbers_have_shapes_too(typed, shape):
    assert typed_shape(typed) == shape


@each(
    ("ask", "typed", "outcome", "says"),
    [
        ("shape dW", "2×3", "wrong", "Turned round"),
        ("shape dW", "6", "wrong", "how many cells"),
        ("shape dW", "2×2", "wrong", "shape of s"),
        ("shape dW", "9×9", "wrong", "shape of its value"),
        ("shape dW", "wide", "unreadable", "Type a shape"),
        ("shape s", "3×2", "wrong", "goes into the gate"),
        ("shape s", "5×5", "wrong", "shapes that go into"),
        ("shape jacobian @ → W", "3×2", "wrong", "shape of W"),
    ],
)
def test_a_slip_with_a_shape_is_said(ask, typed, outcome, says):
    verdict = mark(solution_of(ask, front=WIDE), typed)
    assert verdict.outcome == outcome
    assert says in verdict.sentence


def test_a_vector_is_neither_a_row_nor_a_column():
    verdict = mark(solution_of("shape q", front=PRODUCT), "2×1")
    assert verdict.outcome == "unreadable"
    assert "single axis" in verdict.sentence


@pytest.mark.parametrize(("ask", "says"), [("shape W", "is an input"), ("shape ∂s/∂W", "is no gradient"), ("shape", "nothing")])
def test_a_shape_that_cannot_be_asked_for_is_a_problem(ask, says):
    with pytest.raises(LessonError, match=says):
        solution_of(ask, front=WIDE)


# -- whole arrays ---------------------------------------------------------------------------------------------------------------


@each(
    "typed",
    [
        "[-0.112, 0.636]",
        "-0.112, 0.636",
        "−0.112 0.636",
        "df/dx = [-0.112, 0.636]",
        "-.112, 0.64",
        "W' @ df/dq",
        "-14/125, 0.636",
    ],
)
def test_a_small_array_may_be_typed_whole(typed):
    assert mark(solution_of("gradient x", front=PRODUCT), typed).right


@pytest.mark.parametrize("typed", ["0.088, 0.176; 0.104, 0.208", "[[0.088, 0.176], [0.104, 0.208]]", "0.088 0.176; 0.104 0.208"])
def test_a_matrix_is_typed_row_by_row(typed):
    assert mark(solution_of("gradient W", front=PRODUCT), typed).right


@each(
    ("ask", "front", "typed", "says"),
    [
        ("gradient x", PRODUCT, "-0.112, 0.7", "cell [1] is not right yet; the other is."),
        ("gradient x", PRODUCT, "0.112, 0.636", "cell [0] is right but for the sign"),
        ("gradient x", PRODUCT, "5, 5", "no cell is right"),
        ("gradient x", PRODUCT, "0.112, -0.636", "every sign"),
        ("gradient x", PRODUCT, "0.304, 0.284", "transposed"),
        ("gradient x", PRODUCT, "0.44, 0.52", "upstream gradient of q"),
        ("gradient x", PRODUCT, "0.2, 0.4", "the value of x"),
        ("gradient x", PRODUCT, "1, 2, 3", "a vector of 3"),
        ("gradient W", PRODUCT, "0.088, 0.104; 0.176, 0.208", "changed places"),
        ("value q", PRODUCT, "-0.1, 0.42", "takes the columns of W"),
        ("contribution copy → b", LAYER, "12, 2", "one copy of b"),
        ("contribution copy → b", LAYER, "8, -1", "mean over the copies"),
        ("sum s", LAYER, "6, 1; 2, -2", "one contribution"),
        ("value f", HINGE, "3", "without the margin"),
        ("value f", HINGE, "5", "not compared with itself"),
        ("value f", HINGE, "1", "far enough behind"),
        ("gradient s", ENTROPY, "1/4, 1/8, 5/8", "what is right"),
        ("value f", MEAN, "6", "That is the sum"),
        ("gradient x", MEAN, "1, 1, 1", "1/n"),
    ],
)
def test_a_wrong_array_is_told_its_slip_or_its_wrong_cells(ask, front, typed, says):
    verdict = mark(solution_of(ask, front=front), typed)
    assert verdict.outcome == "wrong"
    assert says in verdict.sentence


@each(
    ("ask", "typed", "says"),
    [
        ("gradient x", "0.5", "a single number"),
        ("gradient x", "[1, 2", "cannot be read as an array"),
        ("gradient x", "[@/etc/hostname]", "cannot be read"),
        ("gradient x", "@weights.npy", "cannot be read"),
        ("gradient x", "randn(2)", "cannot be read"),
        ("gradient W", "1, 2, 3, 4", "row by row"),
        ("gradient W[0, 1]", "[1, 2]", "a single number was asked for"),
        ("gradient W[0, 1]", "0,176", "behind a point"),
        ("value q", "W @ x", "Now put the numbers in"),
    ],
)
def test_what_is_no_such_array_is_no_try(ask, typed, says):
    verdict = mark(solution_of(ask, front=PRODUCT), typed)
    assert verdict.outcome == "unreadable"
    assert says in verdict.sentence


def test_a_large_array_is_asked_for_by_its_cells():
    front = front_of("q = tanh(x); f = sum(q)", "x = [1, 2, 3, 4, 5, 6, 7]")
    with pytest.raises(LessonError, match="at most 6 cells"):
        solution_of("gradient x", front=front)


# -- cells ----------------------------------------------------------------------------------------------------------------------


@each(
    ("ask", "typed", "says"),
    [
        ("gradient W[0, 1]", "0.104", "other side of the diagonal"),
        ("gradient W[0, 1]", "0.088", "That is cell [0, 0]"),
        ("gradient W[0, 1]", "0.5", "the value of W"),
        ("gradient W[0, 1]", "0.44", "upstream gradient, that of q[0]"),
        ("gradient W[0, 1]", "0.4", "local gradient of q[0]"),
        ("gradient W[0, 1]", "-0.176", "sign is turned"),
        ("gradient x[1]", "0.416", "one of 2 terms"),
        ("gradient x[1]", "0.284", "transposed"),
        ("value q[1]", "0.32", "one of 2 terms"),
        ("value q[1]", "0.42", "takes the columns of W"),
        ("value q[1]", "0.13", "the mean of 2 terms"),
    ],
)
def test_a_slip_in_one_cell_is_said(ask, typed, says):
    verdict = mark(solution_of(ask, front=PRODUCT), typed)
    assert verdict.outcome == "wrong"
    assert says in verdict.sentence


def test_the_answer_of_a_cell_comes_with_its_own_sum():
    assert solution_of("gradient x[-1]", front=PRODUCT).ladder == "df/dx[-1] = 0.44 · 0.5 + 0.52 · 0.8 = 0.636"


def test_rows_and_columns_are_named_in_the_question():
    assert "in row 0 and column 1 (counted from 0)?" in solution_of("gradient W[0, 1]", front=PRODUCT).wording


# -- choices, claims, stops and data --------------------------------------------------------------------------------------------


def test_of_products_that_may_not_fit_one_is_right():
    options = ["X @ df/ds", "X.T @ df/ds", "df/ds @ X.T"]
    solution = solution_of("choice: gradient W", f"options = {json.dumps(options)}", front=WIDE)
    assert solution.right == 1
    assert solution.answer == "df/dW = X.T @ df/ds"
    assert "shapes do not go together" in mark(solution, "df/ds @ X.T").sentence


@each(
    "text",
    [
        "q = [0.22, 0.26]",
        "df/dq = 2 * q = [0.44, 0.52]",
        "df/dW = outer(df/dq, x) = [[0.088, 0.176], [0.104, 0.208]]",
        "df/dx = W.T @ df/dq = [−0.11, 0.64]",
        "q[0] = 0.1 * 0.2 + 0.5 * 0.4 = 0.22",
        "df/dx[1] = 0.44*0.5 + 0.52*0.8 = 0.636",
    ],
)
def test_a_true_claim_about_arrays_has_no_fault(text):
    assert fault(trace_of(PRODUCT), Claim(text, 1)) == ""


@each(
    ("text", "says"),
    [
        ("q = [0.22, 0.27]", "does not agree"),
        ("q = [0.22, 0.26, 0]", "a vector of 3, not a vector of 2"),
        ("q = 0.22", "a number, not"),
        ("q = [0.22, 1/0]", "does not agree"),
        ("x = [0.2, 0", "cannot be checked"),
        ("W = [[0.1, 0.5], [-0.3]]", "cannot be checked"),
    ],
)
def test_a_false_claim_about_arrays_has_one(text, says):
    assert says in fault(trace_of(PRODUCT), Claim(text, 1))


@each(
    ("heading", "step"),
    [
        ("forward: @", 1),
        ("forward: copy", 2),
        ("forward: Σ", 5),
        ("backward: copy → b", 13),
        ("backward: @ → W", 15),
        ("sum: s", 10),
    ],
)
def test_structural_gates_are_stops_by_their_symbols(heading, step):
    stop = stop_of(heading)
    assert stop is not None
    assert not isinstance(stop, str)
    assert step_of_stop(trace_of(LAYER), stop) == step


def test_of_several_gates_with_one_symbol_the_one_that_sends_there_is_meant():
    trace = trace_of(front_of("h = W @ x; s = w @ h", "W = [[1, 2], [3, 4]], w = [1, 2], x = [1, 2]"))
    stops = [stop_of(f"backward: @ → {name}") for name in ("w", "h", "W", "x")]
    assert [step_of_stop(trace, stop) for stop in stops] == [4, 5, 6, 7]
    with pytest.raises(InputError, match="which of h, s"):
        step_of_stop(trace, stop_of("forward: @"))


def test_no_gradient_is_sent_to_data():
    front = LAYER.replace("+++\ntitle", '+++\ndata = ["X"]\ntitle')
    trace = trace_of(front)
    assert trace.gradient(trace.program.find("X")) is None
    with pytest.raises(LessonError, match="no gradient"):
        solution_of("gradient X[0, 0]", front=front)


def test_a_heading_may_give_an_array_or_a_call():
    heading = "\n## program: q = W @ x; f = sum(q) with x = [1, 2], W = randn(3, 2, seed=1)\n"
    trace = rehearse(lesson_of(heading, PRODUCT)).scenes[1].trace
    assert [trace.program.nodes[trace.program.find(name)].shape for name in "Wxq"] == [(3, 2), (2,), (3,)]


def test_data_without_a_value_is_a_problem():
    with pytest.raises(LessonError, match="data names 'Y'"):
        parse(LAYER.replace("+++\ntitle", '+++\ndata = ["Y"]\ntitle'), Path("t.md"))


@pytest.mark.parametrize(
    ("ask", "hint", "says"),
    [
        ("shape dW", "It is 3×2.", "writes the right answer, 3×2"),
        ("value s", "It is [[5, 11], [14, 23]].", "writes the right answer, [[5, 11]"),
    ],
)
def test_a_hint_that_writes_a_shape_or_an_array_is_found(tmp_path, ask, hint, says):
    path = tmp_path / "t.md"
    body = predict(ask).replace('["Think."]', json.dumps(hint, ensure_ascii=False))
    path.write_text(WIDE + body, encoding="utf-8")
    assert says in " ".join(problem.message for problem in check(path))


def test_a_lesson_opens_on_the_lines_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("quit\n"))
    assert main(["lesson", "13", "--plain"]) == 0
    assert "Matrices" in capsys.readouterr().out
