"""On a cluster of Dask the bytes are those of one process, also where a worker dies; skipped where Dask is not installed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphstep.faces.cli import main
from graphstep.faces.work import store
from graphstep.faces.work.cluster import on_cluster
from graphstep.ground.errors import GraphstepError, InputError
from tests.faces.classroom.test_marks import work
from tests.simulated_class import large_class

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


def kill_a_worker(cluster: Any) -> None:
    with distributed.Client(cluster, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)


def test_ten_thousand_answers_are_marked_to_the_same_bytes_where_a_worker_is_killed_and_the_command_too(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, written, keep = large_class(tmp_path, 1_250), list[Path](), store.keep

    def watched(path: Path, content: Any) -> None:
        written.append(path)
        if len(written) == 10:
            kill_a_worker(cluster)
        if len(written) == 60:
            raise GraphstepError("the disk is full")
        keep(path, content)

    on_dask = [*words, "--to", str(tmp_path / "dask.csv"), "--on", f"dask://{address(cluster)}"]
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", watched)
        assert main(on_dask) == 1
    parts = tmp_path / ".dask.csv.parts"
    assert len(list(parts.iterdir())) == 59
    assert main(on_dask) == 0
    assert main([*words, "--to", str(tmp_path / "serial.csv"), "--jobs", "1"]) == 0
    table = (tmp_path / "dask.csv").read_bytes()
    assert table.count(b"\n") == 10_001
    assert table == (tmp_path / "serial.csv").read_bytes()


def test_what_is_wrong_in_the_work_comes_back_as_the_error_that_it_is(cluster: Any) -> None:
    broken = work(1)[0].replace('"q = x*y; f = q+q*z"', '"q = "')
    with pytest.raises(InputError, match="cannot be run"):
        list(on_cluster(address(cluster), [broken]))


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphstep.faces.work.cluster.SECONDS", 1)
    with pytest.raises(InputError, match="no scheduler of Dask answers at"):
        list(on_cluster("127.0.0.1:9", []))


def test_a_sweep_comes_to_the_bytes_of_one_process(cluster: Any, capsys: pytest.CaptureFixture[str]) -> None:
    # Products this large are BLAS's, with another number of threads on a worker.
    words = ["diagnose", "--network", "6x120", "--sweep", "init=0.001:10:5", "--sweep", "activation=tanh,relu"]
    assert main([*words, "--jobs", "1"]) == 0
    serial = capsys.readouterr().out
    assert main([*words, "--on", f"dask://{address(cluster)}"]) == 0
    assert capsys.readouterr().out == serial
