"""What does many pieces of work and gives the results in their order: this process, several beside it, or a cluster."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from graphstep.faces.work.kinds import work
from graphstep.faces.work.store import AHEAD, Engine
from graphstep.faces.work.worker import result
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.processes import end_process, environment_of, words_of

TRIES = 3
"""How often a piece of work is begun before the process that dies of it is no accident."""


def engine_of(jobs: int, on: str | None) -> Engine:
    """The engine that options name: a cluster, so many processes, or this one. InputError for an address of none."""
    if on is not None:
        from graphstep.faces.work.cluster import on_cluster

        if not on.startswith("dask://") or not on.removeprefix("dask://"):
            raise InputError(f"{quoted(on, 80)} is no cluster", hint="--on dask://HOST:PORT, the address of a scheduler of Dask")
        return partial(on_cluster, on.removeprefix("dask://"))
    return partial(pooled, jobs) if jobs > 1 else serial


def processors() -> int:
    """How many processors this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def serial(jobs: Iterable[str]) -> Iterator[str]:
    """Here, one after the other."""
    return map(work, jobs)


def pooled(count: int, jobs: Iterable[str]) -> Iterator[str]:
    """In processes beside this one. A process that dies has its work done by another one."""
    pool = _Pool(count)
    try:
        yield from pool.results(jobs)
    finally:
        pool.end()


class _Pool:
    """Processes, and a thread for each that hands work to it."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._todo: queue.Queue[tuple[int, str] | None] = queue.Queue()
        self._done: queue.Queue[tuple[int, str | GraphstepError]] = queue.Queue()
        self._ended = False
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        # A thread blocks at the pipe of its process; Python lets the others go on meanwhile, and none of them computes anything.
        self._threads = [threading.Thread(target=self._run, args=(place,), daemon=True) for place in range(count)]
        for thread in self._threads:
            thread.start()

    def results(self, jobs: Iterable[str]) -> Iterator[str]:
        """The results in the order of the work; no more is handed out than keeps all processes busy."""
        waiting: dict[int, str | GraphstepError] = {}
        given = taken = 0
        left, more = enumerate(jobs), True
        while more or taken < given:
            while more and given - taken < AHEAD * self._count:
                job = next(left, None)
                more = job is not None
                if job is not None:
                    self._todo.put(job)
                    given += 1
            # They come in any order, and go on in theirs: so all engines make the same bytes.
            while taken < given and taken not in waiting:
                place, result = self._done.get()
                waiting[place] = result
            if taken < given:
                result = waiting.pop(taken)
                taken += 1
                if isinstance(result, GraphstepError):
                    raise result
                yield result

    def end(self) -> None:
        """End the processes, whatever they are at."""
        self._ended = True
        for _ in range(self._count):
            self._todo.put(None)
        # A thread may be waiting for its process: that has to end first, or joining the thread would not.
        for child in [*self._children.values()]:
            end_process(child)
        for thread in self._threads:
            thread.join()
        for child in [*self._children.values()]:
            _ended(child)

    def _run(self, place: int) -> None:
        while not self._ended and (job := self._todo.get()) is not None:
            self._done.put((job[0], self._result(place, job[1])))

    def _result(self, place: int, job: str) -> str | GraphstepError:
        for _ in range(TRIES):
            if self._ended:
                break
            try:
                child = self._children.get(place) or _child()
            except OSError as error:
                return GraphstepError(f"no process can be started: {error.strerror or error}")
            self._children[place] = child
            # Who is killed, for its memory for one, leaves a pipe that is closed: the piece is begun anew in another process.
            if (line := _asked(child, job)) is not None:
                try:
                    return result(json.loads(line))
                except GraphstepError as error:
                    return error
            _ended(self._children.pop(place))
        return GraphstepError(f"a process that worked for this one has ended {TRIES} times over the same piece of work")


def _child() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 – a module of ours
        words_of("graphstep.faces.work.worker"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment_of(), start_new_session=True,
    )  # fmt: skip


def _asked(child: subprocess.Popen[bytes], job: str) -> bytes | None:
    """The line that a process answers with; None where it has ended."""
    assert child.stdin is not None, "it is a pipe"
    assert child.stdout is not None, "it is a pipe"
    try:
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.flush()
        line = child.stdout.readline()
    except (OSError, ValueError):
        return None
    return line if line.endswith(b"\n") else None


def _ended(child: subprocess.Popen[bytes]) -> None:
    """See that a process is no more, and nothing of it is left."""
    end_process(child)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
