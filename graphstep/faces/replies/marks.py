"""The words of facts about marks."""

from __future__ import annotations

from graphstep.debugger.facts import MarkGone, MarkList, MarkSet, NoLetter, NoMark
from graphstep.debugger.marks import position_text
from graphstep.debugger.state import State
from graphstep.faces.replies.words import Words
from graphstep.ground.errors import quoted


def marks_text(state: State) -> str:
    """The marks with their positions: ``a 12, b 12/p/3``."""
    return ", ".join(f"{mark.name} {position_text(state, mark)}" for mark in state.marks)


def set_text(words: Words, fact: MarkSet) -> str:
    """That a place has a mark."""
    mark = next(mark for mark in words.after.marks if mark.name == fact.name)
    return words.say("reply-mark-set", letter=fact.name, position=position_text(words.after, mark))


def gone_text(words: Words, fact: MarkGone) -> str:
    """That a place has no mark any more."""
    return words.say("reply-mark-gone", letter=fact.name)


def list_text(words: Words, _: MarkList) -> str:
    """All marks."""
    return words.say("reply-marks", marks=marks_text(words.after))


def no_mark_text(words: Words, fact: NoMark) -> str:
    """That no mark is called so, and which there are."""
    return words.say("reply-no-mark", text=quoted(fact.text), marks=marks_text(words.before))


def no_letter_text(words: Words, fact: NoLetter) -> str:
    """That a mark is one letter."""
    return words.say("reply-no-letter", text=quoted(fact.text))
