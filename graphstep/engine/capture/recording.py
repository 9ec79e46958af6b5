"""The record of a call: a list of operations, each with what it read and what came out, as plain data.

Whoever records fills in a :class:`Recording` and knows nothing of programs; ``programs`` makes a program of it, and knows nothing
of who recorded. So what follows another framework is one module that makes recordings.

Nodes are numbered: the inputs first, in their order, then the operations. An operation reads nodes by their numbers, plain
numbers, which are floats, and arrays that nobody differentiates by: the k-th of :attr:`Recording.constants` is ``-1 - k``.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, NamedTuple

from graphstep.ground import limits
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, Span
from graphstep.ground.records import dataclass
from graphstep.language.program import Branch, Missing

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


class Scope(NamedTuple):
    """A call, a loop, or a turn of one, in which operations stand; the program is around all others."""

    kind: Literal["program", "call", "loop", "turn"]
    """What it is."""
    label: str = ""
    """The name of the function; ``repeat`` for a loop and its turns."""
    number: int = 0
    """Which one it is of those with its label in the scope around it, from 1; 0 for the program."""
    around: int = 0
    """The scope around it, which stands before it."""


@dataclass(slots=True)
class Operation:
    """One operation on traced values."""

    gate: str
    """The name of the gate that computes it."""
    operands: list[int | float]
    """What it read, by slot: the number of a node or of a constant array, or a plain number, which is a float."""
    value: Number
    """What the function computed, to the bit; of a smaller type, widened."""
    variable: str = ""
    """The variable that its value was assigned to; empty for none. Several operations may have one: turns of it are numbered."""
    options: tuple[tuple[str, Any], ...] = ()
    """What it was told besides its operands, as :attr:`graphstep.language.program.Node.options` has it."""
    dtype: str = "float64"
    """The type of its cells where it was computed."""
    device: str = ""
    """Where it was computed; empty for this machine's processor."""
    scope: int = 0
    """The innermost call or turn that it stands in: an index of :attr:`Recording.scopes`. Those of one stand side by side."""
    file: str = ""
    """The file of the user's line at work; empty where there is none."""
    line: int = 0
    """That line, from 1."""
    source: int = -1
    """The source that holds it; -1 where there is no text."""
    span: Span = (0, 0)
    """Where its expression stands in the text of its source."""
    gradient: Number | None = None
    """The gradient that the recorded program itself computed; None where it has none."""
    factors: tuple[Number | None, ...] = ()
    """Of a gate that is none of ours by slot its local gradient; empty for one of ours."""
    sent: tuple[Number | None, ...] = ()
    """Of such a gate without local gradients what it sent back, by slot."""


@dataclass(slots=True)
class Recording:
    """The recording of one call of a function: inputs, operations, output."""

    function: str
    """The name of the function."""
    inputs: dict[str, Number]
    """The traced arguments: numbers, and arrays of float64."""
    operations: list[Operation] = field(default_factory=list)
    """What was computed, in its order."""
    branches: list[Branch] = field(default_factory=list)
    """What was asked, in its order."""
    sources: list[Source] = field(default_factory=list)
    """The text of the user's functions that were at work, in the order of their lines."""
    output: int | float = 0.0
    """What it returned: the number of a node, or a plain number, which is a float."""
    constants: dict[str, Number] = field(default_factory=dict)
    """Arrays that were read and are no arguments, by a name of their own: what the module holds, masks, labels."""
    missing: list[Missing] = field(default_factory=list)
    """Its parameters that get no gradient, where the recorded program has parameters."""
    scopes: list[Scope] = field(default_factory=list)
    """The calls, loops and turns, the program itself first; empty where they are not recorded."""
    dtypes: dict[str, str] = field(default_factory=dict)
    """The types of inputs that are not float64."""
    gradients: dict[str, Number] = field(default_factory=dict)
    """The gradients of inputs that the recorded program itself computed."""
    is_of_pytorch: bool = False
    """Whether PyTorch computed them: a run of its gates has to come to the same."""


def check_count(gates: int, place: object) -> None:
    """Raise CaptureError where a function has computed as many gates as are recorded, and computes one more at a place."""
    if gates >= limits.FOLLOWED:
        raise CaptureError(f"a captured function has at most {limits.FOLLOWED:,} gates, and this one computes more, at {place}")
