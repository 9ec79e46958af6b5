"""What a reply says, as data: nodes, steps and numbers, and no sentence. A face words them (``graphstep/faces/replies.py``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graphstep.debugger.breakpoints import Condition
    from graphstep.debugger.state import Score
    from graphstep.debugger.watches import Quantity
    from graphstep.ground.errors import GraphstepError, Span


class UnfitError(Exception):
    """The argument of a command does not fit; ``fact`` says how. The session makes a reply of it."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact)
        self.fact = fact
        """What does not fit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What was typed cannot be read or run. The room that reads it has worded that."""

    message: str
    """What is wrong."""
    hint: str
    """What would do."""
    text: str = ""
    """The whole text that was being read; empty where no place is to blame."""
    span: Span | None = None
    """The place in it."""

    @classmethod
    def of(cls, error: GraphstepError) -> Fault:
        """The fault of an error."""
        return cls(error.message, error.hint, getattr(error, "text", ""), getattr(error, "span", None))


@dataclass(frozen=True, slots=True)
class NoNode:
    """No node is called so."""

    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class NoStep:
    """The run has no such step."""

    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Another step is shown."""

    before: int
    """The step before."""
    n: int
    """The step now."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lesson goes no further than the step that is shown."""

    n: int
    """The step."""


@dataclass(frozen=True, slots=True)
class AtStart:
    """There is no step before this one."""


@dataclass(frozen=True, slots=True)
class AtEnd:
    """There is no step behind this one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Breakpoints that stop at a step."""

    n: int
    """The step."""
    conditions: tuple[Condition, ...]
    """The conditions that hold after it."""
    nodes: tuple[int, ...]
    """The nodes with a breakpoint that get something in it."""


@dataclass(frozen=True, slots=True)
class NoBreakpoints:
    """None is set."""


@dataclass(frozen=True, slots=True)
class NoneFurther:
    """No breakpoint stops on this side of the step that is shown."""

    way: Literal[1, -1]
    """Whether it is about the steps behind it (1) or before it (-1)."""


@dataclass(frozen=True, slots=True)
class BreakSet:
    """A node has a breakpoint from now on."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class BreakGone:
    """A node has no breakpoint any more."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class BreaksCleared:
    """No breakpoint is set any more."""


@dataclass(frozen=True, slots=True)
class ConditionsSet:
    """These are the conditions from now on."""

    conditions: tuple[Condition, ...]
    """The conditions; none where they were taken away."""
    count: int
    """The number of steps that meet one of them."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A step changed the value or the gradient of a node."""

    node: int
    """The node."""
    n: int
    """The step."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """No step before the one that is shown has changed a node."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A node is selected, or none."""

    node: int | None
    """The node."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A quantity was asked for."""

    quantity: Quantity
    """The quantity."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A quantity is listed with every step from now on, or no longer."""

    quantity: Quantity
    """The quantity."""
    on: bool
    """Whether it is listed."""


@dataclass(frozen=True, slots=True)
class NoWatches:
    """Nothing is watched."""


@dataclass(frozen=True, slots=True)
class Predicting:
    """Predict mode begins."""


@dataclass(frozen=True, slots=True)
class PredictingEnds:
    """Predict mode ends."""

    score: Score
    """The answers that were given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question is open: what a step makes."""

    n: int
    """The step, which is the next one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An open question was answered, or given up."""

    n: int
    """The step that it was about."""
    typed: str
    """The answer as typed; empty where it was given up."""
    right: bool
    """Whether it is right."""


@dataclass(frozen=True, slots=True)
class NothingAsked:
    """No question is open."""


Fact = (
    Fault | NoNode | NoStep | Moved | Held | AtStart | AtEnd | Hit | NoBreakpoints | NoneFurther | BreakSet | BreakGone
    | BreaksCleared | ConditionsSet | Changed | Unchanged | Selected | Shown | Watched | NoWatches | Predicting | PredictingEnds
    | Asked | Answered | NothingAsked
)  # fmt: skip
"""Everything that a reply can say."""
