"""The gates that are ready on the way back, as a list: enter lets one go on next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from graphstep.engine.trace import Trace
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.ground.arrays import number_text
from graphstep.ground.widths import cell_width, padded
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.names import name_of
from graphstep.telling.reports.comparison import LISTED, more_text


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
            names = {gate: name_of(self._trace.program, gate) for gate in self._gates[:LISTED]}
            width = max(map(cell_width, names.values()))
            rows = ((gate, f"{padded(name, width)}  {self._gradient(gate)}") for gate, name in names.items())
            options = [Option(Content(row), id=str(gate)) for gate, row in rows]
            if len(self._gates) > LISTED:
                # A balanced tree has thousands.
                more = more_text(self._trace.writing.language, len(self._gates) - LISTED)
                options.append(Option(Content(more), disabled=True))
            yield OptionList(*options, markup=False)

    def _gradient(self, gate: int) -> str:
        number = number_text(self._trace.gradient_of(gate), self._trace.writing.digits)
        return f"{gradient_name(self._trace, gate)} = {number}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))
