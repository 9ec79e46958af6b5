"""A lesson at the prompt: its sections, questions, hints and answers."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.debugger import facts
from graphstep.debugger.actions import BY_ID
from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.catalogue import following
from graphstep.teaching.lesson.plain import answer_lines, hint_line, section_lines
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.telling.words.catalogue import joined, message

HELP = ("lesson-help", "lesson-help-on", "lesson-help-run")
"""The messages that say what can be typed."""


def title_lines(lesson: LessonRun, language: str) -> Iterator[str]:
    """What a lesson begins with: its title, what can be typed, and the section that is shown."""
    yield lesson.rehearsal.lesson.title
    words = {name: BY_ID[name].words[0] for name in ("hint", "reveal", "previous", "quit", "help")}
    yield joined(language, (message(language, key, **words) for key in HELP))
    yield from section_lines(lesson)


def lines(before: LessonRun, after: LessonRun, fact: facts.LessonFact) -> Iterator[str]:
    """What the lesson shows of a fact, besides its sentence."""
    # Of the state before: a right answer has closed its question.
    waiting = before.open
    done = isinstance(fact, facts.Revealed) or (isinstance(fact, facts.Marked) and fact.outcome in ("right", "carried"))
    if isinstance(fact, facts.SectionOpened):
        yield from section_lines(after)
    elif isinstance(fact, facts.HintGiven):
        yield hint_line(after, fact.number)
    elif isinstance(fact, facts.NoMoreHints):
        yield from (hint_line(after, number) for number in range(1, fact.count + 1))
    elif done and waiting is not None:
        yield from answer_lines(after, waiting)


def next_lesson(lesson: LessonRun) -> LessonRun | None:
    """The lesson that follows, at the place that is kept; None where none does. GraphstepError for one that cannot be opened."""
    path = following(lesson.rehearsal.lesson.path)
    return None if path is None else progress.resume(LessonRun(open_lesson(path, lesson.rehearsal.language)), progress.load())
