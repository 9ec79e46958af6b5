"""A Python function becomes a program: its numbers, its gradients, its names, its places, and what is refused."""

import math
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.capture import CaptureError, Operation, Recording, frameworks, record
from graphstep.engine.capture.process import record_file
from graphstep.ground.errors import InputError
from graphstep.telling.names import names_of
from tests.cases import each
from tests.engine.capture import capturable

CALLS = {
    "lecture": (-2.0, 5.0, -4.0),
    "fork": (1.5,),
    "neuron": (2.0, -1.0),
    "recurrent": (0.5, 2.0),
    "helped": (0.75, 1.25),
    "functions": (1.3, 0.7),
    "of_several_gates": (1.3, 0.7),
    "of_numpy": (1.3, 0.7),
    "coefficients": (1.7,),
    "rectified": (2.0,),
    "reused": (3.0,),
    "mean": (2.0, 3.5),
    "ünïcode": (0.5, 0.25),
    "asks_for_its_type": (1.5, 2.25),
    "of_statistics": (1.5, 2.25),
    "answers_that_are_true": (1.5, 2.25),
    "prints": (1.5, 2.25),
    "imports_inside": (1.5, 2.25),
    "any_number": (1.5, 2.25),
    "nearby": (1.5, 2.25),
    "floored": (1.5, 2.25),
}


def slope(function, arguments, place):
    """Its central difference, extrapolated to a step of 0 (Richardson): good to about 1e-11."""

    def difference(h):
        up, down = ([x + (i == place) * s * h for i, x in enumerate(arguments)] for s in (1, -1))
        return (function(*up) - function(*down)) / (2 * h)

    fine, middle, coarse = (difference(h) for h in (5e-4, 1e-3, 2e-3))
    one, other = (4 * fine - middle) / 3, (4 * middle - coarse) / 3
    return (16 * one - other) / 15


@each("name", CALLS)
def test_value_and_gradients_are_those_of_the_function(name):
    function, arguments = getattr(capturable, name), CALLS[name]
    fixed = ["n"] if name == "recurrent" else []
    run = gs.capture(function, *arguments, fixed=fixed)
    assert run.output == pytest.approx(function(*arguments), rel=1e-14)
    for place, gradient in enumerate(np.hstack([*run.gradients.values()])):
        assert gradient == pytest.approx(slope(function, arguments, place), rel=1e-9, abs=1e-10), place
    assert run.check().agrees


def test_the_text_is_the_functions_own_and_nodes_have_their_variables():
    run = gs.capture(capturable.lecture, -2, 5, -4)
    assert run.program.text == "def lecture(x, y, z):\n    q = x + y\n    return q * z"
    assert [(node.id, node.label) for node in run.nodes[3:]] == [("v4", "x + y"), ("v5", "q * z")]
    assert run["q"].value == 3.0
    assert run["q"].gradient == -4.0
    assert run["x+y"].index == 3
    assert "df/dq" in run.steps[3].explain()


def test_turns_are_numbered_and_a_helper_gives_its_result_to_the_callers_variable():
    run = gs.capture(capturable.recurrent, 0.5, 2.0, fixed=["n"])
    assert [name for name in run.program.names if name.startswith("h")] == ["h", "h.1", "h.2", "h.3"]
    assert run["h"].index == run["h.3"].index
    assert names_of(run.program).texts[run["h.2"].index] == "h⟨2⟩"
    # An argument that is assigned anew keeps its name; what it becomes has numbers.
    again = gs.capture(capturable.reused, 3.0)
    assert [node.name for node in again.program.nodes] == ["x", "x.1", "x.2", None]
    helper = gs.capture(capturable.helped, 0.75, 1.25)
    assert helper.program.text.startswith("def neuron(")
    assert "def squared(a):" in helper.program.text
    assert {"z", "doubled.1", "doubled.2"} <= {*helper.program.names}


def test_a_sum_names_its_last_addition_alone():
    for _ in range(100):
        # Python makes other instructions of what is called often.
        capturable.mean(2.0, 3.5)
    nodes = gs.capture(capturable.mean, 2.0, 3.5).program.nodes
    assert [(node.gate, node.name) for node in nodes[2:]] == [("add", None), ("mul", "m"), ("add", None), ("add", "s")]


