"""The graph of a run with its numbers: for networkx, and in the files that networkx and Graphviz read."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphstep as gs
from graphstep.faces import export
from graphstep.language.graph import build

HOSTILE = 'q = x + y  # "]; <b>&quot;</b> \\N \\" ]]> {|} -->\nq*q/0'


@pytest.fixture(scope="module")
def run() -> gs.Run:
    return gs.run("q = x+y; f = q*q*z + (softmax(v)@W)@v", x=-2, y=5, z=-4, v=[1, 2, 3], W="randn(3, 3)")


def read_back(run: gs.Run, name: str) -> nx.MultiDiGraph:
    """What networkx reads in the file of a run."""
    text = export.render(run.trace, name)
    if name == "graphml":
        return nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    return nx.node_link_graph(json.loads(text), edges="edges")


def plain(value: Any) -> Any:
    """A number of a file: what GraphML has no type for is JSON in a text."""
    if isinstance(value, str) and value not in ("inf", "-inf", "nan"):
        return json.loads(value)
    return value


def test_the_numbers_on_the_graph_are_those_of_the_run(run: gs.Run) -> None:
    graph, data = run.graph, run.to_dict()
    assert list(graph) == [node["id"] for node in data["nodes"]]
    for node in data["nodes"]:
        for what in ("value", "gradient"):
            assert np.asarray(graph.nodes[node["id"]][what]).tolist() == node[what]
        assert graph.nodes[node["id"]]["shape"] == tuple(node["shape"])
    sends = [step for step in data["steps"] if step.get("event") == "send"]
    assert len(sends) == graph.number_of_edges()
    for step in sends:
        edge = graph.edges[step["to"], step["from"], step["slot"]]
        assert np.asarray(edge["contribution"]).tolist() == step["contribution"]
        assert edge["local"] == (None if np.ndim(step["contribution"]) or np.ndim(step["upstream"]) else step["local"])


def test_what_arrives_along_the_edges_adds_up_to_the_gradient(run: gs.Run) -> None:
    graph = run.graph
    for node, of in graph.nodes.items():
        if out := list(graph.out_edges(node, data=True)):
            np.testing.assert_allclose(sum(edge["contribution"] for *_, edge in out), of["gradient"], rtol=1e-12)


def test_the_graph_of_a_program_is_that_of_a_run_without_its_numbers(run: gs.Run) -> None:
    graph, plain_graph = run.graph, build(run.program)
    for of in graph.nodes.values():
        del of["value"], of["gradient"]
    assert dict(graph.nodes) == dict(plain_graph.nodes)
    assert list(graph.edges(keys=True)) == list(plain_graph.edges(keys=True))


def test_a_graph_at_a_step_holds_nothing_that_comes_later() -> None:
    run = gs.run("(x+y)*z", x=-2, y=5, z=-4)
    early = json.loads(export.render(run.trace, "nodelink", 1))
    assert [node["value"] for node in early["nodes"]] == [-2.0, 5.0, -4.0, 3.0, None]
    assert all(node["gradient"] is None for node in early["nodes"])
    middle = json.loads(export.render(run.trace, "nodelink", 4))
    assert {(e["source"], e["target"]): e["contribution"] for e in middle["edges"]}["v4", "v5"] == -4.0
    assert sum(edge["contribution"] is None for edge in middle["edges"]) == 3


def test_an_edge_that_sends_nothing_has_no_contribution() -> None:
    graph = gs.run("a = x*y; b = a*z; x*z", x=2, y=3, z=5, data="z").graph
    silent = [(a, b) for a, b, edge in graph.edges(data=True) if edge["contribution"] is None]
    assert silent == [("v1", "v4"), ("v2", "v4"), ("v3", "v5"), ("v3", "v6"), ("v4", "v5")]
    assert graph.graph["data"] == ["z"]


@pytest.mark.parametrize("name", ["graphml", "nodelink"])
def test_networkx_reads_the_same_graph_in_a_file(run: gs.Run, name: str) -> None:
    graph, back = run.graph, read_back(run, name)
    assert list(back) == list(graph)
    for node, of in graph.nodes.items():
        for what in ("value", "gradient"):
            assert np.asarray(plain(back.nodes[node][what])).tolist() == np.asarray(of[what]).tolist()
        assert back.nodes[node].get("gate") == of["gate"]
        assert tuple(plain(back.nodes[node]["shape"])) == of["shape"]
    edges = {(b, edge["slot"]): (a, edge["contribution"]) for a, b, edge in graph.edges(data=True)}
    for a, b, edge in back.edges(data=True):
        operand, contribution = edges.pop((b, edge["slot"]))
        assert (operand, np.asarray(contribution).tolist()) == (a, np.asarray(plain(edge["contribution"])).tolist())
    assert not edges


@pytest.mark.parametrize("name", ["graphml", "nodelink"])
def test_hostile_text_and_numbers_beyond_numbers_come_back_as_they_were(name: str) -> None:
    run = gs.run(HOSTILE, x=-2, y=5)
    back = read_back(run, name)
    assert back.graph["program"] == HOSTILE
    assert back.nodes["v5"]["value"] == "inf"


def test_edges_of_graphml_have_ids_of_their_own(run: gs.Run) -> None:
    ids = re.findall(r'<edge [^>]*id="([^"]*)"', export.render(run.trace, "graphml"))
    assert len(ids) == len(set(ids)) == run.graph.number_of_edges()


def test_hostile_text_stays_between_the_quotes_of_dot() -> None:
    text = export.render(gs.run(HOSTILE, x=-2, y=5).trace, "dot")
    # Without what stands between quotes only our own words are left.
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "T", text)
    assert set(outside.split()) == {
        "digraph", "T", "{", "rankdir=LR;", "node", "[shape=box];", "[label=T,", "shape=ellipse];", "[label=T];", "->", "}",
    }  # fmt: skip
    assert "\\\\N" in text
    assert "&amp;quot;" in text


def test_the_longest_ending_of_a_file_chooses_its_format() -> None:
    for file, name in {
        "a.nodelink.json": "nodelink",
        "a.json": "json",
        "a.b.json": "json",
        "A.NODELINK.JSON": "nodelink",
    }.items():
        assert export.format_of(file) == name
    assert export.format_of("nodelink.json") == "json"
