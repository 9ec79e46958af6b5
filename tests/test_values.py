"""Values of inputs as a person types them."""

from __future__ import annotations

import math

import pytest

from graphstep.errors import LimitError, ReadError
from graphstep.values import read_inputs, read_name, read_value


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("text", ["nan", "0/0", "inf - inf", "log(-1)"])
def test_what_is_not_a_number_is_nan(text: str) -> None:
    assert math.isnan(read_value(text))


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, read_value("-0")) == -1


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("word", ["x=1e401", "x=" + "1" * 41, "x=" + "(" * 2000])
def test_values_have_the_limits_of_programs(word: str) -> None:
    with pytest.raises(LimitError):
        read_inputs([word])


def test_a_name_over_the_limit_is_refused() -> None:
    with pytest.raises(ReadError, match="is not a name") as error:
        read_inputs(["x" * 41 + "=1"])
    assert "40 characters" in error.value.hint
