"""Conditions to stop at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from graphstep.debugger.conditions import EXAMPLES, Condition, read_conditions
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.saying import said_of, say
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.widget import Widget

    from graphstep.language.program import Program


class BreaksForm(Form[str]):
    """Asks for conditions, with semicolons between them; the ones that there are stand in the field."""

    def __init__(self, program: Program, conditions: Sequence[Condition]) -> None:
        super().__init__()
        self.program = program
        """The program whose steps are stopped at."""
        self._text = "; ".join(condition.text for condition in conditions)

    def compose(self) -> Iterator[Widget]:
        """One field, and examples."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "breaks-title")
            box.border_subtitle = say(self, "breaks-keys")
            yield Input(self._text, placeholder="grad x == 0; isnan", select_on_focus=False)
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
            read_conditions(text, self.program)
        except GraphstepError as error:
            return said_of(error)
        return ""
