"""What a sweep tries: ranges and lists as they are typed, and what is none."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graphstep.ground.errors import ReadError
from graphstep.language.values import Choices, Range, read_number, read_range
from tests.cases import each

SETTINGS = {
    "init": Choices(words=("xavier", "he")),
    "units": Choices(least=1),
    "activation": Choices(words=("tanh", "relu"), numbers=False),
    "x": Choices(),
}


def range_of(text: str) -> Range:
    return read_range(text, SETTINGS, lambda _: "look elsewhere")


VALUES = {
    "x=0.001:10:log:5": "0.001 0.01 0.1 1 10",
    "x=0.001:10": "0.001 0.00316 0.01 0.0316 0.1 0.316 1 3.16 10",
    "x=1:10": "1 2.125 3.25 4.375 5.5 6.625 7.75 8.875 10",
    "x=1:10:log:4": "1 2.15 4.64 10",
    "x=1:1.1:log:3": "1 1.049 1.1",
    "x=-1:2:4": "-1 0 1 2",
    "x=1000:1001:lin:3": "1000 1000.5 1001",
    "x=-1e308:1e308:3": "-1e308 0 1e308",
    "x=1e-300:1e300:3": "1e-300 1 1e300",
    "x = 1/4 : 1/2 : 3": "0.25 0.375 0.5",
    "x=3,1,2": "1 2 3",
    "x=1e-3,pi": "0.001 3.141592653589793",
    "units=2:50:5": "2 14 26 38 50",
    "units=1:3": "1 2 3",
    "init=0.5,he,xavier": "0.5 he xavier",
    "activation=relu,tanh": "relu tanh",
}


@each("text", VALUES)
def test_what_is_tried_is_rounded_to_what_is_printed(text: str) -> None:
    assert " ".join(range_of(text).values) == VALUES[text]


@given(
    st.floats(1e-300, 1e300),
    st.floats(1e-300, 1e300),
    st.integers(2, 60),
    st.sampled_from(["log", "lin"]),
    st.booleans(),
)
def test_a_range_rises_from_end_to_end_and_every_value_reads_back(
    a: float, b: float, count: int, how: str, mirrored: bool
) -> None:
    first, last = sorted((a, b))
    if mirrored:
        first, last, how = -last, last, "lin"
    assume(last - first > 1e-9 * max(abs(first), abs(last)))
    tried = range_of(f"x={first!r}:{last!r}:{how}:{count}")
    assert (tried.numbers[0], tried.numbers[-1], len(tried.numbers)) == (first, last, count)
    assert all(one < other for one, other in pairwise(tried.numbers))
    assert tuple(map(read_number, tried.values)) == tried.numbers


@given(st.text(alphabet="xunits=01.5:,login-e[](@/^*nahe ", max_size=24))
def test_whatever_is_typed_is_a_range_or_an_error_with_its_place(text: str) -> None:
    with suppress(ReadError):
        tried = range_of(f"x={text}")
        assert 2 <= len(tried.values) <= 60
        assert tried.numbers == tuple(sorted({*tried.numbers}))


def test_equal_factors_are_taken_where_numbers_span_two_powers_of_ten() -> None:
    logs = {text: range_of(text).log for text in ("x=1:99", "x=1:100", "x=-1:100", "x=1:1000:lin", "x=1,5,200", "init=1,he")}
    assert [text for text, log in logs.items() if log] == ["x=1:100", "x=1,5,200"]


ERRORS = {
    "x": ("is not of the form NAME=FROM:TO", "x"),
    "=1:2": ("there is no setting", "="),
    "y=1:2": ("there is no setting 'y'", "y"),
    "ini=1:2": ("there is no setting", "ini"),
    "x=": ("values are missing", "="),
    "x=:2": ("a number is missing", "="),
    "x=1:": ("a number is missing", ":"),
    "x=1,,2": ("a number is missing", ","),
    "x=2:1": ("a range goes up", "2:1"),
    "x=1:1": ("a range goes up", "1:1"),
    "x=0:1:log": ("stays above 0", "0"),
    "x=1:2:0": ("2 to 60 values, not '0'", "0"),
    "x=1:2:1": ("2 to 60 values", "1"),
    "x=1:2:1000000000000": ("2 to 60 values", "1000000000000"),
    "x=1:2:-3": ("says nothing about a range", "-3"),
    "x=1:2:log:lin": ("says nothing about a range", "lin"),
    "x=1:2:5:6": ("says nothing about a range", "6"),
    "x=1:2:lgo": ("says nothing about a range", "lgo"),
    "x=nan:1": ("no number to be tried", "nan"),
    "x=1,inf": ("no number to be tried", "inf"),
    "x=1:a": ("is not a number", "a"),
    "x=[1,2],3": ("a single number is needed", "[1,2]"),
    "x=@x.npy,3": ("an array in a file", "@x.npy"),
    "x=1": ("one value is nothing to compare", "1"),
    "x=1,2,1.0": ("is tried already", "1.0"),
    f"x={','.join(map(str, range(61)))}": ("at most 60 values", None),
    "x=1:1.0000000000000002:3": ("no 3 numbers between", "1:1.0000000000000002"),
    "x=9007199254740991:9007199254740993:log": ("no 9 numbers between", "9007199254740991:9007199254740993"),
    "x=[:": ("never closed", "["),
    "units=0:5": ("a whole number from 1", "0"),
    "units=1.5,2": ("a whole number from 1", "1.5"),
    "init=1,hee": ("init has no 'hee'", "hee"),
    "init=he:1": ("ends no range", "he"),
    "activation=1:2": ("is a word", "1:2"),
    "activation=tanh,rleu": ("activation has no 'rleu'", "rleu"),
    "activation=tanh,1": ("activation has no '1'", "1"),
}


@each("text", ERRORS)
def test_what_is_no_range_is_said_with_its_place(text: str) -> None:
    with pytest.raises(ReadError) as refused:
        range_of(text)
    message, place = ERRORS[text]
    assert message in refused.value.message
    assert refused.value.span is not None
    if place is not None:
        assert refused.value.text[slice(*refused.value.span)].strip() == place


def test_hints_name_what_would_do() -> None:
    hints = {
        "intt=1:2": "did you mean 'init'?",
        "y=1:2": "look elsewhere",
        "x=2:1": "write 1:2",
        "init=1,zero": "there are xavier, he",
    }
    for text, hint in hints.items():
        with pytest.raises(ReadError) as refused:
            range_of(text)
        assert refused.value.hint == hint
