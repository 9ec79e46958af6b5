"""A wire that is cut: what lived through it, and the way back."""

from __future__ import annotations

import numpy as np

from graphstep.debugger.comparisons import comparison_of
from graphstep.debugger.cuts import whole, wire_text, wires_in
from graphstep.debugger.facts import CannotCut, NoNode, NoWire, WhichWire, notice
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.opening import open_setup
from graphstep.engine.trace import trace
from graphstep.language.read import read
from graphstep.telling.reports.cut import changes, shares
from tests.cases import each
from tests.debugger.performing import do
from tests.debugger.test_session import start


@each("name", ["lecture", "fork", "sigmoid", "routes", "arrays"])
def test_each_wire_can_be_cut_undone_saved_and_reopened(name: str) -> None:
    state = do(start(name), "last", ("mark", "a"))
    for wire in state.trace.wires:
        after = do(state, ("cut", wire.edge))
        assert after.trace.output == state.trace.output
        assert from_json(to_json(after)) == after
        assert do(after, "undo") == state
        (copy,) = perform(after, Command("copy"))[1].effects
        assert open_setup(copy.setup, after.trace.inputs).program == after.trace.program
        # What a cut changes is what the wire carried: the gradient of its receiver is less by that.
        stop = perform(state, Command("cut", wire.edge))[1].facts[0].stop
        before = whole(after.trace, stop)
        receiver = before.program.nodes[stop].operands[0]
        carried = before.gradient_of(stop)
        np.testing.assert_allclose(before.gradient_of(receiver) - carried, after.trace.gradient_of(receiver), atol=1e-12)
        for index in range(len(state.trace.program.inputs)):
            assert np.array_equal(before.gradient_of(index), state.trace.gradient_of(index))


def test_it_is_said_which_inputs_lived_through_the_wire() -> None:
    inputs = {"x": 2.0, "w": 3.0, "b": 1.0}
    state = State(trace(read("q = w*x; q*q + x + b"), inputs))
    edges = wires_in(state.trace, "q -> q*q (2)")
    assert [wire_text(state.trace, edge) for edge in edges] == ["q -> q*q (2)"]
    state, reply = perform(state, Command("cut", "q -> q*q (2)"))
    assert state.trace.program.text == "q = w*x; q*stop(q) + x + b"
    stop = reply.facts[0].stop
    before = whole(state.trace, stop)
    assert list(shares(before, state.trace)) == [
        "A part of df/dw, df/dx came through this wire, and the rest on other ways.",
        "Nothing of df/db came through this wire.",
    ]
    assert list(changes(before, state.trace, stop)) == [
        ("df/dw", "24", "12"),
        ("df/dx", "37", "19"),
        ("df/dq", "12", "6"),
    ]
    second = do(state, ("edit", "x=1"))
    comparison = comparison_of(second, "opened")
    assert [record.label for record in comparison.only_other] == ["stop(q)"]
    assert not comparison.only_one
    assert do(second, "undo", "undo") == State(trace(read("q = w*x; q*q + x + b"), inputs))


def test_what_names_no_wire_or_several_changes_nothing() -> None:
    state = do(start("fork"), ("select", "x"))
    assert isinstance(perform(state, Command("cut"))[1].facts[0], WhichWire)
    assert perform(state, Command("cut", "q -> x"))[1].facts == (NoWire("q -> x"),)
    (fact,) = perform(state, Command("cut", f"q -> f ({'1' * 5000})"))[1].facts
    assert isinstance(fact, NoNode), "a number of a thousand digits is no use of a node"
    assert perform(do(start("sigmoid"), ("into", "v3")), Command("cut"))[1].facts == (notice("reply-cut-inside"),)
    assert do(do(state, ("jump", 5)), "deselect", "cut").trace.program.text.count("stop") == 1


def test_a_part_that_was_taken_apart_stands_nowhere_in_the_text() -> None:
    from graphstep.language.rewrite import read_program

    state = State(trace(read_program("sigmoid(x)", expand=True), {"x": 1.0}))
    after, reply = perform(do(state, "last"), Command("cut", 0))
    assert isinstance(reply.facts[0], CannotCut)
    assert after.past == ()


def test_a_wire_is_cut_while_gates_are_folded_and_they_stay_folded() -> None:
    state = do(start("sigmoid"), "fold", "last")
    gates = [node.gate for node in state.trace.program.nodes if node.gate]
    assert gates.count("sigmoid") == 2
    for wire in state.trace.wires:
        after = do(state, ("cut", wire.edge))
        assert [node.gate for node in after.trace.program.nodes if node.gate not in (None, "stop")] == gates
        assert after.trace.gradient_of(0) != state.trace.gradient_of(0) or wire.receiver != 0
        assert do(after, "undo") == state
        assert from_json(to_json(after)) == after
        assert "stop(" in do(after, "fold").trace.program.text, "it is cut where nothing is folded too"
        assert do(after, "fold", "undo", "fold").trace.program == state.trace.program
