"""Values of inputs as a person types them."""

from __future__ import annotations

import ast
import math
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, LimitError, ReadError, ShapeError
from graphstep.language.values import read_inputs, read_name, read_number, read_value, split_words
from graphstep.language.values.makers import MAKERS
from tests.cases import each
from tests.effort import effort


@each(
    ("text", "number"),
    [
        ("-2", -2.0),
        ("5", 5.0),
        ("+5", 5.0),
        ("0.10", 0.1),
        (".5", 0.5),
        ("1/3", 1 / 3),
        ("-1/3", -1 / 3),
        ("2/3", 2 / 3),
        ("1e-3", 1e-3),
        ("1E3", 1000.0),
        (" -2 ", -2.0),
        ("−2", -2.0),
        ("１/２", 0.5),
        ("2*pi", 2 * math.pi),
        ("2pi", 2 * math.pi),
        ("pi/2", math.pi / 2),
        ("e", math.e),
        ("sqrt(2)", math.sqrt(2)),
        ("(1+2)*3", 9.0),
        ("2^10", 1024.0),
        ("10²", 100.0),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("1/0", math.inf),
        ("1e400", math.inf),
        ("exp(-1e400)", 0.0),
    ],
)
def test_a_value_is_a_numeral_a_fraction_or_arithmetic_with_constants(text: str, number: float) -> None:
    assert read_value(text) == number


@each("text", ["nan", "0/0", "inf - inf", "log(-1)"])
def test_what_is_not_a_number_is_nan(text: str) -> None:
    assert math.isnan(read_value(text))


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, read_value("-0")) == -1


@each(
    ("text", "message", "place"),
    [
        ("", "a value is missing", ""),
        ("  ", "a value is missing", " "),
        ("two", "'two' is not a number", "two"),
        ("2*x + y", "'x' is not a number", "x"),
        ("k=3", "= cannot stand in a value", "="),
        ("3; 4", "; cannot stand in a value", ";"),
        ("1,5", "a comma cannot stand here", ","),
        ("2 3", "two numbers stand side by side", "2 3"),
        ("1/2pi", "1/2pi can be read in two ways", "1/2pi"),
        ("(1", "this parenthesis is never closed", "("),
        ("5!", "! is not an operator here", "!"),
    ],
)
def test_what_is_no_value_is_refused_at_its_place(text: str, message: str, place: str) -> None:
    with pytest.raises(ReadError) as error:
        read_value(text)
    assert error.value.message.startswith(message)
    assert error.value.span is not None
    assert error.value.text[slice(*error.value.span)] == place


def test_inputs_are_words_with_an_equals_sign_in_their_order() -> None:
    assert list(read_inputs(["y=1/2", "x=-2", " w0 = 1e-3 "]).items()) == [("y", 0.5), ("x", -2.0), ("w0", 1e-3)]
    assert read_inputs([]) == {}


def test_names_of_inputs_are_normalised_as_in_programs() -> None:
    assert read_inputs(["x₁=3", "θ=2"]) == {"x1": 3.0, "θ": 2.0}
    assert read_name(" ｘ ") == "x"


@each(
    ("words", "message", "marked"),
    [
        (["x"], "'x' is not of the form NAME=VALUE", "x\n  ^"),
        (["x=1", "x=2"], "'x' is given twice", "x=2\n  ^"),
        (["x1=1", "x₁=2"], "'x1' is given twice", "x₁=2\n  ^^"),
        (["2x=3"], "'2x' is not a name", "2x=3\n  ^^"),
        (["a b=3"], "'a b' is not a name", "a b=3\n  ^^^"),
        (["x²=3"], "'x^2' is not a name", "x²=3\n  ^^"),
        (["=3"], "a name is missing before =", "=3\n  ^"),
        (["x="], "a value is missing", "x=\n    ^"),
        (["x=1+"], "an operand is missing after +", "x=1+\n     ^"),
        (["learning_rate=0.1.2"], "two numbers stand side by side", "learning_rate=0.1.2\n                ^^^^^"),
        (["x==3"], "= cannot stand in a value", "x==3\n    ^"),
        (["W=[[1,2],[3]]"], "this row has 1 entry, and the first one has 2", "W=[[1,2],[3]]\n           ^^^"),
        (["W=2*randn(3,4.5)"], "a size is a whole number", "W=2*randn(3,4.5)\n           ^^^^^^^"),
    ],
)
def test_a_word_that_gives_no_value_is_quoted_with_a_caret_in_it(words: list[str], message: str, marked: str) -> None:
    with pytest.raises(ReadError) as error:
        read_inputs(words)
    assert error.value.message.startswith(message)
    assert marked in error.value.report()
    assert error.value.exit_status == 2


