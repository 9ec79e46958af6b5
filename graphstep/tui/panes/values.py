"""The values: every node with its value, its gradient, and how much of the gradient has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from graphstep.tui.panes.rows import RowsPane

if TYPE_CHECKING:
    from textual import events

    from graphstep.trace import Trace

_NUMBER = 10
_LABEL = 9
_ARRIVED = 7


class ValuesPane(RowsPane):
    """A table with one row a node, of which only the visible rows are made."""

    PREFIX = "values"
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
        self.resize_drawing(Size(self.size.width, len(trace.program.nodes) + 1))
        follow = self._active if selected is None else selected
        if follow is not None:
            self._follow(follow + 1)
        self.renew()

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

    def make_rows(self, left: int, top: int, size: Size) -> list[Strip]:  # noqa: ARG002 - it does not scroll sideways
        """The head, whatever is scrolled, and the rows of the nodes that can be seen."""
        if self._trace is None:
            return []
        name_width = max(size.width - 2 * _NUMBER - _ARRIVED - 2, 6)
        head = f"  {'node':<{name_width}}{'value':>{_NUMBER}}{'gradient':>{_NUMBER}}"
        rows = [Strip([Segment(head, self.style("head"))])]
        last = min(top + size.height - 1, len(self._trace.program.nodes))
        rows += [self._row(index, name_width) for index in range(top, last)]
        return [row.adjust_cell_length(size.width, self.style("")) for row in rows]

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
                Segment(mark + name, self.style(kind or ("pending" if value is None else ""))),
                Segment(f"{'·' if value is None else numeral(value):>{_NUMBER}}", self.style("value")),
                Segment(f"{gradient:>{_NUMBER}}", self.style("gradient")),
                Segment(arrived[:_ARRIVED], self.style("head")),
            ]
        )

    def _follow(self, row: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height > 1 and not top < row < top + height:
            self.scroll_to(0, max(0, row - height // 2), animate=False, force=True)
