"""Graphs of networkx that become programs again: of runs, of files (``attributes``), and those that somebody made by hand."""

from __future__ import annotations

import io
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.network import network
from graphstep.faces import export
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, LimitError
from graphstep.ground.operands import Chosen
from graphstep.language.network import source
from graphstep.language.source import SIGNS
from tests.arrayed import at_work
from tests.cases import each
from tests.domains import is_ordinary, points
from tests.effort import grows_with
from tests.gates.rows.test_rows import CASES
from tests.networks import NETWORKS
from tests.programs import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.engine.trace import Trace

PROGRAMS: dict[str, dict[str, Any]] = {
    "q = x+y; f = q*q*z": {"x": -2, "y": 5, "z": -4},
    "x": {"x": 3},
    "2*3 + 0*x": {"x": 1},
    "q = 2*3; y": {"y": 1},
    "a = x*y; b = a*z; a": {"x": 1, "y": 2, "z": 3},
    "h = h0; repeat 3 { h = tanh(w*h) }; h": {"h0": 1, "w": 2},
    "def cell(h, x) = tanh(h*x) + x; cell(cell(a, b), b)": {"a": 1, "b": 2},
    "e^(2*e) + pi": {"e": 1},
    "E[ids]@w + sum(E[[1, 0, 1], 0:1])": {"E": [[1, 2], [3, 4]], "ids": [0, 1, 1], "w": [1, 1]},
    "max(x) + norm(x) + sum(x[1:], axis=0, keepdims=true) + x[0] + x[..., -1]": {"x": [1, 2, 3]},
    "b + mean((b+X)^2, axis=(0, 1)) + fill(b[0], shape=(2, 2))": {"b": [1, 2], "X": [[1, 2], [3, 4]]},
    "grad(sum(x^3), x) @ x": {"x": [1, 2]},
    "x/(1/3) - 1e400*x + x^-2 - (-3)": {"x": 2},
    "log(x)": {"x": 0},
}


@pytest.fixture(params=PROGRAMS, scope="module")
def run(request: pytest.FixtureRequest) -> gs.Run:
    return gs.run(request.param, **PROGRAMS[request.param])


def files(run: Trace) -> dict[str, nx.MultiDiGraph]:
    """The graph of a run as networkx reads it in the files of it."""
    graphml, nodelink = (export.render(run, name) for name in ("graphml", "nodelink"))
    return {
        "graphml": nx.read_graphml(io.BytesIO(graphml.encode())),
        "nodelink": nx.node_link_graph(json.loads(nodelink), edges="edges"),
    }


