"""A token: one word of the text, with its place."""

from __future__ import annotations

from typing import NamedTuple

from graphstep.ground.errors import Span

NAME = r"[^\W\d][\w\u0300-\u036f]*"
"""A name, as a regular expression: a letter or ``_``, then letters, digits, ``_`` and marks that stand above letters."""


class Turns(NamedTuple):
    """The turns of a repetition: its variable, and where its counts stand."""

    variable: str
    """What the number of the turn is called; empty where it has no name."""
    first: Span | None
    """Where the number of the first turn stands; None for turns that are only counted."""
    last: Span
    """Where the number behind that of the last turn stands, or how many there are."""


class Token:
    """One word of the text."""

    __slots__ = ("end_pos", "start_pos", "text", "turns", "type")

    def __init__(self, kind: str, text: str, start: int, stop: int) -> None:
        self.type = kind
        """The terminal of the grammar."""
        self.text = text
        """What it says: a name, an operator, a numeral with its sign."""
        self.start_pos = start
        """Index of its first character."""
        self.end_pos = stop
        """Index after its last character."""
        self.turns: Turns | None = None
        """Of the head of a repetition, what it counts."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start_pos, self.end_pos
