"""Selecting a node, and asking for numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.effects import Leave
from graphstep.debugger.facts import (
    Candidates,
    Cells,
    Fact,
    Inspected,
    NoCell,
    NoNode,
    Notice,
    Selected,
    Shown,
    UnfitError,
    notice,
)
from graphstep.debugger.frames import closed
from graphstep.debugger.parts import Quantity
from graphstep.debugger.search import search
from graphstep.debugger.state import State, without_question
from graphstep.debugger.watches import read_quantity
from graphstep.telling.names import names_of

# ``W[0, 1]``. A node may be called so itself, as an expression of its own: that is asked first.
# At most fifteen digits: int() refuses some thousands of them, and no axis is that long.
_CELL = re.compile(r"(?P<node>.+)\[(?P<cell> *\d{1,15} *(?:, *\d{1,15} *)*)\]\s*", re.ASCII)


def node_of(state: State, argument: Argument) -> int:
    """The node that an argument names, by number or by name, id or text; the selected or active one without an argument."""
    if argument is None:
        return state.subject
    if isinstance(argument, int):
        return argument
    node = _names(state, str(argument))
    if node is None:
        raise UnfitError(NoNode(str(argument)))
    return node


def _select(state: State, node: int | None) -> Done:
    return Done(replace(state, selected=node), (Selected(node),))


def _select_at(state: State, argument: Argument) -> Done:
    return _select(state, node_of(state, argument))


def _select_beside(state: State, _: Argument, way: int) -> Done:
    # Before the first node, and behind the last, is none: from there the way leads to the first, or to the last.
    before = state.selected if state.selected is not None else -1 if way > 0 else 0
    return _select(state, (before + way) % len(state.trace.program.nodes))


def _deselect(state: State, _: Argument) -> Done:
    if state.score is not None and state.score.tries is not None:
        # The question before the next step stands in the way: it is dropped first.
        return Done(without_question(state))
    if state.selected is None and not state.frames and state.round is not None:
        return Done(state, effects=(Leave(),))
    return _select(state, None)


def _print(state: State, argument: Argument) -> Done:
    if argument is None or isinstance(argument, int):
        return Done(state, (Inspected(node_of(state, argument)),))
    return Done(state, (Shown(quantity_in(state, str(argument))),))


def _watch(state: State, argument: Argument) -> Done:
    quantity = quantity_in(state, str(argument))
    if quantity in state.watches:
        return Done(replace(state, watches=tuple(x for x in state.watches if x != quantity)), (_unwatched(quantity),))
    return Done(replace(state, watches=(*state.watches, quantity)), (notice("reply-watched", text=quantity.text),))


def _unwatched(quantity: Quantity) -> Notice:
    return notice("reply-unwatched", text=quantity.text)


def quantity_in(state: State, text: str) -> Quantity:
    """The quantity that a text names inside an opened gate, or else around it."""
    try:
        return read_quantity(text, state.trace.program)
    except UnfitError:
        if not state.frames:
            raise
        return quantity_in(closed(state), text)


def _none_watched(state: State) -> Fact | None:
    return None if state.watches else notice("reply-no-watches")


def _unwatch(state: State, _: Argument) -> Done:
    return Done(replace(state, watches=()), tuple(map(_unwatched, state.watches)))


def _find(state: State, argument: Argument) -> Done:
    text = str(argument)
    return Done(state, (Candidates(text, tuple(search(state.trace, text))),))


def _data(state: State, argument: Argument) -> Done:
    """All cells of a node, or one of them, which is looked at from then on."""
    if isinstance(argument, tuple):
        node, cell = argument[0], argument[1:]
    # x[0] may be a node of the program, which is meant then.
    elif isinstance(argument, str) and (match := _CELL.fullmatch(argument)) and _names(state, argument) is None:
        node, cell = node_of(state, match["node"]), tuple(int(i) for i in match["cell"].split(","))
    else:
        return Done(state, (Cells(node_of(state, argument), None),))
    shape = state.trace.node(node).shape
    if len(cell) != len(shape) or any(not 0 <= i < length for i, length in zip(cell, shape, strict=True)):
        raise UnfitError(NoCell(node, ", ".join(map(str, cell))))
    return Done(state.with_cell(node, cell), (Cells(node, cell),))


def _names(state: State, text: str) -> int | None:
    return names_of(state.trace.program).find(text.strip())


RULES = {
    "find": Rule(_find),
    "data": Rule(_data),
    "select": Rule(_select_at),
    "select_next": Rule(partial(_select_beside, way=1)),
    "select_previous": Rule(partial(_select_beside, way=-1)),
    "deselect": Rule(_deselect),
    "print": Rule(_print),
    "watch": Rule(_watch),
    "unwatch": Rule(_unwatch, _none_watched),
}
"""What the actions that look do."""
