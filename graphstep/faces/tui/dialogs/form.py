"""What all dialogs share: a box in the middle or at the bottom, escape to leave, tab through the fields."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Form(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog; its answer is None when it is left with escape."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar = [Binding("escape", "leave", "cancel", id="form-leave")]

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
