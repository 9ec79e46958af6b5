"""Taking something away: a file, or a command."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graphstep.debugger.places import Refitted
    from graphstep.faces.tui.screen import SteppingScreen


def export(screen: SteppingScreen) -> None:
    """Write the run up to here to a file."""
    from graphstep.faces.tui.dialogs.export import ExportForm

    def written(path: Path | None) -> None:
        if path is not None:
            screen.say(f"Sent {path} to the browser" if screen.app.is_web else f"Wrote {path}", "bold $value")

    now = screen.run_now
    screen.app.push_screen(ExportForm(now.trace, now.at), written)


def copy(screen: SteppingScreen) -> None:
    """Copy the command that opens this step, and show it."""
    from graphstep.debugger.places import carried, with_inputs
    from graphstep.telling.names import names_of

    now = screen.run_now
    trace, at, closed = now.trace, now.at, False
    setup = trace.setup.filled(trace.inputs)
    for level in reversed(screen.levels):
        # What was taken apart by an option cannot be folded by another.
        if level.kind == "fold" and level is screen.levels[0] and not setup.expand:
            setup = replace(setup, fold=True)
            break
        found, outward = with_inputs(level.trace, trace.inputs), level.outward if level.kind == "into" else level.unfolded
        at = carried(trace, at, found.trace, partial(_through, outward, found))
        trace, closed = found.trace, True
    # A condition may name a part of a gate that was opened: the program as typed has no such node.
    breaks = [x.text for x in screen.stops.conditions if not x.node or names_of(trace.program).find(x.node) is not None]
    setup = replace(setup, at=str(at), breaks=tuple(breaks))
    text, untold = setup.command(), setup.without_text
    screen.app.copy_to_clipboard(text)
    lines = [[(text, "result")], [("", "")], [("It is in the clipboard, if the terminal allows that (OSC 52).", "quiet")]]
    if untold:
        told = f"It leaves out {', '.join(untold)}: too large to be written here, and not as typed."
        lines.append([(f"{told}  The form will ask.", "warning")])
    if closed:
        lines.append([("It opens the program as it was typed, at the step nearest to this one.", "note")])
    screen.panes.step.say("the command that opens this step again", lines)
    screen.panes.make_room()


def _through(outward: Callable[[int], int], found: Refitted, index: int) -> int:
    return found.node(outward(index))
