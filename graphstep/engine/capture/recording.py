"""What a function did while it was traced, as plain data: a child process hands it to its parent as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphstep.ground.errors import GraphstepError, Span

COMPARED = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}
"""The gates that compare, and their signs."""


class CaptureError(GraphstepError):
    """A function cannot be captured: it does what a traced number cannot follow, or fails by itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """A function of the user's that was at work, or a statement outside of any."""

    file: str
    """Its file."""
    line: int
    """The first of its lines there, from 1."""
    text: str
    """Its lines, moved to the left margin."""


@dataclass(slots=True)
class Operation:
    """One operation on traced numbers."""

    gate: str
    """The name of the gate that computes it."""
    operands: list[int | float]
    """What it read, by slot: the number of an input or operation (inputs first), or a plain number, which is a float."""
    value: float
    """What the function computed."""
    file: str
    """The file of the user's line at work."""
    line: int
    """That line, from 1."""
    source: int = -1
    """The source that holds it; -1 where there is no text."""
    span: Span = (0, 0)
    """Where its expression stands in the text of its source."""
    variable: str = ""
    """The variable that its value was assigned to; empty for none."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A question about a traced number that the function asked, in ``if``, ``while``, ``max`` and the like."""

    file: str
    """The file of the line that asked."""
    line: int
    """The line, from 1."""
    asked: str
    """The question in numbers: ``2 > 0``."""
    holds: bool
    """The answer, which chose the path."""

    def told(self) -> str:
        """One clause: which path was taken, and why."""
        if self.holds:
            return f"taken at {self.file}:{self.line} because {self.asked}"
        return f"not taken at {self.file}:{self.line} because {self.asked} is false"


@dataclass(slots=True)
class Recording:
    """All that was recorded of one call."""

    function: str
    """The name of the function."""
    inputs: dict[str, float]
    """The traced arguments."""
    operations: list[Operation] = field(default_factory=list)
    """What was computed, in its order."""
    branches: list[Branch] = field(default_factory=list)
    """What was asked, in its order."""
    sources: list[Source] = field(default_factory=list)
    """The text of the user's functions that were at work, in the order of their lines."""
    output: int | float = 0.0
    """What it returned: a number of an input or operation, or a plain number, which is a float."""
