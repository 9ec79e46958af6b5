"""A key, to the bytes for the terminal: ``python -m tests.benchmarks.bench_keys [KEYS]``.

Processor time in this process, on a screen of 120×40, so that others at work on the machine count little.
"""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from textual.app import App

from graphstep.engine.trace import trace
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.language.read import read
from tests.benchmarks import shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.shapes import Sample

GATES = 100_000
MOST, FRAME, BYTES_FEW, BYTES_MANY = 1.5, 33.0, 6_000, 15_000
"""The bars: the median of many gates against that of ten, the longest key in milliseconds, and bytes at the median."""
_WAY = ["right"] * 10 + ["left"] * 5 + ["right"] * 5


def arrays(cells: int) -> tuple[Any, dict[str, Any]]:
    """A layer with so many cells in its matrix."""
    width = int((cells / 2) ** 0.5)
    chance = np.random.default_rng(1)
    values = {"W": chance.standard_normal((2 * width, width)) / width, "x": chance.standard_normal(width)}
    return read("h = tanh(W@x); sum(h*h)", values), values


def network(gates: int) -> Sample:
    """784-32-10 in numbers, or as few."""
    return shapes.network(784, 32, 10) if gates == GATES else shapes.network(2, 1, 1)


SAMPLES: dict[str, Callable[[int], Any]] = {
    "balanced tree": shapes.tree,
    "chain": shapes.chain,
    "random graph with sharing": shapes.shared,
    "784-32-10 in scalars": network,
    "matrix of 10 million cells": lambda gates: arrays(10_000_000 if gates == GATES else 10),
}


async def keys(sample: Any, pressed: Sequence[str]) -> tuple[list[float], list[int]]:
    """Milliseconds of processor time and bytes of every key."""
    sent = 0

    def display(app: App[None], screen: Any, update: Any) -> None:
        nonlocal sent
        if update is not None and not app._batch_count:
            sent += len(update.render_segments(app.console).encode())
        app.post_display_hook()

    before, App._display = App._display, display  # type: ignore[method-assign]
    try:
        program, values = sample
        app = GraphstepApp(SteppingScreen(program, values, trace=trace(program, values)))
        times, sizes = [], []
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(1.0)
            for key in pressed:
                sent, start = 0, time.process_time()
                await pilot.press(key)
                await pilot.pause()
                times.append(1000 * (time.process_time() - start))
                sizes.append(sent)
    finally:
        App._display = before  # type: ignore[method-assign]
    return times, sizes


def main(words: Sequence[str] = ()) -> bool:
    """Print the table; whether a bar is missed."""
    pressed = (_WAY * 25)[: int(words[0]) if words else 500]
    print(
        "| run | a key at 10 gates | at 100,000 | ratio | longest key | bytes of a key | at 100,000 | most |\n"
        + "| --- " * 8
        + "|"
    )
    missed = False
    for name, sample in SAMPLES.items():
        (few, sent), (many, larger) = (asyncio.run(keys(sample(gates), pressed)) for gates in (10, GATES))
        ratio = median(many) / median(few)
        sizes = f"{median(sent):,.0f} | {median(larger):,.0f} | {max(larger):,}"
        print(
            f"| {name} | {median(few):.1f} ms | {median(many):.1f} ms | {ratio:.2f} | {max(many):.0f} ms | {sizes} |", flush=True
        )
        missed |= ratio > MOST or max(many) > FRAME or median(sent) > BYTES_FEW or median(larger) > BYTES_MANY
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
