"""The graph of a document as Mermaid, and as text for viewers that do not draw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from graphstep.faces.drawing.diagram import Diagram, settled
from graphstep.faces.drawing.diagram import diagram as drawing
from graphstep.faces.drawing.folded import shown
from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.text import NO_MARKS, Marks, draw, text_of
from graphstep.faces.export._markdown import MERMAID_EDGES, mermaid_label
from graphstep.ground.memo import owner_cache
from graphstep.language.program import Program, node_id
from graphstep.telling.document import Content, Graph
from graphstep.telling.reports import graph as words
from graphstep.telling.words.catalogue import message

# Mermaid draws up to 50,000 characters, and shows an error in place of what is longer (its maxTextSize).
_MERMAID_TEXT = 40_000

_ROOMY = 20
"""Nodes up to which there is room around the boxes."""

_KEPT = 60
"""Nodes up to which a drawing without numbers lives as long as its program."""

_WIDE = 100
"""Columns beyond which a drawing with arrays is set compactly: what stands on their wires is longer than a number."""


def diagram(graph: Graph) -> tuple[Diagram, Marks]:
    """What a document draws of a run, and what is written on it."""
    if not graph.written and len(graph.trace.program.nodes) <= _KEPT:
        return _unwritten(graph.trace.program), NO_MARKS
    drawn = shown(graph.trace, graph.at)
    return drawn, settled(graph.trace, drawn, graph.at) if graph.written else NO_MARKS


# A class has one program with many numbers on its sheets.
@owner_cache
def _unwritten(program: Program) -> Diagram:
    """A program without numbers. Its wires have no room for them either, which would tell how long they are."""
    return drawing(program)


@owner_cache
def _unwritten_text(program: Program) -> str:
    return text_of(draw(arranged(_unwritten(program)), NO_MARKS))


def captions(graph: Graph, drawn: Diagram) -> tuple[Content, str, str]:
    """What stands beside a drawing: what it shows, what its numbers are, and what stands on its wires where there are arrays."""
    on_wires = words.on_wires(graph) if _has_shapes(drawn) else ""
    return words.caption(graph, len(drawn.nodes), whole=drawn.whole), words.where(graph), on_wires


def _has_shapes(drawn: Diagram) -> bool:
    """Whether any array stands in a drawing."""
    return any(box.on_wire for box in drawn.boxes)


def as_text(drawn: Diagram, written: Marks) -> str:
    """The drawing in characters."""
    if written is NO_MARKS and len(drawn.program.nodes) <= _KEPT:
        return _unwritten_text(drawn.program)
    return text_of(draw(arranged(drawn), written))


def as_mermaid(drawn: Diagram, written: Marks, language: str) -> str:
    """The drawing for Mermaid, with its labels in a language; empty where it would refuse it."""
    picture = "".join(_mermaid(drawn, written, partial(message, language)))
    return picture if len(drawn.edges) < MERMAID_EDGES and len(picture) < _MERMAID_TEXT else ""


def arranged(drawn: Diagram) -> Layout:
    """Where everything goes: with room around it, where there is."""
    if len(drawn.nodes) > _ROOMY:
        return drawn.arrange("compact")
    # Arranged twice at the worst, and only where there are few nodes: how wide a drawing gets is known when it is arranged.
    roomy = drawn.arrange("roomy")
    wide = roomy.width > _WIDE and _has_shapes(drawn)
    return drawn.arrange("compact") if wide else roomy


def _mermaid(drawn: Diagram, written: Marks, say: Callable[[str], str]) -> Iterator[str]:
    yield "flowchart LR\n"
    for box, index in enumerate(drawn.nodes):
        look = drawn.boxes[box]
        head = f"{look.label}   {look.name}" if look.name not in ("", look.label) else look.label
        lines = [head]
        if look.on_wire and box == drawn.output:
            lines.append(f"{say('heading-shape')} {look.on_wire}")
        if box in written.values:
            lines.append(f"{say('heading-value')} {_minus(written.values[box])}")
        if box in written.gradients:
            lines.append(f"{say('heading-gradient')} {_minus(written.gradients[box])}")
        shape = ("([", "])") if index < drawn.program.first_gate else ("[", "]")
        yield f"  {_key(drawn, box)}{shape[0]}{mermaid_label(lines)}{shape[1]}\n"
    for edge in drawn.edges:
        on_wire = drawn.boxes[edge.source].on_wire
        arrow = f"-->|{mermaid_label([on_wire])}|" if on_wire else "-->"
        yield f"  {_key(drawn, edge.source)} {arrow} {_key(drawn, edge.target)}\n"
    if written.active is not None:
        yield f"  style {_key(drawn, written.active)} stroke-width:4px\n"


def _key(drawn: Diagram, box: int) -> str:
    """What Mermaid calls a box: as JSON calls its node, or a call of several values that is no node."""
    return f"c{box + 1}" if box in drawn.calls else node_id(drawn.nodes[box])


def _minus(number: str) -> str:
    # Mermaid takes a label that begins with a hyphen and a blank for a list, and a real minus sign reads better anyway.
    return number.replace("-", "−")
