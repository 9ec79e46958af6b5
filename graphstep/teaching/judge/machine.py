"""A machine that runs a trial as an engine with given faults would: our gates, our local gradients, and what is wrong there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, cast

from graphstep.gates import GATES
from graphstep.gates.numbers import local, value
from graphstep.gates.rule import Call as GateCall
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.judge.fault import BACKWARD, Fault, Moment
from graphstep.teaching.judge.operations import ROWS, Cells
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
        self._locals: dict[tuple[str, tuple[float, ...], float], tuple[float, ...]] = {}

    def run(self, trial: Trial, faults: Sequence[Fault] = ()) -> Iterator[tuple[Any, ...]]:
        """The value of the output and the gradients of the inputs: once for every order of its gates that may be meant."""
        nodes, output = self._tape(trial)
        changing = {each.operation: each for each in faults if each.value is not None}
        values = self._values(nodes, changing)
        how = next((each.order for each in faults if each.operation == BACKWARD), "")
        # Engines keep parents in a set, which has another order in every process: where an order can make a difference, all
        # that may be meant are tried.
        for way in range(self._ways(nodes) if any(each.needs_luck for each in faults) else 1):
            order = self._order(trial, how, faults, way, values)
            gradients = self._gradients(nodes, values, order, output, faults)
            yield values[output], *gradients[: len(trial.inputs)]

    def _order(self, trial: Trial, how: str, faults: Sequence[Fault], way: int, values: Sequence[Any]) -> list[int]:
        nodes, output = self._tape(trial)
        if how or way or any(each.mode == "forget" for each in faults):
            return _order(nodes, output, how, faults, way, values)
        if trial not in self._orders:
            self._orders[trial] = _order(nodes, output, "", (), 0, ())
        return self._orders[trial]

    def is_known(self, trial: Trial) -> bool:
        """Whether every order in which an engine may come to the gates of a program is tried."""
        return self._ways(self._tape(trial)[0]) < _WAYS

    def _ways(self, nodes: Sequence[Node]) -> int:
        """In how many ways an engine may go through a graph, where it takes the inputs of each gate in any order."""
        # Only a gate with two different inputs can be gone through in two ways. Of more than 64 orders some are tried, and
        # is_known says that they are not all.
        pairs = sum(len({x for x in node.operands if isinstance(x, int)}) > 1 for node in nodes)
        return 1 + (1 << pairs) if pairs < 6 else _WAYS

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

    def _values(self, nodes: list[Node], changing: Mapping[str, Fault]) -> list[float]:
        values: list[float] = []
        for node in nodes:
            if not node.operation:
                values.append(cast(float, node.content))
                continue
            read = [values[x] if isinstance(x, int) else x for x in node.operands]
            out = compute(node.operation, read)
            if (fault := changing.get(node.operation)) is not None and fault.value is not None:
                out = _quietly(partial(fault.value, read, out))
            values.append(out)
        return values

    # -- backward -------------------------------------------------------------------------------------------------------------

    def _gradients(
        self, nodes: list[Node], values: list[float], order: Sequence[int], output: int, faults: Sequence[Fault]
    ) -> list[float]:
        backward = next((each for each in faults if each.operation == BACKWARD), None)
        if backward and backward.order in RECURSIVE:
            return self._recursed(nodes, values, output, backward.order)
        start = backward.start if backward else 0.0
        gradients = [start] * len(nodes)
        # Assigned and not added: an engine sets the gradient of its output, whatever a new value starts with.
        gradients[output] = backward.seed(values[output]) if backward and backward.seed else 1.0
        for place in order:
            node = nodes[place]
            if not node.operation:
                continue
            read = tuple(values[x] if isinstance(x, int) else x for x in node.operands)
            # An engine that computes a wrong value may still make its slopes of the right one: of its inputs, or in a formula of
            # their own.
            honest = any(each.operation == node.operation and each.value is not None and not each.taken for each in faults)
            slopes = self._slopes(node.operation, read, compute(node.operation, read) if honest else values[place])
            upstream = gradients[place]
            for slot, operand in enumerate(node.operands):
                fault = next((each for each in faults if each.concerns(node.operation, slot)), None)
                other = slopes[1 - slot] if len(slopes) == 2 else slopes[slot]
                mode, sent = "add", upstream * slopes[slot]
                if fault is not None:
                    mode = fault.mode
                    if fault.sent is not None:
                        moment = Moment(upstream, slopes[slot], other, read, slot, values[place])
                        sent = _quietly(partial(fault.sent, moment))
                    elif mode == "own":
                        sent = (gradients[operand] if isinstance(operand, int) else 0.0) * slopes[slot]
                # What is sent to the wrong input is what belongs to the right one: the place changes, and the number does not.
                if mode in ("exchange", "misplace") and len(node.operands) == 2:
                    operand = node.operands[1 - slot]
                if not isinstance(operand, int):
                    continue
                if mode == "overwrite":
                    gradients[operand] = sent
                elif mode == "multiply":
                    gradients[operand] *= sent
                else:
                    gradients[operand] += sent
        return gradients

    def _recursed(self, nodes: list[Node], values: list[float], output: int, how: str) -> list[float]:
        """The gradients of an engine in which each value calls those that it was made of, once along every way to them."""
        gradients = [0.0] * len(nodes)
        todo, visits = [(output, 1.0)], 0
        while todo and visits < _MOST:
            visits += 1
            place, came = todo.pop()
            node = nodes[place]
            gradients[place] = came if how == "last-way" else gradients[place] + came
            if node.operation:
                read = tuple(values[x] if isinstance(x, int) else x for x in node.operands)
                slopes = self._slopes(node.operation, read, values[place])
                edges = [
                    (x, gradients[place] * slope) for x, slope in zip(node.operands, slopes, strict=True) if isinstance(x, int)
                ]
                todo.extend(reversed(edges))
        return gradients

    def _slopes(self, operation: str, inputs: tuple[float, ...], out: float) -> tuple[float, ...]:
        key = operation, inputs, out
        if key not in self._locals:
            self._locals[key] = slopes_of(operation, inputs, out)
        return self._locals[key]


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


@dataclass(frozen=True, slots=True)
class Node:
    """An input, or an operation that is built from no other."""

    operation: str
    """Its name; empty of an input."""
    operands: tuple[Operand, ...]
    """The places of what it reads, or plain numbers."""
    content: Cells = 0.0
    """The value of an input."""


def compute(operation: str, inputs: Sequence[float]) -> float:
    """The right value of an operation."""
    with np.errstate(all="ignore"):
        return float(value(GATES[ROWS[operation].gate], [np.float64(x) for x in inputs], {}))


def slopes_of(operation: str, inputs: Sequence[float], out: float) -> tuple[float, ...]:
    """The right local gradients of an operation."""
    rule = GATES[ROWS[operation].gate]
    arrays: Any = tuple(np.float64(x) for x in inputs)
    call = GateCall(arrays, np.float64(out), {})
    with np.errstate(all="ignore"):
        slopes = [local(rule, call, slot) for slot in range(len(inputs))]
    return tuple(float("nan") if x is None else float(x) for x in slopes)


def _number(constant: Any, operands: Sequence[Operand]) -> float:
    """A plain number of a wiring, made from the one that the operation was given."""
    if constant["place"] is None:
        return float(constant["number"])
    plain = operands[constant["place"]]
    if isinstance(plain, int):
        return float(constant["number"])
    return float(plain if constant["how"] == "same" else -plain if constant["how"] == "minus" else 1 / plain)


def _quietly(compute: Callable[[], float]) -> float:
    """A number that may not be one: what a wrong rule comes to outside of its domain."""
    with np.errstate(all="ignore"):
        try:
            number = compute()
        except (ArithmeticError, ValueError):
            return float("nan")
        return float(number) if isinstance(number, int | float | np.floating) else float("nan")


# -- the order of the backward pass ----------------------------------------------------------------------------------------------

RECURSIVE = ("each-edge", "last-way")
"""Engines without an order: a value that is called with a contribution calls others at once, with all it has or that alone."""

ORDERS = (
    "forward",
    "early",
    "early-reversed",
    "breadth",
    "repeated",
    "each-arrival",
    "none",
    "without-output",
    "first-input",
    "equal",
    "alike",
    "twice",
    *RECURSIVE,
)
"""Wrong orders: see :func:`_order`."""


def _order(nodes: Sequence[Node], output: int, how: str, faults: Sequence[Fault], way: int, values: Sequence[Any]) -> list[int]:
    """The gates as an engine comes to them: in way 0 by the inputs from left to right, in the last one by when they were made.

    In between each bit of the number says of one gate with two inputs whether the second comes first.
    """
    left_out = {(each.operation, each.slot) for each in faults if each.mode == "forget"}

    pairs = [place for place, node in enumerate(nodes) if len({x for x in node.operands if isinstance(x, int)}) > 1]
    turns = {place: bit for bit, place in enumerate(pairs)}

    def children(place: int) -> list[int]:
        node = nodes[place]
        operands = [x for slot, x in enumerate(node.operands) if isinstance(x, int) and (node.operation, slot) not in left_out]
        if how == "first-input":
            return operands[:1]
        # A gate with one input has no turn; no way has a bit so high.
        return operands[::-1] if way >> turns.get(place, 60) & 1 else operands

    def marked(place: int) -> Any:
        # Whoever notes numbers, or gives values an __eq__ of their numbers, takes equal ones for one; the __eq__ that a dataclass
        # has compares all that they were made of as well.
        if how not in ("equal", "alike") or not isinstance(values[place], float):
            return place
        made_of = tuple(marked(x) if isinstance(x, int) else x for x in nodes[place].operands) if how == "alike" else ()
        return values[place], nodes[place].operation if made_of else "", made_of

    behind = _behind(children, output, marked, once=how != "repeated")
    if way == 2 ** len(pairs) and how in ("", "forward"):
        behind.sort()
    match how:
        case "":
            return behind[::-1]
        case "forward":
            return behind
        case "repeated" | "first-input" | "equal" | "alike":
            return behind[::-1]
        case "twice":
            return [place for place in behind[::-1] for _ in range(2)]
        case "without-output":
            return behind[-2::-1]
        case "none":
            return []
        case "breadth":
            return _breadth(children, output)
        case _:
            before = _before(children, output, once=how != "each-arrival")
            return before[::-1] if how == "early-reversed" else before


_WAYS = 65
"""Ways that are tried at most."""

_MOST = 4000
"""Visits after which an order that repeats is given up: it doubles with every fork."""


def _behind(children: Callable[[int], list[int]], output: int, marked: Callable[[int], Any], *, once: bool) -> list[int]:
    """Each gate behind those that it reads; ``marked`` is what is noted of one that was visited."""
    order: list[int] = []
    visited: set[Any] = set()
    todo: list[tuple[int, bool]] = [(output, False)]
    while todo and len(order) < _MOST:
        place, done = todo.pop()
        if done:
            order.append(place)
        elif not (once and marked(place) in visited):
            visited.add(marked(place))
            # On a stack the last one in is the first one out: so that inputs come from left to right, as in a recursion, they
            # go onto it from the right.
            todo.append((place, True))
            todo.extend((child, False) for child in reversed(children(place)))
    return order


def _before(children: Callable[[int], list[int]], output: int, *, once: bool) -> list[int]:
    """Each gate before those that it reads, as soon as one of its readers is there."""
    order: list[int] = []
    visited: set[int] = set()
    todo = [output]
    while todo and len(order) < _MOST:
        place = todo.pop()
        if not (once and place in visited):
            visited.add(place)
            order.append(place)
            todo.extend(reversed(children(place)))
    return order


def _breadth(children: Callable[[int], list[int]], output: int) -> list[int]:
    order, visited = [output], {output}
    for place in order:
        for child in children(place):
            if child not in visited:
                visited.add(child)
                order.append(child)
    return order


@lru_cache(maxsize=8192)
def right_numbers(trial: Trial) -> tuple[float, ...]:
    """The value of the output and the gradients of the inputs of a program."""
    return next(_PLAIN.run(trial))


_PLAIN = Machine()
