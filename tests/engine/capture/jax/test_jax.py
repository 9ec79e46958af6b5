"""Functions that compute with JAX: JAX's own numbers to the bit, or a refusal with its reason."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")

import graphstep as gs  # noqa: E402 – what needs JAX comes behind the question whether it is there
from graphstep.analysis.witnesses import check  # noqa: E402
from graphstep.engine.capture.recording import CaptureError  # noqa: E402
from graphstep.faces.cli import main  # noqa: E402
from graphstep.gates import GATES  # noqa: E402

jnp = jax.numpy
DRAWN = np.random.default_rng(0)
X, V = jnp.array(DRAWN.normal(size=(5, 4))), jnp.array(DRAWN.normal(size=(4, 3)))


def network(params: Any, x: Any, y: Any) -> Any:
    for name, (weights, bias) in params.items():
        x = x @ weights + bias
        x = jax.nn.relu(x) if name == "first" else x
    scores = jax.nn.log_softmax(x)
    return -scores[jnp.arange(len(y)), y].mean()


def attention(q: Any) -> Any:
    scores = q @ q.T / jnp.sqrt(4.0)
    scores = jnp.where(jnp.tril(jnp.ones((5, 5))) > 0, scores, -jnp.inf)
    mixed = jax.nn.softmax(scores) @ q
    return mixed.sum() + jax.nn.gelu(q).mean() + jax.nn.silu(q).sum() + jax.nn.softplus(q).sum()


def scanned(w: Any, x: Any) -> Any:
    def step(h: Any, row: Any) -> Any:
        h = jnp.tanh(h * w + row)
        return h, h

    last, rows = jax.lax.scan(step, jnp.zeros(4), x)
    return rows.sum() + last.max()


def differentiated_twice(w: Any) -> Any:
    slope = jax.grad(lambda v: (v**3).sum())(w)
    return (slope**2).sum()


def tied(w: Any) -> Any:
    return jnp.maximum(w, 0.0).sum() + jnp.abs(w).sum() + jnp.max(w) + jnp.clip(w, -1, 1).sum() + jnp.sort(w).sum()


def convolved(k: Any, x: Any) -> Any:
    h = jax.lax.conv(x, k, (1, 1), "SAME")
    h = jnp.concatenate([h, x], 1)[0, 1:, ::2]
    return h.std() + jax.lax.rsqrt(x * x + 1).sum() + jnp.cumsum(x, 3).mean() + jnp.einsum("abcd,abce->de", x, x).sum()


def few_digits(w: Any) -> Any:
    return jnp.tanh(w.astype(jnp.bfloat16)).astype(jnp.float32).sum()


@jax.jit
def compiled(w: Any) -> Any:
    h = jnp.sin(w)
    return h.sum() * 2 + jax.lax.stop_gradient(h).prod()


def saved_in_part(w: Any) -> Any:
    return jax.checkpoint(lambda v: jnp.sin(jnp.sin(v)))(w).sum()


def of_no_cells(x: Any) -> Any:
    return jax.lax.associative_scan(jnp.add, x)[2] + (x[:0] * 2).sum()


def mapped_to_numbers(x: Any, v: Any) -> Any:
    return jax.vmap(lambda row: jnp.dot(row, v[:, 0]).sum())(x).max()


def with_rules_of_their_own(x: Any, v: Any) -> Any:
    h = jax.nn.relu6(x * 3) + jnp.logaddexp(x, 0.5) + jax.nn.hard_swish(x)
    return jnp.stack([h[:, ::-1], h]).sum() + jnp.flip(v @ v.T, 0)[0, 1] + jnp.logaddexp(v[0], v[1]).sum()


def moved(x: Any) -> Any:
    rows = jnp.take(x, jnp.array([4, 0, 0]), axis=0) + jax.lax.top_k(x, 3)[0][:3, :1]
    cells = jnp.tile(jnp.sort(x, 0), (2, 1)).at[jnp.array([1, 7])].set(x[2:4])
    first, second = jnp.split(cells, 2, axis=1)
    inside = jax.lax.dynamic_slice(x, (jnp.argmax(x[:, 0]), 1), (2, 2))
    return jnp.stack([rows, rows]).sum() + (first * second).sum() + (jnp.pad(inside, 1) ** 2).sum() + jnp.median(x[0, 1:])


def slid(x: Any, k: Any) -> Any:
    h = jax.lax.conv_general_dilated(
        x, k, (1, 2), ((1, 1), (0, 1)), rhs_dilation=(1, 2), dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    largest = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 1, 1), (1, 1, 1, 1), "VALID")
    return (largest**2).sum() + jax.lax.reduce_window(x, 0.0, jax.lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "SAME").prod()


def turned(x: Any) -> Any:
    chosen = jax.lax.cond(x[0, 0] > 5, lambda v: v, lambda v: v * 2, x)
    return jax.lax.scan(lambda h, row: (h * 0.5 + row, None), jnp.zeros(4), chosen, reverse=True)[0].sum()


def of_no_turns(x: Any) -> Any:
    rows = jnp.zeros((4, 4)).at[jnp.array([0, 1, 1, 2, 0])].add(x)
    return jax.lax.scan(lambda h, row: (h + row, h), rows[0], x[:0])[0].sum()


PARAMS = {"first": (V, jnp.ones(3)), "second": (V.T, jnp.zeros(4))}
CALLS: tuple[tuple[Callable[..., Any], tuple[Any, ...], set[str]], ...] = (
    (network, (PARAMS, X, jnp.array([0, 3, 1, 1, 2])), set()),
    (attention, (X,), set()),
    (scanned, (jnp.array(0.5), X), set()),
    (differentiated_twice, (X,), set()),
    (tied, (jnp.array([0.0, 0.0, -1.0, 2.0, 2.0]),), {"jax.abs", "jax.reduce_max", "jax.max"}),
    (convolved, (jnp.ones((2, 1, 3, 3)), X[:4].reshape(1, 1, 4, 4)), set()),
    (few_digits, (X,), {"jax.convert_element_type"}),
    (compiled, (X,), set()),
    (saved_in_part, (X,), set()),
    (mapped_to_numbers, (X, V), set()),
    (with_rules_of_their_own, (X, V), set()),
    (of_no_cells, (jnp.arange(4.0),), set()),
    (moved, (X,), set()),
    (slid, (X[:4].reshape(1, 4, 4, 1), jnp.ones((3, 2, 1, 2))), set()),
    (turned, (X,), set()),
    (of_no_turns, (X,), {"jax.scan", "jax.scatter-add"}),
)
"""The functions, what they are called with, and the gates that only JAX knows."""


@pytest.mark.parametrize(("function", "arguments", "unknown"), CALLS, ids=lambda each: getattr(each, "__name__", ""))
def test_value_and_gradients_are_jaxs_own_to_the_bit(
    function: Callable[..., Any], arguments: tuple[Any, ...], unknown: set[str]
) -> None:
    run = gs.capture(function, *arguments)
    floating = tuple(k for k, each in enumerate(arguments) if not hasattr(each, "dtype") or each.dtype.kind == "f")
    own = jax.tree_util.tree_leaves(jax.grad(function, floating)(*arguments))
    assert run.output == float(function(*arguments))
    assert len(own) == sum(name not in run.program.data for name in run.program.inputs)
    for (name, ours), theirs in zip(run.gradients.items(), own, strict=False):
        assert np.array_equal(ours, np.asarray(theirs, np.float64)), name
    assert run.disagreement is None
    assert {node.gate for node in run.nodes if node.gate and node.gate not in GATES} == unknown
    assert check(run.trace).agrees


def test_a_sum_that_cancels_is_the_sum_that_it_is() -> None:
    run = gs.capture(lambda x: jnp.sum(jax.nn.standardize(jax.scipy.special.i0e(x))), X)
    assert run.disagreement is None
    assert {node.gate for node in run.nodes if node.gate and node.gate not in GATES} == {"jax.bessel_i0e"}


def test_nodes_have_the_names_and_lines_of_the_source() -> None:
    run = gs.capture(network, PARAMS, X, jnp.array([0, 3, 1, 1, 2]))
    assert {"params_first_0", "params_first_1", "params_second_0", "x", "scores"} <= {node.name for node in run.nodes}
    assert run["scores"].gate == "log_softmax"
    recorded = run.trace.recorded
    assert recorded is not None
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "log_softmax(x)" in text)
    assert recorded.places[run["scores"].index] == f"test_jax.py:{line}"
    assert run.program.text.startswith("def network(params: Any, x: Any, y: Any) -> Any:")


@jax.jit
def layer(h: Any, w: Any) -> Any:
    with jax.named_scope("product"):
        h = h @ w
    return jnp.tanh(h)


def two_layers(w: Any) -> Any:
    with jax.named_scope("first"):
        h = layer(X, w)
    return layer(h, w).sum()


def test_compiled_functions_and_named_scopes_are_frames() -> None:
    run = gs.capture(two_layers, V @ V.T)
    frames = run.program.frames

    def path(frame: int) -> str:
        return f"{path(frames[frame].around)}/{frames[frame].label}" if frame else ""

    places = [(node.gate, path(run.program.nodes[node.index].frame)) for node in run.nodes if node.gate]
    assert places == [
        ("matmul", "/first/layer/product"),
        ("tanh", "/first/layer"),
        ("matmul", "/layer/product"),
        ("tanh", "/layer"),
        ("sum", ""),
    ]
    assert np.array_equal(run.gradients["w"], np.asarray(jax.grad(two_layers)(V @ V.T), np.float64))
    assert len(gs.capture(compiled, X).program.frames) == 1, "the function that is captured is the program itself"


def loops(w: Any) -> Any:
    return jax.lax.while_loop(lambda c: c < 10, lambda c: c * 2, w)


def test_what_cannot_be_followed_is_refused_with_its_reason() -> None:
    one = jnp.array(1.5)
    with pytest.raises(CaptureError, match=r"JAX has no gradient of while at test_jax.py:\d+: Reverse-mode"):
        gs.capture(loops, one)
    with pytest.raises(CaptureError, match="returned an array of 5×4, and no number"):
        gs.capture(lambda w: w * 2, X)
    with pytest.raises(CaptureError, match="does not follow from an argument"):
        gs.capture(lambda _: jnp.ones(()), one)
    with pytest.raises(CaptureError, match="has no argument of floating point"):
        gs.capture(lambda n: jnp.ones(n).sum(), 3)
    with pytest.raises(CaptureError, match=r"asks for the number that a traced value has at test_jax.py:\d+"):
        gs.capture(lambda w: jnp.sin(w) if w > 0 else w, one)
    with pytest.raises(CaptureError, match=r"at test_jax.py:\d+ makes complex numbers"):
        gs.capture(lambda w: jnp.abs(jnp.fft.fft(w)).sum() + w.sum(), X)


def test_the_command_captures_and_the_file_opens_without_jax(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("import jax.numpy as jnp\n\ndef loss(w):\n    h = jnp.exp(w * 100)\n    return (h / h.sum()).sum()\n")
    assert main(["capture", f"{file}:loss", "w=[1.0,2.0]", "--to", str(tmp_path / "run.gsz")]) == 0
    blocked = "import sys; sys.modules['jax'] = None; from graphstep.faces.cli import main; sys.exit(main(sys.argv[1:]))"
    asked = [sys.executable, "-c", blocked, "why", "grad w", str(tmp_path / "run.gsz")]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert "h = exp(w * 100)" in told or "exp computes h" in told
    assert "This is the first value that is not finite" in told
