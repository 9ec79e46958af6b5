"""Wires and nodes: views of a run that hold nothing of it."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from graphstep.engine.plan import plan
from graphstep.engine.trace import Trace, trace
from graphstep.engine.wires import RunNode
from graphstep.language.read import read
from tests.cases import each
from tests.programs import seeded

ARRAYS = trace(
    read("h = relu(W@x + b); sum(h*h) + a*h[0]"),
    {"W": np.array([[1.0, -2.0], [0.5, 3.0]]), "x": np.array([0.5, 2.0]), "b": 1.0, "a": -3.0},
)


@cache
def runs() -> list[Trace]:
    return [*(trace(read(case.text), case.inputs) for case in map(seeded, range(40))), ARRAYS]


@each("run", runs)
def test_a_wire_is_the_send_step_of_its_edge(run: Trace) -> None:
    assert [wire.edge for wire in run.wires] == list(range(len(run.wires)))
    for wire in run.wires:
        step = run.step(wire.step)
        assert step.wire == wire == run.wire(wire.edge)
        assert hash(step.wire) == hash(wire)
        assert (step.edge, step.sender, step.slot, step.node) == (wire.edge, wire.sender, wire.slot, wire.receiver)
        assert run.node(wire.sender).operands[wire.slot] == wire.receiver
        assert np.shape(wire.contribution) == wire.shape == run.node(wire.receiver).shape
        assert wire.sent(wire.step)
        assert not wire.sent(wire.step - 1)
        if wire.local is not None and not isinstance(wire.local, np.ndarray) and np.isfinite(wire.local):
            # What a router does not take is 0, whatever arrives.
            assert wire.contribution in (wire.upstream * wire.local, 0.0)


@each("run", runs)
def test_what_arrives_at_a_node_is_what_the_others_send_to_it(run: Trace) -> None:
    sent = Counter(wire for index in range(len(run.program.nodes)) for wire in RunNode(run, index).sends)
    arrived = Counter(wire for index in range(len(run.program.nodes)) for wire in RunNode(run, index).arrivals)
    assert sent == arrived == Counter(run.wires)
    for index in range(len(run.program.nodes)):
        node = RunNode(run, index)
        assert all(wire.sender == index for wire in node.sends)
        assert all(wire.receiver == index for wire in node.arrivals)
        assert [wire.slot for wire in node.sends] == sorted(wire.slot for wire in node.sends)
        assert [wire.step for wire in node.arrivals] == sorted(wire.step for wire in node.arrivals)
        for slot, operand in enumerate(node.operands):
            wire = run.wire_at(index, slot)
            live = isinstance(operand, int) and run.program.depends[operand] and run.program.reaches[index]
            assert (wire is not None) == live
            assert wire is None or (wire.sender, wire.slot, wire.receiver) == (index, slot, operand)
        if node.arrivals and index != run.program.output:
            assert node.gradient is not None
            np.testing.assert_allclose(node.gradient, sum(node.contributions), rtol=1e-12, atol=1e-12)


def test_between_two_nodes_there_is_a_wire_for_each_slot() -> None:
    run = trace(read("q = x*y; q*q + q + z"), {"x": 2.0, "y": 3.0, "z": 1.0})
    q = run.program.names["q"]
    square = run.program.find("q*q")
    assert square is not None
    assert [(wire.slot, wire.use) for wire in run.between(square, q)] == [(0, 1), (1, 2)]
    assert [wire.use for wire in run.arrivals(q)] == [3, 1, 2]
    assert [wire.use for wire in run.sends(q)] == [0, 0]
    assert list(run.between(q, square)) == []


@each("run", lambda: [*runs()[:10], ARRAYS])
def test_columns_are_what_the_wires_say_one_by_one(run: Trace) -> None:
    for wires in (run.wires, run.wires[1:-1], run.arrivals(0), run.sends(run.program.output)):
        assert wires.senders.tolist() == [wire.sender for wire in wires]
        assert wires.receivers.tolist() == [wire.receiver for wire in wires]
        assert wires.slots.tolist() == [wire.slot for wire in wires]
        assert wires.steps.tolist() == [wire.step for wire in wires]


def test_a_wire_outside_the_run_and_of_another_run_is_none_of_its_wires() -> None:
    one, other = (trace(read("x*y"), {"x": 2.0, "y": 3.0}) for _ in range(2))
    with pytest.raises(IndexError):
        one.wire(2)
    assert one.wire(0) in one.wires
    assert one.wire(0) in one.arrivals(0) or one.wire(0) in one.arrivals(1)
    assert other.wire(0) not in one.wires
    assert one.wire(0) != other.wire(0)


@each("run", runs)
def test_the_plan_knows_of_every_step_the_gate_at_work(run: Trace) -> None:
    plan_, sums, works = run.plan, {}, []
    for n in range(1, run.plan.last_step + 1):
        step = run.step(n)
        if step.event == "sum":
            sums[step.node] = n
        sender = run.arrivals(step.node)[-1].sender if step.event == "sum" else step.sender
        works.append(step.node if sender is None else sender)
        assert (step.contributions != ()) == (step.event == "sum")
    assert [plan_.gate_at(n) for n in range(1, run.plan.last_step + 1)] == works == plan_.gates_at.tolist()
    for index in range(len(run.program.nodes)):
        assert plan_.step_of_sum(index) == sums.get(index)
        assert [*plan_.edges_of(index)] == [wire.edge for wire in run.wires if wire.sender == index]
        assert RunNode(run, index).rule is run.program.nodes[index].rule
    # The last step over a gate's work and the first one back are each other's.
    for n in range(run.plan.last_step):
        after = plan_.over(n, run.plan.last_step)
        assert n < after
        assert plan_.back_over(after) <= n
        assert after == run.plan.last_step or not plan_.same_work(after, after + 1)


@each("run", runs)
def test_gates_may_send_in_an_order_that_was_chosen(run: Trace) -> None:
    program = run.program
    left = {index for index in range(program.first_gate, len(program.nodes)) if program.reaches[index]}
    chosen: list[int] = []
    while left:
        # The first gate of the text whose gradient is whole, where the usual order takes the last.
        chosen.append(min(index for index in left if not left & {reader for reader, _ in program.consumers[index]}))
        left.remove(chosen[-1])
    other = plan(program, chosen)
    assert list(dict.fromkeys(other.sender.tolist())) == [gate for gate in chosen if len(run.plan.edges_of(gate))]
    for index in range(len(program.nodes)):
        assert [*other.edges_of(index)] == [edge for edge, sender in enumerate(other.sender.tolist()) if sender == index]
        assert [other.slot[edge] for edge in other.edges_of(index)] == [run.plan.slot[edge] for edge in run.plan.edges_of(index)]


@each("run", runs)
def test_the_columns_of_wires_are_what_each_wire_says(run: Trace) -> None:
    wires = run.wires
    assert wires.senders.tolist() == [wire.sender for wire in wires]
    assert wires.receivers.tolist() == [wire.receiver for wire in wires]
    assert wires.slots.tolist() == [wire.slot for wire in wires]
    assert wires.steps.tolist() == [wire.step for wire in wires]
    for wire, slope in zip(wires, wires.slopes.tolist(), strict=True):
        assert run is ARRAYS or np.array_equal(slope, wire.local, equal_nan=True)
