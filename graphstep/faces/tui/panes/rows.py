"""A pane of rows, of which only those that can be seen are made, and only those that change are painted again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from graphstep.ground.records import dataclass

# Lines that a notch of the wheel moves, as terminals and browsers do.
_WHEEL = 3


class RowsPane(ScrollView, can_focus=False):
    """The base of the graph and of the values: a subclass makes the visible rows, in :meth:`make_rows`."""

    STYLES: ClassVar[Mapping[str, str]] = {}
    """The styles of its pieces by name. Component classes say the same, and have Textual style a node for each."""

    @dataclass
    class Picked(Message):
        """Something was clicked."""

        number: int
        """Of a node its index in the program, of a parameter its place."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._strips: Sequence[Strip] = ()
        self._strips_for: tuple[int, int, Size] | None = None
        self._styles_by_name: dict[str, Style] = {}

    @abstractmethod
    def make_rows(self, left: int, top: int, size: Size) -> Sequence[Strip]:
        """The rows that can be seen when column ``left`` and row ``top`` are the first."""

    def renew(self) -> None:
        """Make the visible rows anew and paint those that have changed."""
        before = self._strips if self._strips_for == self._seen else None
        self._strips_for = None
        now = self._current()
        if before is None or len(before) != len(now):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, now, strict=True)) if old != new]
        if changed:
            self.refresh(*[Region(0, y, self.size.width, 1) for y in changed])

    def resize_drawing(self, size: Size) -> None:
        """Say how large the whole is. Only a scrollbar that comes or goes is a reason to lay out the screen anew."""
        if size == self.virtual_size:
            return
        wide, high = size.width > self.size.width, size.height > self.size.height
        if (wide, high) != (self.show_horizontal_scrollbar, self.show_vertical_scrollbar) or not self.is_attached:
            self.virtual_size = size
            # Textual asks for scrollbars when a pane gets another size, which may have been a moment ago.
            self.show_horizontal_scrollbar, self.show_vertical_scrollbar = wide, high
            return
        self.set_reactive(RowsPane.virtual_size, size)
        if wide:
            self.horizontal_scrollbar.window_virtual_size = size.width
        if high:
            self.vertical_scrollbar.window_virtual_size = size.height

    def style(self, name: str) -> Style:
        """A style by its name, or by its text, over the pane's own; looked up once, for it is dear."""
        style = self._styles_by_name.get(name)
        if style is None:
            style = self.rich_style
            if name:
                style += self.app.stylesheet.parse_style(self.STYLES.get(name, name)).rich_style
            self._styles_by_name[name] = style
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles_by_name = {}
        self._strips_for = None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def pan(self, columns: int, rows: int) -> None:
        """Move the view, at once: an animated page takes half a second."""
        self.scroll_to(self.scroll_x + columns, self.scroll_y + rows, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """One row of the window."""
        strips = self._current()
        return strips[y] if y < len(strips) else Strip.blank(self.size.width, self.style(""))

    @property
    def _seen(self) -> tuple[int, int, Size]:
        return (*self.scroll_offset, self.size)

    def _current(self) -> Sequence[Strip]:
        if self._strips_for != self._seen:
            self._strips = self.make_rows(*self._seen)
            self._strips_for = self._seen
        return self._strips

    def _wheel(self, event: events.MouseEvent, way: int) -> None:
        sideways = event.shift or event.ctrl or self.max_scroll_y == 0
        self.pan(2 * _WHEEL * way if sideways else 0, 0 if sideways else _WHEEL * way)
        event.stop()
        event.prevent_default()
