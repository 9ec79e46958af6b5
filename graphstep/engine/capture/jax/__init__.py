"""JAX: a function whose loss is an array of JAX's becomes a recording, with JAX's own values and gradients.

Its jaxpr is interpreted equation by equation. A primitive that we have a gate for is that gate, where the gate comes to JAX's
value and sends back what JAX's own rule for the primitive does; any other is a gate known by JAX's numbers only
(:mod:`graphstep.gates.opaque`). Lines come from what each equation says of its source. ``primitives`` is the table.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from graphstep.engine.capture.frameworks import reached, seen_by
from graphstep.engine.capture.jax.interpreter import Interpreter
from graphstep.engine.capture.names import free_name
from graphstep.engine.capture.recording import CaptureError, Recording
from graphstep.engine.capture.sources import locate
from graphstep.ground import limits
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np
from graphstep.ground.modules import is_library


def record(function: Callable[..., Any], bound: inspect.BoundArguments, name: str, fixed: Collection[str]) -> Recording:
    """The recording of a call. Arguments of floating point are traced, in lists and dictionaries too; others are as they are.

    CaptureError where it returns no number, or where JAX has no gradient; what JAX says of the function itself passes through.
    """
    jax = sys.modules["jax"]
    inputs: dict[str, Any] = {}
    held: dict[str, tuple[Any, list[tuple[int, str]], list[Any]]] = {}
    for argument, value in bound.arguments.items():
        paths, tree = jax.tree_util.tree_flatten_with_path(value)
        leaves, places = [leaf for _, leaf in paths], list[tuple[int, str]]()
        for place, (path, leaf) in enumerate(paths):
            if argument not in fixed and _is_floating(leaf):
                key = _name(argument, jax.tree_util.keystr(path), inputs)
                inputs[key] = jax.numpy.asarray(leaf)
                places.append((place, key))
        held[argument] = tree, places, leaves
    if not inputs:
        hint = "give it its parameters as arguments: gs.capture(loss, params, x)"
        raise CaptureError(f"{name} has no argument of floating point, so that nothing is differentiated", hint=hint)
    order = [*inputs]

    def called(*numbers: Any) -> Any:
        by_name = dict(zip(order, numbers, strict=True))
        own = {}
        for argument, (tree, places, leaves) in held.items():
            filled = list(leaves)
            for place, key in places:
                filled[place] = by_name[key]
            own[argument] = jax.tree_util.tree_unflatten(tree, filled)
        bound.arguments.update(own)
        result = function(*bound.args, **bound.kwargs)
        if not hasattr(result, "dtype") or result.size != 1 or result.dtype.kind == "i":
            hint = "what is differentiated is one number: return the loss"
            raise CaptureError(f"{name} returned {_kind(result)}, and no number", hint=hint)
        # jax.grad takes a number only, and a loss may have kept an axis of length 1.
        return result.reshape(())

    values = [*inputs.values()]
    try:
        closed = jax.make_jaxpr(called)(*values)
    except jax.errors.JAXTypeError as error:
        hint = "leave float(…) out, and write jnp.where in place of an if; what is not differentiated may be fixed: fixed=['n']"
        raise CaptureError(f"{name} asks for the number that a traced value has{_place_of(error)}", hint=hint) from error
    # A jaxpr holds on to the arrays that a function sees, as the objects that they are.
    names = {id(value): variable for variable, value in seen_by(function) if hasattr(value, "shape")}
    recording = Recording(name, {key: widened(np.asarray(value, np.float64)[()]) for key, value in inputs.items()})
    recording.dtypes = {key: str(value.dtype) for key, value in inputs.items()}
    interpreter = Interpreter(jax, recording, names)
    interpreter.run(closed, values)
    recording.scopes = interpreter.scopes.all
    interpreter.send_back()
    # Asked of the whole function, and not of the equations one by one: what these add up to is held against it.
    own = jax.grad(called, argnums=tuple(range(len(values))))(*values)
    recording.gradients = {key: widened(np.asarray(each, np.float64)[()]) for key, each in zip(order, own, strict=True)}
    recording.sources = locate(recording.operations, interpreter.places)
    return recording


def _place_of(error: BaseException) -> str:
    """The innermost of the user's lines at which an error was raised: `` at f.py:7``; empty where none was at work."""
    frames = ((each.tb_frame.f_code.co_filename, each.tb_lineno) for each in _tracebacks(error))
    users = [(file, line) for file, line in frames if not is_library(file)]
    return f" at {Path(users[-1][0]).name}:{users[-1][1]}" if users else ""


def _tracebacks(error: BaseException) -> Iterator[TracebackType]:
    here = error.__traceback__
    while here is not None:
        yield here
        here = here.tb_next


def _is_floating(leaf: Any) -> bool:
    return isinstance(leaf, float) or (hasattr(leaf, "dtype") and str(leaf.dtype).startswith(("float", "bfloat")))


def _name(argument: str, path: str, names: Collection[str]) -> str:
    """A name of ours for a leaf of an argument: ``params["h"][0]`` is ``params_h_0``, of a long path its end."""
    words = re.findall(r"\w+", path)
    whole = next(x for k in range(len(words) + 1) if len(x := "_".join([argument, *words][k:])) <= limits.NAME or k == len(words))
    whole = whole[-limits.NAME :] if not whole[0].isdigit() else f"p_{whole}"[: limits.NAME]
    return free_name(whole, names)


def _kind(result: Any) -> str:
    return (
        f"an array of {'×'.join(map(str, result.shape))}" if hasattr(result, "shape") and result.shape else type(result).__name__
    )


def is_for(function: Callable[..., Any], arguments: Mapping[str, Any], namespace: Mapping[str, Any]) -> bool:
    """Whether a function computes with JAX: an argument, or what the function sees, is of it."""
    jax = sys.modules["jax"]
    return any(
        isinstance(each, jax.Array) or (type(each) is type(sys) and each.__name__.partition(".")[0] == "jax")
        for each in reached(function, arguments, namespace)
    )
