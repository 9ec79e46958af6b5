"""Looking into arrays: Jacobians, cells, and what is wrong with a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.faces.tui.stepper import Stepper

IN_FULL = 4
"""Jacobians up to which each is shown in full; of more each gets a line."""

MOST = 40
"""Jacobians that get a line: a hub has thousands."""

PATH = 5_000
"""Nodes of a program up to which the multiplications along a path are counted."""


def jacobian(screen: SteppingScreen) -> None:
    """The Jacobian of the edge at work, or of the edges at the selected node."""
    from graphstep.faces.tui.dialogs.page import TextPage
    from graphstep.telling.names import name_of

    now = screen.run_now
    edges = edges_of(now)
    if not edges:
        name = name_of(now.trace.program, now.subject)
        screen.say(f"No gradient is sent along an edge at {name}, so there is no Jacobian to show.")
        return
    screen.app.push_screen(
        TextPage("the Jacobian of this edge" if len(edges) == 1 else "Jacobians", jacobian_lines(now.trace, edges))
    )


def edges_of(now: Stepper) -> list[int]:
    """The edge at work in a send; else those that lead to the selected or active node, or those that it sends along."""
    trace, step = now.trace, now.trace.step(now.at)
    if now.selected is None and step.edge is not None:
        return [step.edge]
    node = now.subject
    sent = [edge for edge in range(len(trace.plan.sender)) if int(trace.plan.sender[edge]) == node]
    arriving = list(trace.plan.arrivals[node])
    return (sent or arriving) if now.selected is None and step.event == "value" else (arriving or sent)


def jacobian_lines(trace: Trace, edges: list[int]) -> Iterator[str]:
    """The Jacobians of some edges, and the multiplications along the path from the last of them."""
    from graphstep.analysis.jacobian import jacobian, line, lines, orders, orders_lines
    from graphstep.ground.errors import InputError

    for place, edge in enumerate(edges[:MOST]):
        if len(edges) > IN_FULL:
            yield line(jacobian(trace, edge))
            continue
        yield from [""] * bool(place)
        yield from lines(jacobian(trace, edge))
    if len(edges) > MOST:
        yield f"… and {len(edges) - MOST:,} more"
    if len(trace.program.nodes) <= PATH:
        yield ""
        try:
            yield from orders_lines(trace, orders(trace, int(trace.plan.receiver[edges[0]])))
        except InputError as error:
            yield error.message


def data(screen: SteppingScreen) -> None:
    """The cells of the selected or active node."""
    from graphstep.faces.tui.dialogs.cells import CellsForm

    screen.app.push_screen(CellsForm(screen.run_now, screen.run_now.subject))


def diagnosis(screen: SteppingScreen) -> None:
    """The layers of the run in figures, and what is wrong with them."""
    trace = screen.run_now.trace
    screen.say("Looking at every layer …")
    screen.diagnosing.ask(trace, then=lambda: _show_diagnosis(screen, trace))


def _show_diagnosis(screen: SteppingScreen, trace: Trace) -> None:
    from graphstep.faces.tui.dialogs.page import TextPage

    found = screen.diagnosing.known(trace)
    if found is not None and screen.app.screen is screen:
        screen.say("")
        screen.app.push_screen(TextPage("diagnosis", found.lines()))
