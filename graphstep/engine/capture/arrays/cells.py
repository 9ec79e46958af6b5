"""NumPy's functions of single cells, its masks and choices, as gates."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.arrays.table import (
    apply,
    array_of,
    as_array,
    check_plain,
    current,
    emit,
    follows,
    settled,
    unfollowed,
)
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import UFUNCS, Fillable, Traced, first_traced, holds_traced, plain
from graphstep.ground.late import np


def of_cells(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any], frame: FrameType) -> Any:
    """Follow a function of cells, which NumPy's operators are too."""
    name = ufunc.__name__
    if method == "at" and name == "add" and isinstance(inputs[0], Fillable):
        return inputs[0].add_at(frame, *inputs[1:])
    # np.exp(x, y) writes into y: behind what it reads stands what it is to fill.
    if method == "__call__" and len(inputs) > ufunc.nin:
        options, inputs = {**options, "out": tuple(inputs[ufunc.nin :])}, inputs[: ufunc.nin]
    out = options.get("out")
    target = out[0] if isinstance(out, tuple) and out else out
    if isinstance(target, Fillable) and method == "__call__":
        options = {key: x for key, x in options.items() if key != "out"}
        mask = options.pop("where", True)
        if mask is not True:
            # What is left out is not computed: nothing there is divided by 0, nor has an infinite slope.
            inputs = [apply("where", frame, (mask, x, 1.0), {}) for x in inputs]
        result = of_cells(ufunc, method, inputs, options, frame)
        if mask is not True:
            result = apply("where", frame, (mask, result, target.now(frame)), {})
        target.fill_in(frame, ..., result)
        return target
    inputs = [current(frame, x) for x in inputs]
    inputs = [array_of(frame, x) if holds_traced(x) and not isinstance(x, Traced) else x for x in inputs]
    if out is not None:
        hint = f"write y = np.{name}(…), and y = y + x in place of y += x where y is an array of plain numbers"
        raise CaptureError(f"np.{name} writes into an array at {at_work(frame)}, which is not followed", hint=hint)
    if method == "__call__" and not options:
        return _of_cells(ufunc, inputs, frame)
    if method == "reduce" and name in ("add", "multiply", "maximum", "minimum"):
        whole = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}[name]
        return apply(whole, frame, inputs, {"axis": 0, **options})
    if method == "accumulate" and name in ("add", "multiply"):
        return apply("cumsum" if name == "add" else "cumprod", frame, inputs, {"axis": 0, **options})
    # add.outer(x, y) is x + y with the axes of y behind those of x.
    if method == "outer" and not options and len(inputs) == 2:
        left, right = (as_array(x) if isinstance(x, Traced) else np.asarray(x) for x in inputs)
        return ufunc(left.reshape(left.shape + (1,) * right.ndim), right)
    return unfollowed(name if method == "__call__" else f"{name}.{method}", frame)


def _of_cells(ufunc: Any, inputs: Sequence[Any], frame: FrameType) -> Any:
    """Follow a call of one without options."""
    name = ufunc.__name__
    gate = UFUNCS.get(name)
    if name in ("isnan", "isfinite", "isinf", "signbit"):
        return ufunc(*map(plain, inputs))
    if name in ("positive", "conjugate"):
        return inputs[0]
    if name == "divmod":
        return inputs[0] // inputs[1], inputs[0] % inputs[1]
    if name == "matmul":
        return product(frame, *inputs)
    if name == "vecdot":
        return apply("sum", frame, (_of_cells(np.multiply, inputs, frame),), {"axis": -1})
    if name == "floor_divide":
        return type(first_traced(inputs)).__floordiv__(*inputs) if isinstance(inputs[0], Traced) else unfollowed(name, frame)
    if name in ("logical_and", "logical_or", "logical_not"):
        return _logical(frame, name[8:], *inputs)
    if name in _COMPOSED:
        return _composed(frame, ufunc, *inputs)
    if gate is None:
        return unfollowed(name, frame)
    read = [np.asarray(x) if isinstance(x, list | tuple) else x for x in inputs]
    recorder = first_traced(read).recorder
    # np.abs and np.absolute are one function; which of its names is called does not matter.
    return recorder.node(gate, tuple(read), ufunc(*map(plain, read)), frame, "" if name == "absolute" else name)


_COMPOSED: dict[str, Callable[..., Any]] = {
    "exp2": lambda x: 2.0**x,
    "cbrt": lambda x: np.sign(x) * abs(x) ** (1 / 3),
    "heaviside": lambda x, y: np.where(x == 0, y, x > 0),
    "fmod": lambda x, y: np.sign(x) * (abs(x) % abs(y)),
    "copysign": lambda x, y: abs(x) * np.copysign(1.0, plain(y)),
    "trunc": lambda x: np.sign(x) * np.floor(abs(x)),
    "logaddexp2": lambda x, y: np.logaddexp(x * math.log(2), y * math.log(2)) / math.log(2),
    "logical_xor": lambda x, y: np.not_equal(x, y),
    "xlogy": lambda x, y: x * np.log(y),
    "logit": lambda x: np.log(x / (1 - x)),
    **dict.fromkeys(("degrees", "rad2deg"), lambda x: x * (180 / math.pi)),
    **dict.fromkeys(("radians", "deg2rad"), lambda x: x * (math.pi / 180)),
}
"""What functions of cells compute for which several gates stand, in functions for which one does."""


def _composed(frame: FrameType, ufunc: Any, *inputs: Any) -> Any:
    read = [as_array(x) if isinstance(x, Traced) else x for x in inputs]
    own, first = ufunc(*map(plain, read)), len(first_traced(read).recorder.values)
    return settled(ufunc.__name__, frame, _COMPOSED[ufunc.__name__](*read), own, first)


def _logical(frame: FrameType, name: str, *masks: Any) -> Any:
    values = [np.asarray(plain(x)) for x in masks]
    if any(x.dtype != bool for x in values):
        raise CaptureError(f"~, & and | at {at_work(frame)} are followed between comparisons only", hint="compare first: x != 0")
    if name == "not":
        return emit(frame, "sub", (1.0, masks[0]), ~values[0])
    value = values[0] & values[1] if name == "and" else values[0] | values[1]
    return emit(frame, "mul" if name == "and" else "max", masks, value)


def inverted(mask: Any) -> Any:
    """``~mask``."""
    return _logical(sys._getframe(1), "not", mask)


def joined(name: str) -> Callable[[Any, Any], Any]:
    """``mask & other`` and ``mask | other``."""

    def method(mask: Any, other: Any) -> Any:
        return _logical(sys._getframe(1), name, mask, other)

    return method


@follows("where")
def _where(frame: FrameType, condition: Any, *branches: Any) -> Any:
    if len(branches) != 2:
        return apply("nonzero", frame, (condition,), {})
    parts = [array_of(frame, x) if isinstance(x, list | tuple) else x for x in (condition, *branches)]
    return emit(frame, "where", parts, np.where(*map(plain, parts)))


@follows("fix")
def _fix(_: FrameType, x: Any) -> Any:
    return np.trunc(x)


@follows("round", "around")
def _round(frame: FrameType, x: Any, decimals: int = 0, out: Any = None) -> Any:
    check_plain("round", frame, out=out)
    if decimals:
        scale = 10.0**decimals
        return emit(frame, "round", (x * scale,), np.round(plain(x) * scale)) / scale
    return emit(frame, "round", (x,), np.round(plain(x)))
