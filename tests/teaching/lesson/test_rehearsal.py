"""Answers are computed from the run: numbers, options, shapes and arrays, the steps that show them, and the slips they invite."""

from __future__ import annotations

import json

import pytest

from graphstep.ground.numerals import numeral
from graphstep.teaching.lesson.document import LessonError
from graphstep.teaching.lesson.rehearsal import rehearse
from graphstep.teaching.marking.shapes import typed_shape
from graphstep.teaching.marking.solution import agrees
from graphstep.teaching.marking.verdict import mark
from tests.cases import each
from tests.lessons import FRONT, front_of, lesson_of, solution_of

# -- questions and their answers ------------------------------------------------------------------------------------------------


@each(
    ("ask", "value", "step"),
    [
        ("value q", 3, 1),
        ("gradient x", -4, 6),
        ("gradient f", 1, 3),
        ("local × → q", -4, 4),
        ("local x+y → x", 1, 6),
        ("contribution × → z", 3, 5),
    ],
)
def test_the_right_answer_is_computed_and_knows_the_step_that_shows_it(ask, value, step):
    solution = solution_of(ask)
    assert (solution.quantity.value, solution.step) == (value, step)
    assert mark(solution, numeral(value)).right


@each(
    ("about", "options", "right"),
    [
        ("pattern × → z", ["router", "switcher"], "switcher"),
        ("sign gradient x", ["positive", "negative", "zero"], "negative"),
        ("steepest", ["q", "z", "f"], "q"),
        ("local × → z", ["1", "q", "z"], "q"),
        ("gradient x", ["y", "z", "1 + z", "df/dz"], "z"),
    ],
)
def test_the_right_option_is_computed(about, options, right):
    solution = solution_of(f"choice: {about}", f"options = {json.dumps(options)}")
    assert options[solution.right] == right
    assert mark(solution, right).right
    assert mark(solution, str(options.index(right) + 1)).right
    assert mark(solution, next(option for option in options if option != right)).outcome == "wrong"
    assert mark(solution, "0").outcome == "unreadable"


def test_a_route_goes_to_the_winner():
    front = front_of("max(x, y)*z", "x = 1, y = 2, z = 3")
    solution = solution_of("choice: route max", 'options = ["x", "y"]', front=front)
    assert solution.right == 1


@each(
    ("ask", "lines", "says"),
    [
        ("value x", (), "is an input"),
        ("gradient w", (), "no node"),
        ("sum x", (), "no sum step"),
        ("colour x", (), "nothing to ask"),
        ("choice: pattern × → z", ('options = ["switcher", "blue"]',), "no option"),
        ("choice: pattern × → z", ('options = ["router", "dead"]',), "not among"),
        ("choice: local × → z", ('options = ["q", "3"]',), "several options"),
        ("choice: local × → z", ('options = ["z"]',), "two or more"),
        ("choice: local × → z", ('options = ["q", "z", "1"]',), "put it at place 1"),
        ("gradient x", ('options = ["1", "2"]',), "belong to a choice"),
        ("choice: route ×", ('options = ["q", "z"]',), "does not choose"),
    ],
)
def test_a_question_without_an_answer_is_a_problem(ask, lines, says):
    with pytest.raises(LessonError, match=says):
        solution_of(ask, *lines)


def test_a_lesson_cannot_ask_for_what_is_infinite():
    with pytest.raises(LessonError, match="nobody can type"):
        solution_of("value a", front=front_of("a = 1/x; f = a + 1", "x = 0"))


@each("typed", ["-4", "-8/2", "2 - 6", " −4 ", "-4.00", "df/dx = -4", "z", "df/dq", "∂f/∂q", "-4.0e0"])
def test_an_answer_may_be_a_fraction_an_expression_or_rounded(typed):
    assert mark(solution_of("gradient x"), typed).right


@each("typed", ["", "four", "1/", "x = ", "__import__('os')", "9" * 300, "f$", "∂f/∂x", "df/dx", "(" * 150])
def test_an_answer_that_is_no_number_is_no_try(typed):
    assert mark(solution_of("gradient x"), typed).outcome == "unreadable"


def test_a_value_wants_a_number_and_not_its_formula():
    verdict = mark(solution_of("value q"), "x + y")
    assert verdict.outcome == "unreadable"
    assert "what number" in verdict.sentence


@each(
    ("typed", "right", "accepted"),
    [
        (0.2, 0.1966, True),
        (0.19, 0.1966, False),
        (0.05, 0.0452, True),
        (-0.001, 0.001, False),
        (0.0, 0.001, False),
        (0.0, 0.0, True),
        (0.01, 0.0, False),
        (0.0, 1e-17, True),
        (102, 100, True),
        (103, 100, False),
    ],
)
def test_two_percent_is_right_and_near_zero_a_little_more(typed, right, accepted):
    assert agrees(typed, right) is accepted


@each(
    ("ask", "front", "typed", "says"),
    [
        ("gradient x", FRONT, "4", "sign is turned"),
        ("gradient x", FRONT, "1", "That is the local gradient"),
        ("gradient x", FRONT, "-3", "multiplied, not added"),
        ("gradient z", FRONT, "-4", "by z itself"),
        ("gradient x", front_of("a = 3*x; f = a*y", "x = 2, y = 5"), "5", "upstream gradient of a"),
        ("local × → z", FRONT, "-4", "That is z itself"),
        ("local a → x", front_of("a = x*y; f = a*z", "x = 2, y = 3, z = 7"), "21", "contribution"),
        ("value f", FRONT, "-1", "add the inputs"),
        ("value q", FRONT, "7", "sign of x is turned"),
        ("value q", FRONT, "5", "That is y"),
        ("sum x", front_of("x*y + x", "x = 3, y = -2"), "-2", "one contribution"),
        ("sum x", front_of("x*x", "x = 3"), "9", "not multiplied"),
        ("sum x", front_of("x*x", "x = 4"), "4", "one contribution"),
        ("local a → x", front_of("a = x/4; f = a*y", "x = 8, y = 1"), "4", "reciprocal"),
        ("gradient x", FRONT, "100", "sign and at the size"),
    ],
)
def test_a_common_slip_is_recognised_and_said(ask, front, typed, says):
    verdict = mark(solution_of(ask, front=front), typed)
    assert verdict.outcome == "wrong"
    assert says in verdict.sentence


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


@each(("ask", "says"), [("shape W", "is an input"), ("shape ∂s/∂W", "is no gradient"), ("shape", "nothing")])
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


@each("typed", ["0.088, 0.176; 0.104, 0.208", "[[0.088, 0.176], [0.104, 0.208]]", "0.088 0.176; 0.104 0.208"])
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


def test_of_products_that_may_not_fit_one_is_right():
    options = ["X @ df/ds", "X.T @ df/ds", "df/ds @ X.T"]
    solution = solution_of("choice: gradient W", f"options = {json.dumps(options)}", front=WIDE)
    assert solution.right == 1
    assert solution.answer == "df/dW = X.T @ df/ds"
    assert "shapes do not go together" in mark(solution, "df/ds @ X.T").sentence


def test_no_gradient_is_sent_to_data():
    front = LAYER.replace("+++\ntitle", '+++\ndata = ["X"]\ntitle')
    trace = trace_of(front)
    assert trace.gradient(trace.program.find("X")) is None
    with pytest.raises(LessonError, match="no gradient"):
        solution_of("gradient X[0, 0]", front=front)
