"""Why a step is as it is: patterns, reasons for zero, the first inf or nan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.arrays import all_zero, is_small, number_text
from graphstep.explain.explanation import Note
from graphstep.explain.kinks import at_choice, cells_where, convention
from graphstep.explain.names import name_of, output_name, slot_name
from graphstep.expression import Constant
from graphstep.gates.gate import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphstep.arrays import Number
    from graphstep.trace import Step, Trace

SATURATED = 0.01
"""A squashing gate whose slope is smaller than this is called saturated."""

MOST = 0.75
"""The share of its cells from which a gate on arrays is called saturated or dead as a whole.

Not a half: of a relu whose inputs have mean 0, as in any network that was just initialised, half of the cells are blocked.
"""


def pattern(step: Step) -> str:
    """The name of the pattern of a send or a sum; empty where there is none."""
    if step.event == "sum":
        return "adder"
    if step.sender is None or step.slot is None:
        return ""
    gate = step.trace.gate(step.sender)
    if gate is None:
        return ""
    if isinstance(gate, Gate) and (gate.saturates or gate.name == "relu"):
        blocked, cells = _blocked(step, gate)
        if cells and blocked >= MOST * cells:
            return "saturated" if gate.saturates else "dead"
    if isinstance(gate, Gate) and gate.scales:
        mine = step.slot
        others = [x for slot, x in enumerate(step.trace.node(step.sender).operands) if slot != mine]
        if others and all(isinstance(x, Constant) for x in others):
            return "scaler"
    found = gate.pattern[min(step.slot, len(gate.pattern) - 1)]
    # A loss that passes nothing to a class passes something to a target.
    return "" if found == "dead" and not isinstance(gate, Gate) and not all_zero(_number(step.contribution)) else found


def share_blocked(step: Step) -> str:
    """In how many of its cells a squashing gate is flat, or a relu blocks; empty where none is, and for numbers."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    if not (isinstance(gate, Gate) and step.trace.node(step.node).shape) or not (gate.saturates or gate.name == "relu"):
        return ""
    blocked, cells = _blocked(step, gate)
    if not blocked:
        return ""
    if gate.saturates:
        return f"{blocked:,} of {cells:,} cells {'has' if blocked == 1 else 'have'} a slope below {numeral(SATURATED)}."
    return f"It blocks {blocked:,} of {cells:,} cells."


def _blocked(step: Step, gate: Gate) -> tuple[int, int]:
    """The cells through which (almost) nothing passes, and all cells."""
    local = step.local
    if local is None or isinstance(local, float):
        return int(local is not None and (abs(local) < SATURATED if gate.saturates else local == 0)), 1
    flat = np.abs(local) < SATURATED if gate.saturates else local == 0
    return int(np.count_nonzero(flat)), local.size


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


def notes(step: Step) -> tuple[Note, ...]:
    """What a step has to say besides its rule."""
    trace, found = step.trace, []
    gate_index = step.node if step.event == "value" else step.sender
    # A gate may be at a kink on the way to one input and pass nothing at all to another.
    if gate_index is not None and not _passes_nothing(step) and (text := convention(trace, gate_index, step.slot)):
        found.append(text)
    if step.event == "start":
        found += [Note("warning", _given(trace, index)) for index in trace.given_not_finite]
    if step.event == "value" and trace.first_not_finite == step.node:
        where = _not_finite(step.value)
        which = "gate that makes a value that is not finite" if trace.given_not_finite else "value that is not finite"
        found.append(Note("warning", f"This is the first {which}: {where}. All that use it inherit it."))
    elif step.event == "value" and trace.first_nan == step.node:
        found.append(Note("warning", "This is the first nan: it is made of an infinity. All that use it inherit it."))
    if step.event == "send" and step.edge == trace.first_edge_not_finite:
        where = _not_finite(_number(step.contribution))
        found.append(Note("warning", f"This is the first contribution that is not finite: {where}."))
    if step.event == "send" and all_zero(_number(step.contribution)) and not _told_by_the_rule(step):
        reason = _why_nothing_is_sent(step)
        if reason and reason not in [note.text for note in found]:
            found.append(Note("zero", reason))
    if step.event == "send":
        known = trace.gradient(step.node, step.n)
        if known is not None and known.expected > 1:
            name = name_of(trace.program, step.node)
            small = isinstance(known.value, float) or is_small(known.value)
            so_far = f"so far they add up to {number_text(known.value)}" if small else "the others follow"
            still = "the sum follows" if known.complete else so_far
            found.append(
                Note("arrived", f"{name} is used {known.expected} times: {known.received} of {known.expected} arrived, {still}.")
            )
    return tuple(found)


def _given(trace: Trace, index: int) -> str:
    value = trace.value_of(index)
    assert value is not None, "an input has a value from the start"
    return f"{name_of(trace.program, index)} was given as {_not_finite(value)}: no gate made that, and its users inherit it."


def _number(value: Number | None) -> Number:
    return 0.0 if value is None else value


def _not_finite(value: Number) -> str:
    """What is not finite: the number, or the first such cell and how many there are."""
    if isinstance(value, int | float):
        return numeral(value)
    bad = ~np.isfinite(value)
    return f"{numeral(float(value[bad][0]))} {cells_where(bad)}"


