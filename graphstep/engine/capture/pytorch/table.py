"""Which gates a function of PyTorch's is: the table, by its name there, and what enters into it.

A function that is not in it is what the reader of texts makes of it (:func:`text_handler`). What that does not know, and what is
called in a way that no gate has, is known by PyTorch's numbers only.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from functools import cache
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import apply
from graphstep.engine.capture.arrays.table import computed
from graphstep.engine.capture.arrays.texts import as_text
from graphstep.engine.capture.traced import Traced, first_traced
from graphstep.gates import GATES
from graphstep.gates.rule import Rule
from graphstep.ground.errors import ReadError
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

Handler = Callable[..., Any]
"""Records a call: ``handler(frame, *arguments, **options)``, as it was called, tensors as traced values."""


class UnfollowedError(Exception):
    """A call in a way that no gate has."""


NATIVE: dict[str, Handler] = {}
"""The functions that return one tensor."""

PARTS: dict[str, Handler] = {}
"""Those that return several; ``number`` is which of them it is, ``parts`` are the shapes of all."""

WITH_RESULT: set[Handler] = set()
"""Those that are told what PyTorch came to, as ``made``."""


@dataclass(frozen=True, slots=True)
class Made:
    """What PyTorch came to in a call."""

    value: Any
    """Its value."""
    dtype: str
    """The type of its cells."""
    slopes: Callable[[int], Any]
    """By what each cell of an argument was multiplied, of a call that treats every cell alike: a mask that was drawn."""


def native(*names: str) -> Callable[[Handler], Handler]:
    """Enter what records a function into the table."""

    def register(handler: Handler) -> Handler:
        NATIVE.update(dict.fromkeys(names, handler))
        return handler

    return register


def plainly(**options: Any) -> None:
    """Raise UnfollowedError for options that are given and that no gate has."""
    if any(value is not None and value is not False for key, value in options.items() if key not in ("inplace", "_stacklevel")):
        raise UnfollowedError


TIED = frozenset({"max", "min", "amax", "amin", "clip", "hypot"})
"""The gates whose slopes at a tie, at an edge or at the origin are others than PyTorch's."""


def text_handler(name: str, function: Any) -> Handler:
    """What records a function as the reader of texts knows it; UnfollowedError where it does not."""
    # Functions in modules inside of it begin with the module: linalg_norm.
    path = re.sub("^(linalg|special)_", r"\1.", name)
    defaults = _defaults(function)

    def handler(frame: FrameType, *arguments: Any, **options: Any) -> Any:
        options = {key: x for key, x in options.items() if x is not None and x is not defaults.get(key)}
        operations = first_traced((*arguments, *options.values())).recorder.recording.operations
        first = len(operations)
        try:
            result = as_text(f"torch.{path}", frame, arguments, options)
        except ReadError as error:
            raise UnfollowedError from error
        gates = [each.gate for each in operations[first:]]
        # One gate is held against PyTorch's slopes where it has a convention; among several nobody would see that it differs.
        if len(gates) > 1 and not TIED.isdisjoint(gates):
            raise UnfollowedError
        return result

    return handler


@cache
def _defaults(function: Any) -> dict[str, Any]:
    """What a function written in Python takes for what it is not told: PyTorch hands that on as if it were told."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {key: each.default for key, each in parameters.items()}


def rule_of(gate: str) -> Rule:
    """The rule of a gate of ours."""
    return GATES[gate]


def gate(frame: FrameType, name: str, operands: Sequence[Any], **options: Any) -> Any:
    """Record one gate, with the value that it has for these operands."""
    return computed(frame, GATES[name], operands, **options)


def axes(dim: Any, keepdim: bool) -> dict[str, Any]:
    """The options of a gate over axes."""
    axis = {} if dim is None or dim == () else {"axis": tuple(map(int, dim)) if isinstance(dim, list | tuple) else int(dim)}
    return {**axis, **({"keepdims": True} if keepdim else {})}


def extreme(name: str, frame: FrameType, x: Any, *other: Any, **options: Any) -> Any:
    """``max`` and ``min`` of all cells, or of two tensors."""
    plainly(**options)
    if not other:
        return gate(frame, f"a{name}", (x,))
    if len(other) == 1 and (isinstance(other[0], Traced) or np.shape(other[0])):
        return gate(frame, name, (x, *other))
    raise UnfollowedError


def transposed(frame: FrameType, x: Any, order: Any = None) -> Any:
    """A tensor with its axes in another order, the reverse unless given."""
    if isinstance(x, Traced):
        return apply("transpose", frame, (x,) if order is None else (x, order), {})
    return np.transpose(x, order)
