"""What a reply says of wires that are cut."""

from __future__ import annotations

from graphstep.debugger.facts.fact import AboutText, Fact
from graphstep.ground.records import dataclass


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
class CutElsewhere(Fact):
    """A wire is cut in the program itself, and not inside a gate or in a round."""

    inside: bool
    """Whether it was asked for inside a gate; otherwise in a round."""
