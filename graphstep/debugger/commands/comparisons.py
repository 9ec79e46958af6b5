"""Comparing the run with another one: the one before an edit, or one that was saved."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.comparisons import bases_of
from graphstep.debugger.effects import ReadRun
from graphstep.debugger.facts import Compared, UnfitError, notice
from graphstep.debugger.parts import BASES, Saved
from graphstep.debugger.state import State


def _compare(state: State, argument: Argument) -> Done:
    """Compare with what is named, or with what is meant most likely; what is not at hand yet a face has to read."""
    if isinstance(argument, Saved):
        return Done(replace(state, saved=argument), (Compared("saved"),))
    bases = bases_of(state)
    if argument is None:
        if not bases:
            raise UnfitError(notice("reply-nothing-to-compare"))
        return Done(state, (Compared(bases[0]),))
    text = str(argument).strip()
    base = next((base for base in BASES if base == text), None)
    if base is None:
        return Done(state, effects=(ReadRun(text),))
    # With a single edit the run before it is the run as it was opened.
    base = "before" if base == "opened" and len(state.past) == 1 else base
    if base not in bases:
        raise UnfitError(notice("reply-nothing-to-compare"))
    return Done(state, (Compared(base),))


RULES = {"compare": Rule(_compare)}
"""What the action that compares does."""
