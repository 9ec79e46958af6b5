"""``math``, ``statistics``, NumPy and ``type`` for traced values: while a function runs, these stand in its module for them.

The real ``math.exp(x)`` takes ``float(x)``, and ``np.array([x, y])`` asks each for its array: both forget where a number is from.
The real ``type(x)`` is none that the function asks for, and would send it another way.
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial, reduce
from types import BuiltinFunctionType, FrameType, FunctionType, TracebackType
from typing import Any

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recorder import Recorder, numeral, outside
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Fillable, Traced, holds_traced, plain
from graphstep.engine.capture.types import FollowedType, followed_float64
from graphstep.ground.late import np

_ALIKE = "exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc"

GATES = {**{name: name for name in (*_ALIKE.split(), "hypot", "floor", "ceil")}, "fabs": "abs", "pow": "pow"}
"""The gates of functions of ``math``, by their names there."""

_FACTORS = {"degrees": 180 / math.pi, "radians": math.pi / 180}

# Answered with True or False: a branch hangs on them, and no gate does.
_QUESTIONS = ("isfinite", "isinf", "isnan", "isclose")

_OF_LISTS = ("fsum", "prod", "sumprod", "dist", "hypot")
"""The functions that take their numbers as a list, or any number of them."""


def _recorder(arguments: tuple[Any, ...]) -> Recorder | None:
    for each in arguments:
        if isinstance(each, Traced):
            return each.recorder
    return None


def _followed(module: str, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def function(*arguments: Any, **options: Any) -> Any:
        # A generator is at its end once it was read, and both the function and the gates that stand for it read it.
        if name in _OF_LISTS or module == "statistics":
            arguments = tuple([*each] if isinstance(each, Iterator) or _is_row(each) else each for each in arguments)
        inside = tuple(x for each in arguments for x in (each if isinstance(each, list | tuple) else (each,)))
        recorder, frame = _recorder((*inside, *options.values())), sys._getframe(1)
        if recorder is None:
            return original(*arguments, **options)
        values = [plain(x) for x in arguments]
        answer = original(*values, **{key: plain(x) for key, x in options.items()})
        if name in _QUESTIONS:
            return recorder.ask(f"{name}({', '.join(map(numeral, values))})", answer, frame)
        composed = _COMPOSED.get(name) if (name, len(arguments)) != ("hypot", 2) else None
        if composed is not None and not options:
            return _settled(recorder, composed(*arguments), answer, frame, name)
        # A logarithm to a base is a quotient of two, as Python computes it.
        if (name, len(arguments)) == ("log", 2):
            parts = [
                recorder.node("log", (x,), math.log(plain(x)), frame, "-") if _recorder((x,)) else math.log(x) for x in arguments
            ]
            return recorder.node("div", (*parts,), answer, frame, name)
        if name in _FACTORS:
            return recorder.node("mul", (arguments[0], _FACTORS[name]), answer, frame, name)
        if module != "math" or name not in GATES or options:
            raise CaptureError(f"{module}.{name} at {at_work(frame)} is not followed", hint=_HINTS[module])
        return recorder.node(GATES[name], arguments, answer, frame, name)

    return function


def _is_row(value: Any) -> bool:
    return isinstance(value, Traced) and bool(getattr(value, "shape", ()))


def _settled(recorder: Recorder, result: Any, answer: Any, frame: FrameType, name: str) -> Any:
    """What several gates came to, as the function's own number, and called by the variable that it is assigned to."""
    if not isinstance(result, Traced) or not math.isclose(plain(result), answer, rel_tol=1e-9, abs_tol=1e-300):
        if isinstance(result, Traced) and math.isnan(plain(result)) and math.isnan(answer):
            return result
        raise CaptureError(
            f"{name} at {at_work(frame)} comes to other numbers than the gates that stand for it", hint=_HINTS["math"]
        )
    # Only what was made just now gets the function's number: a result that was there before is the user's.
    place, last = at_work(outside(frame, recorder.inner)), len(recorder.values) - 1
    if result.node == last:
        operation = recorder.recording.operations[-1]
        result.value = recorder.values[last] = answer
        operation.value, operation.variable = float(answer), place.variable if place.called == name else ""
    return result


def _mean(numbers: Sequence[Any], *_: Any) -> Any:
    return sum(numbers) / len(numbers)


def _spread(numbers: Sequence[Any], mean: Any = None, *, less: int) -> Any:
    mean = _mean(numbers) if mean is None else mean
    return sum((x - mean) ** 2 for x in numbers) / (len(numbers) - less)


def _product(numbers: Sequence[Any]) -> Any:
    return reduce(operator.mul, numbers)


def _length(*numbers: Any) -> Any:
    return sum(x * x for x in numbers) ** 0.5


def _sign(x: Any) -> float:
    return math.copysign(1.0, plain(x))


