"""The graph of a run for networkx: the graph of its program, with what both passes computed on its nodes and edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.language.graph import build
from graphstep.language.program import node_id
from graphstep.language.setup import REWRITINGS

if TYPE_CHECKING:
    import networkx

    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number


def network(trace: Trace, at: int | None = None) -> networkx.MultiDiGraph:
    """The graph of a run after step ``at`` (the end unless given).

    It is the graph that :func:`graphstep.language.graph.build` makes, and more. A node has its ``value`` and its ``gradient``, a
    float or an array in the shape of the value; None before they are known, and for the gradient of a constant. An edge has its
    ``contribution`` and between two numbers the ``local`` gradient, with upstream × local = contribution; both are None before it
    has sent, and where nothing is sent. The graph itself carries ``seed``, ``ties`` and the ``step``; and ``share``, ``expand``
    or ``fold`` where the program was rewritten so, and of an opened gate the ``scope``, where it was opened.
    """
    program, last = trace.program, len(trace) if at is None else at
    graph = build(program)
    rewriting = {name: True for name in REWRITINGS if getattr(trace.setup, name)}
    graph.graph.update(rewriting, seed=trace.seed, ties=trace.ties, step=last)
    if program.scope:
        graph.graph["scope"] = trace.setup.at
    for index, numbers in enumerate(graph.nodes.values()):
        gradient = trace.gradient(index, last)
        numbers["value"] = trace.value(index, last)
        numbers["gradient"] = None if gradient is None else gradient.value
    wires = trace.sent(last)
    columns = (column.tolist() for column in (wires.senders, wires.slots, wires.slopes))
    sent: dict[tuple[str, int], tuple[Number, float | None]] = {}
    for edge, (sender, slot, slope) in enumerate(zip(*columns, strict=True)):
        node = trace.node(sender)
        has_slope = node.rule is not None and node.rule.cellwise and not node.shape
        sent[node_id(sender), slot] = trace.contribution_of(edge), slope if has_slope else None
    for _, reader, slot, numbers in graph.edges(keys=True, data=True):
        # The graph has edges that send nothing, too: to data, and off the ways to the output.
        numbers["contribution"], numbers["local"] = sent.get((reader, slot), (None, None))
    return graph
