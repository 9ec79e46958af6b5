"""All nodes of a run at once, in columns: a condition is asked of 100,000 of them between two keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.engine.passes import Array
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.engine.trace import Trace


def is_array(trace: Trace) -> NDArray[np.bool_]:
    """By node whether its value is an array."""
    columns = trace.program.columns
    arrays: NDArray[np.bool_] = np.array([bool(kind.shape) for kind in columns.of_kinds])[np.array(columns.kinds)]
    return arrays


def has_gate(trace: Trace, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """By node whether its gate has one of some names."""
    columns = trace.program.columns
    named = np.array([kind.rule is not None and kind.rule.name in names for kind in columns.of_kinds])
    gates: NDArray[np.bool_] = named[np.array(columns.kinds)]
    return gates


def reads_constant(trace: Trace) -> NDArray[np.bool_]:
    """By node whether it reads a constant."""
    columns = trace.program.columns
    reading = np.repeat(np.arange(len(columns)), np.diff(np.array(columns.starts)))
    reads = np.zeros(len(columns), np.bool_)
    reads[reading[np.array(columns.read) < 0]] = True
    return reads


def values_of_numbers(trace: Trace) -> Array:
    """By node its value; nan where that is an array."""
    return _of_numbers(trace, trace.buffers.cells)


def gradients_of_numbers(trace: Trace) -> Array:
    """By node its gradient, as :meth:`Trace.gradient_of` has it; nan where that is an array."""
    return _of_numbers(trace, trace.buffers.gradients)


def _of_numbers(trace: Trace, cells: Array) -> Array:
    starts = trace.plan.starts
    if isinstance(starts, range):
        return cells[: len(starts) - 1]
    numbers, those = np.full(len(starts) - 1, np.nan), ~is_array(trace)
    numbers[those] = cells[np.array(starts[:-1])[those]]
    return numbers


def value_steps(trace: Trace) -> NDArray[np.intp]:
    """By node the number of the step that computes it; 0 for an input."""
    first = trace.program.first_gate - 1
    return np.arange(len(trace.program.nodes)).clip(first) - first


def gradient_steps(trace: Trace) -> NDArray[np.int32]:
    """By node the number of the step that completes its gradient; 0 where nothing arrives."""
    return trace.plan.gradient_steps


def contribution_numbers(trace: Trace) -> NDArray[np.int32]:
    """By wire, which contribution to its receiver it brings, counted from 1."""
    arrivals = trace.plan.arrivals
    counts, numbers = arrivals.counts(), np.empty(len(trace.plan.receiver), np.int32)
    numbers[arrivals.edges] = np.arange(1, len(numbers) + 1) - np.repeat(arrivals.starts[:-1], counts)
    return numbers
