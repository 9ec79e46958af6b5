"""Programs into which faults were planted, for the chain of causes: which gate it has to name is known.

They are built and not read: to read 100,000 gates takes seconds.
"""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

from graphstep.analysis.chain import why_gradient, why_value
from graphstep.engine.trace import trace
from graphstep.gates import GATES
from graphstep.ground.operands import Constant
from graphstep.language.nodes import Node
from graphstep.language.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphstep.analysis.chain import Chain
    from graphstep.engine.trace import Trace
    from graphstep.ground.operands import Operand

FAULTS = ("nan", "infinity", "zero", "tiny", "wrong branch")
"""The kinds of faults."""

IN_VALUES = ("nan", "infinity")
"""The kinds that are met in a value; the others are met in a gradient."""


def planted(kinds: Sequence[str], gates: int, *, rows: int = 0, joins: bool = True) -> Trace:
    """A run of a program of about that many gates: a row for each kind with its fault in the middle, and rows without, added up.

    A row of a kind begins with an input that is called after it and ends with a node "end of" it; "bad" before it is the fault.
    With ``joins`` some gates read the input again, or behind it the fault, so that a gradient comes along many ways.
    """
    draw = random.Random(gates)
    rows = max(rows, len(kinds))
    inputs = [*kinds, *(f"row {n}" for n in range(rows - len(kinds)))]
    nodes = [Node(None, (), name) for name in inputs]
    names = {name: index for index, name in enumerate(inputs)}

    def gate(name: str, *operands: Operand | float) -> int:
        nodes.append(Node(GATES[name], tuple(Constant(x, f"{x:g}") if isinstance(x, float) else x for x in operands)))
        return len(nodes) - 1

    for name in inputs:
        other = here = names[name]
        begin, count = len(nodes), gates // rows - 2
        while len(nodes) - begin < count or (name in kinds and other == names[name]):
            if name in kinds and len(nodes) - begin >= count // 2 and other == names[name]:
                # Nothing behind it reads what is before it: all of the gradient goes through it.
                names[f"bad {name}"] = other = here = _fault(gate, name, here)
            else:
                here = _harmless(gate, draw.randrange(6 if joins else 5), here, other)
        names[f"end of {name}"] = gate("mul", here, 1.0)
    output = names[f"end of {inputs[0]}"]
    for name in inputs[1:]:
        output = gate("add", output, names[f"end of {name}"])
    return trace(Program("", tuple(nodes), output, names), dict.fromkeys(inputs, 0.7))


def _fault(gate: Callable[..., int], kind: str, here: int) -> int:
    if kind == "nan":
        return gate("sqrt", gate("add", here, -1000.0))
    if kind == "infinity":
        return gate("exp", gate("add", here, 800.0))
    if kind == "wrong branch":
        return gate("max", here, 1000.0)
    return gate("mul", 0.0 if kind == "zero" else 1e-12, here)


def _harmless(gate: Callable[..., int], which: int, here: int, other: int) -> int:
    """A gate or three, which hand on about what they get."""
    if which < 2:
        return gate("add", here, (0.1, -0.1)[which])
    if which < 4:
        return gate("mul", (1.01, 0.99)[which - 2], here)
    if which == 4:
        return gate("add", gate("mul", 0.5, here), gate("mul", 0.5, here))
    return gate("mul", gate("add", here, other), 0.5)


def question(run: Trace, kind: str) -> Callable[[], Chain]:
    """What a user asks who meets a fault as far from it as can be: at the end of its row, or at its input."""
    names = run.program.names
    return partial(why_value, run, names[f"end of {kind}"]) if kind in IN_VALUES else partial(why_gradient, run, names[kind])
