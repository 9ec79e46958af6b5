"""Marks of a whole sheet: a line for each blank, and the fewest misconceptions."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.language.setup import Setup
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.exercise.mark import marks_of, smallest
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import solve
from tests.cases import each


def exercise(program: str, *asks: str, marks: float = 1.0, **inputs: str) -> Exercise:
    """An exercise that asks for quantities of a run."""
    trace = gs.run(program, inputs=inputs).trace
    questions = [Question(ask, (), "", "", (), ask, 0) for ask in asks]
    blanks = tuple(Blank(str(n), solve(question, trace), marks) for n, question in enumerate(questions, 1))
    return Exercise("made", "Made", Setup(program, inputs), trace, blanks)


def test_an_error_is_carried_through_the_sheet_and_the_blank_where_it_began_earns_nothing() -> None:
    page = exercise("q = x+y; f = q*z", "value q", "value f", "gradient x", marks=2, x="-2", y="5", z="-4")
    first, second, third = marks_of([(page, ("1a", "1b", "1c"))], {"1a": "7", "1b": "-28", "1c": "-4"})
    assert (first.verdict, first.code, first.earned, first.of) == ("wrong", "slip-sign-of-operand", 0, 2)
    assert (second.verdict, second.code, second.earned) == ("carried", "", 2)
    assert "Follows from your q = 7: f = -28" in second.sentence
    assert (third.blank, third.typed, third.read_as, third.verdict) == ("1c", "-4", "-4", "right")


def test_the_cells_of_an_array_earn_their_share_and_what_nobody_can_tell_is_left_to_a_person() -> None:
    page = exercise("sum(W@x)", "gradient x", marks=4, W="[[1,2],[3,5]]", x="[1,2]")
    (mark,) = marks_of([(page, ("1",))], {"1": "[4, 8]"})
    assert (mark.verdict, mark.earned, mark.of) == ("wrong", 2, 4)
    page = exercise("q = x*y; f = q+q*z", "value q", "gradient z", x="2", y="3", z="4")
    *_, mark = marks_of([(page, ("1a", "1b"))], {"1a": "1", "1b": "1"})
    assert (mark.verdict, mark.earned) == ("unsure", None)


def test_one_misconception_is_named_where_it_explains_all() -> None:
    # Each is the value where a gradient was asked for, and also the own input of ×; what both have is named for both.
    page = exercise("f = x*y", "gradient x", "gradient y", x="3", y="5")
    first, second = marks_of([(page, ("1a", "1b"))], {"1a": "3", "1b": "5"})
    assert first.code == second.code != ""
    assert first.verdict == second.verdict == "wrong"


def test_nothing_typed_is_unreadable_and_earns_nothing() -> None:
    page = exercise("x*y", "gradient x", x="3", y="5")
    (mark,) = marks_of([(page, ("1",))], {"2": "5"})
    assert (mark.typed, mark.verdict, mark.earned) == ("", "unreadable", 0)


@each(
    ("typed", "comma", "verdict"),
    [("0,125", False, "right"), ("−0,1250", False, "wrong"), ("1,125", False, "unreadable"), ("1,125", True, "wrong")],
)
def test_a_decimal_comma_is_read_where_it_cannot_part_thousands(typed: str, comma: bool, verdict: str) -> None:
    page = exercise("x*y", "gradient x", x="3", y="0.125")
    (mark,) = marks_of([(page, ("1",))], {"1": typed}, comma=comma)
    assert (mark.typed, mark.verdict) == (typed, verdict)


CODES = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=3, unique=True), max_size=6)


@settings(max_examples=60, deadline=None)
@given(CODES)
def test_no_smaller_set_explains_all_up_to_four(codes: list[list[str]]) -> None:
    chosen = smallest(codes)
    assert all(set(each) & set(chosen) for each in codes if each)
    assert set(chosen) <= {code for each in codes for code in each}
    if len(chosen) <= 4:
        for few in combinations("abcdefgh", max(0, len(chosen) - 1)):
            assert len(chosen) == 0 or not all(set(each) & set(few) for each in codes if each)


def test_many_misconceptions_are_chosen_one_by_one() -> None:
    codes = [(a, "common") if a < "c" else (a,) for a in "abcdefg"]
    assert smallest(codes) == ("c", "common", "d", "e", "f", "g")
    assert smallest([("b", "a")] * 3) == ("b",)
    assert smallest([]) == ()
