"""Which gate sends next, of those that are ready on the way back."""

from __future__ import annotations

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.commands.quantities import node_of
from graphstep.debugger.facts import Fact, NotReady, ReadyGates, SameGradients, UnfitError, notice
from graphstep.debugger.parts import Edit
from graphstep.debugger.places import Refitted, carried_into, in_order
from graphstep.debugger.state import State
from graphstep.engine.agreement import agreement
from graphstep.engine.order import choices_of, ready_at, sending_order
from graphstep.engine.trace import Trace


def _ready(state: State, argument: Argument) -> Done:
    """List the gates that are ready, or let one of them go on next."""
    trace = state.trace
    n, ready = ready_at(trace, state.at)
    if not ready:
        raise UnfitError(notice("reply-none-ready"))
    if argument is None:
        return Done(state, (ReadyGates(n, ready),))
    gate = node_of(state, argument)
    if gate not in ready:
        raise UnfitError(NotReady(gate, ready))
    goes_next = notice("reply-next-gate", gate, step=str(n))
    if gate == ready[0]:
        return Done(state, (goes_next,))
    # What was chosen further on is no choice any more: other gates are ready there.
    choices = dict(choice for choice in choices_of(trace.program, trace.order or ()) if choice[0] < n)
    order = sending_order(trace.program, {**choices, n: gate})
    after = carried_into(state, Refitted(in_order(trace, order), None))
    marks = tuple(zip(state.marks, after.marks, strict=True))
    after = after.with_edit(Edit(state.place, after.place, marks, order=trace.setup.order))
    return Done(after, (goes_next, same_gradients(after.trace)))


def same_gradients(trace: Trace) -> SameGradients:
    """The comparison of a run with the same run in the usual order."""
    return SameGradients(agreement(in_order(trace, None), trace))


def _not_here(state: State) -> Fact | None:
    if state.frames:
        return notice("reply-order-inside")
    return notice("reply-order-round") if state.trace.updates else None


RULES = {"ready": Rule(_ready, _not_here)}
"""What the action on the order does."""
