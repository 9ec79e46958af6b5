"""Breakpoints: at a node, or on a condition; and going on to the next one."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Literal

from graphstep.debugger.commands import Argument, Done, Rule, arrived
from graphstep.debugger.commands.quantities import node_of
from graphstep.debugger.conditions import CONDITION_WORDS, Condition, read_conditions
from graphstep.debugger.facts import ConditionsSet, Fact, Held, UnfitError, notice
from graphstep.debugger.frames import closed, frame_of
from graphstep.debugger.state import State
from graphstep.debugger.stops import count_of, hit_at, named_gates, next_stop
from graphstep.ground.errors import InputError
from graphstep.language.read.token import NAME


def _none_set(state: State) -> Fact | None:
    around = any(caller.place.nodes for caller in state.frames) or any(shelf.nodes for shelf in state.shelves)
    return None if state.nodes or state.conditions or around else notice("reply-no-breakpoints")


def _none_that_way(state: State, way: Literal[1, -1]) -> Fact | None:
    if (none := _none_set(state)) is not None or next_stop(state, way) is not None:
        return none
    return notice("reply-none-after" if way > 0 else "reply-none-before")


def _continue(state: State, _: Argument, way: Literal[1, -1]) -> Done:
    after = next_stop(state, way)
    assert after is not None, "it is refused where there is none"
    return stopped(state, after)


def stopped(state: State, after: State) -> Done:
    """A move from a state to one at which a breakpoint stops."""
    facts = arrived(state, after)
    hit = hit_at(after.trace, after.nodes, after.conditions, after.at)
    if not (hit.nodes or hit.conditions):
        return Done(after, (*facts, Held()))
    return Done(after, facts, hit=hit)


def _break_at(state: State, argument: Argument) -> Done:
    try:
        node = node_of(state, argument)
    except UnfitError:
        # What is no name may be a condition, which comes to those that there are.
        text = str(argument).strip()
        if re.fullmatch(rf"{NAME}(\.\w+)*", text) and text not in CONDITION_WORDS:
            raise
        return _with_conditions(state, (*state.conditions, *conditions_in(state, text)))
    if node in state.nodes:
        return Done(replace(state, nodes=tuple(x for x in state.nodes if x != node)), (notice("reply-break-gone", node),))
    return Done(replace(state, nodes=tuple(sorted((*state.nodes, node)))), (notice("reply-break-set", node),))


def _break_on(state: State, argument: Argument) -> Done:
    return _with_conditions(state, conditions_in(state, str(argument)))


def conditions_in(state: State, text: str) -> tuple[Condition, ...]:
    """The conditions in a text. Each names nodes of the run on show, of a closed gate in it, or else around it.

    Raises as :func:`read_conditions`.
    """
    try:
        return read_conditions(text, state.trace.program)
    # Together first, since most conditions are of one run; then one by one, each in the first run that has its nodes: this one, a
    # gate in it, then the one around.
    except InputError:
        first, semicolon, others = text.partition(";")
        if semicolon:
            return (*conditions_in(state, first), *conditions_in(state, others))
        for gate in named_gates(state.trace, text):
            try:
                return conditions_in(State(frame_of(state.trace, gate)), text)
            except InputError:
                continue
        if not state.frames:
            raise
        return conditions_in(closed(state), text)


def _with_conditions(state: State, conditions: tuple[Condition, ...]) -> Done:
    conditions = tuple(dict.fromkeys(conditions))
    return Done(replace(state, conditions=conditions), (ConditionsSet(conditions, count_of(state, conditions)),))


def _clear(state: State, _: Argument) -> Done:
    frames = tuple(replace(caller, place=replace(caller.place, nodes=())) for caller in state.frames)
    # A shelf holds the cells that were looked at too: it stays for these.
    shelves = tuple(replace(shelf, nodes=()) for shelf in state.shelves if shelf.cells)
    return Done(replace(state, nodes=(), conditions=(), frames=frames, shelves=shelves), (notice("reply-breaks-cleared"),))


RULES = {
    "continue": Rule(partial(_continue, way=1), partial(_none_that_way, way=1)),
    "continue_back": Rule(partial(_continue, way=-1), partial(_none_that_way, way=-1)),
    "break_at": Rule(_break_at),
    "break_on": Rule(_break_on),
    "clear": Rule(_clear, _none_set),
}
"""What the actions on breakpoints do."""
