"""Which functions mean the same in a program, and which need more than a row of a table to be said in one."""

from __future__ import annotations

from graphstep.language.read.foreign.rows import plain_name
from graphstep.language.read.numpy import arrays, cells, constants, formulas, joins, losses, products, reductions, sliding  # noqa: F401  # importing them fills the table
from graphstep.language.read.numpy.sites import HANDLERS, Handler

SAME: dict[str, str | tuple[str, int]] = {
    **{
        name: name
        for name in (
            *("exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "square"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
            *("floor", "ceil", "round", "abs", "sign", "erf", "erfc"),
            *("sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "logsigmoid", "log_sigmoid"),
            *("detach", "stop_gradient", "inv", "logdet", "cumsum", "flip"),
        )
    },
    **{name: (name, 2) for name in ("logaddexp", "hypot", "atan2", "mod", "outer", "solve", "pow")},
    "inverse": "inv",
    "where": ("where", 3),
    "clip": ("clip", 3),
}
"""By name without underscores, what it is called here and how many inputs it has; one unless it is said."""
SAME |= {plain_name(name): each for name, each in SAME.items()}

LAYERS = frozenset(
    (
        *("ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh", "Softplus", "Softsign"),
        *("Hardtanh", "ReLU6", "Hardswish", "Tanhshrink", "Identity", "Softmax", "LogSoftmax", "Softmin", "LayerNorm"),
        *("MSELoss", "L1Loss", "CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss"),
    )
)
"""PyTorch's layers without weights, or with weights that do nothing before they are trained."""


def handler_of(name: str, library: str | None) -> Handler | None:
    """What says a call in a program whose meaning hangs on its shapes or its options; None for one that the table says."""
    own = HANDLERS.get(f"builtin {name}") if library is None else None
    return own or HANDLERS.get(plain_name(name))
