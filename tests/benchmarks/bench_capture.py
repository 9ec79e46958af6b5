"""A training step of an engine like microgpt's, captured, and called bare: ``python -m tests.benchmarks.bench_capture``."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import graphstep as gs
from graphstep.engine.capture import record
from tests.benchmarks.bench_screen import WIRE, first_frame
from tests.benchmarks.measure import against, in_turn, minima, report
from tests.engine.capture import engines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result

SIZES = {"embedding": 16, "heads": 4, "length": 8, "letters": 27}
"""A transformer of one layer on eight letters: 68,051 values."""

OPENED = (
    *(sys.executable, "-m", "graphstep", "capture", f"{engines.__file__}:gpt", "--fixed", ",".join(SIZES)),
    *(f"{name}={size}" for name, size in SIZES.items()),
)
CALLED = (sys.executable, "-c", f"from tests.engine.capture.engines import gpt; gpt(**{SIZES})")


def step() -> object:
    """The loss, with the gradients that the engine itself computes."""
    return engines.gpt(**SIZES)


def results() -> Iterator[Result]:
    """In this process by processor time, and from the command to the graph on the screen by the clock."""
    run = gs.capture(step)
    recorded = run.trace.recorded
    assert recorded is not None, "it was recorded"
    assert run.disagreement is None, "every gradient is that of the engine, to 1e-9"
    assert all(each is not None for each in recorded.gradients), "and the engine has computed all of them"
    bare, count = "the same step, called bare", f"{len(run.nodes):,} values"
    ours, theirs = minima(5, lambda: record(step), step)
    yield against(f"recording a step of {count}", ours, bare, theirs, 12)
    ours, theirs = minima(5, lambda: gs.capture(step), step)
    yield against("recording it, and a run of it", ours, bare, theirs, 18)
    ours, theirs = in_turn(5, lambda: first_frame(OPENED, WIRE), lambda: subprocess.run(CALLED, check=True))
    yield against("from the command to its graph", ours, "a process that calls it", theirs, 24)


if __name__ == "__main__":
    sys.exit(report(results()))
