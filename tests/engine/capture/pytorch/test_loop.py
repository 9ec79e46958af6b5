"""Training loops of PyTorch's that are watched: what goes wrong is caught, named, and opens without PyTorch."""

import logging
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

import graphstep as gs  # noqa: E402 – what needs PyTorch comes behind the question whether it is there
from graphstep.engine.capture.recording import CaptureError  # noqa: E402
from graphstep.ground import limits  # noqa: E402

nn = torch.nn
X, Y = torch.arange(24.0).reshape(8, 3) / 12 - 1, torch.arange(16.0).reshape(8, 2) / 8


class Model(nn.Module):
    """A network that computes its own loss, among other things."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.BatchNorm1d(6), nn.Dropout(0.25), nn.Linear(6, 2))
        self.scale = 1.0

    def forward(self, x: Any, y: Any) -> Any:
        """What it computes, and the loss."""
        out = self.layers(x) * self.scale
        return out, (out - y).pow(2).mean()


def overflowing(model: Model) -> Any:
    """The loss of a softmax that is written as the books write it."""
    powers = torch.exp(model.layers(X) * model.scale)
    shares = powers / powers.sum(dim=1, keepdim=True)
    return -torch.log(shares[:, 0]).mean()


def test_a_product_that_overflows_float32_in_both_directions_is_captured(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e36)
    loss_of = gs.record(lambda: ((net(X) - Y) ** 2).mean(), to=tmp_path / "run.gsz")
    for _ in range(3):
        optimizer.zero_grad()
        loss_of().backward()
        optimizer.step()
    assert loss_of.caught is not None
    assert "matmul at test_loop.py" in loss_of.caught.reason
    run = gs.load(tmp_path / "run.gsz")
    assert run.trace.first_not_finite == loss_of.run.trace.first_not_finite


def train(model: Any, loss: Any, lr: float, steps: int, *arguments: Any) -> list[Any]:
    """Gradient descent; the parameters behind it."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        result = loss(*arguments)
        (result[1] if isinstance(result, tuple) else result).backward()
        optimizer.step()
    return [each.detach().clone() for each in [*model.parameters(), *model.buffers()]]


def test_a_learning_rate_that_explodes_is_caught_and_opens_without_pytorch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = Model()
    watched = gs.record(model, every=2, to=tmp_path / "run.gsz")
    with caplog.at_level(logging.WARNING, "graphstep"):
        train(model, watched, 1e4, 12, X, Y)
    assert watched.caught is not None
    assert watched.run is not None
    assert watched.steps[-1] == watched.caught.step
    assert watched.caught.path == tmp_path / "run.gsz"
    line = next(n for n, text in enumerate(Path(__file__).read_text(encoding="utf-8").splitlines(), 1) if "pow(2).mean" in text)
    assert f"power at test_loop.py:{line} makes the first inf" in str(watched.caught)
    assert [str(watched.caught) in each.message for each in caplog.records] == [True]
    blocked = "import sys; sys.modules['torch'] = None; from graphstep.faces.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", blocked, "why", "value loss", str(tmp_path / "run.gsz")]
    words[4] = f"value v{watched.run.trace.program.output + 1}"
    shown = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "This is the first value that is not finite" in shown


def test_an_overflow_is_caught_in_the_step_in_which_it_happens(tmp_path: Path) -> None:
    model = Model()
    watched = gs.record(lambda: overflowing(model), to=tmp_path / "run.gsz")
    train(model, watched, 0.0, 3)
    assert watched.caught is None
    model.scale = 200.0
    train(model, watched, 0.0, 1)
    assert watched.caught is not None
    assert watched.caught.step.number == 4
    assert "exp at test_loop.py" in str(watched.caught)
    assert "makes the first inf: powers = torch.exp(model.layers(X) * model.scale)" in str(watched.caught)
    assert watched.run is not None
    assert math.isnan(watched.run.output)


def test_a_gradient_that_overflows_is_caught_before_anything_is_done_with_it(tmp_path: Path) -> None:
    w = torch.full((3,), 1e-30, requires_grad=True)
    watched = gs.record(lambda: (w * 1e20 * 1e20).sum(), to=tmp_path / "run.gsz")
    watched().backward()
    assert watched.caught is not None
    assert "a gradient of step 1 is not finite" in str(watched.caught)
    assert "going back, " in str(watched.caught)
    run = gs.load(tmp_path / "run.gsz")
    assert np.isinf(run.gradients["w"]).all()
    assert w.grad is not None
    assert np.array_equal(run.gradients["w"], w.grad.double().numpy())


@pytest.mark.parametrize("scale", [1.0, 200.0])
def test_a_loop_computes_what_it_computes_alone(scale: float) -> None:
    alone, watched = Model(), Model()
    alone.scale = watched.scale = scale
    torch.manual_seed(3)
    one = train(alone, lambda: overflowing(alone), 0.1, 3)
    torch.manual_seed(3)
    other = train(watched, gs.record(lambda: overflowing(watched), every=1, to=None), 0.1, 3)
    assert all(torch.equal(x, y) or torch.isnan(x).any() for x, y in zip(one, other, strict=True))
    assert [torch.isnan(x).tolist() for x in one] == [torch.isnan(x).tolist() for x in other]