def why_zero(trace: Trace, index: int) -> str:
    """Why a node's gradient is zero, in one sentence; for a constant and for data that there is none.

    Empty where it is not zero. Of an array with some cells that are zero it says how many.
    """
    program = trace.program
    name, out = name_of(program, index), output_name(program)
    if not program.depends[index]:
        return _why_none(trace, index)
    if not program.reaches[index]:
        return f"{out} does not depend on {name}."
    known = trace.gradient(index)
    if known is None or not all_zero(known.value):
        return "" if known is None else _zeros(known.value)
    edges = trace.plan.arrivals[index]
    if not edges:
        return "The seed is 0."
    if any(not all_zero(trace.contribution_of(e)) for e in edges):
        return f"The contributions to {name} cancel."
    reasons = []
    for edge in edges:
        reason = _why_nothing_is_sent(trace.step(int(trace.plan.edge_step[edge])))
        if reason not in reasons:
            reasons.append(reason)
    return " ".join(reasons[:2])


def _why_none(trace: Trace, index: int) -> str:
    program = trace.program
    name = name_of(program, index)
    if not program.data:
        return f"{name} is a constant: it gets no gradient."
    if program.nodes[index].gate is None:
        return f"{name} is data: it gets no gradient."
    return f"{name} depends on no input but data: it gets no gradient."


def _zeros(value: Number) -> str:
    if isinstance(value, int | float):
        return ""
    zeros = value.size - int(np.count_nonzero(value))
    return f"{zeros:,} of {value.size:,} cells {'is' if zeros == 1 else 'are'} 0." if zeros else ""


def _told_by_the_rule(step: Step) -> bool:
    """Whether the step's own sentence says already why nothing is sent: max and min name the input that they chose."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    told = (gate is not None and gate.chooses != "") or _passes_nothing(step)
    return told and not all_zero(_number(step.upstream))


def _passes_nothing(step: Step) -> bool:
    """Whether a structural gate passes no gradient to an input by its nature, as a loss to the classes."""
    gate = None if step.sender is None else step.trace.gate(step.sender)
    return gate is not None and not isinstance(gate, Gate) and pattern(step) == "dead"


def _why_nothing_is_sent(step: Step) -> str:
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None:
        return ""
    if all_zero(_number(step.upstream)):
        here = name_of(trace.program, sender)
        return f"Nothing arrives at {here}: its upstream gradient is 0, so everything behind it gets 0 from it."
    if not isinstance(trace.gate(sender), Gate):
        return _why_nothing_is_pulled(step, sender, slot)
    return _why_no_cell_is_sent(step, sender, slot) if trace.node(sender).shape else _why_no_number_is_sent(step, sender, slot)


def _why_no_number_is_sent(step: Step, sender: int, slot: int) -> str:
    """Why an elementwise gate between numbers, at which a gradient arrives, sends 0."""
    if step.local != 0:
        factors = f"{number_text(_number(step.upstream))} · {number_text(_number(step.local))}"
        return f"The contribution is too small for a number: {factors}."
    at, gate = convention(step.trace, sender, slot), step.trace.gate(sender)
    if at is not None and at.kind == "convention" and gate is not None and not gate.chooses:
        # What is taken at a kink is chosen. To call the gate flat there as well would be a second, false reason.
        return at.text
    return _why_no_slope(step.trace, sender, slot, np.ones((), bool), "")


def _why_no_cell_is_sent(step: Step, sender: int, slot: int) -> str:
    """The same between arrays: each cell has its reason, and where there are several of them they are counted."""
    trace, shape = step.trace, step.trace.node(sender).shape
    upstream, local = (np.broadcast_to(_number(x), shape) for x in (step.upstream, step.local))
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
        f"{symbol} is at its kink, where the slope is taken as 0": kink,
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
        chosen = _chosen(trace, sender)
        if chosen and operands[chosen[0]] == operands[slot]:
            return f"{gate.name} already chose the same input in another slot."
        return f"{gate.name} chose the other input, {operand_with_value(trace, sender, chosen[0])}." if chosen else ""
    mine = operand_with_value(trace, sender, slot)
    if gate.pattern[0] == "switcher":
        other = next((s for s in range(len(operands)) if s != slot), slot)
        return f"The other factor is 0{where}: {operand_with_value(trace, sender, other)}."
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
    upstream = np.asarray(_number(step.upstream))

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


def _chosen(trace: Trace, index: int) -> list[int]:
    """The slots of max or min that attain its value, the winner first (a constant before the others)."""
    operands, value = trace.node(index).operands, trace.value_of(index)
    attained = [slot for slot, x in enumerate(trace.operand_values(index)) if x == value or x != x]
    return sorted(attained, key=lambda slot: (not isinstance(operands[slot], Constant), slot))


def routed(trace: Trace, index: int) -> str:
    """What max or min of numbers chose, in words: ``y = 5``; the nan that it passes on, where there is one."""
    return operand_with_value(trace, index, _chosen(trace, index)[0])
