"""Go to a step, or to a round of a training, by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.commands.moves import number_of
from graphstep.faces.tui.dialogs.form import Field, LineForm
from graphstep.faces.tui.messages import say


class JumpForm(LineForm):
    """Asks for a number from 0 to ``last``, or for a position inside an opened gate, where ``is_position`` knows it."""

    def __init__(
        self, last: int, what: Literal["step", "round"] = "step", is_position: Callable[[str], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self.last, self.what = last, what
        self._is_position = is_position

    def compose(self) -> Iterator[Widget]:
        """One field."""
        with self.box(f"jump-{self.what}", "jump-keys", last=self.last):
            yield Field(placeholder=say(self, f"jump-{self.what}-example"), select_on_focus=True)
            yield Static(classes="said wrong")

    def answer(self, text: str) -> int | str | None:
        """The number, or the position; None where nothing was typed."""
        number = number_of(text)
        return number if number is not None else text.strip() or None

    def wrong(self, text: str) -> str:
        """Says which numbers there are, where it is none of them."""
        number = number_of(text)
        stands = self._is_position(text) if number is None else number <= self.last
        return "" if stands else say(self, f"jump-{self.what}-wrong", last=self.last)
