"""The values: every node with its value, its gradient, and how much of the gradient has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.rows import RowsPane
from graphstep.ground.widths import cell_width, fit, padded

if TYPE_CHECKING:
    from textual import events

    from graphstep.engine.trace import Trace

_NUMBER, _ARRAY, _VECTOR = 10, 13, 16
"""Columns of a number, of the range of an array, and of the cells of a tiny one."""
_NAME, _LONG_NAME = 14, 30
"""Columns of names that come before room for the cells of a tiny array: where nobody looked how long names are, and at most."""
_NAMES = 200
"""Nodes up to which all names are looked at."""
_ARRIVED = 7
_SHAPE = 10
"""Columns that shapes have at most, with a blank behind them."""
_ROOMY = 60
"""Columns from which there is room beside arrays for how many contributions have arrived."""


class ValuesPane(RowsPane):
    """A table with one row a node, of which only the visible rows are made."""

    STYLES: ClassVar = {
        "head": "$quiet",
        "value": "$value",
        "gradient": "$gradient",
        "active": "bold $active",
        "selected": "bold reverse $selected",
        "pending": "$pending",
    }
    DEFAULT_CSS = """
    ValuesPane {
        border: round $pending;
        border-title-color: $quiet;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-size: 1 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._trace: Trace | None = None
        self._at = 0
        self._selected: int | None = None
        self._active: int | None = None
        self._shape_width, self._name_width = 0, _NAME
        self.flagged: frozenset[int] = frozenset()
        """The nodes at which something is wrong: ▲."""

    def on_mount(self) -> None:
        self.border_title = say(self, "values-title")

    def show(self, trace: Trace, at: int, selected: int | None) -> None:
        """Show all nodes after step ``at``."""
        if self._trace is None or self._trace.program is not trace.program:
            from graphstep.faces.drawing.names import row_name
            from graphstep.ground.arrays import shape_text

            nodes = range(len(trace.program.nodes))
            names = (cell_width(row_name(trace.program, index, _LONG_NAME)) + 1 for index in nodes)
            self._name_width = max(names) if len(nodes) <= _NAMES else _NAME
            shapes = (kind.shape for kind in trace.program.columns.of_kinds)
            longest = max((len(shape_text(shape)) for shape in shapes if shape), default=-1)
            # Below its head, "shape".
            self._shape_width = min(max(longest + 1, 6), _SHAPE) if longest > 0 else 0
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
        number, shape = _NUMBER, self._shape_width
        # Textual counts the column of the scrollbar as one of the rows'.
        width = size.width - self.scrollbar_size_vertical
        arrived = _ARRIVED if not shape or width >= _ROOMY else 0
        if shape:
            number = min(max((width - shape - arrived - 2 - self._name_width) // 2, _ARRAY), _VECTOR)
        name = max(width - 2 * number - shape - arrived - 2, 6)
        heads = [say(self, key) for key in ("values-node", "values-shape", "values-value", "values-gradient")]
        head = f"  {padded(heads[0], name)}{padded(heads[1] if shape else '', shape)}"
        head += "".join(" " * (number - cell_width(text)) + text for text in heads[2:])
        rows = [Strip([Segment(head, self.style("head"))])]
        last = min(top + size.height - 1, len(self._trace.program.nodes))
        rows += [self._row(index, name, shape, number, arrived) for index in range(top, last)]
        return [row.adjust_cell_length(size.width, self.style("")) for row in rows]

    def _row(self, index: int, name_width: int, shape_width: int, number: int, arrived_width: int) -> Strip:
        from graphstep.faces.drawing.digest import MORE, digest
        from graphstep.faces.drawing.names import row_name
        from graphstep.ground.arrays import shape_text

        trace = self._trace
        assert trace is not None
        language = trace.writing.language
        value, so_far = trace.value(index, self._at), trace.gradient(index, self._at)
        name = row_name(trace.program, index, name_width - 1)
        name += " " * (name_width - cell_width(name))
        mark = "▸ " if index == self._active else "▲ " if index in self.flagged else "  "
        kind = "selected" if index == self._selected else "active" if index == self._active else ""
        gradient = "·"
        if so_far is not None:
            more = "" if so_far.complete or not shape_width else MORE
            room = number - 1 - len(more)
            gradient = fit(digest(so_far.value, room=room, language=language), room) + more
        if not trace.program.depends[index]:
            gradient = say(self, "values-data" if trace.node(index).name in trace.program.data else "values-constant")
        shape = fit(shape_text(trace.node(index).shape), shape_width - 1) if shape_width else ""
        shown = "·" if value is None else fit(digest(value, room=number - 1, language=language), number - 1)
        arrived = ""
        if so_far is not None and so_far.expected > 1:
            arrived = f" {say(self, 'values-arrived', received=so_far.received, expected=so_far.expected)}"
        return Strip(
            [
                Segment(mark + name, self.style(kind or ("pending" if value is None else ""))),
                *([Segment(f"{shape:<{shape_width}}", self.style("head"))] if shape_width else []),
                Segment(" " * (number - cell_width(shown)) + shown, self.style("value")),
                Segment(" " * (number - cell_width(gradient)) + gradient, self.style("gradient")),
                Segment(arrived[:arrived_width], self.style("head")),
            ]
        )

    def _follow(self, row: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height > 1 and not top < row < top + height:
            self.scroll_to(0, max(0, row - height // 2), animate=False, force=True)
