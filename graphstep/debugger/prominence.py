"""What matters at a place beside what always does: the actions that a line of keys has no room for everywhere."""

from __future__ import annotations

from graphstep.debugger.calls import call_of_node
from graphstep.debugger.state import State
from graphstep.engine.calls import closed_at
from graphstep.language.frames import is_composite


def prominent(state: State) -> tuple[str, ...]:
    """The actions that matter here, the most important first.

    What is open can be left, what is at hand can be opened, a breakpoint is there to be reached, a selected input to be nudged.
    """
    root = state.root.program
    inside = bool(state.frames or state.within or state.round is not None)
    opens = any(to_open(state))
    stops = bool(state.nodes or state.conditions or any(shelf.nodes for shelf in state.shelves))
    nudges = not state.frames and state.selected is not None and state.selected < root.first_gate
    matters = {"out": inside, "into": opens, "continue": stops, "more": nudges}
    return tuple(action for action, here in matters.items() if here)


def to_open(state: State, node: int | None = None) -> tuple[int | None, int]:
    """The composite gate, None for none, or else the call or turn, 0 for none, that is opened at a place.

    It is that of a node; without one what is selected or at work, or what the next step would go over.
    """
    trace = state.trace
    if node is None:
        following = min(state.at + 1, state.last)
        wanted = [(state.selected, call_of_node(state, state.selected))]
        wanted += [(trace.gate_at(n), closed_at(trace, n, state.within)) for n in (state.at, following)]
    else:
        wanted = [(node, call_of_node(state, node))]
    # In the order of what a person means by "into": what is selected, what is at work, what the next step would pass over.
    for gate, call in wanted:
        if call:
            return None, call
        if gate is not None and is_composite(trace.node(gate)):
            return gate, 0
    return None, 0
