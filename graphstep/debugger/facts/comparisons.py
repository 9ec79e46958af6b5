"""What a reply says of other runs to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.facts.fact import Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.parts import Base


@dataclass(frozen=True, slots=True)
class Compared(Fact):
    """The comparison with another run was asked for."""

    base: Base
    """The other run."""


@dataclass(frozen=True, slots=True)
class NothingToCompare(Fact):
    """The run has not been edited, and none was saved; or not the one that was asked for."""
