"""The panes of the debugger together: what a screen shows of a run, in a window of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical

from graphstep.tui.panes.graph import GraphPane
from graphstep.tui.panes.heading import Heading
from graphstep.tui.panes.step import StepPane
from graphstep.tui.panes.text import TextPane
from graphstep.tui.panes.values import ValuesPane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.widget import Widget

    from graphstep.expression import Program
    from graphstep.trace import Trace
    from graphstep.tui.stepper import Stepper

WIDE = 100
"""Columns from which the step and the values stand beside the graph, and no longer below it."""
TALL = 34
"""Rows from which a narrow window has room for the values as well."""


class SteppingPanes(Container):
    """Heading, graph, typed text, this step and values. It shows a stepper's place and decides nothing.

    The panes post :class:`GraphPane.Picked`, :class:`ValuesPane.Picked` and :class:`Timeline.Jumped`; the screen acts on them.
    """

    DEFAULT_CSS = """
    SteppingPanes { layout: vertical; }
    SteppingPanes #body { layout: vertical; height: 1fr; }
    SteppingPanes #left { height: 1fr; }
    SteppingPanes #graph { height: 1fr; }
    SteppingPanes #right { height: auto; }
    SteppingPanes #step { height: 7; }
    SteppingPanes #values { height: 9; display: none; }
    SteppingPanes.-values #values { display: block; }
    SteppingPanes.-values #step { display: none; }
    SteppingPanes.-tall #values { display: block; }
    SteppingPanes.-tall #step { display: block; }
    SteppingPanes.-wide #body { layout: horizontal; }
    SteppingPanes.-wide #left { width: 1fr; height: 100%; }
    SteppingPanes.-wide #right { width: 46; height: 100%; }
    SteppingPanes.-wide #step { display: block; height: 17; }
    SteppingPanes.-wide #values { display: block; height: 1fr; }
    SteppingPanes.-short #step { height: 5; }
    SteppingPanes.-short #text { height: 2; }
    SteppingPanes.-low #text { display: none; }
    SteppingPanes.-low #right { display: none; }
    SteppingPanes.-tall.-values #values { display: none; }
    SteppingPanes.-wide.-values #values { display: none; }
    SteppingPanes.-wide.-values #step { height: 1fr; }
    """

    def compose(self) -> Iterator[Widget]:
        """The panes, the same in every size of window."""
        yield Heading(id="heading")
        with Container(id="body"):
            with Vertical(id="left"):
                yield GraphPane(id="graph")
                yield TextPane(id="text")
            with Vertical(id="right"):
                yield StepPane(id="step")
                yield ValuesPane(id="values")

    @property
    def graph(self) -> GraphPane:
        """The drawn graph."""
        return self.query_one("#graph", GraphPane)

    @property
    def step(self) -> StepPane:
        """The explanation."""
        return self.query_one("#step", StepPane)

    def entitle(self, program: Program) -> None:
        """Show what is being stepped through."""
        self.query_one(Heading).entitle(program)

    def show(self, stepper: Stepper, *, look_at: int | None = None, compared: Trace | None = None) -> None:
        """Show a place in a run; ``look_at`` is a node to bring into view, ``compared`` the run before an edit."""
        trace, at = stepper.trace, stepper.at
        self.query_one(Heading).show(stepper)
        self.graph.show(trace, at, stepper.selected, look_at=look_at, compared=compared)
        self.query_one(TextPane).show(trace, len(trace) if compared is not None else at)
        self.step.show(trace, at)
        self.query_one(ValuesPane).show(trace, len(trace) if compared is not None else at, stepper.selected)
        self.make_room()

    def toggle_values(self) -> None:
        """Show the values where they are hidden, and hide them where they are shown."""
        self.toggle_class("-values")

    def make_room(self) -> None:
        """Give the explanation the rows that it needs where the panes are stacked, as long as the graph keeps some."""
        if self.has_class("-wide"):
            rows = min(max(self.step.wanted + 2, 12), max(self.size.height // 2, 12))
            rows = max(rows, 17) if self.size.height >= 34 else rows
        else:
            usual = 5 if self.has_class("-short") else 8
            rows = min(max(self.step.wanted + 2, usual), max(self.size.height - 12, 5))
        if self.has_class("-wide") and self.has_class("-values"):
            self.step.styles.height = None
        elif self.step.styles.height is None or self.step.styles.height.value != rows:
            self.step.styles.height = rows

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width >= WIDE and height >= 16, "-wide")
        self.set_class(width < WIDE and height >= TALL, "-tall")
        self.set_class(height < 22, "-short")
        self.set_class(height < 14, "-low")
        self.make_room()
