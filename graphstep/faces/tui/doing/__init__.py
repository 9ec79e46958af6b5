"""What each action does, as plain functions of the stepping screen; :data:`DOES` names them as the table of actions does.

A module is imported when the first of its actions is done: the first frame need not wait for what no key has asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.tui.screen import SteppingScreen

DOES: dict[str, str] = {
    "step": "moving.step",
    "back": "moving.back",
    "over": "moving.over",
    "back_over": "moving.back_over",
    "finish": "moving.finish",
    "first": "moving.first",
    "last": "moving.last",
    "continue": "breaking.forward",
    "continue_back": "breaking.backward",
    "break_at": "breaking.at_node",
    "break_on": "breaking.on_condition",
    "last_change": "breaking.last_change",
    "jump": "moving.jump",
    "select_next": "looking.select_next",
    "select_previous": "looking.select_previous",
    "select_left": "looking.select_left",
    "select_right": "looking.select_right",
    "select_up": "looking.select_up",
    "select_down": "looking.select_down",
    "arrows": "looking.arrows",
    "deselect": "looking.deselect",
    "find": "looking.find",
    "follow": "looking.follow",
    "zoom": "looking.zoom",
    "values": "looking.values",
    "pan_left": "looking.pan_left",
    "pan_right": "looking.pan_right",
    "pan_up": "looking.pan_up",
    "pan_down": "looking.pan_down",
    "page_up": "looking.page_up",
    "page_down": "looking.page_down",
    "edit": "what_if.edit",
    "more": "nudging.more",
    "less": "nudging.less",
    "verify": "what_if.verify",
    "jacobian": "arrays.jacobian",
    "paths": "what_if.paths",
    "data": "arrays.data",
    "diagnosis": "arrays.diagnosis",
    "predict": "predicting.toggle",
    "into": "folding.into",
    "out": "folding.out",
    "fold": "folding.fold",
    "export": "taking.export",
    "copy": "taking.copy",
    "palette": "program.palette",
    "theme": "program.theme",
    "help": "program.show_help",
    "quit": "program.leave",
}
"""The function of every action in :data:`graphstep.debugger.actions.ACTIONS`, behind the module that has it."""


def function_of(action: str) -> Callable[[SteppingScreen], None]:
    """What an action does."""
    module, _, name = DOES[action].partition(".")
    found: Callable[[SteppingScreen], None] = getattr(import_module(f"{__name__}.{module}"), name)
    return found
