"""The order of work of a program of numbers, gate by gate: a tape, for graphs that are too narrow for batches.

A batch of one or two gates takes NumPy as long as a hundred gates take Python. What the gates are does not matter on the way
back: all local gradients are known by then, and are computed together, one batch for each kind of gate in the whole program. What
is left are sums of products, upstream × local, in the order of the send steps. All numbers are those of batches, to the bit.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from graphstep.engine.columns import Columns
from graphstep.engine.core import core
from graphstep.engine.core.loop import CompiledLoop
from graphstep.engine.levels import Batch, Cells, Level
from graphstep.engine.loop import Group, Loop, PythonLoop, Sent
from graphstep.gates import Ties
from graphstep.gates.floats import float_function, hands_on
from graphstep.gates.numbers import local
from graphstep.gates.rule import Call
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

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
    def of(cls, program: Program, columns: Columns, sender: Cells, receiver: Cells, depth: list[int]) -> Tape:
        """The tape of a program of numbers; ``sender`` and ``receiver`` are those of its edges, in the order of sending, and
        ``depth`` has by gate its distance from the inputs.
        """
        first = program.first_gate
        passing = _passing(program, columns, sender, receiver)
        owners = _owners(len(program.nodes), sender[passing], receiver[passing])
        between = receiver >= first
        between[passing] = False
        edges = np.flatnonzero(between).astype(np.int32)
        receivers = owners[receiver[edges]]
        start = np.zeros(len(program.nodes) + 1)
        start[receivers] = -0.0
        work = _groups(program, columns, depth), columns, Sent(owners[sender[edges]], receivers, start)
        compiled = core()
        shuts = np.array([kind.rule.shuts for kind in columns.of_kinds], np.bool_)
        return cls(
            PythonLoop.of(program, *work) if compiled is None else CompiledLoop.of(compiled, *work),
            columns.batches(np.arange(first, len(program.nodes))),
            columns.level(np.arange(first)),
            owners[first:],
            edges,
            np.flatnonzero(shuts[columns.kinds[sender]]).astype(np.int32) if shuts.any() else np.array([], np.int32),
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
        factors, places = slopes[self.edges], shut
        if len(shut):
            # 0 × inf is no contribution of theirs: they send what nobody sends, 0 × 0.
            places = self.edges.searchsorted(shut[np.isin(shut, self.edges, assume_unique=True)])
            factors[places] = 0.0
        sums = self.loop.sums(output, float(gradients[output]), factors, places.tolist())
        # What was handed on unchanged was added up once, by its owner.
        gradients[len(gradients) - len(self.owners) :] = sums[self.owners]
        np.multiply(gradients[self.sender], slopes, out=contributions)
        contributions[shut] = 0.0
        self.inputs.add_numbers(gradients, contributions)


def _passing(program: Program, columns: Columns, sender: Cells, receiver: Cells) -> NDArray[np.intp]:
    """The edges whose contribution is the whole gradient of a gate, and is the gradient of the sender, unchanged."""
    alone = np.bincount(receiver, minlength=len(program.nodes)) == 1
    edges = np.flatnonzero((receiver >= program.first_gate) & alone[receiver])
    # The slot of an edge is where it stands among those of its sender.
    places = np.empty(len(sender), np.intp)
    sent = np.flatnonzero(columns.edges >= 0)
    places[columns.edges[sent]] = sent
    gates = sender[edges]
    slots = places[edges] - columns.starts[gates]
    unchanged = np.array(
        [hands_on(rule, k, len(fixed)) for rule, fixed, _ in columns.of_kinds for k in range(len(fixed))], np.bool_
    )
    ways = np.array([0, *accumulate(len(kind.fixed) for kind in columns.of_kinds)], np.intp)[columns.kinds[gates]] + slots
    passing: NDArray[np.intp] = edges[unchanged[ways]]
    return passing


def _owners(count: int, sender: Cells, receiver: Cells) -> Cells:
    """By node the owner of its gradient, where a sender hands its own on to a receiver."""
    owners = np.arange(count, dtype=np.int32)
    owners[receiver] = sender
    # Twice as far at each turn: a chain of a million takes twenty.
    while not np.array_equal(owners, further := owners[owners]):
        owners = further
    return owners


def _groups(program: Program, columns: Columns, depth: list[int]) -> tuple[Group, ...]:
    """The forward pass: what is computed together, level by level, and behind each other gates in the order of the program."""
    first = program.first_gate
    sizes = [(kind.rule, len(kind.fixed)) for kind in columns.of_kinds]
    ranks = {each: rank for rank, each in enumerate(dict.fromkeys(sizes))}
    rank_of = np.array([ranks[each] for each in sizes], np.intp)[columns.kinds[first:]]
    groups = []
    for together, alone in _split(depth, rank_of, [float_function(*each)[1] for each in ranks]):
        batch = None
        if len(together):
            gates = together + first
            rule, size = sizes[columns.kinds[gates[0]]]
            batch = rule, gates.astype(np.int32), tuple(columns.read(gates, slot) for slot in range(size))
        groups.append(Group(batch, (alone + first).astype(np.int32)))
    return tuple(groups)


def _split(depth: list[int], rank: NDArray[np.intp], plain: list[bool]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Gates by number: those that are computed together, none in the first group, and those behind them, one after the other.

    ``plain`` says of each kind whether Python alone computes it.
    """
    nothing = np.array([], np.intp)
    if not depth:
        return [(nothing, nothing)]
    levels = np.array(depth)
    _, starts, codes_of, counts = np.unique(
        levels * len(plain) + rank, return_index=True, return_inverse=True, return_counts=True
    )
    wide = counts >= np.where(plain, _WIDE, _TOGETHER)[rank[starts]]
    # Behind whatever is computed together at its level or before.
    behind = levels[starts[wide]].searchsorted(levels, "right")
    by_code, ends = np.argsort(codes_of, kind="stable"), counts.cumsum()
    together = [by_code[ends[code] - counts[code] : ends[code]] for code in np.flatnonzero(wide).tolist()]
    alone = np.flatnonzero(~wide[codes_of])
    alone = alone[np.argsort(behind[alone], kind="stable")]
    parts = np.split(alone, behind[alone].searchsorted(range(1, len(together) + 1)))
    return list(zip([nothing, *together], parts, strict=True))
