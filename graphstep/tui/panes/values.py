"""The values: every node with its value, its gradient, and how much of the gradient has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from textual import events

    from graphstep.trace import Trace

_NUMBER = 10
_LABEL = 9
_ARRIVED = 7


class ValuesPane(ScrollView, can_focus=False):
    """A table with one row a node, of which only the visible rows are made."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "values--head", "values--value", "values--gradient", "values--active", "values--selected", "values--pending",
    }  # fmt: skip
    DEFAULT_CSS = """
    ValuesPane {
        border: round $pending;
        border-title-color: $quiet;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-size: 1 1;
        .values--head { color: $quiet; }
        .values--value { color: $value; }
        .values--gradient { color: $gradient; }
        .values--active { color: $active; text-style: bold; }
        .values--selected { color: $selected; text-style: bold reverse; }
        .values--pending { color: $pending; }
    }
    """

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, node: int) -> None:
            super().__init__()
            self.node = node
            """The node of that row."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._trace: Trace | None = None
        self._at = 0
        self._selected: int | None = None
        self._active: int | None = None
        self.border_title = "values"

    def show(self, trace: Trace, at: int, selected: int | None) -> None:
        """Show all nodes after step ``at``."""
        self._trace, self._at, self._selected = trace, at, selected
        self._active = trace.step(at).node if at else None
        self.virtual_size = Size(self.size.width, len(trace.program.nodes) + 1)
        follow = self._active if selected is None else selected
        if follow is not None:
            self._follow(follow + 1)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._trace is None or offset.y == 0:
            return
        node = self.scroll_offset.y + offset.y - 1
        if node < len(self._trace.program.nodes):
            self.post_message(self.Picked(node))

    def on_resize(self) -> None:
        if self._trace is not None:
            self.show(self._trace, self._at, self._selected)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -3)

    def render_line(self, y: int) -> Strip:
        """One row of the window; the first is the head, whatever is scrolled."""
        width = self.size.width
        if self._trace is None:
            return Strip.blank(width, self.rich_style)
        name_width = max(width - 2 * _NUMBER - _ARRIVED - 2, 6)
        if y == 0:
            text = f"  {'node':<{name_width}}{'value':>{_NUMBER}}{'gradient':>{_NUMBER}}"
            return Strip([Segment(text, self._style("head"))]).adjust_cell_length(width, self.rich_style)
        index = self.scroll_offset.y + y - 1
        if index >= len(self._trace.program.nodes):
            return Strip.blank(width, self.rich_style)
        return self._row(index, name_width).adjust_cell_length(width, self.rich_style)

    def _row(self, index: int, name_width: int) -> Strip:
        from graphstep.layout import cell_width
        from graphstep.numerals import numeral
        from graphstep.tui.naming import row_name

        trace = self._trace
        assert trace is not None
        value, known = trace.value(index, self._at), trace.gradient(index, self._at)
        name = row_name(trace.program, index, name_width - 1)
        name += " " * (name_width - cell_width(name))
        mark = "▸ " if index == self._active else "  "
        kind = "selected" if index == self._selected else "active" if index == self._active else ""
        constant = not trace.program.depends[index]
        gradient = "constant" if constant else "·" if known is None else numeral(known.value)
        arrived = f" {known.received} of {known.expected}" if known is not None and known.expected > 1 else ""
        return Strip(
            [
                Segment(mark + name, self._style(kind or ("pending" if value is None else ""))),
                Segment(f"{'·' if value is None else numeral(value):>{_NUMBER}}", self._style("value")),
                Segment(f"{gradient:>{_NUMBER}}", self._style("gradient")),
                Segment(arrived[:_ARRIVED], self._style("head")),
            ]
        )

    def _style(self, name: str):  # type: ignore[no-untyped-def]  # Rich's style, whose type is not worth an import
        return self.rich_style + self.get_component_rich_style(f"values--{name}", partial=True) if name else self.rich_style

    def _follow(self, row: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height > 1 and not top < row < top + height:
            self.scroll_to(0, max(0, row - height // 2), animate=False, force=True)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        self.scroll_to(0, self.scroll_y + rows, animate=False, force=True)
        event.stop()
        event.prevent_default()
