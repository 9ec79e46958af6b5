"""Panes of rows, of which only those that can be seen are made, and only those that change are painted again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from graphstep.ground.records import dataclass

# Lines that a notch of the wheel moves, as terminals and browsers do.
_WHEEL = 3


class Rows(Widget):
    """A pane that makes its rows, in :meth:`make_rows`, as they are painted.

    Textual lays the text of a pane out, wraps it and sets it between the edges whenever it changes: half of what a step took.
    """

    STYLES: ClassVar[Mapping[str, str]] = {}
    """The styles of its pieces by name. Component classes say the same, and have Textual style a node for each."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self._strips: Sequence[Strip] = ()
        self._strips_for: tuple[int, int, Size] | None = None
        self._styles_by_name: dict[str, Style] = {}
        self._edges: tuple[int, Strip, Strip] | None = None
        self._ground: tuple[Color, Color] | None = None
        self._styled: object = None
        self._framed: dict[int, tuple[Strip, Strip]] = {}

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
            # With the edges, since a whole line is quicker to paint than one that is cut.
            x, width = -self.styles.gutter.left, self.outer_size.width
            self.refresh(*[Region(x, y, width, 1) for y in changed])

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
        # Textual says so whenever another pane comes or goes.
        ground = self.background_colors
        styled = self.rich_style, ground, self.styles.border, self.app.theme
        if styled != self._styled:
            self._styled, self._ground = styled, ground
            self._styles_by_name = {}
            self._strips_for = self._edges = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Textual's, where the upper and the lower edge are concerned, and where text is selected."""
        if self.text_selection is not None:
            return super().render_lines(crop)
        gutter, (width, height) = self.styles.gutter, self.outer_size
        if self._edges is None or self._edges[0] != width:
            line = super().render_lines(Region(0, gutter.top, width, 1))[0]
            self._edges = width, line.crop(0, gutter.left), line.crop(width - gutter.right, width)
            self._framed = {}
        rows, strips = self._current(), list[Strip]()
        for y in crop.line_range:
            place = y - gutter.top
            if not 0 <= place < height - gutter.height:
                strips += super().render_lines(Region(0, y, width, 1))
                continue
            row = rows[place] if place < len(rows) else Strip.blank(width - gutter.width, self.style(""))
            kept = self._framed.get(y)
            if kept is None or kept[0] is not row:
                kept = self._framed[y] = row, self._line(row, *self._edges)
            strips.append(kept[1])
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def _line(self, row: Strip, width: int, left: Strip, right: Strip) -> Strip:
        """A row between the edges."""
        base, background = self._ground or self.background_colors
        inner = width - left.cell_length - right.cell_length
        if row.cell_length != inner:
            paper, _ = self._styles_cache.get_inner_outer(base, background)
            row = row.adjust_cell_length(inner, paper.rich_style)
        segments = [*row]
        # As a strip applies them, which makes another strip; that takes half as long as all else here.
        for each in self.get_line_filters():
            segments = each.apply(segments, background)
        return Strip([*left, *segments, *right], width)

    @property
    def _seen(self) -> tuple[int, int, Size]:
        return (*self.scroll_offset, self.size)

    def _current(self) -> Sequence[Strip]:
        if self._strips_for != self._seen:
            before, now = self._strips, self.make_rows(*self._seen)
            # What is the same stays the same object, which is quick to find out.
            self._strips = [old if old == new else new for old, new in zip(before, now, strict=False)] + [*now[len(before) :]]
            self._strips_for = self._seen
        return self._strips


class TextRows(Rows):
    """A pane of text; what the mouse selects of it is Textual's affair."""

    @abstractmethod
    def texts(self) -> Sequence[Sequence[tuple[str, str]]]:
        """The rows that can be seen, each in pieces with a style."""

    def make_rows(self, left: int, top: int, size: Size) -> Sequence[Strip]:  # noqa: ARG002 - it does not scroll
        """The rows."""
        return [Strip([Segment(text, self.style(style)) for text, style in row if text]) for row in self.texts()]

    def render(self) -> Content:
        """The same for Textual."""
        rows = (Content.assemble(*((text, self.STYLES[style]) for text, style in row)) for row in self.texts())
        return Content("\n").join(rows)


# In this order, since Textual takes the styles of the first base.
class RowsPane(ScrollView, Rows, can_focus=False):
    """The base of the graph and of the values, through which one can scroll."""

    @dataclass
    class Picked(Message):
        """Something was clicked."""

        number: int
        """Of a node its index in the program, of a parameter its place."""

    def resize_drawing(self, size: Size) -> None:
        """Say how large the whole is. Only a scrollbar that comes or goes is a reason to lay out the screen anew."""
        if size == self.virtual_size:
            return
        self.set_reactive(RowsPane.virtual_size, size)
        # As Textual settles them in the middle of a layout, which then takes a second one, and a second frame.
        self._scrollbar_changes.clear()
        self._refresh_scrollbars()
        if self.show_horizontal_scrollbar:
            self.horizontal_scrollbar.window_virtual_size = size.width
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height

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

    def _wheel(self, event: events.MouseEvent, way: int) -> None:
        sideways = event.shift or event.ctrl or self.max_scroll_y == 0
        self.pan(2 * _WHEEL * way if sideways else 0, 0 if sideways else _WHEEL * way)
        event.stop()
        event.prevent_default()
