"""The words of facts about marks."""

from __future__ import annotations

from graphstep.debugger.facts import MarkSet
from graphstep.debugger.marks import position_text
from graphstep.debugger.state import State
from graphstep.faces.replies.words import Words


def marks_text(state: State) -> str:
    """The marks with their positions: ``a 12, b 12/p/3``."""
    return ", ".join(f"{mark.name} {position_text(state, mark)}" for mark in state.marks)


def set_text(words: Words, fact: MarkSet) -> str:
    """The sentence that a place was marked."""
    mark = next(mark for mark in words.after.marks if mark.name == fact.name)
    return words.say("reply-mark-set", letter=fact.name, position=position_text(words.after, mark))
