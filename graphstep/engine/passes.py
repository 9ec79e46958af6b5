"""The forward and the backward pass, on arrays.

A node's gradient is the sum of the contributions that arrive at it, which the gates make (:mod:`graphstep.gates.numbers`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import field, replace
from functools import partial
from itertools import pairwise
from math import isfinite, nan, prod
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.engine.arithmetic import arithmetic
from graphstep.engine.edges import FEW
from graphstep.engine.levels import Batch, Index, Region
from graphstep.engine.plan import Plan
from graphstep.gates import Ties
from graphstep.gates.mathematics import Mathematics
from graphstep.gates.numbers import send, value
from graphstep.gates.rule import Call, MisfitError
from graphstep.ground.arrays import Number
from graphstep.ground.errors import ShapeError
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.precision import FLOAT64, Dtype, rounded
from graphstep.ground.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

BLOCK = 16_384
"""Cells that a gate computes at once: what its formula makes on the way stays in the processor's cache. For a whole large array
the system would be asked for new memory at every sign."""


@record(frozen=True, slots=True, eq=False)
class Buffers:
    """The cells of a run. A run that is repeated many times, in training, fills the same ones again."""

    cells: Array
    """Values of all nodes and, behind them, of the constants."""
    gradients: Array
    """Gradients of all nodes: nan where a node other than the output depends on no input, and 0 where the output does not depend
    on it."""
    slopes: Array
    """Local gradients by edge between numbers; nan for edges between arrays."""
    contributions: Array
    """Contributions of all edges. Where there are arrays, the gradients are its first cells (:attr:`Plan.edge_starts`)."""
    views: tuple[dict[Region, Array], dict[Region, Array]] = field(default_factory=lambda: ({}, {}))
    """The arrays in ``cells`` and in ``contributions`` that were asked for, while the run is made: to make a view of a small
    array takes as long as to compute with it."""

    answers: dict[Region, Array] = field(default_factory=dict, init=False)
    """By array of a gate that repeats a function of ``m``, what that came to on the way forward, until the way back asks again.
    It lies where the contribution will: new memory would cost half of what it spares."""

    kept: dict[tuple[bool, int, Shape], Array] = field(default_factory=dict, init=False)
    """The arrays that were asked for of a run that is made: a document asks for the same ones again and again."""

    @classmethod
    def of(cls, plan: Plan) -> Buffers:
        """New buffers for a plan, with its constants in their places."""
        count = plan.starts[-1]
        # Whatever is read was written before: inputs first, then level by level.
        cells = np.empty(count + len(plan.constants))
        cells[count:] = plan.constants
        slopes = np.full(len(plan.receiver), nan)
        if isinstance(plan.starts, range):
            return cls(cells, np.zeros(count), slopes, np.empty(plan.edge_starts[-1]))
        # Cells are shared: an array that one edge arrives at has that contribution as its gradient, and nothing is copied. Nobody
        # writes where the output does not depend on a node, so that zeros have to be there from the start.
        contributions = np.zeros(plan.edge_starts[-1])
        return cls(cells, contributions[:count], slopes, contributions)

    def array(self, buffer: Array, start: int, shape: Shape) -> Array:
        """The array of this shape that begins at a cell of one of the buffers of a run that is made."""
        # A gradient that is a single contribution lies where that does, and is the same array.
        key = buffer is self.cells, start, shape
        if key not in self.kept:
            self.kept[key] = buffer[start : start + prod(shape)].reshape(shape)
        return self.kept[key]

    def value(self, place: Index) -> Any:
        """The number, the numbers or the array at a place of ``cells``."""
        if not isinstance(place, Region):
            return self.cells[place]
        view = self.views[0].get(place)
        if view is None:
            view = self.views[0][place] = read(self.cells, place)
        return view

    def sent(self, place: Region) -> Array:
        """The array at a place of ``contributions``; the gradients are among them."""
        view = self.views[1].get(place)
        if view is None:
            view = self.views[1][place] = read(self.contributions, place)
        return view

    def freeze(self, plan: Plan) -> None:
        """Forget the gradients of constants, and let nobody write any more. The output keeps its seed, whatever it depends on."""
        for constants in plan.without_gradient:
            self.gradients[constants] = nan
        for held in (*self.views, self.answers):
            held.clear()
        for array in (self.cells, self.gradients, self.slopes, self.contributions):
            array.flags.writeable = False

    def copy(self) -> Buffers:
        """A copy of the buffers."""
        contributions = self.contributions.copy()
        shared = self.gradients.base is self.contributions
        gradients = contributions[: len(self.gradients)] if shared else self.gradients.copy()
        return Buffers(self.cells.copy(), gradients, self.slopes.copy(), contributions)


def read(buffer: Array, place: Index) -> Any:
    """The number, the numbers or the array at a place of a buffer; an array is a view."""
    if isinstance(place, Region):
        return buffer[place.start : place.stop].reshape(place.shape)
    return buffer[place]


def write(buffer: Array, place: Index, value: Any) -> None:
    """Put a number, numbers or an array at a place of a buffer."""
    if isinstance(place, Region):
        buffer[place.start : place.stop].reshape(place.shape)[...] = value
    else:
        buffer[place] = value


def forward(plan: Plan, buffers: Buffers, inputs: Mapping[str, Number], between: Callable[[], None] | None = None) -> None:
    """Compute the values of all nodes from those of the inputs. Inputs that are left out keep the values they have.

    ``between`` is called behind each level: it may put other values into the buffers.
    """
    cells, names = buffers.cells, plan.program.inputs
    if plan.tape is not None and len(inputs) == len(names):
        # Each on its own would take as long as the gates of a program with thousands of inputs.
        cells[: len(names)] = [*map(inputs.__getitem__, names)]
    else:
        for index, name in enumerate(names):
            if name in inputs:
                write(cells, plan.place(index), rounded(inputs[name], plan.dtype))
    if plan.tape is not None and between is None:
        plan.tape.forward(cells)
        return
    for level in plan.levels:
        # What stands in one level reads nothing of it: gates of one kind are one call of NumPy, in any order.
        for batch in level.batches:
            for block in blocks(batch):
                compute_batch(plan, buffers, block)
        if between is not None:
            between()


def blocks(batch: Batch) -> Iterable[Batch]:
    """A batch; of a gate that treats every cell of a large array alike, blocks of that, one after the other."""
    outs = batch.outs
    if not isinstance(outs, Region) or outs.stop - outs.start <= BLOCK or not batch.gate.cellwise:
        return (batch,)
    size = outs.stop - outs.start
    return (_block(batch, slice(start, min(start + BLOCK, size))) for start in range(0, size, BLOCK))


def _block(batch: Batch, cells: slice) -> Batch:
    def part(place: Index) -> Index:
        # What is no array is a constant, the same for all cells.
        if not isinstance(place, Region):
            return place
        return Region(place.start + cells.start, place.start + cells.stop, (cells.stop - cells.start,))

    sends = tuple((slot, part(place), edges) for slot, place, edges in batch.sends)
    return replace(batch, outs=part(batch.outs), ins=tuple(map(part, batch.ins)), sends=sends)


def compute_batch(plan: Plan, buffers: Buffers, batch: Batch) -> None:
    """Compute the values of the gates of a batch from those of what they read."""
    inputs = [buffers.value(place) for place in batch.ins]
    m = arithmetic()
    name = batch.gate.repeats
    if name and batch.sends and isinstance(batch.outs, Region) and isinstance(place := batch.sends[0][1], Region):
        answer = buffers.answers[batch.outs] = buffers.sent(place)
        m = _asking(m, name, partial(_noted, answer, getattr(m, name)))
    try:
        result = value(batch.gate, inputs, batch.options, plan.dtype, m)
    except MisfitError as error:
        raise _misfit(plan, batch, error) from None
    if isinstance(batch.outs, Region):
        buffers.value(batch.outs)[...] = result
    else:
        buffers.cells[batch.outs] = result


def _asking(m: Mathematics, name: str, function: Callable[[Any], Any]) -> Mathematics:
    """``m`` with another function by a name."""
    other = copy(m)
    vars(other)[name] = function
    return other


def _noted(answer: Array, function: Callable[[Array], Array], x: Array) -> Array:
    answer[...] = function(x)
    return answer


def _misfit(plan: Plan, batch: Batch, error: MisfitError) -> ShapeError:
    """Shapes fitted, and a value does not: a class that there is no score for."""
    cell = batch.outs.start if isinstance(batch.outs, Region) else int(np.ravel(batch.outs)[0])
    node = plan.program.nodes[bisect_right(plan.starts, cell) - 1]
    return ShapeError(error.reason, text=plan.program.text, span=node.span, hint=error.fits)


def backward(plan: Plan, buffers: Buffers, seed: Number, ties: Ties, between: Callable[[], None] | None = None) -> None:
    """Compute the gradients of all nodes, and the local gradients and contributions of all edges, from the values.

    ``between`` is called in every level where its gradients are complete, and where it has sent.
    """
    gradients, contributions = buffers.gradients, buffers.contributions
    write(gradients, plan.place(plan.program.output), rounded(seed, plan.dtype))
    if plan.tape is not None and between is None:
        plan.tape.backward(buffers.cells, gradients, buffers.slopes, contributions, plan.program.output, ties)
        return
    for level in reversed(plan.levels):
        # Whoever reads these nodes stands in a later level and has sent: their gradients can be added up before they send.
        level.add_numbers(gradients, contributions, plan.dtype)
        for region, parts in level.arrays:
            whole = gradients[region.start : region.stop]
            whole[...] = contributions[parts[0].start : parts[0].stop]
            for part in parts[1:]:
                whole += contributions[part.start : part.stop]
                if plan.dtype != FLOAT64:
                    whole[...] = rounded(whole, plan.dtype)
        if between is not None:
            between()
        for batch in level.batches:
            if batch.sends:
                for block in blocks(batch):
                    send_batch(block, buffers, ties, plan.dtype)
        if between is not None:
            between()


def send_batch(batch: Batch, buffers: Buffers, ties: Ties, dtype: Dtype) -> None:
    """Compute what the gates of a batch send, each its upstream gradient times its local gradients."""
    outs, m = batch.outs, arithmetic()
    if isinstance(outs, Region) and (answer := buffers.answers.pop(outs, None)) is not None:
        # What was asked has not changed since: values move on the way forward only, each before the gates that read it.
        m = _asking(m, batch.gate.repeats, lambda _: answer)
    inputs, out = tuple(buffers.value(place) for place in batch.ins), buffers.value(outs)
    call = Call(inputs, out, batch.options, ties, constants=batch.constants)
    upstream = buffers.sent(outs) if isinstance(outs, Region) else buffers.gradients[outs]
    for slot, places, edges in batch.sends:
        target = buffers.sent(places) if isinstance(places, Region) else None
        contribution, slope = send(batch.gate, call, slot, upstream, target, dtype, m)
        if edges is not None:
            buffers.slopes[edges] = slope
        if target is None:
            buffers.contributions[places] = contribution
        elif contribution is not target:
            # A pullback may compute right into its place: what it then returns is that array.
            target[...] = contribution


def node_sizes(plan: Plan, cells: Array) -> Array:
    """By node the largest absolute value among its cells, shape ``(nodes,)``; nan where there is one."""
    starts = plan.starts
    return np.abs(cells) if isinstance(starts, range) else _sizes(cells, pairwise(starts))


def edge_sizes(plan: Plan, contributions: Array) -> Array:
    """By edge the largest absolute value in its contribution, shape ``(edges,)``; nan where there is one."""
    starts = plan.starts
    if isinstance(starts, range):
        return np.abs(contributions)
    edges = zip(plan.edge_starts, plan.receiver.tolist(), strict=False)
    return _sizes(contributions, ((first, first + starts[node + 1] - starts[node]) for first, node in edges))


def _sizes(buffer: Array, places: Iterable[tuple[int, int]]) -> Array:
    if len(buffer) <= FEW and all(map(isfinite, cells := buffer.tolist())):
        # NumPy would take longer to begin than so few cells take. Of a nan it is NumPy that makes the size.
        return np.array([max(map(abs, cells[start:stop]), default=0.0) for start, stop in places], np.float64)
    # Not maximum.reduceat, which takes the next array's first cell for the size of an empty array.
    return np.array([np.max(np.abs(buffer[start:stop]), initial=0.0) for start, stop in places], np.float64)


def odd_places(numbers: Array) -> list[int]:
    """Where a number is inf or nan."""
    # So few may be a list that only looks like an array: NumPy need not be imported for them.
    if len(numbers) <= FEW:
        return [place for place, number in enumerate(numbers.tolist()) if not isfinite(number)]
    places: list[int] = np.flatnonzero(~np.isfinite(numbers)).tolist()
    return places
