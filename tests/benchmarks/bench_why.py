"""How long the chain of causes takes in 100,000 gates: ``python -m tests.benchmarks.bench_why``.

A key has to be on the screen within two frames: at most 33 ms, from a run that nothing was asked of yet to the gate that is to
blame. All gates stand in one row, which is the longest way there can be, or in 250. Times are processor time of this process, the
best of a few runs. The exit status is 1 when the bar is missed; a gate that was not planted ends it.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Result, report
from tests.faults import FAULTS, planted, question

if TYPE_CHECKING:
    from collections.abc import Iterator

GATES = 100_000
BAR = 33.0
"""Milliseconds: two frames."""


def measure(kind: str, rows: int) -> Result:
    """The milliseconds for one kind of fault."""
    run = planted((kind,), GATES, rows=rows, joins=rows > 1)
    spent = []
    for n in range(5):
        # A run of its own each time, so that nothing is left of the time before.
        fresh = run.with_inputs({kind: 0.7 + n / 1000})
        ask = question(fresh, kind)
        start = process_time()
        chain = ask()
        root = chain.root
        spent.append(process_time() - start)
        assert root.at == run.program.names[f"bad {kind}"], kind
    name = "the chain of causes in 100,000 gates"
    what = f"{kind}, {rows} row{'s' if rows > 1 else ''}"
    return Result(what, 1e3 * min(spent), BAR, "ms", f"{len(chain):,} links", group=name)


def results() -> Iterator[Result]:
    """Every kind of fault, in one row and in many."""
    return (measure(kind, rows) for kind in FAULTS for rows in (1, 250))


if __name__ == "__main__":
    sys.exit(report(results()))
