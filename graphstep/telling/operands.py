"""What a gate reads, as it stands in a sentence."""

from __future__ import annotations

from graphstep.engine.trace import Trace
from graphstep.ground.numerals import numeral
from graphstep.telling.names import slot_name


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
