"""Marking a place with a letter, and going back there."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule, arrived
from graphstep.debugger.facts import Fact, Held, MarkList, NoLetter, NoMark, UnfitError, notice
from graphstep.debugger.marks import LAST, at_mark, mark_here, position_text, with_mark, without_mark
from graphstep.debugger.state import State


def _set(state: State, argument: Argument) -> Done:
    """Mark this place; a mark that is set where it is already is taken away."""
    name = str(argument).strip()
    if len(name) != 1 or not name.isalpha():
        raise UnfitError(NoLetter(name))
    mark = mark_here(state, name)
    if mark in state.marks:
        return Done(replace(state, marks=without_mark(state.marks, name)), (notice("reply-mark-gone", letter=name),))
    fact = notice("reply-mark-set", letter=name, position=position_text(state, mark))
    return Done(replace(state, marks=with_mark(state.marks, mark)), (fact,))


def _go(state: State, argument: Argument) -> Done:
    name = str(argument).strip()
    mark = next((mark for mark in state.marks if mark.name == name), None)
    if mark is None:
        raise UnfitError(NoMark(name))
    # As '' in vi: each jump marks the place where it began, so that a second one leads back there.
    here = mark_here(state, LAST)
    after = replace(at_mark(state, mark), marks=with_mark(state.marks, here))
    held = () if mark_here(after, name) == mark else (Held(),)
    return Done(after, (*arrived(state, after), *held))


def _none_set(state: State) -> Fact | None:
    return None if state.marks else notice("reply-no-marks")


def _list(state: State, _: Argument) -> Done:
    return Done(state, (MarkList(state.marks),))


RULES = {"mark": Rule(_set), "to_mark": Rule(_go, _none_set), "marks": Rule(_list, _none_set)}
"""What the actions on marks do."""
