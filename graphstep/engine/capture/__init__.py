"""A Python function becomes a program: it is called once with traced numbers, and each operation is a gate."""

from __future__ import annotations

import functools
import inspect
import struct
import sys
import traceback
from itertools import islice
from numbers import Real
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from graphstep.engine.capture.arguments import traced_arguments
from graphstep.engine.capture.creation import Created
from graphstep.engine.capture.frameworks import adapters, is_for_pytorch
from graphstep.engine.capture.functions import Followed
from graphstep.engine.capture.names import names_of
from graphstep.engine.capture.objects import VALUES, ArraysError, Engine, engine_of, record_objects
from graphstep.engine.capture.recorder import holds_poison, unseen
from graphstep.engine.capture.recording import CaptureError, Operation, Recording
from graphstep.engine.capture.sources import locate
from graphstep.engine.capture.tensors import end_at, held_by
from graphstep.engine.capture.traced import PLAIN, Fillable, Traced, plain
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.modules import is_library

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from graphstep.engine.capture.recorder import Recorder
    from graphstep.engine.capture.watch import Watch


@collector_paused()
def record(
    function: Callable[..., Any],
    arguments: Sequence[Any] = (),
    named: Mapping[str, Any] | None = None,
    fixed: Collection[str] = (),
) -> Recording:
    """Call a function once, and record what it computes from the arguments that are numbers and arrays.

    Those named in ``fixed``, and what is no number, is handed on as it is. InputError for arguments that do not fit, CaptureError
    for what a traced number cannot follow; what the function itself raises passes through.
    """
    bound = _bound(function, arguments, named or {})
    owner, method = _method(function)
    if unknown := sorted({*fixed} - {*bound.signature.parameters, *owner}):
        hint = f"its arguments are {', '.join((*owner, *bound.signature.parameters))}"
        raise InputError(f"{quoted(unknown[0])} is no argument of the function", hint=hint)
    name = called(function)
    # Before anything is traced: a tensor of a framework is a number or an array for none of the questions below.
    if is_for_pytorch(function, bound.arguments, _module(function)):
        return record_tensors(function, bound.args, bound.kwargs)
    for adapter in adapters():
        if adapter.is_for(function, bound.arguments, _module(function)):
            _refuse_any_number(bound.signature)
            recorded: Recording = adapter.record(function, bound, name, fixed)
            return recorded
    followed = {each: value for each, value in {**owner, **bound.arguments}.items() if each not in fixed}
    recorder, traced = traced_arguments(name, followed)
    # A method is called with a traced copy of its object, which it would not be bound to by itself.
    own = [traced.pop(each, value) for each, value in owner.items()]
    bound.arguments.update(traced)
    created = Created()
    watch = created.watch
    recorder.scope, recorder.inner = watch.scope, created.inner
    try:
        result = _called(functools.partial(method, *own), bound.args, bound.kwargs, watch, recorder)
    except (TypeError, AttributeError, NotImplementedError, struct.error) as error:
        # Whether it works by itself is not tried: what it prints and writes it would print and write again.
        error.add_note(f"A traced number may be what it fails with{_line_of(error)}. If it works without a capture: {PLAIN}.")
        raise
    held = result if isinstance(result, Traced) else held_by(result)
    if held is not result and (engine := engine_of(result)) is not None:
        # A graph of its own, whose values may hold traced numbers: what they stand for is asked, also by its own functions.
        recorder.ended = False
        engine.created, engine.creations = created.values, created.by_id
        try:
            recording = record_value(engine, result, name, [_module(function), watch.variables])
        except ArraysError:
            # A tensor of an engine that computes with NumPy, of what was traced, holds what was computed.
            if held is None:
                raise
        else:
            recording.scopes = watch.scopes
            return recording
    recording = recorder.recording
    recording.scopes = watch.scopes
    if held is not None and held.recorder is recorder:
        recording.output = held.node
        if held is not result:
            end_at(recorder, held, result, created.values)
    elif isinstance(result, Real):
        recording.output = float(plain(result))
        # A C function may have added up the memory of an array that holds traced numbers, where it finds this nan.
        if recording.output != recording.output and holds_poison(recording.output):
            raise unseen()
    else:
        hint = "what is differentiated is one number: return the loss"
        if result is not None:
            hint += f"; of an engine a value has a number ({', '.join(VALUES[:4])} …) and what it was made of (_prev, parents …)"
        raise CaptureError(f"{recording.function} returned {_kind(result)}, and no number", hint=hint)
    recording.sources = locate(recording.operations, recorder.places)
    return recording


