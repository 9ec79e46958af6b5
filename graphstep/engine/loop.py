"""The loops of a tape, gate after gate and edge after edge, in Python's floats."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from graphstep.engine.columns import Columns
from graphstep.engine.levels import Cells
from graphstep.gates.floats import Function, float_function
from graphstep.gates.numbers import value
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

_ALONE, _SEVERAL = -1, -2
"""In place of the second operand: there is none, or all of them stand in place of the first."""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the forward pass: gates that NumPy computes together, and what follows, one gate after the other."""

    together: tuple[Rule, Cells, tuple[Cells, ...]] | None
    """What is computed together: the row, the gates, and by slot the cells that they read; None for nothing."""
    alone: Cells
    """The gates behind them, in the order of the program."""

    def compute(self, cells: Array) -> None:
        """Compute what is computed together."""
        if self.together is not None:
            rule, gates, ins = self.together
            cells[gates] = value(rule, [cells[places] for places in ins], {})


class Sent(NamedTuple):
    """What the backward pass adds up."""

    senders: Cells
    """By edge the owner of the gradient that is sent."""
    receivers: Cells
    """By edge the gate that gets its contribution."""
    start: Array
    """The gradients before anything is sent: −0, which changes nothing that is added to it, and 0 where nothing arrives. The last
    is no node's: 0, for who sends nothing."""


class Loop(Protocol):
    """Who computes the gates of a tape one after the other, and adds up what its edges send."""

    def forward(self, cells: Array) -> None:
        """Compute the values of all gates from those of the inputs."""

    def sums(self, output: int, seed: float, factors: Array, shut: Sequence[int]) -> Array:
        """The gradients by their owners, from the factor that each edge multiplies by; those that are ``shut`` send nothing."""


@dataclass(frozen=True, slots=True)
class Work:
    """The gates of a group that are computed one after the other."""

    functions: list[Function]
    """By gate its function."""
    firsts: list[Any]
    """By gate the place of its first operand; of a gate with more than two a tuple of all."""
    seconds: list[int]
    """By gate the place of its second operand; less than 0 where it has another number of operands."""


@dataclass(frozen=True, slots=True)
class PythonLoop:
    """Gate after gate in Python. Places are those of a list of values: inputs, constants, then the gates, group by group."""

    groups: tuple[Group, ...]
    """The forward pass."""
    work: tuple[Work, ...]
    """By group what its gates are and read."""
    inputs: int
    """How many inputs there are."""
    senders: list[int]
    """By edge the owner of the gradient that is sent."""
    receivers: list[int]
    """By edge the gate that gets its contribution."""
    start: list[float]
    """The gradients before anything is sent."""

    @classmethod
    def of(cls, program: Program, groups: Sequence[Group], columns: Columns, sent: Sent) -> PythonLoop:
        """The loop of a program."""
        # Lists in which a number is one object, wherever it stands, are half as large, and read faster.
        zeros = {False: 0.0, True: -0.0}
        start = [*map(zeros.__getitem__, np.signbit(sent.start).tolist())]
        numbers = list(range(len(program.nodes)))
        senders, receivers = ([*map(numbers.__getitem__, column.tolist())] for column in (sent.senders, sent.receivers))
        work = _work(program, groups, columns.rows())
        return cls(tuple(groups), work, program.first_gate, senders, receivers, start)

    def forward(self, cells: Array) -> None:
        """Compute the values of all gates from those of the inputs."""
        values = cells[: self.inputs].tolist() + cells[len(self.start) - 1 :].tolist()
        append = values.append
        for group, work in zip(self.groups, self.work, strict=True):
            group.compute(cells)
            if group.together is not None:
                values += cells[group.together[1]].tolist()
            before = len(values)
            for function, first, second in zip(work.functions, work.firsts, work.seconds, strict=True):
                if second >= 0:
                    append(function(values[first], values[second]))
                elif second == _ALONE:
                    append(function(values[first]))
                else:
                    append(function(*[values[place] for place in first]))
            # A buffer of doubles is taken at once, where NumPy would look at each number of a list.
            cells[group.alone] = array("d", values[before:])

    def sums(self, output: int, seed: float, factors: Array, shut: Sequence[int]) -> Array:
        """The gradients by their owners, from the factor that each edge multiplies by; those that are ``shut`` send nothing."""
        senders, receivers, start = self.senders, self.receivers, self.start
        sums = start.copy()
        sums[output] = seed
        if shut:
            # Who sends 0 × 0 sends nothing; 0 × inf would be nan.
            senders, nobody = senders.copy(), len(start) - 1
            for place in shut:
                senders[place] = nobody
        for sender, receiver, slope in zip(senders, receivers, factors.tolist(), strict=True):
            sums[receiver] += sums[sender] * slope
        return np.array(array("d", sums))


def _work(program: Program, groups: Sequence[Group], cells: Sequence[Sequence[int]]) -> tuple[Work, ...]:
    nodes, first = program.columns, program.first_gate
    functions: dict[tuple[Any, int], Function] = {}
    constants = sum(cell >= len(nodes) for row in cells for cell in row)
    # A list of values grows while it is computed: a gate has the place that it comes to, group by group.
    place_of = [*range(first), *[0] * (len(nodes) - first), *range(first, first + constants)]
    places_behind, by_group = count(first + constants), []
    for group in groups:
        alone = group.alone.tolist()
        for index in (*(() if group.together is None else group.together[1].tolist()), *alone):
            place_of[index] = next(places_behind)
        kinds = [(nodes.rule(index), len(cells[index])) for index in alone]
        functions |= {(rule, size): float_function(rule, size)[0] for rule, size in {*kinds} - functions.keys() if rule}
        places = [[place_of[cell] for cell in cells[index]] for index in alone]
        by_group.append(
            Work(
                [functions[kind] for kind in kinds],
                [row[0] if len(row) <= 2 else tuple(row) for row in places],
                [row[1] if len(row) == 2 else _ALONE if len(row) == 1 else _SEVERAL for row in places],
            )
        )
    return tuple(by_group)
