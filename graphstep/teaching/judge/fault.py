"""What a fault is: one thing that an engine does wrong, in a form that a machine can do as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphstep.ground.records import dataclass

BACKWARD = "backward"
"""Where a fault is that belongs to no operation."""

BROADCAST = "broadcast"
"""Where a fault is that all operations have that copy an input to the shape of another."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is at hand where a contribution is made: numbers, or arrays cell by cell."""

    upstream: Any
    """The gradient of the gate's value."""
    local: Any
    """The local gradient towards this input."""
    other: Any
    """The local gradient towards the other input; that towards this one where there is no other."""
    inputs: tuple[Any, ...]
    """The values of the inputs."""
    slot: int
    """Which input this is."""
    out: Any
    """The value of the gate."""
    pull: Callable[[Any], Any] | None = None
    """The contribution that an upstream gradient is right for, of a gate whose local gradients are no numbers of single cells."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that an engine does wrong."""

    operation: str
    """The operation, or :data:`BACKWARD`."""
    slot: int | None
    """The input that gets a wrong gradient; None for both, and where it is none of inputs."""
    key: str
    """The message that says what is wrong."""
    value: Callable[[Sequence[Any], Any], Any] | None = None
    """What it computes, from its inputs and the right value."""
    taken: bool = False
    """Whether its local gradients are made of that wrong value, where they are made of a value."""
    sent: Callable[[Moment], Any] | None = None
    """What it sends, in place of upstream × local."""
    mode: str = "add"
    """What becomes of what is sent: add, overwrite, multiply; exchange and misplace send it to another input, forget leaves that
    input out of the graph, twin sends the second contribution twice where both inputs are one value."""
    order: str = ""
    """Of the backward pass: the order of the gates."""
    seed: Callable[[Any], Any] | None = None
    """Of the backward pass: the gradient of the output, from its value."""
    gathered: Callable[[Any, tuple[int, ...]], Any] | None = None
    """What becomes of the contribution to an input that was broadcast, in place of its sum over the copies: from the contribution
    to all copies, and the shape of the input."""
    start: float = 0.0
    """Of the backward pass: the gradient that a new value has."""

    @property
    def needs_luck(self) -> bool:
        """Whether what it comes to depends on the order in which contributions arrive."""
        return self.mode in ("overwrite", "multiply", "own") or self.order not in ("", "each-edge", "last-way")

    def concerns(self, operation: str, slot: int) -> bool:
        """Whether it is about what an operation sends to an input; the backward pass may do one thing wrong for all of them."""
        if self.operation == BACKWARD:
            return self.mode != "add"
        return self.operation == operation and self.slot in (None, slot)