def test_figures_are_those_of_the_tensors_with_scope_and_line() -> None:
    model = Model()

    @gs.record(every=3, keep=4, to=None)
    def loss(x: Any, y: Any) -> Any:
        return {"loss": model(x, y)[1], "other": None}

    for _ in range(7):
        loss(X, Y)["loss"].backward()
    assert [step.number for step in loss.steps] == [4, 5, 6, 7]
    assert [bool(step.tensors) for step in loss.steps] == [True, False, False, True]
    last = loss.steps[-1]
    weight = next(x for x in last.tensors if x.name == "layers.0.weight" and x.of == "gradient")
    grad = model.layers[0].weight.grad
    assert grad is not None
    assert (weight.minimum, weight.maximum) == (float(grad.min()), float(grad.max()))
    assert weight.rms == pytest.approx(float(grad.double().pow(2).mean().sqrt()))
    cells = [x.grad.double().ravel() for x in model.parameters() if x.grad is not None]
    assert last.norm == pytest.approx(float(torch.cat(cells).norm()))
    values = {x.name: x for x in last.tensors if x.of == "value"}
    assert {"linear in layers.0", "tanh in layers.1", "linear in layers.4", "pow in model"} <= {*values}
    assert values["linear in layers.0"].shape == (8, 6)
    assert values["pow in model"].place.startswith("test_loop.py:")
    assert "dropout in layers.3" in str(last)
    gradients = [x.name for x in last.tensors if x.of == "gradient"]
    assert gradients[0] == "mean in model"
    assert gradients.index("linear in layers.4") < gradients.index("linear in layers.0")


def test_sparse_gradients_and_types_of_8_bits_have_figures_as_others_have() -> None:
    table, scale = nn.Embedding(5, 3, sparse=True), nn.Parameter(torch.ones(3))

    @gs.record
    def loss_of() -> Any:
        return (table(torch.tensor([1, 1, 2])) * scale.to(torch.float8_e4m3fn).float()).pow(2).sum()

    loss_of().backward()
    figures = {(each.name, each.of): each for each in loss_of.steps[0].tensors}
    assert figures["table.weight", "gradient"].zeros == 9
    assert figures["table.weight", "gradient"].maximum == table.weight.grad.to_dense().max()
    assert figures["to", "value"].dtype == "float8_e4m3fn"
    assert figures["to", "value"].mean == 1.0


def test_cells_that_are_not_finite_are_counted_and_left_out_of_the_sizes() -> None:
    inf, nan = math.inf, math.nan
    odd = torch.tensor([1.0, -3.0, inf, nan, 0.0, -inf], requires_grad=True)
    watched = gs.record(lambda: (odd * 1).sum(), when="never", to=None)
    watched().backward()
    (figures,) = [x for x in watched.steps[-1].tensors if x.name == "odd" and x.of == "value"]
    counts = figures.zeros, figures.nans, figures.infinities
    assert (figures.minimum, figures.maximum, figures.mean, *counts) == (-3.0, 1.0, pytest.approx(-2 / 3), 1, 1, 2)
    assert not figures.is_finite


def test_a_gradient_that_explodes_and_what_was_waited_for_are_caught() -> None:
    w = torch.tensor([1.0], requires_grad=True)
    factor = [1.0]
    growing = gs.record(lambda: (w * factor[0]).sum(), when="exploding", to=None)
    waiting = gs.record(lambda: (w * factor[0]).sum(), when=lambda step: step.number == 2, to=None)
    for _ in range(10):
        growing().backward()
        waiting().backward()
        w.grad = None
    assert growing.caught is None
    assert str(waiting.caught).startswith("step 2 is what was waited for: every number")
    factor[0] = 200.0
    growing().backward()
    assert str(growing.caught).startswith("the gradient of step 11 has the length 200, and had 1: every number")


def test_what_cannot_be_watched_or_captured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(gs.InputError, match="when='nans' is no reason"):
        gs.record(Model(), when="nans")
    with pytest.raises(gs.InputError, match="every must be a whole number"):
        gs.record(Model(), every=0)
    with pytest.raises(gs.InputError, match="keep must be a whole number") as refused:
        gs.record(Model(), keep="stats")  # type: ignore[arg-type]  # as somebody may try it
    assert "when='never' keeps figures alone" in refused.value.hint
    with pytest.raises(gs.InputError, match=r"does not end in \.gsz"):
        gs.record(Model(), to="run.zip")
    with pytest.raises(CaptureError, match="Linear returned a tensor of 8×2, and no number"):
        gs.record(nn.Linear(3, 2))(X)
    monkeypatch.setattr(limits, "CAPTURED", 100)
    large = gs.record(Model(), when=lambda _: True, to=None)
    large(X * math.inf, Y)[1].backward()
    assert "not captured: the arrays of this call take more than 100 bytes" in str(large.caught)
    assert "linear in layers.0 at test_loop.py" in str(large.caught)
    w = torch.tensor([2.0], requires_grad=True)
    watched = gs.record(lambda: (torch.view_as_complex(w * torch.ones(2)).abs() * math.inf).sum(), to=None)
    watched().backward()
    assert watched.run is None
    assert re.search(r"; mul at test_loop\.py:\d+ is the first result that is not finite$", str(watched.caught))
    assert "the loss of step 1 is inf; it was not captured: abs at test_loop.py:" in str(watched.caught)
