"""On a cluster of Dask the bytes are those of one process, also where a worker dies; skipped where Dask is not installed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from graphstep.faces.classroom.cluster import on_cluster
from graphstep.faces.classroom.engines import serial
from graphstep.ground.errors import InputError
from tests.faces.classroom.test_marking import work

distributed = pytest.importorskip("distributed", reason="graphstep[cluster] is not installed")
# What Dask does at its own end is no fault of ours.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    # One thread a worker; the page that Dask serves would need a port of its own.
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def address(cluster: Any) -> str:
    return str(cluster.scheduler_address).removeprefix("tcp://")


def test_a_cluster_makes_the_same_bytes_also_where_a_worker_is_killed(cluster: Any) -> None:
    todo = [job.replace("Week 1", f"Week {n}") for n in range(4) for job in work(3)]
    results = on_cluster(address(cluster), todo)
    made = [next(results)]
    with distributed.Client(cluster, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    made += results
    assert made == [*serial(todo)]


def test_what_is_wrong_in_the_work_comes_back_as_the_error_that_it_is(cluster: Any) -> None:
    broken = work(1)[0].replace('"q = x*y; f = q+q*z"', '"q = "')
    with pytest.raises(InputError, match="cannot be run"):
        list(on_cluster(address(cluster), [broken]))


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphstep.faces.classroom.cluster.SECONDS", 1)
    with pytest.raises(InputError, match="no scheduler of Dask answers at"):
        list(on_cluster("127.0.0.1:9", []))
