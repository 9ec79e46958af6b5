"""Why a step is as it is: patterns, reasons for zero, the first inf or nan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphstep.engine.causes import zero_causes
from graphstep.gates import GATES
from graphstep.gates.gate import Gate
from graphstep.ground.arrays import all_zero, is_small, number_text
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant
from graphstep.telling.explanation import Note
from graphstep.telling.infinities import FOLLOWED, why_not_finite, zero_times_infinity
from graphstep.telling.kinks import convention
from graphstep.telling.names import name_of, output_name
from graphstep.telling.operands import not_finite_text, number
from graphstep.telling.zeros import is_choice, why_nothing_is_sent

if TYPE_CHECKING:
    from graphstep.engine.step import Step
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

SATURATED = 0.01
"""A squashing gate whose slope is smaller than this is called saturated."""

MOST = 0.75
"""The share of its cells from which a gate on arrays is called saturated or dead as a whole.

Not a half: of a relu whose inputs have mean 0, as in any network that was just initialised, half of the cells are blocked.
"""


def pattern(step: Step) -> str:
    """The name of the pattern of a send or a sum; empty where there is none."""
    if step.event == "sum":
        return "adder"
    if step.sender is None or step.slot is None:
        return ""
    gate = step.trace.gate(step.sender)
    if gate is None:
        return ""
    if isinstance(gate, Gate) and (gate.saturates or gate.name == "relu"):
        blocked, cells = _blocked(step, gate)
        if cells and blocked >= MOST * cells:
            return "saturated" if gate.saturates else "dead"
    if isinstance(gate, Gate) and gate.scales:
        mine = step.slot
        others = [x for slot, x in enumerate(step.trace.node(step.sender).operands) if slot != mine]
        if others and all(isinstance(x, Constant) for x in others):
            return "scaler"
    found = gate.pattern[min(step.slot, len(gate.pattern) - 1)]
    # A loss that passes nothing to a class passes something to a target.
    return "" if found == "dead" and not isinstance(gate, Gate) and not all_zero(number(step.contribution)) else found


def share_blocked(step: Step) -> str:
    """In how many of its cells a squashing gate is flat, or a relu blocks; empty where none is, and for numbers."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    if not (isinstance(gate, Gate) and step.trace.node(step.node).shape) or not (gate.saturates or gate.name == "relu"):
        return ""
    blocked, cells = _blocked(step, gate)
    if not blocked:
        return ""
    if gate.saturates:
        return f"{blocked:,} of {cells:,} cells {'has' if blocked == 1 else 'have'} a slope below {numeral(SATURATED)}."
    return f"It blocks {blocked:,} of {cells:,} cells."


def _blocked(step: Step, gate: Gate) -> tuple[int, int]:
    """The cells through which (almost) nothing passes, and all cells."""
    local = step.local
    if local is None or isinstance(local, float):
        return int(local is not None and (abs(local) < SATURATED if gate.saturates else local == 0)), 1
    flat = np.abs(local) < SATURATED if gate.saturates else local == 0
    return int(np.count_nonzero(flat)), local.size


def notes(step: Step) -> tuple[Note, ...]:
    """What a step has to say besides its rule."""
    trace, found = step.trace, []
    gate_index = step.node if step.event == "value" else step.sender
    # A gate may be at a kink on the way to one input and pass nothing at all to another.
    if gate_index is not None and not _passes_nothing(step) and (text := convention(trace, gate_index, step.slot)):
        found.append(text)
    if step.event == "start":
        found += [Note("warning", _given(trace, index)) for index in trace.given_not_finite]
    if step.event == "value" and trace.first_not_finite == step.node:
        where = not_finite_text(step.value)
        which = "gate that makes a value that is not finite" if trace.given_not_finite else "value that is not finite"
        found.append(Note("warning", f"This is the first {which}: {where}. All that use it inherit it."))
    elif step.event == "value" and trace.first_nan == step.node:
        found.append(Note("warning", "This is the first nan: it is made of an infinity. All that use it inherit it."))
    if step.event == "send" and step.edge == trace.first_edge_not_finite:
        where = not_finite_text(number(step.contribution))
        found.append(Note("warning", f"This is the first contribution that is not finite: {where}."))
    if step.event == "send" and (trap := zero_times_infinity(step)):
        found.append(Note("warning", trap, "0 · inf", trap.partition(" Guard the inside")[0]))
    if step.event == "send" and all_zero(number(step.contribution)) and not _told_by_the_rule(step):
        reason = why_nothing_is_sent(step)
        told = reason in [note.text for note in found] or (is_choice(step) and not all_zero(number(step.upstream)))
        if reason and not told:
            arrives = not all_zero(number(step.upstream)) or step.sender is None
            here = "" if arrives else f"Nothing arrives at {name_of(trace.program, step.sender or 0)}."
            found.append(Note("zero", reason, here and "nothing arrives", here))
    if step.event == "send":
        known = trace.gradient(step.node, step.n)
        if known is not None and known.expected > 1:
            name = name_of(trace.program, step.node)
            small = isinstance(known.value, float) or is_small(known.value)
            so_far = f"so far they add up to {number_text(known.value)}" if small else "the others follow"
            still = "the sum follows" if known.complete else so_far
            found.append(
                Note("arrived", f"{name} is used {known.expected} times: {known.received} of {known.expected} arrived, {still}.")
            )
    return tuple(found)


