"""Going on with a run whose nodes have moved, because an input has another shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.debugger.places import Refitted
    from graphstep.faces.tui.screen import SteppingScreen


def replace_run(screen: SteppingScreen, found: Refitted) -> None:
    """Go on with other inputs, at the same place; what was selected and opened is kept where the nodes have moved."""
    from graphstep.debugger.places import carried

    now = screen.run_now
    if found.where is not None:
        now.at = carried(now.trace, now.at, found.trace, found.node)
        now.selected = None if now.selected is None else found.node(now.selected)
        now.cells = {}
        screen.stops.move(found.node)
        shapes_changed(screen, found)
    now.trace = found.trace


def shapes_changed(screen: SteppingScreen, found: Refitted) -> None:
    """Follow the nodes of the run on show, in what was on show before gates were opened."""
    where = found.where
    if where is None or not screen.levels:
        return
    level = screen.levels[-1]
    screen.levels[-1] = replace(level, where=tuple(None if x is None else where[x] for x in level.where))
