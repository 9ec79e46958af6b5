"""Documents of an opened gate: every format writes one, and says how it is made again."""

from __future__ import annotations

import html
import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from graphstep.debugger.frames import at_position, run_on_show
from graphstep.debugger.state import State
from graphstep.engine.opening import open_setup
from graphstep.faces import export
from graphstep.faces.cli import main
from graphstep.language.setup import Setup
from tests.cases import each
from tests.faces.export.test_export import SCHEMA

NEURON = Setup("f = sigmoid(w*x + b)*y", {"w": "2", "x": "-1", "b": "-3", "y": "2"}, at="8/u1/7")
ARRAYS = Setup(
    "h = softmax(x@W); cross_entropy(h + b, y)", {"x": "[1, -2]", "W": "ones(2,3)", "b": "[0.5, 0, -1]", "y": "1"}, at="9/h/9"
)
SILENT = ("svg", "json", "tex", "dot", "graphml", "nodelink")
"""Formats without the command that makes them; JSON has the position."""


def document(setup: Setup, form: str) -> str:
    state = at_position(State(open_setup(setup)), setup.at or "")
    return export.render(run_on_show(state), form, state.at)


@each("setup", [NEURON, ARRAYS], ids=["numbers", "arrays"])
@each("form", export.formats())
def test_every_format_writes_the_inside_of_a_gate(form: str, setup: Setup) -> None:
    text = document(setup, form)
    part = "u1.2" if setup is NEURON else "h.2"
    assert part in text or part.replace("u1", "u_{1}") in text
    if form not in SILENT:
        assert f"--at {setup.at}" in html.unescape(text)
        assert f"{part[:-2]}.x=" not in text, "what a part reads is no input of the command"


def test_json_of_a_frame_fits_the_schema_and_says_where_it_is() -> None:
    found = json.loads(document(NEURON, "json"))
    Draft202012Validator(SCHEMA).validate(found)
    assert found["scope"] == "8/u1/7"
    assert found["program"] == "1/(1 + exp(-u1.x))"
    assert [node["name"] for node in found["nodes"]] == ["u1.x", "u1.1", "u1.2", "u1.3", "u1"]
    assert found["output"] == pytest.approx(1 / (1 + np.exp(5)))


def test_the_command_of_a_document_makes_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*NEURON.words("--format", "md"),)) == 0
    assert capsys.readouterr().out == document(NEURON, "md")
    assert main((*NEURON.words("--plain"),)) == 0
    assert "stopped at step 7 of 9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("8/q/1", "at step 8 these gates can be opened: u1"),
        ("3/u1/9", "at step 3 these gates can be opened: u1"),
        ("8/u1", "--at 12/p/3 is step 3 inside p"),
        ("8//1", "--at 12/p/3 is step 3 inside p"),
    ],
)
def test_a_position_that_there_is_not_is_refused_with_what_there_is(at: str, said: str, capsys) -> None:
    words = Setup(NEURON.program, NEURON.inputs, at=at).words("--plain")
    assert main((*words,)) == 2
    assert said in capsys.readouterr().err
