"""Every benchmark, one after the other, in one table: ``python -m tests.benchmarks [LARGEST]``, or ``make bench``.

The largest size of bench_growth is 100,000 gates where no other is said. What each module took stands on standard error.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from graphstep.engine.core import core
from tests.benchmarks import (
    bench_capture,
    bench_draw,
    bench_growth,
    bench_keys,
    bench_layout,
    bench_million,
    bench_read,
    bench_screen,
    bench_shapes,
    bench_solutions,
    bench_special,
    bench_start,
    bench_train,
    bench_why,
)
from tests.benchmarks.measure import folded, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.measure import Result


def machine() -> str:
    """What the table was measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        kinds = {line.partition(":")[2].strip() for line in file if line.startswith("model name")}
    parts = [f"{os.cpu_count()} cores", *sorted(kinds), f"Python {platform.python_version()}"]
    parts += (f"{name} {version(name)}" for name in ("numpy", "sympy", "textual", "micrograd"))
    return ", ".join([*parts, "with the compiled core" if core() else "without the compiled core"])


def results(largest: int) -> Iterator[Result]:
    """What all of them measure."""
    modules = (
        *(bench_start, bench_screen, bench_million, bench_shapes, bench_read, bench_train, bench_special, bench_capture),
        *(bench_layout, bench_why, bench_draw, bench_solutions, bench_keys),
    )
    parts: list[tuple[str, Callable[[], Iterator[Result]]]] = [(module.__name__, module.results) for module in modules]
    parts.append((bench_growth.__name__, partial(bench_growth.results, largest)))
    for name, measure in parts:
        start = time.perf_counter()
        yield from folded(measure())
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


def main(words: Sequence[str]) -> int:
    """Print the table, and on what it was measured."""
    largest = int(words[0].replace(",", "")) if words else bench_growth.LARGEST
    status = report(results(largest))
    print(f"\n{machine()}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