_COMPOSED: dict[str, Callable[..., Any]] = {
    "fsum": lambda numbers: reduce(operator.add, numbers),
    "prod": _product,
    "sumprod": lambda p, q: sum(x * y for x, y in zip(p, q, strict=True)),
    "dist": lambda p, q: _length(*(x - y for x, y in zip(p, q, strict=True))),
    "hypot": _length,
    "mean": _mean,
    "fmean": _mean,
    "pvariance": partial(_spread, less=0),
    "variance": partial(_spread, less=1),
    "pstdev": lambda *arguments: _spread(*arguments, less=0) ** 0.5,
    "stdev": lambda *arguments: _spread(*arguments, less=1) ** 0.5,
    "geometric_mean": lambda numbers: _product(numbers) ** (1 / len(numbers)),
    "harmonic_mean": lambda numbers: len(numbers) / sum(1 / x for x in numbers),
    "exp2": lambda x: 2.0**x,
    "cbrt": lambda x: _sign(x) * abs(x) ** (1 / 3),
    "fmod": lambda x, y: _sign(x) * (abs(x) % abs(y)),
    "copysign": lambda x, y: abs(x) * _sign(y),
}
"""Functions for which several gates stand, by what these compute."""


_HINTS = {
    "math": "operators are, and of math what has a slope that graphstep knows: exp, log, sin, …; gamma and lgamma are not, "
    "but torch.lgamma and jax.scipy.special.gammaln in a function that computes with these",
    "statistics": "its means, medians, variances and deviations are, and sum(…) / n with operators",
}


class FollowedNumbers:
    """A stand-in for ``math`` or ``statistics`` whose functions follow traced numbers."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __getattr__(self, name: str) -> Any:
        return _functions_of(self._original.__name__).get(name) or getattr(self._original, name)


@cache
def _functions_of(module: str) -> dict[str, Callable[..., Any]]:
    """What stands for the functions of a module, by their names there."""
    own = {name: what for name, what in vars(sys.modules[module]).items() if isinstance(what, FunctionType | BuiltinFunctionType)}
    # A median picks: it asks questions as max does, and hands on what it picked.
    return {name: _followed(module, name, what) for name, what in own.items() if name[0] != "_" and not name.startswith("median")}


_AS_ARRAY = ("asarray", "ascontiguousarray", "asanyarray")
"""The functions that hand back an array as it is."""


class FollowedFunction:
    """What stands for a function of NumPy: lists of traced values are arrays for it, as lists of numbers are for NumPy."""

    def __init__(self, original: Any, fills: bool = False) -> None:
        self._original, self._fills = original, fills

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if arguments and isinstance(arguments[0], Fillable) and self._original.__name__ in _AS_ARRAY and not options:
            return arguments[0]
        if any(map(holds_traced, (*arguments, *options.values()))):
            result = self._followed(sys._getframe(1), arguments, options)
        else:
            result = self._original(*arguments, **options)
        if not self._fills:
            return result
        from graphstep.engine.capture import arrays

        return arrays.own(result, *arguments)

    def _followed(self, frame: FrameType, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        from graphstep.engine.capture import arrays

        name = arrays.name_of(self._original)
        if name in ("array", *_AS_ARRAY):
            return _array(name, frame, *arguments, **options)
        if hasattr(self._original, "nin"):
            return arrays.of_cells(self._original, "__call__", arguments, options, frame)
        if name not in arrays.JOINING:
            arguments = *(arrays.array_of(frame, x) for x in arguments[:1]), *arguments[1:]
        return arrays.apply(name, frame, arguments, options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _array(name: str, frame: Any, value: Any, dtype: Any = None, **options: Any) -> Any:
    from graphstep.engine.capture import arrays

    # Whether it is a copy, and where its cells lie in memory, changes no number of it.
    options = {key: each for key, each in options.items() if key not in ("copy", "order")}
    arrays.check_plain(name, frame, **options)
    array = arrays.array_of(frame, value)
    array = arrays.as_array(array)
    if dtype is not None:
        array = array.astype(dtype)
    # A number of NumPy's becomes an array without axes; what was an array is copied by np.array alone.
    is_number = not isinstance(array.value, np.ndarray)
    return arrays.TracedArray(array.recorder, array.node, np.asarray(array.value)) if is_number or name == "array" else array


class FollowedVectorize:
    """What stands for ``np.vectorize``, and for what that has made: the function is called for each cell."""

    def __init__(self, function: Any, *arguments: Any, **options: Any) -> None:
        import numpy

        self._original = function if isinstance(function, numpy.vectorize) else numpy.vectorize(function, *arguments, **options)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not any(map(holds_traced, (*arguments, *options.values()))):
            return self._original(*arguments, **options)
        from graphstep.engine.capture import arrays

        frame = sys._getframe(1)
        if options or self._original.excluded or self._original.signature:
            arrays.unfollowed("vectorize with options", frame)
        return arrays.elementwise(self._original.pyfunc, frame, arguments)


class FollowedIndices:
    """What stands for ``np.r_`` and ``np.c_``."""

    def __init__(self, original: Any, join: str) -> None:
        self._original, self._join = original, join

    def __getitem__(self, key: Any) -> Any:
        if not holds_traced(key):
            return self._original[key]
        from graphstep.engine.capture import arrays

        frame = sys._getframe(1)
        parts = [x if holds_traced(x) else self._original[x] for x in (key if isinstance(key, tuple) else (key,))]
        rows = [arrays.apply("atleast_1d", frame, (arrays.array_of(frame, x),), {}) if holds_traced(x) else x for x in parts]
        return arrays.apply(self._join, frame, (rows,), {})


class FollowedModule:
    """A stand-in for NumPy, or for a module inside it, whose functions follow traced arrays.

    Where the function may put traced numbers into what they make, it ``fills``.
    """

    def __init__(self, original: Any, fills: bool = False) -> None:
        self._original, self._fills = original, fills

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._original, name)
        if name == "linalg":
            return FollowedModule(member, self._fills)
        # In C it takes one float after the other, and asks each traced number for its float.
        if name == "fromiter":
            return lambda cells, *dtype, **options: FollowedModule(self._original).array([*cells], *dtype, **options)
        if name in ("r_", "c_"):
            return FollowedIndices(member, "concatenate" if name == "r_" else "column_stack")
        if name in ("vectorize", "float64"):
            return _stand_in(member, self._fills)
        return FollowedFunction(member, self._fills) if _is_function(member) else member


def _is_function(member: Any) -> bool:
    return isinstance(member, FunctionType | BuiltinFunctionType) or hasattr(member, "nin") or hasattr(member, "_implementation")


class Followed:
    """Lets ``math``, ``statistics``, NumPy and ``type`` be followed in modules of the user's; ``with`` it.

    Where the function may put traced numbers into arrays that it makes, it ``fills``.
    """

    def __init__(self, module: dict[str, Any], fills: bool) -> None:
        self._first, self._fills = module, fills
        self._before: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = []
        self._visited: set[int] = set()
        self._defaults: list[tuple[FunctionType, tuple[Any, ...]]] = []

    def __enter__(self) -> Followed:
        self.enter(self._first)
        self._import = builtins.__import__
        # What is imported inside the function never passes through the names of a module.
        builtins.__import__ = self._imported  # type: ignore[assignment]  # it hands on what it is called with
        return self

    def _imported(self, name: str, within: Any = None, *more: Any, **options: Any) -> Any:
        """What an import inside a function of the user's gets."""
        module = self._import(name, within, *more, **options)
        stand_in = _stand_in(module, self._fills) if within is not None and id(within) in self._visited else None
        return module if stand_in is None else stand_in

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        builtins.__import__ = self._import
        for function, defaults in self._defaults:
            function.__defaults__ = defaults
        for module, before, put in self._before:
            for name, member in put.items():
                # What the function itself assigned meanwhile stays.
                if module.get(name) is not member:
                    continue
                if name in before:
                    module[name] = before[name]
                else:
                    del module[name]

    def enter(self, module: dict[str, Any]) -> None:
        """Follow them in one more module, by its names."""
        if id(module) in self._visited:
            return
        self._visited.add(id(module))
        before = dict(module)
        put = {name: stand_in for name, member in before.items() if (stand_in := _stand_in(member, self._fills)) is not None}
        # A name of the module stands before one that is built in.
        # Where the module has a type of its own, that one is meant.
        put = {"type": FollowedType} | put if "type" not in before else put
        module.update(put)
        self._before.append((module, before, put))
        for function in before.values():
            # What is the default of an argument, act=math.tanh, was looked up when the file was imported.
            if isinstance(function, FunctionType) and function.__globals__ is module and (defaults := function.__defaults__):
                stand_ins = [_stand_in(each, self._fills) for each in defaults]
                if any(each is not None for each in stand_ins):
                    self._defaults.append((function, defaults))
                    function.__defaults__ = tuple(
                        each if stand_in is None else stand_in for each, stand_in in zip(defaults, stand_ins, strict=True)
                    )


