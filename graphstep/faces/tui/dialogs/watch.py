"""A quantity to watch."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.commands.quantities import quantity_in
from graphstep.debugger.facts import NoNode, UnfitError
from graphstep.debugger.state import State
from graphstep.faces.replies import no_node_text
from graphstep.faces.tui.dialogs.form import Field, LineForm
from graphstep.faces.tui.messages import language_of, said_of, say
from graphstep.ground.errors import GraphstepError


class WatchForm(LineForm):
    """Asks for a quantity; one that is watched already is not watched any more."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state, self._watched = state, [quantity.text for quantity in state.watches]

    def compose(self) -> Iterator[Widget]:
        """One field, and what is watched."""
        with self.box("watch-title", "watch-keys"):
            yield Field(placeholder="grad x, value q, q*grad q")
            yield Static(classes="said wrong")
            watched = ", ".join(self._watched)
            yield Static(Content(say(self, "watch-some" if watched else "watch-none", quantities=watched)), classes="quiet")

    def answer(self, text: str) -> str | None:
        """The quantity, where one was typed."""
        return text if text.strip() else None

    def wrong(self, text: str) -> str:
        """What is wrong with a quantity."""
        try:
            quantity_in(self._state, text)
        except UnfitError as unfit:
            program = self._state.trace.program
            return no_node_text(language_of(self), program, unfit.fact) if isinstance(unfit.fact, NoNode) else ""
        except GraphstepError as error:
            return said_of(error)
        return ""
