"""What a reply says of causes, and of what a node moves."""

from __future__ import annotations

from typing import Literal

from graphstep.debugger.facts.fact import AboutNode, Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class CausesOf(AboutNode):
    """The chain of causes of a node's gradient or value was asked for."""

    of: Literal["gradient", "value"]
    """Which of the two."""


@dataclass(frozen=True, slots=True)
class Began(Fact):
    """A step at which a number begins: it has no cause before it."""

    n: int
    """The step."""


@dataclass(frozen=True, slots=True)
class TangentsFrom(AboutNode):
    """Forward mode from a node was asked for."""

    cell: tuple[int, ...]
    """The cell of it that moves; empty for a number."""
