"""What is said beside a drawn graph; how much of it is drawn is known to who draws it."""

from __future__ import annotations

from graphstep.telling.derivatives import is_objective, objective
from graphstep.telling.document import Content, Graph, Math
from graphstep.telling.reports.parts import heading, phrase
from graphstep.telling.words.catalogue import message


def as_text(graph: Graph) -> str:
    """What stands over the drawing in characters, where another one stands before it."""
    return heading(graph.trace, "drawing-as-text" if graph.written else "drawing-as-text-bare")


def where(graph: Graph) -> str:
    """What stands beside a drawing that says by place alone what its numbers are; nothing where it has none."""
    return heading(graph.trace, "drawing-where") if graph.written else ""


def on_wires(graph: Graph) -> str:
    """What is said of the shapes that stand on the wires of a drawing with arrays, and of their cells where it has them."""
    shapes = heading(graph.trace, "drawing-on-wires")
    if not graph.written:
        return shapes
    return message(graph.trace.writing.language, "joint", one=shapes, next=heading(graph.trace, "drawing-ranges"))


def caption(graph: Graph, drawn: int, *, whole: bool = False) -> Content:
    """What the drawing shows, of which ``drawn`` nodes are seen; ``whole`` where each of the others is inside of one of these."""
    trace, last = graph.trace, graph.at
    program = trace.program
    if whole and drawn < len(program.nodes):
        return (heading(trace, "drawing-calls", gates=len(program.nodes) - program.first_gate, drawn=drawn),)
    if drawn < len(program.nodes):
        key = "drawing-around-gate" if last < len(trace) else "drawing-around-output"
        return (heading(trace, key, gates=len(program.nodes) - program.first_gate, drawn=drawn),)
    if not graph.written:
        return (heading(trace, "drawing-bare"),)
    if last < len(trace):
        return (heading(trace, "drawing-so-far", step=last),)
    if is_objective(trace):
        return phrase(trace.writing.language, "drawing-of", goal=Math(objective(trace)))
    return (heading(trace, "drawing"),)
