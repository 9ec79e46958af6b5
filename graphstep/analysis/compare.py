"""Two runs side by side: which of their nodes are the same, and where their numbers part, forward and then backward.

Nodes are matched by name, else by text: the second ``x*y`` of one program is the second ``x*y`` of the other. A run may also be
one that was written to a file, of which only the nodes, their numbers and the ways through routers are left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from graphstep.engine.trace import Trace
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import Number

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
    """What is compared of a run."""

    nodes: tuple[NodeSnapshot, ...]
    """Its nodes, in the order of its program."""
    output: Number
    """The value of its output."""
    routes: tuple[Route, ...] = ()
    """The wires of its routers, in the order of their gates."""


def snapshot_of(trace: Trace) -> Snapshot:
    """The nodes of a run with their numbers, and the ways through its routers."""
    program = trace.program
    nodes = (
        NodeSnapshot(node.name, program.label(i), trace.value_of(i), trace.gradient_of(i) if program.depends[i] else None)
        for i, node in enumerate(program.nodes)
    )
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

    pairs: tuple[Pair, ...]
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
    def first_value(self) -> Pair | None:
        """The first node, in the order of the forward pass, of which the values differ."""
        return next((pair for pair in self.pairs if pair.value > self.tolerance), None)

    @cached_property
    def first_gradient(self) -> Pair | None:
        """The first node, in the order of the backward pass, of which the gradients differ."""
        return next((pair for pair in reversed(self.pairs) if pair.gradient > self.tolerance), None)

    @cached_property
    def differing(self) -> tuple[Pair, ...]:
        """The nodes of which the value or the gradient differs."""
        return tuple(pair for pair in self.pairs if max(pair.value, pair.gradient) > self.tolerance)

    @cached_property
    def count(self) -> int:
        """How many numbers differ, values and gradients."""
        return sum((pair.value > self.tolerance) + (pair.gradient > self.tolerance) for pair in self.pairs)

    @property
    def equal(self) -> bool:
        """Whether the outputs and the numbers of all nodes that both have are equal."""
        return not self.differing and self.output <= self.tolerance


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


def _keyed(records: Iterable[NodeSnapshot]) -> Iterator[tuple[Key, int]]:
    seen: Counter[str] = Counter()
    for place, record in enumerate(records):
        text = record.name or "".join(record.label.split())
        seen[text] += 1
        yield (text, seen[text]), place


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
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        gaps = np.where(same, 0.0, np.abs(a - b))
        scale = max((float(np.max(np.abs(x[np.isfinite(x)]), initial=0.0)) for x in (a, b)), default=0.0)
        gap = float(np.max(np.where(np.isnan(gaps), np.inf, gaps), initial=0.0))
    return gap / scale if gap and scale else gap
