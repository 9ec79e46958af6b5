"""A question before a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from graphstep.faces.tui.dialogs.form import Form
from graphstep.teaching.lesson.marking import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from graphstep.teaching.lesson.solution import Solution

Outcome = Literal["first", "later", "given up"]
"""Right at the first try, right at a later one, or shown."""


class PredictForm(Form[Outcome]):
    """Asks what the next step makes. An answer that is wrong is told why, where that can be told; an empty one gives up."""

    def __init__(self, solution: Solution, at: int) -> None:
        super().__init__()
        self.solution = solution
        """The question, with its answer."""
        self._at = at
        self._tries = 0

    def compose(self) -> Iterator[Widget]:
        """The question, a field, and what is said of the answer."""
        with Vertical(id="box") as box:
            box.border_title = "before this step"
            box.border_subtitle = "enter answers, empty shows it, esc stays here"
            yield Static(Content(self.solution.wording))
            yield Input(placeholder=self.solution.example)
            yield Static(classes="said", id="said")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss("given up")
            return
        verdict = mark(self.solution, event.value, self._at)
        if verdict.right:
            self.dismiss("later" if self._tries else "first")
            return
        self._tries += verdict.outcome == "wrong"
        self.query_one("#said", Static).update(Content(verdict.said))
