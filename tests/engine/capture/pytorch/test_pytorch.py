"""Functions that compute with PyTorch: PyTorch's own numbers to the bit, or a refusal with its reason."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

import graphstep as gs  # noqa: E402 – what needs PyTorch comes behind the question whether it is there
from graphstep.analysis.witnesses import check  # noqa: E402
from graphstep.engine.capture.pytorch import table  # noqa: E402
from graphstep.engine.capture.recording import CaptureError  # noqa: E402
from graphstep.faces.cli import main  # noqa: E402
from graphstep.gates import GATES  # noqa: E402
from tests.engine.capture.pytorch import tensors  # noqa: E402

OPAQUE = {
    "long_short_term": {"torch.lstm"},
    "cell_by_cell": {"torch.lstm_cell"},
    "few_digits": {"torch.bfloat16"},
    "written_to_behind_an_unknown_function": {"torch.i0", "torch.special_i0", "torch.type"},
    "with_a_backward_of_its_own": {"torch.Rounded.apply"},
    "with_a_backward_of_its_own_by_another_name": {"torch.Rounded.apply", "torch.Tripled.apply"},
    "weighted_by_what_is_detached": {"torch.cross_entropy"},
    "written_in_parts": {"torch.unsafe_chunk", "torch.sum", "torch.mul", "torch.setitem"},
    "sparse": {"torch.sparse_mm"},
    "drawn_from_a_dirichlet": {"torch.Dirichlet.apply"},
    "of_shortened_weights": {"torch.embedding"},
    "written_by_what_no_gate_follows": {"torch.index_add", "torch.scatter_add", "torch.index_put"},
    "tied": {"torch.maximum", "torch.clamp"},
    "two_types": {"torch.half", "torch.double", "torch.float", "torch.mul"},
}
"""The gates that only PyTorch knows: what we have no gate for, and what it decides otherwise, at a tie."""


def leaves() -> dict[str, Any]:
    """Every parameter of the module by the name that capture gives it."""
    found: dict[str, Any] = {"W": tensors.W, "b": tensors.b}
    for name, module in vars(tensors).items():
        if isinstance(module, torch.nn.Module):
            for path, parameter in module.named_parameters():
                own = path if "." in path and not path[0].isdigit() else f"{name}.{path}"
                found[own.replace(".", "_")] = parameter
    return found


def compared(loss: Callable[[], Any]) -> Any:
    """Capture a loss, and hold its value and every gradient against PyTorch's backward(), bit by bit."""
    torch.manual_seed(1)
    run = gs.capture(loss)
    parameters = leaves()
    for parameter in parameters.values():
        parameter.grad = None
    torch.manual_seed(1)
    value = loss()
    value.backward()
    assert run.output == float(value.detach())
    received = {name for name, parameter in parameters.items() if parameter.grad is not None}
    assert received == {name for name in run.gradients if name in parameters}
    for name in received:
        assert np.array_equal(run.gradients[name], parameters[name].grad.double().numpy()), name
    return run


@pytest.mark.parametrize(
    ("name", "cells", "gate"),
    [
        ("tanh", [20.0, 25.0], "torch.tanh"),
        ("tanh", [20.0, 0.5], "tanh"),
        ("sigmoid", [40.0, 50.0], "torch.sigmoid"),
        ("sigmoid", [-40.0, -50.0], "sigmoid"),
        ("expm1", [-40.0, -50.0], "torch.expm1"),
        ("prod", [40.0, np.inf], "torch.prod"),
        ("var", [1.0, np.inf], "torch.var"),
        ("var", [[-1.0, -1000.0, np.inf], [-0.5, -1.5, 0.0], [2.0, 1.0, 0.5]], "torch.var"),
    ],
)
def test_where_pytorchs_slope_has_no_digits_left_its_own_is_kept(name: str, cells: Any, gate: str) -> None:
    x = torch.tensor(cells, dtype=torch.float64, requires_grad=True)

    def loss() -> Any:
        return getattr(torch, name)(x).sum()

    run = gs.capture(loss)
    loss().backward()
    assert np.array_equal(run.gradients["x"], x.grad.numpy(), equal_nan=True)
    assert gate in {node.gate for node in run.nodes}


@pytest.mark.parametrize("loss", tensors.FOLLOWED, ids=lambda each: each.__name__)
def test_value_and_gradients_are_pytorchs_own_to_the_bit(loss: Callable[[], Any]) -> None:
    run = compared(loss)
    unknown = {node.gate for node in run.nodes if node.gate and node.gate not in GATES}
    assert unknown <= OPAQUE.get(loss.__name__, set())


def test_a_gradient_that_adds_up_to_nothing_is_not_held_against_rounding() -> None:
    run = gs.capture(tensors.added_up_to_nothing)
    assert run.gradients["b"] == pytest.approx(np.zeros(4), abs=1e-4)
    assert run.gradients["W"].any()


