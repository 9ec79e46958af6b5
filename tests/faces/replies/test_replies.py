"""Replies in words: no kind of fact is passed over in silence, and quantities say how much of them is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger import facts
from graphstep.debugger.state import State
from graphstep.debugger.watches import read_quantity
from graphstep.engine.trace import trace
from graphstep.faces import replies
from graphstep.faces.repl import prompt
from graphstep.faces.replies.quantities import node_lines, quantity_lines
from graphstep.language.read import read
from tests.cases import each
from tests.debugger.facts.test_facts import KINDS

if TYPE_CHECKING:
    from graphstep.debugger.facts import Fact

SAID_OTHERWISE = {
    "Moved": "the steps that were passed are told",
    "Notice": "it names its message itself",
    "Hit": "a reply holds it beside its facts, and the stop is a line of its own",
    "RoundShown": "the training tells the round",
    "ParameterShown": "the training tells the parameter",
}


def test_every_kind_of_fact_has_words_at_the_prompt() -> None:
    worded = {*replies._WORDS, *prompt._SHOWN}
    bases = {base for kind in KINDS for base in kind.__mro__[1:]}
    silent: list[type[Fact]] = [kind for kind in KINDS if kind not in worded and kind not in bases]
    assert {kind.__name__ for kind in silent if not issubclass(kind, facts.LessonFact)} == {*SAID_OTHERWISE}


VALUES = {"x": -2.0, "y": 5.0, "z": -4.0}


def at(n: int) -> State:
    run = trace(read("q = x + y; f = q*z + q*relu(x) + 2", VALUES), VALUES)
    return State(run, min(n, len(run)))


def shown(text: str, n: int) -> list[str]:
    state = at(n)
    return [*quantity_lines(state, read_quantity(text, state.trace.program))]


@each(
    ("n", "text", "line"),
    [
        (0, "value q", "q: step 1 computes it"),
        (1, "value q", "q = x + y = -2 + 5 = 3"),
        (0, "grad q", "df/dq: not yet, step 15 completes it"),
        (0, "x*grad q", "x*grad q: not known yet"),
        (11, "grad q", "df/dq: 0 so far, 1 of 2 contributions"),
        (0, "1/(x+2)", "1/(x+2) = inf"),
        (99, "grad q", "df/dq = -4"),
        (99, "x*grad q", "x*grad q = 8"),
    ],
)
def test_a_quantity_is_told_as_far_as_it_is_known(n: int, text: str, line: str) -> None:
    assert shown(text, n) == [line]


def test_a_node_has_its_value_and_its_gradient_with_the_reason_of_a_zero() -> None:
    assert [*node_lines(at(13), 0)] == ["x = -2", "df/dx: 0 so far, 1 of 2 contributions"]
    assert [*node_lines(at(99), 1)] == ["y = 5", "df/dy = -4"]
    run = trace(read("relu(x)*y"), {"x": -1.0, "y": 2.0})
    assert [*node_lines(State(run, len(run)), 0)] == ["x = -1", "df/dx = 0", "relu is flat at x = -1: it passes nothing."]
