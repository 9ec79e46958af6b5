"""NumPy's functions of single cells, its masks and choices, as gates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import numpy as np

from graphstep.engine.capture.arrays.following import apply, array_of, check_plain, emit, follows, unfollowed
from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import COMPARED, CaptureError
from graphstep.engine.capture.traced import UFUNCS, Traced, first_traced, holds_traced, plain


def of_cells(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any], frame: FrameType) -> Any:
    """Follow a function of cells, which NumPy's operators are too."""
    name = ufunc.__name__
    inputs = [array_of(frame, x) if holds_traced(x) and not isinstance(x, Traced) else x for x in inputs]
    if method == "reduce" and name in ("add", "multiply", "maximum", "minimum"):
        whole = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}[name]
        return apply(whole, frame, inputs, {"axis": 0, **options})
    gate = UFUNCS.get(name)
    if method == "__call__" and not options:
        if name in ("isnan", "isfinite", "isinf"):
            return ufunc(*map(plain, inputs))
        if name == "positive":
            return inputs[0]
        if name in ("matmul", "vecdot"):
            return product(frame, *inputs)
        if name == "floor_divide":
            return type(first_traced(inputs)).__floordiv__(*inputs) if isinstance(inputs[0], Traced) else unfollowed(name, frame)
        if name in ("logical_and", "logical_or", "logical_not"):
            return _logical(frame, name[8:], *inputs)
    if "out" in options:
        hint = f"write y = np.{name}(…), and y = y + x in place of y += x where y is an array of plain numbers"
        raise CaptureError(f"np.{name} writes into an array at {at_work(frame)}, which is not followed", hint=hint)
    if gate is None or method != "__call__" or options:
        hint = "operators, math and these are: " + ", ".join(name for name in UFUNCS if name not in COMPARED)
        raise CaptureError(
            f"np.{name}{'' if method == '__call__' else '.' + method} at {at_work(frame)} is not followed", hint=hint
        )
    read = [np.asarray(x) if isinstance(x, list | tuple) else x for x in inputs]
    recorder = first_traced(read).recorder
    # np.abs and np.absolute are one function; which of its names is called does not matter.
    return recorder.node(gate, tuple(read), ufunc(*map(plain, read)), frame, "" if name == "absolute" else name)


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
        raise CaptureError(f"np.where with a condition alone at {at_work(frame)} is not followed", hint="np.where(c, x, y)")
    parts = [array_of(frame, x) if isinstance(x, list | tuple) else x for x in (condition, *branches)]
    return emit(frame, "where", parts, np.where(*map(plain, parts)))


@follows("clip")
def _clip(frame: FrameType, x: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **limits: Any) -> Any:
    low, high = limits.pop("min", a_min), limits.pop("max", a_max)
    check_plain("clip", frame, out=out, **limits)
    value = np.clip(plain(x), plain(low), plain(high))
    if low is None or high is None:
        return emit(frame, "min" if low is None else "max", (x, high if low is None else low), value)
    return emit(frame, "clip", (x, low, high), value)


@follows("round", "around")
def _round(frame: FrameType, x: Any, decimals: int = 0, out: Any = None) -> Any:
    check_plain("round", frame, out=out, decimals=decimals or None)
    return emit(frame, "round", (x,), np.round(plain(x)))
