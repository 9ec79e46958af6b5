"""A program of a million gates, opened and edited: ``python -m tests.benchmarks.bench_million``."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from graphstep.engine.trace import trace
from tests.benchmarks.bench_screen import PANE, WIRE, stepping
from tests.benchmarks.measure import Result, least, report
from tests.benchmarks.shapes import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

GATES = 1_000_000


def results() -> Iterator[Result]:
    """From the command to the panes and to the graph by the clock, and an edit in processor time."""
    with TemporaryDirectory() as folder, stepping(GATES, Path(folder)) as terminal:
        panes, graph = (terminal.until(mark.encode()) - terminal.started for mark in (PANE, WIRE))
    yield Result("a million gates: the panes", panes, 1.0, "s", "from the command, by the clock")
    yield Result("a million gates: the graph", graph, 30.0, "s", "from the command, by the clock")
    run = trace(*tree(GATES))
    edit = least(3, lambda: run.with_inputs(run.inputs))
    yield Result("a million gates: an edit", edit, 0.2, "s", "forward and backward")


if __name__ == "__main__":
    sys.exit(report(results()))
