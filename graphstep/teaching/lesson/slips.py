"""Wrong answers that have a reason, each with what to say of it; a right answer is never given away.

Slips are made from the run, of numbers and of arrays alike. Of a cell they are those of its array, in that cell, and those of
who took another cell or left the adding up out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.numbers import send
from graphstep.gates.numbers import value as value_of
from graphstep.gates.rule import Call
from graphstep.ground.arrays import Number, number_text, plain, shape_of
from graphstep.ground.operands import Constant
from graphstep.teaching.lesson.quantities import Quantity
from graphstep.teaching.lesson.slopes import wrong_slopes
from graphstep.telling.cells import cell, spelled
from graphstep.telling.cells.gradient import products_of
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.names import name_of, output_name
from graphstep.telling.words.catalogue import message

Slip = tuple["Number", str]
"""A wrong answer, and what to say of it."""

NEIGHBOURS = 100
"""Cells of an array up to which a typed number is looked for in its other cells."""

_QUOTIENTS = frozenset({"div", "reciprocal", "sqrt", "log"})
"""Gates with a quotient in their value or in their slope."""

_RECIPROCAL = "That is the reciprocal: numerator and denominator have changed places."


def slips(asked: Quantity) -> Iterator[Slip]:
    """The slips of a quantity, the most likely first. Some may have the right value, or another shape: those are none."""
    if asked.cell is None:
        yield from _slips(asked)
        return
    yield from _slips_of_terms(asked, asked.cell)
    whole, shape = np.asarray(asked.whole), shape_of(asked.whole)
    yield -asked.value, "The size is right, the sign is turned."
    if len(shape) == 2 and shape[0] == shape[1]:
        said = "That is the cell on the other side of the diagonal: rows come first, then columns, both from 0."
        yield float(whole.T[asked.cell]), said
    for value, said in _slips(replace(asked, cell=None)):
        if shape_of(value) == shape:
            yield float(np.asarray(value)[asked.cell]), said
    yield from _slips_of_place(asked, asked.cell)


def _slips(asked: Quantity) -> Iterator[Slip]:
    """From what only this question invites to what any question does: of two slips with one number the first is said."""
    trace, value, node = asked.trace, asked.whole, asked.node
    single, arrivals = isinstance(value, float), trace.arrivals(node)
    if asked.kind != "value" and len(arrivals) > 1:
        if asked.wire is None:
            yield from _slips_of_sum(asked, [wire.contribution for wire in arrivals])
        else:
            whole = gradient_name(trace, node)
            said = f"That is the whole gradient {whole}; through this one wire comes only a part of it."
            yield trace.gradient_of(node), said
    yield -value, "The size is right, the sign is turned." if single else "The sizes are right, every sign is turned."
    if asked.kind == "value":
        yield from _slips_of_value(trace, node)
        return
    if asked.wire is not None:
        yield from _slips_on_wire(asked, asked.wire)
    yield from _slips_of_values(asked)
    if not single and np.ndim(value) == 2:
        yield np.asarray(value).T, "The numbers are right, but rows and columns have changed places."
    if node != trace.program.output:
        yield trace.seed, "That is the seed, which the output gets: it has a way to go from there."


def _slips_of_terms(asked: Quantity, place: tuple[int, ...]) -> Iterator[Slip]:
    """Who took one term of a cell for the whole."""
    if asked.kind not in ("value", "gradient", "sum"):
        return
    terms = cell(asked.trace, asked.node, place, "value" if asked.kind == "value" else "gradient").terms
    if 1 < len(terms) <= NEIGHBOURS:
        for term in terms:
            yield term, f"That is one of {len(terms)} terms: this cell is their sum."
        yield sum(terms) / len(terms), f"That is the mean of {len(terms)} terms: they add up."
    if asked.kind != "value" and len(terms) == 1:
        (only,) = products_of(asked.trace, asked.node, place).shown
        there = spelled(asked.trace.program, only.wire.sender, only.cell)
        yield only.upstream, f"That is the upstream gradient, that of {there}: the local gradient is missing."
        yield only.local, f"That is the local gradient of {there} towards this cell: the upstream gradient is missing."


def _slips_of_place(asked: Quantity, place: tuple[int, ...]) -> Iterator[Slip]:
    """Who took another cell."""
    whole = np.asarray(asked.whole)
    if whole.size > NEIGHBOURS:
        return
    here = ", ".join(map(str, place))
    rule = "rows come first, then columns, both from 0" if len(place) == 2 else "they are counted from 0"
    for there in np.ndindex(whole.shape):
        if there != place:
            yield float(whole[there]), f"That is cell [{', '.join(map(str, there))}], and [{here}] was asked for: {rule}."


def _slips_of_sum(asked: Quantity, parts: Sequence[Number]) -> Iterator[Slip]:
    trace = asked.trace
    name = name_of(trace.program, asked.node)
    for part in parts:
        yield part, f"That is one contribution; {name} is used {len(parts)} times, and the contributions add up."
    with np.errstate(all="ignore"):
        product = plain(np.prod(np.stack([np.asarray(part) for part in parts]), axis=0))
    yield product, "The contributions are not multiplied: at a branch they add up."
    total = sum(parts[1:], start=parts[0])
    for part in parts if len(parts) > 2 else ():
        yield total - part, f"One contribution is missing: {name} is used {len(parts)} times, and each use sends one."
    yield total / len(parts), "That is their mean: at a branch the contributions add up."
    for one, other in (parts, parts[::-1]) if len(parts) == 2 else ():
        yield one - other, "At a branch the contributions are added, not subtracted."
    slopes = [wire.local for wire in trace.arrivals(asked.node)]
    alike = [slope for slope in slopes if slope is not None and shape_of(slope) == shape_of(total)]
    if len(alike) == len(parts):
        yield (
            sum(alike[1:], start=alike[0]),
            "Those are the local gradients: each is multiplied by its upstream gradient before they add up.",
        )


def _slips_of_value(trace: Trace, node: int) -> Iterator[Slip]:
    gate = trace.gate(node)
    inputs, operands = trace.operand_values(node), trace.node(node).operands
    if gate is None:
        return
    if gate.chooses:
        cells = np.stack(np.broadcast_arrays(*inputs))
        end, said = (cells.min(0), "smallest") if gate.chooses == "max" else (cells.max(0), "largest")
        yield plain(end), f"That is the {said} of the inputs; {gate.symbol} takes the other end."
    for value, operand in zip(inputs, operands, strict=True):
        if not isinstance(operand, Constant):
            yield value, f"That is {name_of(trace.program, operand)}, which goes into the gate: what comes out of it?"
    if not gate.cellwise:
        yield from _slips_of_product(trace, node)
        return
    for slot, operand in enumerate(operands):
        if not isinstance(operand, Constant):
            turned: list[Any] = [np.asarray(-x if k == slot else x)[()] for k, x in enumerate(inputs)]
            with np.errstate(all="ignore"):
                value = plain(value_of(gate, turned, {}))
            yield value, f"You get that when the sign of {name_of(trace.program, operand)} is turned."
    with np.errstate(all="ignore"):
        if len(inputs) == 2:
            x, y = inputs
            others = {"add": x + y, "mul": x * y, "sub": x - y}
            for name, value in others.items():
                if name != gate.name:
                    word = {"add": "add", "mul": "multiply", "sub": "subtract"}[name]
                    yield plain(np.asarray(value)), f"You get that when you {word} the inputs; this gate does something else."
        if gate.name in ("sin", "cos", "tan"):
            value = plain(np.asarray(value_of(gate, [np.float64(np.radians(inputs[0]))], {})))
            yield value, "You get that with degrees: angles are in radians."
        if gate.name == "log":
            yield (
                plain(np.asarray(np.log10(inputs[0]))),
                "That is the logarithm to the base 10; this is the natural one, to the base e.",
            )
            yield (
                plain(np.asarray(np.log2(inputs[0]))),
                "That is the logarithm to the base 2; this is the natural one, to the base e.",
            )
    own = trace.value_of(node)
    if isinstance(own, float) and own and gate.name in _QUOTIENTS:
        yield 1 / own, "That is the reciprocal of it: what stands above and below has changed places."


def _slips_of_product(trace: Trace, node: int) -> Iterator[Slip]:
    """Who multiplied by columns where rows belong, left a mean undivided, or counted too few or too many margins."""
    gate, call = trace.gate(node), trace.call(node)
    assert gate is not None, "an input has no gate"
    if gate.name == "mean":
        yield call.out * _averaged(call), "That is the sum: a mean is divided by how many there are."
    if gate.name == "hinge":
        yield from _slips_of_hinge(call)
    if gate.name != "matmul":
        return
    for slot, x in enumerate(call.inputs):
        if x.ndim == 2 and x.shape[0] == x.shape[1]:
            turned = [y.T if k == slot else y for k, y in enumerate(call.inputs)]
            with np.errstate(all="ignore"):
                value = plain(value_of(gate, turned, call.options))
            what = "columns" if slot == 0 else "rows"
            name = _operand(trace, node, slot)
            yield value, f"That takes the {what} of {name}: rows of the left side meet columns of the right."


def _slips_on_wire(asked: Quantity, wire: Wire) -> Iterator[Slip]:
    trace, sender, slot = asked.trace, wire.sender, wire.slot
    upstream, local = wire.upstream, wire.local
    here, name = name_of(trace.program, sender), name_of(trace.program, asked.node)
    if local is None:
        yield upstream, f"That is the upstream gradient of {here}: what does the gate make of it on the way to {name}?"
        yield from _slips_of_pullback(trace, sender, slot)
        return
    gate, inputs = wire.gate, trace.operand_values(sender)
    own, out, switches = inputs[slot], trace.value_of(sender), gate.name == "mul"
    value_said = "That is the gate's value; how much does it change when this input changes by a little?"
    if asked.kind == "local":
        said = "That is the contribution: the local gradient alone was asked for, without its upstream."
        yield wire.contribution, said
        if switches:
            yield own, f"That is {name} itself: the slope of a product towards one input is the other input."
        for slope, key in wrong_slopes(gate.name, slot, inputs, out):
            yield slope, message(trace.writing.language, key)
        said = f"That is the upstream gradient {gradient_name(trace, sender)}; the local gradient belongs to the gate alone."
        yield upstream, said
        yield out, value_said
        yield from _slips_of_choice(wire)
        yield from _slips_of_slots(wire, local=True)
        with np.errstate(all="ignore"):
            if gate.name in _QUOTIENTS and np.all(local):
                yield plain(np.asarray(1 / np.asarray(local))), _RECIPROCAL
        return
    with np.errstate(all="ignore"):
        yield from _slips_of_choice(wire)
        yield local, f"That is the local gradient; multiply it by the upstream gradient, {number_text(upstream)}."
        if switches:
            yield upstream * own, f"You scaled the upstream gradient by {name} itself: a × gate scales it by the other input."
        yield upstream, f"That is the upstream gradient of {here}; multiply it by the local gradient towards {name}."
        for slope, key in wrong_slopes(gate.name, slot, inputs, out):
            yield upstream * slope, message(trace.writing.language, key)
        yield out, value_said
        yield from _slips_of_values(asked)
        yield upstream * upstream * local, "The upstream gradient is multiplied in once, not twice."
        yield upstream * local * local, "The local gradient is multiplied in once, not twice."
        yield upstream + local, "Upstream and local gradient are multiplied, not added."
        if np.all(local):
            yield upstream / local, "Multiply by the local gradient, do not divide by it."
        yield upstream * out, f"You scaled the upstream gradient by the value of {here}: it is scaled by the local gradient."
        if gate.chooses and np.all(local):
            said = f"It is not shared out: {name} is what {gate.symbol} chose, and gets all of it."
            yield upstream / len(trace.node(sender).operands), said
        yield from _slips_of_slots(wire, local=False)


def _slips_of_values(asked: Quantity) -> Iterator[Slip]:
    """Who gave a value where a gradient was asked for."""
    trace, program = asked.trace, asked.trace.program
    what = {"contribution": "the contribution", "local": "the local gradient"}.get(asked.kind, "its gradient")
    yield trace.value_of(asked.node), f"That is the value of {name_of(program, asked.node)}; {what} was asked for."
    if asked.node != program.output:
        what = what.replace("its", "a")
        yield trace.output, f"That is the value of {output_name(program)}, the output; {what} was asked for."


def _slips_of_choice(wire: Wire) -> Iterator[Slip]:
    """Who sends to the losers, or nothing to the winner."""
    gate, local, name = wire.gate, wire.local, name_of(wire.trace.program, wire.receiver)
    if "router" not in gate.pattern or not isinstance(local, float):
        return
    if local:
        said = "lets {} through here: what arrives is handed on."
        if gate.chooses:
            said = "chose {}: the losers get 0, the winner what arrives."
        yield 0.0, f"{gate.symbol} {said.format(name)}"
    else:
        said = "does not let {} through here: nothing is handed on."
        if gate.chooses:
            said = "chose another input: {} gets nothing."
        yield wire.upstream, f"{gate.symbol} {said.format(name)}"


def _slips_of_slots(wire: Wire, *, local: bool) -> Iterator[Slip]:
    """Who took another input of the gate."""
    for other in sorted(wire.trace.sends(wire.sender), key=lambda other: other.receiver):
        if other == wire:
            continue
        value = other.local if local else other.contribution
        if value is not None:
            name, what = name_of(wire.trace.program, other.receiver), "local gradient" if local else "contribution"
            yield value, f"That is the {what} of another input, {name}."


def _slips_of_pullback(trace: Trace, sender: int, slot: int) -> Iterator[Slip]:
    """Who forgot the transpose on the way back through a product, or to add up the copies of a value."""
    gate, call, upstream = trace.gate(sender), trace.call(sender), np.asarray(trace.gradient_of(sender))
    if gate is None:
        return
    own = call.inputs[slot]
    if gate.name == "matmul":
        other = call.inputs[1 - slot]
        if other.ndim == 2 and other.shape[0] == other.shape[1]:
            turned = replace(call, inputs=(own, other.T) if slot == 0 else (other.T, own))
            with np.errstate(all="ignore"):
                value = plain(send(gate, turned, slot, upstream)[0])
            name = _operand(trace, sender, 1 - slot)
            yield value, f"That is the product with {name} as it is: on the way back it is transposed."
    if gate.name == "broadcast" and upstream.ndim > np.ndim(own):
        name = _operand(trace, sender, slot)
        for row in upstream.reshape((-1, *np.shape(own))):
            yield plain(row), f"That is what one copy of {name} gets: every copy counts, so they are added up."
        mean = upstream.reshape((-1, *np.shape(own))).mean(axis=0)
        yield plain(mean), "That is the mean over the copies: they are added up."
    if gate.name == "mean":
        yield (
            plain(send(gate, call, slot, upstream)[0] * _averaged(call)),
            "A mean hands on 1/n of what arrives to each of n.",
        )
    if gate.name == "cross_entropy" and slot == 0:
        # ŷ − y and not −(ŷ − y), and not ŷ alone.
        cells = np.exp(own - own.max(axis=-1, keepdims=True))
        guessed = cells / cells.sum(axis=-1, keepdims=True) * upstream / max(1, own.size // own.shape[-1])
        yield plain(guessed), "That is what was guessed: what is right has not been taken off yet."


def _averaged(call: Call) -> float:
    """How many cells each cell of a mean was made of."""
    return float(call.inputs[0].size / max(1, np.size(call.out)))


def _slips_of_hinge(call: Call) -> Iterator[Slip]:
    scores, classes = np.atleast_2d(call.inputs[0]), np.atleast_1d(call.inputs[1])
    if classes.shape != scores.shape[:1] or not np.isin(classes, np.arange(scores.shape[1])).all():
        return
    ahead = scores - np.take_along_axis(scores, classes.astype(np.int64)[:, None], axis=1)
    margin = float(call.options["margin"])
    yield (
        float(np.maximum(ahead, 0).sum(axis=1).mean()),
        "You get that without the margin: each wrong class has to stay that far behind.",
    )
    yield (
        float(np.maximum(ahead + margin, 0).sum(axis=1).mean()),
        "The right class is not compared with itself: that adds a margin.",
    )
    wrong = (ahead + margin).sum(axis=1) - margin
    yield float(wrong.mean()), "A class that is far enough behind counts as 0, it does not pay anything back."


def _operand(trace: Trace, node: int, slot: int) -> str:
    operand = trace.node(node).operands[slot]
    return "a constant" if isinstance(operand, Constant) else spelled(trace.program, operand, ())
