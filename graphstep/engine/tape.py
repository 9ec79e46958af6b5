"""The order of work of a program of numbers, gate by gate: a tape, for graphs that are too narrow for batches.

A batch of one or two gates takes NumPy as long as a hundred gates take Python. What the gates are does not matter on the way
back: all local gradients are known by then, and are computed together, one batch for each kind of gate in the whole program. What
is left are sums of products, upstream × local, in the order of the send steps. All numbers are those of batches, to the bit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphstep.engine.core import core
from graphstep.engine.core.loop import CompiledLoop
from graphstep.engine.levels import Batch, Level, Levels, depths
from graphstep.engine.loop import Group, Loop, PythonLoop, Sent
from graphstep.gates import Ties
from graphstep.gates.floats import float_function, hands_on
from graphstep.gates.numbers import local
from graphstep.gates.rule import Call, Rule
from graphstep.language.program import Program

Array = NDArray[np.float64]

_TOGETHER, _WIDE = 8, 256
"""How many gates of one kind and level NumPy computes together: where Python needs NumPy for each, and where it does not."""


@dataclass(frozen=True, slots=True)
class Tape:
    """The work of both passes."""

    loop: Loop
    """What is done gate by gate and edge by edge."""
    kinds: tuple[Batch, ...]
    """All gates by their kinds, whose local gradients are computed together."""
    inputs: Level
    """The inputs, whose contributions are added up at the end."""
    owners: NDArray[np.int32]
    """By gate, in the order of the program, the node whose gradient it has: its own, or where its only contribution is the whole
    gradient of a gate, the owner of that."""
    edges: NDArray[np.int32]
    """The other edges between gates, in the order in which they send."""
    shutting: NDArray[np.int32]
    """All edges that pass nothing where their slope is 0."""
    sender: NDArray[np.int32]
    """By edge the gate that sends."""

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
        work = program, _groups(program, levels.cells), levels.cells, Sent(senders, receivers, start)
        compiled = core()
        return cls(
            PythonLoop.of(*work) if compiled is None else CompiledLoop.of(compiled, *work),
            levels.batches(range(first, len(nodes))),
            levels.level(range(first)),
            np.array(owners[first:], np.int32),
            np.array(edges, np.int32),
            np.array([edge for edge, gate in enumerate(sender.tolist()) if gate in shut], np.int32) if shut else _NONE,
            sender,
        )

    def forward(self, cells: Array) -> None:
        """Compute the values of all gates from those of the inputs."""
        self.loop.forward(cells)

    def backward(self, cells: Array, gradients: Array, slopes: Array, contributions: Array, output: int, ties: Ties) -> None:
        """Compute all gradients, slopes and contributions from the values and the gradient of the output."""
        for kind in self.kinds:
            if kind.sends:
                inputs, out = tuple(cells[place] for place in kind.ins), cells[kind.outs]
                call = Call(inputs, out, kind.options, ties, constants=kind.constants)
                for slot, _, edges in kind.sends:
                    slopes[edges] = local(kind.gate, call, slot)
        shut = self.shutting[slopes[self.shutting] == 0]
        factors, places = slopes[self.edges], _NONE
        if len(shut):
            # 0 × inf is no contribution of theirs: they send what nobody sends, 0 × 0.
            places = self.edges.searchsorted(shut[np.isin(shut, self.edges, assume_unique=True)])
            factors[places] = 0.0
        sums = self.loop.sums(output, float(gradients[output]), factors, places.tolist())
        gradients[len(gradients) - len(self.owners) :] = sums[self.owners]
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


def _groups(program: Program, cells: list[list[int]]) -> tuple[Group, ...]:
    """The forward pass: what is computed together, level by level, and behind each other gates in the order of the program."""
    nodes, first = program.nodes, program.first_gate
    kinds: dict[tuple[Rule, int], tuple[int, bool]] = {}
    ranks = []
    for node in nodes[first:]:
        assert node.rule is not None, "behind the inputs stand gates"
        key = node.rule, len(node.operands)
        if key not in kinds:
            kinds[key] = len(kinds), float_function(*key)[1]
        ranks.append(kinds[key][0])
    groups = []
    for together, alone in _split(depths(program)[first:], ranks, [plain for _, plain in kinds.values()]):
        batch = None
        if together:
            rule = nodes[first + together[0]].rule
            assert rule is not None, "behind the inputs stand gates"
            columns = zip(*(cells[first + index] for index in together), strict=True)
            ins = tuple(np.array(column, np.int32) for column in columns)
            batch = rule, np.array(together, np.int32) + np.int32(first), ins
        groups.append(Group(batch, np.array(alone, np.int32) + np.int32(first)))
    return tuple(groups)


def _split(depth: list[int], rank: list[int], plain: list[bool]) -> list[tuple[list[int], list[int]]]:
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
