"""A token: one word of the text, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.ground.errors import Span
    from graphstep.language.read.heads import Turns


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
