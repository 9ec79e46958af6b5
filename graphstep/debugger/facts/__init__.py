"""What a reply says, as data: nodes, steps and numbers, and no sentence. A face words them (:mod:`graphstep.faces.replies`).

What one message says is a :class:`Notice`. What a face shows in another way, or words by the run, has a class of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from graphstep.debugger.facts.fact import (
    AboutCell,
    AboutNode,
    AboutText,
    Elsewhere,
    Fact,
    Fault,
    NoNode,
    NoStep,
    Notice,
    UnfitError,
    notice,
)
from graphstep.debugger.facts.questions import (
    Answered,
    Asked,
    Hinted,
    HintGiven,
    LessonDone,
    LessonFact,
    Marked,
    NoMoreHints,
    PredictingEnds,
    Revealed,
    SectionOpened,
    SummaryOf,
)
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.parts import Base, Mark, Quantity
    from graphstep.debugger.search import Candidate
    from graphstep.engine.agreement import Agreement

# A node, a wire or a step is one of the run in which the command was given, unless its field says otherwise: a cut or an opened
# gate makes another run, in which the same number is another node.

# -- steps, nodes and their numbers ----------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Shown(Fact):
    """A quantity was asked for."""

    quantity: Quantity
    """The quantity."""


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
    matches: tuple[Candidate, ...]
    """What fits, the best first."""


@dataclass(frozen=True, slots=True)
class PathsFrom(AboutNode):
    """The paths from a node to the output were asked for."""


@dataclass(frozen=True, slots=True)
class Jacobians(Fact):
    """The Jacobians of edges were asked for."""

    edges: tuple[int, ...]
    """The edges."""


@dataclass(frozen=True, slots=True)
class CausesOf(AboutNode):
    """The chain of causes of a node's gradient or value was asked for."""

    of: Literal["gradient", "value"]
    """Which of the two."""


@dataclass(frozen=True, slots=True)
class Began(Fact):
    """What the step on show made has no cause before it."""


@dataclass(frozen=True, slots=True)
class TangentsFrom(AboutCell):
    """Forward mode from a node, or from a cell of it, was asked for."""


# -- breakpoints and marks -------------------------------------------------------------------------------------------------------


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
class ConditionsSet(Fact):
    """These are the conditions from now on."""

    conditions: tuple[Condition, ...]
    """The conditions; none where they were taken away."""
    count: int
    """The number of steps that meet one of them."""


@dataclass(frozen=True, slots=True)
class MarkList(Fact):
    """The marks were asked for."""

    marks: tuple[Mark, ...]
    """The marks, by letter."""


@dataclass(frozen=True, slots=True)
class NoMark(AboutText):
    """No mark is called so."""


@dataclass(frozen=True, slots=True)
class NoLetter(AboutText):
    """A mark is one letter, and something else was typed."""


# -- other inputs, other wires, other programs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SelectInput(Fact):
    """An input has to be selected first."""


@dataclass(frozen=True, slots=True)
class AboutInputs(Fact):
    """A fact about inputs."""

    names: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True, slots=True)
class Edited(AboutInputs):
    """Inputs have other values."""


@dataclass(frozen=True, slots=True)
class Undone(AboutInputs):
    """Inputs have the values that they had before an edit."""


@dataclass(frozen=True, slots=True)
class Nudged(AboutCell):
    """An input, or a cell of it, was moved a little."""

    first: bool
    """Whether it is the first cell because none was chosen."""


@dataclass(frozen=True, slots=True)
class CannotNudge(AboutCell):
    """A value is too large to be moved a little, or not finite."""


@dataclass(frozen=True, slots=True)
class WireCut(Fact):
    """A wire was cut: no gradient flows back along it."""

    receiver: int
    """The node that gets nothing, in the run before."""
    sender: int
    """The gate that sends nothing to it, in the run before."""
    stop: int
    """The stop gate that is in the wire."""


@dataclass(frozen=True, slots=True)
class CutUndone(Fact):
    """A wire that was cut is whole again."""

    receiver: int
    """The node that gets something again, in the run after."""
    sender: int
    """The gate that sends to it, in the run after."""


@dataclass(frozen=True, slots=True)
class WhichWire(Fact):
    """Several wires may be meant."""

    edges: tuple[int, ...]
    """The wires."""


@dataclass(frozen=True, slots=True)
class NoWire(AboutText):
    """No gradient is sent along such a wire; the text is empty where nothing was typed."""


@dataclass(frozen=True, slots=True)
class CannotCut(Fact):
    """The text of the program does not hold a wire: it is inside of a gate that was taken apart."""

    edge: int
    """The wire."""


@dataclass(frozen=True, slots=True)
class Compared(Fact):
    """The comparison with another run was asked for."""

    base: Base
    """The other run."""


@dataclass(frozen=True, slots=True)
class NoForm(AboutText):
    """SymPy is asked for no such form."""


# -- what is open, and in which order gates send ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened(AboutNode):
    """A composite gate is open: its parts are on show."""


@dataclass(frozen=True, slots=True)
class NoComposite(Fact):
    """There is no composite gate here."""


@dataclass(frozen=True, slots=True)
class AboutCall(Fact):
    """A fact about a call, a repetition or one of its turns."""

    frame: int
    """Which one: an index of the program's frames."""


@dataclass(frozen=True, slots=True)
class CallOpened(AboutCall):
    """A call was opened: its own steps are walked through."""


@dataclass(frozen=True, slots=True)
class CallClosed(AboutCall):
    """A call was closed: it is stepped over as one."""


@dataclass(frozen=True, slots=True)
class ReadyGates(Fact):
    """The gates that may be next were asked for."""

    n: int
    """The step behind which they are ready."""
    gates: tuple[int, ...]
    """The gates, the one that is next first."""


@dataclass(frozen=True, slots=True)
class NotReady(Fact):
    """A gate is not ready."""

    node: int
    """The gate."""
    gates: tuple[int, ...]
    """Those that are."""


@dataclass(frozen=True, slots=True)
class SameGradients(Fact):
    """The gradients were compared with those in the usual order."""

    agreement: Agreement
    """How far they are apart."""


# -- a training ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundShown(Fact):
    """A round is looked at."""


@dataclass(frozen=True, slots=True)
class ParameterShown(Fact):
    """The update of a parameter is told."""
