"""What a student reads of the marks: what is not right, why, and the command that opens the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from graphstep.ground.numerals import numeral
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.exercise.mark import Mark
from graphstep.telling.document import Block, Code, Command, Content, Document, Prose
from graphstep.telling.reports.parts import phrase, strong, titled
from graphstep.telling.words.catalogue import message


def feedback(
    title: str, name: str, sheet: Sequence[tuple[Exercise, Sequence[str]]], marks: Sequence[Mark], language: str
) -> Document:
    """The feedback on a sheet, with its exercises and the names of their blanks."""
    heading = message(language, "feedback-title", title=title)
    blanks = {name: (exercise, blank) for exercise, names in sheet for name, blank in zip(names, exercise.blanks, strict=True)}
    return titled(heading, _blocks(name, blanks, marks, language), language)


def _blocks(name: str, blanks: Mapping[str, tuple[Exercise, Blank]], marks: Sequence[Mark], language: str) -> Iterator[Block]:
    say = partial(message, language)
    earned, of = sum(mark.earned or 0 for mark in marks), sum(mark.of for mark in marks)
    unsure = sum(mark.earned is None for mark in marks)
    total = say("exercise-earned", earned=numeral(earned), marks=numeral(of))
    yield Prose(strong(f"{name}:", " ", total, *([" ", say("feedback-open", count=unsure)] if unsure else [])))
    missed = [mark for mark in marks if mark.verdict != "right"]
    if not missed:
        yield Prose((say("feedback-fine"),))
    for mark in missed:
        exercise, blank = blanks[mark.blank]
        typed: Content = (", ", Code(mark.typed)) if mark.typed else ()
        yield Prose(strong(mark.blank, *typed, ": ", mark.sentence))
        if mark.verdict != "carried":
            yield Prose(phrase(language, "feedback-answer", answer=Code(blank.solution.answer)))
            yield Command(replace(exercise.setup, at=str(blank.solution.step)).command())
