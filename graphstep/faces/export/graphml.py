"""GraphML: the graph for Gephi, yEd, Cytoscape and whatever else reads graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.engine.network import network
from graphstep.engine.trace import Trace
from graphstep.faces.export._cells import pieces
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export.nodelink import plain

SUFFIX = ".graphml"
SUMMARY = "the graph as GraphML, for networkx, Gephi and yEd"


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """What ``networkx.read_graphml`` reads.

    GraphML has texts, numbers and flags: arrays, shapes, options and constants are JSON in a text, as are inf and nan; what
    is not there is left out.
    """
    import networkx

    del options
    graph = network(trace, at)
    edges = list(graph.edges(keys=True, data=True))
    # In place, on a graph that was built for this alone: a second one would double what it takes.
    for attributes in (graph.graph, *graph.nodes.values(), *(of for *_, of in edges)):
        scalars = _scalars(attributes)
        attributes.clear()
        attributes.update(scalars)
    for _, gate, slot, of in edges:
        # The slot alone, which is the key, would stand at many edges.
        of["id"] = f"{gate}.{slot}"
    for line in networkx.generate_graphml(graph, edge_id_from_attribute="id"):
        yield f"{line}\n"


def _scalars(attributes: dict[str, Any]) -> dict[str, Any]:
    kept = {name: entry for name, entry in plain(attributes).items() if entry is not None}
    return {name: x if isinstance(x, str | bool | int | float) else "".join(pieces(x)) for name, x in kept.items()}
