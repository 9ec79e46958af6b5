"""The loops of a tape in C."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from graphstep.engine.columns import Columns
from graphstep.engine.core import Core
from graphstep.engine.levels import Cells
from graphstep.engine.loop import Group, Sent
from graphstep.gates.c import expression
from graphstep.gates.floats import PLAIN, Function, float_function
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CompiledLoop:
    """Gate after gate in C, where their values have expressions there; the others are functions that C calls."""

    core: Core
    """What computes."""
    groups: tuple[Group, ...]
    """What NumPy computes together, with the gates behind it."""
    code: tuple[Cells, ...]
    """By group the words that the core reads: a gate's operation, the cell that it writes, and those that it reads."""
    functions: tuple[Function, ...]
    """What the core calls."""
    senders: Cells
    """By edge the owner of the gradient that is sent."""
    receivers: Cells
    """By edge the gate that gets its contribution."""
    start: NDArray[np.float64]
    """The gradients before anything is sent."""

    @classmethod
    def of(cls, core: Core, groups: Sequence[Group], columns: Columns, sent: Sent) -> CompiledLoop:
        """The loop of a program."""
        code, functions = _code(core, groups, columns)
        # Which of 0 and −0 is the larger one NumPy leaves to the CPU; C takes what NumPy takes here.
        core.zeros(*(PLAIN[name](x, -x) for name in ("maximum", "minimum") for x in (0.0, -0.0)))
        return cls(core, tuple(groups), code, functions, *sent)

    def forward(self, cells: NDArray[np.float64]) -> None:
        """Compute the values of all gates from those of the inputs."""
        for group, words in zip(self.groups, self.code, strict=True):
            group.compute(cells)
            self.core.forward(cells, words, self.functions)

    def sums(self, output: int, seed: float, factors: NDArray[np.float64], shut: Sequence[int]) -> NDArray[np.float64]:
        """The gradients by their owners, from the factor that each edge multiplies by; those that are ``shut`` send nothing."""
        sums, senders = self.start.copy(), self.senders
        sums[output] = seed
        if shut:
            senders = senders.copy()
            senders[shut] = len(sums) - 1
        self.core.backward(sums, senders, self.receivers, factors)
        return sums


def _code(core: Core, groups: Sequence[Group], columns: Columns) -> tuple[tuple[Cells, ...], tuple[Function, ...]]:
    """The words of every group, and the functions that they call."""
    operations = {text: number for number, text in enumerate(core.EXPRESSIONS)}
    functions: list[Function] = []

    @cache
    def head(rule: Rule, count: int) -> tuple[int, ...]:
        """The words of an operation, with the function where it calls one, but for the cells."""
        operation = operations.get(expression(rule, count) or "")
        if operation is not None:
            return (operation,)
        functions.append(float_function(rule, count)[0])
        return len(operations), len(functions) - 1, count

    return tuple(_words(group.alone, columns, head) for group in groups), tuple(functions)


def _words(alone: Cells, columns: Columns, head: Callable[[Rule, int], tuple[int, ...]]) -> Cells:
    """The words of gates, one behind the other: of each its operation, the cell that it writes, and those that it reads."""
    # The largest of many is the larger one of two, again and again.
    counts = [min(len(kind.fixed), 2) if kind.rule.chooses else len(kind.fixed) for kind in columns.of_kinds]
    heads = [head(kind.rule, count) for kind, count in zip(columns.of_kinds, counts, strict=True)]
    turns = [1 + len(kind.fixed) - count for kind, count in zip(columns.of_kinds, counts, strict=True)]
    sizes = [1 + len(words) + count for words, count in zip(heads, counts, strict=True)]
    lengths = (np.array(sizes, np.intp) * np.array(turns, np.intp))[columns.kinds[alone]]
    words = np.empty(int(lengths.sum()), np.int32)
    starts = np.empty(len(columns.kinds), np.intp)
    starts[alone] = lengths.cumsum() - lengths
    for k, gates in columns.alike(alone.astype(np.intp)):
        for turn in range(turns[k]):
            at = starts[gates] + turn * sizes[k]
            # Behind the first turn a gate of many reads what it has written, and the next one.
            read = (
                [columns.read(gates, slot) for slot in range(counts[k])] if not turn else [gates, columns.read(gates, turn + 1)]
            )
            operation, *rest = heads[k]
            for place, column in enumerate([operation, gates, *rest, *read]):
                words[at + place] = column
    return words
