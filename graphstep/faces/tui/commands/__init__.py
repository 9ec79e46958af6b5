"""What the actions do that only a screen can do, as plain functions of it. The table of actions says which key is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from graphstep.faces.tui.commands import playback, program, view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graphstep.debugger.actions import Action
    from graphstep.faces.tui.screen import SteppingScreen


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """The keys of actions, as Textual asks a screen for them."""
    return [
        Binding(",".join(action.keys), f"do('{action.id}')", action.label, id=action.id, tooltip=action.help)
        for action in actions
        if action.keys
    ]


DOES: dict[str, Callable[[SteppingScreen], None]] = {
    **view.DOES,
    "autoplay": playback.autoplay,
    "faster": playback.faster,
    "slower": playback.slower,
    "palette": program.palette,
    "theme": program.theme,
    "redraw": program.redraw,
    "help": program.show_help,
    "quit": program.leave,
}
"""The function of every action that is the screen's own. All else is performed by the session."""
