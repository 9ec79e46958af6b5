"""What the reader of characters knows of statements: where they end, what is open around them, and what starts with a word.

So the first words of a function and of a repetition are read here: ``def f(``, ``repeat 20 {``, ``repeat t in 0:T {``. Elsewhere
``def`` and ``repeat`` are ordinary names: ``repeat*x`` is a product, ``def = 3`` an assignment.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.language.read import complaints, misuses
from graphstep.language.read.functions import is_function
from graphstep.language.read.spelling import long_name
from graphstep.language.read.token import NAME, Token, Turns

_FUNCTION = re.compile(rf"def[ \t]+(?P<name>{NAME})[ \t]*\(")
# What takes blanks keeps them (++, *+), and a count ends in something else: thousands of blanks without a brace behind them would
# otherwise be shared out in every way.
_REPETITION = re.compile(
    rf"repeat[ \t]++(?:(?P<variable>{NAME})[ \t]++in[ \t]++(?P<first>[^{{}}:;=\n]+):)?"
    r"(?P<last>[^{}:;=\n]*[^{}:;=\s])[ \t\n]*+\{"
)
_NAMES = re.compile(rf"{NAME}(?:[ \t]*,[ \t]*{NAME})+[ \t]*=(?!=)")


class Head(NamedTuple):
    """The first words of a function or a repetition."""

    name: str
    """The function; ``repeat`` for a repetition."""
    place: Span
    """Where that stands."""
    stop: int
    """The place behind them: behind the bracket or the brace."""
    turns: Turns | None
    """What is counted; None for a function."""


def head_at(text: str, start: int) -> Head | None:
    """The head of a function or a repetition that starts at a place; None where none does."""
    function = _FUNCTION.match(text, start)
    if function is not None:
        return Head(function["name"], function.span("name"), function.end(), None)
    head = _REPETITION.match(text, start)
    if head is None:
        return None
    name = head["variable"] or ""
    if len(name) > limits.NAME:
        raise long_name(text, head.span("variable"))
    turns = Turns(name, head.span("first") if name else None, head.span("last"))
    return Head("repeat", (start, start + len("repeat")), head.end(), turns)


def names_end(text: str, start: int) -> int:
    """The place behind ``a, b =`` where a statement starts so; 0 where it does not."""
    names = _NAMES.match(text, start)
    return 0 if names is None else names.end()


def check_function(text: str, head: Head, names: Collection[str]) -> None:
    """Raise ReadError for the name of a function that there is already."""
    if len(head.name) > limits.NAME:
        raise long_name(text, head.place)
    if head.name in names:
        hint = "a function is defined once: call this one by another name"
        raise ReadError(f"{quoted(head.name)} is defined already", text=text, span=head.place, hint=hint)
    if is_function(head.name):
        hint = f"every program has it: call this one by another name, such as my_{head.name}"
        raise ReadError(f"{quoted(head.name)} is a function already", text=text, span=head.place, hint=hint)


GOES_ON = frozenset({"PLUS", "MINUS", "TIMES", "AT", "OVER", "POWER", "EQUALS", "COMPARE"})
"""What an expression cannot end with, so that it goes on in the next line."""

BEGINS = frozenset({"BLOCK", "REPEAT"})
"""What a first statement stands behind."""


class Statements:
    """The statements of one text, and the brackets and braces around the place that is being read."""

    def __init__(self, text: str, given: Collection[str] = ()) -> None:
        self.text = text
        """The text, normalised."""
        self.given = given
        """The names that have values."""
        self.previous: Token | None = None
        """The token that was handed out before the last one."""
        self.last: Token | None = None
        """The token that was handed out last."""
        # Whether the last token ends an operand, and the token that its statement starts with.
        self._operand = False
        self._first: Token | None = None
        # How deep we are: brackets, and the signs and powers on this level, which nest to the right.
        self._depth = self._run = 0
        # The last operator on this level (signs aside), where its left operand starts, where it ends itself, and where the
        # operand starts that is being read: what it takes to spell out two readings.
        self._operator, self._left, self._after, self._start = "", 0, 0, 0
        # The open brackets, each with what was going on around it.
        self._open: list[tuple[Token, int, str, int, int, int]] = []
        # The functions that are known, the ones that are being defined, each with how many brackets stand around it, and where
        # several names end that a statement assigns.
        self._functions: set[str] = set()
        self._defining: list[tuple[str, int]] = []
        self._names_end = 0
        # The parenthesis that may hold several values.
        self._tuple: Token | None = None

    def _hand_out(self, kind: str, text: str, start: int, stop: int) -> Token:
        token = Token(kind, text, start, stop)
        self.previous, self.last = self.last, token
        if self._first is None:
            self._first = token
        return token

    def _ends_statement(self, mark: str) -> bool:
        if self._open and self._open[-1][0].type not in BEGINS:
            if mark == ";":
                raise complaints.never_closed(self.text, self._open[-1][0].span)
            return False
        return mark == ";" or self.last is None or self.last.type not in GOES_ON

    # Statements

    def _begin_statement(self, start: int) -> str:
        """What the first word of a statement is: a name, or the head of a function or a repetition."""
        self._names_end = names_end(self.text, start)
        return "name" if head_at(self.text, start) is None else "head"

    def _end_statement(self) -> None:
        self._first, self._operand, self._operator, self._depth, self._run = None, False, "", 0, 0
        self._end_definition()

    def _end_definition(self) -> None:
        """A function whose body is through is known from here on."""
        if self._defining and len(self._open) == self._defining[-1][1]:
            self._functions.add(self._defining.pop()[0])

    def _head(self, _: str, start: int, __: int) -> Token:
        head = head_at(self.text, start)
        assert head is not None, "so it was found to begin"
        kind = "REPEAT" if head.turns is not None else "DEF"
        if kind == "DEF":
            check_function(self.text, head, self._functions.union(name for name, _ in self._defining))
            self._defining.append((head.name, len(self._open)))
        elif len(self._open) >= limits.FRAMES:
            message = f"calls and repetitions stand inside each other at most {limits.FRAMES} deep"
            raise LimitError(message, text=self.text, span=(start, head.stop))
        token = self._hand_out(kind, head.name, start, head.stop)
        token.turns = head.turns
        # The brace of a repetition is part of its head, that of a function comes behind the =.
        self._open.append((token, self._run, self._operator, self._left, self._after, start))
        if kind == "REPEAT":
            self._first = None
        self._operand, self._operator, self._run = False, "", 0
        return token

    def _brace(self, symbol: str, start: int, stop: int) -> Token:
        last = self.last
        if symbol == "{":
            behind_head = last is not None and last.type == "EQUALS" and self._is_header()
            if not behind_head:
                raise misuses.stray_brace(self.text, start)
            token = self._hand_out("BLOCK", symbol, start, stop)
            self._open.append((token, self._run, self._operator, self._left, self._after, start))
            self._first = None
            return token
        if not self._open:
            raise misuses.stray_brace(self.text, start)
        opening = self._open[-1][0]
        if opening.type not in BEGINS:
            raise complaints.never_closed(self.text, opening.span)
        # Empty braces have no statement, which the grammar would tell less clearly.
        if last is not None and last.type in BEGINS:
            raise misuses.empty_braces(self.text, (last.end_pos - 1, stop))
        self._level_ends()
        self._end_definition()
        _, self._run, self._operator, self._left, self._after, self._start = self._open.pop()
        self._operand = False
        return self._hand_out("BLOCK_END", symbol, start, stop)

    def _is_header(self) -> bool:
        """Whether the statement is a definition of which only the head was read."""
        return self._first is not None and self._first.type == "DEF" and bool(self._defining) and self._may_have_several()

    def _may_have_several(self) -> bool:
        """Whether a parenthesis that opens here may hold several values."""
        if self._first is None:
            return bool(self._open) and self._open[-1][0].type in BEGINS
        if self.last is None or self.last.type != "EQUALS":
            return False
        return self._first.type == "DEF" or self.last.start_pos < self._names_end

    def _deeper(self, start: int) -> None:
        self._depth += 1
        if self._depth > limits.NESTING:
            raise LimitError(
                f"this is nested more than {limits.NESTING:,} deep",
                text=self.text,
                span=(start, start + 1),
                hint="name an inner part first: q = …; then use q",
            )

    def _level_ends(self) -> None:
        self._depth -= self._run
        self._run = 0
