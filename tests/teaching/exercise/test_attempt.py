"""Working an exercise: blanks in their order, errors carried forward, hints that do not tell the answer."""

from __future__ import annotations

import re

import pytest

from graphstep.ground.arrays import number_text
from graphstep.teaching.exercise.attempt import Attempt, hints_of
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.exercise.item_file import find, items
from tests.cases import each


@pytest.fixture(scope="module")
def fork() -> Exercise:
    """h = u*v; m = w*h; L = m - u at u = -2, v = -9, w = -4: h = 18, L = -70, dL/dh = -4, 36, dL/du = 35, dL/dv = 8."""
    exercise = draw(find("fork"), 2, 7)
    answers = [blank.solution.quantity.asked for blank in exercise.blanks if blank.solution.quantity]
    assert answers == [18, -70, -4, 36, 35, 8]
    return exercise


def answered(attempt: Attempt, *typed: str) -> tuple[Attempt, list[str]]:
    """What comes of answers; an empty one goes on."""
    outcomes = []
    for text in typed:
        if text:
            attempt, verdict = attempt.answer(text, 1.0)
            outcomes.append(verdict.outcome)
        else:
            attempt = attempt.go_on(1.0)
    return attempt, outcomes


def test_right_answers_lead_through_and_earn_all_marks(fork: Exercise) -> None:
    attempt, outcomes = answered(Attempt.begin(fork, 0.0), "18", "-70", "-4", "36", "35", "8")
    assert outcomes == ["right"] * 6
    assert attempt.blank is None
    assert attempt.flawless
    assert attempt.earned == attempt.asked == fork.marks == 7


def test_what_follows_from_a_wrong_answer_earns_its_mark(fork: Exercise) -> None:
    # h = 17: L = -68 + 2. And with 30 sent to u the sum is 29.
    attempt, outcomes = answered(Attempt.begin(fork, 0.0), "17", "", "-66", "-4", "30", "", "29", "8")
    assert outcomes == ["wrong", "carried", "right", "wrong", "carried", "right"]
    assert attempt.states == ("wrong", "right", "right", "wrong", "right", "right")
    assert attempt.earned == 5
    assert not attempt.flawless


def test_a_second_try_counts_and_what_cannot_be_read_is_no_try(fork: Exercise) -> None:
    attempt, outcomes = answered(Attempt.begin(fork, 0.0), "what?", "17", "18", "-66")
    assert outcomes == ["unreadable", "wrong", "right", "wrong"]
    assert attempt.states == ("mended",)
    assert attempt.earned == 1
    assert attempt.tried


def test_what_is_revealed_or_left_earns_nothing_and_carries_nothing(fork: Exercise) -> None:
    attempt = Attempt.begin(fork, 0.0)
    attempt, _ = attempt.answer("17", 1.0)
    attempt = attempt.reveal(2.0).go_on(3.0)
    assert attempt.states == ("revealed", "left")
    assert (attempt.earned, attempt.since, attempt.earlier) == (0, 3.0, ())


def test_blanks_that_come_worked_are_not_asked(fork: Exercise) -> None:
    attempt, _ = answered(Attempt.begin(fork, 0.0, worked=4), "35", "8")
    assert attempt.flawless
    assert attempt.asked == attempt.earned == 3


def test_hints_go_from_the_teacher_over_the_rule_to_the_numbers(fork: Exercise) -> None:
    # The rule would name w = -4, which is the answer.
    assert hints_of(fork.blanks[2].solution) == ("dL/dh = dL/dm · ∂m/∂h", "dL/dh = 1 · (-4)")
    assert hints_of(fork.blanks[5].solution)[0] == "The × gate scales its upstream gradient by the other input, u = -2."
    other = next(blank for blank in draw(find("fork"), 1, 2).blanks if blank.marks == 2)
    assert hints_of(other.solution)[0] == f"Who reads `{other.solution.question.ask.removeprefix('gradient ')}`?"


@each("item", items(), ids=lambda item: item.name)
def test_no_hint_holds_the_answer(item: object) -> None:
    for level in range(1, len(item.levels) + 1):  # type: ignore[attr-defined]
        for blank in draw(item, level, 11).blanks:  # type: ignore[arg-type]
            asked = blank.solution.quantity
            if asked is None or blank.solution.right is not None:
                continue
            answer = re.escape(number_text(asked.asked))
            for hint in hints_of(blank.solution)[len(blank.solution.question.hints) :]:
                assert not re.search(rf"= {answer}\.?$", hint), hint
