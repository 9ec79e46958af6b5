"""Conditions to stop at."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.commands.breakpoints import conditions_in
from graphstep.debugger.conditions import EXAMPLES
from graphstep.debugger.state import State
from graphstep.faces.tui.dialogs.form import Field, LineForm
from graphstep.faces.tui.messages import said_of, say
from graphstep.ground.errors import GraphstepError


class BreaksForm(LineForm):
    """Asks for conditions, with semicolons between them; the ones that there are stand in the field."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state, self._text = state, "; ".join(condition.text for condition in state.conditions)

    def compose(self) -> Iterator[Widget]:
        """One field, and examples."""
        with self.box("breaks-title", "breaks-keys"):
            yield Field(self._text, placeholder="grad x == 0; isnan", select_on_focus=False)
            yield Static(classes="said wrong")
            yield Static(Content(" · ".join(EXAMPLES)), classes="quiet")
            yield Static(Content(say(self, "breaks-arrays")), classes="quiet")

    def wrong(self, text: str) -> str:
        """What is wrong with conditions."""
        try:
            conditions_in(self._state, text)
        except GraphstepError as error:
            return said_of(error)
        return ""