@each("word", ["x=1e401", "x=" + "1" * 41, "x=" + "(" * 2000])
def test_values_have_the_limits_of_programs(word: str) -> None:
    with pytest.raises(LimitError):
        read_inputs([word])


def test_a_name_over_the_limit_is_refused() -> None:
    with pytest.raises(ReadError, match="is not a name") as error:
        read_inputs(["x" * 41 + "=1"])
    assert "40 characters" in error.value.hint


# Arrays in brackets


def _array(text: str) -> np.ndarray:
    found = read_value(text)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    assert found.flags.c_contiguous
    return found


@each(
    ("text", "cells"),
    [
        ("[0.2, 0.4]", [0.2, 0.4]),
        ("[[0.1,0.5],[-0.3,0.8]]", [[0.1, 0.5], [-0.3, 0.8]]),
        (" [ [ 1 ] , [ 2 ] ] ", [[1], [2]]),
        ("[[1, 2],\n [3, 4]]", [[1, 2], [3, 4]]),
        ("[1, 2,]", [1, 2]),
        ("[1/3, -2, 1e-3, pi/2, inf, -inf, .5, +1, 1., 2^3]", [1 / 3, -2, 1e-3, math.pi / 2, math.inf, -math.inf, 0.5, 1, 1, 8]),
        ("[1/0, nan, max(1, 2), (1+2)*3]", [math.inf, math.nan, 2, 9]),
        ("[１, −２]", [1, -2]),
        ("[0.30000000000000004, 12345678901234567890]", [0.30000000000000004, 12345678901234567890]),
        ("[]", []),
        ("[[], []]", [[], []]),
        ("[[[1], [2]], [[3], [4]]]", [[[1], [2]], [[3], [4]]]),
    ],
)
def test_an_array_is_a_list_of_what_numbers_may_be(text: str, cells: list[object]) -> None:
    assert np.array_equal(_array(text), np.array(cells, np.float64), equal_nan=True)


_PLAIN_ARRAYS = arrays_of.arrays(
    np.float64, arrays_of.array_shapes(max_dims=4, max_side=5), elements=st.floats(allow_nan=False, allow_infinity=False)
)


@given(_PLAIN_ARRAYS)
def test_brackets_mean_what_they_mean_in_python(array: np.ndarray) -> None:
    text = str(array.tolist())
    assert np.array_equal(np.signbit(_array(text)), np.signbit(array))
    assert np.array_equal(_array(text), np.array(ast.literal_eval(text)))


@given(_PLAIN_ARRAYS)
def test_plain_numerals_and_arithmetic_are_read_alike(array: np.ndarray) -> None:
    cells = str(array.tolist())
    # A plus sign is not JSON, so that every entry is read by itself.
    signed = re.sub(r"(?<=[\[ ])(?=[0-9])", "+", cells)
    assert np.array_equal(_array(signed), _array(cells))


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=4))
def test_rows_are_of_one_length_or_refused(rows: list[list[int]]) -> None:
    if len({len(row) for row in rows}) == 1:
        assert _array(str(rows)).shape == (len(rows), len(rows[0]))
        return
    uneven = next(place for place, row in enumerate(rows) if len(row) != len(rows[0]))
    with pytest.raises(ReadError, match=f"this row has {len(rows[uneven])} .*, and the first one has {len(rows[0])}") as error:
        read_value(str(rows))
    assert error.value.span is not None
    assert error.value.text[slice(*error.value.span)] == str(rows[uneven])


