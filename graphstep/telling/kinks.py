"""What is said where a derivative needs a convention: at kinks, at ties, and where something becomes infinite or undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphstep.gates.gate import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant
from graphstep.telling.explanation import Note
from graphstep.telling.names import slot_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

_SHARE = "(PyTorch and JAX split the gradient equally: --ties split.)"


def convention(trace: Trace, index: int, slot: int | None = None) -> Note | None:
    """What is said of a gate whose inputs are at a kink or a tie, or make something infinite; None elsewhere.

    With a slot, only what concerns the local gradient towards that input. Of a gate on arrays it says in how many cells, and
    which is the first of them.
    """
    gate = trace.gate(index)
    if gate is None:
        return None
    if not isinstance(gate, Gate):
        with np.errstate(all="ignore"):
            said = gate.remark(np, trace.call(index)) if gate.remark is not None else ""
        return Note("convention", said, said, f"What was said of {gate.symbol} holds here.") if said else None
    inputs = trace.operand_values(index)
    shape = trace.node(index).shape
    tie = (_ties if shape else _tie)(trace, index, slot, inputs) if gate.chooses else None
    if tie is not None:
        return tie
    found, rules, warns, told = list[str](), list[str](), False, np.zeros(shape, bool)
    for rule in gate.conventions:
        if slot is not None and not rule.concerns(slot):
            continue
        # In each cell the first rule that applies counts.
        where = np.asarray(rule.at(NUMBERS, *inputs)) & ~told
        if not where.any():
            continue
        others = f" ({rule.others}.)" if rule.others else ""
        found.append(f"{rule.says}{f' Here {cells_where(where)}.' if shape else ''}{others}")
        rules.append(rule.says)
        warns, told = warns or rule.warns, told | where
        if not shape:
            break
    if not found:
        return None
    here = f"What was said of {gate.symbol} holds here{f', {cells_where(told)}' if shape else ''}."
    return Note("warning" if warns else "convention", " ".join(found), " ".join(rules), here)


def at_choice(trace: Trace, index: int, slot: int) -> NDArray[np.bool_]:
    """In which cells an elementwise gate is at a kink, where its local gradient towards an input is chosen and not computed."""
    gate, shape = trace.gate(index), trace.node(index).shape
    chosen, warned = np.zeros(shape, bool), np.zeros(shape, bool)
    if isinstance(gate, Gate):
        with np.errstate(all="ignore"):
            for rule in gate.conventions:
                if rule.concerns(slot):
                    where = np.asarray(rule.at(NUMBERS, *trace.operand_values(index))) & ~chosen & ~warned
                    chosen, warned = (chosen, warned | where) if rule.warns else (chosen | where, warned)
    return chosen


def cells_where(mask: NDArray[np.bool_]) -> str:
    """In how many cells a condition holds, of which there is one at least: ``in 3 of 40 cells, first at [0, 2]``."""
    count, size = int(np.count_nonzero(mask)), mask.size
    if count == size:
        return "in every cell" if size > 1 else "in its one cell"
    place = ", ".join(str(i) for i in np.unravel_index(int(mask.argmax()), mask.shape))
    return f"in {count:,} of {size:,} cells, {'' if count == 1 else 'first '}at [{place}]"


def _tie(trace: Trace, index: int, slot: int | None, inputs: tuple[Number, ...]) -> Note | None:
    gate, operands = trace.gate(index), trace.node(index).operands
    value = trace.value_of(index)
    winners = [slot for slot, x in enumerate(inputs) if x == value]
    if gate is None or len(winners) < 2 or slot not in (None, *winners):
        return None
    names = _names(trace, index, winners)
    head = f"{names} tie at {numeral(float(value))}."
    if trace.ties == "split":
        return Note(
            "convention",
            f"{head} With --ties split each gets an equal share, {numeral(1 / len(winners))} "
            "(as PyTorch and JAX do for maximum).",
            "ties split",
            f"{head} Each gets {numeral(1 / len(winners))}.",
        )
    constants = [slot for slot in winners if isinstance(operands[slot], Constant)]
    if constants:
        rule = f"A constant wins a tie, so nothing flows on, as in relu at {numeral(float(value))}"
    else:
        rule = f"{gate.name} routes to exactly one input: the first of them"
    return Note("convention", f"{head} {rule}. {_SHARE}", rule, head)


def _ties(trace: Trace, index: int, slot: int | None, inputs: tuple[Number, ...]) -> Note | None:
    """The ties between arrays, cell by cell."""
    gate, operands = trace.gate(index), trace.node(index).operands
    attains = np.array([np.equal(x, trace.value_of(index)) for x in inputs])
    tie = np.sum(attains, axis=0) > 1
    if gate is None or not tie.any():
        return None
    among = [k for k, part in enumerate(attains) if (part & tie).any()]
    if slot not in (None, *among):
        return None
    head = f"{_names(trace, index, among)} tie {cells_where(tie)}."
    if trace.ties == "split":
        rule = "With --ties split those that tie get equal shares (as PyTorch and JAX do for maximum)"
        return Note("convention", f"{head} {rule}.", rule, head)
    if any(isinstance(operands[slot], Constant) for slot in among):
        rule = "A constant wins a tie, so nothing flows on there"
    else:
        rule = f"In each cell {gate.name} routes to exactly one input: the first of them"
    return Note("convention", f"{head} {rule}. {_SHARE}", rule, head)


def _names(trace: Trace, index: int, slots: list[int]) -> str:
    names = [slot_name(trace.program, index, slot) for slot in slots]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
