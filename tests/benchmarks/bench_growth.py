"""How work grows with the number of gates: ``python -m tests.benchmarks.bench_growth [LARGEST]``.

Processor time of each kind of work at powers of ten from 10 gates to the largest, 100,000 unless another is said; the exponent
that fits best at the three largest, 1 for what is linear and 0 for what does not grow; and the memory of a program with its run.
What takes more than four seconds is done once. The status is 1 where something grows faster than its bar.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphstep.analysis.diagnosis import diagnose
from graphstep.analysis.paths import paths
from graphstep.analysis.witnesses import check
from graphstep.debugger.breakpoints import steps_of
from graphstep.debugger.conditions import read_conditions
from graphstep.debugger.search import search
from graphstep.engine.plan import plan
from graphstep.engine.trace import run_plan
from graphstep.faces import export
from graphstep.faces.drawing.diagram import marks
from graphstep.faces.drawing.excerpt import set_scene
from graphstep.language.graph import build
from graphstep.language.read import read
from graphstep.telling.explain import explain
from graphstep.telling.names import Names, names_of
from tests.benchmarks.bench_layout import best
from tests.benchmarks.measure import balanced
from tests.benchmarks.shapes import SHAPES, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.engine.trace import Trace
    from graphstep.language.program import Program

LARGEST, LONG = 100_000, 4.0
LINEAR, LEVEL = 1.25, 0.25
"""What an exponent may be of work on a whole program, and of work on a single place."""
WRITTEN = 10_000
"""Gates up to which documents are written, and gradients are checked: both take milliseconds a gate."""
PAGE = 1_000
"""Gates up to which a page that steps is written."""


class Work(NamedTuple):
    """Something that is measured of a program."""

    name: str
    """What is done."""
    bar: float
    """The largest exponent."""
    task: Callable[[], object]
    """The work."""
    largest: int = 1_000_000
    """Gates up to which it is done."""
    parts: int = 0
    """What it grows with: the steps that are written; the gates where it is 0."""


def work(sample: Sample) -> Iterator[Work]:
    """What is measured of a program."""
    program, inputs = sample
    run = run_plan(plan(program), inputs)
    middle = len(program.nodes) // 2
    _ = names_of(program).texts
    (condition,) = read_conditions("abs(grad) < 1e-6 and value > 0.5")
    yield Work("building networkx's graph", LINEAR, lambda: build(program), 100_000)
    yield Work("planning and a first run", LINEAR, lambda: run_plan(plan(program), inputs))
    yield Work("new inputs", LINEAR, lambda: run.with_inputs(inputs))
    yield Work("counting paths", LINEAR, lambda: paths(run, int(run.wires.receivers[-1]), 0), 100_000)
    yield Work("naming all nodes", LINEAR, lambda: Names(program).texts)
    yield Work("finding a text", LINEAR, lambda: search(run, "x1*x"))
    yield Work("a condition", LINEAR, lambda: steps_of(run, condition))
    yield Work("a diagnosis", LINEAR, lambda: diagnose(run))
    yield Work("a step explained", LEVEL, lambda: explain(run, min(run.seed_step + middle, len(run))))
    yield Work("a place drawn", LEVEL, lambda: drawn(run, middle))
    yield Work("checking", LINEAR, lambda: check(run), WRITTEN)
    for name in export.formats():
        # Of a small random graph most gates are on no way to the output, and have no step on the way back.
        yield Work(f"writing {name}", LINEAR, partial(written, run, name), PAGE if name == "html" else WRITTEN, len(run))


def written(run: Trace, name: str) -> int:
    """Write a document, piece by piece, and count its characters."""
    return sum(map(len, export.pieces(run, name)))


def looked_through(program: Program) -> object:
    """What a search in the text of a program needs, made anew: a program keeps it."""
    return replace(program).occurrences


def drawn(run: Trace, node: int) -> object:
    """What a key draws that moves to another place: what is around a node, with what stands on it at the end."""
    scene = set_scene(run, node, (120, 30), None)
    return marks(run, scene.drawn, len(run))


def exponent(sizes: list[int], times: list[float]) -> float:
    """The slope of the line that fits best when both are drawn on logarithmic scales."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def memory(make: Callable[[int], Sample], gates: int) -> float:
    """Bytes a gate of a program, its plan and its run, as Python and NumPy have asked for them."""
    gc.collect()
    tracemalloc.start()
    program, inputs = make(gates)
    run = run_plan(plan(program), inputs)
    size = tracemalloc.get_traced_memory()[0] / (len(run.program.nodes) - run.program.first_gate)
    tracemalloc.stop()
    return size


def main(words: list[str]) -> int:
    """Print the table; 1 where something grows too fast."""
    largest = int(words[0].replace(",", "")) if words else LARGEST
    sizes = [10**power for power in range(1, 7) if 10**power <= largest]
    missed = 0
    print("| shape | work | " + " | ".join(f"{size:,} gates" for size in sizes) + " | exponent | at most |")
    print("| --- " * (len(sizes) + 4) + "|")

    def row(shape: str, name: str, times: dict[int, float], bar: float, parts: dict[int, int] | None = None) -> None:
        nonlocal missed
        # Of few gates what does not grow weighs more than what does.
        largest = [*times][-3:]
        slope = exponent([(parts or {}).get(size) or size for size in largest], [times[size] for size in largest])
        missed += slope > bar
        cells = [f"{times[size] * 1e3:,.2f} ms" if size in times else "–" for size in sizes]
        print(f"| {shape} | {name} | {' | '.join(cells)} | {slope:.2f}{' **no**' * (slope > bar)} | {bar} |", flush=True)

    def measured(task: Callable[[], object]) -> float:
        # Three times, since the first look at a program makes tables that stay; what takes long is done once.
        first = best(1, task)
        return first if first > LONG else min(first, best(2, task))

    row("balanced tree", "reading a text", {size: measured(partial(read, balanced(size))) for size in sizes}, LINEAR)
    looks = {size: measured(partial(looked_through, read(balanced(size)))) for size in sizes}
    row("balanced tree", "looking through a text", looks, LINEAR)
    for shape, make in SHAPES.items():
        if shape.startswith("784"):
            # It has one size.
            continue
        spent: dict[tuple[str, float], dict[int, float]] = {}
        parts: dict[str, dict[int, int]] = {}
        for size in sizes:
            for each in work(make(size)):
                if size <= each.largest:
                    spent.setdefault((each.name, each.bar), {})[size] = measured(each.task)
                    parts.setdefault(each.name, {})[size] = each.parts
        for (name, bar), by_size in spent.items():
            row(shape, name, by_size, bar, parts[name])
        bytes_a_gate = " | ".join(f"{memory(make, size):,.0f}" for size in sizes)
        print(f"| {shape} | memory, bytes a gate | {bytes_a_gate} | – | – |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
