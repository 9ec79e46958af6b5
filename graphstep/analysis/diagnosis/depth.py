"""What becomes of the gradient from layer to layer on its way back, each factor split into a slope and weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import nan

from graphstep.analysis.diagnosis.gradients import mean_size
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.engine.trace import Trace
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.ground.ways import reached


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

    return program.output not in reached([start], readers)
