"""Why a gradient is inf or nan: where on its way it became so, where 0 and infinity met, and what would keep them apart."""

from __future__ import annotations

from math import isfinite
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np

from graphstep.engine.causes import gradient_causes
from graphstep.gates.gate import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.arrays import number_text
from graphstep.telling.kinks import cells_where
from graphstep.telling.names import name_of, slot_name
from graphstep.telling.operands import not_finite_text, number, operand_with_value

if TYPE_CHECKING:
    from graphstep.engine.step import Step
    from graphstep.engine.trace import Trace


FOLLOWED = 2_000
"""Nodes of a program up to which the cause of an input's gradient is followed to where it began. It is asked of every input."""


def why_not_finite(trace: Trace, index: int) -> str:
    """Where on the way to a node its gradient became inf or nan, and why, in one sentence; empty where it is finite."""
    if not trace.program.depends[index] or np.isfinite(trace.gradient_of(index)).all():
        return ""
    if len(trace.program.nodes) > FOLLOWED:
        return ""
    with np.errstate(all="ignore"):
        cause = gradient_causes(trace, index)[-1]
        if cause.edge is not None:
            return _where_it_breaks(trace, cause.edge)
    name = name_of(trace.program, cause.node)
    if cause.node == trace.program.output:
        return f"The seed is {not_finite_text(trace.seed)}."
    nan = np.isnan(trace.gradient_of(cause.node)).any()
    return f"The contributions to {name} {'are infinite and add up to nan' if nan else 'are too large to add up'}."


def _where_it_breaks(trace: Trace, edge: int) -> str:
    """At which step something that is not finite is sent although what arrived there was as it should be, and why."""
    step = trace.step(int(trace.plan.edge_step[edge]))
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate, node = trace.gate(sender), trace.node(sender)
    assert gate is not None, "an input sends nothing"
    sent, local = np.asarray(number(step.contribution)), step.local
    what = "nan" if np.isnan(sent).any() else "inf" if np.isposinf(sent).any() else "-inf"
    box = gate.box(node.operands, node.options)
    where = f"{what} begins in step {step.n}, where {box} sends to {name_of(trace.program, step.node)}"
    if zero_times_infinity(step):
        return f"{where}: 0 · inf is nan."
    odd = [x for x in (*node.operands, sender) if isinstance(x, int) and not np.isfinite(trace.value_of(x)).all()]
    since = f", since {name_of(trace.program, odd[0])} is {not_finite_text(trace.value_of(odd[0]))}" if odd else ""
    if local is None:
        return f"{where}{since or ': what it sends is too large for a number'}."
    if np.isfinite(local).all():
        factors = "" if node.shape else f", {number_text(number(step.upstream))} · {number_text(local)}"
        return f"{where}: the product is too large for a number{factors}."
    if node.shape:
        return f"{where}: its slope is {not_finite_text(local)}{since}."
    at = "" if node.operands[slot] in odd[:1] else f" at {operand_with_value(trace, sender, slot)}"
    return f"{where}: its slope{at} is {number_text(local)}{since}."


def zero_times_infinity(step: Step) -> str:
    """What is said of a send in which 0 and infinity meet, and what would keep them apart; empty where they do not.

    It is the trap of a branch that is not taken: what is not chosen gets 0, and 0 times an infinite slope is nan, not 0.
    """
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None or step.edge is None:
        return ""
    if not _may_meet(step):
        return ""
    gate, contribution = trace.gate(sender), np.asarray(number(step.contribution))
    upstream = np.asarray(number(step.upstream))
    if not isinstance(gate, Gate):
        # Only a product is known to multiply what arrives by what the gate reads.
        others = [x for k, x in enumerate(trace.operand_values(sender)) if k != slot]
        met = (not upstream.all() and any(np.isinf(x).any() for x in others)) or (
            np.isinf(upstream).any() and not all(np.all(x) for x in others)
        )
        fresh = not any(np.isnan(x).any() for x in (upstream, *others))
        if getattr(gate, "factors", None) is None or not (np.isnan(contribution).any() and fresh and met):
            return ""
        there = not_finite_text(number(step.contribution))
        return (
            f"Zeros and infinities meet in these products, and 0 · inf is nan: {there}. "
            "A large finite number in place of the infinity would keep it at 0."
        )
    local = np.broadcast_to(np.asarray(number(step.local)), contribution.shape)
    upstream = np.broadcast_to(upstream, contribution.shape)
    steep, shut = (upstream == 0) & np.isinf(local), np.isinf(upstream) & (local == 0)
    if not (steep | shut).any():
        return ""
    here, mine = name_of(trace.program, sender), slot_name(trace.program, sender, slot)
    many = bool(contribution.shape)
    if steep.any():
        where = f" {cells_where(steep)}" if many else ""
        said = f"Nothing arrives at {here}{where}, but the slope of {gate.symbol} is infinite there: 0 · inf is nan, not 0."
        return f"{said} {_cure(trace, sender, slot)}"
    where = f" {cells_where(shut)}" if many else ""
    said = f"What arrives at {here} is infinite{where}, and the slope of {gate.symbol} is 0 there: inf · 0 is nan."
    if not np.isnan(contribution[shut]).any():
        said = f"{said[:-1]}, but a router that passes nothing on passes 0 to {mine}, whatever arrives."
    origin = next((x for x in gradient_causes(trace, sender) if x.edge is not None), None)
    return said if origin is None else f"{said} {_cure(trace, origin.node, int(trace.plan.slot[origin.edge or 0]))}"


def _may_meet(step: Step) -> bool:
    """Whether something that is not finite takes part in a send. It is asked of every one, so numbers are looked at first."""
    factors = (step.upstream, step.local, step.contribution)
    if all(isinstance(x, float) for x in factors):
        return not all(isfinite(x) for x in factors if isinstance(x, float))
    return not all(np.isfinite(x).all() for x in factors if x is not None)


def _cure(trace: Trace, sender: int, slot: int) -> str:
    """What to write so that a gate is not asked where its slope is infinite."""
    gate, program = trace.gate(sender), trace.program
    assert gate is not None, "an input sends nothing"
    inputs = trace.operand_values(sender)
    rules = gate.conventions if isinstance(gate, Gate) else ()
    at = (rule for rule in rules if rule.guard and rule.concerns(slot) and np.any(rule.at(NUMBERS, *inputs)))
    rule = next(at, None)
    if rule is None:
        return f"Keep the input of {gate.symbol} away from there, or, where its branch is not taken, give it a harmless input."
    names = {x: slot_name(program, sender, k) for k, x in zip(range(len(inputs)), "xyz", strict=False)}
    (guarded,) = {field for _, field, _, _ in Formatter().parse(rule.guard) if field}
    return (
        f"Guard the inside: {rule.guard.format(**names)} in place of {names[guarded]}, with a small eps such as 1e-12, "
        "or, where this branch is not taken, a harmless input."
    )
