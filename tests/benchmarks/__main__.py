"""Every benchmark, one after the other: ``python -m tests.benchmarks``, or ``make bench``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.benchmarks import (
    bench_draw,
    bench_growth,
    bench_layout,
    bench_read,
    bench_screen,
    bench_shapes,
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
    for module in (bench_start, bench_screen, bench_shapes, bench_read, bench_train, bench_special):
        yield from module.results()


held = report(results())
print()
sys.exit(bench_layout.main([]) or bench_why.main() or bench_draw.main() or bench_growth.main([]) or (0 if held else 1))
