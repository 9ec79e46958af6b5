"""What a lesson can ask of a run, or quote from it, by name: values, gradients, local gradients, contributions, sums.

A quantity knows its value, how it is written, and the step that first shows it, so that a question can stand before its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.ground.arrays import Number, shape_text
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.records import record
from graphstep.teaching.marking.question import send_of
from graphstep.telling.derivatives import gradient_name, local_name, objective_name, wire_target
from graphstep.telling.names import name_of, names_of
from graphstep.telling.words.catalogue import kind, message

QuantityKind = Literal["value", "gradient", "local", "contribution", "sum"]
"""The quantities of a run."""

KINDS: dict[str, str] = {
    "value": "value NODE",
    "gradient": "gradient NODE",
    "local": "local GATE → NODE",
    "contribution": "contribution GATE → NODE",
    "sum": "sum NODE",
}
"""How each is asked for."""

_CELL = re.compile(r"(?P<node>.+?)\s*\[(?P<cell>\s*-?\d{1,9}\s*(?:,\s*-?\d{1,9}\s*)*)\]")
"""A node with one of its cells: ``W[0, 1]``, counted from 0 as in programs."""

USE = "⁽(?P<use>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6})⁾"
"""A pattern for the number of a use, as ``x⁽²⁾`` has it."""

_USED = re.compile(rf"(?P<node>.+?){USE}")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

_SIGNS = str.maketrans({"*": "×", "-": "−", "/": "÷", "·": "×"})
"""What a keyboard has for the symbols in the boxes of gates."""


@record(frozen=True, slots=True, eq=False)
class Quantity:
    """One number of a run."""

    kind: QuantityKind
    """What it is."""
    trace: Trace
    """The run."""
    node: int
    """The node whose value or gradient it is, or which receives."""
    wire: Wire | None
    """The wire of a local gradient or a contribution, or the one wire that makes a gradient; None for others."""
    name: str
    """How it is written: ``df/dx``."""
    whole: Number
    """Its value; of an array the whole."""
    step: int
    """The number of the step that tells it."""
    wording: str
    """The question for it."""
    cell: tuple[int, ...] | None = None
    """The cell of the array that is asked for; None for a number."""

    @property
    def asked(self) -> Number:
        """The right answer: the number, the cell that is named, or the whole array."""
        if self.cell is None:
            return self.whole
        assert not isinstance(self.whole, float), "only arrays have cells"
        return float(self.whole[self.cell])

    @property
    def value(self) -> float:
        """Its value as one number. InputError for an array of which no cell is named."""
        return single(self.asked, self.name)

    @property
    def shown_at(self) -> int:
        """The step from which on a drawing shows it: of a sum of contributions, where the last of them arrives."""
        # A drawing shows what has arrived so far, which is all of it one step before the sum is told.
        if self.kind in ("gradient", "sum") and self.trace.step_of_sum(self.node) is not None:
            return self.trace.arrivals(self.node)[-1].step
        return self.step

    @property
    def sentence(self) -> str:
        """The question for it, which says of an array what it is."""
        if isinstance(self.asked, float):
            return self.wording
        noun = kind(self.trace.writing.language, self.asked.shape)
        return messages(self.trace)("question-of-kind", question=self.wording.rstrip("?？"), kind=noun)


def messages(trace: Trace) -> Callable[..., str]:
    """Messages in the language of a run."""
    return partial(message, trace.writing.language)


def quantity(trace: Trace, ask: str) -> Quantity:
    """The quantity that ``gradient x`` or ``local × → z`` names. InputError where there is none."""
    word, _, rest = ask.strip().partition(" ")
    rest = rest.strip()
    # A node may be called q[0] itself, where a program has that text: a cell is named only where no node is.
    match = _CELL.fullmatch(rest)
    if match is not None and word in KINDS and trace.program.find(rest.rpartition("→")[2].strip()) is None:
        return _of_cell(quantity(trace, f"{word} {match['node']}"), tuple(map(int, match["cell"].split(","))))
    if word not in KINDS or not rest:
        if word not in KINDS and (near := did_you_mean(word, (*KINDS, "formula", "shape", "order", "fill", "choice"))):
            raise InputError(f"{quoted(ask)} is nothing to ask; {near}")
        forms = ", ".join(f"'{form}'" for form in KINDS.values())
        raise InputError(f"{quoted(ask)} is nothing to ask; ask for one of {forms}, or a 'choice: …'")
    if word in ("local", "contribution"):
        return on_wire(wire_between(trace, *send_of(rest)), local=word == "local")
    node = find_node(trace, rest)
    return value_quantity(trace, node) if word == "value" else gradient_quantity(trace, node, word == "sum")


def single(value: Number | None, name: str) -> float:
    """A value as the one number that it must be. InputError for an array, and for the slope of a gate that has a Jacobian."""
    if isinstance(value, float):
        return value
    raise InputError(f"{name} is an array, not a number", hint="name one cell, as in q[0] or W[0, 1]")


def _of_cell(asked: Quantity, cell: tuple[int, ...]) -> Quantity:
    """One cell of a quantity that is an array."""
    shape = asked.trace.program.nodes[asked.node].shape
    written = ", ".join(map(str, cell))
    if len(cell) != len(shape) or not all(-n <= i < n for i, n in zip(cell, shape, strict=True)):
        there = f"an array of the shape {shape_text(shape)}" if shape else "a number"
        raise InputError(f"there is no cell [{written}]: {asked.name} is {there}", hint="cells are counted from 0")
    cell = tuple(place % size for place, size in zip(cell, shape, strict=True))
    say = messages(asked.trace)
    if len(cell) == 2:
        where = say("row-and-column", row=str(cell[0]), column=str(cell[1]))
    else:
        where = say("cell-at", place=", ".join(map(str, cell)))
    wording = say("question-in-cell", question=asked.wording.rstrip("?？"), where=where)
    return replace(asked, cell=cell, name=f"{asked.name}[{written}]", wording=wording)


def effect(trace: Trace, above: str, below: str) -> Quantity:
    """What ``dabove/dbelow`` names: the gradient of a node, or what arrives along one of its uses. Nothing may stand above."""
    node, use = use_of(below)
    if use:
        wire = next((wire for wire in trace.arrivals(find_node(trace, node)) if wire.use == use), None)
        if wire is None:
            raise InputError(f"{node} has no use number {use} in this run")
        asked = on_wire(wire, local=False)
    else:
        asked = quantity(trace, f"gradient {node}")
    goal, letter = objective_name(trace), names_of(trace.program).change
    if above and bare(above) != goal:
        shown = f"{letter}{above}/{letter}{below}"
        right = gradient_name(trace, asked.node, use)
        raise InputError(f"{shown} is no gradient of this run: what is differentiated is {goal}", hint=f"write {right}")
    return asked


def slope(trace: Trace, above: str, below: str) -> Quantity:
    """What ``∂above/∂below`` names: the local gradient of a gate, towards one use of a node where it reads several."""
    node, use = use_of(below)
    upper, lower = find_node(trace, bare(above)), find_node(trace, node)
    joined = trace.between(upper, lower)
    wires = [wire for wire in joined if not use or wire.use == use]
    if joined and not wires:
        raise InputError(f"{bare(above)} does not read {node} as its use number {use}", hint=f"write {local_name(joined[0])}")
    if len(wires) != 1:
        why = "they are not joined by a wire" if not wires else "several wires join them: number the use"
        hint = f"the whole effect is written {gradient_name(trace, lower)}" if upper == trace.program.output else ""
        raise InputError(f"∂{above}/∂{below} is no local gradient of this run: {why}", hint=hint)
    return on_wire(wires[0], local=True)


def use_of(text: str) -> tuple[str, int]:
    """A node and the number of its use, 0 without one, however parentheses stand around them.

    >>> use_of("(x+y)⁽²⁾"), use_of("(score⁽¹⁾)"), use_of("q")
    (('x+y', 2), ('score', 1), ('q', 0))
    """
    match = _USED.fullmatch(bare(text))
    return (bare(match["node"]), int(match["use"].translate(_DIGITS))) if match else (bare(text), 0)


def bare(text: str) -> str:
    """A text without the parentheses around the whole of it.

    >>> bare("(x+y)"), bare("(x+y)*(z)")
    ('x+y', '(x+y)*(z)')
    """
    text = text.strip()
    depth = 0
    # Counted and not matched: a pattern cannot pair parentheses.
    for place, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        # The first parenthesis is closed before the end: they do not belong together, as in (x+y)*(z).
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text[:1] == "(" and depth == 0 else text


def find_node(trace: Trace, key: str) -> int:
    """The node with this name, id or text, or the one gate with this symbol, name or box. InputError otherwise."""
    return _one(trace, key, _nodes(trace, key))


def wire_between(trace: Trace, gate: str, node: str, nth: int = 1) -> Wire:
    """The wire along which a gate sends for the ``nth`` time to a node. InputError when it does not.

    Of several gates with one symbol, the one that sends to this node is meant.
    """
    receiver, senders = find_node(trace, node), _nodes(trace, gate)
    # A lesson says ``@ → W2`` in a network of many @ gates: the receiver tells which.
    if len(senders) > 1:
        senders = [each for each in senders if trace.between(each, receiver)] or senders
    sender = _one(trace, gate, senders)
    wires = trace.between(sender, receiver)
    program = trace.program
    if not wires:
        raise InputError(f"{quoted(gate)} sends nothing to {quoted(node)}: it does not read it")
    if nth > len(wires):
        count = "once" if len(wires) == 1 else f"{len(wires)} times"
        raise InputError(f"{name_of(program, sender)} sends only {count} to {name_of(program, receiver)}")
    return wires[nth - 1]


def _nodes(trace: Trace, key: str) -> list[int]:
    """The node with this name, id or text, or every gate with this symbol, name or box."""
    program = trace.program
    node = names_of(program).find(key)
    if node is not None:
        return [node]
    wanted = key.translate(_SIGNS)
    return [
        index
        for index in range(program.first_gate, len(program.nodes))
        if (gate := trace.gate(index)) is not None
        and ({key, wanted} & {gate.name, gate.symbol, gate.box(trace.node(index).operands, trace.node(index).options)})
    ]


def _one(trace: Trace, key: str, nodes: list[int]) -> int:
    """The only one of the nodes that answer to a key."""
    program = trace.program
    if len(nodes) == 1:
        return nodes[0]
    if nodes:
        which = ", ".join(name_of(program, index) for index in nodes[:6])
        raise InputError(f"several gates are called {quoted(key)}: say which of {which}")
    hint = did_you_mean(key, [*program.names, *names_of(program).texts][:1000])
    raise InputError(f"the run of {quoted(program.text)} has no node {quoted(key)}", hint=hint)


def value_quantity(trace: Trace, node: int) -> Quantity:
    """The value of a gate. InputError for an input."""
    name = name_of(trace.program, node)
    step = trace.step_of_value(node)
    if step == 0:
        raise InputError(f"{name} is an input: its value is given, so there is nothing to ask")
    return Quantity("value", trace, node, None, name, trace.value_of(node), step, messages(trace)("question-value", name=name))


def gradient_quantity(trace: Trace, node: int, as_sum: bool = False) -> Quantity:
    """The gradient of a node, or the sum that makes it. InputError where there is none."""
    name = name_of(trace.program, node)
    gradient = trace.gradient(node)
    if gradient is None:
        raise InputError(f"{name} is a constant: it gets no gradient")
    if as_sum and trace.step_of_sum(node) is None:
        raise InputError(f"{name} has no sum step: it is not used several times")
    step = trace.step_of_gradient(node)
    arrivals = trace.arrivals(node)
    left = gradient_name(trace, node)
    wording = messages(trace)("question-sum" if as_sum else "question-gradient", gradient=left, name=name)
    return Quantity(
        "sum" if as_sum else "gradient",
        trace,
        node,
        # Of one arrival the gradient is what was sent along that wire: its slips are those of the wire as well.
        arrivals[0] if len(arrivals) == 1 else None,
        left,
        gradient.value,
        trace.seed_step if step is None else step,
        wording,
    )


def on_wire(wire: Wire, *, local: bool) -> Quantity:
    """The local gradient of a wire, or what is sent along it. InputError for a local gradient that is a Jacobian."""
    trace, gate, node, step = wire.trace, wire.gate, wire.trace.node(wire.sender), wire.step
    box, name = gate.box(node.operands, node.options), name_of(trace.program, wire.receiver)
    slope = local_name(wire)
    say = messages(trace)
    if local:
        wording = say("question-local", slope=slope, gate=box, name=name)
        slopes = wire.local
        if slopes is None:
            noun = f"the local gradient of the {box} gate towards {name}"
            raise InputError(f"{noun} is a Jacobian, which is not formed", hint="ask for a contribution or a gradient")
        return Quantity("local", trace, wire.receiver, wire, slope, slopes, step, wording)
    # Of a structural gate the box also says an axis or a shape, and there is no local gradient that could be multiplied by.
    box, key = (box, "question-contribution") if gate.cellwise else (gate.symbol, "question-sent")
    if len(trace.between(wire.sender, wire.receiver)) > 1:
        name = wire_target(wire)
    left = {"gate": box, "name": name}
    if any(other.sender != wire.sender and other.gate.symbol == gate.symbol for other in trace.arrivals(wire.receiver)):
        # Two gates with one sign send to this node, and the question is about one of them.
        computed, key = name_of(trace.program, wire.sender), f"{key}-of"
        left["gate"] = f"{box} ({computed})"
        wording = say(key, gate=box, name=name, computed=computed)
    else:
        wording = say(key, **left)
    return Quantity("contribution", trace, wire.receiver, wire, say("contribution-to", **left), wire.contribution, step, wording)
