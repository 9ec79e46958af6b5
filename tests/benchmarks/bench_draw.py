"""How long it takes to draw an exercise, for every level of every item: ``python -m tests.benchmarks.bench_draw``.

A class of 1,000 with 10 items each is drawn in a minute on two processors where one exercise takes at most 12 ms, its sheet
included; the mean over the levels is held to less, which leaves room for the sheet. Times are processor time of this process,
without the first draws of each form, which run the program and find out what belongs to its structure. The exit status is 1
when the bar is missed.
"""

from __future__ import annotations

import sys
from statistics import mean
from time import process_time
from typing import TYPE_CHECKING

from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.item_file import items
from tests.benchmarks.measure import Result, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.teaching.exercise.item import Item

SEEDS = 100
BAR = 9.0
"""Milliseconds in the mean over the levels."""


def measure(item: Item, level: int) -> float:
    """Milliseconds that one exercise of a level takes."""
    for seed in range(SEEDS):
        draw(item, level, seed)
    start = process_time()
    for seed in range(SEEDS, 2 * SEEDS):
        draw(item, level, seed)
    return 1e3 * (process_time() - start) / SEEDS


def results() -> Iterator[Result]:
    """The mean over the levels."""
    levels = {f"{item.name} {level}": measure(item, level) for item in items() for level in range(1, len(item.levels) + 1)}
    longest = max(levels, key=levels.__getitem__)
    source = f"{len(levels)} levels, at most {levels[longest]:.1f} ms: {longest}"
    yield Result("drawing an exercise", mean(levels.values()), BAR, "ms", source)


if __name__ == "__main__":
    sys.exit(report(results()))
