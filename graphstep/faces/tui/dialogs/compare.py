"""Two runs compared, as a list: enter goes to the step that makes the number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from graphstep.debugger import comparisons
from graphstep.debugger.parts import Base
from graphstep.debugger.state import State
from graphstep.faces.replies.panels import base_text
from graphstep.faces.tui.dialogs.form import Form
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width, padded
from graphstep.telling.reports.comparison import LISTED, Difference, differences, more_text, rest, verdict


@dataclass(frozen=True, eq=False)
class Lines:
    """What a form lists of a comparison. Of large arrays a line is a look at all cells, so that it is made beside the screen."""

    verdict: list[str]
    """Where the two part."""
    differences: list[Difference]
    """The numbers that differ, as many as are listed."""
    rest: list[str]
    """What one of the two has alone."""
    count: int
    """How many numbers differ."""


def lines_of(state: State, base: Base) -> Lines:
    """What is listed where a run is compared with another one."""
    comparison, writing = comparisons.comparison_of(state, base), state.root.writing
    options = writing.language, writing.digits
    return Lines(
        [*verdict(comparison, *options)],
        [*islice(differences(comparison, *options), LISTED)],
        [*rest(comparison, writing.language)],
        comparison.count,
    )


class CompareForm(Form[int | str]):
    """Lists the numbers that differ; its answer is the step of the one that was chosen, or the next run to compare with."""

    BINDINGS: ClassVar = [Binding("tab", "other", "other run", id="compare-other", priority=True)]

    def __init__(self, state: State, base: Base, lines: Lines) -> None:
        super().__init__()
        bases = comparisons.bases_of(state)
        self._trace, self._lines = state.root, lines
        self._intro = base_text(state, base)
        self._others = [*bases[bases.index(base) + 1 :], *bases[: bases.index(base)]]

    def compose(self) -> Iterator[Widget]:
        """What is compared and where the two part, the list, and what one of the two has alone."""
        lines = self._lines
        several, one = ("compare-keys-several", "list-keys") if lines.differences else ("compare-keys-equal", "close-key")
        with self.box("diff-title", several if self._others else one):
            yield Static(Content("\n".join((self._intro, *lines.verdict))))
            if lines.differences:
                yield OptionList(*self._options(), markup=False)
            if lines.rest:
                yield Static(Content("\n".join(lines.rest)))

    def _options(self) -> Iterator[Option]:
        shown = self._lines.differences
        names = max(cell_width(row.name) for row in shown)
        for place, row in enumerate(shown):
            change = f"{row.one} → {row.other}"
            yield Option(Content(f"{padded(row.name, names)}  {change}"), id=str(place))
        if self._lines.count > LISTED:
            yield Option(Content(more_text(self._trace.writing.language, self._lines.count - LISTED)), disabled=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._step(self._lines.differences[int(event.option_id or 0)]))

    def _step(self, row: Difference) -> int:
        """The step that makes a number; of an input the start, of the output's gradient the seed."""
        node = row.pair.place
        if row.of == "value":
            return self._trace.step_of_value(node)
        step = self._trace.step_of_gradient(node)
        return self._trace.seed_step if step is None else step

    def action_other(self) -> None:
        """Compare with the next run."""
        if self._others:
            self.dismiss(self._others[0])
