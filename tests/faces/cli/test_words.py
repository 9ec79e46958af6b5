"""From words to options: what was typed wrong is said in a line or two, with what would do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from graphstep.faces.cli.commands import every, module_of
from graphstep.faces.cli.words import parser_of
from tests.cases import each
from tests.faces.cli.test_cli import refused

if TYPE_CHECKING:
    import pytest


@each(
    ("words", "said"),
    [
        (["x + * y"], "an operand is missing before *\n  x + * y\n      ^"),
        (["(x+y)*z", "x=1"], "no value for y, z"),
        (["x", "x=1", "x=2"], "x"),
        (["x", "x=abc"], "abc"),
        (["x", "x=1", "y=2"], "'y' does not stand in the program"),
        (["x*y", "--plian"], "there is no option '--plian'\nhint: did you mean '--plain'?"),
        (["x", "x=1", "--ties", "both"], "invalid choice: 'both'"),
        (["x", "x=1", "--expand", "--fold"], "exclude"),
        (["check"], "the following arguments are required: EXPR\n"),
        (["chek", "x*x"], "did you mean 'check'?"),
        (["diff", "q=x*y", "q=x*z", "x=1", "y=2"], "hint: they read x, y; as a program it is typed 'q=x*z;'"),
        (["--digits=5", "check", "x*x", "x=2"], "; a command comes first: graphstep check …"),
        (["x", "x=1", "--at=9"], "there is no step 9: this run has 1 step\nhint: 0 is the start, 1 the end"),
        (["x*x", "x=3", "--digits=--"], "--digits takes a whole number from 1, not '--'"),
        (["gradient", "x*x", "--data=--"], "data names '--', which is no input of the program"),
        (["x*x", "x=3", "--to", ""], "nothing stands behind --to\nhint: it takes FILE"),
        (["x*x", "x=3", "--fixed", "x"], "--fixed goes with a function in Python"),
        (["a=x*y; b=x+y; a*b", "x=3", "y=1", "--order", "4 b"], "b is not ready behind step 4\nhint: ready is a*b"),
        (["x*x", "x=3", "--record=demo.svg", "--at=99"], "there is no step 99"),
        (["sigmoid(x)*2", "x=3", "--record=demo.svg", "--at=2/p1/1"], "a recording begins at a step of the program"),
        (["+".join("x" * 600), "x=3", "--record=demo.svg", "--at=9"], "steps would follow; at most 1,000 are recorded"),
        (["gradient", "x*y", "z=3"], "'z' does not stand in the program"),
        (["gradient", "x*y", "--seed=2"], "the backward pass is written for --seed 1, not '2'"),
        (["check", "sum(x)", "x=[1]", f"--against-h=x[{'9' * 5000}]"], "is no index of a cell"),
        (["check", "x", "x=1", "--to=a.dot"], "end it in one of .html, .json, .md, .pdf, .svg, .tex, .txt, or"),
        (["jacobian", "x*2", "x=1", "--path=x", "--cell=x"], "--cell and --path are several reports"),
        (["train", "w^2", "w=1", "--params=w", "--at-round=100"], "of 100 rounds there is no round 100 to tell"),
        (["train", "w^2", "w=1", "--params=w", "--momentum=0.5"], "the optimizer sgd has no momentum"),
        (["train", "w^2", "w=1"], "name the parameters, of the inputs w: --params w,b"),
        (["diagnose", "--network=3x4", "--init=-1"], "'-1' is no standard deviation"),
        (["diagnose", "x^2", "x=1", "--init=he"], "--init is of the network of the experiment\nhint: --network"),
        (["diagnose", "x^2", "x=1", "--random-seed=2"], "--random-seed is of the network of the experiment"),
        (["capture", "np.dot(a, b)", "a=1", "--from=numpy"], "reads no numpy\nhint: graphstep EXPR … --from numpy reads a text"),
        (["diagnose", "--network=3x4", "--share"], "--share is of a program, and --network stands instead of one"),
        (["diagnose", "--network=3x4", "--sweep=init=1:2", "--init=he"], "--init has a value, and is what --sweep tries"),
        (["x*x", "x=3", "--math=pandoc"], "--math is of Markdown\nhint: --format md, or --to solution.md"),
        (["check", "x*x", "x=3", "--math=pandoc", "--to=a.tex"], "--math is of Markdown"),
        (["check", "x*x", "x=3", "--format=json", "--detail=brief"], "json holds the numbers of the report"),
        (["x*x", "x=3", "--screen-reader", "--to=a.md"], "--screen-reader is a line prompt, and --to is not heeded by it"),
        (["train", "w^2", "w=1", "--params=w", "--screen-reader", "--at-round=0"], "and --at-round is not heeded by it"),
        (["train", "w^2", "w=1", "--params=w", "--batch-seed=3"], "--batch-seed goes with --batch\nhint: --batch X,y:32"),
        (["train", "w^2", "w=1", "--params=w", "--held-out-every=3"], "--held-out-every goes with --held-out\nhint"),
        (["lesson", "--plain"], "--plain opens a lesson on a line prompt\nhint: graphstep lesson 2 --plain"),
        (["lesson", "check", "1", "--format=text"], "--format text prints a lesson as a page"),
        (["exercise", "list", "--seed=4"], "which exercise is meant?"),
        (["practise", "list", "--count=3"], "--count is of a sitting, and list asks nothing"),
        (["diagnose", "--network=3x4", "--examples=0"], "--examples takes a whole number from 1"),
    ],
)
def test_what_was_typed_wrong_is_said_with_status_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused(capsys, *words)


def test_an_error_names_a_few_of_many_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"w{n}" for n in range(300)]
    said = refused(capsys, " + ".join(names))
    assert "no value for w0, w1, w2, w3, w4, w5, w6, w7 … (300 in all)\n" in said
    assert max(map(len, said.splitlines())) < 130
    assert "w7 … (300 in all)" in refused(capsys, "+".join(names), *(f"{name}=1" for name in names), "q=1")


RUNS = {name: ["x*x", "x=3"] for name in ("step", "check", "jacobian", "diagnose", "rewrite")} | {
    "train": ["x*x", "x=3", "--params=x", "--steps=1"],
    "why": ["grad x", "x*x", "x=3"],
    "diff": ["x*x", "x=3", "--b=x=2"],
}
"""What each command is given that makes documents of a program; capture makes those of step."""


def test_every_command_refuses_what_the_format_of_its_document_would_pass_over(capsys: pytest.CaptureFixture[str]) -> None:
    documents = set()
    for name in every():
        options = {action.dest for action in parser_of(name, import_module(module_of(name)))._actions}
        if {"expression", "math"} <= options and name != "capture":
            documents.add(name)
            for words in (["--math=dollars"], ["--math=pandoc", "--format=tex"]):
                refused(capsys, name, *RUNS[name], *words)
    assert documents == RUNS.keys()
