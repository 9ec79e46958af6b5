"""Two runs side by side: which of their nodes are the same, and where their numbers part, forward and then backward.

Nodes are matched by name, else by text: the second ``x*y`` of one program is the second ``x*y`` of the other. A run may also be
one that was written to a file, of which only the nodes and their numbers are left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from graphstep.engine.trace import Trace
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


class Snapshot(NamedTuple):
    """What is compared of a run."""

    nodes: tuple[NodeSnapshot, ...]
    """Its nodes, in the order of its program."""
    output: Number
    """The value of its output."""


def snapshot_of(trace: Trace) -> Snapshot:
    """The nodes of a run with their numbers."""
    program = trace.program
    nodes = (
        NodeSnapshot(node.name, program.label(i), trace.value_of(i), trace.gradient_of(i) if program.depends[i] else None)
        for i, node in enumerate(program.nodes)
    )
    return Snapshot(tuple(nodes), trace.output)


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

    @property
    def equal(self) -> bool:
        """Whether the outputs and the numbers of all nodes that both have are equal."""
        return not self.differing and self.output <= self.tolerance


def compare(one: Snapshot, other: Snapshot, tolerance: float = EQUAL) -> Comparison:
    """Match the nodes of two runs, and measure how far their numbers are apart."""
    first, second = dict(_keyed(one.nodes)), dict(_keyed(other.nodes))
    pairs = tuple(_pair(record, second[key]) for key, record in first.items() if key in second)
    only_one, only_other = (
        tuple(record for key, record in side.items() if key not in rest) for side, rest in ((first, second), (second, first))
    )
    return Comparison(pairs, only_one, only_other, tolerance, apart(one.output, other.output))


def _keyed(records: Iterable[NodeSnapshot]) -> Iterator[tuple[Key, NodeSnapshot]]:
    seen: Counter[str] = Counter()
    for record in records:
        text = record.name or "".join(record.label.split())
        seen[text] += 1
        yield (text, seen[text]), record


def _pair(one: NodeSnapshot, other: NodeSnapshot) -> Pair:
    if one.gradient is None or other.gradient is None:
        gradient = 0.0 if one.gradient is other.gradient else float("inf")
    else:
        gradient = apart(one.gradient, other.gradient)
    return Pair(one, other, apart(one.value, other.value), gradient)


def apart(one: Number, other: Number) -> float:
    """The relative difference of two numbers, of arrays the largest of a cell against the largest number in both.

    0 where both are equal, both infinite with one sign, or both nan; inf where their shapes differ or one is not finite.
    """
    if np.shape(one) != np.shape(other):
        return float("inf")
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        gaps = np.where(same, 0.0, np.abs(a - b))
        scale = max((float(np.max(np.abs(x[np.isfinite(x)]), initial=0.0)) for x in (a, b)), default=0.0)
        gap = float(np.max(np.where(np.isnan(gaps), np.inf, gaps), initial=0.0))
    return gap / scale if gap and scale else gap
