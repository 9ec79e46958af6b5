"""What a reply says of the order in which gates send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.facts.fact import Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.engine.order import Agreement


@dataclass(frozen=True, slots=True)
class ReadyGates(Fact):
    """The gates that may be next were asked for."""

    n: int
    """The step behind which they are ready."""
    gates: tuple[int, ...]
    """The gates, the one that is next first."""


@dataclass(frozen=True, slots=True)
class NoneReady(Fact):
    """No gate is ready: it is before the backward pass, or at its end."""


@dataclass(frozen=True, slots=True)
class NotReady(Fact):
    """A gate is not ready."""

    node: int
    """The gate."""
    gates: tuple[int, ...]
    """Those that are."""


@dataclass(frozen=True, slots=True)
class NextGate(Fact):
    """A gate goes on next."""

    gate: int
    """The gate."""
    n: int
    """The step behind which it does."""


@dataclass(frozen=True, slots=True)
class SameGradients(Fact):
    """The gradients were compared with those in the usual order."""

    agreement: Agreement
    """How far they are apart."""


@dataclass(frozen=True, slots=True)
class OrderUndone(Fact):
    """Gates send in the order of before."""


@dataclass(frozen=True, slots=True)
class OrderElsewhere(Fact):
    """The order is chosen in the program itself, and not inside a gate or in a round."""

    inside: bool
    """Whether it was asked for inside a gate; otherwise in a round."""
