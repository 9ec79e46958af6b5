"""What operations come to on numbers and on arrays, right or with a fault: numbers are floats, arrays are NumPy's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from graphstep.gates import GATES
from graphstep.gates.numbers import local, send, value
from graphstep.gates.rule import Call
from graphstep.ground.late import np
from graphstep.teaching.judge.fault import BROADCAST, Fault, Moment
from graphstep.teaching.judge.operations import ROWS, Cells

Value = Any
"""A number, or an array of NumPy's."""


def compute(operation: str, inputs: Sequence[Value]) -> Value:
    """The right value of an operation."""
    rule, options = _rule(operation)
    with np.errstate(all="ignore"):
        return _plain(value(rule, [_of_numpy(x) for x in inputs], options))


class Gate:
    """An operation at work: its inputs, and what its local gradients are made of."""

    def __init__(self, operation: str, inputs: tuple[Value, ...], out: Value) -> None:
        self.rule, options = _rule(operation)
        shape, slots = np.shape(out), range(len(inputs))
        # Local gradients are made cell by cell, so that what was copied is copied here too; the copies are summed where a
        # contribution arrives.
        spread = shape and self.rule.local is not None
        self.inputs = tuple(np.broadcast_to(x, shape) for x in inputs) if spread else inputs
        self.call = Call(tuple(map(_of_numpy, self.inputs)), _of_numpy(out), options)
        self.slopes: tuple[Value, ...] = ()
        """The local gradients, cell by cell; nothing for a gate whose Jacobian is not formed."""
        if self.rule.local is not None:
            with np.errstate(all="ignore"):
                slopes = (local(self.rule, self.call, slot) for slot in slots)
                self.slopes = tuple(math.nan if x is None else _plain(np.broadcast_to(x, shape)) for x in slopes)

    def pull(self, slot: int, upstream: Value) -> Value:
        """What is right to be sent to an input."""
        if self.slopes:
            return upstream * self.slopes[slot]
        return send(self.rule, self.call, slot, np.broadcast_to(upstream, np.shape(self.call.out)))[0]

    def moment(self, slot: int, upstream: Value, shown: Value) -> Moment:
        """What is at hand where it sends to an input; ``shown`` is its value, which may be a wrong one."""
        if not self.slopes:
            return Moment(upstream, math.nan, math.nan, self.inputs, slot, shown, partial(self.pull, slot))
        other = self.slopes[1 - slot if len(self.slopes) == 2 else slot]
        return Moment(upstream, self.slopes[slot], other, self.inputs, slot, shown)


def quietly(compute: Callable[[], Any]) -> Value:
    """What a wrong rule comes to; nan outside of its domain, and where shapes do not go together."""
    with np.errstate(all="ignore"):
        try:
            return _plain(np.asarray(compute(), float))
        except (ArithmeticError, ValueError, TypeError):
            return math.nan


def gathered(operation: str, sent: Value, read: Value, slot: int, faults: Sequence[Fault]) -> Value:
    """A contribution in the shape of the input: summed over the copies that were made of it."""
    shape = np.shape(read)
    if np.shape(sent) == shape or np.ndim(sent) < len(shape) or ROWS[operation].slots != 2:
        return sent
    for fault in faults:
        if fault.gathered is not None and (fault.operation == BROADCAST or fault.concerns(operation, slot)):
            return quietly(partial(fault.gathered, sent, shape))
    return _plain(summed(sent, shape))


def copied_axes(whole: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of an array along which an input of a shape was copied."""
    shape = (1,) * (len(whole) - len(shape)) + shape
    return tuple(axis for axis, (size, own) in enumerate(zip(whole, shape, strict=True)) if own == 1 and size > 1)


def summed(sent: Value, shape: tuple[int, ...]) -> Value:
    """The sum over the copies."""
    return np.reshape(np.sum(sent, axis=copied_axes(np.shape(sent), shape)), shape)


@lru_cache(maxsize=256)
def _rule(operation: str) -> tuple[Any, dict[str, Any]]:
    rule = GATES[ROWS[operation].gate]
    return rule, rule.settings(ROWS[operation].options)


def _of_numpy(x: Value) -> Value:
    return x if isinstance(x, np.ndarray) else np.float64(x)


def _plain(x: Value) -> Value:
    """An array, or the number in one without axes."""
    return x if np.ndim(x) else float(x)


def cells_of(array: Value) -> Cells:
    """An array as rows, without its axes of a single cell."""

    def rows(content: Any) -> Cells:
        return tuple(rows(each) for each in content) if isinstance(content, list) else float(content)

    # Engines keep an axis that was summed, or not: neither is a fault, as long as the cells are right.
    return rows(np.squeeze(array).tolist())


def flat(cells: Cells) -> Iterator[float]:
    """The numbers in an array, row by row."""
    if isinstance(cells, tuple):
        for each in cells:
            yield from flat(each)
    else:
        yield cells
