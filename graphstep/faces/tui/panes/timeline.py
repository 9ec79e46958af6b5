"""The timeline: all steps from the first to the last as one line, where a click or a drag goes to a step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from graphstep.ground.records import dataclass


class Timeline(Widget):
    """A line: done ━, to come ─, here ●, a breakpoint ◆, and ┼ where the backward pass begins."""

    DEFAULT_CSS = """
    Timeline { height: 1; width: 1fr; min-width: 10; }
    """

    @dataclass
    class Jumped(Message):
        """A place on the line was clicked or dragged to."""

        n: int
        """The step at that place."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._at, self._seed, self._last = 0, 0, 0
        self._stops: Sequence[int] = ()
        self._held = False

    def show(self, at: int, seed: int, last: int, stops: Sequence[int] = ()) -> None:
        """Show step ``at`` of ``last``; the backward pass begins with step ``seed``, and ``stops`` have a breakpoint."""
        if (at, seed, last, stops) != (self._at, self._seed, self._last, self._stops):
            self._at, self._seed, self._last, self._stops = at, seed, last, stops
            self.refresh()

    def step_at(self, x: int) -> int:
        """The step that stands in a column."""
        width = max(self.size.width - 1, 1)
        return min(max(round(x * self._last / width), 0), self._last)

    def column_of(self, n: int) -> int:
        """The column in which a step stands."""
        return round(n * max(self.size.width - 1, 1) / self._last) if self._last else 0

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held = True
        self.capture_mouse()
        self._jump(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held:
            self._jump(event.x)

    def on_mouse_up(self) -> None:
        self._held = False
        self.release_mouse()

    def render(self) -> Content:
        """The line."""
        width = self.size.width
        if not self._last or width < 4:
            return Content("")
        here, seed = self.column_of(self._at), self.column_of(self._seed)
        marked = self._marked()
        parts: list[tuple[str, str]] = []
        begin = 0
        # In pieces of one style: each costs as much as the whole line.
        for x in sorted({*marked, here, seed} & {*range(width)}):
            parts += _line(begin, x, here, seed)
            mark = "●" if x == here else "◆" if x in marked else "┼"
            parts.append((mark, "bold $active" if x == here else "bold $gradient"))
            begin = x + 1
        return Content.assemble(*parts, *_line(begin, width, here, seed))

    def _marked(self) -> set[int]:
        """The columns in which there is a step with a breakpoint; of 200,000 such steps only a few are looked at."""
        marked: set[int] = set()
        place = 0
        while place < len(self._stops):
            column = self.column_of(self._stops[place])
            marked.add(column)
            place = bisect_right(self._stops, column, place, key=self.column_of)
        return marked

    def _jump(self, x: int) -> None:
        if self._last:
            self.post_message(self.Jumped(self.step_at(x)))


def _line(start: int, stop: int, here: int, seed: int) -> list[tuple[str, str]]:
    """A piece of the line without a mark, and its style."""
    style = "$pending" if start > here else "$value" if start < seed else "$gradient"
    return [(("─" if start > here else "━") * (stop - start), style)] if stop > start else []
