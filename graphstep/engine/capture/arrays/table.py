"""NumPy's functions as gates: what each is called there, the gates that it is here, and what is refused with its line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, cast

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recorder import outside
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Fillable, Traced, first_traced, holds_traced, plain
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np

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


_DECOMPOSITIONS = tuple(f"linalg.{each}" for each in ("eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals", "qr", "cond"))
_NO_SLOPE = "graphstep has no slope of it; PyTorch and JAX have one, and a function that computes with theirs is captured too"
UNFOLLOWED = "write it with operators, sums, products and indices; docs/capture.md says which functions are followed"
"""What would do in place of a function that is not followed."""

_ROUNDING = 1e-9
"""By how much, relative to its largest cell, a function may come to another number than the gates that stand for it."""


_ALSO_OUTSIDE = "cross outer tensordot"
"""Functions of ``linalg`` that do what those of the same names outside of it do."""


def name_of(function: Any) -> str:
    """The name of a function of NumPy in :data:`FUNCTIONS`."""
    module = str(getattr(function, "__module__", "") or "")
    name = str(function.__name__)
    if module not in ("numpy.linalg", "numpy.fft") or (module == "numpy.linalg" and name in _ALSO_OUTSIDE.split()):
        return name
    return f"{module.removeprefix('numpy.')}.{name}"


def apply(name: str, frame: FrameType, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Follow a call of a function; CaptureError with the line where it is not followed."""
    handler = FUNCTIONS.get(name)
    if handler is None:
        unfollowed(name, frame)
    original, leading = _original(name)
    arguments, options = [as_array(current(frame, x)) for x in arguments], {key: current(frame, x) for key, x in options.items()}
    if (
        arguments
        and options.get("dtype") is not None
        and isinstance(arguments[0], Traced)
        and arguments[0].value.dtype == options["dtype"]
    ):
        del options["dtype"]
    # NumPy lets np.sum(x, axis=0) and np.sum(x, 0) be one call: handlers get both by place.
    for parameter in leading[len(arguments) :]:
        # Those behind a gap keep their names: a place can only be taken from the left.
        if parameter not in options:
            break
        arguments.append(options.pop(parameter))
    if original is None or any(isinstance(x, Iterator) for x in arguments):
        return handler(frame, *arguments, **options)
    # What is wrong with the call NumPy itself says best.
    own = original(*map(plain, arguments), **{key: plain(x) for key, x in options.items()})
    try:
        _signature(handler).bind(frame, *arguments, **options)
    except TypeError:
        raise CaptureError(f"np.{name} with these options at {at_work(frame)} is not followed", hint=UNFOLLOWED) from None
    # What has a node from here on was made for this call.
    first = len(first_traced((*arguments, *options.values())).recorder.values)
    result = settled(name, frame, handler(frame, *arguments, **options), own, first)
    # A view of NumPy's is one here: a write to either would be seen in both.
    for x in arguments:
        if isinstance(x, Traced) and isinstance(own, np.ndarray) and np.may_share_memory(own, x.value):
            cast("TracedArray", x).seen_in(result)
    return result


_signature = cache(inspect.signature)


@cache
def _original(name: str) -> tuple[Callable[..., Any] | None, tuple[str, ...]]:
    """The function of a name, None where only arrays have it; and its arguments that may stand at a place."""
    member: Any = np
    for part in name.split("."):
        member = getattr(member, part, None)
    try:
        parameters = inspect.signature(member).parameters.values()
    except (TypeError, ValueError):
        return member, ()
    # One that has no name for its caller, as the first of np.bincount, has its place all the same.
    return member, tuple(x.name for x in parameters if x.kind in (x.POSITIONAL_ONLY, x.POSITIONAL_OR_KEYWORD))


