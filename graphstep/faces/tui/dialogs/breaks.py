"""Conditions to stop at."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from graphstep.debugger.commands.breakpoints import conditions_in
from graphstep.debugger.conditions import EXAMPLES
from graphstep.debugger.state import State
from graphstep.faces.tui.dialogs.form import Field, Form
from graphstep.faces.tui.messages import said_of, say
from graphstep.ground.errors import GraphstepError


class BreaksForm(Form[str]):
    """Asks for conditions, with semicolons between them; the ones that there are stand in the field."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state, self._text = state, "; ".join(condition.text for condition in state.conditions)

    def compose(self) -> Iterator[Widget]:
        """One field, and examples."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "breaks-title")
            box.border_subtitle = say(self, "breaks-keys")
            yield Field(self._text, placeholder="grad x == 0; isnan", select_on_focus=False)
            yield Static(classes="said wrong")
            yield Static(Content(" · ".join(EXAMPLES)), classes="quiet")
            yield Static(Content(say(self, "breaks-arrays")), classes="quiet")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(".said", Static).update(Content(self._wrong(event.value)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not self._wrong(event.value):
            self.dismiss(event.value)

    def _wrong(self, text: str) -> str:
        try:
            conditions_in(self._state, text)
        except GraphstepError as error:
            return said_of(error)
        return ""