@pytest.mark.parametrize("reads", [True, False])
def test_what_texts_and_what_pytorch_alone_know_is_right_for_every_function(reads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not reads:
        monkeypatch.setattr("graphstep.engine.capture.pytorch.tape.text_handler", lambda *_: lambda *_, **__: None)
    monkeypatch.setattr(table, "NATIVE", {})
    monkeypatch.setattr(table, "PARTS", {})
    for name in ("NATIVE", "PARTS"):
        monkeypatch.setattr(f"graphstep.engine.capture.pytorch.tape.{name}", {})
    for loss in tensors.FOLLOWED:
        # What PyTorch alone knows is not written through a part of a tensor.
        if loss not in (tensors.written_through_a_view, tensors.written_in_parts):
            compared(loss)


@pytest.mark.parametrize("kind", tensors.BITES)
def test_what_a_capture_may_get_wrong_is_right_or_refused(kind: str) -> None:
    loss, refusal = tensors.BITES[kind]
    if refusal:
        with pytest.raises(CaptureError, match=refusal):
            gs.capture(loss)
        return
    # Parameters are PyTorch's to the bit, and no witness that can be asked contradicts them: also in float32 and 16 bits.
    run = compared(loss)
    assert run.disagreement is None
    assert check(run.trace).agrees


@pytest.mark.filterwarnings("ignore:`torch.jit")  # its own forward differentiation warns
@pytest.mark.parametrize("loss", tensors.REFUSED, ids=lambda each: each.__name__)
def test_what_cannot_be_followed_is_refused_with_its_reason(loss: Callable[[], Any]) -> None:
    with pytest.raises(CaptureError, match=tensors.REFUSED[loss]):
        gs.capture(loss)


def test_what_torch_compile_has_compiled_is_captured_as_it_was_written() -> None:
    compiled, w = torch.compile(lambda h: torch.tanh(h).sum(), backend="eager"), tensors.W
    run = gs.capture(lambda: compiled(w))
    assert [node.gate for node in run.nodes] == [None, "tanh", "sum"]
    assert np.allclose(run.gradients["w"], 1 - np.tanh(w.detach().numpy()) ** 2)


def test_a_loss_is_known_for_pytorchs_through_the_functions_and_objects_that_it_names() -> None:
    layers = [torch.nn.Linear(3, 1)]

    class Trainer:
        def __init__(self) -> None:
            (self.net,) = layers

        def step(self, cells: Any) -> Any:
            return self.net(cells).sum()

    parts = {"trainer": [Trainer()]}
    names = {"network_0_weight", "network_0_bias", "network_2_weight", "network_2_bias"}
    run = gs.capture(lambda: tensors.network(tensors.x).sum())
    assert ({*run.gradients}, {*run.program.inputs}) == (names, {*names, "tensors_x"})
    for loss in (lambda: parts["trainer"][0].step(tensors.x), lambda: Trainer().step(tensors.x)):
        assert {*gs.capture(loss).gradients} == {"net_weight", "net_bias"}


def test_a_parameter_is_called_by_its_place_in_the_model_and_not_by_who_reads_it() -> None:
    def squared(w: Any) -> Any:
        return (w * w).sum()

    network, bias = tensors.network, tensors.b
    run = gs.capture(lambda: sum(squared(p) for p in network.parameters()) + squared(bias))
    assert [*run.gradients] == ["network_0_weight", "network_0_bias", "network_2_weight", "network_2_bias", "bias"]


def test_what_rounding_to_16_bits_loses_in_a_gate_that_pytorch_alone_knows_is_no_disagreement() -> None:
    run = gs.capture(
        lambda: (torch.nn.functional.layer_norm(tensors.x.bfloat16() @ tensors.W.bfloat16(), (4,)) * tensors.b).mean()
    )
    assert check(run.trace).verdict in ("agree", "rounding", "unsettled")


def test_a_gate_that_is_another_one_than_pytorchs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table.NATIVE, "tanh", table.NATIVE["sin"])
    monkeypatch.setattr("graphstep.engine.capture.pytorch.tape.alike", lambda *_: True)
    with pytest.raises(gs.GraphstepError, match="and the gate sin"):
        gs.capture(lambda: torch.tanh(tensors.b).sum())
    monkeypatch.setattr("graphstep.engine.capture.pytorch.gradients._same", lambda *_: True)
    tie = torch.zeros(4, requires_grad=True)
    with pytest.raises(CaptureError, match="the gradient of tie that PyTorch computes is not what the recorded gates come to"):
        gs.capture(lambda: torch.maximum(tie, torch.zeros(4)).sum())


