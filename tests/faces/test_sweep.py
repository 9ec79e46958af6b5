"""``diagnose --sweep``: every point is what one diagnosis says, wherever it is computed, and nothing is computed twice."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from graphstep.faces import sweep
from graphstep.faces.cli import main
from graphstep.faces.cli.diagnose import EXAMPLES
from graphstep.faces.work import engines, store
from graphstep.faces.work.kinds import KINDS
from graphstep.ground.errors import GraphstepError
from graphstep.ground.processes import environment_of, words_of
from tests.cases import each

NETWORK = ["diagnose", "--network", "6x20", "--examples", "40"]
PROGRAM = ["diagnose", "h = tanh(s*x@W); g = tanh(s*h@W); sum(g)", "x=randn(30, 8)", "W=randn(8, 8, seed=1)"]


def printed(capsys: pytest.CaptureFixture[str], words: list[str], status: int = 0) -> str:
    assert main(words) == status
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], words: list[str]) -> Any:
    return json.loads(
        printed(capsys, [*words, "--jobs", "1", "--format", "json"] if "--sweep" in words else [*words, "--format", "json"])
    )


SINGLE = {
    "init": (NETWORK, "init=0.001:10:5", lambda value: [*NETWORK, "--init", value]),
    "activation": (NETWORK, "activation=tanh,relu,sigmoid", lambda value: [*NETWORK, "--activation", value]),
    "layers": (NETWORK, "layers=1:6:4", lambda value: ["diagnose", "--network", f"{value}x20", "--examples", "40"]),
    "seed": (NETWORK, "random-seed=0:3", lambda value: [*NETWORK, "--random-seed", value]),
    "s": (PROGRAM, "s=0.001:100:5", lambda value: [*PROGRAM, f"s={value}"]),
}


@each("which", SINGLE)
def test_every_point_is_what_one_diagnosis_says(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, tried, single = SINGLE[which]
    for point in data(capsys, [*words, "--sweep", tried])["points"]:
        alone = data(capsys, single(point["values"][0]))
        assert set(point["kinds"]) == {finding["kind"] for finding in alone["findings"]}
        sizes = [layer["gradient_rms"] for layer in alone["layers"]]
        assert point["last_gradient_rms"] == pytest.approx(sizes[-1], rel=1e-8)
        if len(sizes) > 1:
            assert point["first_gradient_rms"] == pytest.approx(sizes[0], rel=1e-8)
        else:
            assert point["first_gradient_rms"] == point["left"] == "nan"


def test_the_gravest_is_the_verdict_and_runs_of_it_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diagnose", "--network", "10x50", "--examples", "50", "--sweep", "init=0,0.001,0.01,0.15,3,10", "--jobs", "1"]
    text = printed(capsys, words)
    assert "init: zero 0; vanishing 0.001 to 0.01; healthy 0.15; exploding 3 to 10." in text
    assert "Nothing is known between the values that were tried." in text
    assert "zero       vanishing, alike" in text
    points = data(capsys, words[:-2])["points"]
    assert points[0]["kinds"] == ["zero", "vanishing", "alike"]
    assert [point["verdict"] for point in points] == ["zero", "vanishing", "vanishing", "healthy", "exploding", "exploding"]


def test_of_two_settings_every_pair_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*NETWORK, "--sweep", "init=0.001:10:3", "--sweep", "activation=tanh,relu"]
    of = data(capsys, words)
    assert [point["values"] for point in of["points"]] == [[x, y] for x in ("0.001", "0.1", "10") for y in ("tanh", "relu")]
    text = printed(capsys, [*words, "--jobs", "1"])
    for activation in ("tanh", "relu"):
        (line,) = [line for line in text.splitlines() if line.startswith(f"  activation {activation}: ")]
        own = [(point["verdict"], point["values"][0]) for point in of["points"] if point["values"][1] == activation]
        assert all(f"{verdict} " in line for verdict, _ in own)
    assert "\n6 points: " in text


def test_every_format_has_the_curve_and_the_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str], golden) -> None:
    line = ["diagnose", "--network", "4x20", "--examples", "40", "--sweep", "init=0.001:10:5", "--jobs", "1"]
    grid = ["diagnose", "x = tanh(a*y + b); tanh(9*x)*y", "y=2", "--sweep", "a=-1:1:3", "--sweep", "b=0.1:100:5", "--jobs", "1"]
    marks = {
        "txt": ("┤", "0.1  -  ·  -"),
        "md": ("● left", "```"),
        "html": ("<polyline", "<rect"),
        "tex": ("\\draw", "\\filldraw"),
    }
    for suffix, (curve, field) in marks.items():
        for name, words, mark in (("line", line, curve), ("grid", grid, field)):
            path = tmp_path / f"{name}.{suffix}"
            printed(capsys, [*words, "--to", str(path)])
            text = path.read_text(encoding="utf-8")
            assert mark in text
            if suffix in ("md", "tex"):
                golden(f"export/sweep-{name}.{suffix}", text)


def test_processes_and_a_second_run_print_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*NETWORK, "--sweep", "init=0.001:10:4", "--format", "json"]
    serial = printed(capsys, [*words, "--jobs", "1"])
    assert printed(capsys, [*words, "--jobs", "1"]) == serial
    assert printed(capsys, [*words, "--jobs", "2"]) == serial


def test_begun_again_it_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target, keep, work, worked = tmp_path / "sweep.md", store.keep, sweep.WORK["diagnose"], list[Any]()
    words = [*PROGRAM, "--sweep", "s=0.001:100:5", "--jobs", "1", "--to", str(target)]

    def watched(path: Path, content: Any) -> None:
        if len(worked) == 3:
            raise GraphstepError("the disk is full")
        keep(path, content)

    def counted(asked: Any) -> Any:
        worked.append(asked["point"])
        return work(asked)

    monkeypatch.setitem(sweep.WORK, "diagnose", counted)
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", watched)
        assert main(words) == 1
    assert not target.exists()
    assert main(words) == 0
    # The third was computed, and never written.
    assert [*map(tuple, worked)] == [("0.001",), ("0.0178",), ("0.316",), ("0.316",), ("5.62",), ("100",)]
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.md"]
    resumed = target.read_text(encoding="utf-8")
    target.unlink()
    assert main(words) == 0
    assert target.read_text(encoding="utf-8") == resumed
    assert "--sweep=s=0.001:100:5" in resumed


def test_what_stands_in_files_goes_with_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.txt").write_text("sum(tanh(s*x)^2)")
    (tmp_path / "x.csv").write_text("1,2\n3,4\n")
    (tmp_path / "seed.csv").write_text("2\n")
    words = ["diagnose", "@model.txt", "x=@x.csv", "--data", "x", "--sweep", "s=1,0"]
    typed = ["diagnose", "sum(tanh(s*x)^2)", "x=[[1,2],[3,4]]", "--data", "x", "--sweep", "s=1,0"]
    assert data(capsys, words) == data(capsys, typed)
    asked = [json.loads(job) for job in _work(monkeypatch, capsys, words)]
    assert "@" not in json.dumps(asked)
    monkeypatch.setattr("graphstep.faces.cli.sweep.CELLS", 3)
    assert main(words) == 2
    assert "at most 3 cells together, not 4" in capsys.readouterr().err


def _work(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> list[str]:
    """The pieces of work that a command hands out."""
    handed: list[str] = []
    work = engines.work
    with monkeypatch.context() as patch:
        patch.setattr(engines, "work", lambda job: handed.append(job) or work(job))
        printed(capsys, [*words, "--jobs", "1"])
    return handed


def test_the_status_is_that_of_the_gravest_point(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*NETWORK, "--sweep", "init=xavier,0.001", "--jobs", "1"]
    printed(capsys, [*words, "--fail-on", "nan,exploding"])
    printed(capsys, [*words, "--fail-on", "vanishing"], status=1)
    printed(capsys, [*words, "--fail-on", "shrinking"], status=1)


REFUSED = {
    "two at most": ([*NETWORK, "--sweep", "init=1,2", "--sweep", "units=1,2", "--sweep", "layers=1,2"], "at most two settings"),
    "twice": ([*NETWORK, "--sweep", "init=1,2", "--sweep", "init=3,4"], "init is tried twice"),
    "training": ([*NETWORK, "--sweep", "lr=0.1:1"], "graphstep train has lr"),
    "unknown": ([*NETWORK, "--sweep", "inti=0.1:1"], "did you mean 'init'?"),
    "large": ([*NETWORK, "--sweep", "units=10:100000"], "with units="),
    "array": ([*PROGRAM, "--sweep", "W=1:2"], "W is an 8×8 matrix, and a sweep tries numbers"),
    "given": ([*PROGRAM, "s=1", "--sweep", "s=1:2"], "s has a value already"),
    "no input": ([*PROGRAM, "s=1", "--sweep", "t=1:2"], "there are s, x, W"),
    "missing": (["diagnose", "x*y*z", "x=1", "--sweep", "y=1:2"], "no value for z"),
    "at a point": (["diagnose", "sum(tanh(E[i]))", "E=[1,2]", "--sweep", "i=1,2"], "with i=2: "),
    "python": (["diagnose", "--torch", "loss.py:loss", "--sweep", "x=1:2"], "a function in Python"),
    "recorded": (["diagnose", "run.gsz", "--sweep", "x=1:2"], "a recorded run"),
    "nothing": (["diagnose", "--sweep", "x=1:2"], "there is nothing to diagnose"),
    "format": ([*NETWORK, "--sweep", "init=1,2", "--format", "docx"], "no format 'docx'"),
    "jobs": ([*NETWORK, "--jobs", "2"], "go with --sweep"),
    "cluster": ([*NETWORK, "--sweep", "init=1,2", "--on", "tcp://here"], "is no cluster"),
}


@each("which", REFUSED)
def test_what_cannot_be_tried_is_said(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, message = REFUSED[which]
    assert main([*words, *([] if "--jobs" in words else ["--jobs", "1"])]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_the_networks_that_the_help_sweeps_are_none_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Any) -> Any:
        raise GraphstepError("every network was made, and none is run")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphstep.faces.cli.sweep.engine", lambda _: refuse)
    commands = re.findall(r"graphstep (diagnose --network \S+(?: --(?:sweep|to) \S+)+)", EXAMPLES)
    assert len(commands) == 2
    for command in commands:
        assert main(command.split()) == 1
        assert "every network was made" in capsys.readouterr().err


def test_what_can_be_done_in_pieces_is_where_it_is_looked_for() -> None:
    assert [kind for kind, module in KINDS.items() if kind not in import_module(module).WORK] == []


def test_a_process_whose_starter_is_gone_ends_without_a_word() -> None:
    job = json.dumps({"work": "diagnose", "where": "", "point": [], "network": {"layers": 1, "units": 1, "examples": 1}})
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(words_of("graphstep.faces.work.worker"), env=environment_of(), **pipes)
    assert child.stdout is not None
    child.stdout.close()
    assert child.communicate(f"{json.dumps(job)}\n".encode())[1] == b""
    assert child.returncode == 0