def _given(trace: Trace, index: int) -> str:
    value = trace.value_of(index)
    assert value is not None, "an input has a value from the start"
    return f"{name_of(trace.program, index)} was given as {not_finite_text(value)}: no gate made that, and its users inherit it."


def why_zero(trace: Trace, index: int) -> str:
    """Why a node's gradient is zero, in one sentence; for a constant and for data that there is none.

    Empty where it is not zero. Of an array with some cells that are zero it says how many.
    """
    program = trace.program
    name, out = name_of(program, index), output_name(program)
    if not program.depends[index]:
        return _why_none(trace, index)
    if not program.reaches[index]:
        return f"{out} does not depend on {name}."
    known = trace.gradient(index)
    if known is None or not all_zero(known.value):
        return "" if known is None else _zeros(known.value)
    edges = trace.plan.arrivals[index]
    if not edges:
        return "The seed is 0."
    if any(not all_zero(trace.contribution_of(e)) for e in edges):
        return f"The contributions to {name} cancel."
    end, reasons = _where_it_ends(trace, index), []
    for edge in edges:
        step = trace.step(int(trace.plan.edge_step[edge]))
        if end and all_zero(number(step.upstream)):
            reason = f"Nothing arrives at {name_of(program, int(trace.plan.sender[edge]))}."
        else:
            reason = why_nothing_is_sent(step)
        if reason not in reasons:
            reasons.append(reason)
    return " ".join([*reasons[:2], end] if end else reasons[:2])


def why_gradient(trace: Trace, index: int) -> str:
    """Why a node's gradient is as it is, where that wants a reason: it is zero, inf or nan, or there is none. Else empty."""
    return why_not_finite(trace, index) or why_zero(trace, index)


def _where_it_ends(trace: Trace, index: int) -> str:
    """The step at which a gradient that is 0 ends, and why, where that is not at the node itself; else empty."""
    if len(trace.program.nodes) > FOLLOWED:
        return ""
    for cause in zero_causes(trace, index):
        if cause.edge is None and cause.node != index:
            return f"The contributions to {name_of(trace.program, cause.node)} cancel."
        if cause.edge is not None and int(trace.plan.receiver[cause.edge]) != index:
            step, node = trace.step(int(trace.plan.edge_step[cause.edge])), trace.node(cause.node)
            gate = GATES[node.gate or ""]
            where = f"{gate.box(node.operands, node.options)} sends to {name_of(trace.program, step.node)}"
            return f"The gradient ends in step {step.n}, where {where}. {why_nothing_is_sent(step)}"
    return ""


def _why_none(trace: Trace, index: int) -> str:
    program = trace.program
    name = name_of(program, index)
    if not program.data:
        return f"{name} is a constant: it gets no gradient."
    if program.nodes[index].gate is None:
        return f"{name} is data: it gets no gradient."
    return f"{name} depends on no input but data: it gets no gradient."


def _zeros(value: Number) -> str:
    if isinstance(value, int | float):
        return ""
    zeros = value.size - int(np.count_nonzero(value))
    return f"{zeros:,} of {value.size:,} cells {'is' if zeros == 1 else 'are'} 0." if zeros else ""


def _told_by_the_rule(step: Step) -> bool:
    """Whether the step's own sentence says already why nothing is sent: max and min name the input that they chose."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    told = (gate is not None and gate.chooses != "") or _passes_nothing(step)
    return told and not all_zero(number(step.upstream))


def _passes_nothing(step: Step) -> bool:
    """Whether a structural gate passes no gradient to an input by its nature, as a loss to the classes."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    return gate is not None and not isinstance(gate, Gate) and pattern(step) == "dead"
