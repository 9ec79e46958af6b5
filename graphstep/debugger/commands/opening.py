"""Opening composite gates into their parts and folding typed ones, without losing the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.commands import Done, Rule
from graphstep.debugger.commands.looking import node_of
from graphstep.debugger.facts import Closed, Folded, NoComposite, NothingOpen, NothingToFold, Opened, UnfitError, Unfolded
from graphstep.debugger.places import Level, carried, closed, rewritten
from graphstep.gates import GATES
from graphstep.language import rewrite

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument
    from graphstep.debugger.facts import Fact
    from graphstep.debugger.state import State
    from graphstep.language.rewrite import Rewritten


def _into(state: State, argument: Argument) -> Done:
    wanted = (state.selected, state.trace.gate_at(state.at)) if argument is None else (node_of(state, argument),)
    node = next((x for x in wanted if x is not None and _is_composite(state, x)), None)
    if node is None:
        raise UnfitError(NoComposite())
    after = _entered(state, rewrite.expand(state.trace.program, only=(node,)), "into", node)
    return Done(after, (Opened(node),))


def _is_composite(state: State, index: int) -> bool:
    name = state.trace.node(index).gate
    return name is not None and bool(GATES[name].expansion)


def _nothing_open(state: State) -> Fact | None:
    return None if state.levels else NothingOpen()


def _out(state: State, _: Argument) -> Done:
    return Done(_left(state), (Closed(),))


def _fold(state: State, _: Argument) -> Done:
    if state.levels and state.levels[-1].kind == "fold":
        return Done(_left(state), (Unfolded(),))
    folded = rewrite.fold(state.trace.program)
    fewer = len(folded.where) - len(folded.program.nodes)
    if not fewer:
        raise UnfitError(NothingToFold())
    return Done(_entered(state, folded, "fold"), (Folded(fewer),))


def _entered(state: State, rewriting: Rewritten, kind: str, node: int | None = None) -> State:
    old = state.trace
    # The parts of a gate on arrays get their shapes, and perhaps copies: the nodes move once more.
    outcome = rewritten(old, rewriting)
    level = Level("fold" if kind == "fold" else "into", old, outcome.where or rewriting.where, node)
    at = carried(old, state.at, outcome.trace, level.inward, level.parts)
    return state.carried_to(outcome.trace, at, level.inward, levels=(*state.levels, level))


def _left(state: State) -> State:
    trace, at, node = closed(state.trace, state.at, state.levels[-1])
    return state.carried_to(trace, at, node, levels=state.levels[:-1])


RULES = {"into": Rule(_into), "out": Rule(_out, _nothing_open), "fold": Rule(_fold)}
"""What the actions that open and fold do."""
