"""A key, to the bytes for the terminal: ``python -m tests.benchmarks.bench_keys [KEYS]``.

Processor time in this process, on a screen of 120×40, so that others at work on the machine count little. What a key takes ends
with its last frame; a form that opens shows several, and the longest frame is what any of them took, from the key or from the
frame before it. A key that changes nothing counts for nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

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
"""The bars: the median of many gates against that of ten, the longest frame in milliseconds, and bytes at the median."""
_STEPS = ["right"] * 10 + ["left"] * 5 + ["right"] * 5
_JUMPS = (
    *("end", "left", "left", "home", "right", "o", "o", "O", "f", "left"),
    *("b", "home", "c", "home", "b", "tab", "tab", "shift+tab", "escape"),
    *("pagedown", "pagedown", "pageup", "shift+right", "shift+down", "full_stop"),
    *("l", "l", "z", "z", "s", "up", "down", "s", "w"),
    *("slash", "x", "2", "enter", "escape", "g", "5", "0", "enter", "left", "i", "u"),
    *("m", "a", "end", "apostrophe", "a", "question_mark", "escape", "home"),
)
WAY = [*_STEPS, *_STEPS, *_JUMPS]
"""The keys, again and again: steps on and back, to the ends, to breakpoints, to what is found, and about the panes."""


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


class Pressed(NamedTuple):
    """What a key did that changed the screen."""

    key: str
    """The key."""
    whole: float
    """Milliseconds of processor time to the last frame."""
    frame: float
    """The most of them that one of its frames took."""
    sent: int
    """Bytes for the terminal."""


async def keys(sample: Any, pressed: Sequence[str]) -> list[Pressed]:
    """What keys took, one after the other."""
    ends: list[float] = []
    sent = 0

    def display(app: App[None], screen: Any, update: Any) -> None:
        nonlocal sent
        if update is not None and not app._batch_count:
            sent += len(update.render_segments(app.console).encode())
        app.post_display_hook()
        ends.append(1000 * time.process_time())

    before, App._display = App._display, display  # type: ignore[method-assign]
    try:
        program, values = sample
        app = GraphstepApp(SteppingScreen(program, values, trace=trace(program, values)))
        done = []
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(2.0)
            for key in pressed:
                ends[:], sent = [1000 * time.process_time()], 0
                await pilot.press(key)
                await pilot.pause()
                if sent:
                    frames = [end - start for start, end in pairwise(ends)]
                    done.append(Pressed(key, ends[-1] - ends[0], max(frames), sent))
                # As a person presses them: what is done ahead, in between, is no part of a key.
                await pilot.pause(0.05)
    finally:
        App._display = before  # type: ignore[method-assign]
    return done


def main(words: Sequence[str] = ()) -> bool:
    """Print the table; whether a bar is missed."""
    pressed = (WAY * 7)[: int(words[0]) if words else 500]
    print(
        "| run | a key at 10 gates | at 100,000 | ratio | longest frame | its key | bytes of a key | at 100,000 | most |\n"
        + "| --- " * 9
        + "|"
    )
    missed = False
    for name, sample in SAMPLES.items():
        few, many = (asyncio.run(keys(sample(gates), pressed)) for gates in (10, GATES))
        one, other = (median(key.whole for key in done) for done in (few, many))
        longest = max(many, key=lambda key: key.frame)
        sent, larger = (median(key.sent for key in done) for done in (few, many))
        print(
            f"| {name} | {one:.1f} ms | {other:.1f} ms | {other / one:.2f} | {longest.frame:.0f} ms | {longest.key} "
            f"| {sent:,.0f} | {larger:,.0f} | {max(key.sent for key in many):,} |",
            flush=True,
        )
        over = [key for key in many if key.frame > FRAME]
        if over:
            print(*(f"{key.key} {key.frame:.0f}" for key in over), file=sys.stderr)
        missed |= other / one > MOST or bool(over) or sent > BYTES_FEW or larger > BYTES_MANY
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
