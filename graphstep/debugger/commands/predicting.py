"""Predict mode: a question before each step."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule, lesson
from graphstep.debugger.facts import Answered, Asked, Fact, Moved, NothingAsked, Predicting, PredictingEnds
from graphstep.debugger.questions import solution_of
from graphstep.debugger.state import Score, State, moved
from graphstep.teaching.lesson.marking import mark


def ask(state: State) -> Done | None:
    """The question before the next step; None where none is asked."""
    if state.score is None or solution_of(state.trace, state.at + 1) is None:
        return None
    score = replace(state.score, tries=state.score.tries or 0)
    return Done(replace(state, score=score), (Asked(state.at + 1),))


def _toggle(state: State, _: Argument) -> Done:
    if state.score is None:
        return Done(replace(state, score=Score()), (Predicting(),))
    return Done(replace(state, score=None), (PredictingEnds(state.score),))


def _nothing_open(state: State) -> Fact | None:
    asked = lesson.is_asked(state) or (state.score is not None and state.score.tries is not None)
    return None if asked else NothingAsked()


def _answer(state: State, argument: Argument) -> Done:
    if lesson.is_asked(state):
        return lesson.answer(state, argument)
    score, n, typed = state.score or Score(), state.at + 1, str(argument or "").strip()
    solution = solution_of(state.trace, n)
    assert solution is not None, "a question was asked"
    verdict = mark(solution, typed, state.at) if typed else None
    if verdict is not None and not verdict.right:
        # What cannot be read is no try.
        tries = (score.tries or 0) + (verdict.outcome == "wrong")
        return Done(replace(state, score=replace(score, tries=tries)), (Answered(n, typed, right=False),))
    right = verdict is not None
    after = moved(replace(state, score=Score(score.right + (right and not score.tries), score.asked + 1)), n)
    return Done(after, (Moved(state.at, after.at), Answered(n, typed, right)))


RULES = {"predict": Rule(_toggle), "answer": Rule(_answer, _nothing_open)}
"""What the actions of predict mode do."""
