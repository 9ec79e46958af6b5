"""Find a node or a step by its text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from graphstep.debugger.search import Candidate, search
from graphstep.engine.trace import Trace
from graphstep.faces.drawing.names import row_name
from graphstep.faces.tui.dialogs.form import Field, Form, move_in
from graphstep.faces.tui.messages import say
from graphstep.language.program import node_id
from graphstep.telling.words.catalogue import message


def candidate_text(trace: Trace, candidate: Candidate) -> str:
    """The line of a candidate in the list."""
    program, say = trace.program, partial(message, trace.writing.language)
    if candidate.step is None:
        return f"{node_id(candidate.node):<7} {row_name(program, candidate.node, 48)}"
    if candidate.makes:
        return f"        {say(f'find-makes-{candidate.makes}', step=str(candidate.step))}"
    event, name = trace.step(candidate.step).event, row_name(program, candidate.node, 40)
    return say(f"find-event-{event}", step=str(candidate.step), name=name)


class FindForm(Form[Candidate]):
    """Asks for a text, and lists what fits."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        """The run that is searched."""
        self.matches: list[Candidate] = []
        """What fits."""

    def compose(self) -> Iterator[Widget]:
        """A field and a list."""
        with self.box("find-title", "find-keys"):
            yield Field(placeholder=say(self, "find-example"))
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False

    def on_input_changed(self, event: Input.Changed) -> None:
        self.matches = search(self.trace, event.value)
        options = self.query_one(OptionList)
        options.clear_options()
        if self.matches:
            options.add_options([Option(Content(candidate_text(self.trace, candidate))) for candidate in self.matches])
            options.highlighted = 0
        elif event.value.strip():
            options.add_option(Option(Content(say(self, "find-nothing")), disabled=True))

    def on_key(self, event: events.Key) -> None:
        move_in(self.query_one(OptionList), event)

    def on_input_submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        if self.matches and place is not None:
            self.dismiss(self.matches[place])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if self.matches:
            self.dismiss(self.matches[event.option_index])
