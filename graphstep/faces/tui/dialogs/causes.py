"""The chain of causes of a number as a list: enter goes to the step of a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from graphstep.analysis.chain import Link, Stretch
from graphstep.faces.tui.dialogs.form import Form
from graphstep.ground.widths import cell_width, padded
from graphstep.telling.reports.chain import ending, event_text, left_out, listed, number_text_of, passage


class CausesForm(Form[str]):
    """Lists the links; its answer is the position of the one that was chosen."""

    def __init__(self, why: Sequence[Stretch]) -> None:
        super().__init__()
        self.why = why
        """What is listed; of a long stretch its ends and its cause."""
        shown = [(stretch, stretch.chain[place]) for stretch in why for place in listed(stretch.chain)]
        self._widths = (
            max(cell_width(f"{stretch.around}{link.step or ''}") for stretch, link in shown),
            max(cell_width(number_text_of(stretch.chain.trace, link)) for stretch, link in shown),
        )

    def compose(self) -> Iterator[Widget]:
        """The list, and under it where the chain ends."""
        first, last = self.why[0].chain, self.why[-1].chain
        with self.box("causes-title", "list-keys", number=number_text_of(first.trace, first[0])):
            yield OptionList(*self._options(), markup=False)
            yield Static(Content(ending(last)))

    def _options(self) -> Iterator[Option]:
        for number, stretch in enumerate(self.why):
            before = -1
            if stretch.way:
                yield Option(Content(f"    {passage(stretch)}"), disabled=True)
            for place in listed(stretch.chain):
                if place - before > 1:
                    yield Option(Content(f"    …  {left_out(stretch.chain, place - before - 1)}"), disabled=True)
                yield Option(Content(self._row(stretch, stretch.chain[place])), id=f"{number}-{place}")
                before = place

    def _row(self, stretch: Stretch, link: Link) -> str:
        trace, (wide, number) = stretch.chain.trace, self._widths
        position = "" if link.step is None else f"{stretch.around}{link.step}"
        return f"{position:>{wide}}  {padded(number_text_of(trace, link), number)}  {event_text(trace, link)}"

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        # The cause is what is looked for.
        options.highlighted = options.get_option_index(f"{len(self.why) - 1}-{self.why[-1].chain.cause}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        stretch, place = map(int, (event.option_id or "0-0").split("-"))
        # With a stroke before it, it is a position of the whole program, whatever is open.
        self.dismiss(f"/{self.why[stretch].around}{self.why[stretch].chain[place].step or 0}")
