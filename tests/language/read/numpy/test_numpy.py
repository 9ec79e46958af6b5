"""Texts for NumPy, PyTorch and JAX as programs: which program, what is refused and where, and that no text gives a traceback.

NumPy is the witness for the values: a trusted text is also run here. PyTorch's and JAX's meanings are written by hand beside.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, LimitError, ReadError
from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.numpy import from_numpy
from graphstep.language.read.numpy.calls import SAME, handler_of
from tests.cases import each
from tests.effort import grows_with

if TYPE_CHECKING:
    from collections.abc import Callable

X = np.array([[0.5, -1.2, 2.0], [1.5, 0.3, -0.7]])
V = np.array([0.4, -0.9, 1.3])

PROGRAMS = {
    "p = 1/(1 + np.exp(-x.dot(w)))\nloss = -np.log(p).mean()": "p = 1/(1 + exp(-(x @ w)))\nloss = -mean(log(p))",
    # A name is assigned again, and more than once.
    "x = x @ W1\nx = np.maximum(x, 0)\nx = x @ W2\n(x**2).sum()": "x_2 = x @ W1\nx_3 = max(x_2, 0)\nx_4 = x_3 @ W2\nsum(x_4^2)",
    "x_2 = 2*x\nx = x_2 + 1\nx*x_2": "x_2 = 2*x\nx_3 = x_2 + 1\nx_3*x_2",
    "x += 1\nx*2": "x_2 = x + 1\nx_2*2",
    "a, b = b, a + b\na*b": "a_2 = b\nb_2 = a + b\na_2*b_2",
    "a = b = x + 1\na*b": "a = x + 1\nb = x + 1\na*b",
    # Loops carry names.
    "h = h0\nfor t in range(3):\n    h = np.tanh(W @ h + U @ x[t])\nh.sum()": (
        "h = h0\nrepeat t in 0:3 {\n  h = tanh(W @ h + U @ x[t])\n}\nsum(h)"
    ),
    "for t in range(3):\n    x = torch.tanh(W @ x)\nx.sum()": "x_2 = x\nrepeat 3 {\n  x_2 = tanh(W @ x_2)\n}\nsum(x_2)",
    "a = a0\nb = b0\nfor _ in range(4):\n    a, b = b, a + b\nb": (
        "a = a0\nb = b0\nrepeat 4 {\n  a_new = b\n  b_new = a + b\n  a = a_new\n  b = b_new\n}\nb"
    ),
    "h = h0\nfor t in range(3):\n    h = h*2\n    for s in range(2):\n        h = np.sin(h*w[t])\n    h = h + 1\nh": (
        "h = h0\nrepeat t in 0:3 {\n  h_2 = h*2\n  repeat 2 {\n    h_2 = sin(h_2*w[t])\n  }\n  h = h_2 + 1\n}\nh"
    ),
    # Functions, and what they read from outside.
    "def model(x):\n    return x @ W + b\n((model(x) - y)**2).mean()": (
        "def model(x, W, b) = x @ W + b\nmean((model(x, W, b) - y)^2)"
    ),
    "def loss(w, x, y):\n    '''Of one layer.'''\n    p = torch.sigmoid(x @ w)\n    return F.mse_loss(p, y)": (
        "p = sigmoid(x @ w)\nmse(p, y)"
    ),
    "def cell(h, c):\n    g = np.tanh(h*c)\n    return g*h, c + g\nh, c = cell(h, c)\nh*c": (
        "def cell(h, c) = {\n  g = tanh(h*c)\n  (g*h, c + g)\n}\nh_2, c_2 = cell(h, c)\nh_2*c_2"
    ),
    "softmax = lambda z: np.exp(z)/np.exp(z).sum()\nsoftmax(x)[0]": "def softmax_2(z) = exp(z)/sum(exp(z))\nsoftmax_2(x)[0]",
    "def f(x, n=2):\n    return x**n\nf(y) + f(y, n=3)": "def f(x, n) = x^n\nf(y, 2) + f(y, 3)",
    # What computes nothing.
    "import numpy as np\nfrom numpy import exp\n# a comment\nassert x.shape\nexp(x)*np.pi": "exp(x)*pi",
    "loss = ((x - 1)**2).sum()\nloss.backward()": "loss = sum((x - 1)^2)",
    # How scripts end: with a print of the result, or with gradients.
    "y = x**2\nprint('y', y.item())": "y = x^2",
    "y = x**2\nprint(f'{y.mean():.3f}')": "y = x^2\nmean(y)",
    "y = x**2\nfor t in range(2):\n    y = y*x\n    print(t, y)\nprint(y)": ("y = x^2\nrepeat t in 0:2 {\n  y = y*x\n}\ny"),
    "y = x**2\nprint(y)\ny.backward()\nprint(x.grad, w.grad)": "y = x^2",
    "print(jax.grad(jnp.tanh)(x))": "tanh(x)",
    "x = tf.Variable(3.)\nwith tf.GradientTape() as tape:\n    y = x*x\ndy_dx = tape.gradient(y, x)\ndy_dx.numpy()": "y = x*x",
    "x = tf.constant(3.)\nwith tf.GradientTape() as tape:\n    tape.watch(x)\n    y = x*x\nprint(tape.gradient(y, x))": "y = x*x",
    "x = tf.ones(2)\nwith tf.GradientTape() as t:\n    t.watch(x)\n    z = x*x\ndz = t.gradient(z, x)": "z = x*x",
    "s[range(2), list(y)]": "s[range(2), y]",
    "def norm(x, axis=-1, keepdims=True):\n    return x/np.sum(x, axis=axis, keepdims=keepdims)\nnorm(x)": (
        "def norm_2(x) = x/sum(x, axis=-1, keepdims=true)\nnorm_2(x)"
    ),
    "with torch.no_grad():\n    y = x*2\n(y*x).sum()": "y = stop(x*2)\nsum(y*x)",
    "y = x.detach()*x.data": "y = detach(x)*stop(x)",
    # Operators bind as in Python.
    "x**-1 + -x**2 + (-x)**2 - -x + 2**-y - (a - b)/(c*d)": "x^-1 + -x^2 + (-x)^2 - -x + 2^-y - (a - b)/(c*d)",
    "a/b/c - (a/(b/c))": "a/b/c - a/(b/c)",
    "a - (b - c) - d": "a - (b - c) - d",
    "2**3**x": "2^3^x",
    "(2**x)**3": "(2^x)^3",
    "-(x*y)": "-(x*y)",
    "-x*y": "-x*y",
    "x % 3 + x // 2": "mod(x, 3) + floor(x/2)",
    "(x > 0) & ~(x > 2)": "(x > 0)*(1 - (x > 2))",
    "x @ W.T @ y": "x @ W.T @ y",
    "1_000*x + .5": "1000*x + .5",
    # Indices.
    "x[1:3, 0] + x[-1] + x[..., 0]": "x[1:3, 0] + x[-1] + x[..., 0]",
    "s[np.arange(3), y]": "s[range(3), y]",
    "x*np.arange(9, 0, -2)": "x*range(1, 11, 2)[::-1]",
    "x[[0, 2]] + x[ids + 1]": "i = ids + 1\nx[[0, 2]] + x[i]",
    # Calls: sums, axes, methods, layers.
    "x.reshape(2, -1).T.sum(axis=0, keepdims=True)": "sum(reshape(x, 2, -1).T, axis=0, keepdims=true)",
    "np.concatenate([x, y], axis=1) + torch.cat((x, y), dim=1)": "concat(x, y, axis=1) + concat(x, y, axis=1)",
    "nn.LeakyReLU(0.1)(x) + F.leaky_relu(x, negative_slope=0.2)": "leaky_relu(x, 0.1) + leaky_relu(x, 0.2)",
    "criterion = nn.CrossEntropyLoss()\nloss = criterion(x @ W, y)": "loss = cross_entropy(x @ W, y)",
    "torch.clamp(x, min=0) + np.clip(x, -1, 1)": "max(x, 0) + clip(x, -1, 1)",
    "np.zeros((2, 3)) + np.ones(3) + torch.zeros(2, 3)": "zeros(2, 3) + ones(3) + zeros(2, 3)",
    "np.array([[1, 2], [3, 4]]) @ x": "[[1, 2], [3, 4]] @ x",
    "F.one_hot(y, 3)": "eye(3)[y]",
    "F.embedding(ids, E)": "E[ids]",
    "s = s.masked_fill(m == 0, float('-inf'))\nF.softmax(s, dim=-1)": "s_2 = where(m == 0, -1e400, s)\nsoftmax(s_2, axis=-1)",
    "def loss(w, x):\n    return (w*x - 1)**2\ngrads = jax.grad(loss)(w, 2.0)": "def loss(w, x) = (w*x - 1)^2\nloss(w, 2.0)",
    "F.linear(x, W, b)": "x @ W.T + b",
    "sum([x, y]) + max(x, y)": "x + y + max(x, y)",
}


@each("typed", PROGRAMS)
def test_a_text_becomes_the_program_that_it_spells(typed: str) -> None:
    assert from_numpy(typed) == PROGRAMS[typed]


MEANINGS = {
    # The same name, and another meaning.
    "np.var(x)": "var(x)",
    "torch.var(x)": "var(x, ddof=1)",
    "y = torch.ones(2, 3)\ntorch.var(y, keepdim=True)": "y = ones(2, 3)\nvar(y, axis=(0, 1), keepdims=true, ddof=1)",
    "torch.std(x, dim=0, keepdim=True)": "std(x, axis=0, keepdims=true, ddof=1)",
    "torch.var(x, unbiased=False)": "var(x)",
    "np.std(x, ddof=1)": "std(x, ddof=1)",
    "import torch\nx.var()": "var(x, ddof=1)",
    "import numpy as np\nx.var()": "var(x)",
    "import torch\nx.max(dim=1).values": "max(x, axis=1)",
    "import torch\ntorch.max(x, 1)[0]": "max(x, axis=1)",
    "import torch\nv, i = torch.max(x, 1)\nv": "v = max(x, axis=1)",
    "torch.amax(x, dim=1)": "max(x, axis=1)",
    "torch.max(x, y)": "max(x, y)",
    "np.max(x, 1)": "max(x, axis=1)",
    "sum(x)": "sum(x, axis=0)",
    "jax.nn.gelu(x)": "gelu(x, tanh)",
    "F.gelu(x)": "gelu(x)",
    "tf.nn.leaky_relu(x)": "leaky_relu(x, 0.2)",
    "F.leaky_relu(x)": "leaky_relu(x)",
    "F.softplus(x, beta=2)": "softplus(2*x)/2",
    "np.linalg.norm(x)": "norm(x)",
    "torch.norm(x, p=1)": "sum(abs(x))",
    "F.mse_loss(x, y, reduction='sum')": "sum((x - y)^2)",
    "F.mse_loss(x + 1, y, reduction='none')": "((x + 1) - y)^2",
    "import torch\nx.transpose(0, 1)": "x.T",
    "import numpy as np\nx.transpose(1, 0)": "transpose(x, axes=(1, 0))",
    "np.dot(x, y)": "x @ y",
    "from scipy.stats import norm\nS*norm.cdf(d)": "S*(erfc(-d/sqrt(2))/2)",
    "F.smooth_l1_loss(x, y)": "huber(x, y)",
    "F.conv2d(x, w, b, stride=2)": "conv2d(x, w, b, stride=2)",
    "F.max_pool2d(x, 2)": "max_pool(x, size=(2, 2))",
    "F.conv2d(x, w, None, (2, 1), (0, 0), 1, 1)": "conv2d(x, w, stride=(2, 1))",
    "F.huber_loss(x, y, delta=2)": "huber(x, y, delta=2)",
    "F.smooth_l1_loss(x, y, beta=0.5)": "huber(x, y, delta=0.5)/0.5",
    "F.huber_loss(x, y, reduction='sum', delta=2)": "sum(clip(x - y, -2, 2)*(x - y - clip(x - y, -2, 2)/2))",
    "torch.index_select(x, 1, i)": "x[:, i]",
    "import torch\nx.permute(0, -1, 1)": "transpose(x, axes=(0, 2, 1))",
    "F.cross_entropy(s, y, label_smoothing=0.1)": "cross_entropy(s, y, label_smoothing=0.1)",
    "np.log(x)/math.log(x, 2)": "log(x)/log(x, 2)",
}


@each("typed", MEANINGS)
def test_a_name_has_the_meaning_of_the_library_that_it_was_written_for(typed: str) -> None:
    assert from_numpy(typed) == MEANINGS[typed]


# Against NumPy, which runs what we only read.

VALUES = """
np.dot(x, v) + x.dot(v)
np.dot(3, x) + np.dot(v, v)
np.inner(x, x) + np.inner(v, v)
np.outer(x, v)
np.tensordot(x, x.T, axes=1) + np.tensordot(x, x, axes=([1], [1]))
np.tensordot(x, x)
x.ravel()[2] + x.flatten().sum() + x.reshape(-1)[0]
x[:, None] * v[None, :, None]
x[..., np.newaxis] + 1
np.expand_dims(x, 1) + np.expand_dims(v, (0, 2))
np.squeeze(x[:, :1]) + np.squeeze(x[:1, :1])
np.swapaxes(x, 0, 1) @ x + np.moveaxis(x, 0, -1) @ x + np.rollaxis(x, 1) @ x
np.transpose(x[None], (2, 0, 1))
np.broadcast_to(v, (2, 3)) * x
np.tile(v, 2) + np.tile(x, (1, 2))[0] + np.repeat(v, 2) + np.repeat(x, 2, axis=1)[1]
np.vstack([x, v]) @ np.hstack([v, v])[:3] + np.column_stack([v, v])[0, 0]
np.stack([v, v], axis=1) @ x[:, :2]
np.append(v, 2.0) + np.append(x, v)[:4]
np.roll(v, 1) + np.roll(x, -1, axis=1) + np.roll(x, 2)
np.diff(v) + np.diff(x, axis=0)[0, :2] + np.diff(v, n=2)
np.cumsum(x) + np.cumsum(x, axis=0)[0, 0]
np.flip(x) + np.flip(x, 0)
np.trace(x[:, :2]) + np.diag(x[:, :2]) + np.diagonal(x, 1)
np.diag(v) @ v
np.tril(x, -1) + np.triu(x, 1)
np.linalg.norm(x, axis=1) + np.linalg.norm(v, 1) + np.linalg.norm(v, 3) + np.linalg.norm(v, np.inf)
np.linalg.det(x[:, :2]) + np.linalg.det(np.outer(v, v) + np.eye(3))
np.linalg.solve(np.outer(v, v) + np.eye(3), v) + np.linalg.inv(np.eye(3) + 1)[0]
np.var(x, axis=0) + np.std(x, axis=0, ddof=1) + x.mean(0) + np.ptp(x, axis=0)
np.sinc(v) + np.cbrt(v) + np.sign(v) + np.abs(v)**1.5
np.where(np.logical_and(v > 0, v < 1), v, -v) + np.where((v > 1) | (v < 0), 1, v)
np.full((2, 3), 0.5) + np.zeros_like(x) + np.ones_like(v) * x
np.max(x, axis=1, keepdims=True) - np.min(x) + np.amax(x)
np.logaddexp(v, 1) + np.hypot(v, 2) + np.arctan2(v, 1) + np.float64(v)
np.mod(v, 2) + v % 2 + v // 2 + np.remainder(v, 2)
x.shape[0]*v + len(v) + x.size/x.ndim
np.take(v, [2, 0], axis=0) + np.sum(x, axis=(0, 1))
np.average(x, axis=0) + np.prod(x, axis=0) + np.square(v) + np.power(np.abs(v), 0.5)
np.atleast_2d(v) @ x.T + np.minimum(v[:2], 0)
np.cross(v, v[::-1]) + np.cross(x, v)[0] + np.cross(x.T, x.T[::-1], axis=0).T[1]
np.kron(x, x) + np.kron(v[:2], np.ones(2))[0] + np.kron(2, v)[1]
np.split(x, 3, axis=1)[1] + np.array_split(v, 2)[0] + np.hsplit(x, [1])[1]
np.linspace(0, 1, 5) + np.linspace(v[0], v[1], 5)
np.pad(v, 1) + np.pad(x, ((0, 0), (1, 1)))[0] + np.pad(v, (2, 0))
np.convolve(v, x[0]) + np.convolve(v, v[:2], "same")[0] + np.convolve(v, v[:2], mode="valid")[1]
np.einsum("ij,kj->ik", x, x) + np.einsum(x, [0, 1], x, [2, 1], [0, 2])
np.diag(v, 1)[:3, 1:] + np.diag(v[:2], -1) + np.trace(x, 1) + np.diagonal(x[None], 0, 1, 2)[0, 0]
np.linalg.slogdet(np.outer(v, v) + 2*np.eye(3))[1] + np.real(v) + np.conj(v)
np.vdot(x, x) + np.average(x, 1, v) + np.average(x, weights=x*x)
np.average(x, axis=0, weights=x, keepdims=True)
np.take(x, [4, 0]) + np.take(x, [0, 1], axis=-1)[0]
np.linspace(v[0], 2, 3, endpoint=False) + np.logspace(0, v[1], 3) + np.logspace(0, 1, 3, base=2) + np.geomspace(1, 8, 3)
np.dot(x, np.ones((2, 3, 2)))
np.polyval([1, 2, 3], v) + np.polyval(v, 2) + np.polyval([v[0]], v)
np.trapezoid(v) + np.trapezoid(v, dx=0.5) + np.trapezoid(x, axis=0)[0] + np.trapezoid(v[:2], x[:, 0])
np.trapezoid(x, v) + np.trapezoid(x, x**2, axis=1)
np.cumprod(v) + np.cumprod(x)[:3] + np.cumprod(x, axis=1)[0]
np.vander(v) + np.vander(v, 3, increasing=True)
np.cov(x, x*x)[:2, 2:] + np.cov(x.T, 2*x.T, rowvar=False)[1:3, 1:3] + np.cov(x[0], x[1], bias=True)
np.cov(v) + np.cov(x.T, rowvar=False, ddof=0)
np.corrcoef(x) + np.corrcoef(v[:2], x[0, :2])
np.linalg.matrix_power(np.outer(v, v), 3) + np.linalg.multi_dot([x.T, x, x.T, x])
np.select([v > 3, v > 1], [v, 2*v], 7) + np.select([v > 0.3], [v])
np.vstack(x[None]) + np.stack(x, axis=1).T
np.maximum((v, 2*v), 0.5) + np.fmin(v, (0, 1, 0)) + np.ptp(x, keepdims=True)
np.linalg.diagonal(np.stack([x, 2*x])) + np.linalg.trace(np.stack([x, 2*x]), offset=1)
np.logical_and(v, -1)*1 + np.logical_or((v > 0)*1 - 1, 0)
"""


@each("typed", VALUES.strip().splitlines())
def test_values_are_those_of_numpy(typed: str) -> None:
    ours = gs.from_numpy(typed, **{name: value for name, value in {"x": X, "v": V}.items() if name in _names(typed)})
    theirs = eval(typed, {"np": np, "x": X, "v": V})
    np.testing.assert_allclose(ours.output, theirs, rtol=1e-12, atol=1e-15)
    assert np.shape(ours.output) == np.shape(theirs)


def test_a_whole_number_that_counts_is_known_when_the_program_is_built() -> None:
    text = "h = x\nfor i in range(n):\n    h = np.tanh(w*h) + i\nloss = h/n"
    run = gs.from_numpy(text, x=1.0, w=2.0, n=3)
    assert run.program.text == "h = x\nrepeat i in 0:3 {\n  h = tanh(w*h) + i\n}\nloss = h/3"
    assert [*run.gradients] == ["x", "w"], "a count has no gradient"
    sized = from_numpy("np.sum(np.zeros((n, 2)) + x[:n]*c) + np.sum(s[np.arange(n), y])", {"n": 2, "c": 3, "x": np.ones((3, 2))})
    assert sized == "sum(zeros(2, 2) + x[:2]*c) + sum(s[range(2), y])"
    assert "repeat 4" in from_numpy("def f(x, n=4):\n    for _ in range(n):\n        x = x*x\n    return x\nf(x)")
    for n in (2.5, -1.0, np.ones(2), np.nan):
        with pytest.raises(ReadError, match="how often this is repeated") as caught:
            from_numpy(text, {"x": 1.0, "w": 2.0, "n": n})
        assert caught.value.hint == "give n a whole number behind the program: n=20"


def test_what_requires_a_gradient_is_an_input_with_a_value() -> None:
    typed = "x = torch.tensor([1.0, 2.0])\nw = torch.tensor([0.5, -0.5], requires_grad=True)\nloss = (w*x).sum()\nloss.backward()"
    run = gs.from_numpy(typed)
    assert run.program.inputs == ("w",)
    assert list(run.gradients["w"]) == [1, 2]
    # A value from outside takes its place.
    assert gs.from_numpy(typed, w=[1, 1]).output == 3


@each(
    ("typed", "gradient"),
    [
        ("x = torch.arange(4.0)\nx.requires_grad_(True)\ny = 2 * torch.dot(x, x)\ny.backward()", [0, 4, 8, 12]),
        ("x = torch.arange(4.0, requires_grad=True)\nu = (x * x).detach()\n(u * x).sum().backward()", [0, 1, 4, 9]),
        ("x = tf.Variable([1.0, 3.0])\ny = tf.reduce_sum(x**2)", [2, 6]),
        ("x = torch.Tensor([2.0]).double(); x.requires_grad = True\no = 3*x\no.backward()", [3]),
    ],
)
def test_what_asks_for_its_gradient_in_other_words_is_an_input_too(typed: str, gradient: list[float]) -> None:
    assert gs.from_numpy(typed).gradients["x"].tolist() == gradient


def test_the_shape_of_a_name_that_was_assigned_often_is_known() -> None:
    assert from_numpy("x = x + 1\n" * 300 + "len(x)*x", {"x": V}).endswith("\n3*x_301")


def test_parts_of_an_array_have_names() -> None:
    typed = "i, f, g = torch.chunk(h, 3)\nparts = torch.split(i, 1)\nparts[0]*parts[0] + parts[1]*f[0] + g[0]"
    run = gs.from_numpy(typed, h=[1, 2, 3, 4, 5, 6])
    assert run.program.text.count("parts_0 = i[0:1]") == 1
    assert run.output == pytest.approx([1 + 2 * 3 + 5])


def test_a_weighed_logsumexp_is_that_of_scipy() -> None:
    from scipy.special import logsumexp

    weights = np.abs(X) + 0.1
    run = gs.from_numpy("scipy.special.logsumexp(x, axis=1, b=w)", x=X + 800, w=weights)
    np.testing.assert_allclose(run.output, logsumexp(X + 800, axis=1, b=weights), rtol=1e-14)


def _names(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def test_a_run_is_checked_and_shown_as_any_other() -> None:
    run = gs.from_numpy(
        "h = h0\nfor t in range(len(x)):\n    h = np.tanh(W @ h + x[t])\n(h**2).sum()", h0=V[:2], W=X[:, :2], x=X.T
    )
    assert "are confirmed" in "\n".join(run.check().lines())
    assert run.to_dict()["program"].startswith("h = h0")


# What is refused

REFUSED = [
    # text, where, what is said, what would do
    ("x[x > 0]", "x > 0", "by a condition", "np.where"),
    ("y = 1\nx[0] = y", "x[0]", "in place", "concatenate"),
    ("print(x, 2*x)", "print(x, 2*x)", "several values are printed", "print one of them"),
    ("np.arange(n) + x", "np.arange(n)", "known before anything", "n = 3"),
    ("def f(x, axis=0):\n    return x.sum(axis=axis)\nf(x, axis=k)", "axis", "known before anything", ""),
    ("print('no value')", "", "nothing to compute", ""),
    ("y = 1 + print(x)\ny", "print(x)", "no value", "line of its own"),
    ("x.var()", "x.var()", "n − 1", "np.var(x) or torch.var(x)"),
    ("import torch\nx.max(dim=1)", "x.max(dim=1)", "their places", "torch.amax(x, dim=1)"),
    ("F.softmax(x)", "F.softmax(x)", "dim is missing", "dim=-1"),
    ("np.foo(x)", "np.foo(x)", "no np.foo", ""),
    ("np.tahn(x)", "np.tahn(x)", "no np.tahn", "tanh"),
    ("np.argmax(x)", "np.argmax(x)", "no gradient", "largest cell"),
    ("np.median(x)", "np.median(x)", "", "sorts"),
    ("np.random.randn(3)", "np.random.randn(3)", "chance", "randn(2, 3, seed=0)"),
    ("F.dropout(x, 0.5)", "F.dropout(x, 0.5)", "chance", "seed=0"),
    ("y = x\ny += 1\nx*y", "y += 1", "shares its cells", "y = y"),
    ("def f(h):\n    h += 1\n    return h\nf(x)*x", "h += 1", "shares its cells", ""),
    ("if x > 0:\n    y = 1\ny", "if x > 0:", "no branches", "capture FILE.py:FUNCTION, which follows"),
    ("y = 1 if x > 0 else 0", "1 if x > 0 else 0", "choice", "np.where"),
    ("while True:\n    x = x + 1", "while True:", "repeated", "range(20)"),
    ("class Net:\n    pass", "class Net:", "class", "function"),
    ("[i for i in x]", "[i for i in x]", "list", "loop"),
    ("hs = x\nhs.append(x)", "hs.append(x)", "list", "np.stack"),
    ("a < b < c", "a < b < c", "two sides", "(a < b) & (b < c)"),
    ("e*x", "e", "no value", "np.e"),
    ("y*2\nx", "y*2", "not used", "name"),
    ("for t in range(3):\n    q = x*t\nq", "q", "loop only", "above the loop"),
    ("for t in range(n):\n    x = 2*x\nx", "range(n)", "known before", "n=20"),
    ("def f(x):\n    return f(x)\nf(x)", "f(x)", "calls itself", ""),
    ("def f(*x):\n    return x\nf(x)", "def f(*x):\n    return x", "how many inputs", "name each"),
    ("torch.tensor([1.0], requires_grad=True)*x", "torch.tensor([1.0], requires_grad=True)", "data", "a line of its own"),
    ("X.shape[0]*X", "X.shape[0]", "shape", "give X a value"),
    ("x +", "", "not Python", ""),
    ("x = = 1", "=", "not Python", ""),
    ("1j*x", "1j", "complex", "real"),
    ("'text'", "", "nothing to compute", ""),
    ("", "", "nothing to compute", ""),
    ("x.reshape(2, order='F')", "x.reshape(2, order='F')", "row by row", "x.T"),
    ("nn.Linear(3, 4)(x)", "nn.Linear(3, 4)", "called by its name", "weights are inputs"),
    ("sin(x", "(", "not Python", ""),
    ("x.grad", "x.grad", "grad", ""),
    ("lambda x: x", "lambda x: x", "function", "f = lambda"),
    ("x & y", "x", "bits", "(x > 0) & (y > 0)"),
    ("h = [0]*3\nh", "[0]*3", "a list is repeated", "np.array"),
    ("y = (x - 1)**2\ny.backward()\nz = x.grad", "y.backward()", "no value", "leave out what follows"),
]


@each(("typed", "where", "said", "advice"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_read_is_refused_with_its_place_and_what_would_do(typed: str, where: str, said: str, advice: str) -> None:
    with pytest.raises(ReadError) as caught:
        from_numpy(typed)
    error = caught.value
    assert said in error.message
    assert advice in error.hint
    assert error.text == typed
    assert error.span is not None
    assert typed[slice(*error.span)] == where if where else True


def test_what_is_wrong_with_the_program_is_shown_in_the_text_that_was_typed() -> None:
    typed = "α = np.tanh(x)\ny = 2*α @ np.ones((3, 3))\ny.sum()"
    with pytest.raises(ReadError) as caught:
        gs.from_numpy(typed, x=[1, 2])
    assert caught.value.text == typed
    assert typed[slice(*caught.value.span or (0, 0))] == "2*α @ np.ones((3, 3))"
    assert "line 2:" in caught.value.report()


@each(
    "typed",
    [
        "(" * 5_000 + "x" + ")" * 5_000,
        "-" * 100_000 + "x",
        "not " * 20_000 + "x",
        "x" + "**x" * 20_000,
        "x" + ".T" * 20_000,
        "x" + "[0]" * 20_000,
        "f(" * 200,
        "9" * 5_000,
        "1e99999*x",
        "x" * (limits.TRANSLATED + 1),
        "x\0y",
        "a = np.array_split([1, 2, 3], 9999999)\na[0].sum()",
        "F.softsign(" * 55 + "x" + ")" * 55,
        "F.huber_loss(" * 50 + "x" + ", y, reduction='none')" * 50,
        "for i in range(999):\n for j in range(999):\n  for k in range(999):\n   h = h\nh",
        "if x:\n" + "".join(f"{' ' * n}if x:\n" for n in range(1, 200)),
        "lambda: " * 1_000 + "x",
        "\ud800",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_too_large_or_too_deep_is_an_error_with_words(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        from_numpy(typed)
    assert caught.value.report()


def test_a_long_sum_is_not_deep() -> None:
    assert from_numpy("x" + " + x" * 700) == "x" + " + x" * 700
    with pytest.raises(LimitError, match="Python's own reader gets no further"):
        from_numpy("x" + " + x" * 20_000)


def test_a_shape_is_inferred_with_the_functions_that_are_called_for_it() -> None:
    def work(size: int) -> Callable[[], object]:
        functions = [f"def f{k}(a):\n    return a*2" for k in range(size)]
        lines = [f"h = np.squeeze(f{k}(h))" for k in range(size)]
        text = "\n".join([*functions, "h = x", *lines, "h.sum()"])
        return lambda: from_numpy(text, {"x": np.ones((2, 2))})

    assert grows_with(20, work) < 2.3


def test_nothing_is_executed(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    target = tmp_path / "file"
    for typed in (f"open({str(target)!r}, 'w')", "__import__('os').system('echo x')", "exec('print(1)')"):
        with pytest.raises(ReadError):
            from_numpy(typed)
    assert from_numpy("import nowhere\nx*2") == "x*2"
    assert not target.exists()
    assert capsys.readouterr().out == ""


_SCRAPS = """
    x y W1 n t np torch F jnp nn e pi def return lambda for in range len if else with torch.no_grad() import as
    np.exp np.sum F.softmax torch.max x.T .T .sum .mean .dot .reshape .shape [0] [:,None] [::2] [x>0] axis=0 dim=1 keepdims=True
    None True 1 2.5 -1 1e3 1j 'text' ( ) [ ] { } , : = == < > + - * / // % ** @ & | ~ += ; . \\ # ; _ α λ
