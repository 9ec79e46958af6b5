"""What a reply says of inputs that have other values."""

from __future__ import annotations

from graphstep.debugger.facts.fact import AboutCell, AboutNode, Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class NoInputs(Fact):
    """The program has no inputs."""


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
class NothingToUndo(Fact):
    """No edit is left that could be undone."""


@dataclass(frozen=True, slots=True)
class Nudged(AboutCell):
    """An input, or a cell of it, was moved a little."""

    first: bool
    """Whether it is the first cell because none was chosen."""


@dataclass(frozen=True, slots=True)
class CannotNudge(AboutCell):
    """A value is too large to be moved a little, or not finite."""


@dataclass(frozen=True, slots=True)
class NoCells(AboutNode):
    """An array has no cells."""


@dataclass(frozen=True, slots=True)
class NoGradient(AboutNode):
    """A node has no gradient: it is data or a constant."""