def test_no_symbol_stands_for_two_values_where_a_line_is_at_work_again():
    program = gs.capture(capturable.coefficients, 1.7).program
    texts = names_of(program).texts
    assert len({*texts}) == len(texts)
    # What the source does not show is spelled: each coefficient, and a turn's total.
    assert [program.label(i) for i in range(3, 7)] == ["total⟨1⟩*x", "(total⟨1⟩*x)+(-2)", "total⟨2⟩*x", "(total⟨2⟩*x)+0.25"]


def test_a_branch_says_why_it_was_taken():
    branches = gs.capture(capturable.rectified, 2.0).program.origin.branches
    line = capturable.rectified.__code__.co_firstlineno
    assert [*map(str, branches)] == [
        f"taken at capturable.py:{line + 1} because 2 > 0",
        f"not taken at capturable.py:{line + 5} because 6 < 1 is false",
    ]
    other = gs.capture(capturable.rectified, -0.5).program.origin.branches
    assert str(other[0]) == f"not taken at capturable.py:{line + 1} because -0.5 > 0 is false"


@each("name", ["a_float", "an_int", "a_format", "a_key", "a_count", "gamma", "deviation", "to_digits", "cast"])
def test_what_would_drop_a_gradient_is_refused_with_its_line(name):
    function = getattr(capturable, name)
    with pytest.raises(CaptureError) as refused:
        gs.capture(function, *([2.5, 3] if name == "a_count" else [2.5]))
    first = function.__code__.co_firstlineno
    assert f"capturable.py:{first + 1}" in refused.value.message
    assert refused.value.hint
    assert name != "a_count" or "--fixed n (fixed=['n'])" in refused.value.hint
    # The module has its own math back.
    assert capturable.math is math
    assert capturable.tanh is math.tanh
    assert "type" not in vars(capturable)


def test_a_fixed_argument_is_handed_on_as_it_is():
    run = gs.capture(capturable.a_count, 1.5, 3, fixed=["n"])
    assert (run.output, run.gradients) == (12.0, {"x": 8.0})


def test_an_argument_that_hands_itself_back_as_its_copy_keeps_its_fields():
    @dataclass
    class Weights:
        w: float

        def __copy__(self):
            return self

    weights = Weights(2.0)
    assert gs.capture(lambda p: p.w * p.w, weights).gradients == {"p_w": 4.0}
    assert type(weights.w) is float


def test_a_dataclass_that_extends_a_built_in_type_is_refused_with_what_would_do():
    @dataclass
    class Weights(dict):
        w: float

    with pytest.raises(CaptureError, match="extends a type that is built in") as refusal:
        gs.capture(lambda p: p.w * p.w, Weights(2.0))
    assert refusal.value.hint == "pass its fields one by one"


def test_fields_of_a_dataclass_or_a_named_tuple_are_inputs():
    @dataclass(frozen=True, slots=True)
    class Curve:
        scale: float
        line: capturable.Line
        power: int = 2

        def __post_init__(self):
            assert type(self.scale) is float, "it is not made anew of traced numbers"

    curve = Curve(0.5, capturable.Line(2.0, 1.0))
    run = gs.capture(lambda curve, x: curve.scale * capturable.along(curve.line, x) ** curve.power, curve, 1.5)
    assert run.output == 40.5
    assert run.gradients == {"curve_scale": 81.0, "curve_line_slope": 63.0, "curve_line_bias": 27.0, "x": 36.0}


