"""Selecting nodes, finding them, and moving the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from graphstep.faces.tui.messages import say

if TYPE_CHECKING:
    from graphstep.faces.tui.screen import SteppingScreen

_COLUMNS, _ROWS = 8, 3


def select_next(screen: SteppingScreen) -> None:
    """Select the next node, column by column."""
    _select_by(screen, 1)


def select_previous(screen: SteppingScreen) -> None:
    """Select the previous node."""
    _select_by(screen, -1)


def select_left(screen: SteppingScreen) -> None:
    """Select the node that a wire comes from."""
    _select_along(screen, "left")


def select_right(screen: SteppingScreen) -> None:
    """Select the node that a wire leads to."""
    _select_along(screen, "right")


def select_up(screen: SteppingScreen) -> None:
    """Select the node above."""
    _select_along(screen, "up")


def select_down(screen: SteppingScreen) -> None:
    """Select the node below."""
    _select_along(screen, "down")


def _select_along(screen: SteppingScreen, way: Literal["left", "right", "up", "down"]) -> None:
    """Select the node to which a wire leads, or the next one in the column; at its end, the one that follows in reading order."""
    now, scene = screen.now, screen.panes.graph.scene
    if scene is None:
        return
    if now.selected is None or now.selected not in scene.drawn.box_of:
        _select_by(screen, 1)
        return
    box = scene.layout.neighbour(scene.drawn.box_of[now.selected], way)
    if box is not None:
        screen.select(scene.drawn.nodes[box])
    else:
        _select_by(screen, -1 if way in ("left", "up") else 1)


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
    shown = graph.scene.layout.density if graph.scene else "compact"
    graph.density = "roomy" if shown == "compact" else "compact"
    graph.fit()
    screen.say(say(screen, f"graph-{graph.density}"))


def values(screen: SteppingScreen) -> None:
    """Show or hide the values."""
    screen.panes.toggle_values()
    screen.refresh_panes()


def pan_left(screen: SteppingScreen) -> None:
    """The view to the left."""
    screen.panes.graph.pan(-_COLUMNS, 0)


def pan_right(screen: SteppingScreen) -> None:
    """The view to the right."""
    screen.panes.graph.pan(_COLUMNS, 0)


def pan_up(screen: SteppingScreen) -> None:
    """The view up."""
    screen.panes.graph.pan(0, -_ROWS)


def pan_down(screen: SteppingScreen) -> None:
    """The view down."""
    screen.panes.graph.pan(0, _ROWS)


def page_up(screen: SteppingScreen) -> None:
    """The view up by a page."""
    screen.panes.graph.pan(0, -max(screen.panes.graph.size.height - 1, 1))


def page_down(screen: SteppingScreen) -> None:
    """The view down by a page."""
    screen.panes.graph.pan(0, max(screen.panes.graph.size.height - 1, 1))


def _select_by(screen: SteppingScreen, way: int) -> None:
    now, scene = screen.now, screen.panes.graph.scene
    if scene is None:
        return
    order = [scene.drawn.nodes[box] for box in scene.layout.reading_order()]
    if now.selected in order:
        screen.select(order[(order.index(now.selected) + way) % len(order)])
    else:
        screen.select(order[0 if way > 0 else -1])


def text_down(screen: SteppingScreen) -> None:
    """Show the lines of the explanation that are further down."""
    screen.panes.step.scroll_lines(1)


def text_up(screen: SteppingScreen) -> None:
    """Show those further up."""
    screen.panes.step.scroll_lines(-1)
