"""The order of work of a program of numbers, gate by gate: a tape, for graphs that are too narrow for batches.

A batch of one or two gates takes NumPy as long as a hundred gates take Python. What the gates are does not matter on the way
back: all local gradients are known by then, and are computed together, one batch for each kind of gate in the whole program. What
is left are sums of products, upstream × local, in the order of the send steps. All numbers are those of batches, to the bit.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from graphstep.engine.levels import Batch, Cells, Level, Levels, depths
from graphstep.gates.floats import Function, float_function, hands_on
from graphstep.gates.numbers import local, value
from graphstep.gates.rule import Call, Rule

if TYPE_CHECKING:
    from graphstep.gates import Ties
    from graphstep.language.program import Program

Array = NDArray[np.float64]

_ALONE, _SEVERAL = -1, -2
"""In place of the second operand: there is none, or all of them stand in place of the first."""

_TOGETHER, _WIDE = 8, 256
"""How many gates of one kind and level NumPy computes together: where Python needs NumPy for each, and where it does not."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a tape: gates that NumPy computes together, and what follows, one gate after the other."""

    together: tuple[Rule, Cells, tuple[Cells, ...]] | None
    """What is computed together: the row, the gates, and by slot the cells that they read; None for nothing."""
    gates: Cells
    """The gates behind them, in the order of the program."""
    functions: list[Function]
    """By gate its function."""
    firsts: list[Any]
    """By gate the place of its first operand; of a gate with more than two a tuple of all."""
    seconds: list[int]
    """By gate the place of its second operand; less than 0 where it has another number of operands."""


@dataclass(frozen=True, slots=True)
class Tape:
    """The work of both passes. Places are those of a list of values: inputs, constants, then the gates, stretch by stretch."""

    stretches: tuple[Stretch, ...]
    """The forward pass."""
    kinds: tuple[Batch, ...]
    """All gates by their kinds, whose local gradients are computed together."""
    inputs: Level
    """The inputs, whose contributions are added up at the end."""
    owners: NDArray[np.int32]
    """By gate, in the order of the program, the node whose gradient it has: its own, or where its only contribution is the whole
    gradient of a gate, the owner of that."""
    edges: NDArray[np.int32]
    """The other edges between gates, in the order in which they send."""
    senders: list[int]
    """By such an edge the owner of the gradient that is sent."""
    receivers: list[int]
    """By such an edge the gate that gets its contribution."""
    shutting: NDArray[np.int32]
    """All edges that pass nothing where their slope is 0."""
    sender: NDArray[np.int32]
    """By edge the gate that sends."""
    start: list[float]
    """The gradients before anything is sent: −0, which changes nothing that is added to it, and 0 where nothing arrives. The last
    is no node's: 0, for who sends nothing."""

    @classmethod
    def of(
        cls,
        program: Program,
        levels: Levels,
        sender: NDArray[np.int32],
        slot: NDArray[np.int32],
        receiver: NDArray[np.int32],
    ) -> Tape:
        """The tape of a program of numbers; the columns are those of its edges, in the order in which they send."""
        nodes, first = program.nodes, program.first_gate
        owners, edges, senders, receivers = _sent(program, sender.tolist(), slot.tolist(), receiver.tolist())
        shut = {index for index in range(first, len(nodes)) if (rule := nodes[index].rule) is not None and rule.shuts}
        start = [0.0] * (len(nodes) + 1)
        for index in receivers:
            start[index] = -0.0
        return cls(
            _stretches(program, levels.cells),
            levels.batches(range(first, len(nodes))),
            levels.level(range(first)),
            np.array(owners[first:], np.int32),
            np.array(edges, np.int32),
            senders,
            receivers,
            np.array([edge for edge, gate in enumerate(sender.tolist()) if gate in shut], np.int32) if shut else _NONE,
            sender,
            start,
        )

    def forward(self, cells: Array) -> None:
        """Compute the values of all gates from those of the inputs."""
        nodes = len(self.start) - 1
        values = cells[: nodes - len(self.owners)].tolist() + cells[nodes:].tolist()
        append = values.append
        for stretch in self.stretches:
            if stretch.together is not None:
                rule, gates, ins = stretch.together
                cells[gates] = value(rule, [cells[places] for places in ins], {})
                values += cells[gates].tolist()
            before = len(values)
            for function, first, second in zip(stretch.functions, stretch.firsts, stretch.seconds, strict=True):
                if second >= 0:
                    append(function(values[first], values[second]))
                elif second == _ALONE:
                    append(function(values[first]))
                else:
                    append(function(*[values[place] for place in first]))
            cells[stretch.gates] = array("d", values[before:])

    def backward(self, cells: Array, gradients: Array, slopes: Array, contributions: Array, output: int, ties: Ties) -> None:
        """Compute all gradients, slopes and contributions from the values and the gradient of the output."""
        for kind in self.kinds:
            if kind.sends:
                inputs, out = tuple(cells[place] for place in kind.ins), cells[kind.outs]
                call = Call(inputs, out, kind.options, ties, constants=kind.constants)
                for slot, _, edges in kind.sends:
                    slopes[edges] = local(kind.gate, call, slot)
        shut = self.shutting[slopes[self.shutting] == 0]
        senders, factors = self.senders, slopes[self.edges]
        if len(shut):
            # 0 × inf is no contribution of theirs: they send what nobody sends, 0 × 0.
            senders, nobody = senders.copy(), len(self.start) - 1
            places = self.edges.searchsorted(shut[np.isin(shut, self.edges, assume_unique=True)])
            factors[places] = 0.0
            for place in places.tolist():
                senders[place] = nobody
        sums = self.start.copy()
        sums[output] = float(gradients[output])
        for sender, receiver, slope in zip(senders, self.receivers, factors.tolist(), strict=True):
            sums[receiver] += sums[sender] * slope
        gradients[len(gradients) - len(self.owners) :] = np.array(array("d", sums))[self.owners]
        np.multiply(gradients[self.sender], slopes, out=contributions)
        contributions[shut] = 0.0
        self.inputs.add_numbers(gradients, contributions)


