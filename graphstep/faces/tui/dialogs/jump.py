"""Go to a step, or to a round of a training, by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from graphstep.debugger.commands.moves import number_of
from graphstep.faces.tui.dialogs.form import Field, Form
from graphstep.faces.tui.messages import say


class JumpForm(Form[int | str]):
    """Asks for a number from 0 to ``last``, or for a position inside an opened gate, where ``is_position`` knows it."""

    def __init__(
        self, last: int, what: Literal["step", "round"] = "step", is_position: Callable[[str], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self.last, self.what = last, what
        self._is_position = is_position

    def compose(self) -> Iterator[Widget]:
        """One field."""
        with Vertical(id="box") as box:
            box.border_title = say(self, f"jump-{self.what}", last=self.last)
            box.border_subtitle = say(self, "jump-keys")
            yield Field(placeholder=say(self, f"jump-{self.what}-example"), select_on_focus=True)
            yield Static(classes="said wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Static).update("" if not event.value.strip() else self._wrong(event.value), layout=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss(None)
        elif not self._wrong(event.value):
            number = number_of(event.value)
            self.dismiss(event.value.strip() if number is None else number)

    def _wrong(self, text: str) -> str:
        number = number_of(text)
        stands = self._is_position(text) if number is None else number <= self.last
        return "" if stands else say(self, f"jump-{self.what}-wrong", last=self.last)
