"""What a reply says of questions: those of a lesson, with its sections and hints, and those of predict mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from graphstep.debugger.facts.fact import Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.score import Score


class LessonFact(Fact):
    """A fact about the text of a lesson, and not about its run."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SectionOpened(LessonFact):
    """A section of the lesson is shown."""

    place: int
    """The section, counted from 0."""


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


# -- predict mode ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AboutScore(Fact):
    """A fact about predictions."""

    score: Score
    """The answers that were given."""


@dataclass(frozen=True, slots=True)
class PredictingEnds(AboutScore):
    """Predict mode ends."""


@dataclass(frozen=True, slots=True)
class SummaryOf(AboutScore):
    """What was predicted is summed up: it was asked for, or the end of the run is reached."""


# A lesson has one open question, and its facts need not say which. A step to be predicted may have several before it (the local
# gradient, then the contribution): from here on a fact says of which step it is, and which part of it.


@dataclass(frozen=True, slots=True)
class Asked(Fact):
    """A question is open: what a step makes, and how."""

    n: int
    """The step, which is the next one."""
    part: int = 0
    """Which of the questions before it."""


@dataclass(frozen=True, slots=True)
class Answered(Fact):
    """An open question was answered, or given up."""

    n: int
    """The step that it was about."""
    typed: str
    """The answer as typed; empty where it was given up."""
    right: bool
    """Whether it is right, or follows from a wrong number before it: then the question is done."""
    part: int = 0
    """Which of the questions before it."""


@dataclass(frozen=True, slots=True)
class Hinted(Fact):
    """A hint to the open question is shown."""

    n: int
    """The step that it is about."""
    part: int
    """Which of the questions before it."""
    number: int
    """The number of the hint, from 1."""