def without_text(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    del graph.graph["program"]
    return graph


def assert_same_numbers(one: Trace, other: Trace) -> None:
    """The same output, and the same gradients of inputs, to the bit."""
    np.testing.assert_array_equal(np.asarray(other.output), np.asarray(one.output))
    assert {*other.program.inputs} == {*one.program.inputs}
    for index, name in enumerate(one.program.inputs):
        there = other.gradient_of(other.program.inputs.index(name))
        np.testing.assert_array_equal(np.asarray(there), np.asarray(one.gradient_of(index)))


# -- round trips ----------------------------------------------------------------------------------------------------------------


def test_the_graph_of_a_run_is_run_as_that_run(run: gs.Run) -> None:
    back = gs.run(run.graph)
    assert back.program == run.program
    assert back.to_json() == run.to_json()


def test_files_of_a_run_are_run_as_that_run(run: gs.Run) -> None:
    for graph in files(run.trace).values():
        back = gs.run(graph)
        assert back.program == run.program
        assert back.to_json() == run.to_json()


def test_without_its_text_a_graph_is_the_same_gates_in_the_same_order(run: gs.Run) -> None:
    back = gs.run(without_text(run.graph))
    if any(node.gate == "constant" for node in run.program.nodes[: run.program.output]):
        # It came out of grad: a number alone is typed where it is read.
        assert np.array_equal(back.output, run.output)
        assert all(np.array_equal(back.gradients[name], gradient) for name, gradient in run.gradients.items())
        return
    assert_same_numbers(run.trace, back.trace)
    gates = [node.gate for node in run.program.nodes if node.rule]
    assert [node.gate for node in back.program.nodes if node.rule] == gates


def test_a_graph_that_was_not_run_is_run() -> None:
    graph = gs.build("max(x, axis=0) + b")
    assert gs.run(graph, x=[1, 2], b=1).output == 3.0
    assert gs.run(gs.build("grad(x^3, x)"), x=2).output == 12.0


@each("rewriting", ["share", "expand", "fold"])
def test_a_rewritten_program_comes_back_rewritten(rewriting: str) -> None:
    run = gs.run("sigmoid(x*y) + 1/(1+exp(-(x*y)))", x=1, y=2, data="y", **{rewriting: True})
    for graph in (run.graph, *files(run.trace).values()):
        back = gs.run(graph)
        assert (back.program, back.trace.setup.data) == (run.program, ("y",))
        assert getattr(back.trace.setup, rewriting)
    assert_same_numbers(run.trace, gs.run(without_text(run.graph)).trace)


def test_random_programs_come_back_with_their_text_and_without() -> None:
    for seed in range(120):
        case = seeded(seed)
        run = gs.run(case.text, inputs=case.inputs)
        graph = run.graph
        assert gs.run(graph).program == run.program
        back = gs.run(without_text(graph))
        assert_same_numbers(run.trace, back.trace)
        gates = [node.gate for node in run.program.nodes]
        assert [node.gate for node in back.program.nodes][run.program.first_gate :] == gates[run.program.first_gate :]


@each("name", [name for name in ELEMENTWISE if name != "constant"])
def test_every_elementwise_gate_comes_back(name: str) -> None:
    rule = GATES[name]
    point = next(point for point in points(rule) if is_ordinary(rule, point))
    graph = nx.MultiDiGraph()
    # The exponent of power is a number, as the edges of a clip may be.
    numbers = {1: point[1]} if name == "power" else {}
    for slot, value in enumerate(point):
        if slot not in numbers:
            graph.add_edge(f"x{slot}", "f", slot=slot)
            graph.nodes[f"x{slot}"]["value"] = value
    graph.add_node("f", gate=name, constants=numbers)
    back = gs.run(graph)
    assert [node.gate for node in back.program.nodes if node.rule] == [name]
    expected = at_work((name, [*point], {}))
    assert expected is not None
    assert back.output == expected.output


@each("name", STRUCTURAL)
def test_every_structural_gate_comes_back(name: str) -> None:
    for number, case in enumerate(CASES[name]):
        if (run := at_work(case)) is None:
            continue
        if Chosen(()) in dict(case.options).get("index", ()):
            with pytest.raises(InputError, match="no text says what the graph computes"):
                gs.run(network(run))
            continue
        # Files hold the same graph: one case in twelve goes through one.
        for graph in (network(run), *([] if number % 12 else files(run).values())):
            back = gs.run(graph, seed=run.seed)
            assert back.program.nodes[back.program.output].gate == run.program.nodes[run.program.output].gate
            assert_same_numbers(run, back.trace)


@each("name", NETWORKS)
def test_networks_come_back_with_their_text_and_without(name: str) -> None:
    net = NETWORKS[name]
    run = gs.run(net.text, inputs=net.inputs)
    assert gs.run(run.graph).program == run.program
    assert_same_numbers(run.trace, gs.run(without_text(run.graph)).trace)


def test_every_gate_without_a_function_has_a_sign_or_brackets() -> None:
    over = {rule.over_cells for rule in GATES.values()}
    silent = {name for name, rule in GATES.items() if not rule.functions} - over
    assert silent == {*SIGNS} - {"pow"} | {"index", "gather", "broadcast"}


# -- graphs from somebody's hands -----------------------------------------------------------------------------------------------


def hand_made() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([("x", {"value": 3}), ("w", {"value": 2}), ("q", {"gate": "mul"}), ("f", {"gate": "tanh"})])
    graph.add_edge("w", "q", slot=0)
    graph.add_edge("x", "q", slot=1)
    graph.add_edge("q", "f")
    return graph


def test_a_graph_needs_gates_and_slots_and_no_more() -> None:
    run = gs.run(hand_made())
    assert run.program.text == "tanh(w*x)"
    assert run.output == np.tanh(6.0)
    assert gs.run(hand_made(), x=0.5).output == np.tanh(1.0)


def test_a_gate_that_was_changed_changes_the_program_and_its_text() -> None:
    graph = gs.run("f = x*y + x", x=2, y=3).graph
    graph.nodes["v3"]["gate"] = "div"
    run = gs.run(graph)
    assert (run.program.text, run.output) == ("f = x/y + x", 2 / 3 + 2)
    assert gs.run(run.program.text, x=2, y=3).to_json() == run.to_json()


def test_gates_in_an_order_that_no_expression_has_keep_it_by_names() -> None:
    graph = hand_made()
    graph.add_node("g", gate="exp")
    graph.add_edge("x", "g")
    graph.add_node("s", gate="sub")
    graph.add_edge("g", "s", slot=0)
    graph.add_edge("f", "s", slot=1)
    run = gs.run(graph)
    assert run.program.text == "u1 = tanh(w*x); u2 = exp(x); u2 - u1"
    assert [node.gate for node in run.program.nodes if node.rule] == ["mul", "tanh", "exp", "sub"]


def changed(change: Callable[[nx.MultiDiGraph], object]) -> nx.MultiDiGraph:
    graph = hand_made()
    change(graph)
    return graph


REFUSED: dict[str, tuple[Callable[[nx.MultiDiGraph], object], str, str]] = {
    "circle": (lambda g: g.add_edge("f", "q", slot=2), "in a circle: .*'q' → 'f' → 'q'|'f' → 'q' → 'f'", "take one of these"),
    "unknown gate": (lambda g: g.nodes["f"].update(gate="tahn"), "'f' has the gate 'tahn'", "did you mean 'tanh'"),
    "gate of no name": (lambda g: g.nodes["f"].update(gate=[1]), r"'f' has the gate '\[1\]'", "gates are called as in"),
    "input that reads": (lambda g: g.nodes["q"].update(gate=None), "'q' has no gate, and reads 'w'", 'gate="add"'),
    "missing slot": (lambda g: g.edges["x", "q", 0].update(slot=2), "'q' reads nothing in slot 1", "without a gap"),
    "doubled slot": (lambda g: g.edges["x", "q", 0].update(slot=0), "'q' reads 'w' and 'x' in slot 0", "one slot reads one"),
    "doubled constant": (lambda g: g.nodes["q"].update(constants={0: 2}), "'q' reads 'w' and 2 in slot 0", "one slot"),
    "too many": (lambda g: g.add_edge("x", "f", slot=1), "'f' reads 2, and tanh takes 1", "constants"),
    "too few": (lambda g: g.remove_edge("q", "f"), "'f' reads 0, and tanh takes 1", "constants"),
    "slot of a text": (lambda g: g.edges["q", "f", 0].update(slot="a"), "'f' reads in slot 'a'", "whole number"),
    "several outputs": (lambda g: g.add_node("y"), "nothing reads 2 of the nodes, 'y', 'f'", r"graph.graph\['output'\]"),
    "no such output": (lambda g: g.graph.update(output="z"), "the output of the graph is 'z'", "key of a node"),
    "unread input": (lambda g: (g.add_node("y"), g.graph.update(output="f")), "nothing reads the input 'y'", "take the node out"),
    "strange option": (lambda g: g.nodes["f"].update(options={"axis": 0}), "'f' has an option 'axis'", "tanh has none"),
    "options of nothing": (lambda g: g.nodes["f"].update(options="{"), "options of the node 'f' cannot be read", "JSON"),
    "constant of a text": (lambda g: g.nodes["q"].update(constants={1: "2"}), "constant '2' of the node 'q' is no number", ""),
    "nan": (lambda g: (g.remove_node("x"), g.nodes["q"].update(constants={1: "nan"})), "nan is no numeral", "input"),
    "name of no letters": (lambda g: g.nodes["x"].update(name="a b"), "an input is called 'a b'", "name='x1'"),
    "one name twice": (lambda g: g.nodes["q"].update(name="x"), "two nodes are called 'x'", "a name of its own"),
    "value of a text": (lambda g: g.nodes["x"].update(value="{"), "value of the input 'x' cannot be read", "JSON"),
    "value of words": (lambda g: g.nodes["x"].update(value=["a"]), "x holds something besides numbers", "0.5"),
}


@each("case", REFUSED)
def test_what_is_no_program_is_refused_with_the_node_and_what_would_do(case: str) -> None:
    change, message, hint = REFUSED[case]
    with pytest.raises(InputError) as caught:
        gs.run(changed(change))
    assert re.search(message, caught.value.message)
    assert re.search(hint, caught.value.hint)


@each("graph", [nx.Graph([(1, 2)]), nx.DiGraph(), 7, None])
def test_what_is_no_directed_graph_of_nodes_is_refused(graph: Any) -> None:
    with pytest.raises(InputError):
        gs.run(graph)


@each(
    "text",
    ["__import__('os').system('true')", "x; y", "[" * 5000, "def f(", "\x00", "tanh(w*x)/0", "a" * 100],
)
def test_attributes_are_read_and_never_run(text: str) -> None:
    """Whatever stands there, the program is the one of the nodes, or it is refused in a sentence."""
    graph = hand_made()
    graph.graph["program"] = text
    assert gs.run(graph).program.text == "tanh(w*x)"
    places: list[Callable[[nx.MultiDiGraph], object]] = [
        lambda g: g.nodes["q"].update(name=text),
        lambda g: g.nodes["x"].update(name=text),
        lambda g: g.nodes["x"].update(value=text),
        lambda g: g.nodes["f"].update(gate=text),
        lambda g: g.nodes["f"].update(options=text),
        lambda g: g.nodes["q"].update(constants=text),
        lambda g: g.nodes["x"].update(shape=text),
        lambda g: g.graph.update(data=text),
    ]
    for change in places:
        with suppress(GraphstepError):
            assert gs.run(changed(change)).output == np.tanh(6.0)


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GATES", 1)
    with pytest.raises(LimitError, match="at most 1 gates, and this graph has 2"):
        gs.run(hand_made())
    monkeypatch.setattr(limits, "CELLS", 100)
    monkeypatch.setattr(limits, "GATES", 10)
    with pytest.raises(LimitError, match="more than 100 cells"):
        gs.run(hand_made(), x=np.ones(60), w=1)


def test_reading_a_graph_is_linear() -> None:
    def work(size: int) -> Callable[[], object]:
        statements = ["a0 = x", *(f"a{i} = tanh(a{i - 1}*x) + exp(y)" for i in range(1, size))]
        graph = gs.build("; ".join(statements))
        del graph.graph["program"]
        return lambda: source(graph)

    assert grows_with(40, work) < 2.2
