"""Special functions on arrays against tanh: ``python -m tests.benchmarks.bench_special``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

import graphstep as gs
from tests.benchmarks.measure import against, in_turn, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result

ROWS, COLUMNS = 128, 3072
"""The hidden layer of a transformer, for one batch."""


def results() -> Iterator[Result]:
    """A whole run, forward and backward, of each gate."""
    x = np.random.default_rng(0).standard_normal((ROWS, COLUMNS))
    tanh = gs.run("sum(tanh(x))", x=x)
    for function in ("erf", "gelu"):
        run = gs.run(f"sum({function}(x))", x=x)
        ours, theirs = in_turn(15, lambda run=run: run.edit(x=x), lambda: tanh.edit(x=x))
        why = "SciPy's erfc is called once each way, and takes five times as long as tanh"
        yield against(f"{function} of {ROWS}×{COLUMNS} cells, there and back", ours, "tanh", theirs, 2.5, why)


if __name__ == "__main__":
    sys.exit(report(results()))
