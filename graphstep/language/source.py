"""The text of a program that is known by its nodes alone: what somebody could have typed to get these gates in this order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from graphstep.gates import FUNCTIONS
from graphstep.gates.gradient import FUNCTION, NAME
from graphstep.gates.rule import Rule
from graphstep.ground.errors import InputError
from graphstep.ground.exact import exact_text
from graphstep.ground.operands import Chosen, Constant, Operand, Slice, Slot
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Node

SIGNS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{}*{}",
    "div": "{}/{}",
    "matmul": "{} @ {}",
    "neg": "-{}",
    "reciprocal": "1/{}",
    "power": "{}^{}",
    "pow": "{}^{}",
    "constant": "{}",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
}
"""How a gate is typed that is no call, by its name. Between two numerals ``/`` makes one number: these stand in parentheses."""

# What binds as tightly as a product.
_PRODUCTS = ("mul", "div", "reciprocal", "matmul")
_BARE = {
    "add": (("add", "sub", *_PRODUCTS), _PRODUCTS),
    "sub": (("add", "sub", *_PRODUCTS), _PRODUCTS),
    "mul": (("mul",), ()),
}
"""The gates that stand without parentheses on the left and on the right of a sign, by its gate."""

_DEPTH = 20
"""Gates inside each other in one statement: a chain that is written as one expression has a text of quadratic length."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a statement."""

    text: str
    """Its text, without parentheses around it."""
    depth: int = 0
    """How many gates are inside each other in it."""
    sign: str | None = None
    """The gate of the sign that it is made with; None for a name, a numeral or a call."""


def source_of(nodes: Sequence[Node], output: int) -> str:
    """The text of these nodes: inputs, then gates behind what they read; the last statement is ``output``.

    Names stay, and gates without one that are read in several places, or out of the order of an expression, get new ones: u1,
    u2, … What reads the text has the last word on whether it says the same gates. InputError for a gate that no text says.
    """
    return "; ".join(_Writer(nodes, output).statements())


class _Writer:
    def __init__(self, nodes: Sequence[Node], output: int) -> None:
        self._nodes, self._output = nodes, output
        self._names = {i: node.name for i, node in enumerate(nodes) if node.name is not None}
        self._taken = {*self._names.values()}
        self._fresh = 0
        self._uses = [0] * len(nodes)
        for node in nodes:
            for x in node.operands:
                if isinstance(x, int):
                    self._uses[x] += 1
        # What is written but stands in no statement yet, in the order of computing.
        self._pending: dict[int, _Part] = {}

    def statements(self) -> Iterator[str]:
        last = -1
        for index, node in enumerate(self._nodes):
            if node.rule is None:
                continue
            yield from self._flushed(node)
            part = self._spelled(node)
            last = index
            if index in self._names or (self._uses[index] != 1 and index != self._output) or self._uses[index] > 1:
                yield from self._stated()
                yield f"{self._named(index)} = {part.text}"
            else:
                self._pending[index] = part
        if last == self._output and list(self._pending) in ([], [last]):
            yield from (part.text for part in self._pending.values())
            return
        yield from self._stated()
        yield self._named(self._output)

    def _flushed(self, node: Node) -> Iterator[str]:
        """Statements of what is pending, where the gate cannot take it in: an expression computes from left to right."""
        inline = [x for x in node.operands if isinstance(x, int) and x in self._pending]
        # An expression computes its operands from left to right, just before itself: what is read must be the newest that waits.
        latest = list(islice(reversed(self._pending), len(inline)))[::-1]
        deep = any(self._pending[x].depth >= _DEPTH for x in inline)
        named = any(isinstance(x, int) and x in self._pending for x in _read_by_name(node))
        if deep or named or latest != inline:
            yield from self._stated()

    def _stated(self) -> Iterator[str]:
        for index, part in self._pending.items():
            yield f"{self._named(index)} = {part.text}"
        self._pending.clear()

    def _named(self, index: int) -> str:
        if index not in self._names:
            while (name := f"u{self._fresh + 1}") in self._taken:
                self._fresh += 1
            self._fresh += 1
            self._names[index] = name
        return self._names[index]

    def _spelled(self, node: Node) -> _Part:
        operands = [self._operand(x) for x in node.operands]
        depth = 1 + max((part.depth for part in operands), default=0)
        sign = node.gate if node.gate in SIGNS else None
        return _Part(_gate_text(node, operands), depth, sign)

    def _operand(self, operand: Operand) -> _Part:
        if isinstance(operand, Constant):
            return _numeral(operand.value)
        return self._pending.pop(operand) if operand in self._pending else _Part(self._names[operand])


