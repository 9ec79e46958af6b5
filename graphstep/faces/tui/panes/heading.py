"""The first line: the program, the phase, the number of the step, and the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.timeline import Timeline
from graphstep.ground.precision import FLOAT64, Dtype
from graphstep.ground.widths import cell_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphstep.debugger.state import State
    from graphstep.language.program import Program

_PHASE = 16
"""Cells of the number of the step while it is not known."""
_AFTER = 2
"""Blanks behind it."""


class Heading(Widget):
    """The first line of the screen: program, phase, number of the step and timeline."""

    # The words are no widgets of their own, for which the first frame would wait.
    DEFAULT_CSS = """
    Heading { dock: top; height: 1; padding: 0 1; }
    Heading Timeline { dock: right; width: 35%; min-width: 10; max-width: 60; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._title = self._phase = Content("")
        self._phase_width = _PHASE

    def compose(self) -> Iterator[Widget]:
        """The line on the right."""
        yield Timeline(id="timeline")

    def render(self) -> Content:
        """The words on the left, and the number of the step before the line."""
        room = self.size.width - self.query_one(Timeline).outer_size.width - self._phase_width
        phase = self._phase_width - _AFTER - self._phase.cell_length
        return Content.assemble(
            self._title.truncate(max(room, 0), ellipsis=True, pad=True), " " * phase, self._phase.pad_right(_AFTER)
        )

    def entitle(self, program: Program, name: str = "", dtype: Dtype = FLOAT64) -> None:
        """Show what is being stepped through, in which type, and what its output is called where that is known."""
        # A network that is written out has megabytes of text, of which a line is shown.
        text = " ".join(program.text[:400].split()) if program.origin is None else program.origin.function
        # Of several statements the last is the output, and it stands at the end.
        several = ";" in text or "\n" in program.text.strip()
        shown = text if not name or several or program.nodes[program.output].name == name else f"{name} = {text}"
        narrow = [] if dtype == FLOAT64 else [(f"{dtype}  ", "bold $warn")]
        self._put(Content.assemble(("graphstep  ", "bold"), *narrow, (shown, "$quiet")), self._phase, self._phase_width)

    def show(self, state: State, stops: Sequence[int] = ()) -> None:
        """Show where the learner is, and the steps with a breakpoint."""
        last = len(state.trace)
        styles = {"start": "$quiet", "forward": "bold $value", "backward": "bold $gradient", "update": "bold $active"}
        words = Content.assemble((say(self, f"phase-{state.phase}"), styles[state.phase]), (f" {state.at}/{last}", ""))
        width = max(cell_width(say(self, f"phase-{phase}")) for phase in styles) + len(f" {last}/{last}") + 1 + _AFTER
        self._put(self._title, words, width)
        self.query_one(Timeline).show(state.at, state.trace.seed_step, last, stops)

    def _put(self, title: Content, phase: Content, phase_width: int) -> None:
        if phase_width != self._phase_width or not (title.is_same(self._title) and phase.is_same(self._phase)):
            self._title, self._phase, self._phase_width = title, phase, phase_width
            self.refresh()
