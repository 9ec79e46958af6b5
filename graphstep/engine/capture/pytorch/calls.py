"""One call of a function of PyTorch's: while it is recorded, and as it is kept."""

from __future__ import annotations

import sys
from typing import Any

from graphstep.engine.capture.pytorch.table import rule_of
from graphstep.engine.capture.pytorch.tensors import cells_of, flat, is_tensor, version_of
from graphstep.engine.capture.traced import plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass


@dataclass(slots=True)
class Call:
    """The record of one call of PyTorch's."""

    name: str
    """The function."""
    first: int
    """The first of its operations."""
    last: int
    """The one that has its result."""
    reads: dict[int, Any]
    """The tensors that it read, by their nodes."""
    edge: Any
    """Where in PyTorch's graph its gradient arrives, whatever is written to the tensor later; None where none is asked for."""
    opaque: bool
    """Whether none of our gates is at work in it."""
    replica: tuple[Any, dict[int, Any]] | None = None
    """The same call again, alone: its result and what it read, by node, so that what it sends back can be asked for by itself."""


@dataclass(slots=True)
class Done:
    """A call of PyTorch's that has returned."""

    name: str
    """The function that was called."""
    arguments: Any
    """What it was called with, by place."""
    options: Any
    """What it was called with, by name."""
    reads: dict[int, Any]
    """What it read, by the identity of the tensor."""
    tensors: dict[int, tuple[Any, int]]
    """These tensors, and how often each had been written to before."""
    parts: list[Any]
    """The tensors that it returned."""
    function: Any
    """The function itself."""
    chance: Any
    """The random state before it."""
    replica: tuple[list[Any], dict[int, Any]] | None = None
    """The same call again, where it was made: its results, and what it read, by node."""

    @property
    def base(self) -> str:
        """Its name without what says that it writes, or is a method."""
        return self.name.strip("_").removesuffix("__get")

    @property
    def writes(self) -> bool:
        """Whether it wrote to one of the tensors."""
        return any(version_of(x) != version for x, version in self.tensors.values())

    def again(self, number: int, value: Any) -> tuple[Any, dict[int, Any]]:
        """Call it again on tensors of its own, from the same random state: one of its results, and what it read, by node.

        ValueError where that is another result than it was, ``value``.
        """
        torch = sys.modules["torch"]
        if self.replica is None:
            own: dict[int, Any] = {}
            for key, (x, version) in self.tensors.items():
                is_written = version_of(x) != version
                own[key] = torch.as_tensor(np.array(plain(self.reads[key])), dtype=x.dtype) if is_written else x.detach().clone()
                own[key] = own[key].to(x.device)
                if x.is_floating_point() and hasattr(self.reads.get(key), "node"):
                    own[key].requires_grad_()
            # What is written to is no leaf.
            called = {key: x.clone() for key, x in own.items()} if self.writes else own
            arguments, options = (_replaced(x, called) for x in (self.arguments, self.options))
            now = torch.get_rng_state()
            torch.set_rng_state(self.chance)
            try:
                with torch.enable_grad():
                    result = self.function(*arguments, **options)
            finally:
                torch.set_rng_state(now)
            parts = [x for x in flat((arguments[0] if result is None else result,)) if is_tensor(x)]
            self.replica = parts, {self.reads[key].node: x for key, x in own.items() if x.requires_grad}
        parts, read = self.replica
        if not np.array_equal(cells_of(parts[number]), value, equal_nan=True):
            raise ValueError(self.base)
        return parts[number], read


def apart(result: Any) -> Any:
    """Several results of a call, each with a place of its own in PyTorch's graph.

    A cell of an LSTM computes its h from the c that it hands out too: what arrives at that c
    is then more than what its readers send.
    """
    parts = {id(x): x for x in flat(result) if is_tensor(x) and x.requires_grad and x._base is None}
    return _rebuilt(result, {key: x.clone() for key, x in parts.items()}) if len(parts) > 1 else result


def _rebuilt(value: Any, own: dict[int, Any]) -> Any:
    """Results with other tensors in place of their own."""
    if is_tensor(value):
        return own.get(id(value), value)
    if not isinstance(value, list | tuple):
        return value
    parts = [_rebuilt(x, own) for x in value]
    return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)


def _replaced(value: Any, own: dict[int, Any]) -> Any:
    """A value with other tensors in place of its own, at any depth."""
    if is_tensor(value):
        return own.get(id(value), value)
    if isinstance(value, list | tuple):
        parts = [_replaced(x, own) for x in value]
        return parts if isinstance(value, list) else tuple(parts)
    return {key: _replaced(x, own) for key, x in value.items()} if isinstance(value, dict) else value


def chooses(gate: str) -> bool:
    """Whether a gate has a convention of ours somewhere, which may be another one than PyTorch's."""
    rule = rule_of(gate)
    return bool(rule.chooses or rule.routes or rule.conventions or rule.remark)
