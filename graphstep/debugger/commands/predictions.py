"""Predict mode: questions before each step."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule, lesson
from graphstep.debugger.effects import WriteSummary
from graphstep.debugger.facts import (
    Answered,
    Asked,
    Fact,
    Hinted,
    Moved,
    NoMoreHints,
    PredictingEnds,
    SummaryOf,
    UnfitError,
    notice,
)
from graphstep.debugger.questions import hints_of, questions_of
from graphstep.debugger.score import Score, Slipped
from graphstep.debugger.state import State, moved
from graphstep.teaching.marking.carried import earlier_of
from graphstep.teaching.marking.solution import Solution
from graphstep.teaching.marking.verdict import Verdict, mark


def ask(state: State) -> Done | None:
    """The question before the next step; None where none is asked."""
    if state.score is None or not questions_of(state.trace, state.at + 1):
        return None
    # None is no open question, 0 one that nobody has tried to answer.
    score = replace(state.score, tries=state.score.tries or 0)
    return Done(replace(state, score=score), (Asked(state.at + 1, score.part),))


def open_question(state: State) -> Solution | None:
    """The question that is open in predict mode; None where none is."""
    score = state.score
    return None if score is None or score.tries is None else questions_of(state.trace, state.at + 1)[score.part]


def _toggle(state: State, _: Argument) -> Done:
    if state.score is None:
        return Done(replace(state, score=Score()), (notice("reply-predicting"),))
    return Done(replace(state, score=None), (PredictingEnds(state.score),))


def _nothing_open(state: State) -> Fact | None:
    asked = lesson.is_asked(state) or (state.score is not None and state.score.tries is not None)
    return None if asked else notice("lesson-nothing-asked" if state.lesson else "reply-nothing-asked")


def _answer(state: State, argument: Argument) -> Done:
    if lesson.is_asked(state):
        return lesson.answer(state, argument)
    score, n, typed = state.score or Score(), state.at + 1, str(argument or "").strip()
    solution = open_question(state)
    assert solution is not None, "a question was asked"
    verdict = mark(solution, typed, state.at, score.earlier) if typed else None
    if verdict is not None and not verdict.earned:
        score = _missed(score, n, solution, verdict)
        return Done(replace(state, score=score), (Answered(n, typed, right=False, part=score.part),))
    return _on(state, _counted(score, solution, verdict), Answered(n, typed, verdict is not None, score.part))


def _missed(score: Score, n: int, solution: Solution, verdict: Verdict) -> Score:
    """A wrong answer, and the misconception that explains it. What cannot be read is no try."""
    if verdict.outcome != "wrong":
        return score
    name = solution.quantity.name if solution.quantity is not None else solution.wording
    slips = (*score.slips, Slipped(n, name, verdict.slip)) if verdict.slip else score.slips
    # Remembered in case the question is given up: what follows is then marked with it.
    typed = score.typed if not isinstance(verdict.typed, float) or solution.quantity is None else (name, verdict.typed)
    return replace(score, tries=(score.tries or 0) + 1, missed=score.missed + 1, slips=slips, typed=typed)


def _counted(score: Score, solution: Solution, verdict: Verdict | None) -> Score:
    """A question that is done. What was typed for it, right or wrong, may be computed with."""
    carried = verdict is not None and verdict.outcome == "carried"
    first = verdict is not None and not score.tries
    earlier, typed = score.earlier, None if verdict is None else verdict.typed
    if verdict is None and score.typed is not None:
        # It was given up: the last wrong number stands.
        typed = score.typed[1]
    # Arrays and formulas are not carried: only a number can be put in place of the run's own.
    if solution.quantity is not None and isinstance(solution.quantity.asked, float) and isinstance(typed, float):
        earlier = (*earlier, earlier_of(solution.quantity, typed, right=verdict is not None and verdict.right))
    return replace(
        score,
        right=score.right + first,
        asked=score.asked + 1,
        carried=score.carried + carried,
        shown=score.shown + (verdict is None),
        earlier=earlier,
    )


def _on(state: State, score: Score, answered: Answered) -> Done:
    """Behind a question: the next one before the step, or the step; at the end of the run what came of all of them."""
    after = replace(score.closed, part=answered.part + 1)
    if after.part < len(questions_of(state.trace, answered.n)):
        return Done(replace(state, score=replace(after, tries=0)), (answered, Asked(answered.n, after.part)))
    done = moved(replace(state, score=score.closed), answered.n)
    end: tuple[Fact, ...] = (SummaryOf(score.closed),) if done.at == len(done.trace) and not done.frames else ()
    return Done(done, (Moved(state.at, done.at), answered, *end))


def _hint(state: State, argument: Argument) -> Done:
    if lesson.is_asked(state):
        return lesson.hint(state, argument)
    score, solution = state.score, open_question(state)
    assert score is not None, "a question was asked"
    assert solution is not None, "a question was asked"
    if score.hinted == len(hints_of(solution)):
        return Done(state, (NoMoreHints(score.hinted),))
    after = replace(score, hinted=score.hinted + 1, hints=score.hints + 1)
    return Done(replace(state, score=after), (Hinted(state.at + 1, score.part, after.hinted),))


def _summary(state: State, argument: Argument) -> Done:
    if state.score is None or not (state.score.asked or state.score.missed):
        raise UnfitError(notice("reply-nothing-predicted"))
    if argument is not None:
        return Done(state, effects=(WriteSummary(state.score.closed, str(argument)),))
    return Done(state, (SummaryOf(state.score.closed),))


RULES = {
    "predict": Rule(_toggle),
    "answer": Rule(_answer, _nothing_open),
    "hint": Rule(_hint, _nothing_open),
    "summary": Rule(_summary),
}
"""What the actions of predict mode do."""
