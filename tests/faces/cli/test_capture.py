"""``graphstep capture``, and the other commands on a function in Python."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.compare import aligned
from graphstep.debugger.saved import to_json
from graphstep.debugger.state import State
from graphstep.engine.capture.opening import opening_of_file
from graphstep.faces.cli import main
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError
from graphstep.language.setup import Setup
from tests.cases import each

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


NETWORK = """import numpy as np

def loss(W, x, y):
    p = np.exp(W @ x)
    p = p / p.sum()
    return -np.log(p[y])
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


@each(
    ("words", "status", "said"),
    [
        (["capture", "own.py:los", "w=2", "x=1"], 2, "error: 'own.py' has no function 'los'\nhint: did you mean 'loss'?"),
        (["capture", "own.py", "w=2"], 2, "error: 'own.py' names no function"),
        (["capture", "none.py:f"], 2, "error: there is no file 'none.py'"),
        (["capture", "own.py:loss", "w=2"], 2, "error: the arguments do not fit loss: missing a required argument: 'x'"),
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


def test_arrays_from_the_command_line_and_runs_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NETWORK)
    np.save("W.npy", np.array([[0.1, 0.2], [0.3, -0.4]]))
    words = ["net.py:loss", "W=@W.npy", "x=[1,2]", "y=1", "--fixed", "y"]
    assert main(["capture", *words, "--to", "run.gsz"]) == 0
    assert main(["capture", *words, "--format", "json"]) == 0
    captured = json.loads(capfd.readouterr().out)
    assert main(["step", "run.gsz", "--format", "json"]) == 0
    recorded = json.loads(capfd.readouterr().out)
    for document in (captured, recorded):
        document.pop("command", None)
    assert recorded == captured
    assert main(["check", "run.gsz"]) == 0
    assert "All 6 gradients are confirmed" in capfd.readouterr().out
    for command in (["why", "grad x", "run.gsz"], ["diagnose", "run.gsz"]):
        assert main(command) == 0, command
    # An input of another value is computed anew; the two are compared node by node.
    assert main(["run.gsz", "x=[1,3]", "--to", "other.gsz"]) == 0
    capfd.readouterr()
    assert main(["diff", "run.gsz", "run.gsz"]) == 0
    assert main(["diff", "run.gsz", "other.gsz"]) == 1
    assert "gradient of W @ x" in capfd.readouterr().out
    run = gs.load("run.gsz")
    assert run.output == captured["output"]
    assert run.gradients["W"].tolist() == captured["gradients"]["W"]
    assert run.save("again.gsz").read_bytes() == gs.load("again.gsz").save("third.gsz").read_bytes()


def test_a_run_in_a_file_keeps_the_type_that_its_numbers_were_rounded_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["tanh(x)*y", "x=0.3", "y=0.1", "--dtype", "bfloat16", "--to", "run.gsz"]) == 0
    words = ["run.gsz", "--format", "json"]
    documents = []
    # The command below a document names the type, and so does whoever copies it.
    for more in ([], ["--dtype", "bfloat16"]):
        assert main([*words, *more]) == 0
        documents.append(json.loads(capsys.readouterr().out))
    assert documents[0] == documents[1]
    assert documents[0]["dtype"] == "bfloat16"
    assert documents[0]["gradients"]["y"] == 0.29296875
    assert main([*words, "--dtype", "float32"]) == 2
    assert "this one is a recorded run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.gsz"], "error: 'none.gsz' cannot be read"),
        (["text.gsz"], "error: 'text.gsz' is no recorded run, or it is damaged"),
        (["run.gsz", "q=2"], "error: 'q' is no input of the recorded run"),
        (["run.gsz", "--fold"], "error: --fold reads a typed program"),
        (["x*y", "x=1", "y=2", "--to", "out.gsz", "--detail", "brief"], "error: a .gsz holds the run itself"),
    ],
)
def test_what_is_no_run_in_a_file_is_said(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gs.run("x*y", x=1, y=2).save("run.gsz")
    Path("text.gsz").write_text("x*y")
    assert main([*words, "--plain"]) in (1, 2)
    printed, errors = capfd.readouterr()
    assert said in errors
    assert printed == ""


ENGINE = """class Value:
    def __init__(self, data, children=(), op=""):
        self.data, self.grad, self._op, self._prev, self._backward = data, 0.0, op, set(children), lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")
        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = backward
        return out

w = [Value(2.0), Value(-3.0)]

def loss(asked):
    out = w[0]
    for each in w:
        out = out * each
    out.grad = 1.0
    out._backward()
    for value in out._prev - set(w):
        value.grad += asked
        value._backward()
    return out
"""


def test_a_graph_of_an_engine_and_whether_its_gradients_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("engine.py").write_text(ENGINE)
    assert main(["capture", "engine.py:loss", "asked=0", "--fixed", "asked", "--format", "json"]) == 0
    printed, said = capfd.readouterr()
    document = json.loads(printed)
    assert document["gradients"] == {"w_0": -12.0, "w_1": 4.0}
    assert [node.get("scope") for node in document["nodes"][2:]] == ["repeat/repeat.1", "repeat/repeat.2"]
    assert said == "its own 4 gradients agree with these, to 1e-9\n"
    assert main(["capture", "engine.py:loss", "asked=1", "--fixed", "asked", "--to", "run.gsz"]) == 0
    said = capfd.readouterr().err
    assert said.startswith("its own gradients part from these at d(out⟨2⟩)/d(out⟨1⟩): -2 there, -3 here\n")
    run = gs.load("run.gsz")
    assert run.gradients["w_0"] == -12.0


def test_a_browser_runs_no_file(file: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("graphstep.faces.cli.program.in_browser", lambda: True)
    assert main(["capture", file, "w=2", "x=1"]) == 2
    assert "no file is run from a browser" in capfd.readouterr().err


def test_who_leaves_all_arguments_to_their_defaults_is_told_how_one_becomes_an_input(
    file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("own.py").write_text("def loss(w=2.0, x=0.5):\n    return w*x\n")
    assert main(["capture", file, "--plain"]) == 0
    assert "NAME=VALUE makes it an input" in capfd.readouterr().err
    assert main(["capture", file, "w=2", "--plain"]) == 0
    assert "NAME=VALUE" not in capfd.readouterr().err


def test_no_saved_session_holds_it(file: str) -> None:
    opening = opening_of_file(Setup(file, {"w": "2", "x": "0.5"}, captured=True))
    with pytest.raises(InputError, match="is no session that a file opens again") as refused:
        to_json(State(opening.run()))
    assert refused.value.hint == "this opens it: graphstep capture own.py:loss w=2 x=0.5"


def test_the_screen_shows_what_was_recorded_and_computes_nothing_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from graphstep.faces.tui import open_program

    run = gs.capture(lambda x: (np.exp(x) * x).sum(), np.array([0.1, 0.7], np.float32))
    monkeypatch.setenv("TERM", "dumb")
    setup = replace(run.trace.setup, digits=12)
    opened = replace(run.trace, setup=setup)
    assert open_program(run.program, run.inputs, setup=setup, recorded=opened) == 0
    ours = gs.run("sum(exp(x)*x)", x=run.inputs["x"], digits=12)
    told = capsys.readouterr().out
    assert number_text(run.output, 12) in told
    assert number_text(ours.output, 12) not in told


def test_two_recorded_runs_are_aligned_by_calls_operations_and_occurrence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def loss(w, x, more):
        y = w * more if more else w
        total = 0
        for k in range(2):
            total = total + (y + k + x) * (k + 1) * 3
        return total

    # One gate more in front, so that all others have other numbers.
    gs.capture(loss, 2.0, 0.5, 0, fixed=["more"]).save("before.gsz")
    gs.capture(loss, 2.0, 0.5, 1, fixed=["more"]).save("after.gsz")
    assert main(["diff", "before.gsz", "after.gsz"]) == 0
    said = capfd.readouterr().out
    assert "Equal: the outputs" in said
    assert "12 nodes that both have" in said
    before, after = gs.load("before.gsz"), gs.load("after.gsz")
    places = aligned(before.program, after.program)
    assert len(places) == len(before.program.nodes) == len(after.program.nodes) - 1
    for one, other in places.items():
        assert before.program.nodes[one].gate == after.program.nodes[other].gate
        assert before.trace.value_of(one) == after.trace.value_of(other)


def test_a_function_of_the_users_makes_the_arguments_that_are_not_typed(
    file: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "batches.py").write_text("""
def by_place(): return 2.0, 0.5
def by_name(): return {"w": 2.0, "x": 0.5}
def both(): return (2.0,), {"x": 0.5}
def first(): return 2.0
def more(): return 1.0, 2.0, 3, 4
def fails(): raise ValueError("no data")
""")
    assert main(["capture", file, "w=2", "x=0.5", "--format", "json"]) == 0
    out, err = capfd.readouterr()
    expected = json.loads(out)
    for target in ("batches:by_place", "batches.py:by_name", "batches:both"):
        assert main(["capture", file, "--args", target, "--format", "json"]) == 0
        assert json.loads(capfd.readouterr()[0])["gradients"] == expected["gradients"], target
    # What is typed takes the place of what is made, and the file runs once.
    assert main(["capture", file, "--args", "batches:first", "x=0.5", "--to", "made.md"]) == 0
    assert capfd.readouterr()[1].count("from the file") == 1
    assert "--args=batches:first" in (tmp_path / "made.md").read_text("utf-8")
    assert main(["capture", file, "--args", "own.py:none"]) == 2
    out, err = capfd.readouterr()
    assert "has no function 'none'" in err
    assert err.count("from the file") == 1
    for words, said in {
        ("--args", "batches:more"): "too many positional arguments",
        ("--args", "batches:fails"): "ValueError: no data",
        ("--args", "nowhere:make"): "there is no module 'nowhere'",
        ("--args", "nowhere"): "names no function",
        ("--args", "batches:by_place", "z=3"): "'z'",
    }.items():
        assert main(["capture", file, *words]) in (1, 2), words
        assert said in capfd.readouterr()[1], words
    assert main(["x*y", "x=1", "y=2", "--args", "batches:first"]) == 2
    assert "goes with a function in Python" in capfd.readouterr()[1]
