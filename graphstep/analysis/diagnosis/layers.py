"""What every layer of a network puts out, and what gradient arrives at it, in a few figures.

A layer ends in an activation: a gate that says so in the table (sigmoid, tanh, relu, …), or ``max(0, ·)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.engine.trace import Trace
from graphstep.gates import Rule
from graphstep.gates.numbers import local
from graphstep.ground.arrays import Summary, summary
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

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
    """Whether all of its units (two or more) are equal for every example."""

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
    units = flat.reshape(-1, flat.shape[-1]) if flat.ndim else flat.reshape(1, 1)
    cells = value.reshape(-1, value.shape[-1]) if value.ndim else value.reshape(1, 1)
    with np.errstate(all="ignore"):
        rms = float(np.sqrt(np.mean(np.square(gradient)))) if differentiable and gradient.size else float("nan")
    return Layer(
        index,
        gate,
        value.shape,
        summary(value),
        summary(gradient) if differentiable else None,
        rms,
        float(np.mean(flat)) if flat.size else 0.0,
        int(np.count_nonzero(units.all(axis=0))) if units.size else 0,
        cells.shape[1] > 1 and cells.size > 0 and bool(np.all(cells == cells[:, :1])),
    )


def _slopes(trace: Trace, index: int, gate: Rule) -> NDArray[np.float64]:
    """The local gradient of an activation, cell by cell."""
    node = trace.node(index)
    ((slot, _),) = node.sources[:1]
    with np.errstate(all="ignore"):
        slope = local(gate, trace.call(index), slot)
    return np.broadcast_to(np.asarray(slope, np.float64), node.shape)