def _read_by_name(node: Node) -> Sequence[Operand]:
    """What a gate reads that its text has to call by a name: the arrays of an index, and what a gradient is taken by."""
    return node.operands[1:] if node.gate in ("gather", NAME) else ()


def _numeral(value: float) -> _Part:
    if math.isnan(value):
        raise InputError("nan is no numeral", hint="let an input have that value")
    text = exact_text(value) if math.isfinite(value) else "-1e400" if value < 0 else "1e400"
    assert text is not None, "a number has a text"
    return _Part(text, 0, "numeral")


def gate_text(node: Node, operands: Sequence[str]) -> str:
    """How a gate is typed, of operands that stand for themselves: names, and what is in parentheses already."""
    return _gate_text(node, [_Part(text) for text in operands])


def _gate_text(node: Node, operands: Sequence[_Part]) -> str:
    assert node.rule is not None, "an input is its name"
    name, sign = node.rule.name, SIGNS.get(node.rule.name)
    if name == "constant":
        return operands[0].text
    if sign is not None and len(operands) == sign.count("{}"):
        return sign.format(*(_side(part, name, slot) for slot, part in enumerate(operands)))
    texts = [part.text for part in operands]
    if name in ("index", "gather"):
        index = dict(node.options).get("index")
        return f"{_side(operands[0], name, 0)}[{', '.join(_entry(x, texts) for x in index or ())}]"
    return f"{function_of(node.rule)}({', '.join(call_parts(texts, node.options))})"


def call_parts(inputs: Sequence[str], options: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """What stands between the parentheses of a call: an option in quotes is in front, the others are behind the inputs."""
    pairs = [*options]
    yield from (f'"{value}"' for _, value in pairs if isinstance(value, str))
    yield from inputs
    yield from (f"{option}={option_text(value)}" for option, value in pairs if not isinstance(value, str))


def _side(part: _Part, gate: str, slot: int) -> str:
    """The text of an operand beside a sign, in parentheses where they matter."""
    bare = _BARE.get(gate, ((), ()))[slot] if slot < 2 else ()
    if part.sign is None or part.sign in bare or (part.sign == "numeral" and gate != "div" and part.text.isalnum()):
        return part.text
    return f"({part.text})"


def function_of(rule: Rule) -> str:
    """The function that is typed for a gate; max for the one over cells. InputError where there is none."""
    if rule.name == NAME:
        return FUNCTION
    names = rule.functions or tuple(name for name, each in FUNCTIONS.items() if each.over_cells == rule.name)
    if not names:
        raise InputError(f"no text of a program says the gate {rule.name}")
    return names[0]


def _entry(entry: Any, operands: Sequence[str]) -> str:
    if isinstance(entry, Slice):
        start, stop, step = ("" if part is None else str(part) for part in entry)
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(entry, Chosen):
        return f"[{', '.join(map(str, entry.places))}]"
    if isinstance(entry, Slot):
        if not 0 < entry.slot < len(operands):
            raise InputError(f"an index reads the slot {entry.slot}, which is not there")
        return operands[entry.slot]
    return "..." if entry is Ellipsis else str(entry)


def option_text(value: Any) -> str:
    """The text of an option's value in a call."""
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))}{',' if len(value) == 1 else ''})"
    return repr(value) if isinstance(value, float) else str(value).lower()
