"""What SymPy makes of the program."""

from __future__ import annotations

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.effects import EVERY, Rewrite
from graphstep.debugger.facts import Fact, NoForm, UnfitError, notice
from graphstep.debugger.state import State
from graphstep.language.setup import FORMS


def _no_text(state: State) -> Fact | None:
    program = state.root.program
    if program.origin is not None:
        return notice("reply-rewrite-python")
    return None if program.of_numbers else notice("reply-rewrite-arrays")


def _rewrite(state: State, argument: Argument) -> Done:
    kind = str(argument).strip()
    if kind not in (*FORMS, EVERY):
        raise UnfitError(NoForm(kind))
    return Done(state, effects=(Rewrite(kind),))


RULES = {"rewrite": Rule(_rewrite, _no_text)}
"""What the action that rewrites does."""
