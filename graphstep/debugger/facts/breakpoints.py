"""What a reply says of breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from graphstep.debugger.facts.fact import AboutNode, Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.conditions import Condition


@dataclass(frozen=True, slots=True)
class Hit(Fact):
    """Breakpoints that stop at a step."""

    n: int
    """The step."""
    conditions: tuple[Condition, ...]
    """The conditions that hold after it."""
    nodes: tuple[int, ...]
    """The nodes with a breakpoint that get something in it."""


@dataclass(frozen=True, slots=True)
class NoBreakpoints(Fact):
    """None is set."""


@dataclass(frozen=True, slots=True)
class NoneFurther(Fact):
    """No breakpoint stops on this side of the step that is shown."""

    way: Literal[1, -1]
    """Whether it is about the steps behind it (1) or before it (-1)."""


@dataclass(frozen=True, slots=True)
class BreakSet(AboutNode):
    """A node has a breakpoint from now on."""


@dataclass(frozen=True, slots=True)
class BreakGone(AboutNode):
    """A node has no breakpoint any more."""


@dataclass(frozen=True, slots=True)
class BreaksCleared(Fact):
    """No breakpoint is set any more."""


@dataclass(frozen=True, slots=True)
class ConditionsSet(Fact):
    """These are the conditions from now on."""

    conditions: tuple[Condition, ...]
    """The conditions; none where they were taken away."""
    count: int
    """The number of steps that meet one of them."""
