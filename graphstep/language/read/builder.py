"""What the grammar recognises becomes gates.

While a text is being read, the number of its inputs is not known yet. So gates count from 0 and the n-th input is ``~n``;
when the text ends, the inputs go in front and everything gets its final place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graphstep.gates import GATES
from graphstep.gates.rule import Rule
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.language.nodes import Nodes, Options
from graphstep.language.program import Program, shown_name
from graphstep.language.read import calls, complaints, entries, expansion, misuses
from graphstep.language.read.bodies import Assignment, Results, Scope, Statement
from graphstep.language.read.expansion import Recorder
from graphstep.language.read.frames import OpenFrames
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


_INPUTS = 1 << 30
"""How the gates that were read so far keep the n-th input that they read: as ``_INPUTS + n``."""


def _between(gate: str) -> Callable[[Builder, Sequence[Any]], Term]:
    """The action of an operator between two operands."""

    def action(self: Builder, parts: Sequence[Any]) -> Term:
        return self.gate(gate, (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    return action


class Builder(Recorder):
    """The gates and names of one text. Its methods are the actions of the grammar: they get what a rule's parts came to."""

    def __init__(self, text: str, given: Collection[str], gradient: Rule) -> None:
        super().__init__(text)
        self._gradient = gradient
        self.given = given
        """The names that have values, and where these are known, the values."""
        self._gates = Nodes()
        # Whether each gate depends on an input.
        self._varies: list[bool] = []
        self.inputs: dict[str, Span] = {}
        """The inputs, and where each was first used."""
        self._places: dict[str, int] = {}
        self._constants: dict[str, Span] = {}
        self.constants: set[str] = set()
        """The names of the program itself that stand for numbers."""
        self.scope = Scope({})
        """The names that are known where the builder is at work."""
        self.frames = OpenFrames()
        """The calls and repetitions, and what is named in them."""
        self.lengths: dict[str, Shape] = {}
        """The shapes of the inputs that something was counted by."""
        self.actions = 0
        """The actions that bodies have taken."""
        self._output: Term | Assignment | Statement | None = None

    def gate(self, name: str, operands: tuple[Operand, ...], span: Span, text: str | None = None, options: Options = ()) -> Term:
        """One more gate; ``text`` is what it computes where the text does not spell it. Raises LimitError."""
        # Half of the time of reading is spent here: columns, and no object for a gate.
        if len(self._gates) >= limits.GATES:
            raise LimitError(f"a program has at most {limits.GATES:,} gates", text=self.text, span=span)
        read, varies, gates = list[int](), False, self._gates
        for operand in operands:
            if isinstance(operand, int):
                read.append(operand if operand >= 0 else _INPUTS + ~operand)
                varies = varies or operand < 0 or self._varies[operand]
            elif isinstance(operand, Results):
                raise misuses.several_values(self.text, operand, span)
            else:
                read.append(gates.fix(operand))
        gates.put(gates.kind(GATES.get(name, self._gradient), options), read, *span, text, self.scope.frame)
        self._varies.append(varies)
        return len(self._varies) - 1, *span

    def varies(self, operand: Operand) -> bool:
        """Whether it depends on an input."""
        return isinstance(operand, int) and (operand < 0 or self._varies[operand])

    def raised(self, base: Operand, exponent: Operand, span: Span) -> Term:
        """The gate of a power: exp of a power of e, else which one depends on whether the exponent is fixed."""
        if isinstance(base, Constant) and base.text == "e":
            # By its text, and not by its value: 2.718… that was typed is a number like any other.
            return self.gate("exp", (exponent,), span)
        return self.gate("pow" if self.varies(exponent) else "power", (base, exponent), span)

    def program(self) -> Program:
        """The program, once the grammar has passed the whole text."""
        return self.program_so_far(self._settle_output())

    def program_so_far(self, output: int) -> Program:
        """The program as far as it was read, with one of its nodes as the output."""
        first = len(self.inputs)

        def settled(operand: int) -> int:
            return operand + first if operand >= 0 else ~operand

        called, names = self.frames.names([*self.inputs, *self.constants])
        # In _gates the n-th input was _INPUTS + n, a gate its own number and the constant k ~k: inputs now go in front.
        nodes = Nodes.of_inputs(self.inputs)
        nodes.extend(self._gates, [x if x < 0 else x + first if x < _INPUTS else x - _INPUTS for x in self._gates.read])
        for place, name in called.items():
            nodes.names[first + place] = name
        nodes.texts.update((first + place, text) for place, text in self._spelled(called).items())
        by_name = {name: place for place, name in enumerate(self.inputs)} | {name: settled(x) for name, x in names.items()}
        frames = self.frames.frames(settled)
        return Program(self.text, nodes, settled(output), by_name, frames=frames, lengths=dict(self.lengths))

    def _spelled(self, called: Mapping[int, str]) -> dict[int, str]:
        if not any(self._gates.frames):
            return {}
        names = {~place: name for place, name in enumerate(self.inputs)}
        names |= {node: shown_name(name) for node, name in called.items()}
        # What is not in a body is spelled by the text.
        names |= {k: self.text[x:y] for k, (x, y, frame) in enumerate(self._gates.places()) if not frame and k not in names}
        return self.frames.spell(self.text, self._gates, names)

    def _settle_output(self) -> int:
        last = self._output
        assert last is not None
        if isinstance(last, Statement):
            if last.last is None:
                raise misuses.no_output(self.text, last)
            last = last.last
        name, (output, *span) = last if isinstance(last, Assignment) else (None, last)
        if isinstance(output, Results):
            raise misuses.several_values(self.text, output, (span[0], span[1]))
        if isinstance(output, int):
            return output
        # A number alone has no gate that it could live in.
        place = self.gate("constant", (output,), output.span or (span[0], span[1]))[0]
        assert isinstance(place, int)
        if name is not None:
            self.scope.names[name] = place
            self.frames.record(0, name, place)
        return place

    # Names

    @property
    def gates_made(self) -> int:
        """How many gates there are until now."""
        return len(self._gates)

    def known(self, name: str) -> Operand | None:
        """The operand that a name stands for; None for one that nobody mentioned yet."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return self._places.get(name)

    def is_known(self, name: str) -> bool:
        """Whether a name stands for something: it is assigned, an input that was used already, or a known number."""
        return self.scope.knows(name) or name in self._places or (name in CONSTANTS and name not in self.given)

    def check_single(self, term: Term) -> None:
        """Raise ReadError for several values where one is wanted."""
        if isinstance(term[0], Results):
            raise misuses.several_values(self.text, term[0], term[1:])

    def bind(self, name: str, span: Span, value: Operand) -> None:
        """Let a name stand for a value. Raises ReadError for a name that cannot be assigned here."""
        scope = self.scope
        if scope.outer is not None:
            expansion.check_name(self, name, span)
        else:
            self._check_name(name, span)
        scope.names[name] = value
        if isinstance(value, int):
            self.frames.record(scope.frame, name, value)
        elif scope.outer is None:
            self.constants.add(name)

    def _check_name(self, name: str, span: Span) -> None:
        if name in self.scope.names:
            raise complaints.assigned_twice(self.text, name, span)
        used = self.inputs.get(name) or self._constants.get(name) or self.scope.used.get(name)
        if used is not None:
            raise complaints.used_before(self.text, name, span, used)
        if name in self.given:
            raise ReadError(
                f"{quoted(name)} is assigned here, and has a value from outside as well",
                text=self.text,
                span=span,
                hint=f"leave out {name}=…, or this assignment",
            )

    # Statements

    def start(self, parts: Sequence[Any]) -> None:
        """The whole text."""
        self._output = parts[0]

    def another(self, parts: Sequence[Any]) -> Term | Assignment | Statement:
        """A statement behind others; the one before must have a name, or its value would be lost without a word."""
        before, separator, statement = parts
        if not isinstance(before, Assignment | Statement):
            raise complaints.unused(self.text, before[1:], separator.end_pos)
        statement_read: Term | Assignment | Statement = statement
        return statement_read

    def assign(self, parts: Sequence[Any]) -> Assignment:
        """``name = sum``"""
        token, _, term = parts
        self.check_single(term)
        self.bind(token.text, token.span, term[0])
        return Assignment(token.text, term)

    def unpack(self, parts: Sequence[Any]) -> Statement:
        """``a, b = f(x)``"""
        names, _, term = parts
        return expansion.several(self, names, term, (names[0].start_pos, term[2]))

    def results(self, parts: Sequence[Any]) -> Any:
        """``(a, b)``"""
        start, stop = parts[0].start_pos, parts[2].end_pos
        # A tuple in a tuple: nothing could take it apart again.
        for term in parts[1]:
            self.check_single(term)
        return Results(tuple(term[0] for term in parts[1]), (start, stop)), start, stop

    # Bodies

    def define(self, parts: Sequence[Any]) -> Statement:
        """A function that was read."""
        return expansion.define(self, *parts)

    def repetition(self, parts: Sequence[Any]) -> Statement:
        """A repetition that was read."""
        return expansion.repeat(self, parts[0])

    # Operators

    def compare(self, parts: Sequence[Any]) -> Term:
        """``x < y``"""
        return self.gate(COMPARISONS[parts[1].text], (parts[0][0], parts[2][0]), (parts[0][1], parts[2][2]))

    add, sub, mul, matmul = map(_between, ("add", "sub", "mul", "matmul"))

    def div(self, parts: Sequence[Any]) -> Term:
        """``x / y``: a fraction of two numerals is one constant, 1/y is a gate of its own."""
        (x, start, _), _, (y, _, stop) = parts
        # Spans tell (1)/3 from 1/3: who sets parentheses around a number wants to see a gate.
        if isinstance(x, Constant) and calls.is_numeral(x) and x.span == parts[0][1:]:
            if isinstance(y, Constant) and calls.is_numeral(y) and y.span == parts[2][1:] and y.text[0] != "-" and y.value:
                return Constant(x.value / y.value, f"{x.text}/{y.text}", (start, stop)), start, stop
            if x.value == 1:
                return self.gate("reciprocal", (y,), (start, stop))
        return self.gate("div", (x, y), (start, stop))

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
        return entries.index(self, parts[0], parts[1])

    def made(self, parts: Sequence[Any]) -> Term:
        """``zeros(3)``"""
        return entries.made(self, parts[0])

    def literal(self, parts: Sequence[Any]) -> Term:
        """``[x, 2]``"""
        return entries.literal(self, parts[1], (parts[0].start_pos, parts[2].end_pos))

    # Operands

    def numeral(self, parts: Sequence[Any]) -> Term:
        """A numeral, with its sign."""
        token = parts[0]
        return Constant(float(token.text), token.text, token.span), *token.span

    def name(self, parts: Sequence[Any]) -> Term:
        """A name: assigned, a known number, or an input."""
        token = parts[0]
        name, span = token.text, token.span
        scope = self.scope
        term, own = scope.names.get(name), scope.frame > 0
        if term is None and scope.outer is not None:
            term, own = self._found_outside(name, span)
        if term is not None:
            if isinstance(term, int):
                self.frames.read(scope.frame, span, term)
                return term, *span
            if not own:
                return Constant(term.value, name, span), *span
            # A name of a body may stand for another number the next time: the number itself says what it is.
            self.frames.read_constant(scope.frame, span, term.text)
            return Constant(term.value, term.text, span), *span
        if name in CONSTANTS and name not in self.given:
            # Its first use is kept: to assign e below would make another number of what was read above.
            self._constants.setdefault(name, span)
            return Constant(CONSTANTS[name], name, span), *span
        if name not in self.inputs:
            expansion.check_input(self, name, span)
            self.inputs[name] = span
            self._places[name] = ~(len(self.inputs) - 1)
        if scope.frame:
            self.frames.read(scope.frame, span, self._places[name])
        return self._places[name], *span

    def _found_outside(self, name: str, span: Span) -> tuple[Operand | None, bool]:
        """What a name stands for that is assigned outside of the body at work, and whether that is in another body."""
        scope: Scope | None = self.scope
        while scope is not None and name not in scope.names:
            # A body that looked a name up outside must not assign it later: it would have meant two things.
            scope.used.setdefault(name, span)
            scope = scope.outer
        return (None, False) if scope is None else (scope.names[name], scope.frame > 0)

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

    # Rows of values, as those of names are. Only the actions on names are carried out at once inside a body.
    first_argument, first_results = Recorder.first_name, Recorder.two_names
    next_argument = next_result = Recorder.next_name

    def call(self, parts: Sequence[Any]) -> Term:
        """``sin(x)``; ``sin()``, which reads nothing, too."""
        function, span = self.scope.function(parts[0].text), (parts[0].start_pos, parts[-1].end_pos)
        arguments = parts[1] if len(parts) > 2 else []
        if function is not None:
            return expansion.invoke(self, function, arguments, span)
        return calls.call(self, parts[0].text, arguments, span)
