"""Taking something away: a file, or the command that opens this step again."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.commands.breakpoints import conditions_in
from graphstep.debugger.conditions import Condition
from graphstep.debugger.effects import Copy, CopyRound, Write
from graphstep.debugger.frames import outermost, position_of
from graphstep.debugger.places import carried
from graphstep.debugger.state import State
from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError


def _export(state: State, argument: Argument) -> Done:
    return Done(state, effects=(Write(str(argument)),))


def _copy(state: State, _: Argument) -> Done:
    if state.round is not None:
        return Done(state, effects=(CopyRound(state.round),))
    setup, folding, outer = state.root.setup.filled(state.root.inputs), state.folding, outermost(state)
    # What an option took apart, another cannot fold.
    unfolds = folding is not None and setup.expand
    trace, at = outer.trace, position_of(state)
    if folding is not None and unfolds:
        trace = folding.trace
        at = str(carried(outer.trace, outer.at, trace, folding.outward))
    breaks = tuple(condition.text for condition in state.conditions if _stands_in(trace, condition))
    setup = replace(setup, at=at, breaks=breaks, fold=setup.fold or (folding is not None and not unfolds))
    return Done(state, effects=(Copy(setup, unfolds, "" if state.saved is None else state.saved.name),))


def _stands_in(trace: Trace, condition: Condition) -> bool:
    """Whether a condition can be read for a run, in which other gates may be folded."""
    try:
        conditions_in(State(trace), condition.text)
    except InputError:
        return False
    return True


RULES = {"export": Rule(_export), "copy": Rule(_copy)}
"""What the actions that take something away do."""
