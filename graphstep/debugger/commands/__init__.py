"""What the commands do, one module a group; each has its rules by action in ``RULES``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphstep.debugger.effects import Effect
from graphstep.debugger.facts import Fact, Hit, Moved
from graphstep.debugger.parts import Inputs, Saved
from graphstep.debugger.state import State
from graphstep.debugger.training import TrainingState
from graphstep.ground.records import dataclass

Argument = str | int | tuple[int, ...] | Inputs | Saved | None
"""What a command is about: a text as typed, a node or step by its number, a node and the indexes of a cell, values, or a run."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was performed."""

    state: State | TrainingState
    """The state after it."""
    facts: tuple[Fact, ...] = ()
    """What happened."""
    effects: tuple[Effect, ...] = ()
    """What the face is to do."""
    hit: Hit | None = None
    """The breakpoints at which it stopped."""


def arrived(state: State, after: State) -> tuple[Fact, ...]:
    """The fact that another step is shown; none in another run, whose steps have other numbers."""
    return (Moved(state.at, after.at),) if after.path == state.path else ()


def _nothing_against(_: object) -> Fact | None:
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of an action: the function that performs it, and the one that refuses it."""

    do: Callable[[Any, Argument], Done]
    """The next state, from one of the same kind and the argument; raises GraphstepError for an argument that does not fit."""
    refusal: Callable[[Any], Fact | None] = _nothing_against
    """Why the state does not allow it; None where it does."""
