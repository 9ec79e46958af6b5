"""In which order an engine may come to its gates on the way back, right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphstep.ground.records import record
from graphstep.teaching.judge.fault import Fault
from graphstep.teaching.judge.operations import Cells
from graphstep.teaching.judge.trials import Operand


@record(frozen=True, slots=True)
class Node:
    """An input, or an operation that is built from no other."""

    operation: str
    """Its name; empty of an input."""
    operands: tuple[Operand, ...]
    """The places of what it reads, or plain numbers."""
    content: Cells = 0.0
    """The value of an input."""


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
"""Wrong orders: see :func:`order_of`."""

WAYS = 65
"""Ways that are tried at most."""

MOST = 4000
"""Visits after which an order that repeats is given up: it doubles with every fork."""


def order_of(nodes: Sequence[Node], output: int, how: str, faults: Sequence[Fault], way: int, values: Sequence[Any]) -> list[int]:
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


def _behind(children: Callable[[int], list[int]], output: int, marked: Callable[[int], Any], *, once: bool) -> list[int]:
    """Each gate behind those that it reads; ``marked`` is what is noted of one that was visited."""
    order: list[int] = []
    visited: set[Any] = set()
    todo: list[tuple[int, bool]] = [(output, False)]
    while todo and len(order) < MOST:
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
    while todo and len(order) < MOST:
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
