"""The panes of the debugger together: what a screen shows of a run, in a window of any size."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.containers import Vertical

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes import details
from graphstep.faces.tui.panes.graph import GraphPane, View
from graphstep.faces.tui.panes.heading import Heading
from graphstep.faces.tui.panes.room import AROUND_STACKED, LEAST, goes_under, spare_rows
from graphstep.faces.tui.panes.step import StepPane
from graphstep.faces.tui.panes.text import TextPane
from graphstep.faces.tui.panes.values import ValuesPane
from graphstep.ground.precision import FLOAT64, Dtype

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.widget import Widget

    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.explanations import Line
    from graphstep.faces.tui.panes.ask import AskPane
    from graphstep.language.program import Program
    from graphstep.teaching.marking.solution import Solution

WIDE = 100
"""Columns from which the step and the values stand beside the graph, and no longer below it."""
_TEXT = 2
"""Rows of the typed text where rows are few."""
_ELSEWHERE = 10
"""Rows of the window that the graph does not take to be seen whole: those of the texts beside it."""
_FEWEST = 5
"""Rows of the explanation with its border, below which it is not shown at all."""
_LOW, _ANSWERED = 14, 11
"""Rows of the window below which there is no explanation, and below which there is no answer either."""
_VALUES = 9
"""Rows of the values where they stand below the explanation."""
_PAUSE = 0.02
"""Seconds behind an answer, before the next key is expected."""
TALL = 34
"""Rows from which a narrow window has room for the values as well."""


class _Box(Vertical):
    """Holds panes, and has nothing to show where they are not."""

    BLANK = True


class SteppingPanes(_Box):
    """Heading, graph, typed text, this step and values. It shows a state and decides nothing.

    A key shows the texts in its first frame. Where the graph is laid out for it already, it is drawn in that frame too. Otherwise
    it is laid out and drawn, and the panes get their room, in the frame behind that, by :meth:`catch_up`: to wait for both took
    more than a frame has. Who asks for the graph before finds it drawn.

    The panes post :class:`RowsPane.Picked` and :class:`Timeline.Jumped`; the screen acts on them.
    """

    DEFAULT_CSS = """
    SteppingPanes #graph { height: 1fr; }
    SteppingPanes #right { height: auto; }
    SteppingPanes #step { height: 7; }
    SteppingPanes #values { height: 9; display: none; }
    SteppingPanes.-values #values { display: block; }
    SteppingPanes.-values #step { display: none; }
    SteppingPanes.-tall #values { display: block; }
    SteppingPanes.-tall #step { display: block; }
    SteppingPanes.-wide { layout: horizontal; }
    SteppingPanes.-wide #left { width: 1fr; height: 100%; }
    SteppingPanes.-wide #right { width: 40%; min-width: 46; max-width: 64; height: 100%; }
    SteppingPanes.-wide #step { display: block; height: 17; }
    SteppingPanes.-wide #values { display: block; height: 1fr; }
    SteppingPanes.-wide.-under { layout: vertical; }
    SteppingPanes.-wide.-under #left { width: 100%; height: 1fr; }
    SteppingPanes.-wide.-under #right { layout: horizontal; width: 100%; max-width: 100%; height: 12; }
    SteppingPanes.-wide.-under #step { width: 1fr; height: 100%; }
    SteppingPanes.-wide.-under #values { width: 46%; height: 100%; }
    SteppingPanes.-short #step { height: 5; }
    SteppingPanes.-flat #text { height: 2; }
    SteppingPanes.-low #text { display: none; }
    SteppingPanes.-untold #right { display: none; }
    SteppingPanes.-bare #heading { display: none; }
    SteppingPanes #ask { display: none; height: 7; }
    SteppingPanes.-asking #ask { display: block; }
    SteppingPanes.-asking #step { display: none; }
    SteppingPanes.-asking.-low #right { display: block; }
    SteppingPanes.-tall.-values #values { display: none; }
    SteppingPanes.-wide.-values #values { display: none; }
    SteppingPanes.-wide.-values #step { height: 1fr; }
    """

    def compose(self) -> Iterator[Widget]:
        """The panes, the same in every size of window."""
        # Most screens have all but the line of keys for them: so the styles are looked up once, and not again for this size.
        self._classify(self.app.size.width, self.app.size.height - 1)
        self.update_node_styles()
        yield Heading(id="heading")
        with _Box(id="left"):
            yield GraphPane(id="graph")
            yield TextPane(id="text")
        with _Box(id="right"):
            yield StepPane(id="step")
            yield ValuesPane(id="values")

    @property
    def graph(self) -> GraphPane:
        """The drawn graph, as the texts tell it."""
        self.catch_up()
        return self._graph

    @property
    def _graph(self) -> GraphPane:
        return self.query_one("#graph", GraphPane)

    @property
    def step(self) -> StepPane:
        """The explanation."""
        return self.query_one("#step", StepPane)

    def entitle(self, program: Program, name: str = "", dtype: Dtype = FLOAT64) -> None:
        """Show what is being stepped through, in which type, and what its output is called where that is known."""
        self.query_one(Heading).entitle(program, name, dtype)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._shaped_for: Program | None = None
        self._trace: Trace | None = None
        self._root: Trace | None = None
        self._view: View | None = None
        # Whether the graph, and the room of the panes, are behind what the texts tell; and whether more is about to change.
        self._undrawn = self._unmeasured = self._changing = False
        self.beside_text = False
        """Whether a text beside the panes tells what happens, as in a lesson: then the graph comes before the explanation."""
        self._styled: frozenset[str] = frozenset()

    def say(self, title: str, lines: Sequence[Line], style: str = "") -> None:
        """Show lines in place of the step, until the next step."""
        self.step.say(title, lines, style)
        self.make_room()

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """Draw the graph and make room once for all that is shown inside, where that is to be done.

        An answer stands in place of the step: what height the steps of a new run need is not asked for it.
        """
        if self._changing:
            yield
            return
        self._changing = True
        try:
            yield
        finally:
            self._changing = False
        if self._undrawn and not self._is_laid_out():
            # More than once where a key comes between; the first call does it all.
            self.call_after_refresh(self.catch_up)
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Draw the graph of what the texts tell, and make room for all, unless that is done."""
        undrawn, self._undrawn = self._undrawn, False
        if undrawn and self._view is not None:
            trace = self._view.state.trace
            if self._shaped_for is not trace.program:
                self._shape(trace)
            self._graph.show(self._view)
        unmeasured, self._unmeasured = self._unmeasured, False
        if unmeasured:
            self._share()

    def show(
        self,
        state: State,
        *,
        look_at: int | None = None,
        compared: Trace | None = None,
        flagged: frozenset[int] = frozenset(),
    ) -> None:
        """Show a place in a run; ``look_at`` is a node to bring into view, ``compared`` the run before an edit.

        ``flagged`` are the nodes at which something is wrong.
        """
        trace, at = state.trace, len(state.trace) if compared is not None else state.at
        if self._root is None or self._root.program is not state.root.program:
            self._root = state.root
        values = self.query_one(ValuesPane)
        with self.one_change():
            stops = () if compared is not None else details.stops(state)
            self._view, self._undrawn = View(state, stops, details.within(state), flagged, look_at, compared), True
            self.query_one(Heading).show(state, stops)
            self.query_one(TextPane).show(trace, at)
            self.step.show(trace, state.at, details.watched(state), state.within)
            values.flagged = flagged
            values.show(trace, at, state.selected)
            self.make_room()

    def compare(self, before: Trace, look_at: int | None) -> None:
        """Show old → new at every node of the graph, of the place that the texts tell, and bring a node into view."""
        assert self._view is not None, "something is on show"
        with self.one_change():
            self._view, self._undrawn = self._view._replace(look_at=look_at, compared=before), True

    def _is_laid_out(self) -> bool:
        """Whether the graph can be drawn, and room be made, without anything new to lay out."""
        if self._view is None or self._trace is None:
            # The first frame is worth to wait for: all panes come with it.
            return True
        return self._shaped_for is self._view.state.trace.program and self._graph.is_laid_out(self._view)

    def flag(self, nodes: frozenset[int]) -> None:
        """Mark nodes at which something is wrong, and nothing else."""
        values = self.query_one(ValuesPane)
        values.flagged = nodes
        values.renew()
        if self._view is not None:
            self._view = self._view._replace(flagged=nodes)
        if not self._undrawn:
            self._graph.flag(nodes)

    @property
    def asks(self) -> AskPane:
        """The question before a step, which is mounted for the first one: in most sessions nobody is asked."""
        from graphstep.faces.tui.panes.ask import AskPane

        pane = next(iter(self.query(AskPane)), None)
        if pane is None:
            pane = AskPane(id="ask")
            self.query_one("#right").mount(pane, before="#values")
        return pane

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self.has_class("-asking")

    def ask(self, solution: Solution) -> None:
        """Ask before a step, in the place and the height of the explanation; what is asked already keeps what is typed."""
        if self.asking and self.asks.asked == solution.question.key:
            self.asks.answer.focus(scroll_visible=False)
            return
        if not self.asking:
            _set_height(self.asks, max(self.step.outer_size.height, LEAST))
            self._set_asking(True)
        self.asks.ask(solution)

    def stop_asking(self) -> None:
        """Show the explanation again."""
        if self.asking:
            self._set_asking(False)
            self.asks.answer.disabled = True
            self.screen.set_focus(None)

    def _set_asking(self, asking: bool) -> None:
        self.set_class(asking, "-asking", update=False)
        self._restyle(self.query_one("#right"), self.asks, self.step)

    def _restyle(self, *panes: Widget) -> None:
        # Styles are looked up where a class has a say, and not of all panes: that was a fifth of such a frame.
        self._styled = self.classes
        self.app.stylesheet.update_nodes(panes)

    def toggle_values(self) -> None:
        """Show the values where they are hidden, and hide them where they are shown."""
        self.set_class(not self.has_class("-values"), "-values", update=False)
        self._restyle(self.step, self.query_one(ValuesPane))

    def make_room(self) -> None:
        """Give the explanation one height for the whole run, which its tallest steps need; the rest is the graph's.

        An answer to a key may take more, as long as it stands there.
        """
        with self.one_change():
            self._unmeasured = True

    def _share(self) -> None:
        height, right = self.size.height, self.query_one("#right")
        self._graph.steady = not self.step.speaks
        wanted = self.step.wanted + 2 if self.step.speaks else self._rows() + 2
        if self.step.speaks:
            # What the step needs that comes back behind the answer is looked for while that is read.
            self.set_timer(_PAUSE, self._rows)
        stacked = not self.has_class("-wide")
        left = height - AROUND_STACKED - (not self.has_class("-flat")) - self.lowest_rows() if stacked else height
        # An answer is shown, whatever it hides but the last rows of the graph; and what is said where there is no graph.
        gives_way = self.beside_text and not self.step.speaks
        least = _LOW if not self.step.speaks else _ANSWERED if self._trace else 0
        classes = {
            "-untold": height < least or (gives_way and left < _FEWEST),
            "-low": height < _LOW or (gives_way and left < 0),
            "-bare": gives_way and left < -_TEXT,
        }
        # The values come after the whole graph and some explanation: a key shows them.
        tall = self.size.width < WIDE and height >= TALL and left >= LEAST + _VALUES
        self.update_classes({**classes, "-tall": tall}, update=False)
        if self.classes != self._styled:
            # Once for all classes, since each look-up takes the time of a frame.
            self.update_node_styles()
        if stacked:
            _set_height(right, None)
            # The explanation gives up rows where the whole graph is seen for them.
            least = left if _FEWEST <= left < LEAST else LEAST
            most = height - 9 if self.step.speaks else least + max(self._spare_rows(wanted - LEAST), (height - 24) // 2)
            if left >= _FEWEST and not self.step.speaks:
                most = min(most, max(left - _VALUES * tall, least))
            _set_height(self.step, min(max(wanted, 5), max(most, 5), max(height - 9, 5)))
        elif self.has_class("-under"):
            _set_height(self.step, None)
            _set_height(right, min(max(wanted, 12), max(height // 2, 8)))
        else:
            _set_height(right, None)
            _set_height(self.step, None if self.has_class("-values") else min(max(wanted, 17), max(height // 2, 8)))
        # Where there is no room for the explanation: its title at least, in the edge of the graph.
        self._graph.entitle(str(self.step.border_title) if self.has_class("-untold") else say(self, "graph-subtitle"))

    def lowest_rows(self) -> int:
        """Rows of the graph as low as it can be drawn in the width that there is; 0 where only a part of it is drawn."""
        from graphstep.faces.drawing.excerpt import lowest_rows

        if self._trace is None:
            return 0
        return lowest_rows(self._trace, self.size.width - 2, self.app.size.height - _ELSEWHERE)

    def _spare_rows(self, most: int) -> int:
        return min(most, spare_rows(self._trace, *self.size)) if self._trace is not None and most > 0 else 0

    def _rows(self) -> int:
        """Rows of the tallest step in the width that the explanation has, or of the one on show before there is a layout."""
        width = self.step.size.width
        if self._root is None or width < 20:
            return self.step.wanted
        from graphstep.faces.explanations import tallest

        # To open a gate moves no pane, unless a step inside is taller than those outside.
        rows = tallest(self._root, width)
        return rows if self._shaped_for is self._root.program else max(rows, self.step.wanted)

    def prepare(self, before: Trace, after: Trace) -> None:
        """Find out, on another thread, what the panes will ask of a run that is to be shown in place of one before; all of that
        is kept with it.
        """
        from graphstep.faces.comparison import flipped, spare_room
        from graphstep.faces.explanations import tallest

        tallest(after, self.step.size.width)
        goes_under(after, *self.size)
        scene = self._graph.scene
        if scene is not None and scene.drawn.program is after.program and len(before.program.nodes) == len(after.program.nodes):
            spare_room(before, after, scene.drawn.nodes)
            flipped(before, after)

    def on_resize(self, event: events.Resize) -> None:
        self._classify(*event.size)
        self.catch_up()
        if self._trace is not None:
            self._shape(self._trace)
        self.make_room()

    def _classify(self, width: int, height: int) -> None:
        classes = {"-wide": width >= WIDE and height >= 16, "-flat": height < 28, "-short": height < 22}
        self.update_classes(classes, update=False)

    def update_node_styles(self, animate: bool = True) -> None:
        """Textual's: look up the styles of all panes for the classes that these have."""
        self._styled = self.classes
        super().update_node_styles(animate)

    def _shape(self, trace: Trace) -> None:
        """Put the explanation beside the graph, or under it where the graph can be drawn larger then."""
        self._shaped_for, self._trace = trace.program, trace
        if self.has_class("-wide"):
            self.set_class(goes_under(trace, *self.size), "-under", update=False)


def _set_height(pane: Widget, rows: int | None) -> None:
    # Setting a style lays out the whole screen, even to what it was.
    now = pane.styles.height
    if (None if now is None or not pane.styles.inline.has_rule("height") else now.value) != rows:
        pane.styles.height = rows
