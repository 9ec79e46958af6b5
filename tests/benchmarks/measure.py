"""How speed is measured here: us and a peer in turn, in one run on one machine, and only the ratio counts."""

from __future__ import annotations

import gc
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison."""

    what: str
    """What was measured."""
    ours: float
    """Our median in seconds."""
    peer: str
    """What it was compared with."""
    theirs: float
    """The peer's median in seconds."""
    bar: float | None
    """What the ratio may be at most; None where nothing is asked."""

    @property
    def ratio(self) -> float:
        """Our time in units of the peer's."""
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bar."""
        return self.bar is None or self.ratio <= self.bar

    @property
    def row(self) -> str:
        """A row of the table that :func:`report` prints."""
        cells = (
            self.what,
            f"{self.ours * 1000:.1f} ms",
            self.peer,
            f"{self.theirs * 1000:.1f} ms",
            f"{self.ratio:.3f}",
            "–" if self.bar is None else f"{self.bar:.3g}",
            "–" if self.bar is None else "yes" if self.holds else "**no**",
        )
        return f"| {' | '.join(cells)} |"


HEAD = "| what | ours | against | theirs | ratio | at most | holds |\n| --- | --- | --- | --- | --- | --- | --- |"


def in_turn(rounds: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The medians of both, run alternately, so that a busy moment of the machine meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for found, function in zip(times, (ours, theirs), strict=True):
            gc.collect()
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


def minima(rounds: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The least processor time of both, run alternately: what others do on the machine lengthens a run and shortens none."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for column, function in zip(times, (ours, theirs), strict=True):
            gc.collect()
            start = time.process_time()
            function()
            column.append(time.process_time() - start)
    return min(times[0]), min(times[1])


def balanced(operations: int, names: int = 50) -> str:
    """A program of that many + and * gates as a balanced tree, which is the text that every peer can read too."""
    choose = random.Random(1)
    terms = [f"x{choose.randrange(names)}" for _ in range(operations + 1)]
    operator = "*"
    while len(terms) > 1:
        pairs = [f"({one}{operator}{other})" for one, other in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[2 * len(pairs) :]
        operator = "+" if operator == "*" else "*"
    return terms[0]


def report(results: Iterable[Result]) -> bool:
    """Print the table; whether every bar holds."""
    print(HEAD)
    held = True
    for result in results:
        print(result.row, flush=True)
        held = held and result.holds
    return held
