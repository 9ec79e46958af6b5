"""What the screen does by itself, as plain functions of it: it changes the view. All else is performed by the session.

A module is imported when the first of its actions is done: the first frame need not wait for what no key has asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.tui.screen import SteppingScreen

_FUNCTIONS = {"help": "show_help", "quit": "leave"}
"""The functions that are not called as their action, which Python has a name of its own for."""

DOES: dict[str, str] = {
    action: f"{module}.{_FUNCTIONS.get(action, action)}"
    for module, actions in {
        # The next node is the next in the drawing, which only a screen has.
        "view": (
            *(f"select_{where}" for where in ("next", "previous", "left", "right", "up", "down")),
            *(f"{what}_{where}" for what in ("text", "page", "pan") for where in ("up", "down")),
            *("pan_left", "pan_right", "arrows", "follow", "zoom", "values"),
        ),
        "playback": ("autoplay", "faster", "slower"),
        "program": ("palette", "theme", "redraw", "help", "quit"),
    }.items()
    for action in actions
}
"""The function of every action that is the screen's own, behind the module that has it."""


def function_of(action: str) -> Callable[[SteppingScreen], None] | None:
    """What an action does to the screen; None for an action that the session performs."""
    module, _, name = DOES.get(action, "").partition(".")
    if not name:
        return None
    function: Callable[[SteppingScreen], None] = getattr(import_module(f"{__name__}.{module}"), name)
    return function
