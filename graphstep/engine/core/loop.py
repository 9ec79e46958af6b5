"""The loops of a tape in C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphstep.engine.core import Core
from graphstep.engine.levels import Cells
from graphstep.engine.loop import Group, Sent
from graphstep.gates.c import expression
from graphstep.gates.floats import PLAIN, Function, float_function
from graphstep.gates.rule import Rule
from graphstep.language.program import Program


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
    def of(
        cls, core: Core, program: Program, groups: Sequence[Group], cells: Sequence[Sequence[int]], sent: Sent
    ) -> CompiledLoop:
        """The loop of a program; ``cells`` are those that each node reads."""
        code, functions = _code(core, program, groups, cells)
        core.zeros(*(PLAIN[name](x, -x) for name in ("maximum", "minimum") for x in (0.0, -0.0)))
        columns = np.array(sent.senders, np.int32), np.array(sent.receivers, np.int32)
        return cls(core, tuple(groups), code, functions, *columns, np.array(sent.start))

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


def _code(
    core: Core, program: Program, groups: Sequence[Group], cells: Sequence[Sequence[int]]
) -> tuple[tuple[Cells, ...], tuple[Function, ...]]:
    """The words of every group, and the functions that they call."""
    nodes, operations = program.nodes, {text: number for number, text in enumerate(core.EXPRESSIONS)}
    kinds: dict[tuple[Rule, int], tuple[int, ...]] = {}
    functions: list[Function] = []

    def head(rule: Rule, count: int) -> tuple[int, ...]:
        """The words of an operation: its number, with the function where it calls one."""
        operation = operations.get(expression(rule, count) or "")
        if operation is not None:
            return (operation,)
        functions.append(float_function(rule, count)[0])
        return len(operations), len(functions) - 1, count

    code = []
    for group in groups:
        words: list[int] = []
        for index in group.alone.tolist():
            read, rule = cells[index], nodes[index].rule
            assert rule is not None, "behind the inputs stand gates"
            # The largest of many is the larger one of two, again and again.
            count = min(len(read), 2) if rule.chooses else len(read)
            key = rule, count
            if key not in kinds:
                kinds[key] = head(*key)
            operation, *rest = kinds[key]
            words += (operation, index, *rest, *read[:count])
            for cell in read[count:]:
                words += (operation, index, *rest, index, cell)
        code.append(np.array(words, np.int32))
    return tuple(code), tuple(functions)
