"""What to ask before a step: the number that it makes, one cell of an array, or a shape; and what has been answered so far."""

from __future__ import annotations

from math import isfinite, prod

import numpy as np

from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError
from graphstep.language.program import node_id
from graphstep.teaching.lesson.document import Question
from graphstep.teaching.lesson.solution import Solution, solve
from graphstep.telling.cells import cell

TERMS = 6
"""Terms of a sum up to which a cell is asked for; of more nobody wants to add up, and the shape is asked for instead."""

_STRIDE = 7
"""From step to step another cell is asked for; the same one in every run."""


def solution_of(trace: Trace, n: int) -> Solution | None:
    """The question before step ``n`` with its answer; None before a step that makes nothing that could be worked out."""
    step = trace.step(n)
    shape = trace.node(step.node).shape
    name = trace.node(step.node).name or node_id(step.node)
    if step.event == "value":
        ask, of = f"value {name}", "value"
    elif step.event == "sum":
        ask, of = f"sum {name}", "gradient"
    elif step.event == "send" and len(trace.arrivals(step.node)) == 1:
        ask, of = f"gradient {name}", "gradient"
    elif step.event == "send" and step.sender is not None and len(trace.between(step.sender, step.node)) == 1:
        ask, of = f"contribution {node_id(step.sender)} → {name}", "contribution"
    else:
        return None
    if shape:
        if 0 in shape:
            return None
        place = tuple(int(i) for i in np.unravel_index(n * _STRIDE % prod(shape), shape))
        if _is_long(trace, step.node, place, of):
            ask = f"shape {name}" if of == "value" else f"shape gradient {name}"
        else:
            ask = f"{ask}[{', '.join(map(str, place))}]"
    try:
        return solve(Question(ask, (), "", "", (), ask, 0), trace)
    except InputError:
        # It is not finite, or a name can be read in two ways: nobody is asked.
        return None


def _is_long(trace: Trace, node: int, place: tuple[int, ...], of: str) -> bool:
    """Whether a cell is a sum of more terms than a person adds up."""
    explanation = cell(trace, node, place, "value" if of == "value" else "gradient")
    return len(explanation.terms) > TERMS or not isfinite(explanation.value)
