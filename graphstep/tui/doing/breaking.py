"""Breakpoints: at a node, or on a condition; and going on to the next one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.tui.conditions import Condition
    from graphstep.tui.screen import SteppingScreen


def at_node(screen: SteppingScreen) -> None:
    """Set a breakpoint at the selected or active node, or take it away."""
    from graphstep.explain import name_of

    now, stops = screen.run_now, screen.stops
    node = now.subject
    name = name_of(now.trace.program, node)
    if node in stops.nodes:
        stops.nodes.remove(node)
        screen.say(f"No breakpoint at {name} any more.")
    else:
        stops.nodes = sorted([*stops.nodes, node])
        screen.say(f"● c and C stop where {name} gets its value, and a part of its gradient.  b takes that away.")
    screen.refresh_panes(look_at=now.selected)


def on_condition(screen: SteppingScreen) -> None:
    """Ask for conditions to stop at."""
    from graphstep.tui.dialogs.breaks import BreaksForm

    def kept(conditions: tuple[Condition, ...] | None) -> None:
        if conditions is None:
            return
        screen.stops.conditions = conditions
        count = len(screen.stops.steps(screen.run_now.trace))
        screen.refresh_panes()
        some = "Nothing in this run meets that." if not count else f"{count:,} step{'s meet' if count != 1 else ' meets'} that."
        screen.say(f"{some}  c goes on to the next, C back." if conditions else "No conditions any more.")

    screen.app.push_screen(BreaksForm(screen.run_now.trace.program, screen.stops.conditions), kept)


def forward(screen: SteppingScreen) -> None:
    """On to the next breakpoint."""
    _go(screen, 1)


def backward(screen: SteppingScreen) -> None:
    """Back to the breakpoint before."""
    _go(screen, -1)


def _go(screen: SteppingScreen, way: int) -> None:
    now, stops = screen.run_now, screen.stops
    if stops.empty:
        screen.say("There are no breakpoints.  b sets one at the selected node, B on a condition.")
        return
    steps = stops.steps(now.trace)
    place = bisect_right(steps, now.at) if way > 0 else bisect_left(steps, now.at) - 1
    if not 0 <= place < len(steps):
        screen.say(f"No breakpoint {'after' if way > 0 else 'before'} this step.  b and B set them.")
        return
    screen.go(steps[place])
    if now.at == steps[place]:
        screen.say(f"● {'; '.join(stops.why(now.trace, now.at))}")
