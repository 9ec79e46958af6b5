"""DOT: the graph for Graphviz and what reads its language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.engine.network import network
from graphstep.engine.trace import Trace
from graphstep.faces.export._options import PLAIN, Options
from graphstep.ground.arrays import number_text
from graphstep.language.program import shown_name

SUFFIX = ".dot"
SUMMARY = "the graph for Graphviz: dot -Tpdf"


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The nodes with values and gradients, and the edges with contributions, from left to right."""
    del options
    graph, digits = network(trace, at), trace.setup.digits
    called = shown_name if trace.program.frames else str
    yield f"digraph {_quoted(graph.graph['program'])} {{\n  rankdir=LR;\n  node [shape=box];\n"
    for node, of in graph.nodes.items():
        head = of["label"] if of["name"] in (None, of["label"]) else f"{called(of['name'])} = {of['label']}"
        shape = "" if of["gate"] is not None else ", shape=ellipse"
        lines = (head, *_line("value", of["value"], digits), *_line("gradient", of["gradient"], digits))
        yield f"  {_quoted(node)} [label={_quoted(*lines)}{shape}];\n"
    for operand, gate, of in graph.edges(data=True):
        label = _line("", of["contribution"], digits)
        yield f"  {_quoted(operand)} -> {_quoted(gate)}{f' [label={_quoted(*label)}]' if label else ''};\n"
    yield "}\n"


def _line(word: str, value: Any, digits: int) -> tuple[str, ...]:
    return () if value is None else (f"{word} {number_text(value, digits)}".strip(),)


def _quoted(*lines: str) -> str:
    r"""Lines as one quoted text. Between quotes Graphviz knows ``\"``, and in a label escapes such as ``\N`` and ``\l``; what
    looks like an entity of HTML would become its character.
    """
    plain = (" ".join(line.split()).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    text = "\\n".join(plain)
    return f'"{text}"'
