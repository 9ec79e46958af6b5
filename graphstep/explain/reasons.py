"""Why a step is as it is: patterns, conventions at kinks and ties, reasons for zero, the first inf or nan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.explain.explanation import Note
from graphstep.explain.names import TEXT, name_of, output_name, slot_term
from graphstep.expression import Constant
from graphstep.gates.mathematics import NUMBERS
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from graphstep.trace import Step, Trace

SATURATED = 0.01
"""A squashing gate whose slope is smaller than this is called saturated."""


def pattern(step: Step) -> str:
    """The name of the pattern of a send or a sum; empty where there is none."""
    if step.event == "sum":
        return "adder"
    if step.sender is None or step.slot is None or step.local is None:
        return ""
    gate = step.trace.gate(step.sender)
    if gate is None:
        return ""
    if gate.saturates and abs(step.local) < SATURATED:
        return "saturated"
    if gate.name == "relu" and step.local == 0:
        return "dead"
    node = step.trace.node(step.sender)
    others = [x for slot, x in enumerate(node.operands) if slot != step.slot]
    if gate.scales and others and all(isinstance(x, Constant) for x in others):
        return "scaler"
    return gate.pattern[min(step.slot, len(gate.pattern) - 1)]


def operand_with_value(trace: Trace, index: int, slot: int) -> str:
    """An operand of a gate with its value: ``z = -4``; a number alone where that is all it is."""
    value = numeral(trace.operand_values(index)[slot])
    name = slot_term(trace.program, index, slot, TEXT).text
    return name if name == value else f"{name} = {value}"


def notes(step: Step) -> tuple[Note, ...]:
    """What a step has to say besides its rule."""
    trace, found = step.trace, []
    gate_index = step.node if step.event == "value" else step.sender
    if gate_index is not None and (text := convention(trace, gate_index)):
        found.append(text)
    if step.event == "value" and trace.first_not_finite == step.node:
        found.append(
            Note("warning", f"This is the first value that is not finite: {numeral(step.value)}. All that use it inherit it.")
        )
    if step.event == "send" and step.edge == trace.first_edge_not_finite:
        found.append(Note("warning", f"This is the first contribution that is not finite: {numeral(step.contribution or 0.0)}."))
    if step.event == "send" and step.contribution == 0 and not _told_by_the_rule(step) and (reason := _why_nothing_is_sent(step)):
        found.append(Note("zero", reason))
    if step.event == "send":
        known = trace.gradient(step.node, step.n)
        if known is not None and known.expected > 1:
            name = name_of(trace.program, step.node)
            still = "the sum follows" if known.complete else f"so far they add up to {numeral(known.value)}"
            found.append(
                Note("arrived", f"{name} is used {known.expected} times: {known.received} of {known.expected} arrived, {still}.")
            )
    return tuple(found)


def convention(trace: Trace, index: int) -> Note | None:
    """What is said of a gate whose inputs are at a kink or a tie, or make something infinite; None elsewhere."""
    gate = trace.gate(index)
    if gate is None:
        return None
    inputs = trace.operand_values(index)
    if gate.chooses:
        return _tie(trace, index, inputs)
    for rule in gate.conventions:
        if bool(rule.at(NUMBERS, *inputs)):
            others = f" ({rule.others}.)" if rule.others else ""
            return Note("warning" if rule.warns else "convention", f"{rule.says}{others}")
    return None


def why_zero(trace: Trace, index: int) -> str:
    """Why a node's gradient is zero, in one sentence; empty where it is not, and for a constant that it gets none."""
    program = trace.program
    name, out = name_of(program, index), output_name(program)
    if not program.depends[index]:
        return f"{name} is a constant: it gets no gradient."
    if not program.reaches[index]:
        return f"{out} does not depend on {name}."
    known = trace.gradient(index)
    if known is None or known.value != 0:
        return ""
    edges = trace.plan.arrivals[index]
    if not edges:
        return "The seed is 0."
    if any(trace.contribution_of(e) != 0 for e in edges):
        return f"The contributions to {name} cancel."
    reasons = []
    for edge in edges:
        reason = _why_nothing_is_sent(trace.step(int(trace.plan.edge_step[edge])))
        if reason not in reasons:
            reasons.append(reason)
    return " ".join(reasons[:2])


def _tie(trace: Trace, index: int, inputs: tuple[float, ...]) -> Note | None:
    gate, operands = trace.gate(index), trace.node(index).operands
    value = trace.value_of(index)
    winners = [slot for slot, x in enumerate(inputs) if x == value]
    if gate is None or len(winners) < 2:
        return None
    names = _listed([slot_term(trace.program, index, slot, TEXT).text for slot in winners])
    head = f"{names} tie at {numeral(value)}."
    if trace.ties == "split":
        return Note(
            "convention",
            f"{head} With --ties split each gets an equal share, {numeral(1 / len(winners))} "
            "(as PyTorch and JAX do for maximum).",
        )
    constants = [slot for slot in winners if isinstance(operands[slot], Constant)]
    if constants:
        rule = f"A constant wins a tie, so nothing flows on, as in relu at {numeral(value)}"
    else:
        rule = f"{gate.name} routes to exactly one input: the first of them"
    return Note("convention", f"{head} {rule}. (PyTorch and JAX split the gradient equally: --ties split.)")


def _told_by_the_rule(step: Step) -> bool:
    """Whether the step's own sentence says already why nothing is sent: max and min name the input that they chose."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    return gate is not None and gate.chooses != "" and step.upstream != 0


def _why_nothing_is_sent(step: Step) -> str:
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None:
        return ""
    gate, node = trace.gate(sender), trace.node(sender)
    here = name_of(trace.program, sender)
    if step.upstream == 0:
        return f"Nothing arrives at {here}: its upstream gradient is 0, so everything behind it gets 0 from it."
    if gate is None or step.local != 0:
        return f"The contribution is too small for a number: {numeral(step.upstream or 0.0)} · {numeral(step.local or 0.0)}."
    if gate.chooses:
        chosen = _chosen(trace, sender)
        if chosen and node.operands[chosen[0]] == node.operands[slot]:
            return f"{gate.name} already chose the same input in another slot."
        return f"{gate.name} chose the other input, {operand_with_value(trace, sender, chosen[0])}." if chosen else ""
    if gate.pattern[0] == "switcher":
        other = next((s for s in range(len(node.operands)) if s != slot), slot)
        return f"The other factor is 0: {operand_with_value(trace, sender, other)}."
    if gate.pattern[0] in ("router", "dead"):
        return f"{gate.symbol} is flat at {operand_with_value(trace, sender, slot)}: it passes nothing."
    return f"The slope of {gate.symbol} at {operand_with_value(trace, sender, slot)} is 0."


def _chosen(trace: Trace, index: int) -> list[int]:
    """The slots of max or min that attain its value, the winner first (a constant before the others)."""
    operands, value = trace.node(index).operands, trace.value_of(index)
    attained = [slot for slot, x in enumerate(trace.operand_values(index)) if x == value]
    return sorted(attained, key=lambda slot: (not isinstance(operands[slot], Constant), slot))


def routed(trace: Trace, index: int) -> str:
    """What max or min chose, in words: ``y = 5``; the empty string when nothing compares (nan)."""
    chosen = _chosen(trace, index)
    return operand_with_value(trace, index, chosen[0]) if chosen else ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