@cache
def _originals(module: str) -> dict[int, Callable[..., Any]]:
    """By ``id`` of a function of ``math`` or ``statistics`` what stands for it."""
    return {id(getattr(sys.modules[module], name)): function for name, function in _functions_of(module).items()}


def _stand_in(member: Any, fills: bool) -> Any:
    """What stands for a module or a function of one; None for what is followed as it is."""
    if member is math or (member is not None and member is sys.modules.get("statistics")):
        return FollowedNumbers(member)
    # By identity, as a module may call math.exp whatever it likes.
    for module in _HINTS:
        if module in sys.modules and id(member) in _originals(module):
            return _originals(module)[id(member)]
    numpy = sys.modules.get("numpy")
    if numpy is None or member is None:
        return None
    if member is numpy or member is numpy.linalg:
        return FollowedModule(member, fills)
    if member is numpy.vectorize or isinstance(member, numpy.vectorize):
        return FollowedVectorize if member is numpy.vectorize else FollowedVectorize(member)
    if member is numpy.float64:
        return followed_float64()
    name = getattr(member, "__name__", None)
    if (
        isinstance(name, str)
        and _is_function(member)
        and member in (getattr(numpy, name, None), getattr(numpy.linalg, name, None))
    ):
        return FollowedFunction(member, fills)
    return None
