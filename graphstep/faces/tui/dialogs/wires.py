"""The wires that may be meant, as a list: enter chooses one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import OptionList

from graphstep.debugger.cuts import wire_text
from graphstep.engine.trace import Trace
from graphstep.faces.tui.dialogs.form import LISTED, Form, listed
from graphstep.faces.tui.messages import say
from graphstep.gates.notation import plain_text
from graphstep.ground.arrays import number_text
from graphstep.telling.derivatives import wire_term


class WiresForm(Form[int]):
    """Lists wires with what they carry back; its answer is the one that was chosen."""

    def __init__(self, trace: Trace, edges: Sequence[int]) -> None:
        super().__init__()
        self._trace, self._edges = trace, edges

    def compose(self) -> Iterator[Widget]:
        """The list."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "wires-title")
            box.border_subtitle = say(self, "wires-keys")
            # An input may be read by thousands of gates.
            texts = {edge: wire_text(self._trace, edge) for edge in self._edges[:LISTED]}
            yield listed(texts, self._carried, len(self._edges), self._trace.writing.language)

    def _carried(self, edge: int) -> str:
        wire = self._trace.wire(edge)
        return f"{plain_text(wire_term(wire))} = {number_text(wire.contribution, self._trace.writing.digits)}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))
