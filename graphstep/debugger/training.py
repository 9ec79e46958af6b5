"""The state of a training in the debugger: how far it is, and what of it is looked at. The training itself is a face's."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.actions import Set
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A training as far as it is known, and the round of it that is looked at. Plain data that nobody changes."""

    parameters: int
    """How many parameters are trained."""
    language: str = ENGLISH
    """The code of the language in which it is told."""
    rounds: int = 0
    """The rounds whose numbers are known."""
    first: int = 0
    """The first of them that can be run again: those before it were run before the training was resumed."""
    at: int | None = None
    """The round that is looked at; None before the first."""
    selected: int = 0
    """The parameter whose update is told, counted from 0."""
    running: bool = False
    """Whether rounds are being trained."""

    @property
    def at_hand(self) -> Set:
        """The set of actions that apply: those of a training."""
        return "training"

    def trained(self, rounds: int, *, running: bool) -> TrainingState:
        """The state once so many rounds are known: the last of them is looked at."""
        return replace(self, rounds=rounds, at=rounds - 1 if rounds else None, running=running)
