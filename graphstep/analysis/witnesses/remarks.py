"""What a gate has to say of the point that it is at: a kink, a tie, the end of its domain."""

from __future__ import annotations

import numpy as np

from graphstep.analysis.kinks import convention
from graphstep.engine.trace import Trace
from graphstep.gates.mathematics import NUMBERS
from graphstep.telling.explanation import Note
from graphstep.telling.words.wording import wording


def remark_at(trace: Trace, index: int) -> Note | None:
    """What is said of a gate at a kink or a tie, or where it makes something infinite, in any of its cells; None elsewhere."""
    gate = trace.gate(index)
    if gate is None:
        return None
    if gate.remark is not None:
        with np.errstate(all="ignore"):
            text = gate.remark(np, trace.call(index))
        return Note("convention", text) if text else None
    if not trace.node(index).shape:
        return None if (remark := convention(trace, index)) is None else wording(trace).note(remark)
    inputs, shape = trace.operand_values(index), trace.node(index).shape
    with np.errstate(all="ignore"):
        if gate.chooses:
            winners = sum(np.equal(x, trace.value_of(index)).astype(int) for x in inputs)
            ties = int(np.count_nonzero(np.broadcast_to(winners, shape) > 1))
            return Note("convention", f"Its inputs tie in {_cells(ties, shape)}.") if ties else None
        for rule in gate.conventions:
            count = int(np.count_nonzero(np.broadcast_to(rule.at(NUMBERS, *inputs), shape)))
            if count:
                others = f" ({rule.others}.)" if rule.others else ""
                if rule.warns:
                    return Note("warning", f"{rule.says}{others}")
                where = "" if count == np.prod(shape) else f"In {_cells(count, shape)}: "
                return Note("convention", f"{where}{rule.says}{others}")
    return None


def _cells(count: int, shape: tuple[int, ...]) -> str:
    return f"{count:,} of its {int(np.prod(shape)):,} cells"
