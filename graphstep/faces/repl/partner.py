"""The partner of a conversation on a prompt."""

from __future__ import annotations

from typing import Protocol


class Partner(Protocol):
    """The partner of a conversation on a prompt: a session, an exercise, a training."""

    left: bool

    @property
    def language(self) -> str:
        """The code of the language in which it answers."""

    @property
    def invitation(self) -> str:
        """The text before the line that is typed."""

    def completions(self, text: str) -> list[str]:
        """The completions of a text."""

    def begin(self) -> None:
        """Print what comes first."""

    def hear(self, line: str) -> None:
        """Take a line, and print what comes of it."""

    def end(self) -> None:
        """Print what comes last."""
