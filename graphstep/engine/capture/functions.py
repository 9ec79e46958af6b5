"""``math`` for traced numbers: while a function runs, it stands in its module for ``math`` and what was imported from it.

The real ``math.exp(x)`` takes ``float(x)``, and forgets where the number came from.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Recorder, Traced, plain

_ALIKE = "exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc"

GATES = {**{name: name for name in (*_ALIKE.split(), "hypot", "floor", "ceil")}, "fabs": "abs", "pow": "pow"}
"""The gates of functions of ``math``, by their names there."""

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
    """What stands for the module ``math``."""

    def __getattr__(self, name: str) -> Any:
        return _FUNCTIONS.get(name) or getattr(math, name)


@contextmanager
def followed(module: dict[str, Any]) -> Iterator[None]:
    """Let ``math``, and what a module imported from it, be followed while a function of that module runs."""
    before = dict(module)
    originals = {id(getattr(math, name)): function for name, function in _FUNCTIONS.items()}
    put = {name: FollowedMath() if what is math else originals.get(id(what)) for name, what in before.items()}
    put = {name: what for name, what in put.items() if what is not None}
    module.update(put)
    try:
        yield
    finally:
        for name, what in put.items():
            # What the function itself assigned meanwhile stays.
            if module.get(name) is what:
                module[name] = before[name]
