"""What was predicted, summed up in a window of its own: at the end of a run, when it is asked for, and before leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from graphstep.debugger.effects import WriteSummary
from graphstep.faces.export._reports import format_of
from graphstep.faces.replies.predictions import summary_lines, summary_pieces, write_summary
from graphstep.faces.tui.dialogs.file import FileForm
from graphstep.faces.tui.dialogs.page import TextPage
from graphstep.faces.tui.files import download
from graphstep.faces.tui.messages import say
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from graphstep.debugger.score import Score
    from graphstep.debugger.state import State
    from graphstep.faces.tui.screen import SteppingScreen


_SUFFIXES = ((".md", "Markdown"), (".html", "HTML"), (".tex", "LaTeX"), (".txt", ""), (".json", "JSON"))
"""The formats that it can be written in."""


class _SummaryPage(TextPage):
    """The summary in a window of its own; x writes it to a file."""

    BINDINGS: ClassVar = [Binding("x", "export", "export", id="summary-export")]
    KEYS: ClassVar[str] = "summary-keys"

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        super().__init__(title, lines)
        self.exports = False
        """Whether it was closed to be written to a file."""

    def action_export(self) -> None:
        """Close, so that a file is asked for."""
        self.exports = True
        self.dismiss(None)


def show_summary(screen: SteppingScreen, score: Score, then: Callable[[], object] = bool) -> None:
    """Show it; ``then`` is done behind it, and behind the file that it is written to."""
    now = screen.now
    page = _SummaryPage(say(screen, "summary-title"), summary_lines(now, score))

    def write(path: Path | None) -> None:
        if path is not None:
            _write(screen, now, score, path)
        then()

    # One dialog after the other: over the summary the name of the file would hide what it is for.
    def closed(_: None) -> None:
        if page.exports:
            screen.app.push_screen(FileForm("summary-title", "predictions.md", _SUFFIXES), write)
        else:
            then()

    # Before it is shown: who leaves from it is not shown it again.
    screen.summed = score
    screen.app.push_screen(page, closed)


def _write(screen: SteppingScreen, state: State, score: Score, path: Path) -> None:
    """Write it, or send it to the browser."""
    try:
        if screen.app.is_web:
            content = "".join(summary_pieces(state, score, format_of(path))).encode()
            sent = download(screen.app, content, str(path), "predictions.md")
            screen.say(say(screen, "file-sent", file=str(sent)), "bold $value")
        else:
            file = write_summary(state, WriteSummary(score, str(path)))
            screen.say(say(screen, "file-written", file=file), "bold $value")
    except GraphstepError as error:
        screen.say_error(error)
