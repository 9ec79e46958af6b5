"""Where on the way to a node something began: a value or a gradient that is not finite, a gradient of 0.

Each function walks along the wires from one node and looks nowhere else: what went wrong beside the way has no part in it.
"""

from __future__ import annotations

from array import array
from functools import partial
from heapq import heappop, heappush
from math import isfinite, isnan
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from graphstep.engine.node_columns import is_array
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from graphstep.engine.trace import Trace
    from graphstep.engine.wires import Wire
    from graphstep.ground.arrays import Number


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a gradient became what it is: along a wire, or at a node whose contributions add up to it."""

    node: int
    """The gate that sends along the wire; without one the node whose contributions were added up, or the seeded output."""
    wire: Wire | None
    """The wire; None for a sum and for the seed."""


def is_finite(value: Number) -> bool:
    """Whether a number, or every cell of an array, is finite."""
    return isfinite(value) if isinstance(value, float) else bool(np.isfinite(value).all())


def has_nan(value: Number) -> bool:
    """Whether a number, or any cell of an array, is nan."""
    return isnan(value) if isinstance(value, float) else bool(np.isnan(value).any())


def is_zero(value: Number) -> bool:
    """Whether a number, or every cell of an array, is 0."""
    return value == 0 if isinstance(value, float) else not np.any(value)


def makes_not_finite(trace: Trace, index: int) -> bool:
    """Whether a gate makes inf or nan out of what is finite, or nan out of infinities, in one cell at least.

    An input makes nothing: what is not finite there was given. So was a constant such as 1e999.
    """
    value = trace.value_of(index)
    gate = trace.gate(index)
    if gate is None or is_finite(value):
        return False
    if gate.cellwise:
        # Cell by cell: an infinity in one cell of a mask says nothing about the others.
        finite = _in_every_operand(trace, index, np.isfinite)
        return bool(np.any(~np.isfinite(value) & finite)) or makes_nan(trace, index)
    return all(map(is_finite, trace.operand_values(index))) or makes_nan(trace, index)


def makes_nan(trace: Trace, index: int) -> bool:
    """Whether a gate makes nan out of what is not nan, in one cell at least."""
    value = trace.value_of(index)
    gate = trace.gate(index)
    if gate is None or not has_nan(value):
        return False
    if gate.cellwise:
        return bool(np.any(np.isnan(value) & _in_every_operand(trace, index, lambda x: ~np.isnan(x))))
    return not any(map(has_nan, trace.operand_values(index)))


def nan_of_infinities(trace: Trace, index: int) -> bool:
    """Whether what a gate reads is infinite wherever it makes nan: inf − inf, 0 · inf. The logarithm of −1 needs no infinity."""
    gate = trace.gate(index)
    if gate is not None and gate.cellwise:
        new = np.isnan(trace.value_of(index)) & _in_every_operand(trace, index, lambda x: ~np.isnan(x))
        return not np.any(new & _in_every_operand(trace, index, np.isfinite))
    return any(bool(np.isinf(value).any()) for value in trace.operand_values(index))


def _in_every_operand(trace: Trace, index: int, holds: Callable[[Number], Any]) -> NDArray[np.bool_]:
    """In which cells of an elementwise gate something holds of all that it reads."""
    shape = trace.node(index).shape
    # What it reads is a number or has its shape: arrays of other shapes are copied by gates of their own.
    everywhere: NDArray[np.bool_] = np.logical_and.reduce([np.broadcast_to(holds(x), shape) for x in trace.operand_values(index)])
    return everywhere


@owner_cache
def value_causes(trace: Trace, index: int) -> tuple[int, ...]:
    """The nodes at which the value of a node became what it is, where that is not finite: none, one or two.

    Of a nan the last is the first node on its way that is nan; before it stands the first that is infinite, where the nan was
    made of an infinity. A gate that makes what is not finite goes before an input that was given so.
    """
    value = trace.value_of(index)
    if is_finite(value):
        return ()
    if not has_nan(value):
        return (_first_maker(trace, (index,), np.isfinite, makes_not_finite),)
    origin = _first_maker(trace, (index,), _is_number, makes_nan)
    infinite = [x for x in trace.node(origin).operands if isinstance(x, int) and not is_finite(trace.value_of(x))]
    if not infinite:
        return (origin,)
    return _first_maker(trace, infinite, np.isfinite, makes_not_finite), origin


def _is_number(sizes: Any) -> Any:
    return ~np.isnan(sizes)


def _first_maker(trace: Trace, starts: Iterable[int], harmless: Callable[[Any], Any], makes: Callable[[Trace, int], bool]) -> int:
    """The first gate, in the order of the program, that makes what is not harmless on the way to some nodes; else the input."""
    first = _first_makers(trace, harmless, makes)
    return min(first[index] for index in starts) % len(first)


@owner_cache
def _first_makers(trace: Trace, harmless: Callable[[Any], Any], makes: Callable[[Trace, int], bool]) -> Sequence[int]:
    """By node the first gate that makes what is not harmless on the way to it; where none does the first node on that way, plus
    the number of nodes, so that a gate that makes it goes before.

    The row of nodes is a topological order: one pass does for all of them.
    """
    columns, sizes = trace.program.columns, trace.value_sizes
    count, read = len(columns), np.array(columns.read)
    reading = np.repeat(np.arange(count), np.diff(np.array(columns.starts)))
    odd = ~harmless(sizes)

    def inheriting(odd: NDArray[np.bool_]) -> NDArray[np.intp]:
        return np.flatnonzero(odd[read] & (read >= 0) & odd[reading])

    slots, nan = inheriting(odd), np.isnan(sizes)
    first = [*range(count, 2 * count)]
    # A number that is read and not harmless is reason enough, but for the nan that is made of infinities.
    has_reason, has_nan = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    has_reason[reading[slots]] = True
    has_nan[reading[inheriting(nan)]] = True
    for index in np.flatnonzero(odd & (is_array(trace) | ~has_reason) | nan & ~has_nan).tolist():
        if makes(trace, index):
            first[index] = index
    for index, x in zip(reading[slots].tolist(), read[slots].tolist(), strict=True):
        if first[x] < first[index]:
            first[index] = first[x]
    return array("i", first)


@owner_cache
def gradient_causes(trace: Trace, index: int) -> tuple[Cause, ...]:
    """Where the gradient of a node became what it is, where that is not finite: none, one or two, as :func:`value_causes`."""
    gradient = trace.gradient_of(index)
    if not trace.program.depends[index] or is_finite(gradient):
        return ()
    if not has_nan(gradient):
        return (_first_sender(trace, index, np.isfinite),)
    origin = _first_sender(trace, index, _is_number)
    if is_finite(trace.gradient_of(origin.node)):
        return (origin,)
    first = _first_sender(trace, origin.node, np.isfinite)
    return (origin,) if first == origin else (first, origin)


def _first_sender(trace: Trace, index: int, harmless: Callable[[Any], Any]) -> Cause:
    """The first place, in the order of the backward pass, at which what is not harmless arises on the way to a node."""
    edge = _first_edges(trace, harmless)[index]
    if edge < 0:
        return Cause(trace.program.output, None)
    wire = trace.wire(edge)
    return Cause(wire.receiver, None) if harmless(trace.contribution_sizes[edge]) else Cause(wire.sender, wire)


@owner_cache
def _first_edges(trace: Trace, harmless: Callable[[Any], Any]) -> Sequence[int]:
    """By node the edge at which what is not harmless about its gradient arises first; -1 for the seed.

    Edges stand in the order in which they send, so that all has arrived at a gate when it sends, and one pass does for all nodes:
    to follow the ways to each of thousands of inputs took a minute.
    """
    edges = np.flatnonzero(~harmless(trace.contribution_sizes))
    plan, arrivals = trace.plan, trace.plan.arrivals
    # What none of its contributions has arises in their sum, when the last one arrives.
    begins = np.where(arrivals.counts() > 0, np.append(arrivals.edges, -1)[arrivals.starts[1:] - 1], -1)
    begins[plan.receiver[edges]] = len(plan.receiver)
    first: list[int] = begins.tolist()
    senders = plan.sender[edges]
    inherited = ~harmless(trace.gradient_sizes)[senders]
    columns = (column.tolist() for column in (edges, plan.receiver[edges], senders, inherited))
    for edge, receiver, sender, is_inherited in zip(*columns, strict=True):
        origin = first[sender] if is_inherited else edge
        if origin < first[receiver]:
            first[receiver] = origin
    return array("i", first)


def zero_causes(trace: Trace, index: int) -> tuple[Cause, ...]:
    """Where the gradient on its way to a node ends, if all of its gradient is 0; in the order of the backward pass.

    The wires along which a gate sends 0 although a gradient arrives at it, and the nodes whose contributions cancel. Empty where
    the gradient is not 0, and where no way leads from the output to the node.
    """
    (causes,) = zero_causes_of(trace, (index,))
    return tuple(causes)


def zero_causes_of(trace: Trace, nodes: Sequence[int]) -> Iterator[Iterator[Cause]]:
    """The same of several nodes, in one walk for all of them; a cause is made when it is asked for."""
    program, plan = trace.program, trace.plan
    # By node that was met the nodes that lead to it, a bit each.
    ways: dict[int, int] = {}
    for bit, node in enumerate(nodes):
        if program.depends[node] and program.reaches[node] and is_zero(trace.gradient_of(node)):
            ways[node] = ways.get(node, 0) | 1 << bit
    # By edge that sends 0, or arrives last where contributions cancel, the node where they do.
    origins: list[tuple[int, int | None, int]] = []
    ahead = sorted(ways)
    while ahead:
        # A gate stands behind what it reads: when it is the first one ahead, all ways have led to it.
        node = heappop(ahead)
        edges, bits = plan.arrivals[node], ways[node]
        idle = [edge for edge in edges if is_zero(trace.contribution_of(edge))]
        if not edges or len(idle) < len(edges):
            # Its contributions cancel, or it is the seed. Nobody looks at what stands behind it.
            origins.append((edges[-1] if edges else -1, node, bits))
            continue
        for edge in idle:
            sender = plan.sender.item(edge)
            if not is_zero(trace.gradient_of(sender)):
                origins.append((edge, None, bits))
                continue
            if sender not in ways:
                heappush(ahead, sender)
            ways[sender] = ways.get(sender, 0) | bits
    origins.sort(key=itemgetter(0))

    def cause(origin: tuple[int, int | None, int]) -> Cause:
        edge, node, _ = origin
        return Cause(plan.sender.item(edge), trace.wire(edge)) if node is None else Cause(node, None)

    return (map(cause, filter(partial(_leads_from, bit), origins)) for bit in range(len(nodes)))


def _leads_from(bit: int, origin: tuple[int, int | None, int]) -> int:
    return origin[2] >> bit & 1
