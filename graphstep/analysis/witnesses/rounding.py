"""Which gate is to blame where a number is off: one whose own number is, or one at which digits cancel.

The gates are looked at one by one, each with the numbers that it reads in the run, and without rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstep.analysis.witnesses.remarks import remark_at
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates import Rule
from graphstep.gates.notation import TERMS, TEXT
from graphstep.gates.numbers import send, value
from graphstep.ground.errors import GraphstepError
from graphstep.ground.numerals import numeral
from graphstep.telling.names import name_of, name_with_text, slot_term, term

DIGITS_LOST = 1e-9
"""Relative error of a gate's own number from which the gate is to blame: a good one is off by 1e-15."""

CANCELS = 1e5
"""How many times larger than what is left something is that is called to cancel."""

ROUNDINGS = 16
"""How many roundings of its size a number is allowed."""

_SUMS = ("sum", "mean")
"""Gates that add up cells, besides the products of matrices."""

_EPSILON = float(np.finfo(np.float64).eps)

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Below this doubles have fewer digits, whoever computes them."""


def wrong_slope(trace: Trace, index: int) -> str:
    """The gate on the ways to a node that sends something else than its local gradient asks for; empty where none does."""
    from graphstep.analysis.symbolic import exact_contribution

    worst: tuple[float, str] = (0.0, "")
    for wire in _wires_to(trace, index):
        if remark_at(trace, wire.sender) is not None:
            # At a kink it is a matter of convention.
            continue
        try:
            right = np.asarray(exact_contribution(wire))
        except GraphstepError:
            continue
        came = np.asarray(wire.contribution)
        off, cell = _off(came, right, sums=not wire.gate.cellwise)
        if off <= max(DIGITS_LOST, worst[0]):
            continue
        gate, towards = name_with_text(trace.program, wire.sender), name_of(trace.program, wire.receiver)
        if not wire.gate.cellwise:
            worst = off, f"{gate} sends {numeral(float(came[cell]))} to {towards} where {numeral(float(right[cell]))} is right."
            continue
        upstream, local = np.asarray(wire.upstream), np.asarray(wire.local)
        slope = float(right[cell]) / float(upstream[cell])
        said = f"the local gradient of {gate} towards {towards} is {numeral(float(local[cell]))} where {numeral(slope)} is right"
        worst = off, f"{said[0].upper()}{said[1:]}{_form(wire, cell, slope)}."
    return worst[1]


def _form(wire: Wire, cell: Any, slope: float) -> str:
    """That a local gradient is right as a formula, and loses its digits as it is computed; empty where the formula is wrong."""
    from graphstep.analysis.symbolic.reals import settled

    trace, sender, slot, gate = wire.trace, wire.sender, wire.slot, wire.gate
    if gate.chooses:
        return ""
    inputs = [float(np.broadcast_to(x, trace.node(sender).shape)[cell]) for x in trace.operand_values(sender)]
    of = gate.slopes[slot]
    smooth = settled(lambda m: m.real(of(m, *map(m.real, inputs), m.real(gate.formula(m, *map(m.real, inputs))))))
    if abs(smooth - slope) > DIGITS_LOST * abs(slope):
        return ""
    if of is not gate.partials[slot]:
        return ": its form loses digits here"
    terms = [slot_term(trace.program, sender, k) for k in range(len(inputs))]
    form = TERMS.term(of(TERMS, *terms, term(trace.program, sender))).read(TEXT).text
    return f": as it is computed, {form} loses its digits here"


def wrong_value(trace: Trace, index: int) -> str:
    """The gate on the ways to a node whose value is not that of its formula; empty where none is."""
    from graphstep.analysis.symbolic import exact_gate

    worst: tuple[float, str] = (0.0, "")
    for node in _nodes_before(trace, index):
        try:
            right = np.asarray(exact_gate(trace, node))
        except GraphstepError:
            continue
        came, gate = np.asarray(trace.value_of(node)), trace.gate(node)
        right = np.where(np.abs(came - right) <= _rounding(trace, node), came, right)
        off, cell = _off(came, right, sums=gate is not None and not gate.cellwise)
        if off > max(DIGITS_LOST, worst[0]):
            numbers = f"{numeral(float(came[cell]))} where {numeral(float(right[cell]))} is right"
            worst = off, f"{name_with_text(trace.program, node)} is {numbers}."
    return worst[1]


def cancelled(trace: Trace, index: int, *, backward: bool) -> str:
    """Where most digits cancel on the ways to a node, and how many; empty where it is nowhere in sight."""
    worst, text = CANCELS, ""
    output = trace.program.output
    for node in _nodes_before(trace, output):
        if (gate := trace.gate(node)) is None or not gate.adds:
            continue
        read = max((float(np.max(np.abs(x), initial=0.0)) for x in trace.operand_values(node)), default=0.0)
        left = float(np.max(np.abs(trace.value_of(node)), initial=0.0))
        if left * worst < read:
            worst = read / left if left else np.inf
            where = name_with_text(trace.program, node).removesuffix(",")
            text = f"At {where}, numbers as large as {numeral(read)} cancel to {numeral(left)}"
    if backward:
        for node in {index, *(wire.receiver for wire in _wires_to(trace, index))}:
            arrivals = trace.arrivals(node)
            read = max((float(np.max(np.abs(wire.contribution), initial=0.0)) for wire in arrivals), default=0.0)
            left = float(np.max(np.abs(trace.gradient_of(node)), initial=0.0))
            if len(arrivals) > 1 and left * worst < read:
                worst = read / left if left else np.inf
                text = (
                    f"The contributions to {name_of(trace.program, node)}, as large as {numeral(read)}, cancel to {numeral(left)}"
                )
    return f"{text}: the digits that are left are rounding." if text else ""


def _rounding(trace: Trace, node: int) -> Any:
    """What rounding may make of the numbers that a gate adds up, cell by cell; 0 where it adds up none.

    Where they cancel, the gate is not to blame.
    """
    return ROUNDINGS * _EPSILON * np.asarray(added(trace, node)) if _adds(trace.gate(node)) else 0.0


def added(trace: Trace, node: int) -> Any:
    """The sizes of the numbers that a gate adds up, added up cell by cell; its value where it adds up none."""
    gate = trace.gate(node)
    if gate is None or not _adds(gate):
        return trace.value_of(node)
    call = trace.call(node)
    return value(gate, [np.abs(x) for x in call.inputs], call.options)


def _adds(gate: Rule | None) -> bool:
    return gate is not None and (gate.name in _SUMS or gate.factors is not None)


def _off(came: Any, right: Any, *, sums: bool) -> tuple[float, Any]:
    """The largest relative error among cells, and where it is; a sum may be off by the rounding of the largest cell."""
    with np.errstate(all="ignore"):
        floor = 1e-12 * float(np.max(np.abs(right), initial=0.0, where=np.isfinite(right))) if sums else 0.0
        size = np.maximum(np.maximum(np.abs(came), np.abs(right)), max(floor, _SMALLEST))
        off = np.where((came == right) | ~np.isfinite(right), 0.0, np.abs(came - right) / size)
        off = np.where(np.abs(came - right) <= floor, 0.0, np.where(np.isnan(off), np.inf, off))
    if not off.size:
        return 0.0, ()
    cell = np.unravel_index(int(np.argmax(off)), off.shape)
    return float(off[cell]), cell


def noise(trace: Trace, index: int) -> NDArray[np.float64]:
    """What rounding may leave of a gradient that is 0, cell by cell of a node.

    It is the rounding of a gradient whose contributions all have one sign: nothing cancels in it.
    """
    with np.errstate(all="ignore"):
        sizes = {trace.program.output: np.broadcast_to(np.abs(trace.seed), np.shape(trace.output))}
        for wire in sorted(_wires_to(trace, index), key=lambda wire: wire.edge):
            sizes[wire.receiver] = sizes.get(wire.receiver, 0.0) + _size_sent(wire, sizes[wire.sender])
    return ROUNDINGS * _EPSILON * np.broadcast_to(sizes.get(index, 0.0), np.shape(trace.value_of(index)))


def _size_sent(wire: Wire, upstream: Any) -> Any:
    slot, gate, local = wire.slot, wire.gate, wire.local
    if local is not None:
        return np.abs(local) * upstream
    call = wire.trace.call(wire.sender)
    shapes = [np.shape(x) for x in call.inputs]
    if gate.structure(slot, shapes, call.options) in ("selection", "permutation", "repetition") or gate.factors is not None:
        sizes = replace(call, inputs=tuple(map(np.abs, call.inputs)), out=np.abs(call.out))
        return np.abs(send(gate, sizes, slot, np.asarray(upstream))[0])
    # Every cell may move every other one, by its whole size.
    largest = float(np.max(upstream, initial=0.0)) * max(1, call.out.size)
    return np.full(shapes[slot], max(largest, float(np.max(np.abs(wire.contribution), initial=0.0))))


def _wires_to(trace: Trace, index: int) -> Iterator[Wire]:
    """The wires on the ways from the output to a node, each once."""
    way, seen = [index], {index}
    while way:
        for wire in trace.arrivals(way.pop()):
            yield wire
            if wire.sender not in seen:
                seen.add(wire.sender)
                way.append(wire.sender)


def _nodes_before(trace: Trace, index: int) -> list[int]:
    """The gates on the ways to a node, itself among them, in the order of the program."""
    way, seen = [index], {index}
    while way:
        for operand in trace.node(way.pop()).operands:
            if isinstance(operand, int) and operand not in seen:
                seen.add(operand)
                way.append(operand)
    return [node for node in sorted(seen) if trace.gate(node) is not None]
