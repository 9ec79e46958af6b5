"""What the tests of reading look at in a program: its gates as one line, and its value, computed without the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.gates import ELEMENTWISE
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.operands import Slice
from graphstep.language.program import node_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.ground.operands import Operand
    from graphstep.language.program import Program


def short_name(program: Program, index: int) -> str:
    """A node's name; else its expression where that is short; else its id ``v7``."""
    text = program.nodes[index].name or "".join(program.source_text(index).split())
    return text if program.nodes[index].name is not None or len(text) <= 12 else node_id(index)


def shape(program: Program) -> str:
    """The output as gates inside gates: ``add(x, mul(2, y))``, options behind a semicolon: ``sum(x; axis=0)``."""
    written: list[str] = []

    def operand(x: Operand) -> str:
        return written[x] if isinstance(x, int) else x.text

    for node in program.nodes:
        inside = ", ".join(map(operand, node.operands))
        if node.options:
            inside += "; " + ", ".join(f"{name}={_spelled(name, option)}" for name, option in node.options)
        written.append(f"{node.gate}({inside})" if node.gate else node.name or "")
    return written[program.output]


def _spelled(name: str, option: Any) -> str:
    if name != "index":
        return repr(option)
    return f"[{', '.join(_entry(entry) for entry in option)}]"


def _entry(entry: Any) -> str:
    if isinstance(entry, Slice):
        start, stop, step = ("" if x is None else str(x) for x in entry)
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if entry is Ellipsis else str(entry)


def value(program: Program, inputs: Mapping[str, float]) -> float:
    """The output's value, of a program of numbers."""
    values: list[np.float64] = []
    with np.errstate(all="ignore"):
        for node in program.nodes:
            if node.rule is None:
                values.append(np.float64(inputs[node.name or ""]))
            else:
                got = [values[x] if isinstance(x, int) else np.float64(x.value) for x in node.operands]
                values.append(np.float64(ELEMENTWISE[node.gate].value(NUMBERS, got, {})))
    return float(values[program.output])
