"""Causes: the step that last changed a node, the cause of what a step made, and the whole chain to where it began."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.breakpoints import last_change
from graphstep.debugger.chains import next_cause
from graphstep.debugger.commands import Argument, Done, Rule, arrived
from graphstep.debugger.commands.quantities import node_of
from graphstep.debugger.facts import Began, CausesOf, Changed, Moved, NoNode, Unchanged, UnfitError
from graphstep.debugger.state import State, moved
from graphstep.debugger.watches import read_quantity
from graphstep.telling.names import names_of


def _last_change(state: State, argument: Argument) -> Done:
    node, step = node_of(state, argument), state.trace.step(state.at)
    if argument is None and step.event != "start" and step.node == node:
        # This step made it: who asks again wants the cause of that.
        return _cause(state)
    n = last_change(state.trace, node, state.at)
    if n is None:
        return Done(state, (Unchanged(node),))
    return Done(moved(state, n), (Moved(state.at, n), Changed(node, n)))


def _cause(state: State) -> Done:
    """Go to the cause of what the step on show made; a node that is selected gives way to the one that it is about."""
    after = next_cause(state)
    if after is None:
        return Done(state, (Began(),))
    node = after.trace.step(after.at).node
    selected = None if state.selected is None else node
    return Done(replace(after, selected=selected), (*arrived(state, after), Changed(node, after.at)))


def _causes(state: State, argument: Argument) -> Done:
    """The chain of what was named; else of the gradient of the node in question, or of its value before that is known."""
    trace = state.trace
    if isinstance(argument, str):
        quantity = read_quantity(argument, trace.program)
        # An expression of several nodes has no step that made it, and no name: it is refused like a node that there is not.
        node = names_of(trace.program).find(quantity.name) if quantity.name else None
        if node is None:
            raise UnfitError(NoNode(argument))
        return Done(state, (CausesOf(node, "value" if quantity.kind == "value" else "gradient"),))
    node = node_of(state, argument)
    return Done(state, (CausesOf(node, "value" if trace.gradient(node, state.at) is None else "gradient"),))


RULES = {"last_change": Rule(_last_change), "causes": Rule(_causes)}
"""What the actions on causes do."""
