"""A key, to the bytes for the terminal: ``python -m tests.benchmarks.bench_keys [KEYS [RUN …]]``.

Processor time of the thread that draws, on a screen of 120×40, so that others at work on the machine count little. What a key
takes ends with its last frame; a form that opens shows several, and the longest frame is what any of them took, from the key,
from the frame before it, or from the arrival of what was computed behind the keys. A key that changes nothing counts for nothing.

The screens of ten and of many gates have a process each and are pressed in turn, so that a slow minute is slow for both. Where a
frame is over its bar the same keys are pressed once more, and the shorter of both counts: what a program takes long for it takes
long for again, and what the machine was at meanwhile does not come at the same key. How many were over in each is told.
"""

from __future__ import annotations

import asyncio
import sys
import time
from multiprocessing import get_context
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from textual.app import App

from graphstep.debugger.actions import keyed
from graphstep.engine.trace import trace
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.language.read import read
from tests.benchmarks import shapes
from tests.benchmarks.measure import Result, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from textual.pilot import Pilot

    from tests.benchmarks.shapes import Sample

GATES = 100_000
MOST, FRAME, BYTES_FEW, BYTES_MANY = 1.5, 33.0, 6_000, 15_000
"""The bars: the median of many gates against that of ten, the longest frame in milliseconds, and bytes at the median."""

_ANSWERS = {
    "find": ("x", "2", "down", "enter"),
    "jump": ("5", "0", "enter"),
    "mark": ("a",),
    "to_mark": ("a",),
    "break_on": ("i", "s", "n", "a", "n", "enter"),
    "watch": ("x", "1", "enter"),
    "edit": ("1", "enter"),
    "data": ("down", "right", "pagedown", "end"),
    "help": ("down", "pagedown"),
    "palette": ("u", "n"),
    # A question is asked, answered, and left alone.
    "predict": ("right", "4", "right", "escape", "p"),
}
"""What is typed behind the key of an action; into a form of another action "down" is."""

_LONG = 20.0
"""Seconds that a question may take which is answered behind the keys."""


