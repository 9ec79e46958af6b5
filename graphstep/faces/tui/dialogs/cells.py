"""The cells of an array a page at a time, and each of them as the sum that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.state import State
from graphstep.faces.explanations import Line, folded
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import language_of, say
from graphstep.ground import pages
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np
from graphstep.ground.pages import Page
from graphstep.telling.cells import cell, page_text, spelled
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import kind

# Terminal cells of a column: a numeral of four digits with a sign and an exponent, and a blank.
_COLUMN = 11
_SAID = 9
"""Rows that are kept for what is said of the chosen cell."""


class CellsForm(Form[None]):
    """The value or the gradient of one node. The chosen cell stays chosen for a nudge."""

    BINDINGS: ClassVar = [
        Binding("q,enter,d", "leave", "close", id="cells-leave"),
        *(
            Binding(key, f"move({rows}, {columns})", key, id=f"cells-{key}")
            for key, rows, columns in (("up", -1, 0), ("down", 1, 0), ("left", 0, -1), ("right", 0, 1))
        ),
        Binding("pageup", "page(-1, 0)", "page up", id="cells-page-up"),
        Binding("pagedown,space", "page(1, 0)", "page down", id="cells-page-down"),
        Binding("shift+left,ctrl+left", "page(0, -1)", "page left", id="cells-page-left"),
        Binding("shift+right,ctrl+right", "page(0, 1)", "page right", id="cells-page-right"),
        Binding("home", "corner(0)", "first cell", id="cells-first"),
        Binding("end", "corner(1)", "last cell", id="cells-last"),
        Binding("tab,shift+tab,g,v", "turn", "value or gradient", id="cells-turn", priority=True),
        Binding("n", "matrix(1)", "next matrix", id="cells-next"),
        Binding("p", "matrix(-1)", "previous matrix", id="cells-previous"),
    ]

    def __init__(self, state: State, node: int, choose: Callable[[tuple[int, ...]], object]) -> None:
        super().__init__()
        self.state = state
        """The run and the place in it."""
        self.choose = choose
        """What is told which cell was chosen."""
        self.node = node
        """The node whose cells are looked at."""
        trace = state.trace
        self.shape = trace.node(node).shape
        """The shape of its value and its gradient."""
        gradient = trace.gradient(node, state.at)
        self.of: Literal["value", "gradient"] = "gradient" if gradient is not None and gradient.complete else "value"
        """Which of them is on show."""
        self.index = state.cell(node)
        """The chosen cell."""
        self._top = self._left = 0

    def compose(self) -> Iterator[Widget]:
        """The page and what is said of the chosen cell."""
        with Vertical(id="box"):
            yield Static(id="page")
            yield Static(id="cell")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - it looks at the size of the app
        self._show()

    # -- moving ------------------------------------------------------------------------------------------------------------------

    def action_move(self, rows: int, columns: int) -> None:
        """Choose the cell so many rows and columns further."""
        self._choose(self._row + rows, self._column + columns)

    def action_page(self, rows: int, columns: int) -> None:
        """Choose the cell so many pages further."""
        down, across = self._room
        self._choose(self._row + rows * down, self._column + columns * across)

    def action_corner(self, last: int) -> None:
        """Choose the first or the last cell of the matrix."""
        # Beyond any array: the page is moved back to the last one.
        self._choose(*((1 << 40, 1 << 40) if last else (0, 0)))

    def action_matrix(self, way: int) -> None:
        """Go to the next matrix of an array of more than two axes."""
        axes = self.shape[:-2]
        if axes and 0 not in self.shape:
            place = (int(np.ravel_multi_index(self.index[:-2], axes)) + way) % int(np.prod(axes))
            self._chosen((*map(int, np.unravel_index(place, axes)), *self.index[-2:]))

    def action_turn(self) -> None:
        """Show the gradient in place of the value, or the other way round."""
        self.of = "value" if self.of == "gradient" else "gradient"
        self._show()

    @property
    def _row(self) -> int:
        if len(self.shape) > 1:
            return self.index[-2]
        return self.index[0] // self._room[1] if self.shape else 0

    @property
    def _column(self) -> int:
        if len(self.shape) > 1:
            return self.index[-1]
        return self.index[0] % self._room[1] if self.shape else 0

    def _choose(self, row: int, column: int) -> None:
        if not self.shape or 0 in self.shape:
            return
        if len(self.shape) == 1:
            across, count = self._room[1], self.shape[0]
            # In a vector left of the first column is the end of the row before.
            place = row * across + column if row < 1 << 30 else count
            self._chosen((min(max(place, 0), count - 1),))
            return
        rows, columns = self.shape[-2:]
        self._chosen((*self.index[:-2], min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)))

    def _chosen(self, index: tuple[int, ...]) -> None:
        self.index = index
        self.choose(index)
        self._show()

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        return max(self.app.size.width * 24 // 25 - 4, 20)

    @property
    def _room(self) -> tuple[int, int]:
        """Rows and columns of a page in this window."""
        height = self.app.size.height * 9 // 10
        side = max(len(str(max(self.shape, default=1))), 3)
        return max(height - 4 - _SAID, 2), max((self._width - side) // _COLUMN, 1)

    def _show(self) -> None:
        trace, box = self.state.trace, self.query_one("#box", Vertical)
        name = name_of(trace.program, self.node)
        box.border_title = Content(say(self, f"cells-title-{self.of}", name=name, kind=kind(language_of(self), self.shape)))
        box.border_subtitle = say(self, f"cells-keys-{self.of}{'-matrices' if len(self.shape) > 2 else ''}")
        missing = self._missing()
        array = np.asarray(trace.value_of(self.node) if self.of == "value" else trace.gradient_of(self.node))
        if missing or not array.size:
            self.query_one("#page", Static).update(Content(missing or say(self, "cells-none")))
            self.query_one("#cell", Static).update("")
            return
        rows, columns = self._room
        self._top = min(max(self._top, self._row - rows + 1), self._row)
        self._left = min(max(self._left, self._column - columns + 1), self._column)
        fixed = self.index[:-2] if len(self.shape) > 2 else ()
        page = pages.page(array, self._top, self._left, (rows, columns), fixed=fixed)
        self._top, self._left = page.row, page.column
        self.query_one("#page", Static).update(self._table(page))
        self.query_one("#cell", Static).update(self._content())

    def _missing(self) -> str:
        """Why there is nothing to show yet."""
        trace, at = self.state.trace, self.state.at
        if self.of == "value":
            step = trace.step_of_value(self.node)
            return "" if trace.value(self.node, at) is not None else say(self, "cells-value-later", step=str(step))
        if not trace.program.depends[self.node]:
            return say(self, "cells-no-gradient")
        gradient = trace.gradient(self.node, at)
        if gradient is not None and gradient.complete:
            return ""
        return say(self, "cells-gradient-later", step=str(trace.step_of_gradient(self.node)))

    def _table(self, page: Page) -> Content:
        side = max(3, *map(len, page.down))
        style = "$value" if self.of == "value" else "$gradient"
        parts = [(f"{'':<{side}}" + "".join(f"{text:>{_COLUMN}}" for text in page.across) + "\n", "$quiet")]
        for row, (label, cells) in enumerate(zip(page.down, page.cells, strict=True), page.row):
            parts.append((f"{label:>{side}}", "$quiet"))
            for column, text in enumerate(cells, page.column):
                chosen = (row, column) == (self._row, self._column)
                parts.append((" " * (_COLUMN - len(text) - chosen), ""))
                parts.append((f"▸{text}" if chosen else text, f"bold {style} reverse" if chosen else style))
            parts.append(("\n", ""))
        where = page_text(language_of(self), page, self.shape) if self.shape else ""
        return Content.assemble(*parts, (where, "$quiet"))

    def _content(self) -> Content:
        trace = self.state.trace
        try:
            head, *rungs, why = cell(trace, self.node, self.index, self.of).lines()
        except GraphstepError as error:
            head, rungs, why = spelled(trace.program, self.node, self.index), [], error.message
        lines: list[Line] = [[(head, "bold")], *([(rung.rstrip(), "")] for rung in rungs), [(why.strip(), "")]]
        kept = [line for line in folded(lines, self._width) if line]
        return Content("\n").join(Content.assemble(*line) for line in kept[: _SAID - 1])
