"""Numbers that somebody else computed, in place of our own: the values of a run that was recorded, to the bit.

A recorded float32 stays what it was. What a gate of ours makes of the recorded operands is compared with what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from graphstep.engine.levels import Batch, Region
from graphstep.engine.passes import Buffers, read, write
from graphstep.engine.plan import Plan
from graphstep.gates.numbers import value
from graphstep.gates.rule import MisfitError, Options, Rule
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.precision import EPSILON, checked_dtype, rounded
from graphstep.ground.records import dataclass

ULPS = 64
"""Units in the last place of its type by which a gate may differ from what was recorded, for as many steps as it stands for."""

SAME = 1e-9
"""The relative difference up to which two gradients are the same: they add up contributions in orders of their own."""

_CANCELS = ("sum", "mean", "matmul", "dot", "outer", "cumsum")
"""Gates that add up: they are as far off as the sum of the sizes lets them be."""

_ADDS = ("add", "sub", "gelu")
"""Gates of cells that are as far off as what they read was: a gelu of -4 is -4 times what is left of 1 - 0.99994."""

_SOLVES = ("inv", "solve", "logdet")
"""Gates that solve systems of equations, in which rounding grows with the condition number of the matrix."""

_SOLVED = 1e-6
"""Relative difference up to which solutions are the same."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded numbers of the nodes of a program, an entry for each node."""

    values: tuple[Number | None, ...]
    """Their values; None where nothing was recorded, and our gate computes it."""
    dtypes: tuple[str, ...]
    """The types that they were computed in."""
    gradients: tuple[Number | None, ...] = ()
    """Their gradients, where the recorded program had some; empty where none were recorded."""
    devices: tuple[str, ...] = ()
    """Where they were computed; empty for this machine's processor."""
    places: tuple[str, ...] = ()
    """The lines that computed them, ``f.py:7``; empty where that is not recorded."""

    def moved(self, where: Sequence[int | None], count: int) -> Recorded:
        """The same for a program of ``count`` nodes that was made of the first: ``where`` has the new place of each."""
        if [*where] == [*range(count)]:
            return self

        def padded(old: Sequence[Any], nothing: Any) -> tuple[Any, ...]:
            new = [nothing] * count
            for place, each, kept in zip(where, old, self.values, strict=False):
                # A copy that is made anew, of which nothing was recorded, has what it copies in front of it.
                if place is not None and each is not None and kept is not None:
                    new[place] = each
            return tuple(new) if old else ()

        return Recorded(
            padded(self.values, None),
            padded(self.dtypes, "float64"),
            padded(self.gradients, None),
            padded(self.devices, ""),
            padded(self.places, ""),
        )


def fill(plan: Plan, buffers: Buffers, inputs: Mapping[str, Number], recorded: Recorded) -> None:
    """Put recorded values into the buffers, those of the inputs, and what our gates make of them where nothing was recorded."""
    for index, name in enumerate(plan.program.inputs):
        write(buffers.cells, plan.place(index), inputs[name])
    first = plan.program.first_gate
    missing = {plan.starts[i] for i in range(first, len(recorded.values)) if recorded.values[i] is None}
    if isinstance(plan.starts, range) and not missing:
        buffers.cells[first : len(recorded.values)] = recorded.values[first:]
        return
    for index in range(first, len(recorded.values)):
        if (each := recorded.values[index]) is not None:
            write(buffers.cells, plan.place(index), each)
    for batch in (batch for level in plan.levels for batch in level.batches):
        cells = _firsts(batch)
        if missing.isdisjoint(cells):
            continue
        result = np.asarray(_value(batch, buffers))
        if isinstance(batch.outs, Region):
            write(buffers.cells, batch.outs, result)
            continue
        for cell, number in zip(cells, np.broadcast_to(result, len(cells)), strict=True):
            if cell in missing:
                buffers.cells[cell] = number


def _firsts(batch: Batch) -> list[int]:
    """The first cells of the nodes of a batch."""
    outs = batch.outs
    return [outs.start] if isinstance(outs, Region) else [int(cell) for cell in np.atleast_1d(outs)]


def _value(batch: Batch, buffers: Buffers) -> Any:
    return value(batch.gate, [buffers.value(place) for place in batch.ins], batch.options)


def adopt(plan: Plan, buffers: Buffers, recorded: Recorded) -> bool:
    """Put recorded gradients into the buffers, to the bit, where ours are the same numbers up to rounding; whether all are."""
    agree = True
    for nodes, theirs, same in _compared(plan, buffers, recorded):
        agree = agree and bool(np.all(same))
        if isinstance(nodes, int):
            if same:
                write(buffers.gradients, plan.place(nodes), theirs)
            continue
        cells = np.array([plan.starts[node] for node in nodes], np.intp)
        buffers.gradients[cells[same]] = theirs[same]
    return agree


def differing_gradient(plan: Plan, buffers: Buffers, recorded: Recorded) -> int | None:
    """The first node on the way back whose recorded gradient is another one than ours; None where all agree."""
    last = -1
    for nodes, _, same in _compared(plan, buffers, recorded):
        if isinstance(nodes, int):
            last = last if same else max(last, nodes)
        elif not np.all(same):
            last = max(last, *(node for node, each in zip(nodes, same.tolist(), strict=True) if not each))
    return None if last < 0 else last


