"""Exercises, whoever makes them, ask for blanks with answers, and know wrong answers."""

from __future__ import annotations

import pytest

from graphstep.ground.arrays import shape_of
from graphstep.teaching.exercise.exercise import distractors
from graphstep.teaching.exercise.lessons import exercises_of
from graphstep.teaching.marking.verdict import mark, same_number
from tests.lessons import shipped


def test_every_question_of_a_lesson_is_a_blank_once_and_in_order() -> None:
    for number in range(1, 7):
        rehearsal = shipped(number)
        blanks = [blank for exercise in exercises_of(rehearsal) for blank in exercise.blanks]
        each = [(n, solution) for n, solution in enumerate(rehearsal.solutions.values(), 1)]
        names = [[f"{n}{letter}" for letter in "abc"] if solution.parts else [str(n)] for n, solution in each]
        assert [blank.name for blank in blanks] == [name for several in names for name in several]
        assert [blank.solution for blank in blanks] == [part for _, solution in each for part in solution.parts or (solution,)]
        assert all(blank.solution.trace is exercise.trace for exercise in exercises_of(rehearsal) for blank in exercise.blanks)


def test_a_distractor_is_marked_wrong_with_the_sentence_that_it_says() -> None:
    rehearsal = shipped(2)
    (first, *_) = exercises_of(rehearsal)
    blank = next(blank for blank in first.blanks if isinstance(getattr(blank.solution.quantity, "asked", None), float))
    wrong = list(distractors(blank))
    assert wrong
    for place, distractor in enumerate(wrong):
        assert shape_of(distractor.value) == ()
        assert not any(same_number(distractor.value, other.value) for other in wrong[:place])
        verdict = mark(blank.solution, repr(distractor.value))
        assert (verdict.outcome, verdict.slip) == ("wrong", distractor.text)
    assert pytest.approx(first.marks) == len(first.blanks)
