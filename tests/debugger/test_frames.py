"""Opened gates as frames: a run of their own, inside a run of which nothing moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.debugger.facts import Opened, notice
from graphstep.debugger.frames import at_position, difference, frame_of, position_of
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import Trace, trace
from graphstep.gates import GATES
from graphstep.language.frames import is_composite
from graphstep.language.nodes import Node
from graphstep.language.read import read
from graphstep.language.rewrite import expansion_of, template_of
from graphstep.telling.names import names_of
from tests.cases import each
from tests.debugger.performing import do, reply_to
from tests.programs import Case, random_case

NETWORK = "h = softmax(x@W); cross_entropy(h + b, y)"
VALUES = {"x": np.array([1.0, -2.0]), "W": np.ones((2, 3)) * 0.1, "b": np.array([0.5, 0.0, -1.0]), "y": 1.0}


def start(text: str, **inputs) -> State:
    return State(trace(read(text, inputs), inputs))


def gates_of(run: Trace) -> list[int]:
    """The gates of a run that can be opened."""
    return [index for index, node in enumerate(run.program.nodes) if is_composite(node)]


@st.composite
def composites(draw: st.DrawFn) -> Case:
    """Random programs in which something can be opened."""
    return random_case(lambda n: draw(st.integers(0, n - 1)))


@settings(deadline=None, max_examples=60)
@given(composites(), st.data())
def test_opening_and_closing_leaves_everything_outside_as_it_is(case: Case, data: st.DataObject) -> None:
    run = trace(read(case.text, case.inputs), case.inputs)
    state = State(run, at=data.draw(st.integers(0, len(run))), nodes=(0,))
    for gate in gates_of(run):
        inside = do(state, ("into", gate))
        assert inside.root is run, "no step of the program has another number"
        assert do(inside, "out") == state
        walk = data.draw(st.lists(st.sampled_from(["step", "back", "over", "back_over", "finish", "last"]), max_size=6))
        for action in walk:
            inside, _ = perform(inside, Command(action))
        assert inside.root is run
        assert at_position(state, position_of(inside)).trace is inside.trace
        assert inside.root_place.nodes == (0,)


@settings(deadline=None, max_examples=60)
@given(composites())
def test_what_leaves_a_frame_is_what_the_gate_sends(case: Case) -> None:
    run = trace(read(case.text, case.inputs), case.inputs)
    for gate in gates_of(run):
        frame = frame_of(run, gate)
        assert frame.program.scope is not None
        inputs = dict(zip(frame.program.scope.slots, range(frame.program.first_gate), strict=True))
        size = np.max(np.abs(frame.value_sizes), initial=1.0) * np.max(np.nan_to_num(frame.contribution_sizes), initial=1.0)
        for wire in run.sends(gate):
            assert frame.gradient_of(inputs[wire.slot]) == pytest.approx(wire.contribution, rel=1e-12, abs=1e-14 * size)
        assert frame.output == pytest.approx(run.value_of(gate), rel=1e-12, abs=1e-14 * size)


def test_every_part_has_a_name_under_that_of_the_gate() -> None:
    state = start("p = silu(x); p*x", x=0.3)
    inside = do(state, ("into", "p"))
    assert names_of(inside.trace.program).texts == ("p.x", "p.1", "p")
    assert inside.trace.program.text == "p.x*sigmoid(p.x)"
    assert names_of(inside.trace.program).definitions[0] == "x⁽¹⁾", "what arrives is one use of x only"
    deeper = do(inside, ("into", "p.1"))
    assert names_of(deeper.trace.program).texts[1:] == ("p.1.1", "p.1.2", "p.1.3", "p.1")


def test_steps_lead_through_a_frame_and_out_of_it() -> None:
    state = start("sigmoid(x)*y", x=1.0, y=2.0)
    inside = do(state, "step", "into")
    assert position_of(inside) == "1/p1/0"
    end = do(inside, "finish")
    assert position_of(end) == "1/p1/4"
    assert reply_to(end, "last").facts == (notice("reply-pending", frame="p1"),), "the gradient of the gate has not arrived"
    outside, reply = perform(end, Command("step"))
    assert reply.facts == (notice("reply-left", frame="p1"),)
    assert (outside.at, outside.frames) == (1, ())
    assert position_of(do(inside, "back")) == "0"
    backward = do(state, ("jump", 6), "into")
    assert position_of(backward) == "6/p1/5"
    assert backward.trace.step(5).event == "seed"
    assert backward.trace.gradient_of(backward.trace.program.output) == 2.0
    assert position_of(do(backward, "last", "step")) == "6"
    assert position_of(do(start("sigmoid(x)*y", x=1.0, y=2.0), ("into", 2), "over", "over")) == "0/p1/2"


def test_into_takes_the_selected_gate_or_the_one_at_work_or_the_next() -> None:
    state = start("f = sigmoid(x)*silu(y)", x=1.0, y=2.0)
    assert position_of(do(state, "into")) == "0/p1/0"
    assert position_of(do(state, "step", "into")) == "1/p1/0"
    assert position_of(do(state, "step", ("select", "p2"), "into")) == "1/p2/0"
    assert reply_to(do(state, ("jump", 3)), "into").status == "failed", "neither step 3 nor step 4 is about a composite gate"
    assert reply_to(replace(state, at=len(state.trace)), "into").status == "done"


def test_breakpoints_inside_stay_when_the_gate_is_closed_and_stop_there() -> None:
    state = do(start("sigmoid(x)*y", x=1.0, y=2.0), ("into", 2), ("break_at", "p1.2"), "out")
    assert not state.nodes
    places = []
    while perform(state, Command("continue"))[1].status == "done":
        state = do(state, "continue")
        places.append(position_of(state))
    assert places == ["0/p1/2", "5/p1/7"]
    while perform(state, Command("continue_back"))[1].status == "done":
        state = do(state, "continue_back")
        places.append(position_of(state))
    assert places[2:] == ["5/p1/2"]
    cleared = do(state, "out", "clear")
    assert cleared.shelves == ()
    assert reply_to(cleared, "continue").status == "refused"


def test_a_position_is_read_back_and_saved() -> None:
    state = start(NETWORK, **VALUES)
    inside = do(state, ("jump", "3/h/2"), ("break_at", "h.1"), ("watch", "grad b"))
    assert position_of(inside) == "3/h/2"
    again = from_json(to_json(inside))
    assert again == inside
    assert position_of(again) == "3/h/2"
    assert do(again, "out") == do(inside, "out")
    for text in ("3/h", "3/x/1", "3/banana/1", "3/h/99", "99/h/1", "/h/1", "1/2/3/4"):
        assert reply_to(state, "jump", text).status == "failed", text


def test_an_edit_keeps_the_frame_open() -> None:
    inside = do(start(NETWORK, **VALUES), ("jump", "3/h/2"), ("break_at", "h.2"))
    other = do(inside, ("edit", "b=[1, 2, 3]"))
    assert position_of(other) == "3/h/2"
    assert other.nodes == inside.nodes
    assert do(other, "undo") == replace(inside, past=())
    wider = do(inside, ("edit", "W=ones(2,4) b=ones(4)"))
    assert wider.trace.node(wider.trace.program.output).shape == (4,)
    assert [wider.trace.node(index).name for index in wider.nodes] == ["h.2"]


def test_a_frame_says_where_its_parts_lose_what_the_gate_keeps() -> None:
    state = start("f = log(softplus(x))", x=-40.0)
    assert difference(state.trace, 1) > 1e-3
    assert reply_to(state, "into", 1).facts == (Opened(1),)
    assert difference(start("sigmoid(x)*y", x=1.0, y=2.0).trace, 2) < 1e-12


@each("name", [name for name in GATES if expansion_of(Node(GATES[name]))])
def test_the_last_part_of_a_gate_is_no_composite(name: str) -> None:
    """It is called as the gate is: what is inside it would be called as the gate's other parts are."""
    template = template_of(expansion_of(Node(GATES[name])))
    assert not is_composite(template.nodes[template.output])
