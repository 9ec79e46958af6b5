"""Breakpoints: at a node, or on a condition; and going on to the next one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.debugger.breakpoints import Condition
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen


def at_node(screen: SteppingScreen) -> None:
    """Set a breakpoint at the selected or active node, or take it away."""
    from graphstep.telling.names import name_of

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
    from graphstep.faces.tui.dialogs.breaks import BreaksForm

    def kept(conditions: tuple[Condition, ...] | None) -> None:
        if conditions is not None:
            keep(screen, conditions)

    screen.app.push_screen(BreaksForm(screen.run_now.trace.program, screen.stops.conditions), kept)


def keep(screen: SteppingScreen, conditions: tuple[Condition, ...]) -> None:
    """Stop at these conditions from now on, and say how many steps meet them."""
    screen.stops.conditions = conditions
    count = len(screen.stops.steps(screen.run_now.trace))
    screen.refresh_panes()
    what = conditions[0].text if len(conditions) == 1 else "that"
    some = f"Nothing in this run meets {what}." if not count else f"{count:,} step{'s meet' if count != 1 else ' meets'} {what}."
    screen.say(f"{some}  c goes on to the next, C back." if conditions else "No conditions any more.")


def last_change(screen: SteppingScreen) -> None:
    """Back to the last step before this one that changed the value or the gradient of the selected or active node."""
    from graphstep.debugger.breakpoints import last_change as found
    from graphstep.telling.names import name_of

    now = screen.run_now
    node = now.subject
    name = name_of(now.trace.program, node)
    n = found(now.trace, node, now.at)
    if n is None:
        given = ": it was given at the start" if node < now.trace.program.first_gate else ""
        screen.say(f"No step before this one has changed {name}{given}.")
        return
    screen.go(n)
    if now.at == n:
        screen.say(f"{_change(now.trace, node, n)}  w goes further back.")


def _change(trace: Trace, node: int, n: int) -> str:
    """What a step did to a node, in a sentence; of arrays without their cells."""
    from graphstep.ground.arrays import number_text
    from graphstep.telling.derivatives import gradient_name
    from graphstep.telling.explain import explain
    from graphstep.telling.names import name_of

    step, name = trace.step(n), name_of(trace.program, node)
    if step.event == "value":
        return f"Here {name} got its value{'' if trace.node(node).shape else f', {number_text(step.value)}'}."
    if step.event == "update":
        return f"Here {name} was updated."
    gradient = gradient_name(trace, node)
    before, after = trace.gradient(node, n - 1), trace.gradient(node, n)
    title = explain(trace, n).title
    if after is None or trace.node(node).shape:
        return f"{title}: here {gradient} changed."
    if before is None:
        return f"{title}: here {gradient} became {number_text(after.value)}."
    return f"{title}: here {gradient} went from {number_text(before.value)} to {number_text(after.value)}."


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
