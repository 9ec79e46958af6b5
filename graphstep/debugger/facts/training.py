"""What a reply says of a training, as data: its rounds and parameters."""

from __future__ import annotations

from graphstep.debugger.facts.fact import Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class RoundShown(Fact):
    """A round is looked at."""

    round: int
    """The round, counted from 0."""


@dataclass(frozen=True, slots=True)
class NoRoundYet(Fact):
    """No round was trained yet."""


@dataclass(frozen=True, slots=True)
class FirstRound(Fact):
    """No round stands before this one."""


@dataclass(frozen=True, slots=True)
class NoRound(Fact):
    """There is no such round."""

    text: str
    """What was typed."""
    last: int
    """The last round that was trained."""


@dataclass(frozen=True, slots=True)
class RoundBefore(Fact):
    """The round was run before the training was resumed, so that nothing but its numbers is left."""

    first: int
    """The first round that can be run again."""


@dataclass(frozen=True, slots=True)
class ParameterShown(Fact):
    """The update of a parameter is told."""

    place: int
    """The parameter, counted from 0."""


@dataclass(frozen=True, slots=True)
class NotTraining(Fact):
    """No round is being trained, so that nothing can be paused."""
