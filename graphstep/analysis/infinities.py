"""Why a gradient is inf or nan: where on its way it became so, where 0 and infinity met, and what would keep them apart."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from string import Formatter

from graphstep.analysis.facts import Box, Cells, Named, NotFinite, Operand, Reason, Slot, reason
from graphstep.analysis.zeros import number
from graphstep.engine.causes import gradient_causes, is_finite
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.numbers import applies, send
from graphstep.ground.arrays import Number, number_text
from graphstep.ground.late import np, quiet

FOLLOWED = 2_000
"""Nodes of a program up to which the cause of an input's gradient is followed to where it began. It is asked of every input."""

_TINY = 2.0**-600
"""The part of what arrives that no finite slope makes too large for a number."""


def why_not_finite(trace: Trace, index: int) -> Reason | None:
    """Where on the way to a node its gradient became inf or nan, and why; None where it is finite."""
    if not trace.program.depends[index] or is_finite(trace.gradient_of(index)):
        return None
    if len(trace.program.nodes) > FOLLOWED:
        return None
    with quiet():
        cause = gradient_causes(trace, index)[-1]
        if cause.wire is not None:
            return _where_it_breaks(cause.wire)
    if cause.node == trace.program.output:
        return reason("seed-not-finite", value=NotFinite.of(trace.seed))
    nan = np.isnan(trace.gradient_of(cause.node)).any()
    return reason("sum-nan" if nan else "sum-too-large", name=Named(cause.node))


def _where_it_breaks(wire: Wire) -> Reason:
    """At which step something that is not finite is sent although what arrived there was as it should be, and why."""
    trace, sender, slot = wire.trace, wire.sender, wire.slot
    node, sent, local = trace.node(sender), np.asarray(wire.contribution), wire.local
    kind = "nan" if np.isnan(sent).any() else "inf" if np.isposinf(sent).any() else "-inf"
    begins = reason("begins", value=kind, step=str(wire.step), box=Box(sender), name=Named(wire.receiver))
    if zero_times_infinity(wire):
        return reason("breaks-trap", begins=begins)
    odd = [x for x in node.operands if isinstance(x, int) and not np.isfinite(trace.value_of(x)).all()]
    if not odd and _made_of_the_value(wire):
        odd = [sender]
    since = reason("since", name=Named(odd[0]), value=NotFinite.of(trace.value_of(odd[0]))) if odd else None
    if local is None:
        if since:
            return reason("breaks-since", begins=begins, since=since)
        # Between arrays no slope is known: what a tiny part of the gradient comes to tells whether there is an infinite one.
        if np.isfinite(_sent(wire, _TINY, trace.value_of(sender))).all():
            return reason("breaks-too-large", begins=begins)
        return reason("breaks-slope", begins=begins, slope=NotFinite.of(wire.contribution), since=None)
    if np.isfinite(local).all():
        if node.shape:
            return reason("breaks-product", begins=begins)
        factors = {"upstream": number_text(wire.upstream), "local": number_text(local)}
        return reason("breaks-product-numbers", begins=begins, **factors)
    if node.shape:
        return reason("breaks-slope", begins=begins, slope=NotFinite.of(local), since=since)
    if node.operands[slot] in odd[:1]:
        return reason("breaks-slope", begins=begins, slope=number_text(local), since=since)
    return reason("breaks-slope-at", begins=begins, at=Operand(sender, slot), slope=number_text(local), since=since)


def _made_of_the_value(wire: Wire) -> bool:
    """Whether it is by the sender's own value that something that is not finite is sent, as exp does, and not ln."""
    value = wire.trace.value_of(wire.sender)
    return not np.isfinite(value).all() and bool(np.isfinite(_sent(wire, 1.0, np.ones(np.shape(value)))).all())


def _sent(wire: Wire, share: float, value: Number) -> Number:
    """What a gate would send if this part of its gradient arrived, and if its value were another one."""
    call = replace(wire.trace.call(wire.sender), out=np.asarray(value))
    contribution: Number = send(wire.gate, call, wire.slot, np.multiply(share, wire.upstream))[0]
    return contribution


def zero_times_infinity(wire: Wire) -> tuple[Reason, ...]:
    """What is to say of a wire on which 0 and infinity meet, and what would keep them apart; empty where they do not.

    It is the trap of a branch that is not taken: what is not chosen gets 0, and 0 times an infinite slope is nan, not 0.
    """
    # Every wire is asked, and hardly any has something that is not finite.
    if not _may_meet(wire):
        return ()
    trace, sender, slot, gate = wire.trace, wire.sender, wire.slot, wire.gate
    contribution, upstream = np.asarray(wire.contribution), np.asarray(wire.upstream)
    if not gate.cellwise:
        # Only a product is known to multiply what arrives by what the gate reads.
        others = [x for k, x in enumerate(trace.operand_values(sender)) if k != slot]
        met = (not upstream.all() and any(np.isinf(x).any() for x in others)) or (
            np.isinf(upstream).any() and not all(np.all(x) for x in others)
        )
        fresh = not any(np.isnan(x).any() for x in (upstream, *others))
        if gate.factors is None or not (np.isnan(contribution).any() and fresh and met):
            return ()
        return (reason("trap-products", value=NotFinite.of(wire.contribution)),)
    local = np.broadcast_to(np.asarray(number(wire.local)), contribution.shape)
    upstream = np.broadcast_to(upstream, contribution.shape)
    steep, shut = (upstream == 0) & np.isinf(local), np.isinf(upstream) & (local == 0)
    if not (steep | shut).any():
        return ()
    met = steep if steep.any() else shut
    where = reason("trap-where", where=Cells.where(met)) if contribution.shape else None
    if steep.any():
        return reason("trap-steep", name=Named(sender), where=where, gate=gate.symbol), _cure(trace, sender, slot)
    if np.isnan(contribution[shut]).any():
        trap = reason("trap-shut", name=Named(sender), where=where, gate=gate.symbol)
    else:
        trap = reason("trap-shut-router", name=Named(sender), where=where, gate=gate.symbol, mine=Slot(sender, slot))
    origin = next((cause.wire for cause in gradient_causes(trace, sender) if cause.wire is not None), None)
    return (trap,) if origin is None else (trap, _cure(trace, origin.sender, origin.slot))


def _may_meet(wire: Wire) -> bool:
    """Whether something that is not finite takes part in a send. It is asked of every one, so numbers are looked at first."""
    trace, local = wire.trace, wire.local
    if not trace.has_arrays:
        return not all(isfinite(x) for x in (wire.upstream, local, wire.contribution) if x is not None)
    # The largest sizes of what arrives and is sent are known; what a local gradient of arrays is nobody has kept.
    sizes = trace.gradient_sizes[wire.sender], trace.contribution_sizes[wire.edge]
    return not (all(map(isfinite, sizes)) and (local is None or is_finite(local)))


def _cure(trace: Trace, sender: int, slot: int) -> Reason:
    """What to write so that a gate is not asked where its slope is infinite."""
    gate = trace.gate(sender)
    assert gate is not None, "an input sends nothing"
    inputs = trace.operand_values(sender)
    at = (rule for rule in gate.conventions if rule.guard and rule.concerns(slot) and np.any(applies(rule, inputs)))
    rule = next(at, None)
    if rule is None:
        return reason("keep-away", gate=gate.symbol)
    names = {x: Slot(sender, k) for k, x in zip(range(len(inputs)), "xyz", strict=False)}
    (guarded,) = {field for _, field, _, _ in Formatter().parse(rule.guard) if field}
    return reason("guard", guard=Reason("guard-text", names, rule.guard), input=names[guarded])
