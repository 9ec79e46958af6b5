"""What the commands for a class have in common: where the work is done, and how far it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.faces.cli.streams import replace_line
from graphstep.ground.errors import InputError, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from graphstep.faces.work.store import Engine

# Characters of the bar: with the words beside it, it fits into 80.
_WIDTH = 30
_MOST = 512
"""Processes that are started."""


def engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the work is done."""
    parser.add_argument("--jobs", metavar="N", help="work in N processes (default: one for each processor)")
    parser.add_argument("--on", metavar="dask://HOST:PORT", help="work on a cluster of Dask (pip install 'graphstep[cluster]')")


def engine(options: argparse.Namespace) -> Engine:
    """Where the work is done."""
    from graphstep.faces.work.engines import engine_of, processors

    count = processors()
    if options.jobs is not None:
        if not (options.jobs.isascii() and options.jobs.isdecimal() and 1 <= int(options.jobs[:9]) <= _MOST):
            raise InputError(f"--jobs takes a number of processes from 1 to {_MOST}, not {quoted(options.jobs, 20)}")
        count = int(options.jobs)
    return engine_of(count, options.on)


def progress(of: int, each: int, task: str) -> Callable[[int], None]:
    """A bar on a terminal that fills: ``of`` sheets, ``each`` in one piece of work. Elsewhere nothing is shown."""
    before = -1

    def show(done: int) -> None:
        nonlocal before
        if done == before or not sys.stderr.isatty():
            return
        # The last piece of work may hold fewer sheets than the others.
        before, ready = done, min(of, done * each)
        bar = "#" * (_WIDTH * ready // max(1, of))
        replace_line(f"{task} [{bar:<{_WIDTH}}] {ready:,} of {of:,}")
        if ready >= of:
            print(file=sys.stderr)

    return show
