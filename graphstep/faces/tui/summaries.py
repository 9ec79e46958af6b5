"""What was predicted, summed up on the screen: at the end of a run, when it is asked for, and before leaving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep.debugger.effects import WriteSummary
from graphstep.faces.export._reports import format_of
from graphstep.faces.replies.predictions import summary_lines, summary_pieces, write_summary
from graphstep.faces.tui.dialogs.summary import SUFFIXES, SummaryPage
from graphstep.faces.tui.dialogs.training import FileForm
from graphstep.faces.tui.files import download
from graphstep.faces.tui.messages import say
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from graphstep.debugger.score import Score
    from graphstep.debugger.state import State
    from graphstep.faces.tui.screen import SteppingScreen


def show_summary(screen: SteppingScreen, score: Score, then: Callable[[], object] = bool) -> None:
    """Show it; ``then`` is done behind it, and behind the file that it is written to."""
    now, title = screen.now, say(screen, "summary-title")
    page = SummaryPage(title, summary_lines(now, score))

    def write(path: Path | None) -> None:
        if path is not None:
            _write(screen, now, score, path)
        then()

    def closed(_: None) -> None:
        if page.exports:
            screen.app.push_screen(FileForm(title, "predictions.md", SUFFIXES), write)
        else:
            then()

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
