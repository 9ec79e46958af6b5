"""What the tests of reading look at in a program: its shape as one line, and its value, computed without the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphstep.gates import GATES
from graphstep.gates.mathematics import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.expression import Operand, Program


def shape(program: Program) -> str:
    """The output as gates inside gates: ``add(x, mul(2, y))``."""
    written: list[str] = []

    def operand(x: Operand) -> str:
        return written[x] if isinstance(x, int) else x.text

    for node in program.nodes:
        inside = ", ".join(map(operand, node.operands))
        written.append(f"{node.gate}({inside})" if node.gate else node.name or "")
    return written[program.output]


def value(program: Program, inputs: Mapping[str, float]) -> float:
    """The output's value."""
    values: list[np.float64] = []
    with np.errstate(all="ignore"):
        for node in program.nodes:
            if node.gate is None:
                values.append(np.float64(inputs[node.name or ""]))
            else:
                got = [values[x] if isinstance(x, int) else np.float64(x.value) for x in node.operands]
                values.append(np.float64(GATES[node.gate].value(NUMBERS, got)))
    return float(values[program.output])
