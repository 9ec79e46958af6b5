"""What is known of a selected node at some step, in lines for the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.explain import name_of, value_ladder, why_zero
from graphstep.gates import GATES
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from graphstep.trace import Trace
    from graphstep.tui.telling import Line


def inspect(trace: Trace, at: int, index: int) -> tuple[str, list[Line]]:
    """A title, and lines: what the node is, its value, its gradient, and what can be done with it."""
    program, node = trace.program, trace.node(index)
    name = name_of(program, index)
    lines: list[Line] = []
    value, known = trace.value(index, at), trace.gradient(index, at)
    if node.gate is None:
        title = f"input {name}"
        lines.append([("value     ", "quiet"), (numeral(trace.value_of(index)), "value")])
    else:
        title = f"{GATES[node.gate].box(node.operands, node.options)} gate: {program.label(index, 40)}"
        if value is None:
            lines.append([("value     ", "quiet"), (f"step {trace.step_of_value(index)} computes it", "why")])
        else:
            lines.append([("value     ", "quiet"), (value_ladder(trace, index).line, "value")])
    lines.append([("gradient  ", "quiet"), *_gradient(trace, at, index)])
    if known is not None and known.value == 0 and known.complete and (reason := why_zero(trace, index)):
        lines.append([(reason, "note")])
    uses = len(program.consumers[index])
    if uses > 1:
        lines.append([(f"used {uses} times: its gradient is the sum of {uses} contributions", "why")])
    can = ["v verifies its gradient"] if program.depends[index] else []
    if node.gate is None:
        can.insert(0, "+ and - nudge it")
    elif GATES[node.gate].expansion:
        can.insert(0, "i opens it into its parts")
    lines.append([("; ".join([*can, "esc shows the step"]), "quiet")])
    return title, lines


def _gradient(trace: Trace, at: int, index: int) -> Line:
    known = trace.gradient(index, at)
    if not trace.program.depends[index]:
        return [("none: it is a constant", "why")]
    if known is None:
        when = trace.step_of_gradient(index)
        return [("not yet" if when is None else f"not yet: step {when} completes it", "why")]
    if known.complete:
        return [(numeral(known.value), "gradient")]
    return [(f"{numeral(known.value)} so far, {known.received} of {known.expected} contributions", "gradient")]
