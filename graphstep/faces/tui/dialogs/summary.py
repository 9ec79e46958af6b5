"""What was predicted, summed up in a window of its own; x writes it to a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding

from graphstep.faces.tui.dialogs.page import TextPage

SUFFIXES = ((".md", "Markdown"), (".html", "HTML"), (".tex", "LaTeX"), (".txt", ""), (".json", "JSON"))
"""The formats that it can be written in."""


class SummaryPage(TextPage):
    """The summary; who opens it writes it."""

    BINDINGS: ClassVar = [Binding("x", "export", "export", id="summary-export")]
    KEYS: ClassVar[str] = "summary-keys"

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        super().__init__(title, lines)
        self.exports = False
        """Whether it was closed to be written to a file."""

    def action_export(self) -> None:
        """Close, so that a file is asked for."""
        self.exports = True
        self.dismiss(None)
