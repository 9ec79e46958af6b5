"""Predict mode: what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

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


def read_score(document: Mapping[str, Any]) -> Score:
    """A score as JSON has it; one that an older version wrote has fewer fields."""
    typed = document.get("typed")
    # Older versions kept the wrong ones alone.
    kept = {name: value for name, value in document.items() if name != "wrongs"}
    return Score(
        **{
            **kept,
            "typed": None if typed is None else (typed[0], float(typed[1])),
            "slips": tuple(Slipped(**each) for each in document.get("slips", ())),
            "earlier": tuple(_earlier(each) for each in document.get("earlier", document.get("wrongs", ()))),
        }
    )


def _earlier(document: Mapping[str, Any]) -> Earlier:
    """An earlier answer as JSON has it, where a tuple is a list."""
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
    return Earlier(**fields)
