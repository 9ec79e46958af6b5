"""What each action does, as plain functions of the stepping screen; :data:`DOES` names them as the table of actions does.

They are imported before the first frame, so each imports NumPy and what needs it only when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.tui.doing import arrays, breaking, folding, looking, moving, nudging, predicting, program, taking, what_if

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.tui.screen import SteppingScreen

DOES: dict[str, Callable[[SteppingScreen], None]] = {
    "step": moving.step,
    "back": moving.back,
    "over": moving.over,
    "back_over": moving.back_over,
    "finish": moving.finish,
    "first": moving.first,
    "last": moving.last,
    "continue": breaking.forward,
    "continue_back": breaking.backward,
    "break_at": breaking.at_node,
    "break_on": breaking.on_condition,
    "jump": moving.jump,
    "select_next": looking.select_next,
    "select_previous": looking.select_previous,
    "select_up": looking.select_up,
    "select_down": looking.select_down,
    "arrows": looking.arrows,
    "deselect": looking.deselect,
    "find": looking.find,
    "follow": looking.follow,
    "zoom": looking.zoom,
    "values": looking.values,
    "pan_left": looking.pan_left,
    "pan_right": looking.pan_right,
    "pan_up": looking.pan_up,
    "pan_down": looking.pan_down,
    "page_up": looking.page_up,
    "page_down": looking.page_down,
    "edit": what_if.edit,
    "more": nudging.more,
    "less": nudging.less,
    "verify": what_if.verify,
    "jacobian": arrays.jacobian,
    "data": arrays.data,
    "diagnosis": arrays.diagnosis,
    "predict": predicting.toggle,
    "into": folding.into,
    "out": folding.out,
    "fold": folding.fold,
    "export": taking.export,
    "copy": taking.copy,
    "palette": program.palette,
    "theme": program.theme,
    "help": program.show_help,
    "quit": program.leave,
}
"""The function of every action in :data:`graphstep.tui.actions.ACTIONS`."""