def test_attributes_of_an_object_are_inputs_also_where_it_holds_itself():
    class Layer:
        def __init__(self, weights):
            self.weights, self.width, self.log = weights, 2, [0.0] * 3000
            self.owner = self

        def __call__(self, x):
            return np.tanh(self.weights @ x) * self.width

    class Network:
        def __init__(self):
            self.layers = [Layer(np.array([[1.0, -0.5], [0.25, 2.0]])), Layer(np.array([[0.5, 1.0]]))]
            self.last = self.layers[1]

        def loss(self, x):
            for layer in self.layers:
                x = layer(x)
            return (x * self.last.weights[0, 0]).sum()

    network, x = Network(), np.array([0.3, -0.7])
    run = gs.capture(lambda net, x: net.loss(x), network, x)
    assert run.output == network.loss(x)
    assert [*run.gradients] == ["net_layers_0_weights", "net_layers_1_weights", "x"]
    up, down = Network(), Network()
    up.last.weights[0, 0] += 1e-6
    down.last.weights[0, 0] -= 1e-6
    slope_of_both = (up.loss(x) - down.loss(x)) / 2e-6
    assert run.gradients["net_layers_1_weights"][0, 0] == pytest.approx(slope_of_both, rel=1e-8)
    assert type(network.last.weights) is np.ndarray

    @dataclass
    class Scaled:
        a: float

        def __post_init__(self):
            self.double = 2 * self.a

    # What was computed before is an input of its own, and no constant in silence.
    assert gs.capture(lambda p: p.a * p.double, Scaled(3.0)).gradients == {"p_a": 6.0, "p_double": 3.0}


def test_attributes_of_the_object_of_a_method_are_inputs():
    class Network:
        def __init__(self):
            self.weights, self.rate, self.width = [1.5, 2.5], 0.5, 2

        def loss(self, x):
            self.last = x
            return sum(w * x for w in self.weights) * self.rate

        __call__ = loss

    network = Network()
    gradients = {"self_rate": 8.0, "x": 2.0}
    for function in (network.loss, network):
        run = gs.capture(function, 2.0)
        assert run.gradients["self_weights"].tolist() == [1.0, 1.0]
        assert {name: run.gradients[name] for name in gradients} == gradients
    assert not hasattr(network, "last")
    assert gs.capture(network.loss, 2.0, fixed=["self"]).gradients == {"x": 2.0}


def test_a_function_that_fails_is_not_called_again_and_fails_as_it_did():
    calls = []
    with pytest.raises(TypeError, match="not JSON serializable") as failed:
        gs.capture(lambda x: calls.append(1) or capturable.packed(x), 2.0)
    assert len(calls) == 1
    assert failed.value.__notes__[0].startswith("A traced number may be what it fails with at capturable.py:106.")


def test_numpy_scalars_are_numbers():
    assert gs.capture(capturable.fork, np.float32(1.5)).inputs == {"x": 1.5}
    assert gs.capture(capturable.an_array, 2.0).gradients["x"] == 3.0


def test_what_cannot_be_called_or_returns_no_number_is_refused():
    with pytest.raises(InputError, match="do not fit fork"):
        gs.capture(capturable.fork)
    with pytest.raises(InputError, match="'y' is no argument of the function"):
        gs.capture(capturable.fork, 1.0, fixed=["y"])
    with pytest.raises(CaptureError, match="a_list returned a list, and no number"):
        gs.capture(capturable.a_list, 1.0)
    with pytest.raises(OverflowError):
        gs.capture(capturable.overflow, 1000.0)


def test_a_function_that_ignores_its_argument_is_a_constant():
    run = gs.capture(capturable.constant, 1.0)
    assert (run.output, run.gradients) == (2.5, {"x": 0.0})


def test_a_number_that_outlives_its_call_is_refused():
    kept = []
    gs.capture(lambda x: kept.append(x) or x * 2, 1.0)
    with pytest.raises(CaptureError, match="after its call has returned"):
        kept[0] + 1


def test_a_function_without_source_is_captured_too():
    # A lambda in a text that no file holds.
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("squared = lambda x: x*x + 1", "<string>", "exec"), names)
    assert gs.capture(names["squared"], 3.0).to_dict()["gradients"] == {"x": 6.0}


def test_a_document_has_the_command_where_one_makes_it(monkeypatch):
    monkeypatch.chdir(Path(capturable.__file__).parent)
    assert gs.capture(capturable.squared, 3.0).to_markdown().count("graphstep capture capturable.py:squared a=3 --format md") == 1
    for run in (gs.capture(lambda x: x * x, 3.0), gs.capture(capturable.a_count, 1.5, 3, fixed=["n"])):
        assert "Made by" not in run.to_markdown()


