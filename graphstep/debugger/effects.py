"""What a command asks of the face that sent it. Only a face writes, copies, asks or waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.score import Score
    from graphstep.language.setup import Setup


@dataclass(frozen=True, slots=True)
class Own:
    """The action is the face's own: it changes nothing but the view."""

    action: str
    """The name of the action."""
    argument: str = ""
    """What was typed behind its word."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the user for the argument of an action, and send the command again with it."""

    action: str
    """The name of the action."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Put the command that opens this step again into the clipboard."""

    setup: Setup
    """What opens it, with the step and the breakpoints."""
    unfolds: bool
    """Whether gates are folded here that no option folds when it is opened again."""
    against: str = ""
    """What was typed for the run that it is compared with; empty where none is."""

    @property
    def command(self) -> str:
        """The command."""
        return self.setup.command(*([f"--against={self.against}"] if self.against else []))


@dataclass(frozen=True, slots=True)
class Write:
    """Write the run up to the step that is shown to a file."""

    path: str
    """The path as typed; its suffix says the format."""


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """Write what was predicted to a file."""

    score: Score
    """What was predicted."""
    path: str
    """The path as typed; its suffix says the format."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Compare the gradient of a node with other witnesses: long work, which may be given up."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class Quotients:
    """Hold difference quotients of many steps against a gradient: some hundred runs, which may be given up."""

    node: int
    """The node that is moved."""
    cell: tuple[int, ...]
    """The cell of it; empty for a number."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Let SymPy rewrite the program, and show what comes back beside it: long work, which may be given up."""

    kind: str
    """One of :data:`graphstep.language.setup.FORMS`, or :data:`EVERY` for a table of all."""


EVERY = "all"
"""What is asked for to see all forms."""


@dataclass(frozen=True, slots=True)
class ReadRun:
    """Read a run to compare with, and send the command again with it."""

    name: str
    """What was typed for it: a file, or a program."""


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Look for what is wrong with the run: long work."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the learner's place in the lesson, before anything of it is shown."""


@dataclass(frozen=True, slots=True)
class NextLesson:
    """Open the lesson that follows in the catalogue; leave where none does."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Go back from a round to its training."""


@dataclass(frozen=True, slots=True)
class CopyRound:
    """Put the command that tells a round of a training into the clipboard."""

    round: int
    """The round."""


@dataclass(frozen=True, slots=True)
class Train:
    """Train further rounds: long work, which can be paused and goes on from there."""

    rounds: int | None
    """How many; None for all that are left."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause the training, and then perform an action."""

    then: str = ""
    """The name of the action; empty for none."""
    argument: str | int | None = None
    """Its argument."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Step through a round: it is run again first."""

    round: int
    """The round."""


@dataclass(frozen=True, slots=True)
class Save:
    """Save the state of the training to a file."""

    path: str
    """The path as typed."""


@dataclass(frozen=True, slots=True)
class Report:
    """Write the curve, the history or a report of the training to a file."""

    path: str
    """The path as typed; its suffix says the format."""


TrainingEffect = Train | Pause | Enter | Save | Report
"""What only a reply about a training can ask for."""

Effect = (
    Own
    | Ask
    | Copy
    | Write
    | WriteSummary
    | Witnesses
    | Quotients
    | Rewrite
    | ReadRun
    | Diagnose
    | Keep
    | NextLesson
    | Leave
    | CopyRound
    | TrainingEffect
)
"""Everything that a reply can ask for."""
