"""Pieces of work on a cluster of Dask, for what is too large for one machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any
from zlib import compress

from graphstep.faces.work.store import AHEAD
from graphstep.faces.work.worker import packed_answer, result, unpacked
from graphstep.ground.errors import InputError, quoted

SECONDS = 20
"""How long a scheduler is waited for."""


def on_cluster(address: str, jobs: Iterable[str]) -> Iterator[str]:
    """On the workers of the scheduler at an address, ``HOST:PORT``, where graphstep is installed too.

    The work of a worker that dies is done by another one. InputError where Dask is not here, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("--on dask:// needs Dask", hint="pip install 'graphstep[cluster]'") from error
    try:
        client = Client(f"tcp://{address}", timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"no scheduler of Dask answers at {quoted(address, 80)}: {error}") from error
    # Left with an exception as well: futures that nobody waits for are forgotten, and the workers are free.
    with client:
        yield from _results(client, jobs)


def _results(client: Any, jobs: Iterable[str]) -> Iterator[str]:
    """The results in the order of the work; no more is handed out than keeps all workers busy."""
    futures: deque[Any] = deque()
    left, more = iter(jobs), True
    while more or futures:
        # Workers come and go.
        most = AHEAD * max(1, sum(client.nthreads().values()))
        while more and len(futures) < most:
            job = next(left, None)
            more = job is not None
            if job is not None:
                # By its own name: a future of that name is one and the same work.
                key = f"graphstep-{sha256(job.encode()).hexdigest()}"
                futures.append(client.submit(packed_answer, compress(job.encode()), key=key, retries=2))
        if futures:
            yield result(unpacked(futures.popleft().result()))
