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

from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.exercise.item_file import items

SEEDS = 100
BAR = 0.009


def measure(item: Item, level: int) -> float:
    """Seconds that one exercise of a level takes; printed."""
    for seed in range(SEEDS):
        draw(item, level, seed)
    start = process_time()
    for seed in range(SEEDS, 2 * SEEDS):
        draw(item, level, seed)
    each = (process_time() - start) / SEEDS
    print(f"{item.name:10} {level}  {each * 1e3:5.1f} ms", flush=True)
    return each


def main() -> int:
    """Run all measurements."""
    together = mean(measure(item, level) for item in items() for level in range(1, len(item.levels) + 1))
    print(f"mean over the levels: {together * 1e3:.1f} ms of {BAR * 1e3:g}{'' if together <= BAR else '  TOO SLOW'}")
    return 0 if together <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
