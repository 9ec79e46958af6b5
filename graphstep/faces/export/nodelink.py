"""Node-link JSON: the graph as networkx, D3 and others keep one in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.engine.network import network
from graphstep.engine.trace import Trace
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export.json import number, written

SUFFIX = ".nodelink.json"
SUMMARY = "the graph as node-link JSON, for networkx and D3"

_NUMBERS = frozenset({"value", "gradient", "contribution", "local", "seed"})


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """What ``networkx.node_link_graph(data, edges="edges")`` reads; numbers are as in JSON, schema 1."""
    del options
    graph = network(trace, at)
    edges = graph.edges(keys=True, data=True)
    yield from written(
        (
            ("directed", True),
            ("multigraph", True),
            ("graph", plain(graph.graph)),
            ("nodes", ({"id": node, **plain(of)} for node, of in graph.nodes.items())),
            ("edges", ({"source": a, "target": b, "key": slot, **plain(of)} for a, b, slot, of in edges)),
        )
    )


def plain(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as JSON holds them: numbers where there are numbers, and the slots of constants as texts."""
    entries: dict[str, Any] = {name: number(value) if name in _NUMBERS else value for name, value in attributes.items()}
    if "constants" in entries:
        entries["constants"] = {str(slot): number(value) for slot, value in entries["constants"].items()}
    return entries
