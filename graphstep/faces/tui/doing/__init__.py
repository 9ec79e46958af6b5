"""What the screen does by itself, as plain functions of it: it changes the view. All else is performed by the session.

A module is imported when the first of its actions is done: the first frame need not wait for what no key has asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.tui.screen import SteppingScreen

DOES: dict[str, str] = {
    # The next node is the next in the drawing, which only a screen has.
    "select_next": "looking.select_next",
    "select_previous": "looking.select_previous",
    "select_left": "looking.select_left",
    "select_right": "looking.select_right",
    "select_up": "looking.select_up",
    "select_down": "looking.select_down",
    "arrows": "looking.arrows",
    "follow": "looking.follow",
    "zoom": "looking.zoom",
    "values": "looking.values",
    "pan_left": "looking.pan_left",
    "pan_right": "looking.pan_right",
    "pan_up": "looking.pan_up",
    "pan_down": "looking.pan_down",
    "page_up": "looking.page_up",
    "page_down": "looking.page_down",
    "palette": "program.palette",
    "theme": "program.theme",
    "help": "program.show_help",
    "quit": "program.leave",
}
"""The function of every action that is the screen's own, behind the module that has it."""


def function_of(action: str) -> Callable[[SteppingScreen], None] | None:
    """What an action does to the screen; None for an action that the session performs."""
    module, _, name = DOES.get(action, "").partition(".")
    if not name:
        return None
    function: Callable[[SteppingScreen], None] = getattr(import_module(f"{__name__}.{module}"), name)
    return function
