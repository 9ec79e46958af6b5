"""The debugger without a screen: a state and a command in, the next state and a reply out.

:func:`perform` reads and writes nothing: what a face has to do (write a file, copy, ask a person) comes back as an effect.
"""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

from graphstep.debugger.actions import BY_ID, SETS
from graphstep.debugger.training import TrainingState
from graphstep.ground.errors import GraphstepError
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument, Rule
    from graphstep.debugger.effects import Effect
    from graphstep.debugger.facts import Fact, Hit
    from graphstep.debugger.state import State

Status = Literal["done", "refused", "failed"]
"""It was performed; the state does not allow it; it was tried with what was typed, and that does not fit."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a face asks for."""

    action: str
    """The name of an action, one of :data:`graphstep.debugger.actions.ACTIONS`."""
    argument: Argument = None
    """What it is about: a text as it was typed, a node or a step by its number, or values by name."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a command. It holds facts and no sentence: each face words them."""

    status: Status
    """Whether it was performed."""
    facts: tuple[Fact, ...] = ()
    """What happened, or why it did not."""
    changed: frozenset[str] = frozenset()
    """The fields of the state that have changed."""
    effects: tuple[Effect, ...] = ()
    """What the face is to do."""
    hit: Hit | None = None
    """The breakpoints at which it stopped."""


@overload
def perform(state: State, command: Command) -> tuple[State, Reply]: ...
@overload
def perform(state: TrainingState, command: Command) -> tuple[TrainingState, Reply]: ...
def perform(state: Any, command: Command) -> tuple[Any, Reply]:
    """Perform a command. A command that is refused, or that fails, leaves the state as it is. KeyError for an unknown action."""
    # Eighty classes, which the first frame of a face does not wait for.
    from graphstep.debugger.effects import Ask, Own
    from graphstep.debugger.facts import Fault, UnfitError

    row = BY_ID[command.action]
    rule = _rule(command.action)
    # Refused before anything else: allowed() asks the same, so that a face can grey out what this would refuse.
    if (refusal := _refusal(state, command.action, rule)) is not None:
        return state, Reply("refused", (refusal,))
    if rule is None:
        return state, Reply("done", effects=(Own(command.action, "" if command.argument is None else str(command.argument)),))
    # Behind the refusal: nobody is asked for what would be refused with any answer.
    if command.argument is None and row.takes and not row.optional:
        return state, Reply("done", effects=(Ask(command.action),))
    try:
        done = rule.do(state, command.argument)
    except UnfitError as unfit:
        return state, Reply("failed", (unfit.fact,))
    except GraphstepError as error:
        return state, Reply("failed", (Fault.of(error),))
    after = done.state
    # By identity: a state of a large run is compared after every key, and its parts are immutable.
    changed = frozenset(x.name for x in fields(after) if getattr(after, x.name) is not getattr(state, x.name))
    return after, Reply("done", done.facts, changed, done.effects, done.hit)


def allowed(state: State | TrainingState, action: str) -> bool:
    """Whether the state allows an action; it is refused otherwise."""
    return _refusal(state, action, _rule(action)) is None


def _refusal(state: State | TrainingState, action: str, rule: Rule | None) -> Fact | None:
    from graphstep.debugger.facts import Elsewhere, notice

    # The set first: a rule may ask for a trace, which a training has not.
    row = BY_ID[action]
    if row not in SETS[state.at_hand]:
        return Elsewhere(action)
    lesson = None if isinstance(state, TrainingState) else state.lesson
    if row.tells and lesson is not None and lesson.open is not None:
        return notice("lesson-answer-first")
    return None if rule is None else rule.refusal(state)


def _rule(action: str) -> Rule | None:
    """The rule of an action; None for what only a face can do. A module is imported when its first action is asked for."""
    group = BY_ID[action].commands
    if not group:
        return None
    rules: dict[str, Rule] = import_module(f"graphstep.debugger.commands.{group}").RULES
    return rules[action]
