"""Going through a lesson: its sections, its questions and their hints. The run is held where the lesson is."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.effects import Keep, NextLesson
from graphstep.debugger.facts import Fact, HintGiven, LessonDone, Marked, NoMoreHints, Revealed, SectionOpened, notice
from graphstep.debugger.frames import outermost
from graphstep.debugger.state import State
from graphstep.teaching.lesson.walk import LessonRun


def lesson_of(state: State) -> LessonRun:
    """The place in the lesson; only where there is one."""
    assert state.lesson is not None, "the session refuses these actions outside of a lesson"
    return state.lesson


def is_asked(state: State) -> bool:
    """Whether a question of a lesson is open."""
    return state.lesson is not None and state.lesson.open is not None


def placed(state: State | None, lesson: LessonRun) -> State:
    """The state at a place in a lesson. What was set in a run stays as long as its sections last."""
    trace, at = lesson.scene.trace, lesson.step
    if state is None or state.root is not trace:
        return State(trace, at, score=None if state is None else state.score, lesson=lesson)
    # A question of predict mode is about a step that is left behind; what was answered before stays.
    score = state.score and state.score.closed
    return replace(outermost(state), at=at, selected=None, score=score, lesson=lesson)


def answer(state: State, argument: Argument) -> Done:
    """Answer the open question of the lesson."""
    lesson = lesson_of(state)
    if argument is None:
        return _reveal(state, None)
    typed = str(argument)
    after, verdict = lesson.answer(typed)
    fact = Marked(typed.strip(), verdict.outcome)
    if not verdict.earned:
        return Done(replace(state, lesson=after), (fact,), (Keep(),))
    return _kept(placed(state, after), fact)


def _kept(state: State, *facts: Fact) -> Done:
    """A question is done, and perhaps the lesson with it."""
    return Done(state, (*facts, LessonDone()) if lesson_of(state).finished else facts, (Keep(),))


def _waits(state: State) -> Fact | None:
    return notice("lesson-answer-waits") if is_asked(state) else None


def _on(state: State, _: Argument) -> Done:
    lesson = lesson_of(state)
    if lesson.last:
        return Done(state, effects=(NextLesson(),))
    after = lesson.next()
    return Done(placed(state, after), _opened(after), (Keep(),))


def _opened(lesson: LessonRun) -> tuple[Fact, ...]:
    return (SectionOpened(lesson.place), LessonDone()) if lesson.finished else (SectionOpened(lesson.place),)


def _first_section(state: State) -> Fact | None:
    return None if lesson_of(state).place else notice("lesson-first-section")


def _previous(state: State, _: Argument) -> Done:
    after = lesson_of(state).back()
    return Done(placed(state, after), (SectionOpened(after.place),), (Keep(),))


def _nothing_asked(state: State) -> Fact | None:
    return None if is_asked(state) else notice("lesson-nothing-asked")


def hint(state: State, _: Argument) -> Done:
    """One more hint to the open question of the lesson."""
    lesson = lesson_of(state)
    after = lesson.hint()
    if after is lesson:
        return Done(state, (NoMoreHints(len(lesson.hints)),))
    return Done(replace(state, lesson=after), (HintGiven(len(after.hints)),), (Keep(),))


def _reveal(state: State, _: Argument) -> Done:
    lesson = lesson_of(state)
    return _kept(placed(state, lesson.show()), Revealed())


def _start_over(state: State, _: Argument) -> Done:
    return Done(placed(state, lesson_of(state).again()), (SectionOpened(0),), (Keep(),))


RULES = {
    "on": Rule(_on, _waits),
    "previous": Rule(_previous, _first_section),
    "reveal": Rule(_reveal, _nothing_asked),
    "start_over": Rule(_start_over),
}
"""What the actions of a lesson do."""
