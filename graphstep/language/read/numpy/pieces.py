"""Pieces of a program's text that know where they come from, so that what is wrong in it is shown in the Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from graphstep.gates.typed import ATOM, INFIX, POWER, SIGN
from graphstep.ground.errors import Span
from graphstep.ground.records import dataclass


@dataclass(frozen=True)
class Piece:
    """A part of a program, made of text and of smaller parts."""

    parts: tuple[str | Piece, ...]
    """Text and parts, in their order."""
    level: int
    """How tightly it binds: :data:`COMPARISON` … :data:`ATOM`."""
    span: Span
    """Where it comes from in the Python."""

    @cached_property
    def text(self) -> str:
        """The whole piece as text."""
        return "".join(text for text, _, _ in _flat(self))

    def within(self, level: int) -> Piece:
        """It, in parentheses where it binds more loosely than ``level`` asks."""
        return self if self.level >= level else Piece(("(", self, ")"), ATOM, self.span)


@dataclass(frozen=True, slots=True)
class Program:
    """The text of a program, and where its parts come from."""

    text: str
    """The text."""
    places: tuple[tuple[Span, Span], ...]
    """Of each part where it stands in the text, and where it comes from."""

    def origin(self, span: Span) -> Span:
        """Where the smallest part comes from that covers a place of the text."""
        # Asked once, for an error: a pass over all places is quick enough.
        around = [(stop - start, of) for (start, stop), of in self.places if start <= span[0] and span[1] <= stop]
        return min(around)[1] if around else (0, 1)


def program_of(statements: Sequence[Piece]) -> Program:
    """Statements as the text of a program, a line each."""
    texts: list[str] = []
    places: list[tuple[Span, Span]] = []
    length = 0
    open_parts: list[tuple[int, Span]] = []
    for statement in statements:
        for text, kind, span in _flat(statement):
            if kind == "open":
                open_parts.append((length, span))
            elif kind == "close":
                start, of = open_parts.pop()
                places.append(((start, length), of))
            texts.append(text)
            length += len(text)
        texts.append("\n")
        length += 1
    return Program("".join(texts)[:-1], tuple(places))


def _flat(piece: Piece) -> Iterator[tuple[str, str, Span]]:
    """The text of a piece from left to right, with marks where parts begin and end; a long sum nests as deep as it is long."""
    # None stands for the end of a piece.
    ahead: list[str | Piece | None] = [piece]
    around: list[Span] = []
    while ahead:
        part = ahead.pop()
        if part is None:
            yield "", "close", around.pop()
        elif isinstance(part, str):
            yield part, "text", around[-1]
        else:
            yield "", "open", part.span
            around.append(part.span)
            ahead.append(None)
            ahead.extend(reversed(part.parts))


def atom(text: str, span: Span) -> Piece:
    """A name or a number."""
    return Piece((text,), SIGN if text.startswith("-") else ATOM, span)


def listed(pieces: Sequence[Piece | str]) -> tuple[Piece | str, ...]:
    """Pieces with commas between them."""
    return tuple(part for piece in pieces for part in (", ", piece))[1:]


def call(function: str, inputs: Sequence[Piece | str], span: Span) -> Piece:
    """``function(inputs)``, where options are text."""
    return Piece((f"{function}(", *listed(inputs), ")"), ATOM, span)


def binary(sign: str, x: Piece, y: Piece, span: Span) -> Piece:
    """``x + y``, ``x*y``, ``x @ y``, ``x < y``; a minus stands behind a sign as Python has it: ``x*-y``."""
    row = INFIX[sign]
    return Piece((x.within(row.left), row.glue, y.within(min(row.right, SIGN))), row.level, span)


def negative(x: Piece, span: Span) -> Piece:
    """``-x``."""
    return Piece(("-", x.within(SIGN)), SIGN, span)


def power(base: Piece, exponent: Piece, span: Span) -> Piece:
    """``base^exponent``."""
    # x^-2 needs no parentheses, as x**-2 needs none in Python.
    raised = exponent if exponent.text.startswith("-") and exponent.level == SIGN else exponent.within(POWER)
    return Piece((base.within(ATOM), "^", raised), POWER, span)


def indexed(of: Piece, entries: Sequence[Piece | str], span: Span) -> Piece:
    """``of[entries]``."""
    return Piece((of.within(ATOM), "[", *listed(entries), "]"), ATOM, span)


def transposed(x: Piece, span: Span) -> Piece:
    """``x.T``; a number is no array, so that it keeps its parentheses."""
    # 2.T would be the numeral 2. and a name.
    inside = x.within(ATOM) if not x.text[-1:].isdigit() or x.text[:1].isalpha() else Piece(("(", x, ")"), ATOM, x.span)
    return Piece((inside, ".T"), ATOM, span)
