"""Wrong answers that have a reason, each with what to say of it; a right answer is never given away.

Slips are made from the run, of numbers and of arrays alike. Of a cell they are those of its array, in that cell, and those of
who took another cell or left the adding up out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphstep.analysis.facts import Figure, Named, Output, Reason, reason
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.numbers import send
from graphstep.gates.numbers import value as value_of
from graphstep.gates.rule import Call
from graphstep.ground.arrays import Number, plain, shape_of
from graphstep.ground.late import np
from graphstep.ground.operands import Constant
from graphstep.teaching.marking.quantities import Quantity
from graphstep.teaching.marking.slopes import wrong_slopes, wrong_values
from graphstep.telling.cells import cell, spelled
from graphstep.telling.cells.gradient import products_of
from graphstep.telling.derivatives import gradient_name

Slip = tuple["Number", Reason]
"""A wrong answer, and what to say of it."""

NEIGHBOURS = 100
"""Cells of an array up to which a typed number is looked for in its other cells."""

_QUOTIENTS = frozenset({"div", "reciprocal", "sqrt", "log"})
"""Gates with a quotient in their value or in their slope."""


def slips(asked: Quantity) -> Iterator[Slip]:
    """The slips of a quantity, the most likely first. Some may have the right value, or another shape: those are none."""
    rest = bare_slips(asked)
    while True:
        # Wrong formulas leave their domains, which is nothing to warn of. A generator must not keep such a setting between two of
        # its values: it would be that of whoever goes through them.
        with np.errstate(all="ignore"):
            slip = next(rest, None)
        if slip is None:
            return
        yield slip


def bare_slips(asked: Quantity) -> Iterator[Slip]:
    """The same for who goes through all of them in quiet: of an array or a number; of a cell those of its array too."""
    if asked.cell is None:
        yield from _slips(asked)
        return
    yield from _slips_of_terms(asked, asked.cell)
    whole, shape = np.asarray(asked.whole), shape_of(asked.whole)
    yield -asked.value, reason("slip-sign")
    if len(shape) == 2 and shape[0] == shape[1]:
        yield float(whole.T[asked.cell]), reason("slip-diagonal")
    for value, why in _slips(replace(asked, cell=None)):
        if shape_of(value) == shape:
            yield float(np.asarray(value)[asked.cell]), why
    yield from _slips_of_place(asked, asked.cell)


def _slips(asked: Quantity) -> Iterator[Slip]:
    """From what only this question invites to what any question does: of two slips with one number the first is said."""
    trace, value, node = asked.trace, asked.whole, asked.node
    single, arrivals = isinstance(value, float), trace.arrivals(node)
    # The order is that of likeliness: several slips may come to one number, and the first is named.
    if asked.kind != "value" and len(arrivals) > 1:
        if asked.wire is None:
            yield from _slips_of_sum(asked, [wire.contribution for wire in arrivals])
        else:
            yield trace.gradient_of(node), reason("slip-whole-gradient", gradient=gradient_name(trace, node))
    yield -value, reason("slip-sign" if single else "slip-signs")
    if asked.kind == "value":
        yield from _slips_of_value(trace, node)
        return
    if asked.wire is not None:
        yield from _slips_on_wire(asked, asked.wire)
    yield from _slips_of_values(asked)
    if not single and np.ndim(value) == 2:
        yield np.asarray(value).T, reason("slip-transposed")
    if node != trace.program.output:
        yield trace.seed, reason("slip-seed")


def _slips_of_terms(asked: Quantity, place: tuple[int, ...]) -> Iterator[Slip]:
    """The slips of one term of a cell taken for the whole."""
    if asked.kind not in ("value", "gradient", "sum"):
        return
    terms = cell(asked.trace, asked.node, place, "value" if asked.kind == "value" else "gradient").terms
    if 1 < len(terms) <= NEIGHBOURS:
        for term in terms:
            yield term, reason("slip-term", terms=len(terms))
        yield sum(terms) / len(terms), reason("slip-mean-of-terms", terms=len(terms))
    if asked.kind != "value" and len(terms) == 1:
        (only,) = products_of(asked.trace, asked.node, place).shown
        there = spelled(asked.trace.program, only.wire.sender, only.cell)
        yield only.upstream, reason("slip-cell-upstream", cell=there)
        yield only.local, reason("slip-cell-local", cell=there)


def _slips_of_place(asked: Quantity, place: tuple[int, ...]) -> Iterator[Slip]:
    """The slips of another cell."""
    whole = np.asarray(asked.whole)
    if whole.size > NEIGHBOURS:
        return
    here = ", ".join(map(str, place))
    key = "slip-other-cell-of-matrix" if len(place) == 2 else "slip-other-cell"
    for there in np.ndindex(whole.shape):
        if there != place:
            yield float(whole[there]), reason(key, there=", ".join(map(str, there)), here=here)


def _slips_of_sum(asked: Quantity, parts: Sequence[Number]) -> Iterator[Slip]:
    trace = asked.trace
    uses: dict[str, Figure] = {"name": Named(asked.node), "uses": len(parts)}
    for part in parts:
        yield part, reason("slip-one-contribution", **uses)
    product = plain(np.prod(np.stack([np.asarray(part) for part in parts]), axis=0))
    yield product, reason("slip-multiplied")
    total = sum(parts[1:], start=parts[0])
    for part in parts if len(parts) > 2 else ():
        yield total - part, reason("slip-missing-contribution", **uses)
    yield total / len(parts), reason("slip-mean-of-contributions")
    for one in parts:
        # One of them less all the others.
        yield 2 * one - total, reason("slip-subtracted")
    slopes = [wire.local for wire in trace.arrivals(asked.node)]
    alike = [slope for slope in slopes if slope is not None and shape_of(slope) == shape_of(total)]
    if len(alike) == len(parts):
        yield sum(alike[1:], start=alike[0]), reason("slip-sum-of-locals")


def _slips_of_value(trace: Trace, node: int) -> Iterator[Slip]:
    gate = trace.gate(node)
    inputs, operands = trace.operand_values(node), trace.node(node).operands
    if gate is None:
        return
    if gate.chooses:
        cells = np.stack(np.broadcast_arrays(*inputs))
        end, key = (cells.min(0), "slip-smallest") if gate.chooses == "max" else (cells.max(0), "slip-largest")
        yield plain(end), reason(key, gate=gate.symbol)
    for value, operand in zip(inputs, operands, strict=True):
        if not isinstance(operand, Constant):
            yield value, reason("slip-operand", name=Named(operand))
    # A product of matrices, a sum or a softmax has no sign that one could turn input by input.
    if not gate.cellwise:
        yield from _slips_of_product(trace, node)
        return
    # Of a constant nobody gets the sign wrong: it stands in the program.
    for slot, operand in enumerate(operands):
        if not isinstance(operand, Constant):
            turned: list[Any] = [np.asarray(-x if k == slot else x)[()] for k, x in enumerate(inputs)]
            value = plain(value_of(gate, turned, {}))
            yield value, reason("slip-sign-of-operand", name=Named(operand))
    if len(inputs) == 2:
        x, y = inputs
        others = {"add": x + y, "mul": x * y, "sub": x - y}
        for name, value in others.items():
            if name != gate.name:
                yield plain(np.asarray(value)), reason(f"slip-other-gate-{name}")
    if gate.name in ("sin", "cos", "tan"):
        value = plain(np.asarray(value_of(gate, [np.float64(np.radians(inputs[0]))], {})))
        yield value, reason("slip-degrees")
    if gate.name == "log":
        yield plain(np.asarray(np.log10(inputs[0]))), reason("slip-logarithm", base="10")
        yield plain(np.asarray(np.log2(inputs[0]))), reason("slip-logarithm", base="2")
    own = trace.value_of(node)
    for value, key in wrong_values(gate.name, inputs, own):
        yield value, reason(key)
    if isinstance(own, float) and own and gate.name in _QUOTIENTS:
        yield 1 / own, reason("slip-reciprocal-value")


def _slips_of_product(trace: Trace, node: int) -> Iterator[Slip]:
    """Who multiplied by columns where rows belong, left a mean or a softmax undivided, or counted too few or too many margins."""
    gate, call = trace.gate(node), trace.call(node)
    assert gate is not None, "an input has no gate"
    if gate.name == "mean":
        yield call.out * _averaged(call), reason("slip-sum-for-mean")
    if gate.name == "softmax":
        yield plain(np.exp(call.inputs[0])), reason("slip-softmax-exp")
        yield plain(call.inputs[0] / call.inputs[0].sum(axis=call.options["axis"], keepdims=True)), reason("slip-softmax-linear")
    if gate.name == "hinge":
        yield from _slips_of_hinge(call)
    if gate.name != "matmul":
        return
    for slot, x in enumerate(call.inputs):
        if x.ndim == 2 and x.shape[0] == x.shape[1]:
            turned = [y.T if k == slot else y for k, y in enumerate(call.inputs)]
            value = plain(value_of(gate, turned, call.options))
            yield value, reason("slip-rows-of-right" if slot else "slip-columns-of-left", name=_operand(trace, node, slot))


def _slips_on_wire(asked: Quantity, wire: Wire) -> Iterator[Slip]:
    trace, sender, slot = asked.trace, wire.sender, wire.slot
    upstream, local = wire.upstream, wire.local
    ends: dict[str, Figure] = {"sender": Named(sender), "name": Named(asked.node)}
    if local is None:
        yield upstream, reason("slip-upstream-of-product", **ends)
        yield from _slips_of_pullback(trace, sender, slot)
        return
    gate, inputs = wire.gate, trace.operand_values(sender)
    own, out, switches = inputs[slot], trace.value_of(sender), gate.name == "mul"
    # Asked for one factor, people give the product, and asked for the product one factor: so the order differs.
    if asked.kind == "local":
        yield wire.contribution, reason("slip-contribution-for-local")
        if switches:
            yield own, reason("slip-own-input", **ends)
        for slope, key in wrong_slopes(gate.name, slot, inputs, out):
            yield slope, reason(key)
        yield upstream, reason("slip-upstream-for-local", gradient=gradient_name(trace, sender))
        yield out, reason("slip-value-of-gate")
        yield from _slips_of_choice(wire)
        yield from _slips_of_slots(wire, local=True)
        if gate.name in _QUOTIENTS and np.all(local):
            yield plain(np.asarray(1 / np.asarray(local))), reason("slip-reciprocal")
        return
    yield from _slips_of_choice(wire)
    # By its name: behind a + gate its number is the right answer.
    yield local, reason("slip-local", upstream=gradient_name(trace, sender))
    if switches:
        yield upstream * own, reason("slip-scaled-by-own", **ends)
    yield upstream, reason("slip-upstream", **ends)
    for slope, key in wrong_slopes(gate.name, slot, inputs, out):
        yield upstream * slope, reason(key)
    yield out, reason("slip-value-of-gate")
    yield from _slips_of_values(asked)
    yield upstream * upstream * local, reason("slip-upstream-twice")
    yield upstream * local * local, reason("slip-local-twice")
    yield upstream + local, reason("slip-added")
    if np.all(local):
        yield upstream / local, reason("slip-divided")
    yield upstream * out, reason("slip-scaled-by-value", **ends)
    if gate.chooses and np.all(local):
        yield upstream / len(trace.node(sender).operands), reason("slip-shared-out", gate=gate.symbol, **ends)
    yield from _slips_of_slots(wire, local=False)


def _slips_of_values(asked: Quantity) -> Iterator[Slip]:
    """The slips of a value given for a gradient."""
    trace, program = asked.trace, asked.trace.program
    kind = asked.kind if asked.kind in ("contribution", "local") else "gradient"
    yield trace.value_of(asked.node), reason(f"slip-value-for-{kind}", name=Named(asked.node))
    if asked.node != program.output:
        yield trace.output, reason(f"slip-output-for-{kind}", name=Output())


def _slips_of_choice(wire: Wire) -> Iterator[Slip]:
    """The slips of a router: a gradient for the losers, or none for the winner."""
    gate, local = wire.gate, wire.local
    if "router" not in gate.pattern or not isinstance(local, float):
        return
    key = ("slip-winner" if local else "slip-loser") if gate.chooses else ("slip-open" if local else "slip-shut")
    yield 0.0 if local else wire.upstream, reason(key, gate=gate.symbol, name=Named(wire.receiver))


def _slips_of_slots(wire: Wire, *, local: bool) -> Iterator[Slip]:
    """The slips of another input of the gate."""
    # In the order of the nodes, whatever order the gate sends in: of two with one number always the same is named.
    for other in sorted(wire.trace.sends(wire.sender), key=lambda other: other.receiver):
        if other == wire:
            continue
        value = other.local if local else other.contribution
        if value is not None:
            yield value, reason("slip-local-of-other" if local else "slip-contribution-of-other", name=Named(other.receiver))


def _slips_of_pullback(trace: Trace, sender: int, slot: int) -> Iterator[Slip]:
    """Who forgot the transpose on the way back through a product, to add up copies, or what shares do to each other."""
    gate, call, upstream = trace.gate(sender), trace.call(sender), np.asarray(trace.gradient_of(sender))
    if gate is None:
        return
    own = call.inputs[slot]
    if gate.name == "matmul":
        other = call.inputs[1 - slot]
        if other.ndim == 2 and other.shape[0] == other.shape[1]:
            turned = replace(call, inputs=(own, other.T) if slot == 0 else (other.T, own))
            value = plain(send(gate, turned, slot, upstream)[0])
            yield value, reason("slip-not-transposed", name=_operand(trace, sender, 1 - slot))
    if gate.name == "broadcast" and upstream.ndim > np.ndim(own):
        name = _operand(trace, sender, slot)
        # New axes stand in front, so that the first of these are the copies. A stretched axis of 1 is none of them, and has no
        # slips here.
        for row in upstream.reshape((-1, *np.shape(own))):
            yield plain(row), reason("slip-one-copy", name=name)
        mean = upstream.reshape((-1, *np.shape(own))).mean(axis=0)
        yield plain(mean), reason("slip-mean-of-copies")
    if gate.name == "mean":
        yield plain(send(gate, call, slot, upstream)[0] * _averaged(call)), reason("slip-mean-hands-on")
    if gate.name == "softmax":
        yield plain(upstream * call.out * (1 - call.out)), reason("slip-softmax-diagonal")
        yield plain(upstream * call.out), reason("slip-softmax-own")
    if gate.name == "cross_entropy" and slot == 0:
        # ŷ − y and not −(ŷ − y), and not ŷ alone.
        cells = np.exp(own - own.max(axis=-1, keepdims=True))
        guessed = cells / cells.sum(axis=-1, keepdims=True) * upstream / max(1, own.size // own.shape[-1])
        yield plain(guessed), reason("slip-guessed")


def _averaged(call: Call) -> float:
    """How many cells each cell of a mean was made of."""
    return float(call.inputs[0].size / max(1, np.size(call.out)))


def _slips_of_hinge(call: Call) -> Iterator[Slip]:
    scores, classes = np.atleast_2d(call.inputs[0]), np.atleast_1d(call.inputs[1])
    if classes.shape != scores.shape[:1] or not np.isin(classes, np.arange(scores.shape[1])).all():
        return
    # By how much each score is ahead of that of the right class: max(0, ahead + margin) is what hinge adds up.
    ahead = scores - np.take_along_axis(scores, classes.astype(np.int64)[:, None], axis=1)
    margin = float(call.options["margin"])
    yield float(np.maximum(ahead, 0).sum(axis=1).mean()), reason("slip-hinge-margin")
    yield float(np.maximum(ahead + margin, 0).sum(axis=1).mean()), reason("slip-hinge-itself")
    wrong = (ahead + margin).sum(axis=1) - margin
    yield float(wrong.mean()), reason("slip-hinge-below")


def _operand(trace: Trace, node: int, slot: int) -> Figure:
    operand = trace.node(node).operands[slot]
    return reason("slip-constant") if isinstance(operand, Constant) else spelled(trace.program, operand, ())
