"""``graphstep train``: tables, data and files, rounds step by step, every setting, signals, and what is refused."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from graphstep.engine.training import Training
from graphstep.faces.cli import main
from tests.cases import each
from tests.engine.training.test_training import PARABOLA

WORDS = ["train", PARABOLA, "x=1", "y=2", "w=0", "--params", "w", "--lr", "0.1", "--steps", "10"]


def test_the_command_prints_a_table_the_parameters_and_why_it_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(WORDS) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "w = 1.78525" in out
    assert out.endswith("stopped: all 10 rounds are done\n")
    assert main([*WORDS, "--steps", "5000"]) == 0
    assert len(capsys.readouterr().out.splitlines()) < 30


def test_the_command_tells_a_round_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, "--at-round", "0", "--optimizer", "momentum"]) == 0
    out = capsys.readouterr().out
    assert "v_w ← μ · v_w - α · df/dw = 0.9 · 0 - 0.1 · (-4) = 0.4. w ← w + v_w = 0 + 0.4 = 0.4." in out
    assert out.index("\nbackward\n") < out.index("\nupdate\n")


def test_the_command_writes_json_and_csv(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*WORDS, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["params"]["w"] == pytest.approx(1.7852516352)
    assert len(found["history"]["loss"]) == 10
    assert main([*WORDS, "--to", str(tmp_path / "history.csv")]) == 0
    lines = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["round,loss,rate,norm_w", "0,4.0,0.1,4.0"]
    assert len(lines) == 11


def test_the_command_saves_and_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    state = str(tmp_path / "state.npz")
    assert main([*WORDS, "--save", state]) == 0
    again = [word for word in WORDS if word != "w=0"]
    again[-1] = "20"
    assert main([*again, "--resume", state, "--format", "csv"]) == 0
    resumed = capsys.readouterr().out.splitlines()[-20:]
    assert main([*again, "w=0", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[-20:] == resumed


def test_the_command_takes_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--optimizer", "adam", "--beta1", "0.8", "--beta2", "0.99", "--eps", "1e-6", "--until", "1e-9", "--patience", "50"]
    assert main([*WORDS, *options, "--steps", "300"]) == 0
    assert "stopped:" in capsys.readouterr().out


@each(
    ("words", "says"),
    [
        (["train", "x*y", "x=1", "y=2"], "--params"),
        ([*WORDS, "--steps", "many"], "whole number"),
        ([*WORDS, "--momentum", "0.5"], "no momentum"),
        ([*WORDS, "--at-round", "10"], "0 to 9"),
        ([*WORDS, "--to", "out.png"], "suffix"),
        ([*WORDS, "--seed", "3"], "--batch-seed"),
        ([*WORDS, "--lr", "0.1*q"], "neither t nor T"),
        ([*WORDS, "--steps", "0", "--format", "json"], "no round"),
        (["train", PARABOLA, "x=1", "w=0", "--params", "w"], "no value for y"),
    ],
)
def test_the_command_says_what_was_typed_wrong(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--save", "--to"])
def test_a_folder_that_is_not_there_is_said_before_anything_is_trained(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, option, str(tmp_path / "none" / "t.json")]) == 1
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert "none' is no folder" in errors


def test_the_command_ends_with_1_when_the_loss_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "x^2", "x=10", "--params", "x", "--lr", "3", "--steps", "2000"]) == 1
    assert "the loss was inf" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_after_a_whole_round_and_what_was_trained_is_saved(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = getattr(signal, name, None)
    if number is None:
        return
    original = Training._round

    def interrupted(self: Training) -> float:
        if self.rounds == 5:
            signal.raise_signal(number)
        return original(self)

    monkeypatch.setattr(Training, "_round", interrupted)
    # Whoever started the tests may have had them ignore the signal.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        status = main([*WORDS, "--save", str(tmp_path / "state.npz")])
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert status == 128 + number
    out = capsys.readouterr().out
    if name == "SIGHUP":
        assert out == ""
    else:
        assert "after 6 updates" in out
        assert "stopped: cancelled after round 5" in out
    monkeypatch.undo()
    assert main([*WORDS, "--resume", str(tmp_path / "state.npz")]) == 0
    assert "after 10 updates" in capsys.readouterr().out


def test_a_program_may_begin_with_a_minus_sign_and_be_called_train(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-x^2", "x=1", "--params", "x", "--maximize", "--steps", "1"]) == 0
    assert main(["step", "train", "train=3", "--plain"]) == 0
    capsys.readouterr()
