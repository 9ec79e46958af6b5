"""How NumPy and PyTorch write each gate: lines, and the functions that stand in front of them."""

from __future__ import annotations

from collections.abc import Mapping

from graphstep.ground.records import dataclass
from graphstep.language.listing import INDEXED

_RELATIONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}
_LINES = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "neg": "-{0}",
    "reciprocal": "1 / {0}",
    "power": "{0} ** {1}",
    "pow": "{0} ** {1}",
    "square": "{0} ** 2",
    "constant": "{0}",
    "stop": "{0}",
    "mod": "{0} % {1}",
    "matmul": "{0} @ {1}",
    "dot": "({0} * {1}).sum()",
    "outer": "{m}.outer({0}, {1})",
    **{name: f"{{m}}.where({{0}} {sign} {{1}}, 1.0, 0.0)" for name, sign in _RELATIONS.items()},
    **{
        name: f"{{m}}.{name}({{all}})"
        for name in ("sqrt", "exp", "log", "log1p", "expm1", "log2", "log10", "sinh", "cosh", "tanh", "sin", "cos", "tan")
    },
    **{name: f"{{m}}.{name}({{all}})" for name in ("abs", "sign", "floor", "ceil", "round", "hypot", "logaddexp")},
    **{name: f"{{m}}.{name}({{0}}{{over}})" for name in ("sum", "mean", "amax", "amin")},
    "length": "length({0}{axes})",
    "std": "length({0} - {m}.mean({0}{every}){axes}) / {free} ** 0.5",
    "norm": "{m}.abs({0})",
    "where": "{m}.where({0} != 0, {1}, {2})",
    "clip": "{m}.minimum({m}.maximum({0}, {1}), {2})",
    "reshape": "{0}.reshape({shape})",
    **dict.fromkeys(INDEXED, "{0}[{index}]"),
    **{name: f"{{m}}.linalg.{name}({{all}})" for name in ("solve", "inv")},
    "cumsum": "{m}.cumsum({0}, {along})",
    "einsum": '{m}.einsum("{subscripts}", {all})',
    **{name: f"{{m}}.{name}({{0}}, {{diagonal}})" for name in ("tril", "triu")},
    "place": "place({0}, {shape}, {slices})",
    "stack": "{m}.stack([{all}], {axis})",
    **{
        name: f"{name}({{all}})"
        for name in ("sigmoid", "relu", "leaky_relu", "elu", "softplus", "logsigmoid", "silu", "gelu", "gelu_tanh")
    },
    **{name: f"{name}({{all}})" for name in ("onehot", "cross_entropy", "bce", "erf")},
    **{name: f"{name}({{0}}{{over}})" for name in ("softmax", "log_softmax")},
    "erfc": "erfc({0})",
    **{name: f"{name}({{all}}, {{eps}})" for name in ("batch_norm", "layer_norm", "rms_norm")},
    "windows": "windows({0}, {size}, {stride})",
}
"""The line of a gate: ``{0}`` is its first operand, ``{all}`` all of them, ``{m}`` the library, ``{over}`` the axes and what is
kept."""

