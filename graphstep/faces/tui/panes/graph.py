"""The graph: boxes from left to right, values above the wires, gradients below, the active gate marked."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple, get_args

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.rows import RowsPane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.timer import Timer

    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.drawing.excerpt import Scene
    from graphstep.faces.drawing.layout import Density, Place
    from graphstep.faces.drawing.layout.layout import Direction
    from graphstep.faces.drawing.text import Marks
    from graphstep.language.program import Program


_PAUSE, _BETWEEN = 0.02, 0.005
"""Seconds without a key before other parts are laid out, and between two of them."""


class View(NamedTuple):
    """What the graph shows of a run."""

    state: State
    """The place in the run, the node that is selected, and the nodes with a breakpoint: ●."""
    stops: Sequence[int] = ()
    """The steps with a breakpoint."""
    within: str = ""
    """Which opened gate it is the inside of; empty for the whole program."""
    flagged: frozenset[int] = frozenset()
    """The nodes at which something is wrong: ▲."""
    look_at: int | None = None
    """The node to bring into view; None is the active gate."""
    compared: Trace | None = None
    """The run before an edit: everything is shown as it was and as it is, ``old → new``."""

    @property
    def centre(self) -> int:
        """The node to draw around."""
        from graphstep.faces.drawing.diagram import centre_of

        return centre_of(self.state.trace, self.state.at) if self.look_at is None else self.look_at

    @property
    def followed(self) -> tuple[int, ...]:
        """The nodes to bring into view: what a gate sends to is as much of the step as the gate."""
        trace, at = self.state.trace, self.state.at
        return (self.look_at,) if self.look_at is not None else (self.centre, trace.step(at).node) if at else ()


class _Part(NamedTuple):
    """The part of a graph that is drawn, as :func:`~graphstep.faces.drawing.excerpt.scene_of` is asked for it."""

    trace: Trace
    """The run."""
    centre: int
    """The node in its middle, where the graph is too large to be drawn whole."""
    room: tuple[int, int]
    """The columns and rows that there are."""
    density: Density | None
    """Roomy or compact; None for whichever fits."""
    spare: int
    """Cells that every wire gets in addition."""
    within: int
    """The call that is open."""


class GraphPane(RowsPane):
    """The drawn graph. It draws what can be seen of it, and nothing else."""

    STYLES: ClassVar = {
        "value": "$value",
        "gradient": "$gradient",
        "contribution": "$contribution",
        "local": "bold $local",
        "value-changed": "bold reverse $value",
        "gradient-changed": "bold reverse $gradient",
        "wire": "$wire",
        "wire-active": "bold $active",
        "box": "$wire",
        "box-active": "bold $active",
        "box-selected": "bold $selected",
        "box-active-name": "bold reverse $active",
        "box-selected-name": "bold reverse $selected",
        "box-pending": "$pending",
        "label": "bold",
        "name": "italic $quiet",
        "stub": "italic $quiet",
        "output": "bold",
        "breakpoint": "$gradient",
        "flag": "bold $warn",
    }
    DEFAULT_CSS = """
    GraphPane {
        border: round $pending;
        border-title-color: $quiet;
        border-subtitle-color: $quiet;
        scrollbar-size: 1 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.density: Density | None = None
        """Roomy or compact; None for whichever fits."""
        self.scene: Scene | None = None
        """What is drawn."""
        self._view: View | None = None
        self._spare = self._centre = 0
        self._fitted: tuple[Size, int, int] = (Size(0, 0), 0, 0)
        self._ahead: Timer | None = None
        self.steady = True
        """Whether the pane has the height that it keeps while steps are shown; it gives way to an answer while that stands."""

    def on_mount(self) -> None:
        self.border_subtitle = say(self, "graph-subtitle")

    # -- what is shown -----------------------------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Draw it, and bring into view what is to be."""
        due = self._due(view)
        self._view = view
        if due is not None:
            self._centre, self._spare = due.centre, due.spare
            self._arrange()
        self._title()
        self._draw()

    def is_laid_out(self, view: View) -> bool:
        """Whether what :meth:`show` would draw is laid out already."""
        from graphstep.faces.drawing.excerpt import is_set

        due = self._due(view)
        return due is None or is_set(*due)

    def flag(self, nodes: frozenset[int]) -> None:
        """Mark nodes at which something is wrong."""
        if self._view is not None:
            self._view = self._view._replace(flagged=nodes)
            self.renew()

    def _due(self, view: View) -> _Part | None:
        """The part of a graph that is to be drawn in place of the one on show; None where that stays."""
        trace, within, old, spare = view.state.trace, view.state.within, self._view, self._needed_spare(view)
        fits = old is not None and (old.state.trace.program, old.state.within, self._spare) == (trace.program, within, spare)
        if not fits or self.scene is None or not self.scene.holds(trace, view.centre):
            return _Part(trace, view.centre, self._room, self.density, spare, within)
        # Other numbers are wider or narrower: the boxes are the same, the room on their wires is not.
        anew = view.compared is None and trace is not self._trace
        return _Part(trace, self._centre, self._room, self.density, spare, within) if anew else None

    @property
    def _trace(self) -> Trace | None:
        return None if self._view is None else self._view.state.trace

    def _draw(self) -> None:
        if self._view is not None:
            self.bring_into_view(*self._view.followed)
        self.renew()
        if self._ahead is not None:
            self._ahead.stop()
        if self.scene is not None and not self.scene.drawn.whole and self._view is not None and self._view.compared is None:
            self._ahead = self.set_timer(_PAUSE, self._look_ahead)

    def _look_ahead(self) -> None:
        """Lay out, while no key is pressed, the parts of the graph to which keys lead from here."""
        from graphstep.faces.drawing.excerpt import is_set, scene_of

        if self._view is None or self.scene is None:
            return
        for node in self._within_a_key(self._view):
            part = self._part(self._view.state, node)
            if not self.scene.holds(part.trace, node) and not is_set(*part):
                scene_of(*part)
                # One at a time: a key may come between.
                self._ahead = self.set_timer(_BETWEEN, self._look_ahead)
                return

    def _within_a_key(self, view: View) -> Iterator[int]:
        """The nodes that the next key may lead to, the likelier ones first: of a step, of a selection, of a stop, of an end."""
        from graphstep.faces.drawing.diagram import centre_of
        from graphstep.faces.drawing.layout.layout import Direction

        trace, at, selected = view.state.trace, view.state.at, view.state.selected
        steps = [n for n in (at + 1, at - 1) if 0 <= n <= len(trace)]
        stop = bisect_right(view.stops, at)
        yield from (centre_of(trace, n) for n in (*steps, *view.stops[stop : stop + 1]))
        yield from (self.node_along(selected, way) for way in get_args(Direction))
        yield from (self.node_behind(selected, by) for by in (1, -1))
        yield from (centre_of(trace, n) for n in (0, len(trace), trace.seed_step))

    def entitle(self, subtitle: str) -> None:
        """Set what stands in the lower edge."""
        # Textual paints the whole pane again when a title is set, also to what it was.
        if subtitle != self.border_subtitle:
            self.border_subtitle = subtitle

    def preview(self, program: Program) -> None:
        """Draw a program that has not run yet."""
        from graphstep.faces.drawing.excerpt import set_bare_scene

        self.scene = set_bare_scene(program, self._room)
        self.resize_drawing(Size(self.scene.layout.width, self.scene.layout.height))
        self.renew()

    def fit(self) -> None:
        """Lay the graph out anew, for another density or size of the window."""
        if self._trace is not None:
            self._arrange()
            self._draw()

    def bring_into_view(self, *nodes: int) -> None:
        """Scroll, if it must be, until a node is in view with its numbers, and those of the others that fit in with it."""
        whole, size = Region(0, 0, self.virtual_size.width, self.virtual_size.height), self.size
        wanted: Region | None = None
        for node in nodes:
            place = self.place(node)
            if place is None:
                continue
            around = Region(place.x - 10, place.y - 1, place.width + 24, place.height + 2).intersection(whole)
            together = around if wanted is None else wanted.union(around)
            if wanted is None or (together.width <= size.width and together.height <= size.height):
                wanted = together
        left, top = self.scroll_offset
        if wanted is None or Region(left, top, size.width, size.height).contains_region(wanted):
            return
        x = left if left <= wanted.x and wanted.right <= left + size.width else wanted.x + (wanted.width - size.width) // 2
        y = top if top <= wanted.y and wanted.bottom <= top + size.height else wanted.y + (wanted.height - size.height) // 2
        self.scroll_to(max(x, 0), max(y, 0), animate=False, force=True)

    def place(self, node: int) -> Place | None:
        """The cells of a node in the drawing; None when it is not drawn."""
        if self.scene is None or node not in self.scene.drawn.box_of:
            return None
        return self.scene.layout.place(self.scene.drawn.box_of[node])

    def node_along(self, node: int | None, way: Direction) -> int:
        """The node to which an arrow leads from another: along a wire, or to the next one in the column; at its end to what
        follows in reading order, and so from what is not drawn.
        """
        assert self.scene is not None, "there is a drawing"
        drawn = self.scene.drawn
        if node is None or node not in drawn.box_of:
            return self.node_behind(None, 1)
        box = self.scene.layout.neighbour(drawn.box_of[node], way)
        return self.node_behind(node, -1 if way in ("left", "up") else 1) if box is None else drawn.nodes[box]

    def node_behind(self, node: int | None, by: int) -> int:
        """The node that is so many places behind another in reading order; from one that is not drawn, the first or the last."""
        assert self.scene is not None, "there is a drawing"
        order = [self.scene.drawn.nodes[box] for box in self.scene.layout.reading_order()]
        if node not in order:
            return order[0 if by > 0 else -1]
        return order[(order.index(node) + by) % len(order)]

    def node_at(self, x: int, y: int) -> int | None:
        """The node that is drawn in a cell of the window, counted from the upper left corner inside the border."""
        if self.scene is None:
            return None
        left, top = self._margins
        box = self.scene.layout.node_at(x + self.scroll_offset.x - left, y + self.scroll_offset.y - top)
        return None if box is None else self.scene.drawn.nodes[box]

    # -- Textual -----------------------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        # An answer below that takes a few rows more must not turn the drawing from roomy to compact; another window may.
        if self._trace is None:
            return
        size, outer = self.app.size, self.outer_size
        if self._fitted[:2] != (size, outer.width) or (self.steady and self._fitted[2] != outer.height):
            self.fit()
        else:
            self._draw()

    def on_click(self, event: events.Click) -> None:
        node = self.node_at(*(event.get_content_offset(self) or (-1, -1)))
        if node is not None:
            self.post_message(self.Picked(node))

    def make_rows(self, left: int, top: int, size: Size) -> list[Strip]:
        """The part of the drawing that can be seen."""
        if self.scene is None:
            return []
        from graphstep.faces.drawing.text import draw

        columns, rows = self._margins
        x, y = left - columns, top - rows
        drawn = draw(self.scene.layout, self._marks(x, y, size), x, y, size.width, size.height)
        return [Strip([Segment(text, self.style(self._shown(text, style))) for text, style in row], size.width) for row in drawn]

    # -- drawing -----------------------------------------------------------------------------------------------------------------

    def _shown(self, text: str, style: str) -> str:
        """The style in which a piece of the drawing is shown here."""
        if style == "value-changed" or style == "gradient-changed":
            # A node has changed, but perhaps not this number of it: in the backward pass its value is as old as it was.
            if self._view is None or self._view.compared is None:
                same = style[0] == "v" and self._is_backward
            else:
                from graphstep.faces.comparison import is_change

                same = not is_change(text)
            return style.removesuffix("-changed") if same else style
        if style in ("box-active", "box-active-name", "box-selected-name", "box-selected") and any(map(str.isalnum, text)):
            # A name without a box, as inputs have in the compact drawing: it needs a mark other than its colour.
            return f"{style}-name"
        return style

    @property
    def _is_backward(self) -> bool:
        return self._view is not None and self._view.state.at >= self._view.state.trace.seed_step

    @property
    def _margins(self) -> tuple[int, int]:
        """Columns and rows to the left and above of a drawing that is smaller than the window."""
        if self.scene is None:
            return 0, 0
        layout, size = self.scene.layout, self.size
        return max(0, (size.width - layout.width) // 2), max(0, (size.height - layout.height) // 2)

    def _marks(self, x: int, y: int, size: Size) -> Marks:
        from graphstep.faces.drawing.diagram import marks
        from graphstep.faces.drawing.text import Marks

        assert self.scene is not None
        if self._view is None:
            return Marks(pending=frozenset(range(len(self.scene.drawn.nodes))))
        boxes = self.scene.layout.window(x, y, size.width, size.height).nodes
        state, drawn = self._view.state, self.scene.drawn
        if self._view.compared is not None:
            from graphstep.faces.comparison import compared_marks

            return compared_marks(self._view.compared, state.trace, drawn, boxes, state.selected)
        written = marks(state.trace, drawn, state.at, boxes=boxes, selected=state.selected, breakpoints=state.nodes)
        flagged = frozenset(drawn.box_of[node] for node in self._view.flagged if node in drawn.box_of)
        return replace(written, flagged=flagged)

    def _needed_spare(self, view: View) -> int:
        if view.compared is None:
            return 0
        from graphstep.faces.comparison import spare_room
        from graphstep.faces.drawing.excerpt import nodes_drawn

        trace = view.state.trace
        if self.scene is None or self.scene.drawn.program is not trace.program:
            return spare_room(view.compared, trace, nodes_drawn(trace, view.centre, view.state.within))
        # It only ever grows during an edit, so that the drawing does not jump at every key.
        return max(self._spare, spare_room(view.compared, trace, self.scene.drawn.nodes))

    def _part(self, state: State, centre: int) -> _Part:
        """What is drawn around a node as the one on show is."""
        return _Part(state.trace, centre, self._room, self.density, self._spare, state.within)

    @property
    def _room(self) -> tuple[int, int]:
        return max(self.outer_size.width - 2, 0), max(self.outer_size.height - 2, 0)

    def _arrange(self) -> None:
        from graphstep.faces.drawing.excerpt import scene_of

        if self._view is None:
            return
        self._fitted = (self.app.size, self.outer_size.width, self.outer_size.height)
        self.scene = scene_of(*self._part(self._view.state, self._centre))
        self.resize_drawing(Size(self.scene.layout.width, self.scene.layout.height))

    def _title(self) -> None:
        if self.scene is None or self._view is None:
            return
        whole, drawn = len(self.scene.drawn.program.nodes), len(self.scene.drawn.nodes)
        key = f"graph-title{'' if self._view.compared is None else '-compared'}{'' if self.scene.drawn.whole else '-part'}"
        # A text would be markup to Textual, and an expression may hold brackets.
        title = Content(f"{say(self, key, drawn=drawn, nodes=whole)}{self._view.within and f'  {self._view.within}'}")
        # Textual paints the whole pane again when a title is set, also to what it was.
        if title.markup != self.border_title:
            self.border_title = title
