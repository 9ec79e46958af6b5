"""The letter of a mark, with all marks in sight: the next key is the answer."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.frames import position_of
from graphstep.debugger.marks import LAST, at_mark, position_text
from graphstep.debugger.state import State
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.telling.explain import explain


class MarkForm(Form[str]):
    """Asks for the letter to mark a place with, or to go to."""

    def __init__(self, state: State, *, goes: bool = False) -> None:
        super().__init__()
        self._state, self._goes = state, goes

    def compose(self) -> Iterator[Widget]:
        """The marks, each with its position and what happens there."""
        what = "mark-go" if self._goes else "mark"
        with self.box(f"{what}-title", f"{what}-keys", position=position_of(self._state)):
            yield Static(Content("\n".join(self._rows()) or say(self, "mark-none")))

    def _rows(self) -> Iterator[str]:
        for mark in self._state.marks:
            there = at_mark(self._state, mark)
            yield f"{mark.name}  {position_text(self._state, mark):>5}  {explain(there.trace, there.at).title}"

    def on_key(self, event: events.Key) -> None:
        # No bindings: a letter is one of any alphabet.
        letter = event.character or ""
        if letter.isalpha() or (self._goes and letter == LAST):
            event.stop()
            self.dismiss(letter)
