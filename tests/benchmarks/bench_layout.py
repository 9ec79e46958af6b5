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
from time import process_time
from typing import TYPE_CHECKING

from graphstep.faces.drawing.layout import Edge, arrange, neighbourhood
from graphstep.faces.drawing.text import NO_MARKS, draw
from tests.graphs import BUILDERS, expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.drawing.layout import Layout
    from tests.graphs import Graph

BARS = {60: 0.020, 10_000: 0.350, 100_000: 3.0}
NEAR = 0.008
"""Seconds for finding 60 nodes around one and laying them out."""
CROSSINGS = 1.3
SEEDS = 20
RECORDED = Path(__file__).parent.parent / "golden" / "dot.json"
Line = list[tuple[float, float]]


def best(times: int, work: Callable[[], object]) -> float:
    """Seconds of processor time, the least of a few runs."""
    spent: list[float] = []
    for _ in range(times):
        start = process_time()
        work()
        spent.append(process_time() - start)
    return min(spent)


def measure(name: str, size: int) -> bool:
    """Print the time of one layout and of a window on it; whether the bar is kept."""
    boxes, edges = expression(size) if name == "expression" else BUILDERS[name](size)
    made: list[Layout] = []
    spent = best(5 if size <= 1_000 else 2, lambda: made.append(arrange(boxes, edges, output=len(boxes) - 1)))
    layout = made[-1]
    area = (layout.width // 2, layout.height // 2, 120, 40)
    shown = best(5, lambda: draw(layout, NO_MARKS, *area))
    bar = BARS.get(size)
    kept = bar is None or spent <= bar
    print(
        f"{name:10} {size:7,} nodes  {spent * 1e3:8.1f} ms {'' if bar is None else f'of {bar * 1e3:g}':8}"
        f"  window {shown * 1e3:5.2f} ms  {layout.width:,}×{layout.height:,} cells{'' if kept else '  TOO SLOW'}"
    )
    return kept


def measure_neighbourhoods(name: str, size: int = 100_000) -> bool:
    """Print the time of laying out the surroundings of single nodes of a large graph; whether the bar is kept."""
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

    times = sorted(best(2, partial(around, node)) for node in range(7, len(boxes), len(boxes) // 60))
    median, late = times[len(times) // 2], times[len(times) * 95 // 100]
    print(
        f"{name:10} neighbourhood of 60 in {size:,}: median {median * 1e3:.1f} ms, "
        f"95th percentile {late * 1e3:.1f} ms of {NEAR * 1e3:g}"
    )
    return median <= NEAR


def measure_crossings(with_dot: bool) -> bool:
    """Print our crossings next to dot's, recorded or measured anew; whether the bar is kept."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["crossings"]
    kept = True
    for share, figures in recorded.items():
        ours, chosen = (
            sum(arrange(*expression(60, seed, float(share), commutes), output=59).crossings for seed in range(SEEDS)) / SEEDS
            for commutes in (False, True)
        )
        if with_dot:
            drawn = [dot_crossings(expression(60, seed, float(share)), ports) for ports in (True, False) for seed in range(SEEDS)]
            figures = {"same ports": sum(drawn[:SEEDS]) / SEEDS, "any ports": sum(drawn[SEEDS:]) / SEEDS}
        same, free = figures["same ports"], figures["any ports"]
        print(
            f"crossings  60 nodes, {share} of operands shared: {ours:.1f} into the same ports as dot's {same:.1f} "
            f"(ratio {ours / same:.2f} of {CROSSINGS}), {chosen:.1f} into any as dot's {free:.1f} (ratio {chosen / free:.2f})"
        )
        kept = kept and ours <= CROSSINGS * same and chosen <= CROSSINGS * free
    return kept


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


def main(words: list[str]) -> int:
    """Run all measurements."""
    kept = [measure(name, size) for name in ("chain", "tree", "network") for size in (60, 1_000, 10_000, 100_000)]
    kept += [measure("expression", size) for size in (60, 1_000)]
    kept += [measure_neighbourhoods(name) for name in ("chain", "tree", "network")]
    kept.append(measure_crossings("--dot" in words))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