@each(
    ("text", "message", "place"),
    [
        ("[1,,2]", "a number is missing before this comma", ","),
        ("[,]", "a number is missing before this comma", ","),
        ("[1 2]", "two numbers stand side by side", "1 2"),
        ("[[1, 2] [3, 4]]", "a comma is missing before this bracket", "["),
        ("[[1]*2]", "a comma is missing behind this bracket", "]"),
        ("[2*[1]]", "a comma is missing before this bracket", "["),
        ("[[1, 2], 3]", "a number stands here where others have a row", "3"),
        ("[1, [2]]", "a row stands here where others have a number", "["),
        ("[[], [[]]]", "this row has 1 entry, and the first one has 0", "[[]]"),
        ("[1, 2", "this bracket is never closed", "["),
        ("[1, (2]", "this parenthesis is closed by ]", "(2]"),
        ("[1, two]", "'two' is not a number", "two"),
        ("[1; 2]", "entries stand between commas", ";"),
        ("[true]", "'true' is not a number", "true"),
        ("[x=1]", "entries stand between commas", "="),
        ("[randn(3)]", "randn makes the value of an input", "randn"),
        ("[1, 1e401]", "this numeral has an exponent beyond 400", "1e401"),
        ("[1]; 2", "; cannot stand in a value", ";"),
        ("x*[1, 2]", "'x' is not a number", "x"),
        ("[1, 2]x", "an operator is missing between [1, 2] and x", "[1, 2]x"),
        ("foo([1, 2])", "there is no function called 'foo'", "foo"),
        ("[1, 2] + [1, 2, 3]", "[1, 2] has the shape 2 and [1, 2, 3] has the shape 3", "[1, 2] + [1, 2, 3]"),
        ("1 + ones(2, 3) @ ones(2)", "ones(2, 3) has the shape 2×3 and ones(2) has the shape 2", "ones(2, 3) @ ones(2)"),
        ("randn(2", "this parenthesis is never closed", "("),
        ("randn(2.5)", "a size is a whole number", "(2.5)"),
        ("randn(-1)", "a size is a whole number", "(-1)"),
        ("randn(nan)", "a size is a whole number", "(nan)"),
        ("randn(two)", "'two' is not a number", "two"),
        ("randn(2,,3)", "a number is missing", ","),
        ("randn(2, sed=1)", "sed is no option here", "sed"),
        ("zeros(2, seed=1)", "seed is no option here", "seed"),
        ("randn(2, seed=1, seed=2)", "seed is given twice", "seed"),
        ("randn(seed=1, 2)", "the seed stands last", " 2"),
        ("randn(2, seed=-1)", "a seed is a whole number", "-1"),
        ("eye(1, 2, 3)", "eye takes one size", "(1, 2, 3)"),
        ("arange(0, 1, 0)", "a step of 0 leads nowhere", "(0, 1, 0)"),
        ("arange()", "arange takes a stop", "()"),
        ("linspace(0, 1)", "linspace takes the first cell", "(0, 1)"),
        ("zeros", "'zeros' is not a number", "zeros"),
        ("2.5 @ (1/3)", "2.5 is a single number and 1/3 is a single number", "2.5 @ (1/3)"),
    ],
)
def test_what_is_no_array_is_refused_at_its_place(text: str, message: str, place: str) -> None:
    with pytest.raises(ReadError) as error:
        read_value(text)
    assert error.value.message.startswith(message)
    assert error.value.text == text
    assert error.value.span is not None
    assert text[slice(*error.value.span)] == place
    with pytest.raises(ReadError) as word:
        read_inputs([f"W={text}"])
    assert word.value.text == f"W={text}"
    assert word.value.span == (error.value.span[0] + 2, error.value.span[1] + 2)


def test_a_value_that_the_shell_cut_is_told_of_quotes() -> None:
    with pytest.raises(ReadError, match="this bracket is never closed") as error:
        read_inputs(["x=[0.2,", "0.4]"])
    assert "quotes" in error.value.hint


@each(
    ("line", "words"),
    [
        ("x=1 y=2", ["x=1", "y=2"]),
        ("  x=[0.2, 0.4]\tW=randn(2, 3) * 2 ", ["x=[0.2, 0.4]", "W=randn(2, 3)", "*", "2"]),
        ("x=[[1, 2],\n [3, 4]]", ["x=[[1, 2],\n [3, 4]]"]),
        ("x=] y=1", ["x=]", "y=1"]),
        ("x=[1, 2 y=1", ["x=[1, 2 y=1"]),
        (" ", []),
    ],
)
def test_blanks_inside_brackets_do_not_end_a_word(line: str, words: list[str]) -> None:
    assert split_words(line) == words


# Arrays that are made


def test_random_cells_are_those_of_numpy_and_the_same_every_time() -> None:
    assert np.array_equal(_array("randn(4,3,seed=7)"), np.random.default_rng(7).standard_normal((4, 3)))
    assert np.array_equal(_array("rand(4,3,seed=7)"), np.random.default_rng(7).random((4, 3)))
    assert np.array_equal(_array("randn(4,3)"), _array("randn(4, 3, seed=0)"))
    assert not np.any(_array("randn(3) - randn(3)"))
    assert np.any(_array("randn(3, seed=1) - randn(3)"))