def _compared(plan: Plan, buffers: Buffers, recorded: Recorded) -> Iterator[tuple[Any, Any, Any]]:
    """The nodes with a recorded gradient: all numbers at once, then each array; that gradient, and whether ours is the same."""
    # What is computed from constants alone gets a gradient from an engine, and none from us.
    nodes = [node for node, each in enumerate(recorded.gradients) if each is not None and plan.program.depends[node]]
    # A gradient has come through gates behind its node, and is as far off as the narrowest type among them lets it be.
    within = max(map(_tolerance, {*recorded.dtypes}), default=SAME)
    numbers = [node for node in nodes if isinstance(recorded.gradients[node], float)]
    if numbers:
        theirs = np.array([recorded.gradients[node] for node in numbers])
        ours = buffers.gradients[[plan.starts[node] for node in numbers]]
        yield numbers, theirs, _close(ours, theirs, within, np.abs(theirs))
    for node in nodes:
        array = recorded.gradients[node]
        if array is None or isinstance(array, float):
            continue
        ours = buffers.gradients[plan.starts[node] : plan.starts[node + 1]].reshape(array.shape)
        scale = np.max(np.abs(array), initial=0.0, where=np.isfinite(array))
        same = bool(np.all(_close(ours, array, within, scale)))
        yield node, array, same or bool(np.all(_close(ours, array, within, max(scale, _added(plan, buffers, node)))))


