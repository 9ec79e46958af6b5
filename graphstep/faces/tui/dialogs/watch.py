"""A quantity to watch."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from graphstep.debugger.commands.quantities import quantity_in
from graphstep.debugger.facts import NoNode, UnfitError
from graphstep.debugger.state import State
from graphstep.faces.replies import no_node_text
from graphstep.faces.tui.dialogs.form import Field, Form
from graphstep.faces.tui.messages import language_of, said_of, say
from graphstep.ground.errors import GraphstepError


class WatchForm(Form[str]):
    """Asks for a quantity; one that is watched already is not watched any more."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state, self._watched = state, [quantity.text for quantity in state.watches]

    def compose(self) -> Iterator[Widget]:
        """One field, and what is watched."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "watch-title")
            box.border_subtitle = say(self, "watch-keys")
            yield Field(placeholder="grad x, value q, q*grad q")
            yield Static(classes="said wrong")
            watched = ", ".join(self._watched)
            yield Static(Content(say(self, "watch-some" if watched else "watch-none", quantities=watched)), classes="quiet")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(".said", Static).update(Content(self._wrong(event.value) if event.value.strip() else ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss(None)
        elif not self._wrong(event.value):
            self.dismiss(event.value)

    def _wrong(self, text: str) -> str:
        try:
            quantity_in(self._state, text)
        except UnfitError as unfit:
            program = self._state.trace.program
            return no_node_text(language_of(self), program, unfit.fact) if isinstance(unfit.fact, NoNode) else ""
        except GraphstepError as error:
            return said_of(error)
        return ""
