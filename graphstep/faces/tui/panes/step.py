"""The step: what happens in it and why, or the answer to a question that a key asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.markup import escape

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.rows import TextRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from graphstep.engine.step import Step
    from graphstep.engine.trace import Trace
    from graphstep.faces.explanations import Line
    from graphstep.telling.explanation import Explanation


class StepPane(TextRows):
    """The explanation of the step: the ladder from the rule to the number, one sentence why, and what else is worth saying."""

    STYLES: ClassVar = {
        "rule": "",
        "number": "",
        "result": "bold $active",
        "why": "",
        "shape": "$selected",
        "note": "$contribution",
        "warning": "bold $warn",
        "quiet": "$quiet",
        "value": "$value",
        "gradient": "$gradient",
        "value-result": "bold $value",
        "gradient-result": "bold $gradient",
        "upstream": "$gradient",
        "local": "$local",
        "contribution": "bold $contribution",
        "": "",
    }
    DEFAULT_CSS = """
    StepPane {
        border: round $pending;
        border-title-color: $active;
        border-title-style: bold;
        border-subtitle-color: $contribution;
        border-subtitle-style: bold;
        padding: 0 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._explained: tuple[Explanation, Step] | None = None
        self._said: Sequence[Line] = ()
        self._shown: tuple[Trace, int, int] | None = None
        self._watched: tuple[str, ...] = ()
        self._lines: tuple[int, Sequence[Line]] | None = None
        self._first = 0
        self.wanted = 0
        """Rows that the text takes, without the border."""

    def show(self, trace: Trace, at: int, watched: tuple[str, ...] = (), within: int = 0) -> None:
        """Explain step ``at``; ``watched`` are lines that stand below every step, ``within`` is the call that is open."""
        from graphstep.telling.calls import explain_within

        # Keys that select leave the step as it is.
        if self._explained is None or self._shown != (trace, at, within):
            self._explained = explain_within(trace, at, within), trace.step(at)
            self._shown = trace, at, within
        explanation = self._explained[0]
        self._show(explanation.title, explanation.pattern, (), watched)

    def say(self, title: str, lines: Sequence[Line], subtitle: str = "") -> None:
        """Show something else in its place, until the next step."""
        self._show(title, subtitle, lines, self._watched)

    def _show(self, title: str, subtitle: str, said: Sequence[Line], watched: tuple[str, ...]) -> None:
        # Titles are markup to Textual, and an expression may hold brackets.
        self.border_title, self.border_subtitle = escape(title), escape(subtitle)
        self._said, self._watched, self._first, self._lines = said, watched, 0, None
        self.wanted = len(self.lines())
        self.renew()

    @property
    def speaks(self) -> bool:
        """Whether something else stands there than the step."""
        return bool(self._said)

    def scroll_lines(self, by: int) -> None:
        """Show what is further down, or further up."""
        first = max(0, min(self._first + by, len(self.lines()) - self.size.height))
        if first != self._first:
            self._first = first
            self.renew()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-1)

    def lines(self) -> Sequence[Line]:
        """What stands there, line by line."""
        width = max(self.size.width, 20)
        if self._lines is None or self._lines[0] != width:
            self._lines = width, self._lines_in(width)
        return self._lines[1]

    def _lines_in(self, width: int) -> Sequence[Line]:
        if self._said:
            from graphstep.faces.explanations import folded

            return folded(self._said, width)
        if self._explained is None:
            return ()
        from graphstep.faces.explanations import folded, tell

        return [*tell(*self._explained, width), *folded([[(text, "result")] for text in self._watched], width)]

    def texts(self) -> Sequence[Line]:
        """The lines that fit, from the one that was scrolled to; the last of them says where there are more."""
        lines, height = [*self.lines()], self.size.height
        if len(lines) > height > 0:
            self._first = min(self._first, len(lines) - height)
            below = len(lines) - height - self._first
            lines = lines[self._first : self._first + height]
            if below:
                from graphstep.faces.keymap import screen_keys

                lines[-1] = [(say(self, "step-more", count=below + 1, key=screen_keys()["text_down"]), "quiet")]
        return lines
