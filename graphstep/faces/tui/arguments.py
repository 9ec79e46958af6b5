"""The dialogs that ask for the argument of a command; each sends the command with what was typed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from graphstep.debugger.frames import is_position, run_on_show
from graphstep.debugger.session import Command
from graphstep.faces.tui.messages import language_of, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graphstep.debugger.parts import Inputs
    from graphstep.debugger.search import Candidate
    from graphstep.faces.tui.screen import SteppingScreen


def _jump(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.jump import JumpForm

    screen.app.push_screen(JumpForm(len(screen.now.trace), is_position=partial(is_position, screen.now)), _sends(screen, "jump"))


def _conditions(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.breaks import BreaksForm

    screen.app.push_screen(BreaksForm(screen.now), _sends(screen, "break_on"))


def _mark(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.marks import MarkForm

    screen.app.push_screen(MarkForm(screen.now), _sends(screen, "mark"))


def _to_mark(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.marks import MarkForm

    screen.app.push_screen(MarkForm(screen.now, goes=True), _sends(screen, "to_mark"))


def _watch(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.watch import WatchForm

    screen.app.push_screen(WatchForm(screen.now), _sends(screen, "watch"))


def _rewrite(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.choices import forms_form

    screen.app.push_screen(forms_form(language_of(screen)), _sends(screen, "rewrite"))


def _sends(screen: SteppingScreen, action: str) -> Callable[[str | int | None], None]:
    def send(argument: str | int | None) -> None:
        if argument is not None:
            screen.inquiries.perform(Command(action, argument))

    return send


def _find(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.find import FindForm

    def chosen(candidate: Candidate | None) -> None:
        if candidate is not None:
            screen.go_to(candidate)

    screen.app.push_screen(FindForm(screen.now.trace), chosen)


def _edit(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.edit import EditForm

    def edited(inputs: Inputs | None) -> None:
        if inputs is not None:
            screen.inquiries.perform(Command("edit", inputs))
        # With escape too: the dialog has shown old → new in them.
        screen.refresh_panes()

    screen.app.push_screen(EditForm(screen), edited)


def _export(screen: SteppingScreen) -> None:
    from graphstep.faces.tui.dialogs.export import ExportForm

    def written(path: Path | None) -> None:
        if path is not None:
            screen.say(say(screen, "file-sent" if screen.app.is_web else "file-written", file=str(path)), "bold $value")

    screen.app.push_screen(ExportForm(run_on_show(screen.now), screen.now.at, screen.export_options()), written)


ASKS: dict[str, Callable[[SteppingScreen], None]] = {
    "jump": _jump,
    "break_on": _conditions,
    "mark": _mark,
    "to_mark": _to_mark,
    "watch": _watch,
    "rewrite": _rewrite,
    "find": _find,
    "edit": _edit,
    "export": _export,
}
"""By action the dialog that asks for its argument."""
