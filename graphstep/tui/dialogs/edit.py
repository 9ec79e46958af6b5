"""Edit the inputs while the graph shows what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from graphstep.explain import output_name
from graphstep.trace import Trace
from graphstep.tui.comparison import change, routes_text
from graphstep.tui.dialogs.form import Form
from graphstep.tui.dialogs.inputs import MOST_FIELDS, read_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from graphstep.tui.screen import SteppingScreen


class EditForm(Form[Trace]):
    """The inputs in fields at the bottom; every valid change runs the program again, and the graph shows old → new."""

    def __init__(self, screen: SteppingScreen) -> None:
        super().__init__()
        self._under = screen
        self.before = screen.run_now.trace
        """The run before the edit."""
        self.now = self.before
        """The run with what the fields say."""
        self.fields = self._chosen()
        """The inputs that have a field."""

    def compose(self) -> Iterator[Widget]:
        """A field for each input."""
        inputs = self.before.inputs
        with Vertical(id="box") as box:
            total = len(inputs)
            some = f" ({len(self.fields)} of {total}: select another in the graph first)" if len(self.fields) < total else ""
            box.border_title = f"edit the inputs{some}"
            box.border_subtitle = "tab: next field, enter keeps, esc restores"
            with VerticalScroll(id="fields", can_focus=False):
                for place, name in enumerate(self.fields):
                    with Horizontal(classes="field"):
                        yield Label(Content(f"{name} ="))
                        yield Input(_text(inputs[name]), id=f"field-{place}")
            yield Static(classes="said", id="said")

    def on_mount(self) -> None:
        selected = self._under.run_now.selected
        names = self.before.program.inputs
        if selected is not None and selected < len(names) and names[selected] in self.fields:
            self.query_one(f"#field-{self.fields.index(names[selected])}", Input).focus()
        self._show()

    def on_input_changed(self) -> None:
        values, wrong = {}, ""
        for place, name in enumerate(self.fields):
            value, said = read_number(self.query_one(f"#field-{place}", Input).value)
            if value is None:
                wrong = wrong or f"{name}: {said}"
            else:
                values[name] = value
        self.now = self.before.with_inputs(values)
        self._show(wrong)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        value, wrong = read_number(event.value)
        if value is None:
            self._show(wrong)
        else:
            self.dismiss(self.now)

    def _show(self, wrong: str = "") -> None:
        said = self.query_one("#said", Static)
        out = output_name(self.before.program)
        routes = routes_text(self.before, self.now)
        words = wrong or f"{out}: {change(self.before.output, self.now.output)}{f'   {routes}' if routes else ''}"
        said.set_class(bool(wrong), "wrong")
        said.update(Content(words))
        self._under.show_edit(self.before, self.now)

    def _chosen(self) -> list[str]:
        """All inputs, or of many those that are on show in the graph."""
        names = self.before.program.inputs
        if len(names) <= MOST_FIELDS:
            return list(names)
        scene, selected = self._under.panes.graph.scene, self._under.run_now.selected
        near = [selected] if selected is not None and selected < len(names) else []
        near += [] if scene is None else [index for index in scene.drawn.nodes if index < len(names) and index not in near]
        return [names[index] for index in (near or range(MOST_FIELDS))[:MOST_FIELDS]]


def _text(value: float) -> str:
    return repr(value).removesuffix(".0")