"""
_WORDS = st.sampled_from(_SCRAPS.split())
_TEXTS = st.lists(st.one_of(_WORDS, st.sampled_from(["\n", "\n    ", " "])), max_size=25).map("".join) | st.text(max_size=30)


@settings(max_examples=150)
@given(_TEXTS | st.lists(_WORDS, max_size=12).map(" ".join))
def test_no_text_gives_a_traceback(typed: str) -> None:
    assert _outcome(typed, {"x": X, "y": 2.0})


def _outcome(typed: str, values: dict[str, Any]) -> str:
    """The program, or what is said instead of it."""
    try:
        return from_numpy(typed, values)
    except GraphstepError as error:
        return error.report()


_CALLS = st.sampled_from(
    sorted({*SAME, "transpose", "reshape", "sum", "max", "var", "norm", "dot", "tile", "roll", "stack", "take"})
)
_INPUTS = st.lists(
    st.sampled_from(["x", "v", "2", "-1", "0", "(0, 1)", "[x, x]", "axis=0", "axis=5", "dim=-1", "None", "'fro'"]), max_size=4
)


@settings(max_examples=150)
@given(_CALLS, _INPUTS, st.sampled_from(["np.", "torch.", "x.", "jax.nn.", ""]))
def test_no_call_gives_a_traceback(name: str, inputs: list[str], before: str) -> None:
    assert _outcome(f"{before}{name}({', '.join(inputs)})", {"x": X, "v": V})


def test_every_name_with_a_meaning_is_found_without_its_capitals_and_underscores() -> None:
    for name in SAME:
        assert plain_name(name) in SAME
    for name in ("reshape", "LeakyReLU", "cross_entropy", "BCEWithLogitsLoss", "logical_and"):
        assert handler_of(name, "torch") is not None
