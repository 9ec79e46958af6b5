"""Taking something away: a file, or a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from graphstep.tui.screen import SteppingScreen


def export(screen: SteppingScreen) -> None:
    """Write the run up to here to a file."""
    from graphstep.tui.dialogs.export import ExportForm

    def written(path: Path | None) -> None:
        if path is not None:
            screen.say(f"Wrote {path}", "bold $value")

    now = screen.run_now
    screen.app.push_screen(ExportForm(now.trace, now.at), written)


def copy(screen: SteppingScreen) -> None:
    """Copy the command that opens this step, and show it."""
    from graphstep.tui.command import reopening

    now = screen.run_now
    trace, at, closed = now.trace, now.at, False
    folded = False
    for level in reversed(screen.levels):
        if level.kind == "fold" and level is screen.levels[0]:
            folded = True
            break
        from graphstep.tui.places import carried

        old = level.trace.with_inputs(trace.inputs)
        at = carried(trace, at, old, level.outward if level.kind == "into" else level.unfolded)
        trace, closed = old, True
    text = reopening(trace, at, screen.command, fold=folded)
    screen.app.copy_to_clipboard(text)
    lines = [[(text, "result")], [("", "")], [("It is in the clipboard, if the terminal allows that (OSC 52).", "quiet")]]
    if closed:
        lines.append([("It opens the program as it was typed, at the step nearest to this one.", "note")])
    screen.panes.step.say("the command that opens this step again", lines)
    screen.panes.make_room()
