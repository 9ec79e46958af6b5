"""What all dialogs share: a box in the middle or at the bottom, escape to leave, tab through the fields."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList

Answer = TypeVar("Answer")


class Form(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog; its answer is None when it is left with escape."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar = [Binding("escape", "leave", "cancel", id="form-leave")]

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


def move_in(options: OptionList, event: Key) -> None:
    """Let up and down move in a list while a line above it has the focus."""
    moves = {"down": options.action_cursor_down, "up": options.action_cursor_up}
    if event.key in moves:
        moves[event.key]()
        event.stop()
