"""Every benchmark, one after the other: ``python -m tests.benchmarks``, or ``make bench``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.benchmarks import (
    bench_capture,
    bench_draw,
    bench_growth,
    bench_keys,
    bench_layout,
    bench_read,
    bench_screen,
    bench_shapes,
    bench_solutions,
    bench_special,
    bench_start,
    bench_train,
    bench_why,
)
from tests.benchmarks.measure import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result


def results() -> Iterator[Result]:
    """What is measured against a peer."""
    for module in (bench_start, bench_screen, bench_shapes, bench_read, bench_train, bench_special, bench_capture):
        yield from module.results()


held = report(results())
print()
others = (
    *(bench_layout.main([]), bench_why.main(), bench_draw.main(), bench_solutions.main(), bench_growth.main([])),
    bench_keys.main(),
)
sys.exit(any(others) or not held)
