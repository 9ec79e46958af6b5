"""What every layer of a network puts out, what gradient arrives at it, and what becomes of that from layer to layer.

A layer ends in an activation: a gate that says so in the table (sigmoid, tanh, relu, …), or ``max(0, ·)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING

from graphstep.analysis.diagnosis.gradients import mean_size
from graphstep.engine.trace import Trace
from graphstep.gates import Rule
from graphstep.gates.numbers import local
from graphstep.ground.arrays import Summary, summary
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.ground.ways import reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLAT = 0.01
"""A cell whose slope is smaller than this passes almost nothing: a squashing gate is saturated there, a relu dead."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The figures of one layer."""

    node: int
    """The activation, by its index in the program."""
    gate: Rule
    """Its gate."""
    shape: tuple[int, ...]
    """The shape of what it puts out; the last axis counts its units, the axes before it the examples."""
    values: Summary
    """What it puts out. ``values.std`` is the population standard deviation, as NumPy computes it."""
    gradients: Summary | None
    """The gradient that arrives at it; None where none does."""
    gradient_rms: float
    """The root mean square of that gradient; nan where none arrives."""
    flat: float
    """The share of its cells whose slope is smaller than :data:`FLAT`, from 0 to 1."""
    dead: int
    """How many of its units are flat for every example."""
    alike: bool
    """Whether all of its units (two or more) are equal for every example, and so are what they read and their gradients."""

    @property
    def units(self) -> int:
        """How many units it has."""
        return self.shape[-1] if self.shape else 1

    @property
    def examples(self) -> int:
        """For how many examples its units are known."""
        return self.values.size // self.units if self.units else 0


def layers(trace: Trace) -> tuple[Layer, ...]:
    """Every layer of a run, from the inputs to the output; empty where no gate is an activation."""
    columns = trace.program.columns
    of_kinds = [kind.rule is not None and (kind.rule.activation or kind.rule.chooses == "max") for kind in columns.of_kinds]
    candidates = (index for index, may_be in enumerate(columns.by_kind(of_kinds)) if may_be)
    return tuple(_layer(trace, index) for index in candidates if _is_activation(trace, index))


def _is_activation(trace: Trace, index: int) -> bool:
    gate, node = trace.gate(index), trace.node(index)
    assert gate is not None, "an input is no candidate"
    if gate.activation:
        # relu(2) is a number, and leaky_relu(2, x) one times the slope.
        return bool(node.sources) and node.sources[0][0] == 0
    # max(0, x) is relu in other words; max(x, y) chooses between two layers.
    return len(node.sources) == 1 and bool(node.constants)


def _layer(trace: Trace, index: int) -> Layer:
    gate = trace.gate(index)
    assert gate is not None, "an input is no activation"
    value, gradient = np.asarray(trace.value_of(index)), np.asarray(trace.gradient_of(index))
    differentiable = trace.gradient(index) is not None
    flat = np.abs(_slopes(trace, index, gate)) < FLAT
    # Examples by units: all axes but the last count examples. Of an array without cells -1 could be any number of them.
    units = flat.reshape(-1, flat.shape[-1] if flat.ndim else 1) if flat.size else None
    # Units that are equal because they are flat part when they come back, and those that are read with other weights at once.
    sides = (value, np.asarray(trace.value_of(trace.node(index).sources[0][1])), gradient)
    return Layer(
        index,
        gate,
        value.shape,
        summary(value),
        summary(gradient) if differentiable else None,
        mean_size(gradient) if differentiable else nan,
        float(np.mean(flat)) if flat.size else 0.0,
        0 if units is None else int(np.count_nonzero(units.all(axis=0))),
        differentiable and value.shape[-1:] > (1,) and value.size > 0 and all(np.all(x == x[..., :1]) for x in sides),
    )


def _slopes(trace: Trace, index: int, gate: Rule) -> NDArray[np.float64]:
    """The local gradient of an activation, cell by cell."""
    node = trace.node(index)
    ((slot, _),) = node.sources[:1]
    with np.errstate(all="ignore"):
        slope = local(gate, trace.call(index), slot)
    return np.broadcast_to(np.asarray(slope, np.float64), node.shape)


@dataclass(frozen=True, slots=True)
class Depth:
    """A layer on the way back, and what it does to the gradient. Sizes are root mean squares; what is not defined is nan."""

    node: int
    """Its activation."""
    size: float
    """The size of the gradient that arrives at it."""
    slope: float
    """By what the activation multiplies that size: its slope, weighted with where the gradient is."""
    weights: float
    """By what is multiplied between that and the layer before it: weights, norms, sums. It is not defined where another way leads
    around the activation."""

    @property
    def factor(self) -> float:
        """By what both multiply it."""
        return self.slope * self.weights


def depths(trace: Trace, layers: Sequence[Layer]) -> tuple[Depth, ...]:
    """The layers at which a gradient arrives, from the output back to the inputs; empty for fewer than two."""
    arriving = (layer for layer in reversed(layers) if np.isfinite(layer.gradient_rms) and layer.gradient_rms > 0)
    # An activation of data or of numbers alone sends nothing on, which would be divided by.
    way = [layer for layer in arriving if trace.between(layer.node, trace.node(layer.node).sources[0][1])]
    if len(way) < 2:
        return ()
    return tuple(_depths(trace, way))


def _depths(trace: Trace, way: Sequence[Layer]) -> Iterator[Depth]:
    for layer, before in pairwise([*way, None]):
        assert layer is not None, "only the last has none before it"
        ((_, below),) = trace.node(layer.node).sources[:1]
        # Two factors to a layer: gradient that arrives → behind the slope → at the layer before, through weights and sums.
        sent = mean_size(trace.between(layer.node, below)[0].contribution)
        weights = nan
        if before is not None and sent > 0 and _is_only_way(trace, before.node, below):
            weights = before.gradient_rms / sent
        yield Depth(layer.node, layer.gradient_rms, sent / layer.gradient_rms, weights)


def _is_only_way(trace: Trace, start: int, through: int) -> bool:
    """Whether every way from a node to the output leads through another, whose gradient one wire brings."""
    if len(trace.arrivals(through)) != 1:
        return False
    if start == through:
        return True
    program = trace.program

    def readers(node: int) -> Iterator[int]:
        return (reader for reader in program.consumers.gates(node) if reader != through and program.reaches[reader])

    # A node is read behind itself only: what has come past the other one reaches the output without it.
    return all(node < through for node in reached([start], readers))
