"""What a function did while it was traced, as plain data: a child process hands it to its parent as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphstep.ground.errors import GraphstepError, Span
from graphstep.language.program import Branch

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
