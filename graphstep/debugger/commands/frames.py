"""Opening composite gates as frames over their parts, and folding typed ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphstep.debugger.calls import closed_once, opened_call
from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.commands.quantities import node_of
from graphstep.debugger.effects import Leave
from graphstep.debugger.facts import (
    CallClosed,
    CallOpened,
    Fact,
    Held,
    Moved,
    NoComposite,
    Opened,
    UnfitError,
    notice,
)
from graphstep.debugger.frames import closed, frame_name, opened, outermost
from graphstep.debugger.parts import Folding, Mark
from graphstep.debugger.places import carried, rewritten
from graphstep.debugger.prominence import to_open
from graphstep.debugger.state import State
from graphstep.engine.trace import Trace
from graphstep.language import rewrite


def _into(state: State, argument: Argument) -> Done:
    gate, call = to_open(state, None if argument is None else node_of(state, argument))
    if call:
        return _moved(state, opened_call(state, call), CallOpened(call))
    if gate is None:
        raise UnfitError(NoComposite())
    if not state.frames and state.trace.step_of_value(gate) > state.last:
        # Its parts would tell what the lesson asks for.
        raise UnfitError(Held())
    return Done(opened(state, gate), (Opened(gate),))


def _moved(before: State, after: State, fact: Fact) -> Done:
    return Done(after, (fact,) if after.at == before.at else (fact, Moved(before.at, after.at)))


def _nothing_open(state: State) -> Fact | None:
    return None if state.frames or state.within or state.round is not None else notice("reply-nothing-open")


def _out(state: State, _: Argument) -> Done:
    if state.within:
        return _moved(state, closed_once(state), CallClosed(state.within))
    if not state.frames:
        return Done(state, effects=(Leave(),))
    return Done(closed(state), (notice("reply-closed", frame=frame_name(state.frames[-1])),))


def _fold(state: State, _: Argument) -> Done:
    # It is the whole program that is folded.
    state = outermost(state)
    old = state.trace
    if state.folding is not None:
        before, node = state.folding.trace, state.folding.outward
        after = state.carried_to(before, carried(old, state.at, before, node), node, folding=None)
        return Done(_kept(state, after, node), (notice("reply-unfolded"),))
    folded = rewrite.fold(old.program)
    # where has an entry for each node before: what is not there any more became a part of a gate.
    fewer = len(folded.where) - len(folded.program.nodes)
    if not fewer:
        raise UnfitError(notice("reply-nothing-to-fold"))
    outcome = rewritten(old, folded)
    folding = Folding(old, outcome.where or folded.where)
    at = carried(old, state.at, outcome.trace, folding.inward)
    after = state.carried_to(outcome.trace, at, folding.inward, folding=folding)
    return Done(_kept(state, after, folding.inward), (notice("reply-folded", count=fewer),))


def _kept(before: State, after: State, node: Callable[[int], int]) -> State:
    """The state after a folding with its marks, and with what is set inside of gates, where it has these gates too."""
    old, new = before.trace, after.trace
    shelves = []
    for shelf in before.shelves:
        gate = node(shelf.path[0])
        # What was set inside a gate means nothing inside another: it is dropped with a gate that a folding takes away.
        if new.node(gate).gate == old.node(shelf.path[0]).gate:
            shelves.append(replace(shelf, path=(gate, *shelf.path[1:])))
    return replace(after, shelves=tuple(shelves), marks=tuple(_kept_mark(mark, old, new, node) for mark in before.marks))


def _kept_mark(mark: Mark, old: Trace, new: Trace, node: Callable[[int], int]) -> Mark:
    """A mark after a folding; around a gate that is not there any more."""
    at, inside = carried(old, mark.at, new, node), mark.inside
    if inside:
        gate = node(inside[0][0])
        same = new.node(gate).gate == old.node(inside[0][0]).gate
        inside = ((gate, inside[0][1]), *inside[1:]) if same else ()
    return Mark(mark.name, at, inside)


RULES = {"into": Rule(_into), "out": Rule(_out, _nothing_open), "fold": Rule(_fold)}
"""What the actions that open and fold do."""