_NONE = np.array([], np.int32)


def _sent(
    program: Program, senders: list[int], slots: list[int], receivers: list[int]
) -> tuple[list[int], list[int], list[int], list[int]]:
    """By node the owner of its gradient; then the edges between gates that change one, with the owners at both ends."""
    nodes, first = program.nodes, program.first_gate
    unchanged: dict[tuple[Rule, int, int], bool] = {}
    arrivals = Counter(receivers)
    # Lists of numbers that are one object each are half as large, and read faster.
    owners = list(range(len(nodes)))
    edges, owning, getting = [], [], []
    for edge, (sender, slot, receiver) in enumerate(zip(senders, slots, receivers, strict=True)):
        if receiver < first:
            continue
        rule, size = nodes[sender].rule, len(nodes[sender].operands)
        assert rule is not None, "an input sends nothing"
        if arrivals[receiver] == 1:
            key = rule, slot, size
            if key not in unchanged:
                unchanged[key] = hands_on(rule, slot, size)
            if unchanged[key]:
                owners[receiver] = owners[sender]
                continue
        edges.append(edge)
        owning.append(owners[sender])
        getting.append(owners[receiver])
    return owners, edges, owning, getting


def _stretches(program: Program, cells: list[list[int]]) -> tuple[Stretch, ...]:
    """The forward pass: what is computed together, level by level, and behind each other gates in the order of the program."""
    nodes, first = program.nodes, program.first_gate
    functions: dict[tuple[Rule, int], tuple[int, Function, bool]] = {}
    kinds: list[tuple[int, Function, bool]] = []
    for node in nodes[first:]:
        assert node.rule is not None, "behind the inputs stand gates"
        key = node.rule, len(node.operands)
        if key not in functions:
            functions[key] = len(functions), *float_function(*key)
        kinds.append(functions[key])
    groups = _groups(depths(program)[first:], [rank for rank, _, _ in kinds], [plain for _, _, plain in functions.values()])
    constants = sum(cell >= len(nodes) for row in cells for cell in row)
    place_of = [*range(first), *[0] * (len(nodes) - first), *range(first, first + constants)]
    stretches, places_behind = [], count(first + constants)
    for together, alone in groups:
        for index in (*together, *alone):
            place_of[first + index] = next(places_behind)
        batch = None
        if together:
            rule = nodes[first + together[0]].rule
            assert rule is not None, "behind the inputs stand gates"
            columns = zip(*(cells[first + index] for index in together), strict=True)
            ins = tuple(np.array(column, np.int32) for column in columns)
            batch = rule, np.array(together, np.int32) + np.int32(first), ins
        places = [[place_of[cell] for cell in cells[first + index]] for index in alone]
        stretches.append(
            Stretch(
                batch,
                np.array(alone, np.int32) + np.int32(first),
                [kinds[index][1] for index in alone],
                [row[0] if len(row) <= 2 else tuple(row) for row in places],
                [row[1] if len(row) == 2 else _ALONE if len(row) == 1 else _SEVERAL for row in places],
            )
        )
    return tuple(stretches)


def _groups(depth: list[int], rank: list[int], plain: list[bool]) -> list[tuple[list[int], list[int]]]:
    """Gates by number: those that are computed together, none in the first group, and those behind them, one after the other.

    ``plain`` says of each kind whether Python alone computes it.
    """
    if not depth:
        return [([], [])]
    levels = np.array(depth)
    codes = levels * len(plain) + np.array(rank)
    _, starts, codes_of, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    wide = counts >= np.where(plain, _WIDE, _TOGETHER)[np.array(rank)[starts]]
    # Behind whatever is computed together at its level or before.
    behind = levels[starts[wide]].searchsorted(levels, "right")
    by_code, ends = np.argsort(codes_of, kind="stable"), counts.cumsum()
    together = [by_code[ends[code] - counts[code] : ends[code]].tolist() for code in np.flatnonzero(wide).tolist()]
    alone = np.flatnonzero(~wide[codes_of])
    alone = alone[np.argsort(behind[alone], kind="stable")]
    parts = np.split(alone, behind[alone].searchsorted(range(1, len(together) + 1)))
    return list(zip([[], *together], [part.tolist() for part in parts], strict=True))
