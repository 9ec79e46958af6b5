"""The numeric witness: central differences, extrapolated from several step sizes, that know about kinks.

Several step sizes, a factor of 4 apart, are run at once. Richardson's extrapolation removes the error terms h², h⁴, … from
them; where the tableau settles best, that is the slope, and how well it settles is its error (the method of Ridders, 1982).
Steps that cross a kink or leave the domain are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from operator import and_, sub, truediv
from typing import TYPE_CHECKING, TypeAlias

from graphstep.analysis.witnesses.branches import Decisions, decides, decisions
from graphstep.engine.reruns import Columns
from graphstep.engine.trace import Trace
from graphstep.ground.late import np
from graphstep.ground.precision import EPSILON
from graphstep.ground.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

_FIRST, _COUNT = 4, 12
"""The step sizes are 2⁻⁴ · 4⁻ʲ · max(1, |x|) for j from 0 to 11."""

FEW = 6
"""The first of them, which do for nearly everything."""

_CELLS = 3_000_000
"""Numbers that are computed at once."""


@record(frozen=True, slots=True)
class Difference:
    """The slope of the output at a point, from the runs around it, with its error."""

    slope: float
    """The central difference; at a kink the mean of the two sides; one side alone where the other is outside the domain."""
    error: float
    """How far it may be off, as far as the differences themselves can tell."""
    left: float
    """The slope to the left; nan outside the domain, ±inf at a jump."""
    right: float
    """The slope to the right."""
    kinks: tuple[int, ...] = ()
    """The gates that decide differently on the left and on the right, however small the step; in the order of the program."""
    bound: float = math.inf
    """How far it may be off at most, if every rounding falls the same way; ``error`` is what they usually come to."""
    reach: float = math.inf
    """The size of a slope here that nobody would call small: the largest output around the point, over the size of the value."""

    @property
    def one_sided(self) -> bool:
        """Whether only one side is inside the domain."""
        return bool(np.isfinite(self.left) != np.isfinite(self.right)) and not self.kinks


def differences(trace: Trace, nodes: Sequence[int]) -> Iterator[Difference]:
    """For each of the nodes, inputs or gates, the slope of the output towards it. Runs the program forward and nothing else."""
    per_node = 2 * FEW
    chunk = max(1, _CELLS // (len(trace.program.nodes) * per_node))
    place = 0
    while place < len(nodes):
        first_gate = trace.program.first_gate
        # Inputs are independent of each other's runs, so they share one; a gate's value is held fixed, which needs its own.
        # A column for each of its steps: hundreds of runs in one pass of NumPy.
        group = [nodes[place]]
        while place + len(group) < len(nodes) and len(group) < chunk and max(group[-1], nodes[place + len(group)]) < first_gate:
            group.append(nodes[place + len(group)])
        place += len(group)
        estimates = _settle(trace, group, [sizes(_number(trace, i))[:FEW] for i in group])
        for index, (difference, settled) in zip(group, estimates, strict=True):
            if settled:
                yield difference
            else:
                yield _settle(trace, [index], [sizes(_number(trace, index))])[0][0]


@lru_cache(maxsize=256)
def sizes(x: float) -> Array:
    """The step sizes for an input, from large to small: down to a small part of it where it is itself small."""
    count = _COUNT
    if 0 < abs(x) < 1:
        # x is m · 2ᵉ with m from ½ to 1, and a step is a quarter of the one before it.
        count += min(40, -math.frexp(x)[1] // 2 + 1)
    # Exact on every CPU, which a power that NumPy computes is not promised to be.
    return np.ldexp(max(1.0, abs(x)), -(_FIRST + 2 * np.arange(count)))


def _settle(trace: Trace, nodes: list[int], steps: list[Array]) -> list[tuple[Difference, bool]]:
    """The difference for each node, and whether it is good enough to need no more step sizes."""
    values, magnitudes = [_number(trace, index) for index in nodes], _magnitudes(trace)
    with np.errstate(over="ignore"):
        columns = np.concatenate([np.concatenate([x - h, x + h]) for x, h in zip(values, steps, strict=True)])
    ends = np.cumsum([0, *(2 * len(h) for h in steps)]).tolist()
    runs = Columns(trace, len(columns))
    for index, start, stop in zip(nodes, ends, ends[1:], strict=False):
        runs.move(index, slice(start, stop), columns[start:stop])
    with np.errstate(all="ignore"):
        runs.run(nodes[0])
        sides, estimates = _decisions(trace, runs), []
        points, outputs = columns.tolist(), runs.outputs.tolist()
        for x, start, stop in zip(values, ends, ends[1:], strict=False):
            left, right = slice(start, (start + stop) // 2), slice((start + stop) // 2, stop)
            around = Runs(x, float(trace.output), magnitudes, points[left], points[right], outputs[left], outputs[right])
            estimates.append(between(around, [(gates, way[..., left], way[..., right]) for gates, way in sides]))
    return estimates


def _number(trace: Trace, index: int) -> float:
    value = trace.value_of(index)
    assert isinstance(value, float), "a program of numbers has no arrays"
    return value


def _decisions(trace: Trace, runs: Columns) -> list[tuple[NDArray[np.int32], Decisions]]:
    """For the gates that decide: which they are, and their decisions in every column."""
    sides = []
    reaches = np.array(trace.program.reaches)
    for gate, nodes, inputs, out in runs.gates(decides):
        used = reaches[nodes]
        if used.any():
            sides.append((nodes[used], decisions(gate, [x[used] for x in inputs], out[used])))
    return sides


@record(frozen=True, slots=True)
class Magnitudes:
    """The sizes of the numbers of a run, each times what it counts for in the output: what rounding in the output comes from."""

    largest: float
    """The largest value of a gate."""
    inside: float
    """The largest that gates read: how large numbers may become, and cancel, inside one gate, as in x·(1 + erf x)."""
    total: float
    """All values of gates added up."""


@record(frozen=True, slots=True)
class Runs:
    """The runs around one value, from the largest step to the smallest."""

    x: float
    """The value itself."""
    f: float
    """The output there."""
    magnitudes: Magnitudes
    """What the output's rounding comes from."""
    below: list[float]
    """The values to its left."""
    above: list[float]
    """The values to its right."""
    f_below: list[float]
    """The outputs on the left."""
    f_above: list[float]
    """The outputs on the right."""


