"""The graph in a document: as Mermaid, and as text for viewers that do not draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.drawing.diagram import settled, shown
from graphstep.faces.drawing.text import draw, text_of
from graphstep.faces.export._markdown import MERMAID_EDGES, fence, inline, mermaid_label
from graphstep.gates.notation import LATEX
from graphstep.language.program import node_id
from graphstep.telling.derivatives import is_objective, objective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace
    from graphstep.faces.drawing.diagram import Diagram
    from graphstep.faces.drawing.layout import Layout
    from graphstep.faces.drawing.text import Marks

_MERMAID_TEXT = 40_000

_ROOMY = 20
"""Nodes up to which there is room around the boxes."""

_WIDE = 100
"""Columns beyond which a drawing with arrays is set compactly: what stands on their wires is longer than a number."""


def goal(trace: Trace) -> str:
    """What is differentiated, in words: the output, or the number that is made of it."""
    return inline(objective(trace).read(LATEX).text) if is_objective(trace) else "the output"


def graph(trace: Trace, last: int) -> Iterator[str]:
    """The graph as Mermaid, and as text for viewers that do not draw it."""
    program, drawn = trace.program, shown(trace, last)
    yield "\n## Graph\n\n"
    if not drawn.whole:
        yield f"The program has {len(program.nodes) - program.first_gate:,} gates. Drawn are the {len(drawn.nodes)} nodes "
        yield "around the gate of this step" if last < len(trace) else "around the output"
        yield "; open wires lead to the others.\n\n"
    else:
        yield "Every gate shows its value and, under it, its gradient"
        yield f" after step {last:,}.\n\n" if last < len(trace) else f": the derivative of {goal(trace)} with respect to it.\n\n"
    written = settled(trace, drawn, last)
    text = text_of(draw(_arranged(drawn), written))
    picture = "".join(_mermaid(drawn, written))
    if len(drawn.edges) < MERMAID_EDGES and len(picture) < _MERMAID_TEXT:
        yield fence(picture, "mermaid")
        yield "\n<details>\n<summary>The same as text: values above the wires, gradients below</summary>\n\n"
        yield fence(text)
        yield "\n</details>\n"
    else:
        yield f"Values stand above the wires, gradients below.\n\n{fence(text)}"
    if any(box.on_wire for box in drawn.boxes):
        yield "\nThe shape of an array stands on its wire; its gradient has the same one. "
        yield "An array too long for its wire is given as the range of its cells, least…greatest.\n"


def _arranged(drawn: Diagram) -> Layout:
    if len(drawn.nodes) > _ROOMY:
        return drawn.arrange("compact")
    roomy = drawn.arrange("roomy")
    wide = roomy.width > _WIDE and any(box.on_wire for box in drawn.boxes)
    return drawn.arrange("compact") if wide else roomy


def _mermaid(drawn: Diagram, written: Marks) -> Iterator[str]:
    yield "flowchart LR\n"
    for box, index in enumerate(drawn.nodes):
        look = drawn.boxes[box]
        head = f"{look.label}   {look.name}" if look.name not in ("", look.label) else look.label
        lines = [head]
        if look.on_wire and box == drawn.output:
            lines.append(f"shape {look.on_wire}")
        if box in written.values:
            lines.append(f"value {_minus(written.values[box])}")
        if box in written.gradients:
            lines.append(f"gradient {_minus(written.gradients[box])}")
        shape = ("([", "])") if index < drawn.program.first_gate else ("[", "]")
        yield f"  {node_id(index)}{shape[0]}{mermaid_label(lines)}{shape[1]}\n"
    for edge in drawn.edges:
        on_wire = drawn.boxes[edge.source].on_wire
        arrow = f"-->|{mermaid_label([on_wire])}|" if on_wire else "-->"
        yield f"  {node_id(drawn.nodes[edge.source])} {arrow} {node_id(drawn.nodes[edge.target])}\n"
    if written.active is not None:
        yield f"  style {node_id(drawn.nodes[written.active])} stroke-width:4px\n"


def _minus(number: str) -> str:
    # Mermaid takes a label that begins with a hyphen and a blank for a list, and a real minus sign reads better anyway.
    return number.replace("-", "−")
