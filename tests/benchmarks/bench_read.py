"""Reading a text and building its graph, against SymPy's parser: ``python -m tests.benchmarks.bench_read``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sympy.parsing.sympy_parser import parse_expr

from graphstep.language.graph import build
from graphstep.language.read import read
from tests.benchmarks.measure import against, balanced, in_turn, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result

OPERATIONS = 100_000


def results() -> Iterator[Result]:
    """Against SymPy on the same text, and against ourselves on a quarter of it."""
    text, quarter = balanced(OPERATIONS), balanced(OPERATIONS // 4)
    build(read(quarter))
    # The text is our own: SymPy's parser executes what it reads.
    ours, theirs = in_turn(3, lambda: build(read(text)), lambda: parse_expr(text, evaluate=False))
    peer = "SymPy's `parse_expr(…, evaluate=False)`"
    yield against(f"reading and building {OPERATIONS:,} operations", ours, peer, theirs, 1 / 3)
    whole, part = in_turn(5, lambda: build(read(text)), lambda: build(read(quarter)))
    yield against("the same: is it linear?", whole, "four times a quarter of it", 4 * part, 1.5)


if __name__ == "__main__":
    sys.exit(report(results()))