@each(
    ("text", "cells"),
    [
        ("zeros(2, 3)", [[0, 0, 0], [0, 0, 0]]),
        ("zeros ((2, 3))", [[0, 0, 0], [0, 0, 0]]),
        ("ones(2)", [1, 1]),
        ("ones(0)", []),
        ("eye(2)", [[1, 0], [0, 1]]),
        ("eye(1, 2)", [[1, 0]]),
        ("arange(3)", [0, 1, 2]),
        ("arange(1, 3)", [1, 2]),
        ("arange(1, 0, -0.5)", [1, 0.5]),
        ("arange(2, 1)", []),
        ("linspace(-1, 1, 3)", [-1, 0, 1]),
        ("linspace(0, 2pi, 2)", [0, 2 * math.pi]),
        ("ones(2*1, 2^0)", [[1], [1]]),
        ("ones(2)*0.5 + [1, 2]", [1.5, 2.5]),
        ("1 - ones(2)", [0, 0]),
        ("-[1, 2]", [-1, -2]),
        ("[[1, 2], [3, 4]]/sqrt(4)", [[0.5, 1], [1.5, 2]]),
        ("[[1], [2]] + [10, 20]", [[11, 21], [12, 22]]),
        ("relu([-1, 2])", [0, 2]),
        ("(arange(6) + 1)[1:3]", [2, 3]),
        ("[[1, 2], [3, 4]].T @ [1, 0]", [1, 2]),
        ("reshape(arange(4), 2, 2)", [[0, 1], [2, 3]]),
        ("1/[0, 2]", [math.inf, 0.5]),
    ],
)
def test_arrays_are_made_and_computed_with_as_in_a_program(text: str, cells: list[object]) -> None:
    assert np.array_equal(_array(text), np.array(cells, np.float64))


@each("text", ["[3, 4][0]", "max([1, 3])", "randn()", "dot([1], [3])", "||[0, 3]||"])
def test_what_has_no_axes_is_a_float(text: str) -> None:
    assert type(read_value(text)) is float


@each("name", MAKERS)
def test_every_maker_makes_its_example(name: str) -> None:
    assert MAKERS[name].example.startswith(f"{name}(")
    assert _array(MAKERS[name].example).size > 2


def test_misfits_in_a_value_are_those_of_programs() -> None:
    with pytest.raises(ShapeError) as error:
        read_value("ones(2,3)+ones(4)")
    assert "ones(2,3)+ones(4)\n  ^^^^^^^^^^^^^^^^^\n" in error.value.report()


@pytest.mark.parametrize(
    "text",
    [
        "zeros(10^6, 10^6)",
        "zeros(1e300)",
        "linspace(0, 1, 20000001)",
        "arange(0, 1, 1e-300)",
        "ones(5000, 5000)",
        "+".join(["ones(1000, 1000)"] * 21),
        "ones(10000, 1) + ones(10000)",
        "zeros(" + "1," * 32 + "1)",
        "[" * 33 + "]" * 33,
        "[" * 40_000 + "]" * 40_000,
        "+".join(["[1]"] * 1_001),
        "[" + ",".join(f"{place}*pi" for place in range(2_001)) + "]",
        "[" + "1," * 50_000 + "]",
    ],
    ids=range(13),
)
def test_limits_hold_before_memory_is_taken(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITTEN", 100_000)
    tracemalloc.start()
    try:
        with pytest.raises(LimitError) as error:
            read_value(text)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert len(error.value.report()) < 1000


def test_all_values_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CELLS", 10)
    assert len(read_inputs(["x=ones(5)", "y=ones(4)", "z=1"])) == 3
    with pytest.raises(LimitError, match="more than 10 cells together"):
        read_inputs(["x=ones(5)", "y=ones(4)", "z=[1, 2]"])


def test_a_megabyte_of_numerals_is_read_in_a_moment() -> None:
    array = np.random.default_rng(0).standard_normal((400, 100))
    text = str(array.tolist())
    assert effort(lambda: _array(text)) < array.size / 4
    assert np.array_equal(_array(text), array)


_WORDS = [
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    "=",
    "1",
    "2.5",
    "1/3",
    " ",
    "+",
    "*",
    "@",
    "-",
    "'",
    ".T",
    "randn(",
    "zeros(2",
    "seed=",
    "pi",
    "x",
]


@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(_WORDS), max_size=14).map("".join)))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    try:
        found: object = read_value(text)
    except GraphstepError as error:
        found = error
        assert all(c.isprintable() or c == "\n" for c in error.report())  # noqa: PT017  (either outcome will do)
    assert isinstance(found, float | np.ndarray | GraphstepError)


# Numbers where an array would not do


@each(
    ("text", "message"),
    [
        ("[1, 2]", "a single number is needed here, and this is a vector of 2"),
        ("zeros(2, 3)", "a single number is needed here, and this is a 2×3 matrix"),
        ("@a.npy", "a single number is needed here, and this is an array in a file"),
        ("[1, 2", "this bracket is never closed"),
        ("x", "'x' is not a number"),
    ],
)
def test_a_number_is_no_array(text: str, message: str) -> None:
    with pytest.raises(ReadError) as error:
        read_number(text)
    assert error.value.message.startswith(message)
    assert error.value.span is not None


def test_a_number_may_be_computed_from_arrays() -> None:
    assert read_number("1/4") == 0.25
    assert read_number("max([1, 2])") == 2.0
