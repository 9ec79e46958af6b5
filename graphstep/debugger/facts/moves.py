"""What a reply says of steps, and of the node that is selected."""

from __future__ import annotations

from graphstep.debugger.facts.fact import AboutNode, Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Moved(Fact):
    """Another step is shown."""

    before: int
    """The step before."""
    n: int
    """The step now."""


@dataclass(frozen=True, slots=True)
class Held(Fact):
    """The lesson goes no further than the step that is shown."""

    n: int
    """The step."""


@dataclass(frozen=True, slots=True)
class AtStart(Fact):
    """There is no step before this one."""


@dataclass(frozen=True, slots=True)
class AtEnd(Fact):
    """There is no step behind this one."""


@dataclass(frozen=True, slots=True)
class Changed(Fact):
    """A step changed the value or the gradient of a node."""

    node: int
    """The node."""
    n: int
    """The step."""


@dataclass(frozen=True, slots=True)
class Unchanged(AboutNode):
    """No step before the one that is shown has changed a node."""


@dataclass(frozen=True, slots=True)
class Selected(Fact):
    """A node is selected, or none."""

    node: int | None
    """The node."""
