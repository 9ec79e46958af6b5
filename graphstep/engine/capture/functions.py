"""``math`` and NumPy for traced values: while a function runs, this stands in its module for them and what it imported from them.

The real ``math.exp(x)`` takes ``float(x)``, and ``np.array([x, y])`` asks each for its array: both forget where a number is from.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from types import BuiltinFunctionType, FunctionType
from typing import Any

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recorder import Recorder
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Traced, holds_traced, plain

_ALIKE = "exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc"

GATES = {**{name: name for name in (*_ALIKE.split(), "hypot", "floor", "ceil")}, "fabs": "abs", "pow": "pow"}
"""The gates of functions of ``math``, by their names there."""

# Answered with True or False: a branch hangs on them, and no gate does.
_QUESTIONS = ("isfinite", "isinf", "isnan")


def _recorder(arguments: tuple[Any, ...]) -> Recorder | None:
    for each in arguments:
        if isinstance(each, Traced):
            return each.recorder
    return None


def _followed(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def function(*arguments: Any, **options: Any) -> Any:
        if name in ("fsum", "prod", "sumprod", "dist", "hypot") and arguments:
            # They take their numbers as a list, or any number of them.
            arguments = tuple([*each] if isinstance(each, Iterator) else each for each in arguments)
        inside = tuple(x for each in arguments for x in (each if isinstance(each, list | tuple) else (each,)))
        recorder, frame = _recorder((*inside, *options.values())), sys._getframe(1)
        if recorder is None:
            return original(*arguments, **options)
        if name in _QUESTIONS:
            value = plain(arguments[0])
            return recorder.ask(f"{name}({value!r})", original(value), frame)
        if name == "log" and len(arguments) == 2 and not options:
            value, base = map(plain, arguments)
            parts = [
                recorder.node("log", (x,), math.log(plain(x)), frame, "-") if isinstance(x, Traced) else math.log(x)
                for x in arguments
            ]
            return recorder.node("div", (*parts,), original(value, base), frame, name)
        if name in ("fsum", "prod") and len(arguments) == 1 and not options:
            gate, compute = ("add", operator.add) if name == "fsum" else ("mul", operator.mul)

            def joined(x: Any, y: Any) -> Any:
                value = compute(plain(x), plain(y))
                return recorder.node(gate, (x, y), value, frame) if _recorder((x, y)) else value

            return reduce(joined, inside)
        many = name == "hypot" and len(arguments) != 2
        if name not in GATES or options or many:
            hint = f"operators are, and of math {', '.join([*GATES, 'fsum', 'prod'])}"
            raise CaptureError(f"math.{name} at {at_work(frame)} is not followed", hint=hint)
        return recorder.node(GATES[name], arguments, original(*map(plain, arguments)), frame, name)

    return function


_FUNCTIONS = {name: _followed(name, what) for name, what in vars(math).items() if callable(what) and name[0] != "_"}


class FollowedMath:
    """A stand-in for the module ``math`` whose functions follow traced numbers."""

    def __getattr__(self, name: str) -> Any:
        return _FUNCTIONS.get(name) or getattr(math, name)


class FollowedFunction:
    """What stands for a function of NumPy: lists of traced values are arrays for it, as lists of numbers are for NumPy."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not any(map(holds_traced, arguments)):
            return self._original(*arguments, **options)
        from graphstep.engine.capture import arrays

        frame, name = sys._getframe(1), arrays.name_of(self._original)
        if name in ("array", "asarray", "ascontiguousarray", "asanyarray"):
            return _array(name, frame, *arguments, **options)
        if hasattr(self._original, "nin"):
            return arrays.of_cells(self._original, "__call__", arguments, options, frame)
        first, *others = arguments
        if name not in arrays.JOINING:
            first = arrays.array_of(frame, first)
        return arrays.apply(name, frame, (first, *others), options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _array(name: str, frame: Any, value: Any, dtype: Any = None, **options: Any) -> Any:
    from graphstep.engine.capture import arrays

    options.pop("copy", None)
    arrays.check_plain(name, frame, **options)
    array = arrays.array_of(frame, value)
    array = arrays.as_array(array)
    if dtype is not None:
        array = array.astype(dtype)
    return array if name != "array" or array is not value else array.copy()


class FollowedModule:
    """A stand-in for NumPy, or for a module inside it, whose functions follow traced arrays."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._original, name)
        if name == "linalg":
            return FollowedModule(member)
        return FollowedFunction(member) if _is_function(member) else member


def _is_function(member: Any) -> bool:
    return isinstance(member, FunctionType | BuiltinFunctionType) or hasattr(member, "nin") or hasattr(member, "_implementation")


@contextmanager
def followed(module: dict[str, Any]) -> Iterator[None]:
    """Let ``math`` and NumPy, and what a module imported from them, be followed while a function of that module runs."""
    before = dict(module)
    put = {name: stand_in for name, member in before.items() if (stand_in := _stand_in(member)) is not None}
    module.update(put)
    try:
        yield
    finally:
        for name, member in put.items():
            # What the function itself assigned meanwhile stays.
            if module.get(name) is member:
                module[name] = before[name]


_ORIGINALS = {id(getattr(math, name)): function for name, function in _FUNCTIONS.items()}


def _stand_in(member: Any) -> Any:
    """What stands for a module or a function of one; None for what is followed as it is."""
    if member is math:
        return FollowedMath()
    numpy = sys.modules.get("numpy")
    if numpy is None or member is None:
        return _ORIGINALS.get(id(member))
    if member is numpy or member is numpy.linalg:
        return FollowedModule(member)
    name = getattr(member, "__name__", None)
    if (
        isinstance(name, str)
        and _is_function(member)
        and member in (getattr(numpy, name, None), getattr(numpy.linalg, name, None))
    ):
        return FollowedFunction(member)
    return _ORIGINALS.get(id(member))
