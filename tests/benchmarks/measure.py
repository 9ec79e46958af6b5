"""How speed is measured here: us and a peer in turn, in one run on one machine, where what counts is the ratio; and the table."""

from __future__ import annotations

import gc
import random
import time
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Result:
    """One number that is held to a bar."""

    what: str
    """What was measured."""
    value: float
    """The number: a ratio, or so many of a unit."""
    bar: float | None
    """What it may be at most; None where nothing is asked."""
    unit: str = ""
    """The unit of both; empty for a ratio."""
    source: str = ""
    """What the number is made of."""
    why: str = ""
    """What is known about a number that is over its bar."""
    group: str = ""
    """What it is one of, where of all benchmarks together the one that is nearest to its bar is told."""

    @property
    def nearness(self) -> float:
        """The number in units of its bar."""
        return self.value / self.bar if self.bar else 0.0

    @property
    def holds(self) -> bool:
        """Whether the number is within its bar."""
        return self.nearness <= 1

    @property
    def row(self) -> str:
        """A row of the table that :func:`report` prints."""
        # Near its bar a number needs the digits that tell on which side it is.
        number = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.3f}" if self.value < 1 else f"{self.value:.2f}"
        unit = f" {self.unit}" if self.unit else ""
        most, verdict = ("–", "–") if self.bar is None else (f"{round(self.bar, 2):,g}{unit}", "yes" if self.holds else "**no**")
        why = "" if self.holds else self.why
        what = f"{self.group}: {self.what}" if self.group else self.what
        cells = (what, f"{number}{unit}", most, verdict, self.source or "–", why or "–")
        return f"| {' | '.join(cells)} |"


HEAD = "| what | measured | at most | holds | from | why not |\n| --- | --- | --- | --- | --- | --- |"


def against(what: str, ours: float, peer: str, theirs: float, bar: float | None, why: str = "", group: str = "") -> Result:
    """A ratio: our seconds, in units of a peer's."""
    return Result(what, ours / theirs, bar, source=f"{seconds(ours)}; {peer}: {seconds(theirs)}", why=why, group=group)


def seconds(time: float) -> str:
    """A time with its unit."""
    return f"{time:,.2f} s" if time >= 1 else f"{1e3 * time:,.0f} ms" if time >= 0.1 else f"{1e3 * time:.1f} ms"


def in_turn(rounds: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The medians of both, run alternately, so that a busy moment of the machine meets both alike."""
    times = _times(time.perf_counter, rounds, ours, theirs)
    return median(times[0]), median(times[1])


def minima(rounds: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The least processor time of both, run alternately: what others do on the machine lengthens a run and shortens none."""
    times = _times(time.process_time, rounds, ours, theirs)
    return min(times[0]), min(times[1])


def least(rounds: int, task: Callable[[], object]) -> float:
    """The least processor time of a task in some rounds."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        task()
        spent.append(time.process_time() - start)
    return min(spent)


def _times(clock: Callable[[], float], rounds: int, *tasks: Callable[[], object]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for column, task in zip(times, tasks, strict=True):
            gc.collect()
            start = clock()
            task()
            column.append(clock() - start)
    return times


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


def folded(results: Iterable[Result]) -> Iterator[Result]:
    """Of each group the result that is nearest to its bar, with how many there are, and how far others are over it."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.group:
            groups.setdefault(result.group, []).append(result)
        else:
            yield result
    for name, members in groups.items():
        first, *others = sorted(members, key=lambda member: -member.nearness)
        if not others:
            yield first
            continue
        over = [f"{each.what}: {each.value:.3g}" for each in others if not each.holds]
        why = "; ".join(filter(None, [first.why, f"{len(over)} more: {', '.join(over)}" if over else ""]))
        yield replace(first, what=f"{name}, {len(members)} of them; nearest: {first.what}", why=why, group="")


def report(results: Iterable[Result]) -> int:
    """Print the table; the status of the process: 1 where a bar is missed."""
    print(HEAD)
    held = True
    for result in results:
        print(result.row, flush=True)
        held = held and result.holds
    return int(not held)
