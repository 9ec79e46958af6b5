"""What the panes show of a state besides its run: the way into the gate that is open, the stops, and what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.debugger.state import State

_LABEL = 40
"""Characters of the expression of an opened gate in the title of its graph."""


def within(state: State) -> str:
    """The way into the gate that is open, and what it computes: ``f › p = sigmoid(x+y)``; empty where none is open."""
    if not state.frames and not state.within:
        return ""
    from graphstep.faces.replies import crumbs

    if not state.frames:
        return crumbs(state)
    caller = state.frames[-1]
    return f"{crumbs(state)} = {caller.trace.program.label(caller.node, _LABEL)}"


def stops(state: State) -> tuple[int, ...]:
    """The steps at which the run stops, those of a gate inside of which it does among them."""
    if not state.nodes and not state.conditions:
        return ()
    from graphstep.debugger.stops import inner_steps, stops_of

    steps = stops_of(state.trace, state.nodes, state.conditions)
    # What stops inside a gate is marked at the step of the gate.
    inside = {n for condition in state.conditions for n in inner_steps(state.trace, condition)}
    return tuple(sorted({*steps, *inside})) if inside else steps


def watched(state: State) -> tuple[str, ...]:
    """The lines that stand below every step."""
    if not state.watches:
        return ()
    from graphstep.faces.replies.quantities import quantity_lines

    return tuple(line for quantity in state.watches for line in quantity_lines(state, quantity))
