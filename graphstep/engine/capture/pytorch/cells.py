"""PyTorch's functions of single cells as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.pytorch.table import NATIVE, Handler, UnfollowedError, gate, native, plainly
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np

_SAME = (
    "exp expm1 log log1p log2 log10 sqrt square reciprocal sin cos tan sinh cosh tanh sign floor ceil round "
    "asin acos atan asinh acosh atanh erf erfc neg abs sigmoid relu silu logsigmoid"
)
"""Functions of a cell that have the name of their gate."""

_CELLS = {
    **{name: name for name in _SAME.split()},
    "absolute": "abs", "negative": "neg", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "fabs": "abs",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "expit": "sigmoid",
}  # fmt: skip
_PAIRS = {
    "add": "add", "sub": "sub", "subtract": "sub", "mul": "mul", "multiply": "mul", "div": "div", "truediv": "div",
    "true_divide": "div", "divide": "div", "maximum": "max", "minimum": "min", "hypot": "hypot", "logaddexp": "logaddexp",
    "atan2": "atan2", "arctan2": "atan2", "remainder": "mod", "mod": "mod",
}  # fmt: skip


def _of_cells(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, *rest: Any, **options: Any) -> Any:
        plainly(**options)
        if any(each for each in rest):
            raise UnfollowedError
        return gate(frame, name, (x,))

    return handler


def _of_pairs(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, y: Any, *, alpha: Any = 1, rounding_mode: Any = None, **options: Any) -> Any:
        plainly(rounding_mode=rounding_mode, **options)
        if alpha != 1:
            y = gate(frame, "mul", (y, alpha)) if isinstance(y, Traced) else y * alpha
        if name == "div" and not np.shape(plain(x)) and not isinstance(x, Traced) and float(x) == 1:
            return gate(frame, "reciprocal", (y,))
        return gate(frame, name, (x, y))

    return handler


NATIVE |= {name: _of_cells(gate) for name, gate in _CELLS.items()}
NATIVE |= {name: _of_pairs(gate) for name, gate in _PAIRS.items()}


@native("rsub")
def _rsub(frame: FrameType, x: Any, y: Any, *, alpha: Any = 1) -> Any:
    plainly(alpha=None if alpha == 1 else alpha)
    return gate(frame, "sub", (y, x))


@native("pow")
def _pow(frame: FrameType, x: Any, y: Any, **options: Any) -> Any:
    plainly(**options)
    number = not isinstance(y, Traced) and not np.shape(y)
    if number and float(y) == 2:
        return gate(frame, "power", (x, 2.0))
    return gate(frame, "power" if number else "pow", (x, float(y) if number else y))


@native("softplus")
def _softplus(frame: FrameType, x: Any, beta: float = 1, threshold: float = 20) -> Any:
    # Beyond the threshold PyTorch hands x on, with a slope of 1.
    if beta != 1 or np.any(widened(plain(x)) > threshold):
        raise UnfollowedError
    return gate(frame, "softplus", (x,))
