"""Breakpoints: at a node, or on a condition; and going on to the next one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from graphstep.debugger.commands import Done, Rule
from graphstep.debugger.commands.looking import node_of
from graphstep.debugger.conditions import CONDITION_WORDS, read_conditions
from graphstep.debugger.facts import (
    BreakGone,
    BreaksCleared,
    BreakSet,
    ConditionsSet,
    Held,
    Moved,
    NoBreakpoints,
    NoneFurther,
    UnfitError,
)
from graphstep.debugger.state import moved
from graphstep.debugger.stops import hit_at, stops_of
from graphstep.language.read.tokens import NAME

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument
    from graphstep.debugger.facts import Fact
    from graphstep.debugger.state import State


def _none_set(state: State) -> Fact | None:
    return None if state.nodes or state.conditions else NoBreakpoints()


def _further(state: State, way: Literal[1, -1]) -> int | None:
    """The next step on a side that a breakpoint stops at."""
    steps = stops_of(state.trace, state.nodes, state.conditions)
    place = bisect_right(steps, state.at) if way > 0 else bisect_left(steps, state.at) - 1
    return steps[place] if 0 <= place < len(steps) else None


def _none_behind(state: State) -> Fact | None:
    return _none_set(state) or (NoneFurther(1) if _further(state, 1) is None else None)


def _none_before(state: State) -> Fact | None:
    return _none_set(state) or (NoneFurther(-1) if _further(state, -1) is None else None)


def _go(state: State, way: Literal[1, -1]) -> Done:
    n = _further(state, way)
    assert n is not None, "it is refused where there is none"
    after = moved(state, n)
    if after.at != n:
        return Done(after, (Moved(state.at, after.at), Held(after.at)))
    return Done(after, (Moved(state.at, n),), hit=hit_at(state.trace, state.nodes, state.conditions, n))


def _continue(state: State, _: Argument) -> Done:
    return _go(state, 1)


def _continue_back(state: State, _: Argument) -> Done:
    return _go(state, -1)


def _break_at(state: State, argument: Argument) -> Done:
    try:
        node = node_of(state, argument)
    except UnfitError:
        # What is no name may be a condition, which comes to those that there are.
        text = str(argument).strip()
        if re.fullmatch(NAME, text) and text not in CONDITION_WORDS:
            raise
        return _break_on(state, "; ".join([*(x.text for x in state.conditions), text]))
    if node in state.nodes:
        return Done(replace(state, nodes=tuple(x for x in state.nodes if x != node)), (BreakGone(node),))
    return Done(replace(state, nodes=tuple(sorted((*state.nodes, node)))), (BreakSet(node),))


def _break_on(state: State, argument: Argument) -> Done:
    conditions = tuple(dict.fromkeys(read_conditions(str(argument), state.trace.program)))
    count = len(stops_of(state.trace, (), conditions))
    return Done(replace(state, conditions=conditions), (ConditionsSet(conditions, count),))


def _clear(state: State, _: Argument) -> Done:
    return Done(replace(state, nodes=(), conditions=()), (BreaksCleared(),))


RULES = {
    "continue": Rule(_continue, _none_behind),
    "continue_back": Rule(_continue_back, _none_before),
    "break_at": Rule(_break_at),
    "break_on": Rule(_break_on),
    "clear": Rule(_clear, _none_set),
}
"""What the actions on breakpoints do."""
