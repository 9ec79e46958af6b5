"""Which gate is to blame where a number is off: one whose own number is, or one at which digits cancel.

The gates are looked at one by one, each with the numbers that it reads in the run, and without rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphstep.analysis.facts import Figure, Named, Quoted, Reason, Slope, reason
from graphstep.analysis.kinks import remark_at
from graphstep.analysis.witnesses.report import ROUNDINGS
from graphstep.engine.reruns import number_type
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates import Rule
from graphstep.gates.numbers import send, value
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.precision import EPSILON, FLOAT64, epsilon
from graphstep.ground.ways import reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS_LOST = 1e-9
"""Relative error of a gate's own number from which the gate is to blame: a good one is off by 1e-15."""

_OF_A_TYPE = 64
"""Roundings of a narrow type up to which a gate is not to blame: an array adds up in its type, in an order of its own."""

CANCELS = 1e5
"""How many times larger than what is left something is that is called to cancel."""

_SUMS = ("sum", "mean")
"""Gates that add up cells, besides the products of matrices."""

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Below this doubles have fewer digits, whoever computes them."""


def wrong_slope(trace: Trace, index: int) -> Reason | None:
    """The gate on the ways to a node that sends something else than its local gradient asks for; None where none does."""
    from graphstep.analysis.symbolic import exact_contribution

    worst, guilty = _blameless(trace), None
    # Gate by gate, each with the numbers that it reads in the run: an error that was handed on is nobody's fault here.
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
        if off <= worst:
            continue
        ends: dict[str, Figure] = {"gate": Quoted(wire.sender, goes_on=True), "towards": Named(wire.receiver)}
        if not wire.gate.cellwise:
            numbers = {"value": numeral(float(came[cell])), "right": numeral(float(right[cell]))}
            worst, guilty = off, reason("rounding-sends", **ends, **numbers)
            continue
        upstream, local = np.asarray(wire.upstream), np.asarray(wire.local)
        slope = float(right[cell]) / float(upstream[cell])
        numbers = {"local": numeral(float(local[cell])), "slope": numeral(slope)}
        form = Slope(wire.sender, wire.slot)
        worst, guilty = off, reason(_loss(wire, cell, slope), **ends, **numbers, form=form)
    return guilty


def _blameless(trace: Trace) -> float:
    """The relative error of a gate's own number up to which the gate is not to blame."""
    dtype = number_type(trace)
    return DIGITS_LOST if dtype == FLOAT64 else _OF_A_TYPE * epsilon(dtype)


def _loss(wire: Wire, cell: Any, slope: float) -> str:
    """The message: whether a local gradient is right as a formula, and loses its digits as it is computed."""
    from graphstep.analysis.symbolic.reals import settled

    trace, sender, slot, gate = wire.trace, wire.sender, wire.slot, wire.gate
    if gate.chooses:
        return "rounding-local"
    inputs = [float(np.broadcast_to(x, trace.node(sender).shape)[cell]) for x in trace.operand_values(sender)]
    of = gate.slopes[slot]
    smooth = settled(lambda m: m.real(of(m, *map(m.real, inputs), m.real(gate.formula(m, *map(m.real, inputs))))))
    if abs(smooth - slope) > DIGITS_LOST * abs(slope):
        return "rounding-local"
    return "rounding-local-form" if of is gate.partials[slot] else "rounding-local-here"


def wrong_value(trace: Trace, index: int) -> Reason | None:
    """The gate on the ways to a node whose value is not that of its formula; None where none is."""
    from graphstep.analysis.symbolic import exact_gate

    worst, guilty = _blameless(trace), None
    for node in _nodes_before(trace, index):
        try:
            right = np.asarray(exact_gate(trace, node))
        except GraphstepError:
            continue
        came, gate = np.asarray(trace.value_of(node)), trace.gate(node)
        with np.errstate(all="ignore"):
            right = np.where(np.abs(came - right) <= _rounding(trace, node), came, right)
        off, cell = _off(came, right, sums=gate is not None and not gate.cellwise)
        if off > worst:
            numbers = {"value": numeral(float(came[cell])), "right": numeral(float(right[cell]))}
            worst, guilty = off, reason("rounding-value", gate=Quoted(node, goes_on=True), **numbers)
    return guilty


def cancelled(trace: Trace, index: int, *, backward: bool) -> Reason | None:
    """Where most digits cancel on the ways to a node, and how many; None where it is nowhere in sight."""
    worst, where = CANCELS, None
    output = trace.program.output
    for node in _nodes_before(trace, output):
        if (gate := trace.gate(node)) is None or not gate.adds:
            continue
        read = max((float(np.max(np.abs(x), initial=0.0)) for x in trace.operand_values(node)), default=0.0)
        left = float(np.max(np.abs(trace.value_of(node)), initial=0.0))
        if left * worst < read:
            # What has come to 0 has lost all of its digits: nothing cancels more.
            worst = read / left if left else np.inf
            where = reason("rounding-cancels", gate=Quoted(node), read=numeral(read), left=numeral(left))
    if backward:
        for node in {index, *(wire.receiver for wire in _wires_to(trace, index))}:
            arrivals = trace.arrivals(node)
            read = max((float(np.max(np.abs(wire.contribution), initial=0.0)) for wire in arrivals), default=0.0)
            left = float(np.max(np.abs(trace.gradient_of(node)), initial=0.0))
            if len(arrivals) > 1 and left * worst < read:
                worst = read / left if left else np.inf
                where = reason("rounding-cancels-contributions", name=Named(node), read=numeral(read), left=numeral(left))
    return where


def _rounding(trace: Trace, node: int) -> Any:
    """What rounding may make of the numbers that a gate adds up, cell by cell; 0 where it adds up none.

    Where they cancel, the gate is not to blame.
    """
    return ROUNDINGS * epsilon(number_type(trace)) * np.asarray(added(trace, node)) if _adds(trace.gate(node)) else 0.0


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
    return ROUNDINGS * EPSILON * np.broadcast_to(sizes.get(index, 0.0), np.shape(trace.value_of(index)))


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
    for node in reached([index], lambda node: (wire.sender for wire in trace.arrivals(node))):
        yield from trace.arrivals(node)


def _nodes_before(trace: Trace, index: int) -> list[int]:
    """The gates on the ways to a node, itself among them, in the order of the program."""
    way = reached([index], lambda node: (operand for _, operand in trace.node(node).sources))
    return [node for node in sorted(way) if trace.gate(node) is not None]
