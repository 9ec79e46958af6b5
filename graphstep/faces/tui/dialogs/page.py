"""A text that scrolls in a window of its own: a table, a matrix, a report, the help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from graphstep.faces.explanations import Line
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.rows import RowsPane
from graphstep.ground.widths import cell_width, wrapped

# Lines with two blanks inside are parts of a table, and are not broken.
_COLUMNS = re.compile(r"\S {2,}\S")


class TextBox(RowsPane):
    """Lines in a border, of which only the visible ones are made."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(id="box")
        self._lines = lines

    def on_mount(self) -> None:
        width = max((sum(cell_width(text) for text, _ in line) for line in self._lines), default=0)
        self.virtual_size = Size(width, len(self._lines))

    def make_rows(self, left: int, top: int, size: Size) -> list[Strip]:
        """The lines that can be seen."""
        strips = (
            Strip([Segment(text, self.style(style)) for text, style in line]) for line in self._lines[top : top + size.height]
        )
        return [strip.crop_extend(left, left + size.width, self.style("")) for strip in strips]


class TextPage(Form[None]):
    """Lines of text. Sentences are broken where the window ends; what stands in columns is not, and scrolls sideways."""

    BINDINGS: ClassVar = [
        Binding("q,enter", "leave", "close", id="page-leave"),
        *(
            Binding(key, f"scroll({columns}, {rows})", name, id=f"page-{name}")
            for key, columns, rows, name in (
                ("down", 0, 1, "down"),
                ("up", 0, -1, "up"),
                ("right", 8, 0, "right"),
                ("left", -8, 0, "left"),
                ("pagedown,space", 0, 10, "page-down"),
                ("pageup", 0, -10, "page-up"),
                ("home", 0, -(1 << 20), "first"),
                ("end", 0, 1 << 20, "last"),
            )
        ),
    ]

    KEYS: ClassVar[str] = "text-keys"
    """The message with the keys."""

    def __init__(self, title: str, lines: Iterable[str] = ()) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> Iterator[Widget]:
        """One text."""
        box = TextBox(self.lines(max(self.app.size.width * 24 // 25 - 6, 20)))
        box.border_title = Content(self._title)
        box.border_subtitle = say(self, self.KEYS)
        yield box

    def lines(self, width: int) -> list[Line]:
        """The text in a window of so many columns."""
        return [[(part, "")] for line in self._lines for part in _broken(line, width)]

    def action_scroll(self, columns: int, rows: int) -> None:
        """Move the text."""
        self.query_one(TextBox).pan(columns, rows)


def _broken(line: str, width: int) -> list[str]:
    if cell_width(line) <= width or _COLUMNS.search(line):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    if cell_width(line) > len(line):
        # Chinese has no blanks to be broken at.
        return [indent + part for part in wrapped(line.strip(), width - len(indent))]
    if " " not in line.strip():
        return [line]
    return wrap(line, width, initial_indent="", subsequent_indent=indent, break_long_words=False)
