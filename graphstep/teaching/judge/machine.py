"""A machine that runs a trial as an engine with given faults would: our gates, our local gradients, and what is wrong there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from graphstep.ground.late import np
from graphstep.teaching.judge.fault import BACKWARD, Fault
from graphstep.teaching.judge.gate import Gate, Value, cells_of, compute, gathered, quietly
from graphstep.teaching.judge.orders import MOST, RECURSIVE, WAYS, Node, order_of
from graphstep.teaching.judge.trials import Operand, Trial

_SAME = {"power": "pow"}
"""Operations that are one method with another."""


Wiring = tuple[tuple[str, tuple[Any, ...]], ...]
"""The operations that one is built from, with what each reads: a place, or a plain number and how it is made."""


class Machine:
    """An engine as it is known so far: what its operations are built from, and its faults."""

    def __init__(self, wirings: Mapping[str, Wiring] | None = None) -> None:
        self.wirings = _without_circles(wirings or {})
        """What operations are built from; one that is built from none has no entry."""
        self._tapes: dict[Trial, tuple[list[Node], int]] = {}
        self._orders: dict[Trial, list[int]] = {}
        self._gates: dict[tuple[str, tuple[float, ...], float], Gate] = {}

    def run(self, trial: Trial, faults: Sequence[Fault] = ()) -> Iterator[tuple[Any, ...]]:
        """The value of the output and the gradients of the inputs: once for every order of its gates that may be meant.

        Arrays come as rows, without axes of a single cell: so they are where an engine is read.
        """
        nodes, output = self._tape(trial)
        changing = {each.operation: each for each in faults if each.value is not None}
        values = self._values(nodes, changing)
        how = next((each.order for each in faults if each.operation == BACKWARD), "")
        # Engines keep parents in a set, which has another order in every process: where an order can make a difference, all
        # that may be meant are tried.
        for way in range(self._ways(nodes) if any(each.needs_luck for each in faults) else 1):
            order = self._order(trial, how, faults, way, values)
            gradients = self._gradients(nodes, values, order, output, faults)
            inputs = gradients[: len(trial.inputs)]
            if trial.of_arrays:
                # Where nothing arrives, every cell is 0.
                rows = (g if np.ndim(g) or g else np.zeros_like(x) for g, x in zip(inputs, values, strict=False))
                yield tuple(map(cells_of, (values[output], *rows)))
            else:
                yield values[output], *inputs

    def _order(self, trial: Trial, how: str, faults: Sequence[Fault], way: int, values: Sequence[Any]) -> list[int]:
        nodes, output = self._tape(trial)
        if how or way or any(each.mode == "forget" for each in faults):
            return order_of(nodes, output, how, faults, way, values)
        if trial not in self._orders:
            self._orders[trial] = order_of(nodes, output, "", (), 0, ())
        return self._orders[trial]

    def is_known(self, trial: Trial) -> bool:
        """Whether every order in which an engine may come to the gates of a program is tried."""
        return self._ways(self._tape(trial)[0]) < WAYS

    def _ways(self, nodes: Sequence[Node]) -> int:
        """In how many ways an engine may go through a graph, where it takes the inputs of each gate in any order."""
        # Only a gate with two different inputs can be gone through in two ways. Of more than 64 orders some are tried, and
        # is_known says that they are not all.
        pairs = sum(len({x for x in node.operands if isinstance(x, int)}) > 1 for node in nodes)
        return 1 + (1 << pairs) if pairs < 6 else WAYS

    def leaves(self, operation: str) -> set[str]:
        """The operations that one comes down to, itself among them."""
        inside = _reached(self.wirings, [operation])
        return inside | {_SAME.get(name, name) for name in inside}

    # -- forward --------------------------------------------------------------------------------------------------------------

    def _tape(self, trial: Trial) -> tuple[list[Node], int]:
        if trial not in self._tapes:
            nodes = [Node("", (), x) for x in trial.inputs]
            places = list(range(len(nodes)))
            for call in trial.calls:
                operands = tuple(places[x] if isinstance(x, int) else x for x in call.operands)
                places.append(self._put(nodes, call.operation, operands))
            self._tapes[trial] = nodes, places[-1]
        return self._tapes[trial]

    def _put(self, nodes: list[Node], operation: str, operands: tuple[Operand, ...]) -> int:
        """Add an operation, or those that it is built from; the place of its value."""
        wiring = self.wirings.get(operation)
        if not wiring:
            nodes.append(Node(_SAME.get(operation, operation), operands))
            return len(nodes) - 1
        places: list[Operand] = list(operands)
        for part, reads in wiring:
            inside = tuple(places[x] if isinstance(x, int) else _number(x, operands) for x in reads)
            places.append(self._put(nodes, part, inside))
        last = places[-1]
        assert isinstance(last, int), "a wiring ends with an operation"
        return last

    def _values(self, nodes: list[Node], changing: Mapping[str, Fault]) -> list[Value]:
        values: list[Value] = []
        for node in nodes:
            if not node.operation:
                values.append(np.array(node.content) if isinstance(node.content, tuple) else node.content)
                continue
            read = [values[x] if isinstance(x, int) else x for x in node.operands]
            out = compute(node.operation, read)
            if (fault := changing.get(node.operation)) is not None and fault.value is not None:
                out = quietly(partial(fault.value, read, out))
            values.append(out)
        return values

    # -- backward -------------------------------------------------------------------------------------------------------------

    def _gradients(
        self, nodes: list[Node], values: list[Value], order: Sequence[int], output: int, faults: Sequence[Fault]
    ) -> list[Value]:
        backward = next((each for each in faults if each.operation == BACKWARD), None)
        if backward and backward.order in RECURSIVE and not any(isinstance(x, np.ndarray) for x in values):
            return self._recursed(nodes, values, output, backward.order)
        gradients: list[Value] = [backward.start if backward else 0.0] * len(nodes)
        seed = backward.seed(values[output]) if backward and backward.seed else 1.0
        # Assigned and not added: an engine sets the gradient of its output, whatever a new value starts with.
        gradients[output] = np.ones_like(values[output]) * seed if isinstance(values[output], np.ndarray) else seed
        try:
            for place in order:
                if nodes[place].operation:
                    self._send(nodes[place], place, values, gradients, faults)
        except (ValueError, IndexError):
            # A fault has made an array of another shape, with which nothing can be done.
            return [math.nan] * len(nodes)
        return gradients

    def _send(self, node: Node, place: int, values: list[Value], gradients: list[Value], faults: Sequence[Fault]) -> None:
        """Send from a gate to what it reads, as an engine with the faults would."""
        read = tuple(values[x] if isinstance(x, int) else x for x in node.operands)
        # An engine that computes a wrong value may still make its slopes of the right one: of its inputs, or in a formula of
        # their own.
        honest = any(each.operation == node.operation and each.value is not None and not each.taken for each in faults)
        gate = self._gate(node.operation, read, compute(node.operation, read) if honest else values[place])
        upstream = gradients[place]
        for slot, operand in enumerate(node.operands):
            # A fault of broadcasting is none of what is sent, but of what becomes of it: it is looked for behind that.
            fault = next((each for each in faults if each.gathered is None and each.concerns(node.operation, slot)), None)
            mode = "add" if fault is None else fault.mode
            if fault is not None and fault.sent is not None:
                sent = quietly(partial(fault.sent, gate.moment(slot, upstream, values[place])))
            elif mode == "twin" and node.operands[0] == node.operands[-1]:
                sent = gate.pull(len(node.operands) - 1, upstream)
            elif mode == "own":
                sent = gate.pull(slot, gradients[operand] if isinstance(operand, int) else 0.0)
            else:
                sent = gate.pull(slot, upstream)
            if isinstance(sent, np.ndarray):
                sent = gathered(node.operation, sent, read[slot], slot, faults)
            # What is sent to the wrong input is what belongs to the right one: the place changes, and the number does not.
            if mode in ("exchange", "misplace") and len(node.operands) == 2:
                operand = node.operands[1 - slot]
            if not isinstance(operand, int):
                continue
            if mode == "overwrite":
                gradients[operand] = sent
            elif mode == "multiply":
                gradients[operand] = gradients[operand] * sent
            else:
                # Not +=, which would write into an array that another value may have as well.
                gradients[operand] = gradients[operand] + sent

    def _recursed(self, nodes: list[Node], values: list[float], output: int, how: str) -> list[float]:
        """The gradients of an engine in which each value calls those that it was made of, once along every way to them."""
        gradients = [0.0] * len(nodes)
        todo, visits = [(output, 1.0)], 0
        while todo and visits < MOST:
            visits += 1
            place, came = todo.pop()
            node = nodes[place]
            gradients[place] = came if how == "last-way" else gradients[place] + came
            if node.operation:
                read = tuple(values[x] if isinstance(x, int) else x for x in node.operands)
                slopes = self._gate(node.operation, read, values[place]).slopes
                edges = [
                    (x, gradients[place] * slope) for x, slope in zip(node.operands, slopes, strict=True) if isinstance(x, int)
                ]
                todo.extend(reversed(edges))
        return gradients

    def _gate(self, operation: str, inputs: tuple[Value, ...], out: Value) -> Gate:
        key = operation, inputs, out
        try:
            # Thousands of suspects send through the same gates.
            return self._gates[key]
        except KeyError:
            gate = Gate(operation, inputs, out)
            # 0 and −0 are one key and may have two slopes: that of a root is inf at one and −inf at the other.
            if 0 not in (*inputs, out):
                self._gates[key] = gate
            return gate
        except TypeError:
            # Arrays are no keys.
            return Gate(operation, inputs, out)


def _without_circles(wirings: Mapping[str, Wiring]) -> dict[str, Wiring]:
    """The wirings, with nothing for an operation that is built from itself on whatever way."""
    return {name: wiring for name, wiring in wirings.items() if name not in _reached(wirings, (part for part, _ in wiring))}


def _reached(wirings: Mapping[str, Wiring], names: Iterable[str]) -> set[str]:
    """All that operations are built from, on whatever way, and themselves."""
    inside, todo = set[str](), [*names]
    while todo:
        if (name := todo.pop()) not in inside:
            inside.add(name)
            todo.extend(part for part, _ in wirings.get(name, ()))
    return inside


def _number(constant: Any, operands: Sequence[Operand]) -> float:
    """A plain number of a wiring, made from the one that the operation was given."""
    if constant["place"] is None:
        return float(constant["number"])
    plain = operands[constant["place"]]
    if isinstance(plain, int):
        return float(constant["number"])
    return float(plain if constant["how"] == "same" else -plain if constant["how"] == "minus" else 1 / plain)


@lru_cache(maxsize=8192)
def right_numbers(trial: Trial) -> tuple[Any, ...]:
    """The value of the output and the gradients of the inputs of a program: numbers, or rows of them."""
    return next(_PLAIN.run(trial))


_PLAIN = Machine()
