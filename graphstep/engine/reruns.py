"""The forward pass run again with other values of a node: what comes out, and what every gate read on the way.

A program of numbers runs for many values at once, a column for each. Where there are arrays as many runs as there is room for lie
one behind the other, and only what depends on the node is computed again. A stop gate keeps its value: what is measured is what
gradients are taken of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphstep.engine.levels import Batch, Index, Region
from graphstep.engine.plan import Plan, plan
from graphstep.engine.trace import Trace, run_plan
from graphstep.gates.numbers import value, values
from graphstep.gates.rule import MisfitError, Options, Rule
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.ground.operands import Shape
from graphstep.ground.precision import DTYPES, FLOAT64, Dtype, rounded
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS = 1_000_000
"""Cells that runs beside each other may have in memory."""


def number_type(trace: Trace) -> Dtype:
    """The narrowest type that the numbers of a run were computed in: its own, or that of whoever recorded it."""
    if trace.recorded is None:
        return trace.dtype
    return next((dtype for dtype in reversed(DTYPES) if dtype in trace.recorded.dtypes), trace.dtype)


def widened(trace: Trace) -> Trace:
    """The same program with the inputs of a run, in float64; the run itself where that is its type, and where only whoever
    recorded it knows what one of its gates computes.
    """
    if number_type(trace) == FLOAT64 or any(node.rule is not None and node.rule.recorded for node in trace.program.nodes):
        return trace
    setup = replace(trace.setup, dtype=FLOAT64)
    wide = plan(trace.program, trace.plan.order)
    return run_plan(wide, trace.inputs, seed=trace.seed, ties=trace.ties, setup=setup)


def every_number(trace: Trace) -> NDArray[np.float64]:
    """All that a run shows in one row: values, gradients, local gradients and contributions; nan where there is none."""
    buffers = trace.buffers
    return np.concatenate([buffers.cells[: trace.cell_count], buffers.gradients, buffers.slopes, buffers.contributions])


class Columns:
    """Several runs of a program of numbers at once, a column each. At first every column is the run that they start from."""

    def __init__(self, trace: Trace, count: int) -> None:
        values = trace.buffers.cells
        self._trace, self._cells = trace, np.repeat(values[:, None], count, axis=1)

    def move(self, node: int, columns: slice, values: NDArray[np.float64]) -> None:
        """Give a node other values in some columns."""
        self._cells[node, columns] = rounded(values, self._trace.plan.dtype)

    def run(self, held: int) -> None:
        """Compute what comes behind the level of a node. The node itself keeps the values it was given."""
        for gate, outs, ins in self._work(held):
            if not gate.stops:
                self._cells[outs] = value(gate, [self._cells[place] for place in ins], {}, self._trace.plan.dtype)

    @property
    def outputs(self) -> NDArray[np.float64]:
        """The output by column."""
        row: NDArray[np.float64] = self._cells[self._trace.program.output]
        return row

    def gates(
        self, wanted: Callable[[Rule], bool] = lambda _: True
    ) -> Iterator[tuple[Rule, NDArray[np.int32], list[NDArray[np.float64]], NDArray[np.float64]]]:
        """The gates of one kind and level: ``(row, nodes, inputs by slot, values)``, numbers of shape ``(nodes, columns)``.

        Only those of the ``wanted`` kinds: in a narrow program each of 10,000 gates is a batch of its own.
        """
        for gate, outs, ins in self._work():
            if wanted(gate):
                yield gate, outs, [self._cells[place] for place in ins], self._cells[outs]

    def _work(self, held: int = -1) -> Iterator[tuple[Rule, Any, Sequence[Any]]]:
        """The gates that may depend on a node, in an order in which each is computed before it is read: their row, the cells that
        they write, and by slot those that they read.
        """
        plan, program = self._trace.plan, self._trace.program
        if not plan.is_few:
            for level in plan.levels[self._level_of(held) + 1 :]:
                for batch in level.batches:
                    yield batch.gate, batch.outs, batch.ins
            return
        # One after the other: to find out which of so few are alike takes longer.
        nodes = program.columns
        for gate in range(max(held + 1, program.first_gate), len(nodes)):
            rule = nodes.rule(gate)
            assert rule is not None, "inputs stand in front"
            # Constants lie behind the nodes.
            read = [x if x >= 0 else len(nodes) + ~x for x in nodes.row(gate)]
            yield rule, np.array([gate], np.int32), [np.array([x], np.int32) for x in read]

    def _level_of(self, node: int) -> int:
        if node < self._trace.program.first_gate:
            return 0
        levels = enumerate(self._trace.plan.levels)
        return next(n for n, level in levels if any(bool(np.any(batch.outs == node)) for batch in level.batches))


@dataclass(frozen=True, slots=True)
class Work:
    """Gates that are computed together: one gate on arrays, or several of one kind on numbers."""

    gate: Rule
    """The row of the gates."""
    nodes: tuple[int, ...]
    """The gates."""
    options: Options
    """The options of a structural gate, defaults filled in."""
    shapes: tuple[Shape, ...]
    """The shapes of the inputs that are arrays."""
    cells_read: int
    """How many cells are read."""
    cells_written: int
    """How many cells are written."""
    multiplications: int
    """How many a product of arrays takes; 0 for any other gate."""


class Rerun:
    """The part of a forward pass between one node and the output, to be run again with other values of the node."""

    def __init__(self, trace: Trace, node: int) -> None:
        self._place, self._output = trace.plan.place(node), trace.plan.place(trace.program.output)
        self._values, self._dtype = trace.buffers.cells, trace.plan.dtype
        self._batches = _depending(trace, node)
        self.work = tuple(work for _, work in self._batches)
        """What is computed, in the order of the pass."""
        self._cells = np.empty((0, 0))
        cells = max(len(self._values), *(work.cells_read + work.multiplications for work in self.work), 1)
        self.most = max(1, _CELLS // cells)
        """How many runs lie in memory at once."""
        self.refusals: dict[int, str] = {}
        """By number the runs in which a gate refused a value, such as a class that there is no score for, and why."""

    def run(self, moved: NDArray[np.float64]) -> Iterator[tuple[Work, list[Any], Any]]:
        """Compute with other values of the node, one a run along the first axis, step by step: what is at work, what it reads,
        and what it makes, each with an axis of runs before its own.
        """
        # Every cell that depends on the node is written before it is read, so the next call takes the same memory.
        if len(self._cells) != len(moved):
            self._cells = np.repeat(self._values[None, :], len(moved), axis=0)
        self.refusals = {}
        self._view(self._place)[...] = rounded(moved, self._dtype)
        for batch, work in self._batches:
            # Cell by cell a number meets the whole array of its run.
            axes = len(batch.outs.shape) if work.gate.cellwise and isinstance(batch.outs, Region) else 0
            inputs = [self._view(place, axes) for place in batch.ins]
            out = self._compute(work, inputs, self._view(batch.outs))
            if not isinstance(batch.outs, Region):
                self._cells[:, batch.outs] = out
            yield work, inputs, out

    def _view(self, place: Index, axes: int = 0) -> Any:
        """What stands at a place in each run, of an array a view; a number with so many axes."""
        if isinstance(place, Region):
            return self._cells[:, place.start : place.stop].reshape(len(self._cells), *place.shape)
        cells = self._cells[:, place]
        return cells.reshape(len(cells), *(1,) * axes) if axes else cells

    def _compute(self, work: Work, inputs: list[Any], out: Any) -> Any:
        """Put into ``out`` what gates make in each run; nan where they refuse what they read."""
        try:
            result = values(work.gate, inputs, work.options, self._dtype)
        except MisfitError:
            result = None
        if result is not None:
            out[...] = result
            return out
        for run in range(len(out)):
            try:
                out[run] = value(work.gate, [x[run] for x in inputs], work.options, self._dtype)
            except MisfitError as error:
                out[run] = np.nan
                self.refusals.setdefault(run, error.reason)
        return out

    @property
    def outputs(self) -> Any:
        """The values of the output after the last runs, along the first axis."""
        return self._view(self._output)


def _depending(trace: Trace, node: int) -> list[tuple[Batch, Work]]:
    """The batches between a node and the output."""
    nodes, reaches = trace.program.columns, trace.program.reaches
    depends = {node}
    for place, row in enumerate(nodes.rows(node + 1), node + 1):
        if not depends.isdisjoint(row) and (rule := nodes.rule(place)) is not None and not rule.stops:
            depends.add(place)
    depends.remove(node)
    return [(batch, work) for batch, work in _works(trace.plan) if any(reaches[x] and x in depends for x in work.nodes)]


# Every input asks for its part of them.
@owner_cache
def _works(plan: Plan) -> list[tuple[Batch, Work]]:
    """The batches of a plan that compute any cells."""
    works = []
    for batch in (batch for level in plan.levels for batch in level.batches):
        if isinstance(batch.outs, Region) and batch.outs.start == batch.outs.stop:
            continue
        firsts = [batch.outs.start] if isinstance(batch.outs, Region) else np.atleast_1d(batch.outs).tolist()
        # An array without cells begins where the next node does: the last one that begins here has the cell.
        gates = tuple(bisect_right(plan.starts, first) - 1 for first in firsts)
        shapes = tuple(place.shape for place in batch.ins if isinstance(place, Region))
        size, many = sum(map(_size, batch.ins)), _multiplications(batch.gate, shapes, batch.options)
        works.append((batch, Work(batch.gate, gates, batch.options, shapes, size, _size(batch.outs), many)))
    return works


def _multiplications(gate: Rule, shapes: tuple[Shape, ...], options: Options) -> int:
    if gate.factors is None or gate.multiplications is None or len(shapes) != 2:
        return 0
    return gate.multiplications(0, shapes, options)


def _size(place: Index) -> int:
    return place.stop - place.start if isinstance(place, Region) else int(np.size(np.asarray(place)))