def settled(name: str, frame: FrameType, result: Any, own: Any, first: int) -> Any:
    """A result with NumPy's own numbers. CaptureError where its gates come to others.

    They may differ in the last place, as several gates stand for one function; ``first`` is the first node of these.
    """
    if isinstance(result, list | tuple):
        for each, theirs in zip(result, own, strict=True):
            settled(name, frame, each, theirs, first)
        return result
    if not isinstance(result, Traced):
        return result
    recorder, mine = result.recorder, result.value
    same = np.shape(mine) == np.shape(own) and np.array_equal(mine, own, equal_nan=True)
    place = at_work(outside(frame, recorder.inner))
    if not same:
        scale = float(np.max(np.abs(own), initial=0.0, where=np.isfinite(own)))
        # float32 and float16 round sums much earlier.
        atol = _ROUNDING * scale if np.asarray(own).dtype.itemsize == 8 else 1e-3 * scale
        close = np.shape(mine) == np.shape(own) and np.allclose(mine, own, rtol=_ROUNDING, atol=atol, equal_nan=True)
        if not close or result.node < first:
            raise CaptureError(f"np.{name} at {place} comes to other numbers than the gates that stand for it", hint=UNFOLLOWED)
    if result.node < first:
        return result
    operation = recorder.recording.operations[result.node - len(recorder.recording.inputs)]
    if not same or getattr(mine, "dtype", None) != getattr(own, "dtype", None):
        result.value = recorder.values[result.node] = own
        operation.value, operation.dtype = widened(own), str(own.dtype)
    if place.called == name.rpartition(".")[2]:
        operation.variable = place.variable
    return result


def emit(frame: FrameType, gate: str, operands: Sequence[Any], value: Any, **options: Any) -> TracedArray:
    """Record a gate."""
    recorder = first_traced(operands).recorder
    traced: Any = recorder.node(gate, tuple(operands), value, frame, "", tuple(sorted(options.items())))
    return cast("TracedArray", traced)


def computed(frame: FrameType, rule: Rule, operands: Sequence[Any], **options: Any) -> Any:
    """Record a gate with the value that it has for these operands; of plain operands that value."""
    value = rule.value(NUMBERS, [np.asarray(widened(plain(x))) for x in operands], rule.settings(tuple(options.items())))
    value = np.asarray(value)[()]
    return emit(frame, rule.name, operands, value, **options) if holds_traced(operands) else value


def check_plain(name: str, frame: FrameType, **options: Any) -> None:
    """Raise CaptureError for options that are given and not followed."""
    unwanted = [key for key, value in options.items() if value is not None and value is not np._NoValue]
    if unwanted:
        raise CaptureError(f"np.{name} with {unwanted[0]} at {at_work(frame)} is not followed", hint=f"leave {unwanted[0]} out")


def unfollowed(name: str, frame: FrameType) -> NoReturn:
    """Raise CaptureError for a function that is not followed."""
    hint = _NO_SLOPE if name.startswith("fft.") or name in _DECOMPOSITIONS else UNFOLLOWED
    # SciPy's functions of cells come here too.
    module = "np." if hasattr(np, name.partition(" ")[0].partition(".")[0]) else ""
    raise CaptureError(f"{module}{name} at {at_work(frame)} is not followed", hint=hint)


def array_of(frame: FrameType, value: Any) -> Any:
    """What NumPy makes an array of: lists of traced values are stacked, anything else is itself."""
    if not isinstance(value, list | tuple):
        return value.now(frame) if isinstance(value, Fillable) else value
    if not holds_traced(value):
        return np.array(value)
    return stack(frame, [array_of(frame, x) for x in value])


def current(frame: FrameType, value: Any) -> Any:
    """What an array that the function has filled is now, alone or in a list; anything else is itself."""
    if type(value) in (list, tuple) and holds_traced(value):
        return type(value)(current(frame, x) for x in value)
    return value.now(frame) if isinstance(value, Fillable) else value


def as_array(value: Any) -> Any:
    """A traced number as one of NumPy's; anything else is itself."""
    if not isinstance(value, Traced) or isinstance(value.value, np.ndarray | np.generic):
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
def _reshape(frame: FrameType, x: Any, shape: Any, order: str = "C", **more: Any) -> Any:
    check_plain("reshape", frame, **more)
    return reshape(frame, x, *np.ravel(shape).astype(int).tolist(), order=order)


def reshape(frame: FrameType, x: Any, *shape: int, order: str = "C") -> Any:
    """An array in another shape."""
    check_plain("reshape", frame, order=None if order in ("C", "F") else order)
    if order == "F" and x.ndim:
        # The first index goes round fastest: that of the reversed axes, in which the last one does.
        sizes = np.reshape(plain(x), shape, order="F").shape
        return FUNCTIONS["transpose"](frame, reshape(frame, FUNCTIONS["transpose"](frame, x), *sizes[::-1]))
    value = np.reshape(plain(x), shape)
    return x if value.shape == x.shape else emit(frame, "reshape", (x,), value, shape=tuple(map(int, value.shape)))
