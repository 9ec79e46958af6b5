"""Gates that are ready on the way back go on in any order, and the gradients come out the same."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.debugger.facts import NotReady, ReadyGates, SameGradients, notice
from graphstep.debugger.places import in_order
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.calls import around, frame_at, steps_of_frame
from graphstep.engine.opening import open_setup
from graphstep.engine.order import choices_of, ready_at, sending_order
from graphstep.engine.readiness import Readiness
from graphstep.engine.trace import Trace, trace
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from tests.cases import each
from tests.debugger.performing import do
from tests.debugger.test_session import start
from tests.effort import effort
from tests.language.read.test_functions import written

TEXT, INPUTS = "q = x*y; p = x+z; s = sin(x); q*p + s*z", {"x": -2.0, "y": 5.0, "z": -4.0}


def run() -> State:
    return State(trace(read(TEXT), INPUTS))


def senders(of: Trace) -> list[int]:
    steps = (of.step(n) for n in range(of.seed_step + 1, len(of) + 1))
    sent = [step.sender for step in steps if step.sender is not None]
    return [one for one, other in pairwise([*sent, None]) if one != other]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=5))
def test_every_choice_is_a_run_with_the_same_gradients_up_to_rounding(walk: list[tuple[int, int]]) -> None:
    state = run()
    usual = state.trace
    for at, which in walk:
        state = do(state, ("jump", min(at, len(state.trace))))
        n, ready = ready_at(state.trace, state.at)
        if not ready:
            continue
        gate = ready[which % len(ready)]
        after, reply = perform(state, Command("ready", gate))
        assert reply.facts[0] == notice("reply-next-gate", gate, step=str(n))
        assert after.at == state.at
        # What was before stays, and the chosen gate is next.
        assert [after.trace.step(k).edge for k in range(n + 1)] == [state.trace.step(k).edge for k in range(n + 1)]
        assert after.trace.step(n + 1).sender == gate
        assert sorted(senders(after.trace)) == sorted(senders(usual))
        assert from_json(to_json(after)) == after
        if after != state:
            assert do(after, "undo") == state
            assert do(after, "step", "back") == after
            assert do(after, ("edit", "x=3"), "undo") == after
        for node in range(len(usual.program.nodes)):
            np.testing.assert_allclose(after.trace.gradient_of(node), usual.gradient_of(node), rtol=1e-13)
        state = after
    (copy,) = perform(state, Command("copy"))[1].effects
    assert open_setup(copy.setup).order == state.trace.order
    order = state.trace.order or tuple(senders(usual))
    assert sending_order(usual.program, dict(choices_of(usual.program, order))) == order


def test_the_ready_gates_are_those_whose_contributions_have_all_arrived() -> None:
    state = run()
    seed = state.trace.seed_step
    assert perform(state, Command("ready"))[1].facts == (notice("reply-none-ready"),)
    output = state.trace.program.output
    assert perform(do(state, ("jump", seed)), Command("ready"))[1].facts == (ReadyGates(seed, (output,)),)
    # In the middle of the work of a gate, it is what is ready behind it.
    state = do(state, ("jump", seed + 1))
    _, reply = perform(state, Command("ready"))
    assert reply.facts[0].n == seed + 2
    assert len(reply.facts[0].gates) == 2
    assert isinstance(perform(state, Command("ready", "q"))[1].facts[0], NotReady)
    assert perform(do(state, "last"), Command("ready"))[1].facts == (notice("reply-none-ready"),)
    assert perform(do(start("sigmoid"), ("into", "v3")), Command("ready"))[1].facts == (notice("reply-order-inside"),)


@each(
    ("weights", "key", "some"),
    [
        ((1.0, 2.0, 3.0), "to the last bit", 0),
        ((0.1, 0.2, 0.3), "differ by at most 1.9e-16 (relative)", 1),
        ((-1e308, 1e308, 1e308), "in one of the two a sum is too large for a number", 1),
    ],
)
def test_it_is_said_how_far_the_gradients_are_the_same(weights: tuple[float, ...], key: str, some: int) -> None:
    from graphstep.faces.keymap import screen_keys
    from graphstep.faces.replies import sentences

    inputs = {"x": 1.0, "a": weights[0], "b": weights[1], "c": weights[2]}
    state = do(State(trace(read("p = a*x; q = b*x; r = c*x; p + q + r"), inputs)), ("jump", 10))
    gates = ready_at(state.trace, state.at)[1]
    after, reply = perform(state, Command("ready", gates[-1]))
    found = reply.facts[1]
    assert isinstance(found, SameGradients)
    assert len(found.agreement.differing) == some
    assert key in sentences(state, after, reply, screen_keys())[1]
    # It is shown again where the run ends.
    _, reply = perform(after, Command("last"))
    assert reply.facts[-1] == found


def test_a_chosen_order_follows_nodes_that_move() -> None:
    state = do(start("arrays"), ("jump", 7))
    wanted = State(trace(read("q = x + y; p = x*y; sum(q*p)"), {"x": np.ones((2, 3)), "y": np.ones((2, 3))}))
    state = do(wanted, ("jump", 8))
    n, ready = ready_at(state.trace, state.at)
    assert len(ready) == 2, n
    state = do(state, ("ready", ready[-1]), ("mark", "a"))
    other = do(state, ("edit", "y=[1, 2, 3]"))
    names = [other.trace.program.nodes[gate].name for gate in senders(other.trace) if other.trace.program.nodes[gate].name]
    assert names == ["q", "p"]
    assert from_json(to_json(other)) == other
    assert do(other, "undo") == state
    cut = do(other, ("cut", "q -> q*p"))
    assert do(cut, "undo") == other


def test_what_is_no_order_is_refused_with_what_would_do() -> None:
    program = read(TEXT)
    for choices, wrong in (({0: 3}, "behind step 0"), ({7: 3}, "is not ready behind step 7"), ({99: 3}, "behind step 99")):
        with pytest.raises(InputError, match=wrong):
            sending_order(program, choices)


def test_an_order_is_made_in_linear_time() -> None:
    def work(count: int) -> int:
        program = read("; ".join(["a0 = x*y", *(f"a{i + 1} = a{i}*x + y" for i in range(count))]))
        order = sending_order(program, {})
        return effort(lambda: choices_of(program, order))

    assert work(800) < 9 * work(100)


def test_a_call_goes_on_as_one_and_calls_change_places() -> None:
    text, inputs = "def g(a, b) = a*b + a; p = g(x, y); q = g(y, x); p*q", {"x": 1.0, "y": 0.5}
    state = do(State(trace(read(text, inputs), inputs)), ("jump", 8))
    n, ready = ready_at(state.trace, state.at)
    program = state.trace.program
    assert [program.nodes[gate].name for gate in ready] == ["q", "p"], n
    after = do(state, ("ready", "p"))
    frames = [program.nodes[gate].frame for gate in senders(after.trace)]
    assert frames == [0, 1, 1, 2, 2], "the gates of each call stay together"
    # Stepped over as one, and opened, in their new places.
    assert do(after, "step").within == 0
    assert do(after, "step").at == 12
    assert do(after, "into", "step").within == 1
    assert after.trace.setup.order == ("8 p",)
    assert open_setup(after.trace.setup, inputs).order == after.trace.order
    # Inside an open call only its own gates are ready.
    assert {program.nodes[gate].frame for gate in ready_at(after.trace, 10)[1]} == {1}
    assert isinstance(perform(do(after, ("jump", 10)), Command("ready", "q"))[1].facts[0], NotReady)


@each("seed", range(12))
def test_calls_stay_together_in_any_order(seed: int) -> None:
    text, random = written(seed)[0], Random(seed)
    inputs = {"x1": 0.4, "x2": -0.3}
    usual = trace(read(text, inputs), inputs)
    program = usual.program
    ready, order = Readiness(program, lambda gate: -gate), list[int]()
    while ready:
        gates = [*ready]
        assert ready.first() in gates
        assert all(gate in ready for gate in gates)
        order.append(random.choice(gates))
        ready.send(order[-1])
    run = in_order(usual, order)
    assert sending_order(program, dict(choices_of(program, order))) == tuple(order)
    assert run.order == tuple(order) or order == sorted(order, reverse=True)
    for frame in range(1, len(program.frames)):
        steps = steps_of_frame(run, frame, backward=True)
        inside = {n for n in range(run.seed_step + 1, len(run) + 1) if frame in around(run, frame_at(run, n))}
        assert {*steps} == inside
    state, at = State(run), run.seed_step
    while state.at < len(run):
        state = do(state, "step")
    while state.at > at:
        state = do(state, "back")
    for node in range(len(program.nodes)):
        np.testing.assert_allclose(run.gradient_of(node), usual.gradient_of(node), rtol=1e-9, atol=1e-12)
