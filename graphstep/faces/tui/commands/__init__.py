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
    "select_next": "view.select_next",
    "select_previous": "view.select_previous",
    "select_left": "view.select_left",
    "select_right": "view.select_right",
    "select_up": "view.select_up",
    "select_down": "view.select_down",
    "arrows": "view.arrows",
    "follow": "view.follow",
    "zoom": "view.zoom",
    "values": "view.values",
    "pan_left": "view.pan_left",
    "pan_right": "view.pan_right",
    "pan_up": "view.pan_up",
    "pan_down": "view.pan_down",
    "text_down": "view.text_down",
    "text_up": "view.text_up",
    "page_up": "view.page_up",
    "page_down": "view.page_down",
    "autoplay": "playback.autoplay",
    "faster": "playback.faster",
    "slower": "playback.slower",
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
