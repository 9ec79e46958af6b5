"""``graphstep capture``, and the other commands on a function in Python."""

import json
from pathlib import Path

import pytest

from graphstep.debugger.saved import to_json
from graphstep.debugger.state import State
from graphstep.engine.capture.opening import opening_of_file
from graphstep.faces.cli import main
from graphstep.ground.errors import InputError
from graphstep.language.setup import Setup

FILE = """import math

print("from the file")

def act(z):
    return 1 / (1 + math.exp(-z))

def loss(w, x, n=1):
    h = x
    for _ in range(n):
        h = act(w*h)
    if h > 0.25:
        h = h - 1
    return h**2

def text(x):
    return str(x)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "own.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return "own.py:loss"


def test_a_document_is_told_and_says_the_command_that_made_it(
    file: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["capture", file, "w=2", "x=0.5", "n=2", "--fixed", "n"]
    assert main([*words, "--format", "json"]) == 0
    printed, said = capfd.readouterr()
    document = json.loads(printed)
    assert document["program"].startswith("def act(z):\n")
    assert "def loss(w, x, n=1):" in document["program"]
    turn = next(node for node in document["nodes"] if node["name"] == "h.2")
    assert list(document["gradients"]) == ["w", "x"]
    assert said.splitlines() == [
        "from the file",
        f"taken at own.py:12 because {turn['value']!r} > 0.25",
        "what is shown is this path through the function; an edited input does not change it",
    ]
    assert main([*words, "--to", "own.md"]) == 0
    made = "graphstep capture own.py:loss w=2 x=0.5 n=2 --fixed=n --format md"
    text = (tmp_path / "own.md").read_text()
    assert made in text
    assert f"Taken at own.py:12 because {turn['value']!r} \\> 0.25." in text
    assert main(made.split()[1:]) == 0
    capfd.readouterr()


def test_other_commands_take_it_too(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--from", "python", file, "w=2", "x=0.5"]) == 0
    assert "All 2 gradients are confirmed" in capfd.readouterr().out
    assert main(["why", "grad w", file, "w=2", "x=0.5", "--from", "python"]) == 0
    assert capfd.readouterr().out.startswith("Why df/dw =")
    assert main(["check", "--from", "python", file, "w=2", "x=0.5", "--format", "md"]) == 0
    assert "graphstep check own.py:loss w=2 x=0.5 --from=python --format md" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["capture", "own.py:los", "w=2", "x=1"], 2, "error: 'own.py' has no function 'los'\nhint: did you mean 'loss'?"),
        (["capture", "own.py", "w=2"], 2, "error: 'own.py' names no function"),
        (["capture", "none.py:f"], 2, "error: there is no file 'none.py'"),
        (["capture", "own.py:loss", "w=2"], 2, "error: the arguments do not fit loss: missing a required argument: 'x'"),
        (["capture", "own.py:loss", "w=[1,2]", "x=1"], 2, "error: 'w' is an array; only numbers are captured yet"),
        (["capture", "own.py:text", "x=1"], 1, "error: formatting at own.py:17 would drop the gradient of a traced number"),
        (["capture", "own.py:act", "z=-1e6"], 1, "error: own.py failed: OverflowError: math range error\n  own.py:6, in act: "),
        (["capture", "own.py:act", "z=1", "--fold"], 2, "error: --fold rewrites a typed program"),
        (["train", "own.py:act", "z=1", "--params", "z", "--from", "python"], 2, "error: this command does not take a function"),
    ],
)
def test_what_goes_wrong_is_said(words: list[str], status: int, said: str, file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(words) == status
    printed, errors = capfd.readouterr()
    assert printed == ""
    assert said in errors
    assert "Traceback" not in errors


def test_a_browser_runs_no_file(file: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("graphstep.faces.cli.program.in_browser", lambda: True)
    assert main(["capture", file, "w=2", "x=1"]) == 2
    assert "no file is run from a browser" in capfd.readouterr().err


def test_no_saved_session_holds_it(file: str) -> None:
    opening = opening_of_file(Setup(file, {"w": "2", "x": "0.5"}, captured=True))
    with pytest.raises(InputError, match="is no session that a file opens again") as refused:
        to_json(State(opening.run()))
    assert refused.value.hint == "this opens it: graphstep capture own.py:loss w=2 x=0.5"
