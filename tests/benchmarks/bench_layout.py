"""How long a layout takes, and how often its wires cross: `python -m tests.benchmarks.bench_layout [--dot]`.

The bars: at most 20 ms at 60 nodes, 350 ms at 10,000 and 3 s at 100,000; a neighbourhood of 60 found in 100,000
and laid out in at most 8 ms; a window of 120×40 cells drawn in a few milliseconds at any size; at most 1.3 times
the crossings of graphviz's dot at 60 nodes (`--dot` measures dot again, for which pygraphviz must be installed).
Times are processor time of this process, the best of a few runs. The exit status is 1 when a bar is missed.
"""

from __future__ import annotations

import importlib
import json
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep.faces.drawing.layout import Edge, arrange, neighbourhood
from graphstep.faces.drawing.text import NO_MARKS, draw
from tests.benchmarks.measure import Result, least, report, seconds
from tests.graphs import BUILDERS, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.faces.drawing.layout import Layout
    from tests.graphs import Graph

BARS = {60: 20.0, 10_000: 350.0, 100_000: 3000.0}
"""Milliseconds by nodes."""
NEAR = 8.0
"""Milliseconds for finding 60 nodes around one and laying them out."""
CROSSINGS = 1.3
SEEDS = 20
RECORDED = Path(__file__).parent.parent / "golden" / "dot.json"
Line = list[tuple[float, float]]


def measure(name: str, size: int) -> Result:
    """The time of one layout, and of a window on it."""
    boxes, edges = expression(size) if name == "expression" else BUILDERS[name](size)
    layouts: list[Layout] = []
    spent = least(5 if size <= 1_000 else 2, lambda: layouts.append(arrange(boxes, edges, output=len(boxes) - 1)))
    layout = layouts[-1]
    area = (layout.width // 2, layout.height // 2, 120, 40)
    shown = least(5, lambda: draw(layout, NO_MARKS, *area))
    source = f"{layout.width:,}×{layout.height:,} cells; a window of 120×40: {seconds(shown)}"
    return Result(f"{name}, {size:,} nodes", 1e3 * spent, BARS.get(size), "ms", source, group=f"laying out {size:,} nodes")


def neighbourhoods(name: str, size: int = 100_000) -> Result:
    """The time of laying out the surroundings of single nodes of a large graph."""
    boxes, edges = BUILDERS[name](size)
    operands: list[list[int]] = [[] for _ in boxes]
    consumers: list[list[int]] = [[] for _ in boxes]
    into: list[list[Edge]] = [[] for _ in boxes]
    for edge in edges:
        operands[edge.target].append(edge.source)
        consumers[edge.source].append(edge.target)
        into[edge.target].append(edge)

    def around(centre: int) -> None:
        near = neighbourhood(operands, consumers, centre)
        place = {node: at for at, node in enumerate(near)}
        inner = [
            Edge(place[edge.source], at, edge.port) for at, node in enumerate(near) for edge in into[node] if edge.source in place
        ]
        arrange([boxes[node] for node in near], inner)

    times = sorted(1e3 * least(2, partial(around, node)) for node in range(7, len(boxes), len(boxes) // 60))
    source = f"the median; 95th percentile: {times[len(times) * 95 // 100]:.1f} ms"
    return Result(name, times[len(times) // 2], NEAR, "ms", source, group=f"laying out 60 nodes around one of {size:,}")


def crossings(with_dot: bool) -> Iterator[Result]:
    """Our crossings against dot's, recorded or measured anew."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["crossings"]
    for share, figures in recorded.items():
        ours = [
            sum(arrange(*expression(60, seed, float(share), commutes), output=59).crossings for seed in range(SEEDS)) / SEEDS
            for commutes in (False, True)
        ]
        if with_dot:
            drawn = [dot_crossings(expression(60, seed, float(share)), ports) for ports in (True, False) for seed in range(SEEDS)]
            figures = {"same ports": sum(drawn[:SEEDS]) / SEEDS, "any ports": sum(drawn[SEEDS:]) / SEEDS}
        for crossed, (ports, of_dot) in zip(ours, figures.items(), strict=True):
            what, source = f"{share} of operands shared, {ports}", f"{crossed:.1f}; graphviz's dot: {of_dot:.1f}"
            yield Result(what, crossed / of_dot, CROSSINGS, source=source, group="crossings of wires, of dot's, at 60 nodes")


def dot_crossings(graph: Graph, ports: bool) -> int:
    """How many pairs of wires from different sources cross where dot draws a graph from left to right.

    With `ports` each wire enters at its own operand row, as in our drawings; without, wherever dot likes.
    """
    boxes, edges = graph
    drawing = importlib.import_module("pygraphviz").AGraph(directed=True, strict=False, rankdir="LR")
    for node, box in enumerate(boxes):
        rows = "|".join(f"<p{port}> " for port in range(box.ports))
        drawing.add_node(node, shape="record" if ports and rows else "box", label=f"{{{{{rows}}}|g}}" if ports and rows else "g")
    for number, edge in enumerate(edges):
        more = {"headport": f"p{edge.port}:w", "tailport": "e"} if ports else {}
        drawing.add_edge(edge.source, edge.target, key=str(number), **more)
    drawing.layout("dot")
    lines = [(wire[0], _spline(wire.attr["pos"])) for wire in drawing.edges()]
    return sum(
        any(_cross(a, b, c, d) for a, b in pairwise(line) for c, d in pairwise(other))
        for at, (source, line) in enumerate(lines)
        for another, other in lines[:at]
        if source != another
    )


def _spline(position: str) -> Line:
    """A wire of dot as a line of short straight pieces: its cubic Bézier curves, and the tip of its arrow."""
    tip: Line = []
    points: Line = []
    for word in position.replace("\\\n", "").split():
        x, y = word.removeprefix("e,").split(",")
        (tip if word.startswith("e,") else points).append((float(x), float(y)))
    line = points[:1]
    for at in range(0, len(points) - 3, 3):
        for step in range(1, 9):
            t = step / 8
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            corners = list(zip(weights, points[at : at + 4], strict=True))
            line.append((sum(w * x for w, (x, _) in corners), sum(w * y for w, (_, y) in corners)))
    return line + tip


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Whether two straight pieces cross strictly inside both."""

    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def results(with_dot: bool = False) -> Iterator[Result]:
    """Every kind of graph by its size, neighbourhoods, and crossings."""
    for name in ("chain", "tree", "network"):
        yield from (measure(name, size) for size in BARS)
        yield neighbourhoods(name)
    yield measure("expression", 60)
    yield from crossings(with_dot)


if __name__ == "__main__":
    sys.exit(report(results("--dot" in sys.argv)))
