"""The chain of causes across the edges of opened gates."""

from __future__ import annotations

import json

import pytest

from graphstep.debugger.chains import why
from graphstep.debugger.frames import position_of
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.language.read import read
from tests.debugger.performing import do


def state_of(text: str, **inputs: float) -> State:
    return State(trace(read(text, inputs), inputs))


def walk(state: State) -> list[str]:
    """Where w leads, from the step on show until it begins there."""
    places = [position_of(state)]
    while True:
        after, _ = perform(state, Command("last_change"))
        if position_of(after) == places[-1]:
            return places
        state = after
        places.append(position_of(state))
        assert len(places) < 50


@pytest.mark.parametrize(
    ("x", "way", "node"),
    # exp(-800) is 0; exp(800) overflows, and what the parts make of it, nan, the gate avoids.
    [(800.0, "in", "p1.2"), (-800.0, "otherwise", "p1.2")],
)
def test_the_chain_goes_on_to_the_part_of_a_gate_that_is_the_cause(x: float, way: str, node: str) -> None:
    state = state_of("sigmoid(x)*y", x=x, y=5.0)
    first, inner = why(state, 0, "gradient")
    assert (first.chain.ending, inner.way, inner.around, inner.frame) == ("blocked", way, "6/p1/", "p1")
    root = inner.chain.root
    assert inner.chain.trace.node(root.at).name == node
    assert walk(do(state, "last")) == ["6", "6/p1/9", "6/p1/8"]


def test_a_chain_that_comes_to_the_edge_of_a_frame_goes_on_around_it() -> None:
    # The gradient is 0 behind the gate already: relu(-1) lets nothing pass.
    state = do(state_of("q = sigmoid(x); relu(q - 2)*3", x=1.0), "last", ("into", "q"), "last")
    assert walk(state) == ["9/q/9", "9/q/8", "9/q/7", "9/q/6", "9/q/5", "8", "7"]
    stretches = why(state, 0, "gradient")
    assert [stretch.way for stretch in stretches] == ["", "out"]
    assert stretches[-1].chain.root.step == 7
    assert perform(state, Command("jump", "/7"))[0] == do(state, "out", ("jump", 7))


def test_a_value_from_outside_is_followed_around_the_gate() -> None:
    state = do(state_of("q = exp(x); sigmoid(q*y)*y", x=800.0, y=1.0), "last", ("into", "sigmoid(q*y)"), "first", "step")
    stretches = why(state, 1, "value")
    assert [(stretch.way, stretch.chain.ending) for stretch in stretches] == [("", "given"), ("out", "made")]
    assert stretches[-1].chain.root.step == 1
    assert walk(state)[-1] == "1"


def test_a_gate_inside_of_a_gate_is_gone_into_as_well() -> None:
    *_, last = why(state_of("silu(x)*y", x=-800.0, y=5.0), 0, "gradient")
    # silu is x·σ(x), σ is 0 there, and it is 0 since the exp inside of it overflows.
    assert (last.around, last.chain.ending) == ("6/p1/1/p1.1/", "made")
    assert last.chain.trace.node(last.chain.root.at).gate == "exp"


def test_why_prints_and_writes_every_stretch(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["why", "grad x", "sigmoid(x)*y", "x=800", "y=5"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "The chain goes on among the parts of p1." in text
    assert "6/p1/8  df/d(p1.1) = 0  exp sends to p1.1" in text
    assert main([*words, "--format", "json"]) == 0
    (inside,) = json.loads(capsys.readouterr().out)["inside"]
    assert (inside["at"], inside["ending"], inside["root"]["step"]) == ("6/p1", "blocked", 8)
    assert main([*words, "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.count('name="step=6"') == page.count('name="step=6-p1-8"') == 1
