"""What is said beside a drawn graph; how much of it is drawn is known to who draws it."""

from __future__ import annotations

from graphstep.telling.derivatives import is_objective, objective
from graphstep.telling.document import Content, Graph, Math

AS_TEXT = "The same as text: values above the wires, gradients below"
"""Over the drawing in characters, where another one stands before it."""

WHERE = "Values stand above the wires, gradients below."
"""Beside a drawing that says it by place alone."""

ON_WIRES = (
    "The shape of an array stands on its wire; its gradient has the same one. "
    "An array too long for its wire is given as the range of its cells, least…greatest."
)
"""Beside a drawing with arrays."""


def caption(graph: Graph, drawn: int) -> Content:
    """What the drawing shows, of which ``drawn`` nodes are seen."""
    trace, last = graph.trace, graph.at
    program = trace.program
    if drawn < len(program.nodes):
        centre = "the gate of this step" if last < len(trace) else "the output"
        gates = len(program.nodes) - program.first_gate
        return (f"The program has {gates:,} gates. Drawn are the {drawn} nodes around {centre}; open wires lead to the others.",)
    if not graph.written:
        return ("Every gate takes its inputs from the left.",)
    if last < len(trace):
        return (f"Every gate shows its value and, under it, its gradient after step {last:,}.",)
    goal = Math(objective(trace)) if is_objective(trace) else "the output"
    return "Every gate shows its value and, under it, its gradient: the derivative of ", goal, " with respect to it."