def between(runs: Runs, sides: list[tuple[NDArray[np.int32], Decisions, Decisions]]) -> tuple[Difference, bool]:
    """The difference from the runs around a value, and whether it is good enough to need no more step sizes.

    ``sides`` are gates and what they decided in the runs on the left and on the right.
    """
    # A dozen numbers a side: NumPy would take longer to begin than they take.
    left_ok, right_ok = [*map(math.isfinite, runs.f_below)], [*map(math.isfinite, runs.f_above)]
    kinks: list[int] = []
    for gates, lower, upper in sides:
        # The smallest step says how things stand at the point; larger ones count while nothing changes.
        left_ok = [*map(and_, left_ok, (lower == lower[..., -1:]).all(axis=(0, 1)).tolist())]
        right_ok = [*map(and_, right_ok, (upper == upper[..., -1:]).all(axis=(0, 1)).tolist())]
        kinks += gates[(lower[..., -1] != upper[..., -1]).any(axis=0)].tolist()
    both = [*map(and_, left_ok, right_ok)]
    # A side that leaves the domain, or crosses a kink, leaves the other one: then each is taken by itself.
    if not kinks and sum(both) >= 2:
        # The step that was taken, and not the one that was meant: x + h is rounded.
        width = [*compress(map(sub, runs.above, runs.below), both)]
        rises = compress(map(sub, runs.f_above, runs.f_below), both)
        # The error of a central difference goes with h², so it shrinks by 16 where the step does by 4.
        slope, error, step = _extrapolate([*map(truediv, rises, width)], [h / 2 for h in width], 16.0, runs)
        good = max(1e-9 * abs(slope), 4 * EPSILON * runs.magnitudes.largest / (width[0] / 2))
        settled = sum(both) >= 4 and error <= good
        # What cancels inside one gate is in no value of a gate, and rounds all the same.
        error = max(error, EPSILON * runs.magnitudes.inside / step)
        return Difference(slope, error, slope, slope, (), _bound(runs, error, step), _reach(runs, both, both)), settled
    with np.errstate(all="ignore"):
        left, left_error, left_bound = _one_side(runs, np.array(left_ok), np.array(runs.below), np.array(runs.f_below))
        right, right_error, right_bound = _one_side(runs, np.array(right_ok), np.array(runs.above), np.array(runs.f_above))
    finite = [side for side in ((left, left_error, left_bound), (right, right_error, right_bound)) if not np.isnan(side[0])]
    slope = float(np.mean([s for s, _, _ in finite])) if finite else float("nan")
    error, bound = (max((side[k] for side in finite), default=float("inf")) for k in (1, 2))
    return Difference(slope, error, left, right, tuple(sorted(kinks)), bound, _reach(runs, left_ok, right_ok)), False