_NUMPY = {
    **{f"a{name}": f"{{m}}.arc{name}({{0}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "atan2": "{m}.arctan2({0}, {1})",
    "broadcast": "np.broadcast_to({0}, {shape})",
    "fill": "np.broadcast_to({0}, {shape})",
    "transpose": "np.transpose({0}, {order})",
    "concat": "np.concatenate([{all}], {axis})",
    "flip": "np.flip({0}, {along})",
    "prod": "np.prod({0}{over})",
    "dropout": "dropout({0}, {p}, {seed})",
    **dict.fromkeys(("conv1d", "conv2d"), "conv({all}, stride={stride}, padding={padding})"),
    "logdet": "logdet({0})",
}
_TORCH = {
    # Of two numbers where makes single precision.
    **{name: f"({{0}} {sign} {{1}}).double()" for name, sign in _RELATIONS.items()},
    **{f"a{name}": f"{{m}}.a{name}({{0}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "atan2": "{m}.atan2({0}, {1})",
    "broadcast": "torch.as_tensor({0}, dtype=torch.float64).expand({shape})",
    "fill": "torch.as_tensor({0}, dtype=torch.float64).expand({shape})",
    "transpose": "{0}.permute({order})",
    "concat": "torch.cat([{all}], {axis})",
    "flip": "torch.flip({0}, [{along}])",
    "logdet": "torch.logdet({0})",
    "prod": "product({0}{over})",
    **{name: f"torch.nn.functional.{name}({{all}}, stride={{stride}}, padding={{padding}})" for name in ("conv1d", "conv2d")},
}

FUNCTIONS = {
    "sigmoid": "def sigmoid(x):\n    return 1 / (1 + {m}.exp(-x))",
    "relu": "def relu(x):\n    return {m}.where(x > 0, x, 0.0)",
    "leaky_relu": "def leaky_relu(x, slope):\n    return {m}.where(x > 0, x, slope * x)",
    "elu": "def elu(x, height):\n    return {m}.where(x > 0, x, height * {m}.expm1(x))",
    "softplus": "def softplus(x):\n    return {m}.log1p({m}.exp(-{m}.abs(x))) + {m}.where(x > 0, x, 0.0)",
    "logsigmoid": "def logsigmoid(x):\n    return -softplus(-x)",
    "gelu": "def gelu(x):\n    return x * erfc(-x / 2**0.5) / 2",
    "gelu_tanh": "def gelu_tanh(x):\n    return x * sigmoid((8 / {m}.pi) ** 0.5 * (x + 0.044715 * x**3))",
    "silu": "def silu(x):\n    return x * sigmoid(x)",
    # The squares of cells beyond 1e154 are no numbers; those of cells that are divided by the largest are.
    "length": (
        "def length(x, {name}, {keep}=False):\n"
        "    largest = {largest}\n"
        "    scale = {m}.where((largest > 0) & (largest < {m}.inf), largest, 1.0)\n"
        "    size = {m}.sqrt({m}.sum((x / scale) ** 2, {name}, {keep}={keep}))\n"
        "    return size * scale.reshape(size.shape)"
    ),
    "normal": (
        "def normal(away, {name}, eps):\n"
        "    size = length(away / away.shape[{name}] ** 0.5, {name}, True)\n"
        "    return away / {spread}"
    ),
    "batch_norm": (
        "def batch_norm(x, gamma, beta, eps):\n    return gamma * normal(x - {m}.mean(x, 0, {keep}=True), 0, eps) + beta"
    ),
    "layer_norm": (
        "def layer_norm(x, gamma, beta, eps):\n    return gamma * normal(x - {m}.mean(x, -1, {keep}=True), -1, eps) + beta"
    ),
    "rms_norm": "def rms_norm(x, gamma, eps):\n    return gamma * normal(x, -1, eps)",
    "softmax": (
        "def softmax(x, {name}=-1):\n"
        "    powers = {m}.exp(x - {m}.amax(x, {name}, {keep}=True))\n"
        "    return powers / {m}.sum(powers, {name}, {keep}=True)"
    ),
    "log_softmax": (
        "def log_softmax(x, {name}=-1):\n"
        "    shifted = x - {m}.amax(x, {name}, {keep}=True)\n"
        "    return shifted - {m}.log({m}.sum({m}.exp(shifted), {name}, {keep}=True))"
    ),
    "cross_entropy": "def cross_entropy(x, y):\n    return -{m}.sum(onehot(y, x) * log_softmax(x), -1).mean()",
    "smoothed_cross_entropy": (
        "def smoothed_cross_entropy(x, y, smoothing, ignored):\n"
        "    counts = {m}.ones(x.shape[:-1]) if ignored is None else {m}.where(y == ignored, 0.0, 1.0)\n"
        "    targets = onehot(y if ignored is None else {m}.where(y == ignored, 0.0, y), x)\n"
        "    targets = (1 - smoothing) * targets + smoothing / x.shape[-1]\n"
        "    return (counts * -{m}.sum(targets * log_softmax(x), -1)).sum() / counts.sum()"
    ),
    # What a target of 0 leaves out is left out, whatever its logarithm.
    "bce": (
        "def bce(x, y):\n"
        "    missing = {m}.where(y == 1, 0.0, (1 - y) * {m}.log1p(-x))\n"
        "    return -({m}.where(y == 0, 0.0, y * {m}.log(x)) + missing).mean()"
    ),
    "bce_of_scores": "def bce_of_scores(x, y):\n    return (softplus(x) - y * x).mean()",
    "place": "def place(x, shape, places):\n    whole = {zeros}\n    whole[places] = x\n    return whole",
    "onehot": "def onehot(y, scores):\n    return y if {shape} == scores.shape else {onehot}",
    "erf": "{erf}",
    "erfc": "{erfc}",
    # Of a negative determinant there is no logarithm.
    "logdet": "def logdet(x):\n    sign, size = np.linalg.slogdet(x)\n    return np.where(sign < 0, np.nan, size)",
    "windows": "def windows(x, size, stride):\n{windows}",
    "conv": (
        "def conv(x, filters, shifts=0.0, *, stride, padding):\n"
        "    lead, axes = x.ndim - len(stride) - 1, [1] * len(stride)\n"
        "    padded = np.pad(x, [(0, 0)] * (lead + 1) + [(around, around) for around in padding])\n"
        "    cells = np.moveaxis(windows(padded, filters.shape[2:], stride), lead, -2)\n"
        '    sums = np.einsum("...ck,fck->...f", cells, filters.reshape(*filters.shape[:2], -1))\n'
        "    return np.moveaxis(sums, -1, lead) + np.reshape(shifts, (-1, *axes))"
    ),
    # PyTorch multiplies along one axis at a time.
    "product": (
        "def product(x, dim=None, keepdim=False):\n"
        "    axes = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim\n"
        "    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):\n"
        "        x = torch.prod(x, axis, keepdim)\n"
        "    return x"
    ),
    "dropout": (
        "def dropout(x, p, seed):\n"
        "    chance = np.random.default_rng(seed).random(x.shape)\n"
        "    return x * np.where(chance < p, 0.0, 1 / (1 - p))"
    ),
}
"""The functions that a library does not have under the name of the language."""


@dataclass(frozen=True, slots=True)
class Library:
    """How a library writes what the code needs."""

    module: str
    """What its functions stand behind."""
    array: str
    """What makes an array of nested lists."""
    words: Mapping[str, str]
    """What it calls the axis and the option that keeps it, and the pieces of functions that it writes in its own way."""
    lines: Mapping[str, str]
    """The lines of the gates that it writes in its own way."""


LIBRARIES = {
    "numpy": Library(
        "np",
        "np.array({})",
        {
            "name": "axis",
            "keep": "keepdims",
            "spread": "np.hypot(size, eps ** 0.5)",
            "zeros": "np.zeros(shape)",
            "largest": "np.amax(np.abs(x), axis, keepdims=True, initial=0.0)",
            "onehot": "np.eye(scores.shape[-1])[np.asarray(y).astype(int)]",
            "shape": "np.shape(y)",
            "erf": "from scipy.special import erf",
            "erfc": "from scipy.special import erfc",
            "windows": (
                "    last = tuple(range(-len(size), 0))\n"
                "    every = np.lib.stride_tricks.sliding_window_view(x, size, last)\n"
                "    taken = every[(..., *(slice(None, None, step) for step in stride), *[slice(None)] * len(size))]\n"
                "    return taken.reshape(*taken.shape[: x.ndim], -1)"
            ),
        },
        {**_LINES, **_NUMPY},
    ),
    "torch": Library(
        "torch",
        "torch.tensor({}, dtype=torch.float64)",
        {
            "name": "dim",
            "keep": "keepdim",
            "spread": "torch.hypot(size, torch.full_like(size, eps ** 0.5))",
            "zeros": "torch.zeros(shape, dtype=x.dtype)",
            "largest": "torch.amax(torch.abs(x), dim, True)",
            "onehot": "torch.nn.functional.one_hot(y.long(), scores.shape[-1]).to(scores.dtype)",
            "shape": "y.shape",
            "erf": "erf = torch.erf",
            "erfc": "erfc = torch.erfc",
            "windows": (
                "    lead = x.ndim - len(size)\n"
                "    for axis, (length, step) in enumerate(zip(size, stride)):\n"
                "        x = x.unfold(lead + axis, length, step)\n"
                "    return x.reshape(*x.shape[: lead + len(size)], -1)"
            ),
        },
        {**_LINES, **_TORCH},
    ),
}
"""The libraries, by name."""
