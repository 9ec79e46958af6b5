"""What a gate reads, and its local gradients, as they stand in a sentence."""

from __future__ import annotations

from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, plain_text
from graphstep.ground.numerals import numeral
from graphstep.telling.names import names_of, slot_name


def operand_with_value(trace: Trace, index: int, slot: int) -> str:
    """An operand of a gate with its value: ``z = -4``; a number alone where that is all it is, and an array by its name alone.

    The ladder above the sentence shows its cells.
    """
    value = trace.operand_values(index)[slot]
    name = slot_name(trace.program, index, slot)
    if not isinstance(value, int | float):
        return name
    text = numeral(value)
    return name if name == text else f"{name} = {text}"


def slope(trace: Trace, index: int, slot: int) -> str:
    """The local gradient of an elementwise gate towards what it reads in a slot, as the formula by which it is computed."""
    gate, names = trace.gate(index), names_of(trace.program)
    assert gate is not None, "an input has no local gradient"
    terms = [names.slot(index, k) for k in range(len(trace.node(index).operands))]
    return plain_text(TERMS.term(gate.slopes[slot](TERMS, *terms, names.operand(index))))
