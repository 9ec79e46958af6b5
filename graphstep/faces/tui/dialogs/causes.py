"""The chain of causes of a number as a list: enter goes to the step of a link."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from graphstep.analysis.chain import Chain, Link
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.ground.widths import cell_width, padded
from graphstep.telling.reports.chain import ending, event_text, left_out, listed, number_text_of


class CausesForm(Form[int]):
    """Lists the links; its answer is the step of the one that was chosen."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.chain = chain
        """What is listed."""
        self.places = listed(chain)
        """The links that have a row; of a long chain its ends and its cause."""
        self._width = max(cell_width(number_text_of(chain.trace, chain[place])) for place in self.places)

    def compose(self) -> Iterator[Widget]:
        """The list, and under it where the chain ends."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "causes-title", number=number_text_of(self.chain.trace, self.chain[0]))
            box.border_subtitle = say(self, "causes-keys")
            yield OptionList(*self._options(), markup=False)
            yield Static(Content(ending(self.chain)))

    def _options(self) -> Iterator[Option]:
        before = -1
        for place in self.places:
            if place - before > 1:
                yield Option(Content(f"    …  {left_out(self.chain, place - before - 1)}"), disabled=True)
            yield Option(Content(self._row(self.chain[place])), id=str(place))
            before = place

    def _row(self, link: Link) -> str:
        trace, step = self.chain.trace, "" if link.step is None else str(link.step)
        return f"{step:>5}  {padded(number_text_of(trace, link), self._width)}  {event_text(trace, link)}"

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        # The cause is what is looked for.
        options.highlighted = options.get_option_index(str(self.chain.cause))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.chain[int(event.option_id or 0)].step or 0)
