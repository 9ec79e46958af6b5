"""The computational graph of a program as a networkx graph, for everyone who has a question about it that networkx answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.expression import Constant, Program, node_id
from graphstep.gates import GATES

if TYPE_CHECKING:
    import networkx


def build(program: Program) -> networkx.MultiDiGraph:
    """The graph of a program.

    Nodes are keyed by id (``"v1"``) and carry ``label`` (as typed), ``name``, ``gate`` (None for an input), ``symbol`` (what
    stands in the box), ``span`` and ``constants`` (slot → number). An edge goes from an operand to the gate that reads it and is
    keyed by the slot, so ``x*x`` has two. Nodes are added in topological order. The graph itself carries ``program`` and
    ``output``.
    """
    import networkx

    graph = networkx.MultiDiGraph(program=program.text, output=node_id(program.output))
    graph.add_nodes_from(
        (
            node_id(index),
            {
                "label": program.label(index),
                "name": node.name,
                "gate": node.gate,
                "symbol": node.name if node.gate is None else GATES[node.gate].box(node.operands),
                "span": node.span,
                "constants": {slot: x.value for slot, x in enumerate(node.operands) if isinstance(x, Constant)},
            },
        )
        for index, node in enumerate(program.nodes)
    )
    graph.add_edges_from(
        (node_id(x), node_id(index), slot)
        for index, node in enumerate(program.nodes)
        for slot, x in enumerate(node.operands)
        if isinstance(x, int)
    )
    return graph
