"""What a reply says, as data: nodes, steps and numbers, and no sentence. A face words them (``graphstep/faces/replies.py``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.search import Candidate
    from graphstep.debugger.watches import Quantity
    from graphstep.ground.errors import GraphstepError, Span


class Fact:
    """Something that a reply says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AboutNode(Fact):
    """Something that is said of one node."""

    node: int
    """The node."""


class UnfitError(Exception):
    """The argument of a command does not fit; ``fact`` says how. The session makes a reply of it."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact)
        self.fact = fact
        """What does not fit."""


@dataclass(frozen=True, slots=True)
class Fault(Fact):
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
class NoNode(Fact):
    """No node is called so."""

    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class NoStep(Fact):
    """The run has no such step."""

    text: str
    """What was typed."""


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


@dataclass(frozen=True, slots=True)
class Shown(Fact):
    """A quantity was asked for."""

    quantity: Quantity
    """The quantity."""


@dataclass(frozen=True, slots=True)
class Watched(Fact):
    """A quantity is listed with every step from now on, or no longer."""

    quantity: Quantity
    """The quantity."""
    on: bool
    """Whether it is listed."""


@dataclass(frozen=True, slots=True)
class NoWatches(Fact):
    """Nothing is watched."""


@dataclass(frozen=True, slots=True)
class Inspected(AboutNode):
    """A node was asked for without a quantity."""


@dataclass(frozen=True, slots=True)
class Cells(Fact):
    """The cells of a node were asked for."""

    node: int
    """The node."""
    cell: tuple[int, ...] | None
    """The one that is looked at; None for all."""


@dataclass(frozen=True, slots=True)
class NoCell(Fact):
    """An array has no such cell."""

    node: int
    """The node."""
    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class Candidates(Fact):
    """The nodes and steps that fit a text."""

    text: str
    """What was typed."""
    found: tuple[Candidate, ...]
    """What fits, the best first."""


@dataclass(frozen=True, slots=True)
class NoInputs(Fact):
    """The program has no inputs."""


@dataclass(frozen=True, slots=True)
class SelectInput(Fact):
    """It is not said which input is meant."""


@dataclass(frozen=True, slots=True)
class Edited(Fact):
    """Inputs have other values."""

    names: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True, slots=True)
class Undone(Fact):
    """Inputs have the values that they had before an edit."""

    names: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True, slots=True)
class NothingToUndo(Fact):
    """No edit is left that could be undone."""


@dataclass(frozen=True, slots=True)
class Nudged(Fact):
    """An input, or a cell of it, was moved a little."""

    node: int
    """The node."""
    cell: tuple[int, ...]
    """The cell of an array; empty for a number."""
    first: bool
    """Whether it is the first cell because none was chosen."""


@dataclass(frozen=True, slots=True)
class CannotNudge(Fact):
    """A value is too large to be moved a little, or not finite."""

    node: int
    """The node."""
    cell: tuple[int, ...]
    """The cell of an array; empty for a number."""


@dataclass(frozen=True, slots=True)
class NoCells(AboutNode):
    """An array has no cells."""


@dataclass(frozen=True, slots=True)
class NoGradient(AboutNode):
    """A node has no gradient: it is data or a constant."""


@dataclass(frozen=True, slots=True)
class PathsFrom(AboutNode):
    """The paths from a node to the output were asked for."""


@dataclass(frozen=True, slots=True)
class Jacobians(Fact):
    """The Jacobians of edges were asked for."""

    edges: tuple[int, ...]
    """The edges."""


@dataclass(frozen=True, slots=True)
class NoEdges(AboutNode):
    """No gradient is sent along an edge at a node."""


@dataclass(frozen=True, slots=True)
class Opened(AboutNode):
    """A composite gate is open: its parts are on show."""


@dataclass(frozen=True, slots=True)
class Closed(AboutNode):
    """The gate that was opened last is closed."""

    by_step: bool = False
    """Whether a step led out of it; else the place is the one at which it was opened."""


@dataclass(frozen=True, slots=True)
class Pending(Fact):
    """Inside an opened gate there is no step further yet: no gradient has arrived at the gate."""


@dataclass(frozen=True, slots=True)
class NoComposite(Fact):
    """There is no composite gate here."""


@dataclass(frozen=True, slots=True)
class NothingOpen(Fact):
    """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Folded(Fact):
    """Gates that were typed in parts are one gate each."""

    fewer: int
    """The gates that are saved."""


@dataclass(frozen=True, slots=True)
class Unfolded(Fact):
    """The gates are as typed again."""


@dataclass(frozen=True, slots=True)
class NothingToFold(Fact):
    """No parts of a composite gate are typed."""
