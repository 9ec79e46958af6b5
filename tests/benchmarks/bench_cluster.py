"""A million answers marked on a cluster of Dask, of which a worker is killed: ``python -m tests.benchmarks.bench_cluster``.

The same answers are marked by processes of this machine, and both tables are compared byte by byte. The clock on the wall is
shown, and the processor time of all workers together. It needs ``graphstep[cluster]``, about ten minutes on two processors, and
is no part of ``make bench``. The exit status is 1 when the tables differ.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from distributed import Client, LocalCluster

from graphstep.faces.cli import main as graphstep
from tests.simulated_class import ASKED, large_class

ANSWERS = 1_000_000
KILLED_AT = 0.1
"""Seconds between two looks whether enough is done for a worker to be killed."""


def marked(words: Sequence[str], table: Path, *engine: str) -> bytes:
    """The table of marks that a command writes; how long it took is printed."""
    start = time.monotonic()
    status = graphstep([*words, "--to", str(table), *engine])
    assert status == 0, f"the command ended with status {status}"
    print(f"{' '.join(engine):40} {time.monotonic() - start:8.1f} s on the wall", flush=True)
    return table.read_bytes()


def kill_one(cluster: LocalCluster, parts: Path, pieces: int) -> None:
    """Kill a worker when so many pieces of the work are done."""
    while not parts.is_dir() or len(os.listdir(parts)) < pieces:
        time.sleep(KILLED_AT)
    with Client(cluster, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    print(f"worker {victim} was killed after {len(os.listdir(parts)):,} pieces", flush=True)


def main() -> int:
    """Mark on the cluster and here, and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    students = options.answers // len(ASKED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = large_class(folder, students)
        with LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None) as cluster:
            killer = threading.Thread(target=kill_one, args=(cluster, folder / ".dask.csv.parts", students // 80), daemon=True)
            killer.start()
            address = str(cluster.scheduler_address).removeprefix("tcp://")
            on_dask = marked(words, folder / "dask.csv", "--on", f"dask://{address}")
            killer.join()
        here = marked(words, folder / "here.csv", "--jobs", str(options.workers))
    used = sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in (-1, 0))
    rows, same = on_dask.count(b"\n") - 1, "the same" if on_dask == here else "NOT the same"
    print(f"{rows:,} answers, twice: {used:.0f} s of processors; the tables are {same}")
    return int(on_dask != here)


if __name__ == "__main__":
    sys.exit(main())
