"""What the gates of a program of numbers read and send, in columns: a batch is a choice of rows, and gates of one kind are told
apart all at once. Where there are arrays, :mod:`graphstep.engine.levels` goes gate by gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from graphstep.engine.arrivals import Arrivals
from graphstep.engine.levels import Batch, Cells, Level, depths
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Kind(NamedTuple):
    """What gates have in common that are computed together."""

    rule: Rule
    """What they compute."""
    fixed: tuple[bool, ...]
    """By slot whether it holds a constant."""
    slots: tuple[int, ...]
    """The slots that send a contribution on the way back."""


class Columns:
    """The gates of a program of numbers, in which a node and an edge are cells of their own numbers."""

    def __init__(self, program: Program, sender: Cells, slot: Cells, arrivals: Arrivals) -> None:
        """``sender`` and ``slot`` are those of the edges, in the order in which they send."""
        nodes = program.columns
        self.program = program
        """The program."""
        self.starts = np.array(nodes.starts, np.intp)
        """By node where its slots begin; one entry more, where the last ones end."""
        self.cells = np.array(nodes.read, np.int32)
        """By slot the cell that is read; constants lie behind the nodes, in the order of the program."""
        fixed = self.cells < 0
        # In the order of the slots, as plan.py has put their numbers into a column.
        self.cells[fixed] = len(nodes) + np.arange(np.count_nonzero(fixed), dtype=np.int32)
        self.edges = np.full(len(self.cells), -1, np.int32)
        """By slot the edge that sends along it; -1 where nothing is sent."""
        self.edges[self.starts[sender] + slot] = np.arange(len(sender), dtype=np.int32)
        self._arrivals = arrivals
        self.kinds, self.of_kinds = self._tell_apart(fixed)
        """By node its kind, of an input -1; and the kinds."""

    def _tell_apart(self, fixed: NDArray[np.bool_]) -> tuple[NDArray[np.intp], tuple[Kind, ...]]:
        nodes, first = self.program.columns, self.program.first_gate
        # Of a slot whether it holds a constant, and whether it sends, in a byte.
        states = (fixed + 2 * (self.edges >= 0)).astype(np.uint8).tobytes()
        starts, seen = self.starts[first:].tolist(), dict[tuple[Rule | None, bytes], int]()
        codes = [
            seen.setdefault((rule, states[start:stop]), len(seen))
            for rule, (start, stop) in zip(
                nodes.by_kind([kind.rule for kind in nodes.of_kinds], first), pairwise(starts), strict=True
            )
        ]
        kinds = [
            Kind(rule, tuple([bool(x & 1) for x in those]), tuple([k for k, x in enumerate(those) if x & 2]))
            for rule, those in seen
            if rule is not None
        ]
        # By the ranks of rules, not by their hashes, which are addresses: the order of batches is the same in every process.
        ranks = {rule: rank for rank, rule in enumerate(dict.fromkeys(kind.rule for kind in kinds))}
        order = sorted(range(len(kinds)), key=lambda k: (kinds[k].rule.name, ranks[kinds[k].rule], *kinds[k][1:]))
        of_gates = np.full(len(nodes), -1, np.intp)
        of_gates[first:] = np.argsort(order)[codes]
        return of_gates, tuple(kinds[k] for k in order)

    def rows(self) -> list[list[int]]:
        """By node the cells that it reads."""
        cells = self.cells.tolist()
        return [cells[start:stop] for start, stop in pairwise(self.starts.tolist())]

    def read(self, gates: NDArray[np.intp], slot: int) -> Cells:
        """The cells that gates read in a slot."""
        return self.cells[self.starts[gates] + slot]

    def alike(self, gates: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """Gates by their kinds, which are numbers; those of a kind in the order in which they are given."""
        kinds = self.kinds[gates]
        # Stable: gates of one kind stay in the order of the program.
        order = np.argsort(kinds, kind="stable")
        gates, kinds = gates[order], kinds[order]
        cuts = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
        for start, stop in pairwise([0, *cuts.tolist(), len(gates)]):
            if start < stop:
                yield int(kinds[start]), gates[start:stop]

    def levels(self) -> tuple[Level, ...]:
        """The levels from the inputs to the output."""
        # Cut where the depth grows; a stable sort leaves the nodes of a level ascending.
        depth = np.array(depths(self.program), np.intp)
        ends = np.bincount(depth).cumsum()[:-1]
        return tuple(map(self.level, np.split(np.argsort(depth, kind="stable"), ends)))

    def level(self, members: NDArray[np.intp]) -> Level:
        """Nodes in ascending order that do not read each other, as a level."""
        return Level(self.batches(members), *self._numbers(members), ())

    def batches(self, members: NDArray[np.intp]) -> tuple[Batch, ...]:
        """The gates among such nodes, those of one kind together."""
        batches = []
        for number, gates in self.alike(members[members >= self.program.first_gate]):
            kind = self.of_kinds[number]
            edges = [self.edges[self.starts[gates] + slot] for slot in kind.slots]
            batches.append(
                Batch(
                    kind.rule,
                    gates.astype(np.int32),
                    tuple(self.read(gates, slot) for slot in range(len(kind.fixed))),
                    tuple(slot for slot, is_constant in enumerate(kind.fixed) if is_constant),
                    {},
                    # An edge's cell is its number, and one column says both.
                    tuple(zip(kind.slots, edges, edges, strict=True)),
                )
            )
        return tuple(batches)

    def _numbers(
        self, members: NDArray[np.intp]
    ) -> tuple[tuple[Cells, Cells] | None, tuple[Cells, Cells, NDArray[np.intp], Cells] | None]:
        edges, starts = self._arrivals.edges, self._arrivals.starts
        counts = starts[members + 1] - starts[members]
        singles, forks = members[counts == 1], members[counts > 1]
        single = (singles.astype(np.int32), edges[starts[singles]]) if len(singles) else None
        if not len(forks):
            return single, None
        more = counts[counts > 1] - 1
        # Of each fork the places behind its first arrival, one fork behind the other, without a loop of Python's.
        later = np.repeat(starts[forks] + 1 - (more.cumsum() - more), more) + np.arange(more.sum())
        return single, (forks.astype(np.int32), edges[starts[forks]], np.repeat(forks, more), edges[later])
