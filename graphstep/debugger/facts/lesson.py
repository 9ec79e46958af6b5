"""What a reply says of the text of a lesson, as data: its sections, questions and hints."""

from __future__ import annotations

from typing import Literal

from graphstep.debugger.facts.fact import Fact
from graphstep.ground.records import dataclass


class LessonFact(Fact):
    """A fact about the text of a lesson, and not about its run."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SectionOpened(LessonFact):
    """A section of the lesson is shown."""

    place: int
    """The section, counted from 0."""


@dataclass(frozen=True, slots=True)
class FirstSection(LessonFact):
    """No section stands before this one."""


@dataclass(frozen=True, slots=True)
class HintGiven(LessonFact):
    """A hint to the open question is shown."""

    number: int
    """The hint, counted from 1."""


@dataclass(frozen=True, slots=True)
class NoMoreHints(LessonFact):
    """All hints to the open question are shown."""

    count: int
    """How many there are."""


@dataclass(frozen=True, slots=True)
class Marked(LessonFact):
    """The open question of a lesson was answered."""

    typed: str
    """The answer as typed."""
    outcome: Literal["right", "wrong", "unreadable", "carried", "unsure"]
    """Whether it is right."""


@dataclass(frozen=True, slots=True)
class Revealed(LessonFact):
    """The open question was given up: its answer is shown."""


@dataclass(frozen=True, slots=True)
class LessonDone(LessonFact):
    """All questions of the lesson are done."""


@dataclass(frozen=True, slots=True)
class AnswerFirst(LessonFact):
    """A question is open, and this would give its answer away, or pass it over."""

    action: str
    """The action that waits."""
