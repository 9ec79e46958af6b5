"""Selecting a node, and asking for numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.debugger.commands import Done, Rule
from graphstep.debugger.facts import NoNode, NoWatches, Selected, Shown, UnfitError, Watched
from graphstep.debugger.watches import Quantity, read_quantity
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument
    from graphstep.debugger.facts import Fact
    from graphstep.debugger.state import State


def node_of(state: State, argument: Argument) -> int:
    """The node that an argument names, by number or by name, id or text; the selected or active one without an argument."""
    if argument is None:
        return state.subject
    if isinstance(argument, int):
        return argument
    node = names_of(state.trace.program).find(str(argument).strip())
    if node is None:
        raise UnfitError(NoNode(str(argument)))
    return node


def _select(state: State, node: int | None) -> Done:
    return Done(replace(state, selected=node), (Selected(node),))


def _select_at(state: State, argument: Argument) -> Done:
    return _select(state, node_of(state, argument))


def _next(state: State, _: Argument) -> Done:
    count = len(state.trace.program.nodes)
    return _select(state, 0 if state.selected is None else (state.selected + 1) % count)


def _previous(state: State, _: Argument) -> Done:
    count = len(state.trace.program.nodes)
    return _select(state, count - 1 if state.selected is None else (state.selected - 1) % count)


def _deselect(state: State, _: Argument) -> Done:
    return _select(state, None)


def _print(state: State, argument: Argument) -> Done:
    if argument is None or isinstance(argument, int):
        node = node_of(state, argument)
        return Done(state, (Shown(Quantity("", "node", node)),))
    return Done(state, (Shown(read_quantity(str(argument), state.trace.program)),))


def _watch(state: State, argument: Argument) -> Done:
    quantity = read_quantity(str(argument), state.trace.program)
    if quantity in state.watches:
        return Done(replace(state, watches=tuple(x for x in state.watches if x != quantity)), (Watched(quantity, False),))
    return Done(replace(state, watches=(*state.watches, quantity)), (Watched(quantity, True),))


def _none_watched(state: State) -> Fact | None:
    return None if state.watches else NoWatches()


def _unwatch(state: State, _: Argument) -> Done:
    return Done(replace(state, watches=()), tuple(Watched(quantity, False) for quantity in state.watches))


RULES = {
    "select": Rule(_select_at),
    "select_next": Rule(_next),
    "select_previous": Rule(_previous),
    "deselect": Rule(_deselect),
    "print": Rule(_print),
    "watch": Rule(_watch),
    "unwatch": Rule(_unwatch, _none_watched),
}
"""What the actions that look do."""
