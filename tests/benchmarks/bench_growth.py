"""How work grows with the number of gates: ``python -m tests.benchmarks.bench_growth [LARGEST [SHAPE]]``.

Processor time of each kind of work at powers of ten from 10 gates to the largest, 100,000 unless another is said; the exponent
that fits best at the three largest, 1 for what is linear and 0 for what does not grow; and the memory of a program with its run.
What takes long is done once. The status is 1 where something grows faster than its bar.
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
from graphstep.engine.trace import run_plan, trace
from graphstep.faces import export
from graphstep.faces.drawing.diagram import marks
from graphstep.faces.drawing.excerpt import set_scene
from graphstep.language.graph import build
from graphstep.language.read import read
from graphstep.telling.explain import explain
from graphstep.telling.names import Names, names_of
from tests.benchmarks.measure import Result, balanced, least, report, seconds
from tests.benchmarks.shapes import Sample, chain, shared, tree, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.language.program import Program

LARGEST, LONG = 100_000, 1.0
"""Gates, and seconds from which on something is done once."""
LINEAR, LEVEL = 1.25, 0.25
"""What an exponent may be of work on a whole program, and of work on a single place."""
MEMORY = 300.0
"""Bytes a gate."""
WHY = {"counting paths": "the count has as many digits as there are gates, thousands, and each sum is as long"}
"""What is known of work that grows faster than its bar."""
WRITTEN = 10_000
"""Gates up to which documents are written, and gradients are checked: both take milliseconds a gate."""
PAGE = 1_000
"""Gates up to which a page that steps is written."""


SHAPES: dict[str, Callable[[int], Sample]] = {"balanced tree": tree, "chain": chain, "random graph with sharing": shared}


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
    # Tables that are made before the first frame.
    _ = names_of(program).texts, program.uses, program.consumers
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


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
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


def measured(task: Callable[[], object]) -> float:
    """The processor time of a task: since the first look at a program makes tables that stay, of three where it is short."""
    first = least(1, task)
    return first if first > LONG else min(first, least(2, task))


def growth(name: str, shape: str, bar: float, spent: dict[int, tuple[float, int]]) -> Result:
    """How work grows, by gates its time and what it grows with."""
    # Of few gates what does not grow weighs more than what does.
    sizes = [*spent][-3:]
    slope = exponent([spent[size][1] for size in sizes], [spent[size][0] for size in sizes])
    source = ", ".join(f"{seconds(spent[size][0])} at {size:,}" for size in sizes)
    return Result(shape, slope, bar, source=source, why=WHY.get(name, ""), group=f"exponent of {name}")


def results(largest: int = LARGEST) -> Iterator[Result]:
    """Every kind of work on every shape."""
    sizes = sizes_to(largest)
    texts = {size: balanced(size) for size in sizes}
    reading = {size: (measured(partial(read, text)), size) for size, text in texts.items()}
    yield growth("reading a text", "balanced tree", LINEAR, reading)
    looks = {size: (measured(partial(looked_through, read(text))), size) for size, text in texts.items()}
    yield growth("looking through a text", "balanced tree", LINEAR, looks)
    dead = {}
    for size in sizes[1:]:
        run = trace(*units(size))
        dead[size] = measured(lambda run=run: diagnose(run)), len(run.program.nodes)
    yield growth("a diagnosis", "dead units", LINEAR, dead)
    for shape in SHAPES:
        yield from of_shape(shape, largest)


def of_shape(shape: str, largest: int) -> Iterator[Result]:
    """Every kind of work on one shape."""
    make = SHAPES[shape]
    spent: dict[tuple[str, float], dict[int, tuple[float, int]]] = {}
    for size in sizes_to(largest):
        for each in work(make(size)):
            if size <= each.largest:
                spent.setdefault((each.name, each.bar), {})[size] = measured(each.task), each.parts or size
    for (name, bar), by_size in spent.items():
        yield growth(name, shape, bar, by_size)
    yield Result(shape, memory(make, max(largest, LARGEST)), MEMORY, "bytes", "program, plan and run", group="memory of a gate")


def sizes_to(largest: int) -> list[int]:
    """The powers of ten from 10 gates on."""
    return [10**power for power in range(1, 7) if 10**power <= largest]


if __name__ == "__main__":
    asked = int(sys.argv[1].replace(",", "")) if sys.argv[1:] else LARGEST
    sys.exit(report(of_shape(sys.argv[2], asked) if sys.argv[2:] else results(asked)))
