"""Checks, diagnoses and trainings are written in every format that holds documents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

import graphstep as gs
from graphstep.faces import cli, export
from graphstep.faces.export import _pdf
from tests.cases import each

if TYPE_CHECKING:
    from pathlib import Path

WRITERS = tuple(name for name in export.formats() if hasattr(export.exporter(name), "write"))
COMMANDS = {
    "check": ["check", "sigmoid(w*x+b)", "w=2", "x=-1", "b=1"],
    "kink": ["check", "max(0, x_1)", "x_1=0"],
    "diagnose": ["diagnose", "--network", "3x20", "--init", "0.01", "--examples", "50"],
    "sweep": ["diagnose", "--network", "3x20", "--examples", "50", "--sweep", "init=0.01:10:5", "--jobs", "1"],
    "map": ["diagnose", "x = tanh(a*y + b); y*x", "y=2", "--sweep", "a=-1:1:3", "--sweep", "b=0.1:10:5", "--jobs", "1"],
    "healthy": ["diagnose", "sum(tanh(W@x))", "W=[[0.1,0.2],[0.3,0.4]]", "x=[1,2]"],
    "jacobian": ["jacobian", "q = W@x; sum(q^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]"],
    "one edge": ["jacobian", "q = W@x; sum(q^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]", "--of", "q"],
    "pattern": ["jacobian", "softmax(x)", "x=ones(20)", "--of", "softmax(x)"],
    "cell": ["jacobian", "q = W@x; sum(q^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]", "--cell", "W[0,1]"],
    "cells": ["jacobian", "q = X@w; sum(q^2)", "X=randn(64,9)", "w=ones(9)", "--cell", "X[20:]"],
    "path": ["jacobian", "q = X@w; sum(q^2)", "X=randn(64,9)", "w=ones(9)", "--path", "w"],
    "why": ["why", "grad x", "tanh(50*x)*w", "x=3", "w=2"],
    "diff": ["diff", "(x+y)*z", "x*z + y*z", "x=-2", "y=5", "z=-4"],
    "train": ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "12"],
}


def printed(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    assert cli.main(words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("which", COMMANDS)
def test_a_report_is_printed_and_written_alike_and_a_document_says_what_the_lines_say(
    which: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every word of the report as text is in the document, and the command that makes it again is its end."""
    command = COMMANDS[which]
    words = re.findall("[A-Za-z]{4,}", printed(capsys, command).partition("\n--of and --towards")[0])
    assert len(words) > 5
    for name in WRITERS:
        path = tmp_path / f"report{export.exporter(name).SUFFIX}"
        document = printed(capsys, [*command, "--format", name])
        printed(capsys, [*command, "--to", str(path)])
        assert document.endswith("\n")
        assert path.read_text(encoding="utf-8") == document
        if name != "text" and which != "train":
            assert [word for word in (*words, command[0]) if word not in document] == [], name


def test_a_check_as_json_is_the_data_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    run: Any = gs.run("sigmoid(w*x+b)", w=2, x=-1, b=1)
    assert json.loads(printed(capsys, [*COMMANDS["check"], "--format", "json"])) == run.check().to_dict()


def test_a_report_refuses_a_format_that_it_has_not_with_those_that_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*COMMANDS["check"], "--format", "dot"]) == 2
    said = capsys.readouterr().err
    assert "no format 'dot'" in said
    assert all(name in said for name in ("html", "json", "md", "svg", "tex", "text"))


@each("which", [which for which in COMMANDS if which != "train"])
def test_a_report_as_a_picture_says_what_its_document_says_as_text(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Broken lines aside; the picture is XML that a strict reader takes."""
    drawn = printed(capsys, [*COMMANDS[which], "--format", "svg"])
    root = ElementTree.fromstring(drawn)
    said = " ".join(line.text or "" for line in root.iter("{http://www.w3.org/2000/svg}text"))
    page = printed(capsys, [*COMMANDS[which], "--format", "md"])
    command = re.search("^ *(graphstep .*)$", page, re.MULTILINE)
    assert command is not None
    assert command[1].split() == said.replace("--format svg", "--format md").split()[-len(command[1].split()) :]
    for word in re.findall("[A-Za-z]{4,}", printed(capsys, COMMANDS[which]).partition("\n--of and --towards")[0]):
        assert word in said


def test_a_brief_report_keeps_its_table_and_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    full, brief = (printed(capsys, [*COMMANDS["kink"], "--detail", word]) for word in ("full", "brief"))
    assert "has a kink here" in full
    assert "has a kink here" not in brief
    assert full.splitlines()[:3] == brief.splitlines()[:3]
    assert full.splitlines()[-1] == brief.splitlines()[-1]
    assert "slope below 0.01" not in printed(capsys, [*COMMANDS["healthy"], "--detail", "brief"])
    assert "--detail brief" in printed(capsys, [*COMMANDS["kink"], "--detail", "brief", "--format", "md"])


@each("which", [which for which in COMMANDS if which != "train"])
def test_a_report_hides_no_answers_and_says_why(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*COMMANDS[which], "--answers", "hidden"]) == 2
    assert "asks nothing" in capsys.readouterr().err


def test_a_report_that_is_short_already_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*COMMANDS["jacobian"], "--detail", "brief"]) == 2
    assert "nothing that could be left out" in capsys.readouterr().err


def test_a_round_is_a_sheet_and_a_training_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*COMMANDS["train"], "--at-round", "3", "--format", "md", "--answers", "hidden"]
    sheet = printed(capsys, words)
    assert "____" in sheet
    assert "--at-round 3 --format md --answers hidden" in sheet
    assert cli.main([*COMMANDS["train"], "--answers", "hidden"]) == 2
    assert "--at-round K --answers hidden" in capsys.readouterr().err
    assert cli.main([*COMMANDS["train"], "--format", "csv", "--detail", "brief"]) == 2
    brief, full = (printed(capsys, [*COMMANDS["train"], "--format", "md", "--detail", word]) for word in ("brief", "full"))
    assert "The updates of round 0" in full
    assert "The updates of round 0" not in brief


@pytest.mark.paper
@pytest.mark.skipif(_pdf.engine() is None, reason="no engine of TeX is installed")
def test_a_training_and_a_round_are_printed_on_paper(tmp_path: Path) -> None:
    for more in ([], ["--at-round", "3"]):
        path = tmp_path / f"training{len(more)}.pdf"
        assert cli.main([*COMMANDS["train"], *more, "--to", str(path)]) == 0
        assert path.read_bytes().startswith(b"%PDF")


def test_without_an_engine_no_training_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main([*COMMANDS["train"], "--to", str(tmp_path / "training.pdf")]) == 1
    assert "needs an engine of TeX" in capsys.readouterr().err


@pytest.mark.paper
@pytest.mark.skipif(_pdf.engine() is None, reason="no engine of TeX is installed")
@pytest.mark.parametrize("which", ["check", "diagnose", "train"])
def test_a_report_compiles(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, [*COMMANDS[which], "--format", "tex"])
    assert _pdf.pdf([text]).startswith(b"%PDF")