def record_value(engine: Engine, value: Any, function: str, namespaces: Iterable[Mapping[str, Any]]) -> Recording:
    """The recording of the graph under a value of an autograd engine; namespaces have its variables."""
    recording, places = record_objects(engine, value, function, names_of(engine.kind, namespaces))
    recording.sources = locate(recording.operations, places)
    return recording


@collector_paused()
def record_tensors(function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> Recording:
    """The recording of a function that computes with PyTorch, whose arguments are handed on as they are; raises CaptureError as
    :func:`record` does.
    """
    from graphstep.engine.capture import pytorch

    tape, watch = pytorch.Tape(called(function), getattr(function, "__code__", None)), Created().watch
    tape.watch(watch)
    with pytorch.mode_of(tape):
        result = _called(function, arguments, named, watch, tape)
    recording = pytorch.ended(tape, result)
    recording.scopes = watch.scopes
    recording.sources = locate(recording.operations, tape.places)
    recording.is_of_pytorch = True
    return recording


def _called(
    function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any], watch: Watch, recorder: Recorder
) -> Any:
    """What a function returns, followed."""
    try:
        # The stand-ins come first: what puts them into modules is no call of the user's, and is not to be followed.
        with Followed(_module(function), recorder.stands_in) as module, watch:
            watch.entered = module.enter
            result = function(*arguments, **named)
        if isinstance(result, Fillable) and watch.frame is not None:
            result = result.now(watch.frame)
    except Exception as error:  # the user's function may raise anything, and all that is not ours goes on as it is
        # NumPy says that something else went wrong, because of what we said.
        if isinstance(error.__cause__, CaptureError):
            raise error.__cause__ from None
        if isinstance(error, TypeError) and Traced.__name__ in str(error):
            raise CaptureError(
                f"a function that takes no traced number is called{_line_of(error)}: {error}", hint=PLAIN
            ) from None
        raise
    finally:
        # Also where it failed: what the caller still holds of the call may be traced.
        recorder.ended = True
    if watch.refused is not None:
        # The function went on, on a way that it would not have taken.
        raise watch.refused
    return result


def _method(function: Callable[..., Any]) -> tuple[dict[str, Any], Callable[..., Any]]:
    """The object that a method is bound to, by what the method calls it, and the method without it; nothing for a function."""
    owner, inner = getattr(function, "__self__", None), getattr(function, "__func__", None)
    if inner is None:
        # An object that is called as a function is; asked of its class, as Python looks it up there.
        owner, inner = function, inspect.getattr_static(type(function), "__call__", None)
    if not isinstance(inner, FunctionType) or isinstance(owner, type | FunctionType):
        return {}, function
    return {next(iter(inspect.signature(inner).parameters), "self"): owner}, inner


def _line_of(error: Exception) -> str:
    """The innermost of the user's lines that an error comes from."""
    lines = (each for each in reversed(traceback.extract_tb(error.__traceback__)) if not is_library(each.filename))
    return "".join(f" at {Path(each.filename).name}:{each.lineno}" for each in islice(lines, 1))


def _bound(function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> inspect.BoundArguments:
    try:
        # A module's own call takes whatever there is; what its arguments are called says its forward.
        signature = inspect.signature(getattr(function, "forward", function) if _is_module(function) else function)
    except (TypeError, ValueError):
        raise InputError(f"{quoted(repr(function))} is no Python function") from None
    try:
        return signature.bind(*arguments, **named)
    except TypeError as error:
        hint = f"its arguments are {', '.join(signature.parameters) or 'none'}"
        raise InputError(
            f"the arguments do not fit {getattr(function, '__name__', 'the function')}: {error}", hint=hint
        ) from None


def _refuse_any_number(signature: inspect.Signature) -> None:
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            hint = "give it a function that names its arguments: lambda x, y: f(x, y)"
            raise InputError(f"the argument {quoted(name)} stands for any number of arguments", hint=hint)


def _is_module(function: Any) -> bool:
    """Whether a function is a module of PyTorch's."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(function, torch.nn.Module)


def called(function: Any) -> str:
    """What a function is called; a module of PyTorch's by its class."""
    return str(getattr(function, "__name__", type(function).__name__))


def _module(function: Callable[..., Any]) -> dict[str, Any]:
    """The names of the module of a function, behind decorators, methods and partials."""
    if _is_module(function):
        return {}
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


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
