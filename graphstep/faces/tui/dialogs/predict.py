"""A question before a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.teaching.lesson.solution import Solution


class PredictForm(Form[None]):
    """Asks what the next step makes. An answer that is wrong is told why, where that can be told; an empty one gives up."""

    def __init__(self, solution: Solution, wrong: Callable[[str], str]) -> None:
        super().__init__()
        self.solution = solution
        """The question, with its answer."""
        self.wrong = wrong
        """What takes an answer, and says what is wrong with it; nothing where the step was made."""

    def compose(self) -> Iterator[Widget]:
        """The question, a field, and what is said of the answer."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "predict-title")
            box.border_subtitle = say(self, "predict-keys")
            yield Static(Content(self.solution.wording))
            yield Input(placeholder=self.solution.example)
            yield Static(classes="said", id="said")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if wrong := self.wrong(event.value):
            self.query_one("#said", Static).update(Content(wrong))
        else:
            self.dismiss(None)
