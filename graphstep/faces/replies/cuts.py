"""The words of facts about wires that are cut."""

from __future__ import annotations

from graphstep.debugger.cuts import wire_text
from graphstep.debugger.facts import CutUndone, NoWire, WhichWire, WireCut
from graphstep.faces.replies.words import Words
from graphstep.ground.errors import quoted
from graphstep.language.program import Program
from graphstep.telling.names import name_of

# Wires that are named where several are meant.
_LISTED = 12


def ends_text(program: Program, fact: WireCut | CutUndone) -> str:
    """The wire that was cut, or is whole again: ``x -> q``."""
    return f"{name_of(program, fact.receiver)} -> {name_of(program, fact.sender)}"


def which_text(words: Words, fact: WhichWire) -> str:
    """The wires that may be meant."""
    texts = [wire_text(words.before.trace, edge) for edge in fact.edges[:_LISTED]]
    return words.say("reply-which-wire", wires=", ".join([*texts, *(["…"] if len(fact.edges) > _LISTED else [])]))


def no_wire_text(words: Words, fact: NoWire) -> str:
    """The sentence that no gradient is sent along such a wire."""
    return words.say("reply-no-wire", text=quoted(fact.text)) if fact.text else words.say("reply-no-wire-here")
