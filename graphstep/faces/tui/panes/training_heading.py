"""The first two lines of a training: what is trained and how; the round, its loss, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from graphstep.faces.replies.trainings import held_out_loss
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.timeline import Timeline
from graphstep.ground.numerals import numeral
from graphstep.ground.widths import padded
from graphstep.telling.reports.training import settings_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.training import Training
    from graphstep.engine.training.background import Trainer

_STYLES = {"training": "bold $value", "paused": "bold $active", "ready": "bold $active", "stopped": "bold $active"}
_STATE = 12
"""Cells of the state, with blanks behind it."""


class TrainingHeading(Widget):
    """Two lines over everything."""

    DEFAULT_CSS = """
    TrainingHeading { height: 2; padding: 0 1; }
    TrainingHeading Timeline { dock: right; margin: 1 0 0 0; width: 22%; min-width: 10; max-width: 60; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._above = self._settings = self._below = Content("")

    def compose(self) -> Iterator[Widget]:
        """The line of rounds."""
        yield Timeline(id="timeline")

    def render(self) -> Content:
        """The program and the settings; the state and the round, before the line of rounds."""
        # Only the second line ends before the line of rounds, which is docked beside it.
        width = self.size.width
        settings = self._settings.truncate(width * 3 // 5, ellipsis=True)
        above = self._above.truncate(max(width - settings.cell_length - 2, 0), ellipsis=True, pad=True)
        below = self._below.truncate(max(width - self.query_one(Timeline).outer_size.width, 0), ellipsis=True)
        return Content.assemble(above, "  ", settings, "\n", below)

    def entitle(self, training: Training) -> None:
        """Show what is trained, and how."""
        text = " ".join(training.program.text[:400].split())
        self._above = Content.assemble(("graphstep train  ", "bold"), (text, "$quiet"))
        self._settings = Content(settings_text(training.settings, training.setup.language))
        self.refresh()

    def show(self, trainer: Trainer, at: int | None) -> None:
        """Show round ``at``."""
        training, state = trainer.training, trainer.state
        words = padded(say(self, f"training-is-{state}"), _STATE)
        below = Content.assemble((words, _STYLES[state]), *self._words(training, at))
        if not below.is_same(self._below):
            self._below = below
            self.refresh()
        self.query_one(Timeline).show(
            at or 0, max(trainer.rounds - 1, 0), max(training.settings.rounds - 1, trainer.rounds - 1, 1)
        )

    def _words(self, training: Training, at: int | None) -> list[tuple[str, str]]:
        total = f"{training.settings.rounds:,}"
        if at is None:
            return [(say(self, "training-none-of", rounds=total), "$quiet")]
        parts = [
            (say(self, "training-round-of", round=f"{at:,}", rounds=total), "bold"),
            (f"  {say(self, 'heading-loss')} ", ""),
            (numeral(training.history.losses[at], 6), "bold $active"),
        ]
        held = held_out_loss(training, at)
        if held is not None:
            parts += [(f"  {say(self, 'heading-held-out')} ", ""), (numeral(held), "bold $value")]
        return parts
