"""What the grammar recognises becomes gates.

While a text is being read, the number of its inputs is not known yet. So gates count from 0 and the n-th input is ``~n``;
when the text ends, the inputs go in front and everything gets its final place.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from graphstep.gates import GATES
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.ground.operands import Constant, Operand
from graphstep.language.program import Node, Program
from graphstep.language.read import calls, complaints
from graphstep.language.read.functions import Option

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
"""The names that are numbers, unless they are given values or assigned."""

COMPARISONS = {
    "<": "less",
    "<=": "less_equal",
    "≤": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "≥": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
    "≠": "not_equal",
}
"""The gates of the signs that compare."""

Term = tuple[Operand, int, int]
"""What an expression came to: its node or constant, and where it stands with the parentheses around it."""


class Assignment(NamedTuple):
    """A statement with a name."""

    name: str
    """The name that was assigned."""
    term: Term
    """What it stands for."""


_Options = tuple[tuple[str, Any], ...]
_Gate = tuple[str, tuple[Operand, ...], int, int, str | None, _Options]


class Builder:
    """The gates and names of one text. Its methods are the actions of the grammar: they get what a rule's parts came to."""

    def __init__(self, text: str, given: Collection[str] = ()) -> None:
        self.text = text
        """The text, normalised."""
        self._given = given
        self._gates: list[_Gate] = []
        # Whether each gate depends on an input.
        self._varies: list[bool] = []
        self._inputs: dict[str, Span] = {}
        self._places: dict[str, int] = {}
        self._assigned: dict[str, Operand] = {}
        self._constants: dict[str, Span] = {}
        # The first name that was assigned to each gate.
        self._called: dict[int, str] = {}
        self._output: Term | None = None

    def gate(self, name: str, operands: tuple[Operand, ...], span: Span, text: str | None = None, options: _Options = ()) -> Term:
        """One more gate; ``text`` is what it computes where the text does not spell it. Raises LimitError."""
        if len(self._gates) >= limits.GATES:
            raise LimitError(f"a program has at most {limits.GATES:,} gates", text=self.text, span=span)
        place = len(self._gates)
        self._gates.append((name, operands, *span, text, options))
        self._varies.append(any(map(self.varies, operands)))
        return place, *span

    def varies(self, operand: Operand) -> bool:
        """Whether it depends on an input."""
        return isinstance(operand, int) and (operand < 0 or self._varies[operand])

    def raised(self, base: Operand, exponent: Operand, span: Span) -> Term:
        """The gate of a power: exp of a power of e, else which one depends on whether the exponent is fixed."""
        if isinstance(base, Constant) and base.text == "e":
            return self.gate("exp", (exponent,), span)
        return self.gate("pow" if self.varies(exponent) else "power", (base, exponent), span)

    def program(self) -> Program:
        """What was read, once the grammar is through with the text."""
        output = self._settle_output()
        first = len(self._inputs)
        nodes = [Node(None, (), name, span) for name, span in self._inputs.items()]
        for place, (gate, operands, start, stop, text, options) in enumerate(self._gates):
            settled = tuple((x + first if x >= 0 else ~x) if isinstance(x, int) else x for x in operands)
            nodes.append(Node(GATES[gate], settled, self._called.get(place), (start, stop), text, options))
        names = {name: place for place, name in enumerate(self._inputs)}
        for name, value in self._assigned.items():
            if isinstance(value, int):
                names[name] = value + first if value >= 0 else ~value
        return Program(self.text, tuple(nodes), output + first if output >= 0 else ~output, names)

    def _settle_output(self) -> int:
        last = self._output
        assert last is not None
        name, (output, *span) = last if isinstance(last, Assignment) else (None, last)
        if isinstance(output, int):
            return output
        # A number alone has no gate that it could live in.
        place = self.gate("constant", (output,), output.span or (span[0], span[1]))[0]
        assert isinstance(place, int)
        if name is not None:
            self._called[place], self._assigned[name] = name, place
        return place

    # Statements

    def start(self, parts: Sequence[Any]) -> None:
        """The whole text."""
        self._output = parts[0]

    def another(self, parts: Sequence[Any]) -> Term | Assignment:
        """A statement behind others; the one before must have a name, or its value would be lost without a word."""
        before, separator, statement = parts
        if not isinstance(before, Assignment):
            raise complaints.unused(self.text, before[1:], separator.end_pos)
        statement_read: Term | Assignment = statement
        return statement_read

    def assign(self, parts: Sequence[Any]) -> Assignment:
        """``name = sum``"""
        token, _, term = parts
        name, span, value = token.text, token.span, term[0]
        if name in self._assigned:
            raise complaints.assigned_twice(self.text, name, span)
        used = self._inputs.get(name) or self._constants.get(name)
        if used is not None:
            raise complaints.used_before(self.text, name, span, used)
        if name in self._given:
            raise ReadError(
                f"{quoted(name)} is assigned here, and has a value from outside as well",
                text=self.text,
                span=span,
                hint=f"leave out {name}=…, or this assignment",
            )
        if isinstance(value, int) and value >= 0:
            self._called.setdefault(value, name)
        self._assigned[name] = value
        return Assignment(name, term)

    # Operators

    def compare(self, parts: Sequence[Any]) -> Term:
        """``x < y``"""
        return self.gate(COMPARISONS[parts[1].text], (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    def add(self, parts: Sequence[Any]) -> Term:
        """``x + y``"""
        return self.gate("add", (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    def sub(self, parts: Sequence[Any]) -> Term:
        """``x - y``"""
        return self.gate("sub", (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    def mul(self, parts: Sequence[Any]) -> Term:
        """``x * y``"""
        return self.gate("mul", (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    def div(self, parts: Sequence[Any]) -> Term:
        """``x / y``: a fraction of two numerals is one constant, 1/y is a gate of its own."""
        (x, start, _), _, (y, _, stop) = parts
        if isinstance(x, Constant) and calls.is_numeral(x) and x.span == parts[0][1:]:
            if isinstance(y, Constant) and calls.is_numeral(y) and y.span == parts[2][1:] and y.text[0] != "-" and y.value:
                return Constant(x.value / y.value, f"{x.text}/{y.text}", (start, stop)), start, stop
            if x.value == 1:
                return self.gate("reciprocal", (y,), (start, stop))
        return self.gate("div", (x, y), (start, stop))

    def matmul(self, parts: Sequence[Any]) -> Term:
        """``x @ y``"""
        return self.gate("matmul", (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    def neg(self, parts: Sequence[Any]) -> Term:
        """``-x``"""
        return self.gate("neg", (parts[1][0],), (parts[0].start_pos, parts[1][2]))

    def plus(self, parts: Sequence[Any]) -> Term:
        """``+x`` is x."""
        operand, _, stop = parts[1]
        return operand, parts[0].start_pos, stop

    def power(self, parts: Sequence[Any]) -> Term:
        """``x ^ y``"""
        return self.raised(parts[0][0], parts[2][0], (parts[0][1], parts[2][2]))

    def transpose(self, parts: Sequence[Any]) -> Term:
        """``x.T``"""
        return self.gate("transpose", (parts[0][0],), (parts[0][1], parts[1].end_pos))

    def index(self, parts: Sequence[Any]) -> Term:
        """``x[0, 1:3]``"""
        from graphstep.language.read.options import read_index

        chosen = read_index(self.text, parts[1].span)
        return self.gate("index", (parts[0][0],), (parts[0][1], parts[1].end_pos), options=(("index", chosen),))

    # Operands

    def numeral(self, parts: Sequence[Any]) -> Term:
        """A numeral, with its sign."""
        token = parts[0]
        return Constant(float(token.text), token.text, token.span), *token.span

    def name(self, parts: Sequence[Any]) -> Term:
        """A name: assigned, a known number, or an input."""
        token = parts[0]
        name, span = token.text, token.span
        term = self._assigned.get(name)
        if term is not None:
            return (term if isinstance(term, int) else Constant(term.value, name, span)), *span
        if name in CONSTANTS and name not in self._given:
            self._constants.setdefault(name, span)
            return Constant(CONSTANTS[name], name, span), *span
        if name not in self._inputs:
            self._inputs[name] = span
            self._places[name] = ~(len(self._inputs) - 1)
        return self._places[name], *span

    def parentheses(self, parts: Sequence[Any]) -> Term:
        """``(x)``"""
        return parts[1][0], parts[0].start_pos, parts[2].end_pos

    def bars(self, parts: Sequence[Any]) -> Term:
        """``|x|``"""
        return self.gate("abs", (parts[1][0],), (parts[0].start_pos, parts[2].end_pos))

    def norm(self, parts: Sequence[Any]) -> Term:
        """``||x||``"""
        return self.gate("norm", (parts[1][0],), (parts[0].start_pos, parts[2].end_pos))

    def option(self, parts: Sequence[Any]) -> Option:
        """``axis=0``"""
        name, value = parts
        return Option(name.text, (name.start_pos, value.end_pos), (value.start_pos + 1, value.end_pos))

    def shape(self, parts: Sequence[Any]) -> Option:
        """``(2, 3)`` behind the inputs of a call."""
        return Option("", parts[0].span, parts[0].span)

    def first_argument(self, parts: Sequence[Any]) -> list[Term | Option]:
        """The inputs and options of a call, so far."""
        return [parts[0]]

    def next_argument(self, parts: Sequence[Any]) -> list[Term | Option]:
        """The inputs and options of a call, one more."""
        parts[0].append(parts[2])
        arguments: list[Term | Option] = parts[0]
        return arguments

    def call(self, parts: Sequence[Any]) -> Term:
        """``sin(x)``"""
        return calls.call(self, parts[0].text, parts[1], (parts[0].start_pos, parts[2].end_pos))

    def call_of_nothing(self, parts: Sequence[Any]) -> Term:
        """``sin()``"""
        return calls.call(self, parts[0].text, [], (parts[0].start_pos, parts[1].end_pos))
