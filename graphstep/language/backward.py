"""The backward pass as gates: from a value to what it depends on, contribution by contribution, in the order of the send steps.

What each gate sends back is the text of a program (:mod:`graphstep.gates.code`, ``Rule.returned``), read once and put in here
with other operands. So a gradient is a graph like any other: it can be stepped, and has a gradient itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from graphstep.gates import GATES
from graphstep.gates.code import Code, code, writer
from graphstep.gates.elementwise import shares
from graphstep.gates.rule import Rule, Ties
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import InputError
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.language.nodes import Node
from graphstep.language.program import Program

_WORD = re.compile(r"[^\W\d]\w*")
# What needs no parentheses wherever it is put in: a numeral, a name, a call without calls in it.
_ATOM = re.compile(r"[0-9.]+|[^\W\d]\w*(\([^()]*\))?")
_SLOTS = ("x", "y", "z")


Read = Callable[[str], Program]
"""What makes a program of a text."""


class Growing(Protocol):
    """A program that gets more gates."""

    ties: Ties
    """Who gets the gradient of a maximum at a tie."""

    def add(self, node: Node, row: Rule) -> int:
        """Add a gate whose operands are known, behind the copies that it needs, and say where it stands."""

    def label(self, place: int) -> str:
        """The name or the text of a node."""


def gradient(read: Read, nodes: Sequence[Node], program: Growing, operands: Sequence[int], like: Node) -> int:
    """Add the nodes of the gradient of one operand (its cells added up) with respect to the other, and return the last of them.

    ``read`` makes programs of texts. ``nodes`` are those so far, which ``program`` makes longer; ``like`` has the place in the
    text and the frame that they get. InputError where a gate on the way has no backward pass out of gates.
    """
    of, by = operands
    (last,) = gradients(read, nodes, program, of, (by,), like)
    return last


def gradients(read: Read, nodes: Sequence[Node], program: Growing, of: int, by: Sequence[int], like: Node) -> list[int]:
    """Add the gradients with respect to several nodes in one pass; the last node of each."""
    return _Backward(read, nodes, program, like).run(of, by)


class _Backward:
    def __init__(self, read: Read, nodes: Sequence[Node], program: Growing, like: Node) -> None:
        self._read = read
        self._nodes = nodes
        self._program = program
        self._like = like
        self._arrivals: dict[int, list[Operand]] = {}
        self._depends: dict[int, bool] = {}

    def run(self, of: int, by: Sequence[int]) -> list[int]:
        # In the order of the send steps, with texts in place of numbers: sums are added up, and rounded, as in a run.
        first, wanted = min(by, default=of), frozenset(by)
        # Operands come before their gates, so that nothing before the first of them depends on any.
        for index in range(first, of + 1):
            self._depends[index] = index in wanted or any(self._moves(x) for x in self._nodes[index].operands)
        self._arrivals[of] = [Constant(1.0, "1")]
        totals: dict[int, Operand] = {}
        self._sweep(range(of, first - 1, -1), wanted, totals)
        return [self._filled(totals.get(place, Constant(0.0, "0")), self._nodes[place].shape) for place in by]

    def _moves(self, operand: Operand) -> bool:
        return isinstance(operand, int) and self._depends.get(operand, False)

    def _sweep(self, indices: Sequence[int], wanted: Collection[int] = (), totals: dict[int, Operand] | None = None) -> None:
        """Send from each of the nodes what has arrived there; keep it where it is wanted."""
        # From the last to the first: when it is a node's turn, all that it ever gets has arrived.
        for index in indices:
            arrivals = self._arrivals.pop(index, None)
            node = self._nodes[index]
            if not arrivals or not self._depends.get(index):
                continue
            upstream = self._sum(arrivals)
            assert upstream is not None, "something has arrived"
            if totals is not None and index in wanted:
                totals[index] = upstream
            if node.rule is not None:
                self._send(index, node, node.rule, upstream)

    def _send(self, index: int, node: Node, rule: Rule, upstream: Operand) -> None:
        if not rule.cellwise and rule.returned is None:
            self._send_through_parts(node, rule, upstream)
            return
        if not rule.cellwise and not isinstance(upstream, int):
            # A gate of arrays takes an array.
            upstream = self._filled(upstream, node.shape)
        for slot, operand in enumerate(node.operands):
            if not self._moves(operand) or not isinstance(operand, int):
                continue
            text = self._contribution(node, rule, slot, upstream)
            # To add a 0 would be a gate of the program for nothing.
            if text == "0":
                continue
            bound: dict[str, Operand] = {**dict(zip(_names(node), node.operands, strict=True)), "out": index, "d": upstream}
            sent = self._insert(text, bound)
            self._arrivals.setdefault(operand, []).append(self._copied(sent, self._nodes[operand].shape))

    def _send_through_parts(self, node: Node, rule: Rule, upstream: Operand) -> None:
        """A composite gate without a backward pass of its own: through its parts, which are computed once more."""
        if rule.expansion is None:
            raise InputError(
                f"the gradient of {rule.symbol} has no gates here, so grad cannot pass it",
                hint="take the gradient of another part, or write the gate with others",
            )
        first = len(self._nodes)
        last = self._insert(rule.expansion(node.settings), dict(zip(_names(node), node.operands, strict=True)))
        if not isinstance(last, int):
            return
        # The parts are nodes behind all others, which the sweep at work does not come to: they have one of their own.
        # What it sends to the gate's operands waits there until the outer sweep reaches them.
        for place in range(first, len(self._nodes)):
            self._depends[place] = any(self._moves(x) for x in self._nodes[place].operands)
        self._arrivals[last] = [upstream]
        self._sweep(range(last, first - 1, -1))

    def _contribution(self, node: Node, rule: Rule, slot: int, upstream: Operand) -> str:
        shapes = tuple(self._shape(x) for x in node.operands)
        if not rule.cellwise:
            assert rule.returned is not None, "a gate without a backward pass goes through its parts"
            return rule.returned(slot, shapes, {**node.settings, "ties": self._program.ties})
        inputs = tuple(
            code(x.value) if isinstance(x, Constant) else Code(name) for name, x in zip(_names(node), node.operands, strict=True)
        )
        d = code(upstream.value) if isinstance(upstream, Constant) else Code("d")
        return (d * _slope(rule, slot, inputs, self._program.ties)).text

    def _shape(self, operand: Operand) -> Shape:
        return self._nodes[operand].shape if isinstance(operand, int) else ()

    # -- nodes -------------------------------------------------------------------------------------------------------------------

    def _sum(self, operands: Sequence[Operand]) -> Operand | None:
        """The sum of operands, added up from left to right; None for none."""
        total: Operand | None = None
        for operand in operands:
            if isinstance(total, Constant) and isinstance(operand, Constant):
                value = code(total.value + operand.value)
                total = Constant(total.value + operand.value, value.text)
            else:
                total = operand if total is None else self._insert("x + y", {"x": total, "y": operand})
        return total

    def _insert(self, text: str, bound: Mapping[str, Operand]) -> Operand:
        """The nodes of a text whose names stand for operands."""
        # Kept by its reader: a hundred multiplications send back one and the same text.
        template = self._read(text)
        spelled = {name: self._spelled(operand) for name, operand in bound.items()}
        places: list[Operand] = []
        for index, part in enumerate(template.nodes):
            if part.rule is None:
                places.append(bound[part.name or ""])
                continue
            operands = tuple(places[x] if isinstance(x, int) else Constant(x.value, x.text) for x in part.operands)
            places.append(self._gate(part.rule, operands, substituted(template.source_text(index), spelled), part.options))
        return places[template.output]

    def _gate(self, rule: Rule, operands: tuple[Operand, ...], text: str, options: tuple[tuple[str, Any], ...] = ()) -> Operand:
        numbers = [x for x in operands if isinstance(x, Constant)]
        if rule.name == "constant" and len(numbers) == 1:
            return numbers[0]
        return self._add(rule, operands, text, options)

    def _add(self, rule: Rule, operands: tuple[Operand, ...], text: str, options: tuple[tuple[str, Any], ...] = ()) -> int:
        return self._program.add(Node(rule, operands, None, self._like.span, text, options, frame=self._like.frame), rule)

    def _copied(self, operand: Operand, shape: Shape) -> Operand:
        """An operand in a shape that it is copied into."""
        if not isinstance(operand, int) or self._nodes[operand].shape == shape:
            return operand
        text = f"{self._spelled(operand)} as {shape_text(shape)}"
        return self._add(GATES["broadcast"], (operand,), text, (("shape", shape),))

    def _filled(self, operand: Operand, shape: Shape) -> int:
        """A node with a value in a shape; a number stands in every cell."""
        if isinstance(operand, int):
            place = self._copied(operand, shape)
        else:
            place = self._copied(self._add(GATES["constant"], (operand,), operand.text), shape)
        assert isinstance(place, int), "a node is copied into a node"
        return place

    def _spelled(self, operand: Operand) -> str:
        if isinstance(operand, Constant):
            return operand.text
        return self._program.label(operand)


def _names(node: Node) -> list[str]:
    """The names of the operands of a gate in the text of a contribution."""
    return [_SLOTS[slot] if slot < len(_SLOTS) else f"x{slot + 1}" for slot in range(len(node.operands))]


def _slope(rule: Rule, slot: int, inputs: tuple[Code, ...], ties: Ties) -> Code:
    """The local gradient of an elementwise gate, in the form that keeps its digits, conventions included."""
    m, out = writer(), Code("out")
    if rule.chooses:
        constants = tuple(i for i, x in enumerate(inputs) if x.number is not None)
        return code(shares(m, inputs, out, constants, ties)[slot])
    taken = []
    for convention in rule.conventions:
        # Where nan is the convention, the value is nan already.
        if convention.overrules(slot) and not math.isnan(convention.local[slot] or 0.0):
            at = code(convention.at(m, *inputs))
            taken += [(at, convention.local[slot])] if at.text != "0" else []
    x = inputs[0]
    for at, _ in reversed(taken):
        # The way that is not taken has a slope too: of 0 to a negative power it would be inf, and 0·inf is nan.
        x, out = m.where(at, 1, x), m.where(at, 1, out)
    form = rule.differentiable[slot] if slot < len(rule.differentiable) else None
    slope = code((form or rule.slopes[slot])(m, x, *inputs[1:], out))
    for at, local in reversed(taken):
        slope = code(m.where(at, local, slope))
    return slope


def substituted(formula: str, texts: Mapping[str, str]) -> str:
    """A formula with other texts for its names, in parentheses where they are needed."""

    def put(name: re.Match[str]) -> str:
        text = texts.get(name[0])
        if text is None:
            return name[0]
        # A whole input of a function stands in its parentheses already.
        before, behind = formula[: name.start()].rstrip()[-1:], formula[name.end() : name.end() + 1]
        whole = before in ("(", ",") and behind in (")", ",")
        return text if whole or _ATOM.fullmatch(text) else f"({text})"

    return _WORD.sub(put, formula)
