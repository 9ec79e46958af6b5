"""One step of a run."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from graphstep.engine.wires import Wire
from graphstep.ground.records import record

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.engine.update import Update
    from graphstep.ground.arrays import Number

Event = Literal["start", "value", "seed", "send", "sum", "update"]
"""What happens in a step."""

Phase = Literal["start", "forward", "backward", "update"]
"""The part of a run that a step belongs to; only a round of training has updates."""

_PHASES: dict[Event, Phase] = {"start": "start", "value": "forward", "update": "update"}


@record(frozen=True, slots=True, eq=False)
class Step:
    """One step of a run: a view of the trace's arrays."""

    trace: Trace = field(repr=False)
    """The run it belongs to."""
    n: int
    """Its number; 0 is the start."""
    event: Event
    """What happens."""
    node: int
    """The node that gets a value or (a part of) a gradient, or the parameter that is updated."""
    edge: int | None
    """The edge along which a contribution is sent; None unless the event is ``send``."""

    @property
    def phase(self) -> Phase:
        """The phase it belongs to."""
        return _PHASES.get(self.event, "backward")

    @property
    def value(self) -> Number:
        """The value of :attr:`node`, with which the run was made: a parameter's before its update."""
        return self.trace.value_of(self.node)

    @property
    def gradient(self) -> Number | None:
        """What has arrived of the gradient of :attr:`node` after this step; None while nothing has."""
        gradient = self.trace.gradient(self.node, self.n)
        return None if gradient is None else gradient.value

    @property
    def wire(self) -> Wire | None:
        """The wire along which a contribution is sent; None unless the event is ``send``."""
        return None if self.edge is None else Wire(self.trace, self.edge)

    @property
    def sender(self) -> int | None:
        """The gate that sends."""
        return None if self.edge is None else self.trace.plan.sender.item(self.edge)

    @property
    def slot(self) -> int | None:
        """The slot of the sender that reads :attr:`node`."""
        return None if (wire := self.wire) is None else wire.slot

    @property
    def upstream(self) -> Number | None:
        """The gradient of the sender, when the event is ``send``."""
        return None if (wire := self.wire) is None else wire.upstream

    @property
    def local(self) -> Number | None:
        """The sender's local gradient towards :attr:`node`, as :attr:`Wire.local` has it."""
        return None if (wire := self.wire) is None else wire.local

    @property
    def contribution(self) -> Number | None:
        """Upstream × local; for a structural gate the upstream gradient pulled back."""
        return None if (wire := self.wire) is None else wire.contribution

    @property
    def contributions(self) -> tuple[Number, ...]:
        """The contributions that a sum adds up, in the order of arrival; empty for other events."""
        if self.event != "sum":
            return ()
        return tuple(wire.contribution for wire in self.trace.arrivals(self.node))

    @property
    def update(self) -> Update | None:
        """The update of a parameter; None for other events."""
        return self.trace.updates[self.n - self.trace.last_backward_step - 1] if self.event == "update" else None
