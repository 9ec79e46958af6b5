"""What a gate reads in its slots, and the shapes of values: the few types that every room shares."""

from __future__ import annotations

from typing import NamedTuple

from graphstep.ground.errors import Span
from graphstep.ground.records import record


@record(frozen=True, slots=True)
class Constant:
    """A number in the text. It gets no gradient."""

    value: float
    """Its value as IEEE double."""
    text: str
    """Its spelling: ``0.10``, ``1/3``, ``pi``, or the name that was assigned to it."""
    span: Span | None = None
    """Where it stands."""


Operand = int | Constant
"""What a gate reads in one slot: the index of a node, or a constant."""

Shape = tuple[int, ...]
"""The shape of a value, as in NumPy: () for a number, (3,) for a vector, (2, 3) for a matrix of two rows."""


class Chosen(NamedTuple):
    """Several places on one axis, in an order of their own: ``[2, 0, 2]`` inside an index."""

    places: tuple[int, ...]
    """The indices."""


class Slot(NamedTuple):
    """An entry of an index that a node says."""

    slot: int
    """The slot of the gate that reads it."""


class Slice(NamedTuple):
    """``start:stop:step`` inside brackets; None for what was left out."""

    start: int | None
    """The first index."""
    stop: int | None
    """The index behind the last one."""
    step: int | None
    """The distance from one to the next."""
