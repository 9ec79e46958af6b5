"""How long a worked solution in Markdown takes: ``python -m tests.benchmarks.bench_solutions``.

Of every level of every kind of exercise the program and its numbers are read, run, checked and written, in this process and with
nothing left of the time before: at most 10 ms. Of 10,000 gates in the shapes that graphs come in the document of a run takes at
most 50 µs a step. Times are processor time, the least of several. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import sys
from statistics import mean
from typing import TYPE_CHECKING

from graphstep.engine.opening import open_setup
from graphstep.engine.plan import plan
from graphstep.engine.trace import run_plan
from graphstep.faces.export import render
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.item_file import items
from tests.benchmarks.measure import Result, least, report
from tests.benchmarks.shapes import chain, shared, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

BAR, STEP = 10.0, 50.0
"""Milliseconds for a worked solution, and microseconds for a step of a large run."""
SEEDS, TIMES = 3, 7
GATES = 10_000


def exercises() -> Iterator[Result]:
    """By kind and level a worked solution, the mean of a few variants."""
    for item in items():
        for level in range(1, len(item.levels) + 1):
            setups = [draw(item, level, seed).setup for seed in range(SEEDS)]
            spent = [least(TIMES, lambda setup=setup: render(open_setup(setup), "md")) for setup in setups]
            yield Result(f"{item.name} {level}", 1e3 * mean(spent), BAR, "ms", group="a worked solution in Markdown")


def large() -> Iterator[Result]:
    """By shape a step of the document of a large run, of which nothing was asked before."""
    for name, shape in (("random graph", shared), ("chain", chain), ("balanced tree", tree)):
        made = [shape(GATES) for _ in range(2)]
        runs = [run_plan(plan(program), inputs) for program, inputs in made]
        spent = min(least(1, lambda run=run: render(run, "md")) for run in runs)
        what = f"{name}, {GATES:,} gates"
        yield Result(what, 1e6 * spent / len(runs[0]), STEP, "µs", group="a step of a large run in Markdown")


def results() -> Iterator[Result]:
    """Exercises and large runs."""
    yield from exercises()
    yield from large()


if __name__ == "__main__":
    sys.exit(report(results()))
