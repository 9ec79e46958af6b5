"""The parameters of a training: what each was and is, and how long its gradient was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.strip import Strip

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.rows import RowsPane
from graphstep.ground.widths import cell_width, fit, padded, without_controls

# Terminal cells of a norm.
_NORM = 10


class ParametersPane(RowsPane):
    """A table with one row a parameter."""

    STYLES: ClassVar = {
        "head": "$quiet",
        "name": "bold",
        "value": "$value",
        "gradient": "$gradient",
        "selected": "bold reverse $selected",
    }
    DEFAULT_CSS = """
    ParametersPane {
        border: round $pending;
        border-title-color: $quiet;
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-size: 1 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._rows: Sequence[tuple[str, str, str]] = ()
        self._selected = 0

    def on_mount(self) -> None:
        self.border_title = say(self, "training-parameters")

    def show(self, rows: Sequence[tuple[str, str, str]], selected: int) -> None:
        """Show rows of name with shape, value, and norm of the gradient."""
        self._rows, self._selected = rows, selected
        self.resize_drawing(Size(self.size.width, len(rows) + 1))
        top, shown = self.scroll_offset.y, max(self.size.height - 1, 1)
        if not top <= selected < top + shown:
            self.scroll_to(y=max(0, selected - shown + 1) if selected >= top + shown else selected, animate=False, force=True)
        self.renew()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and 0 < offset.y <= len(self._rows):
            self.post_message(self.Picked(self.scroll_offset.y + offset.y - 1))

    def on_resize(self) -> None:
        self.show(self._rows, self._selected)

    def make_rows(self, left: int, top: int, size: Size) -> list[Strip]:  # noqa: ARG002 - it does not scroll sideways
        """The head, and the rows that can be seen."""
        head = say(self, "heading-parameter"), say(self, "values-value"), f"‖{say(self, 'values-gradient')}‖"
        rows = [(without_controls(name), value, norm) for name, value, norm in self._rows]
        norms = max(cell_width(head[2]), _NORM)
        names = min(max(cell_width(row[0]) for row in (head, *rows)) + 1, max(size.width // 3, 8))
        values = max(size.width - names - norms, 6)

        def cells(row: tuple[str, str, str]) -> list[str]:
            name, value, norm = fit(row[0], names - 1), fit(row[1], values - 1), row[2]
            return [padded(name, names), padded(value, values), " " * (norms - cell_width(norm)) + norm]

        strips = [Strip([Segment("".join(cells(head)), self.style("head"))])]
        for place in range(top, min(top + size.height - 1, len(rows))):
            kinds = ["selected"] * 3 if place == self._selected else ["name", "value", "gradient"]
            strips.append(Strip([Segment(cell, self.style(kind)) for cell, kind in zip(cells(rows[place]), kinds, strict=True)]))
        return [strip.adjust_cell_length(size.width, self.style("")) for strip in strips]
