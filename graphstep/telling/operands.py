"""What a gate reads and what is sent, as they stand in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.gates.gate import shares
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant
from graphstep.telling.names import slot_name

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number


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


def chosen_slots(trace: Trace, index: int) -> list[int]:
    """The slots among which max or min of numbers divides its gradient, the winner first (a constant before the others).

    Empty when nothing compares (nan).
    """
    node, values, out = trace.node(index), trace.operand_values(index), trace.value_of(index)
    chosen = [slot for slot, x in enumerate(values) if x == out]
    if out != out:
        # Nothing equals nan. Who gets the gradient then is a convention, which is asked rather than written a second time.
        taken = shares(NUMBERS, values, out, tuple(node.constants), trace.ties)
        chosen = [slot for slot, share in enumerate(taken) if share > 0]
    return sorted(chosen, key=lambda slot: (not isinstance(node.operands[slot], Constant), slot))


def number(value: Number | None) -> Number:
    """A number or an array that a send has; 0 for what it does not have."""
    return 0.0 if value is None else value
