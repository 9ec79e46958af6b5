"""Selecting nodes, finding them, and moving the view."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from graphstep.faces.tui.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.drawing.layout.layout import Direction
    from graphstep.faces.tui.screen import SteppingScreen

_COLUMNS, _ROWS = 8, 3


def _select_along(screen: SteppingScreen, *, way: Direction) -> None:
    """Select the node to which an arrow leads."""
    graph = screen.panes.graph
    if graph.scene is not None:
        screen.select(graph.node_along(screen.now.selected, way))


def arrows(screen: SteppingScreen) -> None:
    """Let the arrows select, or step again."""
    screen.arrows_select = not screen.arrows_select
    if screen.arrows_select:
        if screen.now.selected is None:
            screen.select(screen.now.subject)
        screen.say(say(screen, "arrows-select"))
    else:
        screen.say(say(screen, "arrows-step"))


def follow(screen: SteppingScreen) -> None:
    """Bring the active gate into view."""
    from graphstep.faces.drawing.diagram import centre_of

    screen.refresh_panes(look_at=centre_of(screen.now.trace, screen.now.at))


def zoom(screen: SteppingScreen) -> None:
    """Roomy or compact."""
    graph = screen.panes.graph
    # The pane may have chosen by itself: the key changes what is seen, not what was asked for.
    shown = graph.scene.layout.density if graph.scene else "compact"
    graph.density = "roomy" if shown == "compact" else "compact"
    graph.fit()
    screen.say(say(screen, f"graph-{graph.density}"))


def values(screen: SteppingScreen) -> None:
    """Show or hide the values."""
    screen.panes.toggle_values()
    screen.refresh_panes()


def _select_by(screen: SteppingScreen, *, way: int) -> None:
    graph = screen.panes.graph
    if graph.scene is not None:
        screen.select(graph.node_behind(screen.now.selected, way))


def _pan(screen: SteppingScreen, *, columns: int = 0, rows: int = 0) -> None:
    screen.panes.graph.pan(columns, rows)


def _page(screen: SteppingScreen, *, way: int) -> None:
    _pan(screen, rows=way * max(screen.panes.graph.size.height - 1, 1))


def _scroll(screen: SteppingScreen, *, lines: int) -> None:
    screen.panes.step.scroll_lines(lines)


# The next node is the next in the drawing, which only a screen has.
DOES: dict[str, Callable[[SteppingScreen], None]] = {
    "select_next": partial(_select_by, way=1),
    "select_previous": partial(_select_by, way=-1),
    "select_left": partial(_select_along, way="left"),
    "select_right": partial(_select_along, way="right"),
    "select_up": partial(_select_along, way="up"),
    "select_down": partial(_select_along, way="down"),
    "pan_left": partial(_pan, columns=-_COLUMNS),
    "pan_right": partial(_pan, columns=_COLUMNS),
    "pan_up": partial(_pan, rows=-_ROWS),
    "pan_down": partial(_pan, rows=_ROWS),
    "page_up": partial(_page, way=-1),
    "page_down": partial(_page, way=1),
    "text_up": partial(_scroll, lines=-1),
    "text_down": partial(_scroll, lines=1),
    "arrows": arrows,
    "follow": follow,
    "zoom": zoom,
    "values": values,
}
"""The functions of its actions."""
