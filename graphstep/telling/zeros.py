"""Why a gate sends 0: nothing arrives, a kink, a flat side, the other factor, or what is too small for a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.gates.gate import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.arrays import all_zero, number_text
from graphstep.telling.kinks import at_choice, convention
from graphstep.telling.names import name_of, slot_name
from graphstep.telling.operands import chosen_slots, number, operand_with_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.engine.step import Step
    from graphstep.engine.trace import Trace


def why_nothing_is_sent(step: Step) -> str:
    """Why a send whose contribution is 0 sends 0, in one sentence."""
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None:
        return ""
    if all_zero(number(step.upstream)):
        here = name_of(trace.program, sender)
        return f"Nothing arrives at {here}: its upstream gradient is 0, so everything behind it gets 0 from it."
    if not isinstance(trace.gate(sender), Gate):
        return _why_nothing_is_pulled(step, sender, slot)
    return _why_no_cell_is_sent(step, sender, slot) if trace.node(sender).shape else _why_no_number_is_sent(step, sender, slot)


def is_choice(step: Step) -> bool:
    """Whether a gate sends 0 because a convention says so, wherever anything arrives at it."""
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None or not isinstance(trace.gate(sender), Gate):
        return False
    return bool((at_choice(trace, sender, slot) | np.equal(number(step.upstream), 0)).all())


def _why_no_number_is_sent(step: Step, sender: int, slot: int) -> str:
    """Why an elementwise gate between numbers, at which a gradient arrives, sends 0."""
    if step.local != 0:
        factors = f"{number_text(number(step.upstream))} · {number_text(number(step.local))}"
        return f"The contribution is too small for a number: {factors}."
    gate = step.trace.gate(sender)
    if gate is not None and at_choice(step.trace, sender, slot).all():
        # What is taken at a kink is chosen. To call the gate flat there as well would be a second, false reason.
        at = operand_with_value(step.trace, sender, slot)
        return f"The slope of {gate.symbol} at {at} is a choice: it is taken as 0."
    return _why_no_slope(step.trace, sender, slot, np.ones((), bool), "")


def _why_no_cell_is_sent(step: Step, sender: int, slot: int) -> str:
    """The same between arrays: each cell has its reason, and where there are several of them they are counted."""
    trace, shape = step.trace, step.trace.node(sender).shape
    upstream, local = (np.broadcast_to(number(x), shape) for x in (step.upstream, step.local))
    none = upstream == 0
    kink = at_choice(trace, sender, slot) & ~none & (local == 0)
    flat = (local == 0) & ~none & ~kink
    tiny = ~none & (local != 0)
    if flat.all():
        return _why_no_slope(trace, sender, slot, flat, ", in every cell")
    gate = trace.gate(sender)
    symbol = "" if gate is None else gate.symbol
    reasons = {
        "nothing arrives": none,
        f"the slope of {symbol} is a choice, taken as 0": kink,
        f"the slope of {symbol} is 0": flat,
        "the product is too small for a number": tiny,
    }
    held = {said: int(np.count_nonzero(cells)) for said, cells in reasons.items() if cells.any()}
    if len(held) == 1:
        (said,) = held
        return f"In every cell {said}."
    return f"Of {upstream.size:,} cells, {'; '.join(f'in {count:,} {said}' for said, count in held.items())}."


def _why_no_slope(trace: Trace, sender: int, slot: int, cells: NDArray[np.bool_], where: str) -> str:
    """Why the local gradient of an elementwise gate is 0 in some cells; ``where`` says in which."""
    gate, operands = trace.gate(sender), trace.node(sender).operands
    assert isinstance(gate, Gate), "a structural gate has no local gradient"
    if gate.chooses:
        if where:
            return f"{gate.name} chose another input in every cell."
        chosen = chosen_slots(trace, sender)
        if chosen and operands[chosen[0]] == operands[slot]:
            return f"{gate.name} already chose the same input in another slot."
        return f"{gate.name} chose the other input, {operand_with_value(trace, sender, chosen[0])}." if chosen else ""
    mine = operand_with_value(trace, sender, slot)
    if gate.pattern[0] == "switcher":
        other = next((s for s in range(len(operands)) if s != slot), slot)
        named = f": {operand_with_value(trace, sender, other)}" if isinstance(operands[other], int) else ""
        return f"The other factor is 0{where}{named}."
    if _fades(trace, gate, sender, slot, cells):
        return f"The slope of {gate.symbol} at {mine} is too small for a number{where}."
    if gate.pattern[0] in ("router", "dead"):
        return f"{gate.symbol} is flat at {mine}{where}: it passes nothing."
    return f"The slope of {gate.symbol} at {mine} is 0{where}."


_FADING = tuple(2.0**k for n in range(1, 10) for k in (n, -n, 100 * n, -100 * n))
"""By what the inputs of a gate are multiplied to see whether its slope is 0 of itself or has only become too small."""


def _fades(trace: Trace, gate: Gate, sender: int, slot: int, cells: NDArray[np.bool_]) -> bool:
    """Whether a slope that came out as 0, in the first of some cells, is one too small for a number, as that of exp at -800.

    A slope that is 0 of itself is so at a single point, and not beside it (cos at 0), or on a whole side of a kink, however far
    from it (relu below 0). One that has faded is 0 beside the point too, and nearer to the middle it is not.
    """
    place = np.unravel_index(int(cells.argmax()), cells.shape)
    point = [np.float64(x if np.ndim(x) == 0 else np.asarray(x)[place]) for x in trace.operand_values(sender)]
    operands = trace.node(sender).operands
    moved = [k for k, x in enumerate(operands) if isinstance(x, int)]

    def slope(*factors: float) -> float:
        inputs = [x * factor for x, factor in zip(point, factors, strict=True)]
        with np.errstate(all="ignore"):
            return float(gate.local(slot, NUMBERS, inputs, gate.value(NUMBERS, inputs)))

    if slope(*(1 + 2.0 ** -(20 + k) for k in range(len(point)))) != 0:
        return False
    # Where a router is flat depends on how its inputs compare, constants among them: all of them are scaled alike.
    groups = [[*range(len(point))]] if gate.pattern[0] == "router" else [moved, *([k] for k in moved)]
    tried = (slope(*(by if k in group else 1.0 for k in range(len(point)))) for group in groups for by in _FADING)
    return any(np.isfinite(found) and found != 0 for found in tried)


def _why_nothing_is_pulled(step: Step, sender: int, slot: int) -> str:
    """Why a structural gate at which a gradient arrives sends 0 in every cell."""
    trace, gate, call = step.trace, step.trace.gate(sender), step.trace.call(sender)
    assert gate is not None, "an input sends nothing"
    assert not isinstance(gate, Gate), "an elementwise gate has a local gradient"
    if gate.pattern[0] == "switcher":
        for other, value in enumerate(trace.operand_values(sender)):
            if other != slot and all_zero(value):
                return f"The other factor is 0 in every cell: {operand_with_value(trace, sender, other)}."
    if gate.pattern[min(slot, len(gate.pattern) - 1)] == "dead":
        return f"The {gate.symbol} gate passes no gradient to {slot_name(trace.program, sender, slot)}."
    known = convention(trace, sender, slot)
    if known is not None:
        return known.text
    if not np.isfinite(call.out).all() and all(np.isfinite(x).all() for x in call.inputs):
        here = name_of(trace.program, sender)
        return f"{here} overflowed: it is too large for a number, so that what is divided by it comes out as 0."
    upstream = np.asarray(number(step.upstream))

    def sends_something(factors: Any) -> bool:
        with np.errstate(all="ignore"):
            return bool(np.any(gate.pullback(np, call, slot, upstream * factors)))

    operand = trace.node(sender).operands[slot]
    alone = isinstance(operand, int) and not trace.program.nodes[operand].shape
    it = "it" if alone else "each cell"
    if any(sends_something(2.0**k) for k in (100, 500, 900)):
        return f"The products that make up {it} are too small for numbers."
    # What cancels does so for these cells of the upstream gradient; for others in their place it would not.
    others = 1.0 + np.arange(upstream.size, dtype=np.float64).reshape(upstream.shape) % 7 / 8
    if sends_something(others) or sends_something(others[::-1] ** 2 if others.ndim else others):
        return f"The products that make up {it} cancel."
    return f"The products that make up {it} are 0."
