"""Where a derivative needs a convention: at kinks, at ties, and where something becomes infinite or undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.analysis.facts import Cells, Listed, Reason, Remark, Slot, reason
from graphstep.engine.trace import Trace
from graphstep.gates.elementwise import shares
from graphstep.gates.floats import FLOATS
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.numbers import applies
from graphstep.gates.rule import Rule
from graphstep.ground.late import np, quiet
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant

if TYPE_CHECKING:
    from numpy.typing import NDArray


def convention(trace: Trace, index: int, slot: int | None = None) -> Remark | None:
    """What is to say of a gate whose inputs are at a kink or a tie, or make something infinite; None elsewhere.

    With a slot, only what concerns the local gradient towards that input. Of a gate on arrays it says in how many cells, and
    which is the first of them.
    """
    gate = trace.gate(index)
    if gate is None:
        return None
    if gate.remark is not None:
        with quiet():
            # A remark compares and counts what may be inf or nan, of which NumPy would warn.
            held = gate.remark(np, trace.call(index))
        sentences = tuple(Reason(f"gate.{gate.name}.remark.{key}", figures, gate.remarks[key]) for key, figures in held)
        return Remark("convention", sentences, f"{gate.name} {held}", (reason("holds-here", gate=gate.symbol),)) if held else None
    shape = trace.node(index).shape
    if gate.chooses and (tie := (_ties if shape else _tie)(trace, index, slot)) is not None:
        return tie
    return _at_kinks(trace, index, slot, gate)


def _at_kinks(trace: Trace, index: int, slot: int | None, gate: Rule) -> Remark | None:
    """The rules of an elementwise gate that apply to its inputs."""
    if not gate.conventions:
        return None
    shape, inputs = trace.node(index).shape, trace.operand_values(index)
    if not shape and not any(applies(rule, inputs) for rule in gate.conventions):
        return None
    reasons, rules, warns, covered = list[Reason](), list[str](), False, np.zeros(shape, bool)
    for place, rule in enumerate(gate.conventions):
        if slot is not None and not rule.concerns(slot):
            continue
        # In each cell the first rule that applies counts.
        where = np.asarray(applies(rule, inputs)) & ~covered
        if not where.any():
            continue
        key = f"gate.{gate.name}.convention.{place}"
        reasons.append(Reason(key, {}, rule.says))
        if shape:
            reasons.append(reason("here-cells", where=Cells.where(where)))
        if rule.others:
            reasons.append(reason("others", others=Reason(f"{key}.others", {}, rule.others)))
        rules.append(rule.says)
        warns, covered = warns or rule.warns, covered | where
        if not shape:
            break
    if not reasons:
        return None
    if shape:
        here = reason("holds-here-cells", gate=gate.symbol, where=Cells.where(covered))
    else:
        here = reason("holds-here", gate=gate.symbol)
    return Remark("warning" if warns else "convention", tuple(reasons), " ".join(rules), (here,))


def is_at_choice(trace: Trace, index: int, slot: int) -> bool:
    """The same of a gate between numbers."""
    gate, values = trace.gate(index), trace.operand_values(index)
    try:
        for rule in () if gate is None else gate.conventions:
            if rule.concerns(slot) and rule.at(FLOATS, *values):
                return not rule.warns
    except ArithmeticError:
        # A function that is NumPy's, or what is inf or nan in IEEE.
        return bool(at_choice(trace, index, slot))
    return False


def at_choice(trace: Trace, index: int, slot: int) -> NDArray[np.bool_]:
    """In which cells an elementwise gate is at a kink, where its local gradient towards an input is chosen and not computed."""
    gate, shape = trace.gate(index), trace.node(index).shape
    chosen, warned = np.zeros(shape, bool), np.zeros(shape, bool)
    if gate is not None:
        for rule in gate.conventions:
            if rule.concerns(slot):
                where = np.asarray(applies(rule, trace.operand_values(index))) & ~chosen & ~warned
                chosen, warned = (chosen, warned | where) if rule.warns else (chosen | where, warned)
    return chosen


def chosen_slots(trace: Trace, index: int) -> list[int]:
    """The slots among which max or min of numbers divides its gradient, the winner first (a constant before the others).

    Empty when nothing compares (nan).
    """
    node, values, out = trace.node(index), trace.operand_values(index), trace.value_of(index)
    chosen = [slot for slot, x in enumerate(values) if x == out]
    if out != out:
        # Nothing equals nan. Who gets the gradient then is a convention, which is asked rather than written a second time.
        parts = shares(NUMBERS, values, out, tuple(node.constants), trace.ties)
        chosen = [slot for slot, share in enumerate(parts) if share > 0]
    return sorted(chosen, key=lambda slot: (not isinstance(node.operands[slot], Constant), slot))


def _tie(trace: Trace, index: int, slot: int | None) -> Remark | None:
    gate, operands = trace.gate(index), trace.node(index).operands
    value = trace.value_of(index)
    winners = [k for k, x in enumerate(trace.operand_values(index)) if x == value]
    if gate is None or len(winners) < 2 or slot not in (None, *winners):
        return None
    spelled = numeral(float(value))
    head = reason("tie", names=_names(index, winners), value=spelled)
    if trace.ties == "split":
        share = numeral(1 / len(winners))
        each = reason("tie-each", share=share)
        return Remark("convention", (head, reason("tie-split", share=share)), "tie-split", (head, each))
    if any(isinstance(operands[k], Constant) for k in winners):
        return _routed_tie(head, reason("tie-constant"), "tie-constant")
    return _routed_tie(head, reason("tie-first", gate=gate.name), f"tie-first {gate.name}")


def _ties(trace: Trace, index: int, slot: int | None) -> Remark | None:
    """The ties between arrays, cell by cell."""
    gate, operands = trace.gate(index), trace.node(index).operands
    attains = np.array([np.equal(x, trace.value_of(index)) for x in trace.operand_values(index)])
    tie = np.sum(attains, axis=0) > 1
    if gate is None or not tie.any():
        return None
    among = [k for k, part in enumerate(attains) if (part & tie).any()]
    if slot not in (None, *among):
        return None
    head = reason("tie-cells", names=_names(index, among), where=Cells.where(tie))
    if trace.ties == "split":
        return Remark("convention", (head, reason("tie-split-cells")), "tie-split-cells", (head,))
    constant = np.any([attains[k] for k in among if isinstance(operands[k], Constant)], axis=0)
    if (tie & constant).any():
        kind = "tie-constant-cells" if (tie <= constant).all() else "tie-constant-some"
        return _routed_tie(head, reason(kind), kind)
    return _routed_tie(head, reason("tie-first-cells", gate=gate.name), f"tie-first-cells {gate.name}")


def _routed_tie(head: Reason, rule: Reason, key: str) -> Remark:
    return Remark("convention", (head, rule, reason("tie-others")), key, (head,))


def _names(index: int, slots: list[int]) -> Listed:
    return Listed(tuple(Slot(index, slot) for slot in slots))


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
