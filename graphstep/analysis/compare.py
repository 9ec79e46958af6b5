"""Two runs side by side: which of their nodes are the same, and where their numbers part, forward and then backward.

Nodes are matched by name, else by text: the second ``x*y`` of one program is the second ``x*y`` of the other. A run may also be
one that was written to a file, of which only the nodes, their numbers and the ways through routers are left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

from graphstep.engine.agreement import cells_of
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

EQUAL = 1e-9
"""Relative difference up to which two numbers count as equal, unless asked otherwise."""

Key = tuple[str, int]
"""By what a node is found in another run: its name or text without blanks, and which one of several that is."""


class NodeSnapshot(NamedTuple):
    """A node of a run with its numbers."""

    name: str | None
    """The name that its program gives it."""
    label: str
    """Its text."""
    value: Number
    """Its value."""
    gradient: Number | None
    """Its gradient; None where none flows."""

    @property
    def title(self) -> str:
        """Its name, or its text where it has none."""
        return self.name or self.label


class Route(NamedTuple):
    """A wire of a router, and what it lets pass."""

    router: str
    """What the gate is: max, min, relu, abs."""
    gate: int
    """The place of the router among the nodes of its run."""
    slot: int
    """Which of its operands."""
    node: int
    """The place of that operand."""
    slope: Number
    """The local gradient: 0 where nothing passes, negative where the sign is turned."""


class Snapshot(NamedTuple):
    """The nodes, numbers and routes of a run that a comparison reads."""

    nodes: tuple[NodeSnapshot, ...]
    """Its nodes, in the order of its program."""
    output: Number
    """The value of its output."""
    routes: tuple[Route, ...] = ()
    """The wires of its routers, in the order of their gates."""


def node_of(trace: Trace, index: int) -> NodeSnapshot:
    """A node of a run."""
    program = trace.program
    gradient = trace.gradient_of(index) if program.depends[index] else None
    return NodeSnapshot(program.nodes[index].name, program.label(index), trace.value_of(index), gradient)


def snapshot_of(trace: Trace) -> Snapshot:
    """The nodes of a run with their numbers, and the ways through its routers."""
    program = trace.program
    nodes = (node_of(trace, i) for i in range(len(program.nodes)))
    routers = (i for i, node in enumerate(program.nodes) if is_router(node.rule))
    routes = (
        Route(wire.gate.name, wire.sender, wire.slot, wire.receiver, slope)
        for i in routers
        for wire in sorted(trace.sends(i), key=lambda wire: wire.slot)
        if (slope := wire.local) is not None
    )
    return Snapshot(tuple(nodes), trace.output, tuple(routes))


def is_router(rule: Rule | None) -> bool:
    """Whether a gate passes what arrives on to some of its operands, cell by cell, and to others nothing."""
    return rule is not None and rule.cellwise and rule.routes


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A node that both runs have."""

    one: NodeSnapshot
    """What it is in the first run."""
    other: NodeSnapshot
    """What it is in the second run."""
    value: float
    """The relative difference of its values, :func:`apart`."""
    gradient: float
    """The relative difference of its gradients; 0 where neither has one, inf where one of them has none."""
    place: int = 0
    """Its place among the nodes of the second run."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A wire of a router that passes something in one run and nothing, or the opposite, in the other."""

    router: str
    """What the gate is."""
    slope: float
    """The local gradient in the second run; of an array 0."""
    opened: int
    """Cells that pass something in the second run alone; of a number 1 or 0."""
    closed: int
    """Cells that pass something in the first run alone."""
    turned: int
    """Cells whose sign is turned in one run alone."""
    cells: int
    """Cells in all; 0 for a number."""
    node: NodeSnapshot | None = None
    """The operand at the wire, where runs of different programs are compared."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs, node by node."""

    pairs: Sequence[Pair]
    """The nodes of both, in the order of the first program."""
    only_one: tuple[NodeSnapshot, ...]
    """The nodes that the first run alone has."""
    only_other: tuple[NodeSnapshot, ...]
    """The nodes that the second run alone has."""
    tolerance: float = EQUAL
    """Relative difference up to which numbers count as equal."""
    output: float = 0.0
    """The relative difference of the outputs, whatever they are called."""
    flips: tuple[Flip, ...] = ()
    """The routes that are taken in one of the runs alone."""

    @cached_property
    def values(self) -> NDArray[np.intp]:
        """The places in :attr:`pairs` of those of which the values differ."""
        gaps = self.pairs.values if isinstance(self.pairs, _RunPairs) else [pair.value for pair in self.pairs]
        return np.flatnonzero(np.asarray(gaps) > self.tolerance)

    @cached_property
    def gradients(self) -> NDArray[np.intp]:
        """The places in :attr:`pairs` of those of which the gradients differ."""
        gaps = self.pairs.gradients if isinstance(self.pairs, _RunPairs) else [pair.gradient for pair in self.pairs]
        return np.flatnonzero(np.asarray(gaps) > self.tolerance)

    @property
    def first_value(self) -> Pair | None:
        """The first node, in the order of the forward pass, of which the values differ."""
        return self.pairs[int(self.values[0])] if len(self.values) else None

    @property
    def first_gradient(self) -> Pair | None:
        """The first node, in the order of the backward pass, of which the gradients differ."""
        return self.pairs[int(self.gradients[-1])] if len(self.gradients) else None

    @cached_property
    def differing(self) -> tuple[Pair, ...]:
        """The nodes of which the value or the gradient differs."""
        return tuple(self.pairs[place] for place in np.union1d(self.values, self.gradients).tolist())

    @property
    def count(self) -> int:
        """How many numbers differ, values and gradients."""
        return len(self.values) + len(self.gradients)

    @property
    def equal(self) -> bool:
        """Whether the outputs and the numbers of all nodes that both have are equal."""
        return not self.count and self.output <= self.tolerance


