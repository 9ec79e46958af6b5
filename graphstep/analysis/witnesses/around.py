"""The numeric witness where there are arrays: the program runs again for each cell that is moved, and for each step size.

Only what depends on the moved node runs again. What is differentiated is one number: the output, or the sum of its cells, each
times its seed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstep.analysis.witnesses.branches import decides, decisions
from graphstep.analysis.witnesses.differences import FEW, Difference, Magnitudes, Runs, between, sizes
from graphstep.analysis.witnesses.rounding import added
from graphstep.engine.reruns import Rerun, Work
from graphstep.engine.trace import Trace
from graphstep.gates.numbers import send
from graphstep.gates.rule import Call, MisfitError
from graphstep.ground.arrays import Number

Array = NDArray[np.float64]

CALL = 1_000
"""What one call of NumPy costs besides its cells, in cells: some microseconds."""

PRODUCTS = 16
"""Multiplications of a matrix product that cost as much as one cell of another gate."""


RUNS = 16
"""Runs that a difference takes: 12, or 36 where they do not settle at once."""

PLENTY = 8
"""Where fewer differences than this can be afforded, they are done as soon as they are good enough."""

ENOUGH = 1e-8
"""Relative error that is good enough."""


def objective(trace: Trace, output: Any) -> float:
    """The sum of the cells of an output, each times its seed."""
    with np.errstate(all="ignore"):
        return _total(trace, output)


def _total(trace: Trace, output: Any) -> float:
    product = trace.seed * output
    return float(product if isinstance(product, float) else np.sum(product))


class Around:
    """The runs around one, with the value of one node moved."""

    def __init__(self, trace: Trace, index: int, magnitudes: Magnitudes, budget: int) -> None:
        self.index = index
        """The node."""
        self._trace, self._magnitudes = trace, magnitudes
        self._value = trace.value_of(index)
        self._rerun = Rerun(trace, index)
        self._asked = [decides(work.gate) or work.gate.remark is not None for work in self._rerun.work]
        self.output = objective(trace, trace.output)
        """What is differentiated, at the point itself."""
        self.affordable = budget // self.work
        """How many runs may be made for ``budget``, in cells of a simple gate."""
        self.refusal = ""
        """Why a run of the last difference was refused: 0.9 is no class. Empty where none was."""

    @property
    def work(self) -> int:
        """The cost of one run, in cells of a simple gate."""
        return sum(map(_cost, self._rerun.work)) + CALL

    def cell(self, place: int) -> Difference:
        """The slope towards the cell with this number, in reading order."""
        x = float(np.ravel(self._value)[place])
        move = np.zeros(np.shape(self._value))
        move.flat[place] = 1.0
        return self._settled(x, move, float(np.abs(x)))

    def direction(self, move: Array) -> Difference:
        """The slope along a direction, an array in the shape of the node."""
        return self._settled(0.0, move, 0.0)

    def _settled(self, x: float, move: Array, size: float) -> Difference:
        self.refusal = ""
        estimate, settled = self._difference(x, move, sizes(size)[:FEW])
        if self.affordable < RUNS * PLENTY:
            settled |= estimate.error <= ENOUGH * abs(estimate.slope)
        # What refuses a class that is no whole number refuses those that are nearer to one too.
        settled |= bool(self.refusal) and math.isnan(estimate.slope)
        return estimate if settled else self._difference(x, move, sizes(size))[0]

    def _difference(self, x: float, move: Array, steps: Array) -> tuple[Difference, bool]:
        below, above = x - steps, x + steps
        # A number that is too large or undefined is an answer here.
        with np.errstate(all="ignore"):
            runs = [self._run(move, value - x) for value in (*below.tolist(), *above.tolist())]
        count = len(steps)
        outputs = np.array([output for output, _ in runs])
        sides = []
        for k, work in enumerate(self._rerun.work):
            ways = [decisions[k] for _, decisions in runs]
            if ways[0] is not None:
                # One column a run: the decisions of all cells of a gate, or of each of several gates.
                columns = np.stack([np.asarray(way) for way in ways], axis=-1)
                sides.append((np.array(work.nodes, np.int32), columns[..., :count], columns[..., count:]))
        around = Runs(x, self.output, self._magnitudes, below, above, outputs[:count], outputs[count:])
        with np.errstate(all="ignore"):
            return between(around, sides)

    def _run(self, move: Array, step: float) -> tuple[float, list[NDArray[np.int8] | None]]:
        """One run: what comes out, and what the gates decide, an entry a batch."""
        value: Any = self._value + step * move
        try:
            decided = [
                _decided(work, inputs, np.asarray(out), self._trace) if asked else None
                for (work, inputs, out), asked in zip(self._rerun.run(value), self._asked, strict=True)
            ]
        except MisfitError as error:
            self.refusal = self.refusal or error.reason
            return float("nan"), [None] * len(self._asked)
        return _total(self._trace, self._rerun.output), decided


def _decided(work: Work, inputs: list[Any], out: Array, trace: Trace) -> NDArray[np.int8]:
    """What gates that decide something decide in a run, of shape ``(decisions, gates)``."""
    gate = work.gate
    if decides(gate):
        return decisions(gate, inputs, out).reshape(-1, len(work.nodes))
    # Which cells it lets through, and with which sign: all that changes at a tie, at a margin, at length 0.
    call = Call(tuple(map(np.asarray, inputs)), out, work.options, trace.ties)
    sent, _ = send(gate, call, 0, np.ones(out.shape))
    return np.sign(np.asarray(sent, np.float64)).astype(np.int8).reshape(-1, 1)


def _cost(work: Work) -> int:
    gate, cost = work.gate, CALL + work.cells_read + work.cells_written
    if gate.factors is not None and gate.multiplications is not None and len(work.shapes) == 2:
        cost += gate.multiplications(0, work.shapes, work.options) // PRODUCTS
    return cost * (1 + (decides(gate) or gate.remark is not None))


def magnitudes(trace: Trace) -> Magnitudes:
    """The sizes of what rounding in the output comes from.

    Every cell is rounded by itself, so the cells of an array usually count together as the length of a vector does, and at most
    as their sum. What a gate adds up inside one cell is rounded at its size there, whatever cancels.
    """
    largest, inside, total = 0.0, 0.0, 0.0
    with np.errstate(all="ignore"):
        for index, depends in enumerate(trace.program.depends):
            if depends:
                gradient = trace.gradient_of(index)
                largest = max(largest, _length(gradient, trace.value_of(index)))
                sizes = np.abs(np.multiply(gradient, added(trace, index)))
                total += float(np.sum(sizes, initial=0.0, where=np.isfinite(sizes)))
        for wire in trace.wires:
            upstream = wire.upstream if wire.gate.cellwise else wire.contribution
            inside = max(inside, _length(upstream, trace.value_of(wire.receiver)))
    return Magnitudes(max(abs(objective(trace, trace.output)), largest), inside, total)


def _length(one: Number, other: Number) -> float:
    products = np.multiply(one, other)
    norm = float(np.sqrt(np.sum(np.square(products))))
    return norm if np.isfinite(norm) else 0.0