def _bound(runs: Runs, error: float, step: float) -> float:
    """How far a slope may be off at most: each of two outputs by all roundings of the run, and extrapolation doubles that."""
    return max(error, 2 * EPSILON * runs.magnitudes.total / step)


def _reach(runs: Runs, left: list[bool], right: list[bool]) -> float:
    outputs = [runs.f, *compress(runs.f_below, left), *compress(runs.f_above, right)]
    return max(map(abs, outputs)) / max(1.0, abs(runs.x))


def _one_side(runs: Runs, usable: NDArray[np.bool_], at: Array, outputs: Array) -> tuple[float, float, float]:
    """The slope on one side, its error and the bound of that.

    It is nan where there are no runs, ±inf at a jump and where it grows without end.
    """
    if usable.sum() < 2:
        return float("nan"), float("inf"), float("inf")
    steps, rises = (at - runs.x)[usable], (outputs - runs.f)[usable]
    smallest, larger = abs(rises[-1]), abs(rises[max(0, len(rises) - 5)])
    # A jump: four steps on, at a step 256 times smaller, the output has come no nearer to the one at the point.
    if smallest > 0.9 * larger and smallest > 1e-6 * max(abs(runs.f), abs(float(outputs[usable][-1]))):
        return float(np.copysign(np.inf, rises[-1] * steps[-1])), 0.0, 0.0
    slopes = rises / steps
    # A vertical tangent: xᵖ gets steeper by 4¹⁻ᵖ with every step, the root by 2. From p = 0.71 on that is less than 1.5.
    if len(slopes) > 4 and (abs(slopes[-4:]) > 1.5 * abs(slopes[-5:-1])).all():
        return float(np.copysign(np.inf, slopes[-1])), 0.0, 0.0
    # The error of a difference to one side goes with h.
    slope, error, step = _extrapolate(slopes.tolist(), abs(steps).tolist(), 4.0, runs)
    error = max(error, EPSILON * runs.magnitudes.inside / step)
    return slope, error, _bound(runs, error, step)


def _extrapolate(slopes: list[float], h: list[float], factor: float, runs: Runs) -> tuple[float, float, float]:
    """The best entry of the extrapolation tableau, its error and its step; ``factor`` is what the first error term shrinks by."""
    rounding = [EPSILON * runs.magnitudes.largest / step for step in h]
    # From the largest steps on, then without them: a step that is too large spoils the whole tableau.
    before, last = slopes[-2:]
    for start in range(len(slopes) - 1):
        best, error, row = _tableau(slopes[start:], factor)
        # Steps too large for the function may agree with each other by accident; the small ones tell, within their rounding.
        if abs(best - last) <= 3 * abs(last - before) + 16 * rounding[-1]:
            return best, max(error, rounding[start + row]), h[start + row]
    return last, max(abs(last - before), rounding[-1]), h[-1]


def _tableau(column: list[float], factor: float) -> tuple[float, float, int]:
    best, least, place = column[-1], float("inf"), len(column) - 1
    above: list[float] = []
    for row, slope in enumerate(column):
        entries, power = [slope], 1.0
        for k, upper in enumerate(above):
            power *= factor
            # Neville's scheme: the k-th column is free of the first k error terms.
            entries.append((power * entries[k] - upper) / (power - 1))
            error = max(abs(entries[-1] - entries[k]), abs(entries[-1] - upper))
            if error < least:
                best, least, place = entries[-1], error, row
        if row > 1 and abs(entries[-1] - above[-1]) >= 2 * least:
            # From here on rounding grows faster than the extrapolation gains.
            break
        above = entries
    return best, least, place


def _magnitudes(trace: Trace) -> Magnitudes:
    """The sizes of |value| and |operand| times |gradient|, in a program of numbers: those whose rounding reaches the output."""
    if not trace.seed:
        return Magnitudes(0.0, 0.0, 0.0)
    # By node, and in a program of numbers each has one cell.
    values, wires = trace.value_sizes, trace.wires
    with np.errstate(all="ignore"):
        gradients = trace.gradient_sizes / np.abs(trace.seed)
        outs, ins = gradients * values, gradients[wires.senders] * values[wires.receivers]
        total = float(np.sum(outs, initial=0.0, where=np.isfinite(outs)))
    largest, inside = (float(np.max(each, initial=0.0, where=np.isfinite(each))) for each in (outs, ins))
    return Magnitudes(max(float(np.abs(trace.output)), largest), inside, total)
