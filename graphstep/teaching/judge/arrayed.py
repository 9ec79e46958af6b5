"""The machine on arrays: what an engine with given faults would come to where the inputs of a program are matrices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from graphstep.gates import GATES
from graphstep.gates.numbers import local, send, value
from graphstep.gates.rule import Call as GateCall
from graphstep.ground.late import np
from graphstep.teaching.judge.fault import BACKWARD, BROADCAST, Fault, Moment
from graphstep.teaching.judge.machine import Machine, Node, right_numbers
from graphstep.teaching.judge.operations import ROWS, Cells
from graphstep.teaching.judge.trials import Trial

Array = Any
"""An array of NumPy's, or a number of it."""


class ArrayMachine(Machine):
    """A machine that runs programs on numbers and on arrays."""

    def run(self, trial: Trial, faults: Sequence[Fault] = ()) -> Iterator[tuple[Cells, ...]]:
        """The value of the output and the gradients of the inputs: once for every order of its gates that may be meant.

        Axes of a single cell are left out, as they are where an engine is read.
        """
        for numbers in super().run(trial, faults):
            yield tuple(cells_of(x) for x in numbers) if trial.of_arrays else numbers

    def _values(self, nodes: list[Node], changing: Mapping[str, Fault]) -> list[Any]:
        if not _has_arrays(nodes):
            return super()._values(nodes, changing)
        values: list[Array] = []
        for node in nodes:
            if not node.operation:
                values.append(np.array(node.content, float))
                continue
            read = [values[x] if isinstance(x, int) else np.float64(x) for x in node.operands]
            out = compute_cells(node.operation, read)
            if (fault := changing.get(node.operation)) is not None and fault.value is not None:
                out = _quietly(partial(fault.value, read, out))
            values.append(out)
        return values

    def _gradients(
        self, nodes: list[Node], values: list[Any], order: Sequence[int], output: int, faults: Sequence[Fault]
    ) -> list[Any]:
        if not _has_arrays(nodes):
            return super()._gradients(nodes, values, order, output, faults)
        backward = next((each for each in faults if each.operation == BACKWARD), None)
        gradients: list[Array] = [np.float64(backward.start if backward else 0.0)] * len(nodes)
        seed = backward.seed(values[output]) if backward and backward.seed else 1.0
        gradients[output] = np.ones_like(values[output]) * seed
        try:
            for place in order:
                if nodes[place].operation:
                    _send(nodes[place], place, values, gradients, faults)
        except (ValueError, IndexError):
            # A fault has made an array of another shape, with which nothing can be done.
            return [np.float64(math.nan)] * len(nodes)
        # Where nothing arrives, every cell is 0.
        return [np.zeros_like(x) if not np.any(g) and np.ndim(g) == 0 else g for x, g in zip(values, gradients, strict=True)]


def _send(node: Node, place: int, values: list[Array], gradients: list[Array], faults: Sequence[Fault]) -> None:
    """Send from a gate to what it reads, as an engine with the faults would."""
    read = tuple(values[x] if isinstance(x, int) else np.float64(x) for x in node.operands)
    honest = any(each.operation == node.operation and each.value is not None and not each.taken for each in faults)
    out = compute_cells(node.operation, list(read)) if honest else values[place]
    upstream = gradients[place]
    for slot, operand in enumerate(node.operands):
        # A fault of broadcasting is none of what is sent, but of what becomes of it: it is looked for behind that.
        fault = next((each for each in faults if each.gathered is None and each.concerns(node.operation, slot)), None)
        moment = moment_of(node.operation, read, out, values[place], upstream, slot)
        mode = "add" if fault is None else fault.mode
        if fault is not None and fault.sent is not None:
            sent = _quietly(partial(fault.sent, moment))
        elif mode == "own":
            own = gradients[operand] if isinstance(operand, int) else np.float64(0.0)
            sent = _quietly(partial(_pulled, moment, own))
        else:
            sent = _quietly(partial(_pulled, moment, upstream))
        sent = _gathered(node.operation, sent, np.shape(read[slot]), slot, faults)
        if mode in ("exchange", "misplace") and len(node.operands) == 2:
            operand = node.operands[1 - slot]
        if not isinstance(operand, int):
            continue
        match mode:
            case "overwrite":
                gradients[operand] = sent
            case "multiply":
                gradients[operand] = _quietly(partial(np.multiply, gradients[operand], sent))
            case _:
                gradients[operand] = _quietly(partial(np.add, gradients[operand], sent))


