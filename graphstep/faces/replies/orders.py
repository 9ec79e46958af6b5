"""The words of facts about the order in which gates send."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from graphstep.debugger.facts import NotReady, ReadyGates, SameGradients
from graphstep.debugger.state import State
from graphstep.faces.replies.words import Words
from graphstep.ground.numerals import numeral
from graphstep.telling.names import name_of

# Gates that are named.
_LISTED = 12


def ready_text(words: Words, fact: ReadyGates) -> str:
    """The gates that may be next."""
    key = "reply-ready" if len(fact.gates) > 1 else "reply-ready-one"
    return words.say(key, gates=_names(words.before, fact.gates), step=str(fact.n))


def not_ready_text(words: Words, fact: NotReady) -> str:
    """The sentence that a gate is not ready, with those that are."""
    name = name_of(words.before.trace.program, fact.node)
    return words.say("reply-not-ready", name=name, gates=_names(words.before, fact.gates))


def same_text(words: Words, fact: SameGradients) -> str:
    """Whether the gradients are those of the usual order."""
    agreement = fact.agreement
    if not agreement.differing:
        return words.say("reply-same-gradients", count=agreement.nodes)
    key = "reply-other-gradients-infinite" if isinf(agreement.largest) else "reply-other-gradients"
    return words.say(key, count=agreement.nodes, some=len(agreement.differing), largest=numeral(agreement.largest, 2))


def _names(state: State, gates: Sequence[int]) -> str:
    names = [name_of(state.trace.program, gate) for gate in gates[:_LISTED]]
    return ", ".join([*names, *(["…"] if len(gates) > _LISTED else [])])
