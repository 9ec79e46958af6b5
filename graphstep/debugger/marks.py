"""Marks: places of a run with a letter each, as in an editor. A mark is a position: steps, and the gates opened there."""

from __future__ import annotations

from collections.abc import Iterable

from graphstep.debugger.frames import opened, outermost, position_of
from graphstep.debugger.parts import Mark
from graphstep.debugger.state import State, moved

LAST = "'"
"""The mark that is set by every jump to a mark: at the place from which it was left."""


def mark_here(state: State, name: str) -> Mark:
    """A mark at the place of a state."""
    steps = [*(caller.place.at for caller in state.frames), state.at]
    return Mark(name, steps[0], tuple(zip(state.path, steps[1:], strict=True)))


def at_mark(state: State, mark: Mark) -> State:
    """The state at a mark, or as near as it may be: a lesson holds its learner."""
    here = moved(outermost(state), mark.at)
    # Where the step is not to be seen yet, its gates stay closed.
    for gate, step in mark.inside if here.at == mark.at else ():
        here = moved(opened(here, gate), step)
    return here


def position_text(state: State, mark: Mark) -> str:
    """The position of a mark as it is typed: ``12``, ``12/p/3``."""
    return position_of(at_mark(state, mark))


def with_mark(marks: Iterable[Mark], mark: Mark) -> tuple[Mark, ...]:
    """The marks with another one, by letter; one of the same letter is replaced."""
    return tuple(sorted((*without_mark(marks, mark.name), mark), key=lambda each: each.name))


def without_mark(marks: Iterable[Mark], name: str) -> tuple[Mark, ...]:
    """The marks without one."""
    return tuple(each for each in marks if each.name != name)
