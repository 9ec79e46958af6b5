"""The tokens of one formula, from left to right, and what is said where they go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span
from graphstep.language.read.latex.tokens import Token

NESTING = 60
"""Groups, brackets, functions and accents inside each other."""


class Cursor:
    """The tokens of one formula, from left to right."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._place = self._depth = 0

    @contextmanager
    def _nested(self) -> Iterator[None]:
        """Counts how deep we are: each level takes a few calls of Python, which has a limit of its own."""
        self._depth += 1
        if self._depth > NESTING:
            token = self._peek()
            raise LimitError(
                f"this is nested more than {NESTING} deep",
                text=self._text,
                span=token.span if token is not None else (len(self._text), len(self._text)),
                hint="name an inner part first: q = …, in a line of its own",
            )
        # No finally: an error ends the whole reading.
        yield
        self._depth -= 1

    def _peek(self, ahead: int = 0) -> Token | None:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _is(self, kind: str, *texts: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token is not None and token.kind == kind and (not texts or token.text in texts)

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise self._ends()
        self._place += 1
        return token

    def _pass_over_brackets(self) -> None:
        """Go on behind the bracket that closes the one that opens here."""
        opening, depth = self._take(), 1
        while depth:
            if self._peek() is None:
                self._wrong(f"{self._typed(opening.span)} is never closed", opening.span)
            kind = self._take().kind
            depth += (kind in ("left", "open")) - (kind in ("right", "close"))

    def _since(self, start: int) -> str:
        """What was typed from a place on, without its blanks."""
        return "".join(self._text[self._tokens[start].start : self._tokens[self._place - 1].stop].split())

    def _wrong(self, message: str, span: Span, hint: str = "") -> NoReturn:
        raise ReadError(message, text=self._text, span=span, hint=hint)

    def _ends(self) -> ReadError:
        if not self._tokens:
            return ReadError("there is no formula", text=self._text, hint=r"write one, such as \frac{1}{1+e^{-x}}")
        last = self._tokens[-1]
        return ReadError(f"something is missing behind {self._typed(last.span)}", text=self._text, span=last.span)

    def _typed(self, span: Span) -> str:
        flat = " ".join(self._text[slice(*span)].split())
        return flat if len(flat) <= limits.NAME else flat[: limits.NAME - 1] + "…"

    def _two_readings(self, span: Span, one: str, other: str) -> NoReturn:
        self._wrong(f"{self._typed(span)} can be read in two ways", span, f"write {one} or {other}")

    def _put_below_first(self) -> None:
        """Put a subscript behind an exponent in front of it: x^{2}_{1} is x_{1}^{2}."""
        start = self._place
        middle = self._script_end(start) if self._is("above") else start
        if middle < len(self._tokens) and middle > start and self._tokens[middle].kind == "below":
            stop = self._script_end(middle)
            tokens = self._tokens
            tokens[start:stop] = [*tokens[middle:stop], *tokens[start:middle]]

    def _script_end(self, place: int) -> int:
        """The place behind a sign ``^`` or ``_`` and what it raises or lowers."""
        depth, place = 0, place + 1
        while place < len(self._tokens):
            depth += {"open": 1, "close": -1}.get(self._tokens[place].kind, 0)
            place += 1
            if depth <= 0:
                break
        return place
