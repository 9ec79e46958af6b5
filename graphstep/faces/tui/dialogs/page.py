"""A text that scrolls in a window of its own: a table, a matrix, a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import ClassVar

from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.markup import escape
from textual.widget import Widget
from textual.widgets import Static

from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say

# Lines with two blanks inside are parts of a table, and are not broken.
_COLUMNS = re.compile(r"\S {2,}\S")


class TextPage(Form[None]):
    """Lines of text. Sentences are broken where the window ends; what stands in columns is not, and scrolls sideways."""

    BINDINGS: ClassVar = [
        Binding("q,enter", "leave", "close", id="page-leave"),
        Binding("down", "scroll(0, 1)", "down", id="page-down"),
        Binding("up", "scroll(0, -1)", "up", id="page-up"),
        Binding("right", "scroll(8, 0)", "right", id="page-right"),
        Binding("left", "scroll(-8, 0)", "left", id="page-left"),
        Binding("pagedown,space", "scroll(0, 10)", "page down", id="page-page-down"),
        Binding("pageup", "scroll(0, -10)", "page up", id="page-page-up"),
    ]

    KEYS: ClassVar[str] = "text-keys"
    """The message with the keys."""

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> Iterator[Widget]:
        """One text."""
        with ScrollableContainer(id="box") as box:
            box.border_title = escape(self._title)
            box.border_subtitle = say(self, self.KEYS)
            yield Static(Content(self.text(self.app.size.width * 24 // 25 - 6)), id="page")

    def text(self, width: int) -> str:
        """The text in a window of so many columns."""
        return "\n".join(part for line in self._lines for part in _broken(line, width))

    def action_scroll(self, columns: int, rows: int) -> None:
        """Move the text."""
        box = self.query_one("#box", ScrollableContainer)
        box.scroll_to(x=box.scroll_x + columns, y=box.scroll_y + rows, animate=False)


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width or _COLUMNS.search(line) or " " not in line.strip():
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(line, width, initial_indent="", subsequent_indent=indent, break_long_words=False)