class Adoption:
    """Puts recorded gradients into the buffers on the way back, where ours are the same as their type holds them.

    So what a narrow type cannot hold is inf or 0 behind it too, as it was. Called as :func:`graphstep.engine.passes.backward`
    calls what it does between its levels.
    """

    def __init__(self, plan: Plan, buffers: Buffers, recorded: Recorded) -> None:
        self._plan, self._buffers, self._recorded = plan, buffers, recorded
        self._within = max(map(_tolerance, {*recorded.dtypes}), default=SAME)
        measured = {node for node, each in enumerate(recorded.gradients) if each is not None}
        node_of = {start: node for node, start in enumerate(plan.starts[:-1])}
        rows = ([node_of[cell] for batch in level.batches for cell in _firsts(batch)] for level in plan.levels[1:])
        first = range(plan.program.first_gate)
        self._nodes = [[node for node in row if node in measured] for row in (first, *rows)]
        self._calls = 0

    def __call__(self) -> None:
        """The gradients of a level are complete, or it has sent."""
        self._calls += 1
        # Twice a level: before it sends, when its gradients can still be replaced, and after.
        if self._calls % 2:
            for node in self._nodes[-1 - self._calls // 2]:
                self._adopt(node)

    def _adopt(self, node: int) -> None:
        place, dtype = self._plan.place(node), self._recorded.dtypes[node]
        theirs = np.asarray(self._recorded.gradients[node])
        ours = in_type(read(self._buffers.gradients, place), dtype)
        scale = max(_size(theirs), _added(self._plan, self._buffers, node))
        same = _close(ours, theirs, self._within, scale) | (np.abs(ours - theirs) <= ULPS * _SMALLEST.get(dtype, 0.0))
        # What adds up in a narrow type may overflow on the way to a sum that it could hold, or meet inf - inf.
        same |= ~np.isfinite(theirs) & (~np.isfinite(ours) | self._is_summed(node))
        if np.all(same):
            write(self._buffers.gradients, place, theirs)

    def _is_summed(self, node: int) -> bool:
        """Whether a gradient is a sum over cells, made by a gate that does not treat every cell alike."""
        plan = self._plan
        gates = (plan.program.nodes[int(plan.sender[edge])].rule for edge in plan.arrivals[node])
        return any(gate is not None and not gate.cellwise for gate in gates)


def is_narrow(recorded: Recorded) -> bool:
    """Whether some of it was computed in a type that is narrower than float64, and has gradients of its own."""
    return bool(recorded.gradients) and any(dtype in _SMALLEST for dtype in {*recorded.dtypes})


def _added(plan: Plan, buffers: Buffers, node: int) -> float:
    """How large the numbers are that a gradient is added up from.

    Contributions, cells of which a copy sends back the sum, and the products that a gate sums which does not treat every cell
    alike: a bias in front of a batch norm gets the sum of numbers that cancel, and no two orders of that sum agree in its digits.
    """
    sizes = [0.0]
    for edge in plan.arrivals[node]:
        sender = int(plan.sender[edge])
        if plan.program.nodes[sender].is_copy:
            sizes.append(_size(read(buffers.gradients, plan.place(sender))))
        elif len(plan.arrivals[node]) > 1:
            sizes.append(_size(read(buffers.contributions, plan.edge_place(edge))))
        rule = plan.program.nodes[sender].rule
        if rule is not None and not rule.cellwise:
            others = (x for _, x in plan.program.nodes[sender].sources if x != node)
            factor = max((_size(read(buffers.cells, plan.place(x))) for x in others), default=1.0)
            arrived = read(buffers.gradients, plan.place(sender))
            # As many roundings as numbers are added up to a cell: the bias of a convolution gets a sum over pictures and places.
            count = max(1.0, np.size(arrived) / max(1, plan.starts[node + 1] - plan.starts[node]))
            sizes.append(_size(arrived) * max(1.0, factor) * count**0.5)
    return max(sizes)


def _size(cells: Any) -> float:
    sizes = np.abs(cells)
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def _tolerance(dtype: str) -> float:
    return max(_epsilon(dtype) * ULPS, SAME)


def disagreement(plan: Plan, buffers: Buffers, recorded: Recorded) -> tuple[int, Number] | None:
    """The first node whose gate makes another number of recorded operands than was recorded, and that number; None for none."""
    differing: list[tuple[int, Number]] = []
    node_of = {start: node for node, start in enumerate(plan.starts[:-1])}
    # All values are there, so that gates of one kind need not wait for each other; those of one type are compared as it is.
    together = plan.tape.kinds if plan.tape is not None and len({*recorded.dtypes}) == 1 else None
    with np.errstate(all="ignore"):
        for batch in together or (batch for level in plan.levels for batch in level.batches):
            try:
                ours = np.asarray(_value(batch, buffers))
            except MisfitError:
                continue
            theirs = np.asarray(read(buffers.cells, batch.outs))
            nodes = [node_of[cell] for cell in _firsts(batch)]
            narrowest = max({recorded.dtypes[node] for node in nodes}, key=_epsilon)
            epsilon = _epsilon(narrowest)
            # What is too large for a narrow type is an infinity there, and what is very small has few digits.
            ours = in_type(ours, narrowest)
            wrong = ~_close(ours, theirs, epsilon * ULPS, _scale(batch, buffers, theirs))
            wrong &= ~(np.abs(ours - theirs) <= ULPS * _SMALLEST.get(narrowest, 0.0))
            if not wrong.any():
                continue
            # What adds up in a narrow type may overflow on the way to a sum that it could hold, or meet inf - inf.
            wrong &= np.isfinite(theirs) | np.isfinite(in_type(_added_up(batch, buffers), narrowest))
            if not wrong.any():
                continue
            if isinstance(batch.outs, Region):
                differing.append((nodes[0], ours))
            else:
                ours = np.broadcast_to(ours, len(nodes))
                differing += [(node, float(ours[k])) for k, node in enumerate(nodes) if np.broadcast_to(wrong, len(nodes))[k]]
    return min(differing, key=lambda each: each[0], default=None)


_SMALLEST = {"float32": 2.0**-149, "bfloat16": 2.0**-133, "float16": 2.0**-24}
"""The smallest numbers of types above 0."""


def in_type(numbers: Any, dtype: str) -> Any:
    """Numbers as a type that is narrower than float64 holds them."""
    if dtype in ("float32", "bfloat16"):
        return rounded(np.asarray(numbers), checked_dtype(dtype))
    return np.asarray(numbers).astype(np.float16).astype(np.float64) if dtype == "float16" else numbers


def alike(ours: Any, theirs: Any, within: float, summed: Any = 0.0) -> bool:
    """Whether two arrays have one shape, and numbers that differ by a part of the largest cell of the second at most.

    ``summed`` are the sizes of what their cells were added up from: a sum that cancels is as far off as these let it be.
    """
    if np.shape(ours) != np.shape(theirs):
        return False
    scale = max(_size(theirs), _size(summed))
    return bool(np.allclose(ours, theirs, rtol=within, atol=within * scale, equal_nan=True))


@cache
def _epsilon(dtype: str) -> float:
    if dtype == "bfloat16":
        return 2.0**-7
    return float(np.finfo(dtype).eps) if dtype.startswith("float") else EPSILON


def _close(ours: Any, theirs: Any, relative: Any, scale: Any) -> Any:
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return same | (np.abs(ours - theirs) <= relative * scale)


def added_up(gate: Rule, inputs: Sequence[Any], options: Options) -> Any:
    """The sizes of the numbers that a gate adds up, added up; 0 for one that adds up none."""
    if gate.name not in _CANCELS and gate.factors is None:
        return 0.0
    return value(gate, [np.abs(x) for x in inputs], options)


def _added_up(batch: Batch, buffers: Buffers) -> Any:
    return added_up(batch.gate, [buffers.value(place) for place in batch.ins], batch.options)


def _scale(batch: Batch, buffers: Buffers, theirs: Any) -> Any:
    """How large the numbers are that the value of a gate is made of, cell by cell."""
    name = batch.gate.name
    if name in _CANCELS:
        # As many roundings as there are terms.
        count = max(1, max(np.size(buffers.value(place)) for place in batch.ins))
        return _added_up(batch, buffers) * np.sqrt(count)
    if name in _ADDS:
        return sum(np.abs(buffers.value(place)) for place in batch.ins)
    if batch.gate.cellwise:
        return np.abs(theirs)
    if name in _SOLVES:
        return _size(theirs) * _SOLVED / (ULPS * EPSILON)
    return np.full(np.shape(theirs), _size(theirs))
