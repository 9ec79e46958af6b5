"""Go to a step by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Static

from graphstep.tui.dialogs.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget


class JumpForm(Form[int]):
    """Asks for the number of a step."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last
        """The number of the last step."""

    def compose(self) -> Iterator[Widget]:
        """One field."""
        with Vertical(id="box") as box:
            box.border_title = f"go to step (0 to {self.last})"
            box.border_subtitle = "enter goes, esc cancels"
            yield Input(placeholder="the number of a step; 0 is the start", select_on_focus=True)
            yield Static(classes="said wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Static).update("" if not event.value.strip() else self._wrong(event.value), layout=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss(None)
        elif not self._wrong(event.value):
            self.dismiss(int(event.value))

    def _wrong(self, text: str) -> str:
        word = text.strip()
        if not word.isdecimal():
            return "That is not the number of a step: type digits."
        # A number of a thousand digits is none either.
        return "" if len(word) < 10 and int(word) <= self.last else f"There are steps 0 to {self.last}."
