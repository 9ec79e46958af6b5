"""One step of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graphstep.trace.trace import Trace

Event = Literal["start", "value", "seed", "send", "sum"]
"""What happens in a step."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a run: a view of the trace's arrays."""

    trace: Trace
    """The run it belongs to."""
    n: int
    """Its number; 0 is the start."""
    event: Event
    """What happens."""
    node: int
    """The node that gets a value or (a part of) a gradient."""
    edge: int | None
    """The edge along which a contribution is sent; None unless the event is ``send``."""

    @property
    def phase(self) -> Literal["start", "forward", "backward"]:
        """The phase it belongs to."""
        return "start" if self.event == "start" else "forward" if self.event == "value" else "backward"

    @property
    def value(self) -> float:
        """The value of :attr:`node`."""
        return float(self.trace.values[self.node])

    @property
    def gradient(self) -> float | None:
        """What has arrived of the gradient of :attr:`node` after this step; None while nothing has."""
        known = self.trace.gradient(self.node, self.n)
        return None if known is None else known.value

    @property
    def sender(self) -> int | None:
        """The gate that sends."""
        return None if self.edge is None else int(self.trace.plan.sender[self.edge])

    @property
    def slot(self) -> int | None:
        """The slot of the sender that reads :attr:`node`."""
        return None if self.edge is None else int(self.trace.plan.slot[self.edge])

    @property
    def upstream(self) -> float | None:
        """The gradient of the sender, when the event is ``send``."""
        return None if self.edge is None else float(self.trace.gradients[self.trace.plan.sender[self.edge]])

    @property
    def local(self) -> float | None:
        """The sender's local gradient towards :attr:`node`."""
        return None if self.edge is None else float(self.trace.locals[self.edge])

    @property
    def contribution(self) -> float | None:
        """Upstream × local."""
        return None if self.edge is None else float(self.trace.contributions[self.edge])

    @property
    def contributions(self) -> tuple[float, ...]:
        """What a sum adds up, in the order of arrival; empty for other events."""
        if self.event != "sum":
            return ()
        return tuple(float(self.trace.contributions[e]) for e in self.trace.plan.arrivals[self.node])
