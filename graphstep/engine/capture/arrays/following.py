"""NumPy's functions as gates: what each is called there, the gates that it is here, and what is refused with its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Traced, first_traced, holds_traced, plain

if TYPE_CHECKING:
    from graphstep.engine.capture.arrays.array import TracedArray

Handler = Callable[..., Any]
"""What follows a function: ``handler(frame, *arguments, **options)``, as the function was called."""

FUNCTIONS: dict[str, Handler] = {}
"""The functions that are followed, by their names in NumPy; those of ``linalg`` with that in front."""


def follows(*names: str) -> Callable[[Handler], Handler]:
    """Enter what follows a function into the table."""

    def register(handler: Handler) -> Handler:
        FUNCTIONS.update(dict.fromkeys(names, handler))
        return handler

    return register


def name_of(function: Any) -> str:
    """The name of a function of NumPy in :data:`FUNCTIONS`."""
    module = getattr(function, "__module__", "") or ""
    return ("linalg." if "linalg" in module else "") + str(function.__name__)


def apply(name: str, frame: FrameType, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """Follow a call of a function; CaptureError with the line where it is not followed."""
    handler = FUNCTIONS.get(name)
    if handler is None:
        hint = f"operators are, and {', '.join(sorted(FUNCTIONS))}"
        raise CaptureError(f"np.{name} at {at_work(frame)} is not followed", hint=hint)
    return handler(frame, *arguments, **options)


def emit(frame: FrameType, gate: str, operands: Sequence[Any], value: Any, **options: Any) -> TracedArray:
    """Record a gate."""
    recorder = first_traced(operands).recorder
    traced: Any = recorder.node(gate, tuple(operands), value, frame, "", tuple(sorted(options.items())))
    return cast("TracedArray", traced)


def check_plain(name: str, frame: FrameType, **options: Any) -> None:
    """Raise CaptureError for options that are given and not followed."""
    unwanted = [key for key, value in options.items() if value is not None and value is not np._NoValue]
    if unwanted:
        raise CaptureError(f"np.{name} with {unwanted[0]} at {at_work(frame)} is not followed", hint=f"leave {unwanted[0]} out")


def unfollowed(name: str, frame: FrameType) -> Any:
    """Raise CaptureError for a function that is not followed."""
    raise CaptureError(f"np.{name} at {at_work(frame)} is not followed", hint="write it with operators")


def array_of(frame: FrameType, value: Any) -> Any:
    """What NumPy makes an array of: lists of traced values are stacked, anything else is itself."""
    if not isinstance(value, list | tuple):
        return value
    if not holds_traced(value):
        return np.array(value)
    return stack(frame, [array_of(frame, x) for x in value])


def as_array(value: Any) -> Any:
    """A traced number as one of NumPy's; an array is itself."""
    if type(value) is not Traced:
        return value
    return value.recorder.traced(value.node, np.float64(value.value))


@follows("stack")
def stack(frame: FrameType, parts: Any, axis: int = 0, out: Any = None, **more: Any) -> Any:
    """``np.stack``."""
    check_plain("stack", frame, out=out, **more)
    parts = [array_of(frame, x) for x in parts]
    value = np.stack([np.asarray(plain(x)) for x in parts], axis)
    return emit(frame, "stack", parts, value, **({"axis": int(axis)} if axis else {}))


@follows("reshape")
def reshape(frame: FrameType, x: Any, *shape: Any, order: str = "C", **more: Any) -> Any:
    """``np.reshape``."""
    check_plain(
        "reshape",
        frame,
        order=None if order == "C" else order,
        **{k: v for k, v in more.items() if k not in ("shape", "newshape")},
    )
    wanted = more.get("shape", more.get("newshape", shape[0] if len(shape) == 1 else shape))
    value = np.reshape(plain(x), wanted)
    return x if value.shape == x.shape else emit(frame, "reshape", (x,), value, shape=tuple(map(int, value.shape)))
