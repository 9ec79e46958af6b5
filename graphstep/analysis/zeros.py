"""Why a gate sends 0: nothing arrives, a kink, a flat side, the other factor, or what is too small for a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite, log2
from typing import TYPE_CHECKING, Any

from graphstep.analysis.facts import Listed, Named, Operand, Reason, Slot, reason
from graphstep.analysis.kinks import at_choice, chosen_slots, convention, is_at_choice
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.numbers import local, send, value
from graphstep.gates.rule import Call, Rule
from graphstep.ground.arrays import Number, all_zero, cell_at, cell_of, number_text
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.bool_]


def why_nothing_is_sent(wire: Wire) -> tuple[Reason, ...]:
    """Why a wire carries 0: one reason, or a convention in several sentences; empty where none is known."""
    trace, sender, slot = wire.trace, wire.sender, wire.slot
    if all_zero(wire.upstream):
        return (reason("nothing-arrives", name=Named(sender)),)
    if not wire.gate.cellwise:
        return _why_nothing_is_pulled(wire, sender, slot)
    return _why_no_cell_is_sent(wire, sender, slot) if trace.node(sender).shape else _why_no_number_is_sent(wire, sender, slot)


def number(value: Number | None) -> Number:
    """A number or an array that a send has; 0 for what it does not have."""
    return 0.0 if value is None else value


def is_choice(wire: Wire) -> bool:
    """Whether a gate sends 0 because a convention says so, wherever anything arrives at it."""
    if not wire.gate.cellwise:
        return False
    if not wire.trace.node(wire.sender).shape:
        return wire.upstream == 0 or is_at_choice(wire.trace, wire.sender, wire.slot)
    return bool((at_choice(wire.trace, wire.sender, wire.slot) | np.equal(wire.upstream, 0)).all())


def _why_no_number_is_sent(wire: Wire, sender: int, slot: int) -> tuple[Reason, ...]:
    """Why an elementwise gate between numbers, at which a gradient arrives, sends 0."""
    if wire.local != 0:
        upstream, local = number_text(wire.upstream), number_text(number(wire.local))
        return (reason("product-too-small", upstream=upstream, local=local),)
    if is_at_choice(wire.trace, sender, slot):
        # What is taken at a kink is chosen. To call the gate flat there as well would be a second, false reason.
        return (reason("slope-chosen", gate=wire.gate.symbol, at=Operand(sender, slot)),)
    return _why_no_slope(wire.trace, sender, slot, None, everywhere=False)


def _why_no_cell_is_sent(wire: Wire, sender: int, slot: int) -> tuple[Reason, ...]:
    """The same between arrays: each cell has its reason, and where there are several of them they are counted."""
    trace, shape = wire.trace, wire.trace.node(sender).shape
    upstream, local = (np.broadcast_to(number(x), shape) for x in (wire.upstream, wire.local))
    none = upstream == 0
    kink = at_choice(trace, sender, slot) & ~none & (local == 0)
    flat = (local == 0) & ~none & ~kink
    tiny = ~none & (local != 0)
    if flat.all():
        return _why_no_slope(trace, sender, slot, flat, everywhere=True)
    symbol = wire.gate.symbol
    reasons = (
        (reason("cell-nothing-arrives"), none),
        (reason("cell-slope-chosen", gate=symbol), kink),
        (reason("cell-slope-zero", gate=symbol), flat),
        (reason("cell-product-too-small"), tiny),
    )
    held = [(why, int(np.count_nonzero(cells))) for why, cells in reasons if cells.any()]
    if len(held) == 1:
        return (reason("every-cell", reason=held[0][0]),)
    counted = tuple(reason("in-some-cells", taken=count, reason=why) for why, count in held)
    return (reason("of-cells", cells=upstream.size, reasons=Listed(counted, "; ")),)


def _why_no_slope(trace: Trace, sender: int, slot: int, cells: Cells | None, *, everywhere: bool) -> tuple[Reason, ...]:
    """Why the local gradient of an elementwise gate is 0 in some cells; ``everywhere`` says that these are all cells.

    Of a number there are none to choose from.
    """
    gate, operands = trace.gate(sender), trace.node(sender).operands
    assert gate is not None, "an input sends nothing"
    if gate.chooses:
        if everywhere:
            return (reason("chose-another-everywhere", gate=gate.name),)
        chosen = chosen_slots(trace, sender)
        if chosen and operands[chosen[0]] == operands[slot]:
            return (reason("chose-same", gate=gate.name),)
        message = "chose-other" if len(operands) == 2 else "chose-another"
        return (reason(message, gate=gate.name, winner=Operand(sender, chosen[0])),) if chosen else ()
    if gate.pattern[0] == "data":
        return _why_not_taken(gate, sender, operands, slot, everywhere=everywhere)
    where, mine = reason("everywhere") if everywhere else None, Operand(sender, slot)
    if gate.pattern[0] == "switcher":
        other = next((s for s in range(len(operands)) if s != slot), slot)
        if isinstance(operands[other], int):
            return (reason("factor-zero-named", where=where, factor=Operand(sender, other)),)
        return (reason("factor-zero", where=where),)
    if gate.stops:
        return (reason("passes-nothing-to", gate=gate.symbol, name=Slot(sender, slot)),)
    if _fades(trace, gate, sender, slot, cells):
        return (reason("slope-faded", gate=gate.symbol, at=mine, where=where),)
    if gate.routes and slot:
        # Whether the slope of a leaky relu, or a bound of clip, is used is decided by the first input.
        return (reason("unused", gate=gate.symbol, name=mine, at=Operand(sender, 0), where=where),)
    return (reason("flat" if gate.routes or gate.pattern[0] == "dead" else "slope-zero", gate=gate.symbol, at=mine, where=where),)


def _why_not_taken(gate: Rule, sender: int, operands: Sequence[object], slot: int, *, everywhere: bool) -> tuple[Reason, ...]:
    """The same of where: its condition gets nothing at all, and a branch nothing where the condition took the other one."""
    if gate.pattern_of(slot) == "data":
        return (reason("passes-nothing-to", gate=gate.symbol, name=Slot(sender, slot)),)
    other = next(s for s in range(len(operands)) if s != slot and gate.pattern_of(s) == "router")
    if operands[other] == operands[slot]:
        return (reason("chose-same", gate=gate.name),)
    if everywhere:
        return (reason("chose-another-everywhere", gate=gate.name),)
    return (reason("chose-other", gate=gate.name, winner=Operand(sender, other)),)


_FADING = tuple(2.0**k for n in range(1, 10) for k in (n, -n, 100 * n, -100 * n))
"""By what the inputs of a gate are multiplied to see whether its slope is 0 of itself or has only become too small."""


def _fades(trace: Trace, gate: Rule, sender: int, slot: int, cells: Cells | None) -> bool:
    """Whether a slope that came out as 0, in the first of some cells, is one too small for a number, as that of exp at -800.

    A slope that is 0 of itself is so at a single point, and not beside it (cos at 0), or on a whole side of a kink, however far
    from it (relu below 0). One that has faded is 0 beside the point too, and nearer to the middle it is not.
    """
    place = () if cells is None else cell_at(int(cells.argmax()), cells.shape)
    point = [np.float64(cell_of(x, place)) for x in trace.operand_values(sender)]
    operands = trace.node(sender).operands
    moved = [k for k, x in enumerate(operands) if isinstance(x, int)]

    def slope(*factors: float) -> float:
        with np.errstate(all="ignore"):
            inputs = [x * factor for x, factor in zip(point, factors, strict=True)]
            return float(number(local(gate, Call(tuple(inputs), value(gate, inputs, {}), {}), slot)))

    def along(way: list[bool], by: float) -> float:
        return slope(*(by if scaled else 1.0 for scaled in way))

    if slope(*(1 + 2.0 ** -(20 + k) for k in range(len(point)))) != 0:
        return False
    # Where a router is flat depends on how its inputs compare, constants among them: all of them are scaled alike.
    groups = [[*range(len(point))]] if gate.routes else [moved, *([k] for k in moved)]
    ways = ([k in group for k in range(len(point))] for group in groups)
    return any(_shrinks(partial(along, way)) for way in ways)


def _shrinks(slope: Callable[[float], float]) -> bool:
    """Whether a slope that is 0 at the factor 1 is not 0 at another one, and becomes so by shrinking and not by a jump."""
    there = next((by for by in _FADING if isfinite(limit := slope(by)) and limit), None)
    if there is None:
        return False
    # Halving the way between the two leads to where it ends: at the least of doubles, or at a step of x mod y.
    zero, other = 0.0, log2(there)
    for _ in range(60):
        middle = (zero + other) / 2
        zero, other = (zero, middle) if slope(2.0**middle) else (middle, other)
    return abs(slope(2.0**other)) < 1e-200


def _why_nothing_is_pulled(wire: Wire, sender: int, slot: int) -> tuple[Reason, ...]:
    """Why a structural gate at which a gradient arrives sends 0 in every cell."""
    trace, gate, call = wire.trace, wire.gate, wire.trace.call(sender)
    if gate.pattern[0] == "switcher":
        for other, value in enumerate(trace.operand_values(sender)):
            if other != slot and all_zero(value):
                return (reason("factor-zero-cells", factor=Operand(sender, other)),)
    if gate.pattern_of(slot) in ("data", "dead"):
        return (reason("passes-nothing-to", gate=gate.symbol, name=Slot(sender, slot)),)
    choice = convention(trace, sender, slot)
    if choice is not None:
        return choice.reasons
    if not np.isfinite(call.out).all() and all(np.isfinite(x).all() for x in call.inputs):
        return (reason("overflowed", name=Named(sender)),)
    upstream = np.asarray(wire.upstream)

    def sends_something(factors: Any) -> bool:
        with np.errstate(all="ignore"):
            return bool(np.any(send(gate, call, slot, upstream * factors)[0]))

    operand = trace.node(sender).operands[slot]
    alone = isinstance(operand, int) and not trace.program.nodes[operand].shape
    subject = reason("it" if alone else "each-cell")
    # Upstream gradients of other sizes: where a larger one gets through, the 0 is a number too small for a double.
    if any(sends_something(2.0**k) for k in (100, 500, 900)):
        return (reason("products-too-small", what=subject),)
    # What cancels does so for these cells of the upstream gradient; for others in their place it would not.
    # Exact in binary, and no cell is like its neighbours.
    others = 1.0 + np.arange(upstream.size, dtype=np.float64).reshape(upstream.shape) % 7 / 8
    if sends_something(others) or sends_something(others[::-1] ** 2 if others.ndim else others):
        return (reason("products-cancel", what=subject),)
    return (reason("products-zero", what=subject),)
