"""Find a node or a step by its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from graphstep.debugger.search import Candidate, search
from graphstep.faces.drawing.naming import row_name
from graphstep.faces.tui.dialogs.form import Form
from graphstep.language.program import node_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.widget import Widget

    from graphstep.engine.trace import Trace


def candidate_text(trace: Trace, candidate: Candidate) -> str:
    """What the list says of a node or a step that fits."""
    program = trace.program
    if candidate.step is None:
        return f"{node_id(candidate.node):<7} {row_name(program, candidate.node, 48)}"
    if candidate.makes:
        return f"        step {candidate.step} makes its {candidate.makes}"
    return f"step {candidate.step}: {trace.step(candidate.step).event} {row_name(program, candidate.node, 40)}"


class FindForm(Form[Candidate]):
    """Asks for a text, and lists what fits."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        """The run that is searched."""
        self.found: list[Candidate] = []
        """What fits."""

    def compose(self) -> Iterator[Widget]:
        """A field and a list."""
        with Vertical(id="box") as box:
            box.border_title = "find a node or a step"
            box.border_subtitle = "↑ ↓ choose, enter goes, esc cancels"
            yield Input(placeholder="x, x+y, exp, v7, or the number of a step")
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False

    def on_input_changed(self, event: Input.Changed) -> None:
        self.found = search(self.trace, event.value)
        options = self.query_one(OptionList)
        options.clear_options()
        if self.found:
            options.add_options([Option(Content(candidate_text(self.trace, candidate))) for candidate in self.found])
            options.highlighted = 0
        elif event.value.strip():
            options.add_option(Option(Content("Nothing fits."), disabled=True))

    def on_key(self, event: events.Key) -> None:
        options = self.query_one(OptionList)
        if event.key == "down":
            options.action_cursor_down()
            event.stop()
        elif event.key == "up":
            options.action_cursor_up()
            event.stop()

    def on_input_submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        if self.found and place is not None:
            self.dismiss(self.found[place])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if self.found:
            self.dismiss(self.found[event.option_index])
