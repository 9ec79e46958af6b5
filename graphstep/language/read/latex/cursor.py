"""A place in the tokens of a formula, and what is said of a token that cannot stand there."""

from __future__ import annotations

from typing import NoReturn

from graphstep.ground import limits
from graphstep.ground.errors import ReadError, Span
from graphstep.language.read.latex.tokens import Token


class Cursor:
    """The tokens of one formula, from left to right."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._place = 0

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