def moment_of(operation: str, read: tuple[Array, ...], out: Array, shown: Array, upstream: Array, slot: int) -> Moment:
    """What is at hand where a gate sends to an input; ``out`` is what its local gradients are made of, ``shown`` its value."""
    rule, options = _rule(operation)
    call = GateCall(read, out, options)
    if rule.local is None:

        def pull(gradient: Array) -> Array:
            return send(rule, call, slot, np.broadcast_to(gradient, np.shape(out)), None)[0]

        return Moment(upstream, math.nan, math.nan, read, slot, shown, pull)
    # Local gradients are made cell by cell, so that what was copied is copied here too; the copies are summed where a
    # contribution arrives.
    spread = tuple(np.broadcast_to(x, np.shape(out)) for x in read)
    with np.errstate(all="ignore"):
        slopes = [_local(rule, GateCall(spread, out, options), each) for each in range(len(read))]
    other = slopes[1 - slot] if len(slopes) == 2 else slopes[slot]
    return Moment(upstream, slopes[slot], other, spread, slot, shown)


def _local(rule: Any, call: GateCall, slot: int) -> Array:
    return np.broadcast_to(np.asarray(local(rule, call, slot)), np.shape(call.out))


def _pulled(moment: Moment, upstream: Array) -> Array:
    return moment.pull(upstream) if moment.pull is not None else upstream * moment.local


def _gathered(operation: str, sent: Array, shape: tuple[int, ...], slot: int, faults: Sequence[Fault]) -> Array:
    """A contribution in the shape of the input: summed over the copies that were made of it."""
    if np.shape(sent) == shape or np.ndim(sent) < len(shape) or ROWS[operation].slots != 2:
        return sent
    for fault in faults:
        if fault.gathered is not None and (fault.operation == BROADCAST or fault.concerns(operation, slot)):
            return _quietly(partial(fault.gathered, sent, shape))
    return summed(sent, shape)


def copied_axes(whole: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of an array along which an input of a shape was copied."""
    shape = (1,) * (len(whole) - len(shape)) + shape
    return tuple(axis for axis, (size, own) in enumerate(zip(whole, shape, strict=True)) if own == 1 and size > 1)


def summed(sent: Array, shape: tuple[int, ...]) -> Array:
    """The sum over the copies."""
    return np.reshape(np.sum(sent, axis=copied_axes(np.shape(sent), shape)), shape)


def compute_cells(operation: str, inputs: Sequence[Array]) -> Array:
    """The right value of an operation on arrays."""
    rule, options = _rule(operation)
    with np.errstate(all="ignore"):
        return np.asarray(value(rule, list(inputs), options))


@lru_cache(maxsize=256)
def _rule(operation: str) -> tuple[Any, dict[str, Any]]:
    rule = GATES[ROWS[operation].gate]
    return rule, rule.settings(ROWS[operation].options)


def _quietly(compute: Callable[[], Any]) -> Array:
    """An array that may not be one: what a wrong rule comes to where shapes do not go together, or outside of a domain."""
    with np.errstate(all="ignore"):
        try:
            return np.asarray(compute(), float)
        except (ArithmeticError, ValueError, TypeError):
            return np.float64(math.nan)


def _has_arrays(nodes: Sequence[Node]) -> bool:
    return any(isinstance(node.content, tuple) for node in nodes)


def cells_of(array: Array) -> Cells:
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


@lru_cache(maxsize=8192)
def right_cells(trial: Trial) -> tuple[Cells, ...]:
    """The value of the output and the gradients of the inputs of a program, of numbers or of arrays."""
    return next(_PLAIN.run(trial)) if trial.of_arrays else right_numbers(trial)


_PLAIN = ArrayMachine()
