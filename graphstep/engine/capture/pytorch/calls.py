"""One call of a function of PyTorch's: while it is recorded, and as it is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from types import FrameType
from typing import Any

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.pytorch.surroundings import random_states, set_random_states
from graphstep.engine.capture.pytorch.table import rule_of
from graphstep.engine.capture.pytorch.tensors import address_of, cells_of, flat, is_tensor, version_of
from graphstep.engine.capture.recording import CaptureError, Operation, Recording
from graphstep.engine.capture.traced import plain
from graphstep.engine.recorded import added_up
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

ABOUT = 1e-2
"""By how much of the largest cell gates may be off to be taken for a call: what is told apart by digits is told apart later."""


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
    """A call of PyTorch's."""

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
    function: Any
    """The function itself."""
    chance: Any
    """The random states before it."""
    parts: list[Any] = field(default_factory=list)
    """The tensors that it returned; none before it has."""
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
                # What stops the gradient is a node too, and some functions refuse to be differentiated by it.
                if x.is_floating_point() and x.requires_grad and hasattr(self.reads.get(key), "node"):
                    own[key].requires_grad_()
            # What is written to is no leaf.
            called = {key: x.clone() for key, x in own.items()} if self.writes else own
            arguments, options = (_replaced(x, called) for x in (self.arguments, self.options))
            now = random_states()
            set_random_states(self.chance)
            try:
                # Hooks of our own keep from a checkpoint around it what is saved here: it counts what it will compute again.
                with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(_itself, _itself):
                    result = self.function(*arguments, **options)
            finally:
                set_random_states(now)
            parts = [x for x in flat((arguments[0] if result is None else result,)) if is_tensor(x)]
            self.replica = parts, {each.node: own[key] for key, each in self.reads.items() if hasattr(each, "node")}
        parts, read = self.replica
        if not np.array_equal(cells_of(parts[number]), value, equal_nan=True):
            raise ValueError(self.base)
        return parts[number], read

    def slopes(self, number: int, value: Any, place: int) -> Any:
        """By what each cell of an argument is multiplied, of a call that treats every cell alike."""
        torch, asked = sys.modules["torch"], self.reads[id(self.arguments[place])].node
        result, read = self.again(number, value)
        (slopes,) = torch.autograd.grad(result, [read[asked]], torch.ones_like(result), retain_graph=True)
        return cells_of(slopes)


def _itself(tensor: Any) -> Any:
    return tensor


def apart(result: Any, read: Collection[Any]) -> Any:
    """Several results of a call, each with a place of its own in PyTorch's graph, but for what shares the memory of what it read.

    A cell of an LSTM computes its h from the c that it hands out too: what arrives at that c
    is then more than what its readers send.
    """
    # Some results are parts of what was read though PyTorch does not call them views: a copy would not be written through.
    memory = {*map(address_of, read)}
    parts = {
        id(x): x for x in flat(result) if is_tensor(x) and x.requires_grad and x._base is None and address_of(x) not in memory
    }
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


def chooses(gate: str, value: Any) -> bool:
    """Whether a gate with this value may send something else than PyTorch: it has a convention of ours somewhere, its value is
    infinite, or what PyTorch computes its slope of has no digits left.
    """
    rule = rule_of(gate)
    if rule.chooses or rule.routes or rule.conventions or rule.remark or not np.all(np.isfinite(value)):
        return True
    slope = _OF_VALUES.get(gate)
    # Where it is small in every cell: next to a large one its error is as small as that of any rounding.
    return slope is not None and bool(np.max(np.abs(slope(value)), initial=0.0) < 1 / 16)


_OF_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "tanh": lambda value: 1 - value**2,
    "sigmoid": lambda value: value * (1 - value),
    "expm1": lambda value: value + 1,
}
"""Slopes that PyTorch computes of the gate's value, where ours keep their digits: σ·(1 − σ) is 0 once σ rounds to 1."""


@contextmanager
def refusal(name: str, frame: FrameType) -> Iterator[None]:
    """Turn what PyTorch says of tensors that cannot be looked at into a refusal: nested ones, or those of 8 bits."""
    try:
        yield
    except (RuntimeError, TypeError, IndexError) as error:
        raise CaptureError(f"{name} at {at_work(frame)} is not followed: {str(error).splitlines()[0]}") from error


def operands_of(recording: Recording, values: Sequence[Any], operation: Operation) -> list[Any]:
    """What an operation reads: values of nodes, constants and numbers."""
    constants = [*recording.constants.values()]
    return [
        np.asarray(x if isinstance(x, float) else constants[-1 - x] if x < 0 else widened(values[x])) for x in operation.operands
    ]


def summed_last(recording: Recording, values: Sequence[Any], first: int) -> Any:
    """How large a value is that cancels in the last operation from ``first`` on; 0 where there is none, or it adds up nothing.

    No type that adds up is off by more than a thousandth of the sizes of what is added up.
    """
    if len(recording.operations) == first:
        return 0.0
    last = recording.operations[-1]
    rule = rule_of(last.gate)
    return 1e-3 * added_up(rule, operands_of(recording, values, last), rule.settings(last.options))
