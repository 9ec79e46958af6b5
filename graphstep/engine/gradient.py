"""What a node knows of its gradient while contributions arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.ground.arrays import Number


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a node knows of its gradient at some step."""

    value: Number
    """The sum of the contributions so far; it has the shape of the node's value."""
    received: int
    """How many contributions have arrived."""
    expected: int
    """How many will arrive in all."""

    @property
    def complete(self) -> bool:
        """Whether this is the gradient and no longer a part of it."""
        return self.received == self.expected
