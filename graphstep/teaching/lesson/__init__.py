"""Lessons: Markdown files that stop a run, ask before they show, and compute every answer.

The order in which a lesson passes the modules: ``parse`` (a text becomes a :class:`~graphstep.teaching.lesson.document.Lesson`),
``rehearsal`` (its runs, stops and answers), ``walk`` (where the learner is), then ``plain`` or the screen. ``check`` keeps a
lesson honest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.numerals import ENGLISH

if TYPE_CHECKING:
    from pathlib import Path

    from graphstep.teaching.lesson.rehearsal import Rehearsal


def open_lesson(path: str | Path, language: str = ENGLISH) -> Rehearsal:
    """A lesson with its runs, told in a language, ready to be gone through.

    LessonError says what is wrong with it, InputError that there is none.
    """
    from graphstep.teaching.lesson.parse import read_lesson
    from graphstep.teaching.lesson.rehearsal import rehearse

    return rehearse(read_lesson(path), language)
