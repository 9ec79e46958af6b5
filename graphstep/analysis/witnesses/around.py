"""The numeric witness where there are arrays: the program runs again for each cell that is moved, and for each step size.

Only what depends on the moved node runs again. What is differentiated is one number: the output, or the sum of its cells, each
times its seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.analysis.witnesses.branches import Decisions, decides, decisions
from graphstep.analysis.witnesses.differences import FEW, Difference, Magnitudes, Runs, between, sizes
from graphstep.analysis.witnesses.rounding import added
from graphstep.engine.reruns import Rerun, Work
from graphstep.engine.trace import Trace
from graphstep.gates.numbers import send
from graphstep.gates.rule import Call, MisfitError, Rule
from graphstep.ground.arrays import Number
from graphstep.ground.late import np, quiet
from graphstep.ground.operands import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

Moved: TypeAlias = Callable[[range, Array], Array]
"""``moved(chosen, steps)``: the cells of a node with some of its moves done, by each of a row of steps; a row each."""

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
    with quiet():
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

    def cells(self, places: Sequence[int]) -> Iterator[Difference]:
        """The slope towards each of the cells with these numbers, in reading order."""
        cells = np.ravel(self._value)

        def moved(chosen: range, steps: Array) -> Array:
            stack = np.repeat(cells[None, :], steps.size, axis=0)
            stack[np.arange(steps.size), np.repeat([places[k] for k in chosen], steps.shape[1])] += steps.ravel()
            return stack

        return self._settled(cells[list(places)].tolist(), moved)

    def direction(self, move: Array) -> Difference:
        """The slope along a direction, an array in the shape of the node."""
        (difference,) = self._settled([0.0], lambda _, steps: np.ravel(self._value) + steps.reshape(-1, 1) * np.ravel(move))
        return difference

    def _settled(self, xs: list[float], moved: Moved) -> Iterator[Difference]:
        every = range(len(xs))
        for k, (estimate, settled) in zip(every, self._differences(every, xs, moved, FEW), strict=True):
            if self.affordable < RUNS * PLENTY:
                settled |= estimate.error <= ENOUGH * abs(estimate.slope)
            # What refuses a class that is no whole number refuses those that are nearer to one too.
            settled |= bool(self.refusal) and math.isnan(estimate.slope)
            yield estimate if settled else next(self._differences(range(k, k + 1), xs, moved, None))[0]

    def _differences(self, places: range, xs: list[float], moved: Moved, few: int | None) -> Iterator[tuple[Difference, bool]]:
        """The difference at some places of a list, with so many steps or all there are, and whether it is good enough."""
        # As many cells as have room beside each other run at once, each with all of its steps.
        group = max(1, self._rerun.most // (2 * FEW))
        for first in range(0, len(places), group):
            chosen = places[first : first + group]
            steps = np.array([sizes(abs(xs[k]))[:few] for k in chosen])
            middle, count = np.array(xs[chosen.start : chosen.stop])[:, None], steps.shape[1]
            # Beside the largest number stands inf.
            with quiet():
                values = np.concatenate([middle - steps, middle + steps], axis=1)
            ran, sides, refusals = self._run(chosen, values - middle, moved)
            points, outputs = values.tolist(), ran.tolist()
            for place, k in enumerate(chosen):
                start, turn, stop = (2 * place * count + part for part in (0, count, 2 * count))
                self.refusal = next((refusals[run] for run in range(start, stop) if run in refusals), "")
                ends = points[place][:count], points[place][count:], outputs[start:turn], outputs[turn:stop]
                # What is refused decides nothing.
                ways = [] if self.refusal else [(nodes, way[..., start:turn], way[..., turn:stop]) for nodes, way in sides]
                yield between(Runs(xs[k], self.output, self._magnitudes, *ends), ways)

    def _run(
        self, chosen: range, moves: Array, moved: Moved
    ) -> tuple[Array, list[tuple[NDArray[np.int32], Decisions]], dict[int, str]]:
        """What comes out of every run, what the gates decide, a column each, and which runs were refused and why."""
        outputs, refusals = list[Array](), dict[int, str]()
        ways: dict[int, list[Decisions]] = {k: [] for k, asked in enumerate(self._asked) if asked}
        # Where not even the runs of one number have room beside each other, they are parted.
        for start in range(0, moves.shape[1], self._rerun.most):
            stack = moved(chosen, moves[:, start : start + self._rerun.most]).reshape(-1, *np.shape(self._value))
            # A number that is too large or undefined is an answer here.
            with quiet():
                for k, (work, inputs, out) in enumerate(self._rerun.run(stack)):
                    if k in ways:
                        ways[k].append(_decided(work, inputs, out, self._trace))
                ends = self._rerun.outputs * self._trace.seed
                ends = ends.reshape(len(stack), math.prod(ends.shape[1:])).sum(axis=1)
            # A run that a gate refused has no output; the difference leaves its step out.
            ends[list(self._rerun.refusals)] = np.nan
            outputs.append(ends)
            refusals |= {start + run: why for run, why in self._rerun.refusals.items()}
        works = self._rerun.work
        sides = [(np.array(works[k].nodes, np.int32), np.concatenate(columns, axis=-1)) for k, columns in ways.items()]
        return np.concatenate(outputs), sides, refusals


def _decided(work: Work, inputs: list[Any], out: Any, trace: Trace) -> Decisions:
    """What gates that decide something decide in each run, of shape ``(decisions, gates, runs)``."""
    gate, runs = work.gate, len(out)
    if decides(gate):
        ways = decisions(gate, inputs, out)
        return np.moveaxis(ways.reshape(len(ways), runs, -1), 1, -1).reshape(-1, len(work.nodes), runs)
    # Which cells it lets through, and with which sign: all that changes at a tie, at a margin, at length 0.
    if gate.stacked is not None:
        with suppress(MisfitError):
            return _signs(gate, Call(tuple(inputs), out, work.options, trace.ties), out.shape[1:], runs)
    signs = np.zeros((inputs[0].size // runs, 1, runs), np.int8)
    for run in range(runs):
        with suppress(MisfitError):
            call = Call(tuple(x[run] for x in map(np.asarray, inputs)), np.asarray(out[run]), work.options, trace.ties)
            signs[..., run] = _signs(gate, call, call.out.shape)[..., 0]
    return signs


def _signs(gate: Rule, call: Call, shape: Shape, runs: int = 1) -> Decisions:
    """The signs of what a gate whose value has this shape sends to its first input, of shape ``(cells, 1, runs)``."""
    sent = np.asarray(send(gate, call, 0, np.ones(shape))[0], np.float64)
    return np.sign(sent).astype(np.int8).reshape(runs, -1).T[:, None, :]


def _cost(work: Work) -> int:
    gate, cost = work.gate, CALL + work.cells_read + work.cells_written + work.multiplications // PRODUCTS
    return cost * (1 + (decides(gate) or gate.remark is not None))


def magnitudes(trace: Trace) -> Magnitudes:
    """The sizes of what rounding in the output comes from.

    Every cell is rounded by itself, so the cells of an array usually count together as the length of a vector does, and at most
    as their sum. What a gate adds up inside one cell is rounded at its size there, whatever cancels.
    """
    largest, inside, total = 0.0, 0.0, 0.0
    with quiet():
        for index, depends in enumerate(trace.program.depends):
            if depends:
                gradient = trace.gradient_of(index)
                largest = max(largest, _length(gradient, trace.value_of(index)))
                sizes = np.abs(np.multiply(gradient, added(trace, index)))
                of_all = float(sizes.sum())
                total += of_all if math.isfinite(of_all) else float(np.sum(sizes, initial=0.0, where=np.isfinite(sizes)))
        for wire in trace.wires:
            upstream = wire.upstream if wire.gate.cellwise else wire.contribution
            inside = max(inside, _length(upstream, trace.value_of(wire.receiver)))
    return Magnitudes(max(abs(objective(trace, trace.output)), largest), inside, total)


def _length(one: Number, other: Number) -> float:
    norm = math.sqrt(np.square(np.multiply(one, other)).sum())
    return norm if math.isfinite(norm) else 0.0
