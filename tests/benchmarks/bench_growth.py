"""How work grows with the number of gates: ``python -m tests.benchmarks.bench_growth [LARGEST]``.

Processor time of each kind of work at powers of ten from 1,000 gates to the largest, 100,000 unless another is said; the exponent
that fits best, 1 for what is linear and 0 for what does not grow; and the memory of a program with its run. The status is 1 where
something grows faster than its bar.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graphstep.analysis.paths import paths
from graphstep.engine.plan import plan
from graphstep.engine.trace import run_plan
from graphstep.faces.drawing.diagram import marks
from graphstep.faces.drawing.excerpt import set_scene
from graphstep.language.read import read
from graphstep.telling.explain import explain
from tests.benchmarks.bench_layout import best
from tests.benchmarks.measure import balanced
from tests.benchmarks.shapes import SHAPES, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.engine.trace import Trace

LARGEST = 100_000
LINEAR, LEVEL = 1.25, 0.25
"""What an exponent may be of work on a whole program, and of work on a single place."""


def work(sample: Sample) -> Iterator[tuple[str, float, Callable[[], object]]]:
    """What is measured of a program: its name, the largest exponent, the work."""
    program, inputs = sample
    run = run_plan(plan(program), inputs)
    middle = len(program.nodes) // 2
    yield "planning and a first run", LINEAR, lambda: run_plan(plan(program), inputs)
    yield "new inputs", LINEAR, lambda: run.with_inputs(inputs)
    yield "counting paths", LINEAR, lambda: paths(run, 0, 0)
    yield "a step explained", LEVEL, lambda: explain(run, run.seed_step + middle)
    yield "a place drawn", LEVEL, lambda: drawn(run, middle)


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
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest]
    missed = 0
    print("| shape | work | " + " | ".join(f"{size:,} gates" for size in sizes) + " | exponent | at most |")
    print("| --- " * (len(sizes) + 4) + "|")

    def row(shape: str, name: str, at: list[int], times: list[float], bar: float) -> None:
        nonlocal missed
        slope = exponent(at, times)
        missed += slope > bar
        cells = [f"{time * 1e3:,.2f} ms" for time in times] + ["–"] * (len(sizes) - len(times))
        print(f"| {shape} | {name} | {' | '.join(cells)} | {slope:.2f}{' **no**' * (slope > bar)} | {bar} |", flush=True)

    short = [size for size in sizes if size <= LARGEST]
    row("balanced tree", "reading a text", short, [best(3, partial(read, balanced(size))) for size in short], LINEAR)
    for shape, make in SHAPES.items():
        if shape.startswith("784"):
            # It has one size.
            continue
        measured = [[(name, bar, best(3, task)) for name, bar, task in work(make(size))] for size in sizes]
        for columns in zip(*measured, strict=True):
            row(shape, columns[0][0], sizes, [time for _, _, time in columns], columns[0][1])
        bytes_a_gate = " | ".join(f"{memory(make, size):,.0f}" for size in sizes)
        print(f"| {shape} | memory, bytes a gate | {bytes_a_gate} | – | – |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
