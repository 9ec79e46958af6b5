"""The terminal UI on a pseudo-terminal: ``python -m tests.benchmarks.bench_screen``."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measure import against, balanced, report
from tests.benchmarks.terminal import COLUMNS, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.measure import Result

OURS = (sys.executable, "-m", "graphstep", "(x+y)*z", "x=-2", "y=5", "z=-4")
EMPTY = (sys.executable, "-c", "from textual.app import App; App().run()")
RIGHT, LEFT = b"\x1b[C", b"\x1b[D"
PANE, WIRE, BLANK = "╭", "▸", " " * COLUMNS
"""What shows that the panes are painted, that the graph is, and that anything is: an edge, the tip of a wire, an empty row."""


def first_frame(command: Sequence[str], shown: str) -> float:
    """Seconds from the start of the process to the last byte of the frame that shows ``shown``."""
    with Terminal(command) as terminal:
        return terminal.until(shown.encode()) - terminal.started


def results() -> Iterator[Result]:
    """The first frame against an empty app, and a key at 10,000 gates against a key at 10."""
    marks = ((OURS, PANE), (OURS, WIRE), (EMPTY, BLANK))
    frames = [[first_frame(command, mark) for command, mark in marks] for _ in range(11)]
    panes, graph, empty = (median(times) for times in zip(*frames, strict=True))
    yield against("first painted frame", panes, "that of an empty Textual app", empty, 1.4)
    yield against("the same with the graph in it", graph, "that of an empty Textual app", empty, 1.8)
    with TemporaryDirectory() as folder:
        large, small = (stepping(size, Path(folder)) for size in (10_000, 10))
        with large as many, small as few:
            for terminal in (many, few):
                terminal.until(WIRE.encode())
                terminal.settle(1.0)
            # On to step 10 and back to 5, again and again: the step's number is on the screen with it.
            numbers = [*range(1, 11), *[9, 8, 7, 6, 5, 6, 7, 8, 9, 10] * 5]
            keys = [(RIGHT if n > before else LEFT, f" {n}/") for before, n in pairwise([0, *numbers])]
            pairs = [(many.press(*key), few.press(*key)) for key in keys]
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    yield against("key to screen, 10,000 gates", ours, "the same at 10 gates", theirs, 1.5)


def stepping(gates: int, folder: Path) -> Terminal:
    """The terminal UI on a program of that many gates."""
    file = folder / f"{gates}.txt"
    file.write_text(balanced(gates, names=5), encoding="utf-8")
    values = [f"x{i}={0.5 + i / 10}" for i in range(5)]
    return Terminal((sys.executable, "-m", "graphstep", f"@{file}", *values))


if __name__ == "__main__":
    sys.exit(report(results()))
