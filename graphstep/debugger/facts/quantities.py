"""What a reply says of values, gradients and their cells, of paths and Jacobians."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.facts.fact import AboutNode, Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.parts import Quantity
    from graphstep.debugger.search import Candidate


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
    """No quantity is watched."""


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
class NoEdges(AboutNode):
    """No gradient is sent along an edge at a node."""
