"""The panes of the debugger together: what a screen shows of a run, in a window of any size."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.containers import Vertical

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.graph import GraphPane
from graphstep.faces.tui.panes.heading import Heading
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
_LABEL = 40
"""Characters of the expression of an opened gate in the title of its graph."""
_AROUND = 6
"""Rows of heading, typed text and the graph's border."""
_UNDER = 12
"""Rows of explanation and values under the graph."""
_LEAST = 7
"""Rows of the explanation with its border, below which it goes only in a window that is lower than most."""
_AROUND_STACKED = 5
"""Rows of heading, typed text and the graph's border where the panes stand below each other."""
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
TALL = 34
"""Rows from which a narrow window has room for the values as well."""


class _Box(Vertical):
    """Holds panes, and has nothing to show where they are not."""

    BLANK = True


class SteppingPanes(_Box):
    """Heading, graph, typed text, this step and values. It shows a state and decides nothing.

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
        """The drawn graph."""
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
        # Inside of one change whether room is to be made behind it.
        self._changes: bool | None = None
        self._spare: tuple[tuple[Trace, int, int, int], int] | None = None
        self.beside_text = False
        """Whether a text beside the panes tells what happens, as in a lesson: then the graph comes before the explanation."""
        self._styled: frozenset[str] = frozenset()

    def say(self, title: str, lines: Sequence[Line], style: str = "") -> None:
        """Show lines in place of the step, until the next step."""
        self.step.say(title, lines, style)
        self.make_room()

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """Make room once for all that is shown inside, where any is to be made.

        An answer stands in place of the step: what height the steps of a new run need is not asked for it.
        """
        self._changes = False
        try:
            yield
        finally:
            asked, self._changes = self._changes, None
        if asked:
            self.make_room()

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
        trace, at = state.trace, state.at
        if self._root is None or self._root.program is not state.root.program:
            self._root = state.root
        if self._shaped_for is not trace.program:
            self._shape(trace)
        self.graph.stops = () if compared is not None else _stops(state)
        self.query_one(Heading).show(state, self.graph.stops)
        self.graph.within = _within(state)
        self.graph.breakpoints = () if compared is not None else state.nodes
        self.graph.flagged = self.query_one(ValuesPane).flagged = flagged
        self.graph.show(trace, at, state.selected, look_at=look_at, compared=compared, call=state.within)
        self.query_one(TextPane).show(trace, len(trace) if compared is not None else at)
        self.step.show(trace, at, _watched(state), state.within)
        self.query_one(ValuesPane).show(trace, len(trace) if compared is not None else at, state.selected)
        self.make_room()

    def flag(self, nodes: frozenset[int]) -> None:
        """Mark nodes at which something is wrong, and nothing else."""
        for pane in (self.graph, self.query_one(ValuesPane)):
            pane.flagged = nodes
            pane.renew()

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
            _set_height(self.asks, max(self.step.outer_size.height, _LEAST))
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
        if self._changes is not None:
            self._changes = True
            return
        height, right = self.size.height, self.query_one("#right")
        self.graph.steady = not self.step.speaks
        wanted = self.step.wanted + 2 if self.step.speaks else self._rows() + 2
        stacked = not self.has_class("-wide")
        left = height - _AROUND_STACKED - (not self.has_class("-flat")) - self.lowest_rows() if stacked else height
        # An answer is shown, whatever it hides but the last rows of the graph; and what is said where there is no graph.
        gives_way = self.beside_text and not self.step.speaks
        least = _LOW if not self.step.speaks else _ANSWERED if self._trace else 0
        classes = {
            "-untold": height < least or (gives_way and left < _FEWEST),
            "-low": height < _LOW or (gives_way and left < 0),
            "-bare": gives_way and left < -_TEXT,
        }
        # The values come after the whole graph and some explanation: a key shows them.
        tall = self.size.width < WIDE and height >= TALL and left >= _LEAST + _VALUES
        self.update_classes({**classes, "-tall": tall}, update=False)
        if self.classes != self._styled:
            # Once for all classes, since each look-up takes the time of a frame.
            self.update_node_styles()
        if stacked:
            _set_height(right, None)
            # The explanation gives up rows where the whole graph is seen for them.
            least = left if _FEWEST <= left < _LEAST else _LEAST
            most = height - 9 if self.step.speaks else least + max(self._spare_rows(wanted), (height - 24) // 2)
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
        self.graph.entitle(str(self.step.border_title) if self.has_class("-untold") else say(self, "graph-subtitle"))

    def lowest_rows(self) -> int:
        """Rows of the graph as low as it can be drawn in the width that there is; 0 where only a part of it is drawn."""
        from graphstep.faces.drawing.excerpt import lowest_rows

        if self._trace is None:
            return 0
        return lowest_rows(self._trace, self.size.width - 2, self.app.size.height - _ELSEWHERE)

    def _spare_rows(self, wanted: int) -> int:
        """Rows beyond the least that the explanation can have without a smaller drawing of the graph."""
        from graphstep.faces.drawing.diagram import centre_of
        from graphstep.faces.drawing.excerpt import WHOLE, scene_of

        trace, (width, height) = self._trace, self.size
        more = wanted - _LEAST
        if trace is None or more <= 0 or len(trace.program.nodes) > WHOLE:
            return 0
        key = trace, width, height, wanted
        if self._spare is None or self._spare[0] != key:
            room = (width - 2, height - _AROUND_STACKED - _LEAST)
            scene = scene_of(trace, centre_of(trace, 0), room)
            # As low as this size can be: no room is no reason to stand apart.
            lowest = scene.drawn.arrange(scene.layout.density, (room[0], 0), scene.layout).height
            self._spare = key, min(more, max(room[1] - lowest, 0))
        return self._spare[1]

    def _rows(self) -> int:
        """Rows of the tallest step in the width that the explanation has, or of the one on show before there is a layout."""
        width = self.step.size.width
        if self._root is None or width < 20:
            return self.step.wanted
        from graphstep.faces.explanations import tallest

        # To open a gate moves no pane, unless a step inside is taller than those outside.
        rows = tallest(self._root, width)
        return rows if self._shaped_for is self._root.program else max(rows, self.step.wanted)

    def prepare(self, trace: Trace) -> None:
        """Find out what the panes will ask of a run that is to be shown in place of this one; all of that is kept with it."""
        from graphstep.faces.explanations import tallest

        tallest(trace, self.step.size.width)
        self._goes_under(trace)

    def on_resize(self, event: events.Resize) -> None:
        self._classify(*event.size)
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
            self.set_class(self._goes_under(trace), "-under", update=False)

    def _goes_under(self, trace: Trace) -> bool:
        from graphstep.faces.drawing.diagram import centre_of
        from graphstep.faces.drawing.excerpt import scene_of

        width, height = self.size
        beside = (width - min(max(width * 2 // 5, 46), 64) - 2, height - _AROUND)
        under = (width - 2, height - _AROUND - _UNDER)
        scene, below = (scene_of(trace, centre_of(trace, 0), room) for room in (beside, under))
        smallness = scene.smallness(beside), below.smallness(under)
        if smallness[0] == smallness[1] and smallness[0]:
            # It fits into neither: what is wide has more of itself to show where there are more columns.
            return scene.layout.width > beside[0] and scene.layout.height <= under[1]
        return smallness[1] < smallness[0]


def _within(state: State) -> str:
    """The way into the gate that is open, and what it computes: ``f › p = sigmoid(x+y)``; empty where none is open."""
    if not state.frames and not state.within:
        return ""
    from graphstep.faces.replies import crumbs

    if not state.frames:
        return crumbs(state)
    caller = state.frames[-1]
    return f"{crumbs(state)} = {caller.trace.program.label(caller.node, _LABEL)}"


def _stops(state: State) -> tuple[int, ...]:
    if not state.nodes and not state.conditions:
        return ()
    from graphstep.debugger.stops import inner_steps, stops_of

    stops = stops_of(state.trace, state.nodes, state.conditions)
    # What stops inside a gate is marked at the step of the gate.
    inside = {n for condition in state.conditions for n in inner_steps(state.trace, condition)}
    return tuple(sorted({*stops, *inside})) if inside else stops


def _watched(state: State) -> tuple[str, ...]:
    if not state.watches:
        return ()
    from graphstep.faces.replies.quantities import quantity_lines

    return tuple(line for quantity in state.watches for line in quantity_lines(state, quantity))


def _set_height(pane: Widget, rows: int | None) -> None:
    # Setting a style lays out the whole screen, even to what it was.
    now = pane.styles.height
    if (None if now is None or not pane.styles.inline.has_rule("height") else now.value) != rows:
        pane.styles.height = rows
