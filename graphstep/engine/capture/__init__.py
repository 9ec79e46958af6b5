"""A Python function becomes a program: it is called once with traced numbers, and each operation is a gate."""

from __future__ import annotations

import functools
import inspect
import sys
from numbers import Real
from typing import TYPE_CHECKING, Any

from graphstep.engine.capture.building import program_of
from graphstep.engine.capture.functions import followed
from graphstep.engine.capture.places import is_library
from graphstep.engine.capture.recording import CaptureError, Operation, Recording, Source
from graphstep.engine.capture.sources import locate
from graphstep.engine.capture.traced import Recorder, Traced, plain
from graphstep.ground import limits
from graphstep.ground.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

__all__ = ["CaptureError", "Operation", "Recording", "Source", "program_of", "record"]


def record(
    function: Callable[..., Any],
    arguments: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
    fixed: Collection[str] = (),
) -> Recording:
    """Call a function once, and record what it computes from the arguments that are numbers.

    Those named in ``fixed``, and what is no number, is handed on as it is. InputError for arguments that do not fit, CaptureError
    for what a traced number cannot follow; what the function itself raises passes through.
    """
    bound = _bound(function, arguments, named or {})
    if unknown := sorted({*fixed} - {*bound.signature.parameters}):
        hint = f"its arguments are {', '.join(bound.signature.parameters)}"
        raise InputError(f"{quoted(unknown[0])} is no argument of the function", hint=hint)
    inputs: dict[str, float] = {}
    for name, value in bound.arguments.items():
        if name in fixed:
            continue
        if isinstance(value, Real) and not isinstance(value, bool):
            if len(name) > limits.NAME:
                raise InputError(f"the name of an argument has at most {limits.NAME} characters: {quoted(name)}")
            inputs[name] = float(value)
        elif _holds_numbers(value):
            hint = f"give each number an argument of its own, or hand it on as it is: fixed=[{name!r}]"
            raise InputError(f"the argument {quoted(name)} is no single number; lists and arrays are not captured yet", hint=hint)
    recording = Recording(getattr(function, "__name__", type(function).__name__), inputs)
    recorder = Recorder(recording)
    bound.arguments.update(recorder.traced_inputs())
    try:
        with followed(_module(function)):
            result = function(*bound.args, **bound.kwargs)
    finally:
        recorder.ended = True
    if isinstance(result, Traced) and result.recorder is recorder:
        recording.output = result.node
    elif isinstance(result, Real):
        recording.output = float(plain(result))
    else:
        hint = "what is differentiated is one number: return the loss"
        raise CaptureError(f"{recording.function} returned {_kind(result)}, and no number", hint=hint)
    recording.sources = locate(recording.operations, recorder.places)
    return recording


def _bound(function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> inspect.BoundArguments:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        raise InputError(f"{quoted(repr(function))} is no Python function") from None
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            hint = "give it a function that names its arguments: lambda x, y: f(x, y)"
            raise InputError(f"the argument {quoted(name)} stands for any number of arguments", hint=hint)
    try:
        return signature.bind(*arguments, **named)
    except TypeError as error:
        hint = f"its arguments are {', '.join(signature.parameters) or 'none'}"
        raise InputError(
            f"the arguments do not fit {getattr(function, '__name__', 'the function')}: {error}", hint=hint
        ) from None


def _module(function: Callable[..., Any]) -> dict[str, Any]:
    """The names of the module of a function, behind decorators, methods and partials."""
    inner: Any = inspect.unwrap(function)
    while isinstance(inner, functools.partial):
        inner = inspect.unwrap(inner.func)
    inner = getattr(inner, "__func__", inner)
    if not hasattr(inner, "__globals__"):
        inner = getattr(type(inner).__call__, "__func__", type(inner).__call__)
    names: dict[str, Any] | None = getattr(inner, "__globals__", None)
    if names is None or is_library(inner.__code__.co_filename):
        raise InputError(f"{quoted(repr(function))} is no function of yours", hint="wrap it: lambda x: f(x)")
    return names


def _holds_numbers(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(isinstance(x, Real) or _holds_numbers(x) for x in value)
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
