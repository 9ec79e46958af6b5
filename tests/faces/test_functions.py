"""Programs with functions and repetitions through every face: JSON, page, Markdown, prompt, and the command that opens them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import graphstep as gs
from graphstep.debugger.state import State
from graphstep.engine.opening import open_setup
from graphstep.faces import export
from graphstep.faces.cli import main
from graphstep.faces.drawing.typed import Typed
from graphstep.faces.repl.prompt import Prompt
from graphstep.language.setup import Setup
from tests.cases import each
from tests.language.read.test_functions import written
from tests.printed import false_equations

SCHEMA = json.loads((Path(export.__file__).parent / "schema-1.json").read_text(encoding="utf-8"))
VALUES = {"x1": "0.3", "x2": "-0.7"}


@pytest.fixture(scope="module", params=[1, 4, 11])
def run(request: pytest.FixtureRequest) -> gs.Run:
    return gs.run(written(request.param)[0], inputs=VALUES)


def test_json_fits_the_schema_and_says_where_every_gate_belongs(run: gs.Run) -> None:
    document = run.to_dict()
    Draft202012Validator(SCHEMA).validate(document)
    scopes = {node.get("scope", "") for node in document["nodes"]}
    assert scopes == {run.trace.program.path(node.frame) for node in run.trace.program.nodes}
    assert any(scope.startswith("repeat/repeat.1") for scope in scopes)
    for node in document["nodes"]:
        if node["name"]:
            assert run[node["name"]].value == node["value"]


def test_what_is_written_opens_the_same_run_again(run: gs.Run, capsys: pytest.CaptureFixture[str]) -> None:
    setup = run.trace.setup
    again = shlex.split(setup.command("--format", "json"))[1:]
    assert main(again) == 0
    assert json.loads(capsys.readouterr().out) == run.to_dict()
    assert open_setup(Setup(setup.program, dict(setup.inputs))).output == run.output


@each("suffix", ["md", "html", "tex", "svg", "text"])
def test_every_format_is_written(run: gs.Run, suffix: str) -> None:
    text = "".join(export.exporter(suffix).export(run.trace))
    assert "⟨1" in text or r"\langle 1" in text or suffix == "svg"


def test_the_typed_line_shows_the_numbers_of_the_call_at_work(run: gs.Run) -> None:
    program, typed = run.trace.program, Typed(run.trace.program)
    for n in range(1, run.trace.seed_step):
        node = program.nodes[run.trace.step(n).node]
        lines = typed.lines(run.trace, n, 400)
        assert node.span is not None
        assert any(piece.style == "active" and piece.text == program.text[slice(*node.span)] for piece in lines.typed)


def test_at_a_prompt_every_printed_line_is_true(run: gs.Run) -> None:
    said: list[str] = []
    prompt = Prompt(State(run.trace), said.append)
    prompt.begin()
    for line in ("n", "n", "i", "n", "i", "n", "u", "u", "g 5", "i", "u", "values", "f", "n", "i", "n", "p", "last"):
        prompt.hear(line)
    assert not [wrong for line in said for wrong in false_equations(line)]
