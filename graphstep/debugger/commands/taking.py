"""Taking something away: a file, or the command that opens this step again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.debugger.commands import Done, Rule
from graphstep.debugger.effects import Copy, Write
from graphstep.debugger.places import closed
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument
    from graphstep.debugger.state import State


def _export(state: State, argument: Argument) -> Done:
    return Done(state, effects=(Write(str(argument)),))


def _copy(state: State, _: Argument) -> Done:
    trace, at = state.trace, state.at
    setup, levels = trace.setup.filled(trace.inputs), list(state.levels)
    # A command can open the program as typed, or folded, and no gate of it. What an option took apart, another cannot fold.
    folded = bool(levels) and levels[0].kind == "fold" and not setup.expand
    while len(levels) > folded:
        trace, at, _node = closed(trace, at, levels.pop())
    names = names_of(trace.program)
    # A condition may name a part of a gate that was opened: the program as typed has no such node.
    breaks = tuple(x.text for x in state.conditions if not x.node or names.find(x.node) is not None)
    setup = replace(setup, at=str(at), breaks=breaks, fold=setup.fold or folded)
    return Done(state, effects=(Copy(setup, len(state.levels) > folded),))


RULES = {"export": Rule(_export), "copy": Rule(_copy)}
"""What the actions that take something away do."""
