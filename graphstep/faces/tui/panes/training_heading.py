"""The first two lines of a training: what is trained and how; the round, its loss, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from graphstep.faces.replies.trainings import held_out_loss
from graphstep.faces.tui.panes.timeline import Timeline
from graphstep.ground.numerals import numeral
from graphstep.telling.reports.training import settings_text
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.training import Training
    from graphstep.engine.training.background import Trainer

_SIGNS = {
    "training": ("▶ training", "bold $value"), "paused": ("‖ paused", "bold $active"), "ready": ("‖ ready", "bold $active"),
    "stopped": ("■ stopped", "bold $active"),
}  # fmt: skip


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


class TrainingHeading(Vertical):
    """Two lines over everything."""

    DEFAULT_CSS = """
    TrainingHeading { height: 2; padding: 0 1; }
    TrainingHeading Horizontal { height: 1; }
    TrainingHeading #training-program { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    TrainingHeading #training-how { width: auto; max-width: 60%; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 0 0 2; }
    TrainingHeading #training-round { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    TrainingHeading #training-state { width: 12; text-wrap: nowrap; }
    TrainingHeading Timeline { width: 22%; min-width: 10; max-width: 60; }
    """

    def compose(self) -> Iterator[Widget]:
        """The program and the settings; the state, the round, and the line of rounds."""
        with Horizontal():
            yield _Words(id="training-program")
            yield _Words(id="training-how")
        with Horizontal():
            yield _Words(id="training-state")
            yield _Words(id="training-round")
            yield Timeline(id="timeline")

    def entitle(self, training: Training) -> None:
        """Show what is trained, and how."""
        text = " ".join(training.program.text[:400].split())
        self.query_one("#training-program", _Words).put(Content.assemble(("graphstep train  ", "bold"), (text, "$quiet")))
        how = self.query_one("#training-how", _Words)
        summary = Content(settings_text(training.settings, training.setup.language))
        how.styles.width = summary.cell_length + 2
        how.put(summary)

    def show(self, trainer: Trainer, at: int | None) -> None:
        """Show round ``at``."""
        training, state = trainer.training, trainer.state
        sign, style = _SIGNS[state]
        self.query_one("#training-state", _Words).put(Content.assemble((sign, style)))
        self.query_one("#training-round", _Words).put(Content.assemble(*_round(training, at)))
        self.query_one(Timeline).show(
            at or 0, max(trainer.rounds - 1, 0), max(training.settings.rounds - 1, trainer.rounds - 1, 1)
        )


def _round(training: Training, at: int | None) -> list[tuple[str, str]]:
    total = f"{training.settings.rounds:,}"
    if at is None:
        return [(message(training.setup.language, "training-none-of", rounds=total), "$quiet")]
    parts = [(f"round {at:,}", "bold"), (f" of {total}  loss ", ""), (numeral(training.history.losses[at], 6), "bold $active")]
    held = held_out_loss(training, at)
    if held is not None:
        parts += [("  held-out ", ""), (numeral(held), "bold $value")]
    return parts
