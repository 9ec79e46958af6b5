"""Lists to choose from, where enter chooses: wires that may be meant, gates that are ready, forms that SymPy can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from graphstep.debugger.cuts import wire_text
from graphstep.debugger.effects import EVERY
from graphstep.engine.trace import Trace
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.gates.notation import plain_text
from graphstep.ground.widths import cell_width, padded
from graphstep.language.setup import FORMS
from graphstep.telling.derivatives import gradient_name, wire_term
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message, value_text

Choice = TypeVar("Choice")

_LISTED = 40
"""Choices in a list: of more, which nobody reads, there is the count. An input may be read by thousands of gates."""


class ChoiceForm(Form[Choice]):
    """Lists choices, each with a name and what is said of it; its answer is the one that was chosen."""

    def __init__(self, what: str, rows: Mapping[Choice, tuple[str, str]], more: int = 0, **fields: str) -> None:
        super().__init__()
        self._what, self._rows, self._more, self._fields = what, rows, more, fields

    def compose(self) -> Iterator[Widget]:
        """The list, and how many are not in it."""
        width = max(cell_width(name) for name, _ in self._rows.values())
        options = [Option(Content(f"{padded(name, width)}  {text}")) for name, text in self._rows.values()]
        if self._more:
            options.append(Option(Content(say(self, "list-more", count=self._more)), disabled=True))
        with self.box(f"{self._what}-title", f"{self._what}-keys", **self._fields):
            yield OptionList(*options, markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        # The row that counts the rest is behind all of them, and cannot be chosen.
        self.dismiss([*self._rows][event.option_index])


def wires_form(trace: Trace, edges: Sequence[int]) -> ChoiceForm[int]:
    """Lists wires with what they carry back."""

    def carried(edge: int) -> str:
        wire = trace.wire(edge)
        return f"{plain_text(wire_term(wire))} = {value_text(wire.contribution, trace.writing)}"

    rows = {edge: (wire_text(trace, edge), carried(edge)) for edge in edges[:_LISTED]}
    return ChoiceForm("wires", rows, len(edges) - len(rows))


def ready_form(trace: Trace, n: int, gates: Sequence[int]) -> ChoiceForm[int]:
    """Lists the gates that are ready behind step ``n``, each with the gradient that has arrived at it; the next at its head."""

    def arrived(gate: int) -> str:
        return f"{gradient_name(trace, gate)} = {value_text(trace.gradient_of(gate), trace.writing)}"

    rows = {gate: (name_of(trace.program, gate), arrived(gate)) for gate in gates[:_LISTED]}
    return ChoiceForm("ready", rows, len(gates) - len(rows), step=str(n))


def forms_form(language: str) -> ChoiceForm[str]:
    """Lists the forms with what each is."""
    return ChoiceForm("forms", {kind: (kind, message(language, f"form-{kind}")) for kind in (*FORMS, EVERY)})