class _RunPairs(Sequence[Pair]):
    """The nodes of two runs of one program; each is looked at when it is asked for."""

    def __init__(self, one: Trace, other: Trace) -> None:
        self._one, self._other = one, other
        mine, theirs = cells_of(one), cells_of(other)
        self.values = _gaps(one.value_of, other.value_of, mine.starts, mine.values, theirs.values)
        """By node the relative difference of its values."""
        self.gradients = _gaps(one.gradient_of, other.gradient_of, mine.starts, mine.gradients, theirs.gradients)
        """By node the relative difference of its gradients; 0 where none flows."""
        self.gradients[~np.fromiter(one.program.depends, np.bool_, len(self.values))] = 0

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, place: int) -> Pair: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Pair]: ...
    def __getitem__(self, place: int | slice) -> Pair | Sequence[Pair]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        k = range(len(self))[place]
        sides = node_of(self._one, k), node_of(self._other, k)
        return Pair(*sides, float(self.values[k]), float(self.gradients[k]), k)


def compare(one: Snapshot, other: Snapshot, tolerance: float = EQUAL, *, places: Mapping[int, int] | None = None) -> Comparison:
    """Match the nodes of two runs, and measure how far their numbers are apart.

    ``places`` says by node of the first run which one of the second it is, where that is known.
    """
    if places is None:
        first, second = dict(_keyed(one.nodes)), dict(_keyed(other.nodes))
        places = {place: second[key] for key, place in first.items() if key in second}
    pairs = tuple(_pair(one.nodes[place], other.nodes[match], match) for place, match in places.items())
    only_one = tuple(node for place, node in enumerate(one.nodes) if place not in places)
    matched = frozenset(places.values())
    only_other = tuple(node for place, node in enumerate(other.nodes) if place not in matched)
    flips = tuple(_flips(one.routes, other, places))
    return Comparison(pairs, only_one, only_other, tolerance, apart(one.output, other.output), flips)


def aligned(one: Program, other: Program) -> dict[int, int]:
    """By node of a recorded program that of another one: the one with its name, else by its place.

    Its place is the calls and turns that it stands in, its operation, and which one of several it is there. What is called by
    numbers of nodes is not found by that: one more gate in front of it, and it has another number.
    """
    # Names first: gates that both have by name are counted nowhere, so that they may stand in another order.
    # A recorded program has names only where its source has: the others are told apart by what they do, and where.
    by_name = {node.name: place for place, node in enumerate(other.nodes) if node.name is not None}
    places = {place: by_name[node.name] for place, node in enumerate(one.nodes) if node.name in by_name}
    second = dict(_placed(other, frozenset(places.values())))
    places |= {place: second[key] for key, place in _placed(one, frozenset(places)) if key in second}
    return dict(sorted(places.items()))


def _placed(program: Program, matched: Set[int]) -> Iterator[tuple[tuple[str, str, int], int]]:
    """By calls and turns around it, operation and number there each gate that has no match yet."""
    paths = [program.path(frame) for frame in range(len(program.frames))] or [""]
    counts: Counter[tuple[str, str]] = Counter()
    for place, node in enumerate(program.nodes):
        if node.gate is None or place in matched:
            continue
        key = paths[node.frame], node.gate
        counts[key] += 1
        yield (*key, counts[key]), place


def compare_runs(one: Trace, other: Trace) -> Comparison:
    """The same of two runs of one program: the same nodes, of which only those are looked at whose numbers differ."""
    wires = sorted(flipped(one, other), key=lambda pair: (pair[0].sender, pair[0].slot))
    flips = tuple(replace(flip, node=node_of(other, wire.receiver)) for wire, flip in wires)
    # Pairs are made when they are looked at: of a million nodes a handful differ.
    return Comparison(_RunPairs(one, other), (), (), output=apart(one.output, other.output), flips=flips)


