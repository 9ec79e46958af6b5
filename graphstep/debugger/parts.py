"""What a state is made of: places, marks, edits, open gates, runs beside. Plain data that nobody changes, and no command."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, get_args

from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.analysis.compare import Snapshot
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

Base = Literal["saved", "before", "opened"]
"""A saved run, the run before the last edit, and the run before all edits."""

BASES: tuple[Base, ...] = get_args(Base)
"""All of them."""

Kind = Literal["node", "value", "gradient", "expression"]
"""The value and the gradient of a node, one of the two, or an expression of such."""


@dataclass(frozen=True, eq=False, slots=True)
class Inputs:
    """Values for some inputs, and what was typed for them."""

    values: Mapping[str, Number]
    """The values by name."""
    texts: Mapping[str, str | None] = field(default_factory=dict)
    """What was typed for them, by name; None for a value that was not typed."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inputs) and self.texts == other.texts and same_values(self.values, other.values)

    def __hash__(self) -> int:
        # Arrays have no hash; inputs that are equal have the same names, and that is all a hash has to keep.
        return hash(tuple(self.values))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the user is among the nodes and steps of a program."""

    at: int
    """The number of the step."""
    selected: int | None
    """The node that is selected."""
    nodes: tuple[int, ...]
    """The nodes with a breakpoint."""
    cells: tuple[tuple[int, tuple[int, ...]], ...]
    """By node the cell that was looked at last."""
    within: int = 0
    """The call or turn that is open."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place with a letter."""

    name: str
    """The letter."""
    at: int
    """The step of the whole program."""
    inside: tuple[tuple[int, int], ...] = ()
    """The gates that are opened there, from the outside in, each with the step inside it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of the inputs, a cut, or another order, that can be undone."""

    place: Place
    """Where the user was before it."""
    end: Place
    """Where it left the user: whoever is still there comes back to :attr:`place`, also where nodes have moved."""
    marks: tuple[tuple[Mark, Mark], ...] = ()
    """Where nodes have moved, the marks as they were, each with where it was left."""
    inputs: Inputs = field(default_factory=lambda: Inputs({}))
    """The inputs that it changed, as they were."""
    program: tuple[str, str] | None = None
    """Where it cut a wire, the text of the program before, and how that was typed; None for an edit of inputs."""
    order: tuple[str, ...] | None = None
    """Where it let another gate go on, the choices before, as :attr:`Setup.order` has them; None otherwise."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The breakpoints and cells inside a gate that is closed, for when it is opened again."""

    path: tuple[int, ...]
    """The gate, behind those around it, from the outside in."""
    nodes: tuple[int, ...]
    """The nodes with a breakpoint."""
    cells: tuple[tuple[int, tuple[int, ...]], ...]
    """By node the cell that was looked at last."""


@dataclass(frozen=True, eq=False, slots=True)
class Caller:
    """The place around an opened gate, to which closing it returns."""

    trace: Trace
    """The run around it."""
    node: int
    """The gate."""
    place: Place
    """Where the user was there."""

    def __eq__(self, other: object) -> bool:
        # The runs follow from the outermost one, which is compared, and the gates.
        return isinstance(other, Caller) and (self.node, self.place) == (other.node, other.place)

    def __hash__(self) -> int:
        return hash((self.node, self.place))

    @property
    def computes(self) -> int:
        """The step that computes the gate: the forward pass inside is this step in small."""
        return self.trace.step_of_value(self.node)

    @property
    def sends(self) -> bool:
        """Whether the gradient of the gate is complete at this place, so that the backward pass inside can be walked."""
        complete = self.trace.step_of_gradient(self.node)
        return complete is not None and self.place.at >= complete

    @property
    def after(self) -> int:
        """The step around it that follows from walking through the frame."""
        sent = self.trace.sends(self.node)
        return max(self.place.at, sent[-1].step if self.sends and sent else self.computes)

    @property
    def before(self) -> int:
        """The step around it that is before all that happens in the frame."""
        return min(self.place.at, self.computes - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """What was on show before typed parts were made composite gates: enough to go back."""

    trace: Trace
    """The run before."""
    where: tuple[int | None, ...]
    """For each of its nodes the node of the same value in the program after."""

    def __eq__(self, other: object) -> bool:
        # The run before is that of the program as it was opened, with the inputs of the run on show: it follows from there.
        return isinstance(other, Folding) and self.where == other.where

    def __hash__(self) -> int:
        return hash(self.where)

    def inward(self, index: int) -> int:
        """The node after for a node before; for one that was folded away, the gate that it is now inside."""
        # Parts stand before what is made of them: the first node from here on that is left is the gate that they went into.
        return next((inner for inner in self.where[index:] if inner is not None), index)

    def outward(self, index: int) -> int:
        """The node before of the same value as a node after."""
        return max((before for before, after in enumerate(self.where) if after == index), default=len(self.where) - 1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of the run at a step: of one node, or computed from several."""

    text: str
    """As it was typed."""
    kind: Kind
    """What it is."""
    name: str = ""
    """The name, id or text of the node, which is looked up inside an opened gate first and then around it; empty for an
    expression."""


@dataclass(frozen=True, eq=False, slots=True)
class Saved:
    """A run that was read from elsewhere, to compare with."""

    name: str
    """What was typed for it: a file, or a program."""
    snapshot: Snapshot
    """Its nodes."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Saved) or self.name != other.name:
            return False
        mine, theirs = self.snapshot, other.snapshot
        return len(mine.nodes) == len(theirs.nodes) and all(
            (a.name, a.label) == (b.name, b.label)
            and same_value(a.value, b.value)
            and (a.gradient is None) == (b.gradient is None)
            and (a.gradient is None or b.gradient is None or same_value(a.gradient, b.gradient))
            for a, b in zip(mine.nodes, theirs.nodes, strict=True)
        )

    def __hash__(self) -> int:
        return hash((self.name, len(self.snapshot.nodes)))


def same_value(one: Number, other: Number) -> bool:
    """Whether two values are equal in every cell, nan and nan among them."""
    return np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)


def same_values(one: Mapping[str, Number], other: Mapping[str, Number]) -> bool:
    """Whether two tables of values have the same names in the same order, and equal values."""
    return list(one) == list(other) and all(same_value(value, other[name]) for name, value in one.items())
