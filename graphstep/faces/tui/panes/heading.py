"""The first line: the program, the phase, the number of the step, and the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
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


class _Words(Widget):
    DEFAULT_CSS = """
    _Words { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.content = Content("")

    def render(self) -> Content:
        return self.content

    def put(self, content: Content) -> None:
        if not content.is_same(self.content):
            self.content = content
            self.refresh()


class Heading(Horizontal):
    """The first line of the screen: program, phase, number of the step and timeline."""

    DEFAULT_CSS = """
    Heading { height: 1; padding: 0 1; }
    Heading #title { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Heading #phase { width: 16; text-align: right; padding: 0 2 0 1; }
    Heading Timeline { width: 35%; min-width: 10; max-width: 60; }
    """

    def compose(self) -> Iterator[Widget]:
        """The words on the left, the number of the step, the line on the right."""
        yield _Words(id="title")
        yield _Words(id="phase")
        yield Timeline(id="timeline")

    def entitle(self, program: Program, name: str = "", dtype: Dtype = FLOAT64) -> None:
        """Show what is being stepped through, in which type, and what its output is called where that is known."""
        text = " ".join(program.text[:400].split()) if program.origin is None else program.origin.function
        # Of several statements the last is the output, and it stands at the end.
        several = ";" in text or "\n" in program.text.strip()
        shown = text if not name or several or program.nodes[program.output].name == name else f"{name} = {text}"
        narrow = [] if dtype == FLOAT64 else [(f"{dtype}  ", "bold $warn")]
        self.query_one("#title", _Words).put(Content.assemble(("graphstep  ", "bold"), *narrow, (shown, "$quiet")))

    def show(self, state: State, stops: Sequence[int] = ()) -> None:
        """Show where the learner is, and the steps with a breakpoint."""
        last = len(state.trace)
        styles = {"start": "$quiet", "forward": "bold $value", "backward": "bold $gradient", "update": "bold $active"}
        words = Content.assemble((say(self, f"phase-{state.phase}"), styles[state.phase]), (f" {state.at}/{last}", ""))
        phase = self.query_one("#phase", _Words)
        phase.put(words)
        width = max(cell_width(say(self, f"phase-{phase}")) for phase in styles) + len(f" {last}/{last}") + 3
        if phase.styles.width is None or phase.styles.width.value != width:
            phase.styles.width = width
        self.query_one(Timeline).show(state.at, state.trace.seed_step, last, stops)
