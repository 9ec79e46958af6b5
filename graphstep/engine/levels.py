"""The batches of a program, level by level: what is computed together, and where it lies in the buffers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from graphstep.engine.arrivals import Arrivals
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.precision import FLOAT64, Dtype, rounded
from graphstep.ground.records import record
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Region(NamedTuple):
    """The cells of one array in a buffer."""

    start: int
    """The first of them."""
    stop: int
    """The one behind the last."""
    shape: Shape
    """How they are arranged, in C order."""


Cells: TypeAlias = "NDArray[np.int32]"
"""Cells by number. One cell is an array of one too: powers of a NumPy scalar come from another routine than those of an array."""

Index: TypeAlias = "int | Cells | Region"
"""One cell that arrays are computed with, several at once, or the cells of an array."""


@record(frozen=True, slots=True)
class Batch:
    """Gates that are computed together: the same gate, at the same level, with constants in the same slots."""

    gate: Rule
    """What they compute."""
    outs: Index
    """The cells they write."""
    ins: tuple[Index, ...]
    """The cells they read, one entry a slot."""
    constants: tuple[int, ...]
    """The slots that hold constants."""
    options: Mapping[str, Any]
    """The options of a structural gate, defaults filled in."""
    sends: tuple[tuple[int, Index, Cells | None], ...]
    """``(slot, cells of the contributions, edges)`` of every slot that gets a contribution on the way back; the edges are None
    where arrays are sent, whose slopes are not kept."""


@record(frozen=True, slots=True)
class Level:
    """The nodes at one distance from the inputs, with the gates among them."""

    batches: tuple[Batch, ...]
    """What computes them; empty at level 0, the inputs."""
    singles: tuple[Cells, Cells] | None
    """``(cells, contributions)`` of the numbers that get exactly one contribution."""
    forks: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.intp], NDArray[np.int32]] | None
    """``(cells, first contributions, cells again, later contributions)`` of the numbers that get several: each later one is added
    to its cell, in the order of the send steps."""
    arrays: tuple[tuple[Region, tuple[Region, ...]], ...]
    """The arrays that get several contributions, each with these."""

    def add_numbers(self, gradients: NDArray[np.float64], contributions: NDArray[np.float64], dtype: Dtype = FLOAT64) -> None:
        """Add up the contributions to each number, each sum rounded to a type."""
        if self.singles is not None:
            places, edges = self.singles
            gradients[places] = contributions[edges]
        # No number is both: the order of the two does not matter.
        if self.forks is None:
            return
        places, firsts, again, later = self.forks
        gradients[places] = contributions[firsts]
        # One after the other, as the steps do and as the sum is printed; reduceat would add many of them in pairs.
        if dtype == FLOAT64:
            np.add.at(gradients, again, contributions[later])
            return
        for place, term in zip(again.tolist(), contributions[later].tolist(), strict=True):
            gradients[place] = rounded(float(gradients[place]) + term, dtype)


def place_of(start: int, shape: Shape) -> int | Region:
    """The cell of a number, or the region of an array, that begins at a cell."""
    return Region(start, start + prod(shape), shape) if shape else start


class Levels:
    """Makes the levels of a program."""

    def __init__(
        self,
        program: Program,
        starts: Sequence[int],
        edge_starts: Sequence[int],
        edges: Iterable[tuple[int, int]],
        arrivals: Arrivals,
    ) -> None:
        """``edges`` are the sender and the slot of each."""
        self._program, self._starts, self._edge_starts, self._arrivals = program, starts, edge_starts, arrivals
        self._counts = arrivals.counts().tolist()
        free = count(starts[-1])
        self.cells = [[starts[x] if x >= 0 else next(free) for x in row] for row in program.columns.rows()]
        """By node and slot the first cell of what is read; constants lie behind the nodes, in the order of the program."""
        self._edges_of: list[list[tuple[int, int]]] = [[] for _ in program.nodes]
        """By gate the slot and the number of each edge that it sends along."""
        for edge, (sender, slot) in enumerate(edges):
            self._edges_of[sender].append((slot, edge))
        self._ranks: dict[Rule, int] = {}

    def levels(self) -> tuple[Level, ...]:
        """The levels from the inputs to the output."""
        depth = depths(self._program)
        members: list[list[int]] = [[] for _ in range(max(depth, default=0) + 1)]
        for index, level in enumerate(depth):
            members[level].append(index)
        return tuple(map(self.level, members))

    def level(self, members: Sequence[int]) -> Level:
        """Nodes as a level: the gates among them that are of one kind are computed together, in any order."""
        return Level(self.batches(members), *self._numbers(members), self._arrays(members))

    def batches(self, members: Sequence[int]) -> tuple[Batch, ...]:
        """The gates among nodes in ascending order that do not read each other, those of one kind together."""
        nodes, constants_from = self._program.columns, self._starts[-1]

        def kind(index: int, rule: Rule) -> tuple[int, str, int, tuple[bool, ...], tuple[int, ...]]:
            row = self.cells[index]
            # A gate on arrays is a batch of its own, told apart from all others by its index.
            alone = index if self._has_arrays(index, rule) else -1
            # Two rules may have one name, of which a program of the reader has but one.
            rank = self._ranks.setdefault(rule, len(self._ranks))
            fixed = tuple([cell >= constants_from for cell in row])
            return alone, rule.name, rank, fixed, tuple([slot for slot, _ in self._edges_of[index]])

        groups: dict[Any, list[int]] = {}
        for index in members:
            if (rule := nodes.rule(index)) is not None:
                groups.setdefault(kind(index, rule), []).append(index)
        rules = list(self._ranks)
        batches = []
        # By the ranks of rules, not by their hashes, which are addresses: the order of batches is the same in every process.
        for (alone, _, rank, fixed, slots), chosen in sorted(groups.items()):
            constants = tuple(k for k, is_constant in enumerate(fixed) if is_constant)
            if alone >= 0:
                batches.append(self._of_arrays(alone, rules[rank], constants))
                continue
            edges = [_index([self._edges_of[i][k][1] for i in chosen]) for k in range(len(slots))]
            places = [_index([self._edge_starts[self._edges_of[i][k][1]] for i in chosen]) for k in range(len(slots))]
            batches.append(
                Batch(
                    rules[rank],
                    _index([self._starts[i] for i in chosen]),
                    tuple(_index([self.cells[i][k] for i in chosen]) for k in range(len(fixed))),
                    constants,
                    {},
                    tuple(zip(slots, places, edges, strict=True)),
                )
            )
        return tuple(batches)

    def _has_arrays(self, index: int, rule: Rule) -> bool:
        nodes = self._program.columns
        if nodes.shape(index) or not rule.cellwise:
            return True
        return any(x >= 0 and nodes.shape(x) for x in nodes.row(index))

    def _of_arrays(self, index: int, rule: Rule, constants: tuple[int, ...]) -> Batch:
        nodes, node = self._program.columns, self._program.nodes[index]
        sends = []
        for slot, edge in self._edges_of[index]:
            operand = node.operands[slot]
            assert isinstance(operand, int), "a contribution goes to a node"
            sends.append((slot, place_of(self._edge_starts[edge], nodes.shape(operand)), None))
        ins = [
            place_of(cell, nodes.shape(operand)) if isinstance(operand, int) else cell
            for cell, operand in zip(self.cells[index], node.operands, strict=True)
        ]
        return Batch(rule, place_of(self._starts[index], node.shape), tuple(ins), constants, node.settings, tuple(sends))

    def _numbers(
        self, members: Sequence[int]
    ) -> tuple[
        tuple[Cells, Cells] | None,
        tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.intp], NDArray[np.int32]] | None,
    ]:
        nodes, counts, place = self._program.columns, self._counts, self._edge_starts
        numbers = [i for i in members if not nodes.shape(i)]
        # Where nothing arrives the seed stays, or the 0 that was there.
        singles = [i for i in numbers if counts[i] == 1]
        forks = [i for i in numbers if counts[i] > 1]
        single = None
        if singles:
            single = _index([self._starts[i] for i in singles]), _index([place[self._arrivals[i][0]] for i in singles])
        if not forks:
            return single, None
        cells = np.array([self._starts[i] for i in forks], np.int32)
        arrivals = [self._arrivals[i] for i in forks]
        firsts = np.array([place[edges[0]] for edges in arrivals], np.int32)
        later = np.array([place[edge] for edges in arrivals for edge in edges[1:]], np.int32)
        again = np.repeat(cells.astype(np.intp), [len(edges) - 1 for edges in arrivals])
        return single, (cells, firsts, again, later)

    def _arrays(self, members: Sequence[int]) -> tuple[tuple[Region, tuple[Region, ...]], ...]:
        nodes = self._program.columns
        arrays = []
        for index in members:
            shape = nodes.shape(index)
            # A single contribution lies where the gradient does, and nothing is added up.
            if shape and self._counts[index] > 1:
                size = prod(shape)
                regions = [Region(start, start + size, shape) for start in (self._edge_starts[e] for e in self._arrivals[index])]
                arrays.append((Region(self._starts[index], self._starts[index] + size, shape), tuple(regions)))
        return tuple(arrays)


def _index(cells: Sequence[int]) -> Cells:
    return np.array(cells, np.int32)


def depths(program: Program) -> list[int]:
    """By node its distance from the inputs: 1 more than the largest of what it reads."""
    depth = [0] * program.first_gate
    for row in program.columns.rows(program.first_gate):
        deepest = 0
        for x in row:
            if x >= 0 and depth[x] > deepest:
                deepest = depth[x]
        depth.append(deepest + 1)
    return depth