def way() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of all actions but the one that leaves, in an order by chance, with what is typed behind each; and steps between
    them.
    """
    chance = Random(1)
    table = [action for action in keyed("stepping") if action.id != "quit"]
    while True:
        for action in chance.sample(table, len(table)):
            yield chance.choice(("right", "right", "left")), ()
            yield action.keys[0], _ANSWERS.get(action.id, ())


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

    number: int
    """The how manieth key it was."""
    key: str
    """The key."""
    whole: float
    """Milliseconds of processor time to the last frame."""
    frame: float
    """The most of them that one of its frames took."""
    sent: int
    """Bytes for the terminal."""


class Fingers:
    """Presses keys on a screen, and writes down what each took."""

    def __init__(self, pilot: Pilot[None], screen: SteppingScreen, turn: Callable[[], object]) -> None:
        self._pilot, self._screen, self._turn = pilot, screen, turn
        self.done: list[Pressed] = []
        self.pressed = 0
        self._frames: list[tuple[float, float]] = []
        self._begun = 0.0
        self._sent = 0

    def display(self, app: App[None], _: Any, update: Any) -> None:
        """In place of what writes an update to the terminal."""
        if update is not None and not app._batch_count:
            self._sent += len(update.render_segments(app.console).encode())
        app.post_display_hook()
        now = _now()
        self._frames.append((self._begun, now))
        self._begun = now

    def wake(self) -> None:
        """The frame that comes now begins here: what it shows was waited for."""
        self._begun = _now()

    async def press(self, key: str) -> None:
        """Press a key when it is its turn, and wait for what comes of it."""
        # The screen is not kept waiting by that: what it does ahead goes on.
        await asyncio.to_thread(self._turn)
        self.pressed += 1
        self._begin()
        await self._pilot.press(key)
        await self._pilot.pause()
        self._end(key)
        # As a person presses them: what is done ahead, in between, is no part of a key.
        await self._pilot.pause(0.05)
        until = time.monotonic() + _LONG
        while any(worker.is_running for worker in self._screen.workers) and time.monotonic() < until:
            self._begin()
            await self._pilot.pause(0.02)
            self._end(f"{key} …")

    async def follow(self, typed: Sequence[str]) -> None:
        """Type into what a key has opened, and leave it."""
        for key in typed if typed or not self.opened else ("down",):
            if self.opened or key == typed[0] == "right":
                await self.press(key)
        while self.opened:
            await self.press("escape")

    @property
    def opened(self) -> bool:
        """Whether there is something that keys are typed into."""
        app = self._screen.app
        return app.screen is not self._screen or app.focused is not None

    def _begin(self) -> None:
        self._frames.clear()
        self._begun, self._sent = _now(), 0

    def _end(self, key: str) -> None:
        if self._sent:
            took = [end - begin for begin, end in self._frames]
            self.done.append(Pressed(self.pressed, key, sum(took), max(took), self._sent))


def _now() -> float:
    return 1000 * time.thread_time()


async def keys(sample: Any, count: int, turn: Callable[[], object] = lambda: None) -> list[Pressed]:
    """What so many keys took, one after the other, each when ``turn`` returns."""
    program, values = sample
    screen = SteppingScreen(program, values, trace=trace(program, values))
    app = GraphstepApp(screen)
    before, arrive = App._display, App.call_from_thread

    def woken(app: App[Any], function: Callable[..., Any], *words: Any, **options: Any) -> Any:
        def arrived() -> Any:
            fingers.wake()
            return function(*words, **options)

        return arrive(app, arrived)

    try:
        async with app.run_test(size=(120, 40)) as pilot:
            # As xterm, and all that come with its entry in terminfo.
            app._painting.erases = True
            fingers = Fingers(pilot, screen, turn)
            App._display = lambda *words: fingers.display(*words)  # type: ignore[method-assign]
            App.call_from_thread = woken  # type: ignore[method-assign]
            await pilot.pause(2.0)
            for key, typed in way():
                if fingers.pressed >= count:
                    return fingers.done
                await fingers.press(key)
                await fingers.follow(typed)
    finally:
        App._display, App.call_from_thread = before, arrive  # type: ignore[method-assign]
    raise AssertionError("there is always another key")


def _play(name: str, gates: int, count: int, parent: Connection) -> None:
    """Press keys on a screen in a process of its own, each when the parent says so."""

    def turn() -> None:
        parent.send(None)
        parent.recv()

    parent.send(asyncio.run(keys(SAMPLES[name](gates), count, turn)))


def in_turn(name: str, count: int) -> list[list[Pressed]]:
    """What so many keys took at ten gates and at many, a key here and a key there."""
    context = get_context("spawn")
    ends, done = [], {}
    for gates in (10, GATES):
        end, other = context.Pipe()
        context.Process(target=_play, args=(name, gates, count, other), daemon=True).start()
        other.close()
        ends.append(end)
    for end in ends:
        end.recv()
    while waiting := [end for end in ends if end not in done]:
        for end in waiting:
            end.send(None)
            # It asks for the next turn when the key is done with.
            if (pressed := end.recv()) is not None:
                done[end] = pressed
    return [done[end] for end in ends]


def shorter(first: Sequence[Pressed], second: Sequence[Pressed]) -> list[Pressed]:
    """The keys of a run, each as it was in another run where that took less."""
    others = {(key.number, key.key): key for key in second}
    return [min(key, others.get((key.number, key.key), key), key=lambda key: key.frame) for key in first]


def _over(done: Sequence[Pressed]) -> list[Pressed]:
    """The keys with a frame over the bar, the longest first."""
    return sorted((key for key in done if key.frame > FRAME), key=lambda key: -key.frame)


def results(count: int = 500, names: Sequence[str] = ()) -> Iterator[Result]:
    """Every run at ten gates and at many."""
    for name in names or SAMPLES:
        few, many = runs = in_turn(name, count)
        one, other = (median(key.whole for key in done) for done in runs)
        source = f"{other:.1f} ms; {one:.1f} ms"
        yield Result(name, other / one, MOST, source=source, group=f"a key at {GATES:,} gates, of one at 10")
        again = in_turn(name, count) if _over(few) or _over(many) else None
        for place, (gates, first) in enumerate(zip((10, GATES), runs, strict=True)):
            done = shorter(first, again[place]) if again else first
            count_over = f"{len(_over(first))} and {len(_over(again[place]))}" if again else "0"
            source = f"{count_over} of {len(first)} keys over {FRAME:g} ms"
            why = "in both runs " + ", ".join(f"{key.key} {key.frame:.0f}" for key in _over(done))
            longest = max(key.frame for key in done)
            yield Result(name, longest, FRAME, "ms", source, why, f"the longest frame at {gates:,} gates")
        for gates, done, most in ((10, few, BYTES_FEW), (GATES, many, BYTES_MANY)):
            source = f"the median; at most {max(key.sent for key in done):,}"
            sent = median(key.sent for key in done)
            yield Result(name, sent, most, "bytes", source, group=f"sent for a key at {gates:,} gates")


if __name__ == "__main__":
    sys.exit(report(results(int(sys.argv[1]) if sys.argv[1:] else 500, sys.argv[2:])))