def test_nodes_have_the_names_and_lines_of_the_source() -> None:
    run = gs.capture(tensors.transformer)
    assert "block_attention_weight" in run.gradients or "attention_weight" in run.gradients
    assert run["logits"].value.shape == (2, 3, 6)
    assert "scores" in {(node.name or "").split(".")[0] for node in run.nodes}


def test_calls_of_modules_are_frames_and_what_they_return_has_their_names() -> None:
    run = gs.capture(tensors.transformer)
    program = run.program
    paths = {node.name: program.path(program.nodes[node.index].frame) for node in run.nodes if node.name}
    assert paths["attention"] == "block/attention"
    assert paths["layers_0"] == "block/layers/layers_0"
    assert paths["block"] == "block"
    assert paths["logits"] == "head"
    assert run["layers_1"].label == "gelu(layers_0)"
    assert all(len(gates) for gates in program.gates_of_frames)
    twice = torch.nn.Linear(3, 3)
    again = gs.capture(lambda: twice(torch.tanh(twice(tensors.x))).sum())
    assert {"twice.1", "twice.2"} <= {node.name for node in again.nodes}
    frames = again.program.frames
    assert [frame.label for frame in frames[1:]] == ["twice.1", "twice.2"]


def test_a_module_that_returns_its_loss_is_captured_itself() -> None:
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 2)

        def forward(self, x: Any, *, y: Any) -> Any:
            scores = self.layer(x)
            return scores, ((scores - y) ** 2).mean()

    run = gs.capture(Model(), tensors.x, y=torch.ones(5, 2))
    assert {*run.gradients} >= {"layer_weight", "layer_bias"}
    assert run["scores"].value.shape == (5, 2)
    assert [frame.label for frame in run.program.frames[1:]] == ["layer"]


def test_a_parameter_without_a_gradient_has_its_reason_also_in_a_file(tmp_path: Path) -> None:
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.used, self.held, self.kept, self.spare, self.lost = (torch.nn.Linear(3, 3) for _ in range(6))
            self.table.requires_grad_(False)

        def forward(self, x: Any) -> Any:
            h = torch.tanh(self.used(self.table(x)))
            with torch.no_grad():
                scale = self.kept(h).mean()
            self.lost(h)
            return (h * self.held(h).detach()).mean() * scale

    run = gs.capture(Model(), tensors.x)
    assert run.program.origin is not None
    assert gs.load(run.save(tmp_path / "run.gsz")).program.origin == run.program.origin
    missing = {each.name: each for each in run.program.origin.missing}
    reasons = {name.partition("_")[0]: each.why for name, each in missing.items()}
    assert reasons == {"held": "detached", "kept": "no_grad", "lost": "unused", "spare": "unread", "table": "frozen"}
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    places = {each.place for each in missing.values() if each.place}
    wanted = ("scale = self.kept(h).mean()", "return (h * self.held(h).detach()")
    numbers = {n for n, line in enumerate(lines, 1) if line.strip().startswith(wanted)}
    assert places == {f"test_pytorch.py:{n}" for n in numbers}
    told = "\n".join(run.diagnose().lines())
    assert "No gradient, as nothing reads them: spare_weight and spare_bias." in told
    assert "No gradient, as requires_grad is False: table_weight and table_bias." in told
    assert "held_weight gets no gradient: what is computed from it is detached at test_pytorch.py:" in told


def test_a_diagnosis_fails_on_what_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "losses.py"
    file.write_text(Path(tensors.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["diagnose", "--torch", f"{file}:dead_layer", "--fail-on", "nan,zero"]) == 1
    assert "zero: The gradient of dead_0_weight is 0 in every cell. It ends at dead_1" in capsys.readouterr().out


def test_a_file_opens_without_pytorch_and_names_the_gate_that_died(tmp_path: Path) -> None:
    file, of_the_command, of_a_call = tmp_path / "losses.py", tmp_path / "dead.gsz", tmp_path / "large.gsz"
    file.write_text(Path(tensors.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    # The command runs the file in a process of its own, which has to import PyTorch: one of the two is enough for it.
    assert main(["capture", f"{file}:dead_layer", "--to", str(of_the_command)]) == 0
    gs.capture(tensors.too_large).save(of_a_call)
    blocked = f"""
import sys
sys.modules["torch"] = None
from graphstep.faces.cli import main
assert main(["why", "grad dead_0_weight", {str(of_the_command)!r}]) == 0
print("and")
assert main(["why", "grad W", {str(of_a_call)!r}]) == 0
"""
    done = subprocess.run([sys.executable, "-c", blocked], check=True, capture_output=True, text=True)
    dead, _, large = done.stdout.partition("\nand\n")
    assert "It begins at relu" in dead
    assert "h = exp(x@W*100)" in large
    assert "This is the first value that is not finite" in large
