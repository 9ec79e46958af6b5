"""Find a node or a step by its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from graphstep.faces.tui.dialogs.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.widget import Widget

    from graphstep.engine.trace import Trace

_MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A node or a step that fits."""

    node: int
    """The node, or the one that the step is about."""
    step: int | None
    """The step; None for the node itself."""
    text: str
    """What the list says."""


def search(trace: Trace, wanted: str, most: int = _MOST) -> list[Found]:
    """The nodes whose name, id, gate or text holds ``wanted``, names first; and the step, where it is a number."""
    from graphstep.faces.tui.naming import row_name
    from graphstep.language.program import node_id
    from graphstep.telling.names import names_of

    word = "".join(wanted.split()).casefold()
    if not word:
        return []
    program, found = trace.program, []
    if word.isdecimal() and len(word) < 10 and int(word) <= len(trace):
        step = trace.step(int(word))
        found.append(Found(step.node, step.n, f"step {step.n}: {step.event} {row_name(program, step.node, 40)}"))
    exact = names_of(program).find(wanted.strip())
    if exact is not None:
        found.append(Found(exact, None, f"{node_id(exact):<7} {row_name(program, exact, 48)}"))
    for index, node in enumerate(program.nodes):
        if len(found) >= most:
            break
        if index == exact:
            continue
        text = f"{node.name or ''} {node_id(index)} {node.gate or ''} {''.join(program.label(index).split())}".casefold()
        if word in text:
            found.append(Found(index, None, f"{node_id(index):<7} {row_name(program, index, 48)}"))
    # What can be done at the first node: go to where its value and its gradient are made.
    if found and found[0].step is None:
        first = found[0].node
        steps = [(trace.step_of_value(first), "its value"), (trace.step_of_gradient(first), "its gradient")]
        found[1:1] = [Found(first, n, f"        step {n} makes {what}") for n, what in steps if n]
    return found[:most]


class FindForm(Form[Found]):
    """Asks for a text, and lists what fits."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        """The run that is searched."""
        self.found: list[Found] = []
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
            options.add_options([Option(Content(found.text)) for found in self.found])
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
