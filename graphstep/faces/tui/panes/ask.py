"""The question before a step, in the place of the explanation: what is asked, a line to answer on, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from graphstep.faces.tui.messages import say
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from graphstep.teaching.marking.solution import Solution

_BESIDE = 60
"""Columns up to which options stand in one line."""


class AnswerInput(Input):
    """The line to answer on: at its end → answers, as enter does."""

    def action_cursor_right(self, select: bool = False) -> None:
        """A letter to the right; behind the last one the answer is given."""
        if select or self.cursor_position < len(self.value):
            super().action_cursor_right(select)
        else:
            self.post_message(self.Submitted(self, self.value))


class AskPane(VerticalScroll, can_focus=False):
    """Asks in place of the step, so that nothing stands over the graph."""

    DEFAULT_CSS = """
    AskPane {
        border: round $active;
        border-title-color: $active;
        border-title-style: bold;
        border-subtitle-color: $quiet;
        padding: 0 1;
        scrollbar-size: 1 1;
    }
    AskPane #ask-wording { height: auto; text-style: bold; }
    AskPane #ask-answer, AskPane #ask-answer:focus { height: 1; border: none; padding: 0; background: $background; }
    AskPane #ask-said { height: auto; color: $contribution; }
    """

    @dataclass
    class Answered(Message):
        """An answer was typed; the empty one gives the question up."""

        text: str
        """What was typed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.asked = ""
        """The key of what was asked last."""
        self.answer = AnswerInput(id="ask-answer", max_length=200, disabled=True)
        """The line to answer on. Nobody shall type into it while it cannot be seen."""
        self._wording, self._said = Static(id="ask-wording"), Static(id="ask-said")

    def compose(self) -> Iterator[Widget]:
        """The question, the line to answer on, and what was said of the last answer."""
        yield self._wording
        yield self.answer
        yield self._said

    def on_mount(self) -> None:
        self._attend()

    def _attend(self) -> None:
        if self.is_attached and self.answer.is_attached:
            self.answer.focus(scroll_visible=False)

    def ask(self, solution: Solution) -> None:
        """Ask, with nothing typed."""
        self.asked = solution.question.key
        self.border_title, self.border_subtitle = say(self, "predict-title"), say(self, "predict-keys")
        options = [f"{number} {option}" for number, option in enumerate(solution.question.options, 1)]
        beside = "   ".join(options) if sum(map(cell_width, options)) <= _BESIDE else "\n".join(options)
        self._wording.update(Content("\n".join(filter(None, (solution.wording, beside)))))
        self.answer.value, self.answer.placeholder = "", solution.example
        self.answer.disabled = False
        self.say("")
        self._attend()

    def say(self, text: str) -> None:
        """Say something of the last answer; what is typed next replaces it."""
        self._said.update(Content(text))
        self.answer.select_all()
        self.call_after_refresh(self.scroll_end, animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Answered(event.value))
