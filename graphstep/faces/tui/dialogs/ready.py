"""The gates that are ready on the way back, as a list: enter lets one go on next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import OptionList

from graphstep.engine.trace import Trace
from graphstep.faces.tui.dialogs.form import LISTED, Form, listed
from graphstep.faces.tui.messages import say
from graphstep.ground.arrays import number_text
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.names import name_of


class ReadyForm(Form[int]):
    """Lists the gates, each with the gradient that has arrived at it; its answer is the one that was chosen."""

    def __init__(self, trace: Trace, n: int, gates: Sequence[int]) -> None:
        super().__init__()
        self._trace, self._step, self._gates = trace, n, gates

    def compose(self) -> Iterator[Widget]:
        """The list, the gate that is next at its head."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "ready-title", step=str(self._step))
            box.border_subtitle = say(self, "ready-keys")
            # A balanced tree has thousands.
            names = {gate: name_of(self._trace.program, gate) for gate in self._gates[:LISTED]}
            yield listed(names, self._gradient, len(self._gates), self._trace.writing.language)

    def _gradient(self, gate: int) -> str:
        number = number_text(self._trace.gradient_of(gate), self._trace.writing.digits)
        return f"{gradient_name(self._trace, gate)} = {number}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))
