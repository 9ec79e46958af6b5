"""The exporters: what each promises, of numbers, of arrays and of opened gates, and golden documents."""

from __future__ import annotations

import html
import json
import math
import random
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from graphstep.debugger.frames import at_position, run_on_show
from graphstep.debugger.state import State
from graphstep.engine.opening import open_setup
from graphstep.engine.trace import trace
from graphstep.faces import export, notebook
from graphstep.faces.cli import main
from graphstep.faces.export.json import to_dict
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.numerals import numeral
from graphstep.language.read import read
from graphstep.language.setup import Setup
from tests.cases import each
from tests.effort import grows_with
from tests.faces.export.examples import (
    EXAMPLES,
    NEURON,
    SCHEMA,
    chain,
    document,
    example,
    reads_well,
    run,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.engine.trace import Trace

FORMATS = export.formats()
GOLDEN_FORMATS = ("text", "json", "md")


@each("name", FORMATS)
@each("which", EXAMPLES)
def test_an_exporter_streams_text_that_ends_in_a_newline(name: str, which: str) -> None:
    made, at = example(which)
    pieces = list(export.exporter(name).export(made, at))
    assert all(isinstance(piece, str) for piece in pieces)
    assert "".join(pieces).endswith("\n")
    assert export.exporter(name).SUMMARY


@each("name", FORMATS)
def test_an_exporter_gives_the_same_bytes_for_the_same_run(name: str) -> None:
    assert export.render(run(*NEURON), name) == export.render(run(*NEURON), name)


@each("name", FORMATS)
def test_an_exporter_tells_every_step_apart(name: str) -> None:
    """Stopping at a step shows neither what comes later nor less than the step before."""
    made, _ = example("lecture")
    texts = [export.render(made, name, at) for at in range(len(made) + 1)]
    assert len(set(texts)) == len(texts)
    assert texts[-1] == export.render(made, name)
    before_the_output = texts[1]
    assert "-12" not in before_the_output
    assert "−12" not in before_the_output


@each("name", FORMATS)
def test_a_step_that_does_not_exist_is_refused(name: str) -> None:
    made, _ = example("lecture")
    for at in (-1, len(made) + 1):
        with pytest.raises(InputError, match=f"no step {at}: this run has 7 steps"):
            export.render(made, name, at)


@each("name", FORMATS)
@each("text", ["x", "2*3 + 0*x", "q = 2*3; y"])
def test_programs_with_hardly_a_gate_are_exported(name: str, text: str) -> None:
    program = read(text)
    made = trace(program, dict.fromkeys(program.inputs, 1.5))
    for at in (None, *range(len(made))):
        assert export.render(made, name, at)


@each("name", FORMATS)
def test_exports_of_many_gates_come_in_pieces(name: str) -> None:
    made = chain(250)
    assert max(map(len, export.exporter(name).export(made))) < 1_000_000


@each("name", FORMATS)
def test_exports_are_linear(name: str) -> None:
    def work(size: int) -> Callable[[], object]:
        made = chain(size)
        return lambda: list(export.exporter(name).export(made))

    assert grows_with(30, work) < 2.2


@pytest.mark.parametrize("name", FORMATS)
def test_a_suffix_asks_for_its_format(name: str, tmp_path: Path) -> None:
    made, _ = example("square")
    path = export.write(made, tmp_path / f"run{export.exporter(name).SUFFIX.upper()}")
    assert path.read_text(encoding="utf-8") == export.render(made, name)


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    made, _ = example("square")
    with pytest.raises(InputError) as caught:
        export.write(made, tmp_path / "run.docx")
    assert all(export.exporter(name).SUFFIX in caught.value.hint for name in FORMATS)
    for typed, hint in {"jsno": "did you mean 'json'?", "doc": f"formats: {', '.join(FORMATS)}"}.items():
        with pytest.raises(InputError) as caught:
            export.render(made, typed)
        assert caught.value.hint == hint


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    made, _ = example("square")
    with pytest.raises(GraphstepError, match="cannot be written"):
        export.write(made, tmp_path / "missing" / "run.md")


@each("name", GOLDEN_FORMATS)
@each("which", EXAMPLES)
def test_documents_are_as_the_golden_ones(which: str, name: str, golden) -> None:
    golden(f"export/{which}{export.exporter(name).SUFFIX}", export.render(example(which)[0], name, example(which)[1]))


@each("which", EXAMPLES)
def test_the_narrated_trace_has_a_line_for_every_step_and_every_gradient(which: str) -> None:
    made, at = example(which)
    text = export.render(made, "text", at)
    last = len(made) if at is None else at
    numbers = [int(n) for n in re.findall(r"^ +(\d+)  ", text, re.MULTILINE)]
    assert numbers == list(range(last + 1))
    if at is None:
        for index, name in enumerate(made.program.inputs):
            gradient = made.gradient_of(index)
            told = r"\[.*\]" if np.ndim(gradient) else re.escape(numeral(float(gradient)))
            assert re.search(rf"^  df/d{name} = {told}( |$)", text, re.MULTILINE)
    else:
        assert f"stopped at step {at} of {len(made)}" in text


def test_a_picture_has_the_shapes_in_gaps_of_its_wires() -> None:
    picture = export.render(example("arrays-broadcast")[0], "svg")
    assert picture.count(">2×3</text>") == 6
    gaps = re.findall(r'<path d="M([\d.]+) [\d.]+H([\d.]+)M([\d.]+) ', picture)
    assert len(gaps) == 7
    assert all(float(start) < float(stop) < float(on) for start, stop, on in gaps)


def test_a_notebook_shows_arrays() -> None:
    bundle = notebook.bundle(example("arrays-product")[0], "a run")
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert r"$$" in bundle["text/markdown"]
    assert r"\begin{bmatrix}" in bundle["text/markdown"]


@each("name", FORMATS)
@each("which", [name for name in EXAMPLES if name.startswith("arrays")])
def test_every_format_takes_every_step_of_an_example(name: str, which: str) -> None:
    made, _ = example(which)
    texts = [export.render(made, name, at) for at in range(len(made) + 1)]
    assert len(set(texts)) == len(texts)


def leaves(choose: random.Random) -> tuple[list[str], dict[str, Any]]:
    """Inputs of a few shapes, some of them without cells or with something that is not finite."""
    inputs: dict[str, Any] = {}
    for k in range(2 + choose.randrange(3)):
        shape = choose.choice([(), (3,), (2, 3), (3, 2), (1, 3), (3, 3), (2, 2, 3), (0, 3), (40, 3)])
        cells = np.random.default_rng(choose.randrange(1 << 30)).normal(size=shape).round(2)
        if choose.randrange(8) == 0 and cells.size:
            cells.flat[0] = choose.choice([math.inf, -math.inf, math.nan, 1e300])
        inputs[f"x{k}"] = cells
    return list(inputs), inputs


FORMS = (
    "{x} @ {y}", "{x} + {y}", "{x} * {y}", "{x} - {y}", "max({x}, {y})", "relu({x})", "tanh({x})", "({x})^2",
    "3*{x} + 1", "log({x})", "1/({x})", "sum({x})", "sum({x}, axis=0)", "mean({x}, axis=-1, keepdims=true)", "max({x})",
    "min({x}, axis=0)", "norm({x})", "var({x})", "({x}).T", "({x})[0]", "({x})[..., ::2]", "reshape({x}, -1)",
    "concat({x}, {x})", "stack({x}, {y})", "outer({x}, {y})", "dot({x}, {y})", "softmax({x})", "log_softmax({x})",
    "logsumexp({x})", "logsumexp({x}, axis=-1)", "mse({x}, {y})",
)  # fmt: skip
"""What is done to inputs and to what came of them, where the shapes allow it."""


def random_run(seed: int) -> Trace:
    """A program that grows by whatever fits the shapes that there are."""
    choose = random.Random(seed)
    known, inputs = leaves(choose)
    statements: list[str] = []
    for k in range(1 + choose.randrange(8)):
        form = choose.choice(FORMS).format(x=choose.choice(known[-4:]), y=choose.choice(known[-4:]))
        trial = [*statements, f"q{k} = {form}"]
        try:
            run("; ".join(trial), {name: value for name, value in inputs.items() if any(name in text for text in trial)})
        except GraphstepError:
            continue
        statements = trial
        known.append(f"q{k}")
    statements = statements or ["q0 = x0 * x0"]
    used = {name: value for name, value in inputs.items() if any(name in text for text in statements)}
    return run("; ".join(statements), used, data=tuple(used)[:1] if choose.randrange(4) == 0 else ())


@each("seed", range(6))
def test_random_programs_of_arrays_are_exported(seed: int) -> None:
    made = random_run(seed)
    half = len(made) // 2
    for at in (None, half):
        for name in FORMATS:
            text = export.render(made, name, at)
            assert text.endswith("\n")
            if name == "md":
                reads_well(text)
                assert "script" not in set(tags(text))
            elif name == "svg":
                ElementTree.fromstring(text)
        assert to_dict(made, at) == document(made, at)


OPENED = Setup("f = sigmoid(w*x + b)*y", {"w": "2", "x": "-1", "b": "-3", "y": "2"}, at="8/u1/7")

OPENED_ARRAYS = Setup(
    "h = softmax(x@W); cross_entropy(h + b, y)", {"x": "[1, -2]", "W": "ones(2,3)", "b": "[0.5, 0, -1]", "y": "1"}, at="9/h/9"
)

SILENT = ("svg", "json", "tex", "dot", "graphml", "nodelink")
"""Formats without the command that makes them; JSON has the position."""


def inside(setup: Setup, form: str) -> str:
    state = at_position(State(open_setup(setup)), setup.at or "")
    return export.render(run_on_show(state), form, state.at)


@each("setup", [OPENED, OPENED_ARRAYS], ids=["numbers", "arrays"])
@each("form", export.formats())
def test_every_format_writes_the_inside_of_a_gate(form: str, setup: Setup) -> None:
    text = inside(setup, form)
    part = "u1.2" if setup is OPENED else "h.2"
    assert part in text or part.replace("u1", "u_{1}") in text
    if form not in SILENT:
        assert f"--at {setup.at}" in html.unescape(text)
        assert f"{part[:-2]}.x=" not in text, "what a part reads is no input of the command"


def test_json_of_a_frame_fits_the_schema_and_says_where_it_is() -> None:
    found = json.loads(inside(OPENED, "json"))
    Draft202012Validator(SCHEMA).validate(found)
    assert found["scope"] == "8/u1/7"
    assert found["program"] == "1/(1 + exp(-u1.x))"
    assert [node["name"] for node in found["nodes"]] == ["u1.x", "u1.1", "u1.2", "u1.3", "u1"]
    assert found["output"] == pytest.approx(1 / (1 + np.exp(5)))


def test_the_command_of_a_document_makes_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*OPENED.words("--format", "md"),)) == 0
    assert capsys.readouterr().out == inside(OPENED, "md")
    assert main((*OPENED.words("--plain"),)) == 0
    assert "stopped at step 7 of 9" in capsys.readouterr().out


@each(
    ("at", "said"),
    [
        ("8/q/1", "these gates can be opened: u1"),
        ("3/u1/9", "these gates can be opened: u1"),
        ("8/u1", "--at 12/p/3 is step 3 inside p"),
        ("8//1", "--at 12/p/3 is step 3 inside p"),
    ],
)
def test_a_position_that_there_is_not_is_refused_with_what_there_is(at: str, said: str, capsys) -> None:
    words = Setup(OPENED.program, OPENED.inputs, at=at).words("--plain")
    assert main((*words,)) == 2
    assert said in capsys.readouterr().err
