"""What is said of calls and repetitions that are opened and closed, and what they are called."""

from __future__ import annotations

from graphstep.debugger.facts import CallClosed, CallOpened
from graphstep.faces.replies.words import Words
from graphstep.telling.calls import call_title


def call_opened_text(words: Words, fact: CallOpened) -> str:
    """A call is open."""
    trace = words.after.trace
    count = len(trace.program.gates_of_frames[fact.frame])
    return words.say("reply-call-opened", call=call_title(trace, fact.frame), count=count)


def call_closed_text(words: Words, fact: CallClosed) -> str:
    """A call is closed."""
    return words.say("reply-call-closed", call=call_title(words.after.trace, fact.frame))
