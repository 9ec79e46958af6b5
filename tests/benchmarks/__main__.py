"""Every benchmark, one after the other: ``python -m tests.benchmarks``, or ``make bench``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import tests.benchmarks
from tests.benchmarks.measure import Result, report

if TYPE_CHECKING:
    from collections.abc import Iterator


def results() -> Iterator[Result]:
    """What the modules called ``bench_…`` measure."""
    for module in iter_modules(tests.benchmarks.__path__):
        if module.name.startswith("bench_"):
            yield from import_module(f"tests.benchmarks.{module.name}").results()


report(results())