def test_a_file_is_recorded_in_a_process_of_its_own(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("import math\nprint('{\"recording\": 1}')\n\n\ndef f(x):\n    return math.sin(x) * input\n\n\ninput = 2\n")
    opening = record_file(str(file), "f", {"x": 0.5})
    assert [node.gate for node in opening.program.nodes] == [None, "sin", "mul"]
    assert opening.program.text == "def f(x):\n    return math.sin(x) * input"
    assert opening == record_file(str(file), "f", {"x": 0.5})
    assert record(capturable.fork, (1.5,)) == record(capturable.fork, (1.5,))


def test_a_file_that_fails_says_where(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("import math\n\n\ndef f(x):\n    return g(x)\n\n\ndef g(x):\n    return math.exp(x * 1e6)\n")
    with pytest.raises(CaptureError) as failed:
        record_file(str(file), "f", {"x": 1.0})
    assert failed.value.message.splitlines() == [
        "bad.py failed: OverflowError: math range error",
        "  bad.py:5, in f: return g(x)",
        "  bad.py:9, in g: return math.exp(x * 1e6)",
    ]
    file.write_text("import json\n\n\ndef f(x):\n    return json.dumps(x)\n\n\ndef g(a, *xs):\n    return a * sum(xs)\n")
    with pytest.raises(CaptureError, match="TypeError: Object of type float is not JSON serializable") as failed:
        record_file(str(file), "f", {"x": 1.0})
    assert failed.value.hint.startswith("A traced number may be what it fails with at bad.py:5.")
    assert record_file(str(file), "g", {"a": 2.0, "xs": np.array([3.0, 4.0])}).inputs.keys() == {"a", "xs"}
    with pytest.raises(InputError, match=r"a is given no value, and stands in front of \*xs"):
        record_file(str(file), "g", {"xs": np.array([3.0, 4.0])})
    with pytest.raises(InputError, match="has no function 'h'"):
        record_file(str(file), "h", {"x": 1.0})
    file.write_text("raise SystemExit(3)\n")
    with pytest.raises(CaptureError, match=r"ended the program: exit\(3\)\n  bad.py:1, in <module>: raise SystemExit\(3\)"):
        record_file(str(file), "f", {})
    file.write_text("import asyncio\n\nraise asyncio.CancelledError('here')\n")
    with pytest.raises(CaptureError, match=r"failed: asyncio.exceptions.CancelledError: here\n  bad.py:3, in <module>"):
        record_file(str(file), "f", {})
    file.write_text("import os\nos._exit(7)\n")
    with pytest.raises(CaptureError, match="ended without an answer, with status 7"):
        record_file(str(file), "f", {})
    file.write_text("import os\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(CaptureError, match="was ended by SIGKILL"):
        record_file(str(file), "f", {})


def test_a_file_that_does_not_end_is_ended(tmp_path):
    file = tmp_path / "long.py"
    file.write_text("import time\ntime.sleep(600)\n")
    with pytest.raises(CaptureError, match=r"was ended after 0\.3 seconds"):
        record_file(str(file), "f", {}, seconds=0.3)


def test_a_file_whose_threads_do_not_end_is_captured_and_does_what_it_has_left_for_its_end(tmp_path):
    file = tmp_path / "threads.py"
    lines = ["import atexit, threading", "atexit.register(lambda: open(__file__ + '.end', 'w').close())", "", "", "def f(x):"]
    lines += ["    threading.Thread(target=threading.Event().wait).start()", "    return x * x", ""]
    file.write_text("\n".join(lines))
    assert record_file(str(file), "f", {"x": 3.0}, seconds=30).inputs == {"x": 3.0}
    assert (tmp_path / "threads.py.end").exists()


def test_loops_and_calls_are_frames_that_are_stepped_over_as_one():
    run = gs.capture(capturable.folded, 3.0)
    program = run.program
    paths = [program.path(node.frame) for node in program.nodes[program.first_gate :]]
    # Two loops stand side by side, the second of them a comprehension; so do two in a turn of the first.
    assert paths[14:] == [
        "repeat.1/repeat.3",
        "repeat.1/repeat.3/squared",
        "repeat.1/repeat.3/repeat.1/repeat.1",
        "repeat.1/repeat.3/repeat.1/repeat.1",
        "repeat.1/repeat.3/repeat.1/repeat.2",
        "repeat.1/repeat.3/repeat.2/repeat.1",
        "repeat.1/repeat.3/repeat.2/repeat.2",
        "repeat.1/repeat.3/repeat.2/repeat.2",
        "repeat.1/repeat.3",
        "repeat.2/repeat.1/squared",
        "repeat.2/repeat.2/squared",
        "",
        "",
    ]
    assert run.output == capturable.folded(3.0)


def test_a_refusal_that_the_function_swallows_is_said_all_the_same():
    with pytest.raises(CaptureError, match=r"float\(\) at capturable.py"):
        gs.capture(capturable.swallowing, 2.0)


def test_a_package_brings_an_adapter_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Adapter:
        """Takes every function for one that returns twice its argument."""

        @staticmethod
        def is_for(*_: Any) -> bool:
            return True

        @staticmethod
        def record(_: Any, bound: Any, name: str, fixed: Any) -> Recording:
            (x,) = bound.args
            return Recording(name, {"x": x}, [Operation("mul", [0, 2.0], 2 * x)], output=1)

    class Entry:
        name = "math"

        @staticmethod
        def load() -> type[Adapter]:
            return Adapter

    monkeypatch.setattr("graphstep.engine.capture.frameworks.entries", lambda: (Entry,))
    assert gs.capture(lambda x: x, 3.0).gradients == {"x": 2.0}
    Entry.name = "a_framework_that_is_not_imported"
    assert gs.capture(lambda x: x * x, 3.0).gradients == {"x": 6.0}


def test_an_adapter_is_found_in_a_folder_an_egg_and_an_archive_of_packages(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"METADATA": "Name: a\n", "PKG-INFO": "Name: a\n", "entry_points.txt": "[graphstep.frameworks]\nmath = adapted\n"}
    folder, egg, archive = tmp_path / "folder", tmp_path / "an.egg", tmp_path / "archive.zip"
    for package in (folder / "a-1.dist-info", egg / "EGG-INFO"):
        package.mkdir(parents=True)
        for name, text in files.items():
            (package / name).write_text(text, encoding="utf-8")
    with ZipFile(archive, "w") as file:
        for name, text in files.items():
            file.writestr(f"a-1.dist-info/{name}", text)
    (tmp_path / "b-1.dist-info").mkdir()
    for path, names in ((folder, ["math"]), (egg, ["math"]), (archive, ["math"]), (tmp_path, []), (tmp_path / "none", [])):
        monkeypatch.setattr(sys, "path", [str(path)])
        assert [entry.name for entry in frameworks.entries.__wrapped__()] == names


def test_a_loop_is_watched_where_pytorch_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(InputError, match="no PyTorch here"):
        gs.record(lambda: 0.0)
    with pytest.raises(InputError, match="no PyTorch here"):
        gs.record(every=10)(lambda: 0.0)


def test_who_waits_for_a_file_is_told_in_their_own_thread_that_it_runs(tmp_path):
    path = tmp_path / "f.py"
    path.write_text("def f(W, x):\n    return (W * x).sum()\n", encoding="utf-8")
    told = []
    # More than a pipe holds at once.
    opening = record_file(
        str(path), "f", {"W": np.ones((100, 100)), "x": 0.5}, watch=lambda share: told.append((share, get_ident()))
    )
    run = opening.run()
    assert run.value_of(run.program.output) == 5000.0
    # Two threads that import NumPy at once get half of it each.
    assert told == [(0.0, get_ident())]


def test_layers_in_an_ordered_dictionary_and_weights_by_their_number_are_inputs() -> None:
    class Scale:
        def __init__(self, w: Any) -> None:
            self.w, self.shape, self.sizes = w, (1, 2), [3, 4]

        def forward(self, x: Any) -> Any:
            return x * self.w

    class Net:
        def __init__(self) -> None:
            self.params = {1: np.array([2.0]), 2: np.array([-1.5])}
            self.layers = OrderedDict((f"scale{k}", Scale(w)) for k, w in self.params.items())

        def loss(self, x: float) -> Any:
            for layer in self.layers.values():
                x = layer.forward(x)
            return x[0]

    run = gs.capture(Net().loss, 3.0)
    assert run.output == -9.0
    assert {name: np.ravel(x).tolist() for name, x in run.gradients.items()} == {
        "self_params_1": [-4.5],
        "self_params_2": [6.0],
        "x": [-3.0],
    }
