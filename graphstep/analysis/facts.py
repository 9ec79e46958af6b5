"""What happened in a step, as data: wires, nodes and figures, and no sentence. :mod:`graphstep.telling.words` words them.

A fact holds the wire and not the step alone: the gradient of a step is the receiver's, what arrives at the sender is the wire's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from graphstep.engine.step import Step
from graphstep.engine.update import Update
from graphstep.engine.wires import Wire
from graphstep.gates.rule import Sentence
from graphstep.ground.arrays import Number, cell_at
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

NoteKind = Literal["convention", "warning", "zero", "arrived", "legend"]
"""Why something is said besides the rule: a choice at a kink or tie; something infinite or undefined; the reason for a zero; how
many contributions have arrived; what the columns of a table mean."""

# -- what stands in a sentence ---------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Named:
    """A node, by its name."""

    node: int
    """The node."""


@record(frozen=True, slots=True)
class Slot:
    """The operand in a slot of a gate, by its name."""

    gate: int
    """The gate."""
    slot: int
    """The slot."""


@record(frozen=True, slots=True)
class Operand:
    """The operand in a slot of a gate, with its value: ``z = -4``."""

    gate: int
    """The gate."""
    slot: int
    """The slot."""


@record(frozen=True, slots=True)
class Quoted:
    """A node by its name, with what stands for it in the text where the name does not say that: ``f, 'max(x, y)'``."""

    node: int
    """The node."""
    goes_on: bool = False
    """Whether the sentence goes on behind it, so that a comma ends the apposition."""


@record(frozen=True, slots=True)
class Output:
    """The output, as it is called in ``df/dx``."""


@record(frozen=True, slots=True)
class Slope:
    """The local gradient of a gate towards what it reads in a slot, as a formula."""

    gate: int
    """The gate."""
    slot: int
    """The slot."""


@record(frozen=True, slots=True)
class Box:
    """A gate, by what stands in its box."""

    gate: int
    """The gate."""


@record(frozen=True, slots=True)
class Kind:
    """A figure that names the kind of a value by its shape: a number, a vector, a matrix."""

    shape: Shape
    """The shape."""


@record(frozen=True, slots=True)
class Cells:
    """In how many cells of an array something holds; in one of them at least."""

    count: int
    """In how many."""
    size: int
    """How many cells there are."""
    first: tuple[int, ...]
    """The place of the first in which it holds."""

    @classmethod
    def where(cls, mask: NDArray[np.bool_]) -> Cells:
        """The cells in which a mask is true."""
        return cls(int(np.count_nonzero(mask)), mask.size, cell_at(int(mask.argmax()), mask.shape))


@record(frozen=True, slots=True)
class NotFinite:
    """What is inf or nan: a number, or the first such cell of an array."""

    value: float
    """The number."""
    cells: Cells | None
    """The cells of an array; None for a number."""

    @classmethod
    def of(cls, value: Number) -> NotFinite:
        """The figure of a value that is not finite: the first cell that is inf or nan."""
        if isinstance(value, int | float):
            return cls(value, None)
        # The first in reading order, as a person would find it, and the cells that are alike.
        first = float(value[~np.isfinite(value)][0])
        return cls(first, Cells.where(np.isnan(value) if math.isnan(first) else value == first))


@record(frozen=True, slots=True)
class Listed:
    """Several figures in a row."""

    figures: tuple[Figure, ...]
    """The figures."""
    joint: str | None = None
    """What stands between them; None for commas and an "and"."""


@record(frozen=True, slots=True)
class Continued:
    """Sentences that go on behind a colon."""

    reasons: tuple[Reason, ...]
    """What they say."""


@record(frozen=True, slots=True)
class Reason:
    """One thing that is to be said: a message and what stands in it. Sixty reasons differ in nothing else."""

    message: str
    """The id of the message, one of :data:`graphstep.telling.words.english.MESSAGES`, or the id of a sentence of a row."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """What the variables of the message stand for."""
    english: Sentence = ""
    """The English sentence, where it is data of a row: of a gate, a convention, an optimizer."""


Figure: TypeAlias = (
    "Named | Quoted | Output | Slot | Operand | Slope | Box | Kind | Cells | NotFinite"
    " | Listed | Continued | Reason | str | int | None"
)
"""What a variable of a message stands for: a text such as a name or a numeral as it is, a count with its thousands, None for
nothing."""


def reason(message: str, /, **figures: Figure) -> Reason:
    """A reason by the id of its message."""
    return Reason(message, figures)


# -- what happened ---------------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Remark:
    """A note on a step: a convention, a warning, or why a gradient is 0."""

    kind: NoteKind
    """Why it is said."""
    reasons: tuple[Reason, ...]
    """What is said."""
    rule: str = ""
    """By what a document knows the rule in it again; empty where it speaks of this step alone."""
    here: tuple[Reason, ...] = ()
    """What it says of this step, for a document that has said the rule."""


@record(frozen=True, slots=True)
class Started:
    """The inputs are given."""

    step: Step
    """The step."""
    why: tuple[Reason, ...]
    """What is given, and what will come."""
    notes: tuple[Remark, ...]
    """Inputs that are not finite."""


@record(frozen=True, slots=True)
class Computed:
    """A gate computed its value."""

    step: Step
    """The step; its node is the gate."""
    rule: Reason
    """What the gate does to its inputs."""
    here: tuple[Reason, ...]
    """What it did here: the input that it chose."""
    notes: tuple[Remark, ...]
    """Conventions and warnings."""


@record(frozen=True, slots=True)
class Seeded:
    """The output got its gradient."""

    step: Step
    """The step; its node is the output."""
    why: tuple[Reason, ...]
    """What is differentiated, and where the backward pass starts."""


@record(frozen=True, slots=True)
class Sent:
    """A gate sent a contribution along one wire."""

    wire: Wire
    """The wire: its sender, receiver, upstream gradient, local gradient and contribution."""
    pattern: str
    """The pattern in backward flow; empty where it has no name."""
    rule: Reason
    """What the gate does to its upstream gradient."""
    here: tuple[Reason, ...]
    """What is to say of this send alone, for a document that has said the rule."""
    why: tuple[Reason, ...]
    """The rule and what is to say of this send."""
    notes: tuple[Remark, ...]
    """Conventions, warnings, reasons for zero, and how many contributions have arrived."""


@record(frozen=True, slots=True)
class Summed:
    """The contributions to a node were added up."""

    step: Step
    """The step; its node is the one that is used several times."""
    why: Reason
    """How often it is used."""
    here: tuple[Reason, ...]
    """That the contributions cancel, where they do."""


@record(frozen=True, slots=True)
class Updated:
    """An optimizer moved a parameter."""

    step: Step
    """The step; its node is the parameter."""
    update: Update
    """The parameter before and after, its gradient, and what the optimizer remembers."""
    rule: Reason
    """What the optimizer does."""
    here: tuple[Reason, ...]
    """The learning rate of the round, and of a large parameter one cell."""
    notes: tuple[Remark, ...]
    """What others do, and a parameter that is not finite or does not move."""


Fact: TypeAlias = "Started | Computed | Seeded | Sent | Summed | Updated"
"""What happened in a step."""
