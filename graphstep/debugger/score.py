"""Predict mode: what was asked, and what came of it."""

from __future__ import annotations

from dataclasses import replace

from graphstep.ground.records import dataclass
from graphstep.teaching.marking.carried import Earlier


@dataclass(frozen=True, slots=True)
class Slipped:
    """A wrong answer that a misconception explains."""

    n: int
    """The step that it was about."""
    name: str
    """What was asked for."""
    said: str
    """What was said of it."""


@dataclass(frozen=True, slots=True)
class Score:
    """The answers so far, and the question that is open."""

    right: int = 0
    """The answers that were right at the first try."""
    asked: int = 0
    """The questions that were answered or given up."""
    tries: int | None = None
    """The wrong answers to the open question, which is about the next step; None while none is open."""
    part: int = 0
    """Which of the questions before that step is open."""
    hinted: int = 0
    """The hints to the open question that were shown."""
    typed: tuple[str, float] | None = None
    """The last wrong number that was typed for it, with its name."""
    carried: int = 0
    """The answers that follow from a wrong one before them."""
    shown: int = 0
    """The questions that were given up."""
    missed: int = 0
    """The wrong answers in all."""
    hints: int = 0
    """The hints in all."""
    slips: tuple[Slipped, ...] = ()
    """The misconceptions that explain wrong answers, in the order in which they came up."""
    earlier: tuple[Earlier, ...] = ()
    """The numbers that were typed so far, with which the user may go on."""

    @property
    def closed(self) -> Score:
        """The score without an open question."""
        return replace(self, tries=None, part=0, hinted=0, typed=None)