def flipped(old: Trace, new: Trace) -> Iterator[tuple[Wire, Flip]]:
    """The wires at routers, of the second of two runs of one program, that pass something else than in the first."""
    before, after = old.wires.slopes, new.wires.slopes
    # Between arrays no slope is kept: it is nan in both runs, and never equal to itself.
    for edge in np.flatnonzero(np.sign(before) != np.sign(after)).tolist():
        wire = new.wire(edge)
        if is_router(wire.gate) and (was := old.wire(edge).local) is not None and (now := wire.local) is not None:
            flip = flip_of(wire.gate.name, was, now)
            if flip is not None:
                yield wire, flip


def _gaps(
    one: Callable[[int], Number],
    other: Callable[[int], Number],
    starts: NDArray[np.intp],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """By node how far two runs are apart, :func:`apart`; ``a`` and ``b`` are all cells of both."""
    with np.errstate(all="ignore"):
        different = ~((a == b) | (np.isnan(a) & np.isnan(b)))
        if len(starts) == len(a) + 1:
            # Every node is a number.
            gap, sizes = np.where(different, np.abs(a - b), 0.0), np.stack([np.abs(a), np.abs(b)])
            scale = np.max(np.where(np.isfinite(sizes), sizes, 0.0), axis=0)
            gap = np.where(np.isnan(gap), np.inf, gap)
            return np.where(scale > 0, gap / np.where(scale > 0, scale, 1.0), gap)
    # A node of many cells is looked at once, however many of them differ.
    gaps = np.zeros(len(starts) - 1)
    for node in np.unique(starts.searchsorted(np.flatnonzero(different), "right") - 1).tolist():
        gaps[node] = apart(one(node), other(node))
    return gaps


def _keyed(records: Iterable[NodeSnapshot]) -> Iterator[tuple[Key, int]]:
    counts: Counter[str] = Counter()
    for place, record in enumerate(records):
        text = record.name or "".join(record.label.split())
        counts[text] += 1
        yield (text, counts[text]), place


def _pair(one: NodeSnapshot, other: NodeSnapshot, place: int) -> Pair:
    if one.gradient is None or other.gradient is None:
        gradient = 0.0 if one.gradient is other.gradient else float("inf")
    else:
        gradient = apart(one.gradient, other.gradient)
    return Pair(one, other, apart(one.value, other.value), gradient, place)


def _flips(routes: Iterable[Route], other: Snapshot, places: Mapping[int, int]) -> Iterator[Flip]:
    """The flips at the routers that both runs have."""
    there = {(route.gate, route.slot): route for route in other.routes}
    for route in routes:
        match = there.get((places.get(route.gate, -1), route.slot))
        if match is not None and match.router == route.router:
            flip = flip_of(route.router, route.slope, match.slope)
            if flip is not None:
                yield replace(flip, node=other.nodes[match.node])


def flip_of(router: str, before: Number, after: Number) -> Flip | None:
    """What changes at a wire of a router from one local gradient to another; None for nothing, and for another shape."""
    if np.shape(before) != np.shape(after):
        return None
    # What a router lets pass is its sign: max sends 1 or 0, abs 1 or −1, relu with a slope a share of it.
    was, now = np.sign(np.asarray(before)), np.sign(np.asarray(after))
    counts = [int(np.count_nonzero(x)) for x in ((was == 0) & (now != 0), (was != 0) & (now == 0), was * now < 0)]
    if not any(counts):
        return None
    shape = np.shape(after)
    opened, closed, turned = counts
    return Flip(router, 0.0 if shape else float(now), opened, closed, turned, int(now.size) if shape else 0)


def apart(one: Number, other: Number) -> float:
    """The relative difference of two numbers, of arrays the largest of a cell against the largest number in both.

    0 where both are equal, both infinite with one sign, or both nan; inf where their shapes differ or one is not finite.
    """
    if isinstance(one, float) and isinstance(other, float):
        # Of 100,000 numbers NumPy would make arrays, one by one.
        if one == other or (math.isnan(one) and math.isnan(other)):
            return 0.0
        gap, scale = abs(one - other), max((abs(x) for x in (one, other) if math.isfinite(x)), default=0.0)
        gap = math.inf if math.isnan(gap) else gap
        return gap / scale if scale else gap
    if np.shape(one) != np.shape(other):
        return float("inf")
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    gap = float(np.max(_cell_gaps(a, b), initial=0.0))
    # The largest number of both, and not cell by cell: beside 1e9 a difference of 1e-9 is rounding.
    scale = max((float(np.max(np.abs(x[np.isfinite(x)]), initial=0.0)) for x in (a, b)), default=0.0)
    return gap / scale if gap and scale else gap


def furthest(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[int, ...]:
    """The first cell of those at which two arrays of one shape are furthest apart."""
    return tuple(int(place) for place in np.unravel_index(int(np.argmax(_cell_gaps(one, other))), one.shape))


def _cell_gaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far cells are apart: 0 where both are nan or one infinity, inf where only one of them is."""
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        gaps = np.where(same, 0.0, np.abs(a - b))
    return np.where(np.isnan(gaps), np.inf, gaps)
