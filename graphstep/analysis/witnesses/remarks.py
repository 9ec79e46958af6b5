"""What a gate has to say of the point that it is at: a kink, a tie, the end of its domain."""

from __future__ import annotations

from graphstep.analysis.facts import Reason, Remark, reason
from graphstep.analysis.kinks import convention
from graphstep.engine.trace import Trace
from graphstep.gates.numbers import applies
from graphstep.ground.late import np


def remark_at(trace: Trace, index: int) -> Remark | None:
    """What is said of a gate at a kink or a tie, or where it makes something infinite, in any of its cells; None elsewhere."""
    gate, shape = trace.gate(index), trace.node(index).shape
    if gate is None:
        return None
    if gate.remark is not None or not shape:
        return convention(trace, index)
    inputs, cells = trace.operand_values(index), int(np.prod(shape))
    with np.errstate(all="ignore"):
        if gate.chooses:
            winners = sum(np.equal(x, trace.value_of(index)).astype(int) for x in inputs)
            ties = int(np.count_nonzero(np.broadcast_to(winners, shape) > 1))
            return Remark("convention", (reason("verdict-tie", ties=ties, cells=cells),)) if ties else None
        for place, rule in enumerate(gate.conventions):
            count = int(np.count_nonzero(np.broadcast_to(applies(rule, inputs), shape)))
            if not count:
                continue
            key = f"gate.{gate.name}.convention.{place}"
            head = Reason(key, {}, rule.says)
            if not rule.warns and count < cells:
                head = reason("verdict-in-cells", taken=count, cells=cells, rule=head)
            others = [reason("others", others=Reason(f"{key}.others", {}, rule.others))] if rule.others else []
            return Remark("warning" if rule.warns else "convention", (head, *others))
    return None
