"""How long a worked solution in Markdown takes: ``python -m tests.benchmarks.bench_solutions``.

Of every level of every kind of exercise the program and its numbers are read, run, checked and written, in this process and with
nothing left of the time before: at most 10 ms. Of 10,000 gates in the shapes that graphs come in the document of a run takes at
most 50 µs a step. Times are processor time, the least of several; beside them stands how often a loop of Python runs in that
time, which is the same on a busy machine. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import TYPE_CHECKING

from graphstep.engine.opening import open_setup
from graphstep.engine.plan import plan
from graphstep.engine.trace import run_plan
from graphstep.faces.export import render
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.item_file import items
from tests.benchmarks.shapes import chain, shared, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAR, STEP = 0.010, 50e-6
"""Seconds for a worked solution, and for a step of a large run."""
SEEDS, TIMES = 3, 7
GATES = 10_000
TURNS = 100_000
"""Turns of the loop that a time is measured in: some 10 ms."""


def loop() -> int:
    """What a time is compared with."""
    total = 0
    for place in range(TURNS):
        total += len(str(place))
    return total


def least(times: int, *tasks: Callable[[], object]) -> list[float]:
    """The least processor time of each task, run in turn."""
    spent = [float("inf")] * len(tasks)
    for _ in range(times):
        for place, task in enumerate(tasks):
            start = process_time()
            task()
            spent[place] = min(spent[place], process_time() - start)
    return spent


def exercises() -> Iterator[tuple[str, float, float]]:
    """By kind and level the seconds for a worked solution, the mean of a few variants, and for the loop."""
    for item in items():
        for level in range(1, len(item.levels) + 1):
            setups = [draw(item, level, seed).setup for seed in range(SEEDS)]
            tasks = [lambda setup=setup: render(open_setup(setup), "md") for setup in setups]
            *ours, theirs = least(TIMES, *tasks, loop)
            yield f"{item.name} {level}", sum(ours) / SEEDS, theirs


def large() -> Iterator[tuple[str, float, float]]:
    """By shape the seconds a step of the document of a large run, of which nothing was asked before, and for the loop."""
    for name, shape in (("random graph", shared), ("chain", chain), ("balanced tree", tree)):
        made = [shape(GATES) for _ in range(2)]
        runs = [run_plan(plan(program), inputs) for program, inputs in made]
        *ours, theirs = least(1, *(lambda run=run: render(run, "md") for run in runs), loop)
        yield f"{name}, {GATES:,} gates", min(ours) / len(runs[0]), theirs


def main() -> int:
    """Print the tables; 1 where a bar is missed."""
    missed = 0
    print("| a worked solution of | ms | at most | in loops |\n| --- | --- | --- | --- |")
    for name, ours, theirs in exercises():
        missed += ours > BAR
        print(f"| {name} | {ours * 1e3:.1f}{' **no**' * (ours > BAR)} | {BAR * 1e3:g} | {ours / theirs:.2f} |", flush=True)
    print("\n| Markdown of | µs a step | at most |\n| --- | --- | --- |")
    for name, ours, _ in large():
        missed += ours > STEP
        print(f"| {name} | {ours * 1e6:.1f}{' **no**' * (ours > STEP)} | {STEP * 1e6:g} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
