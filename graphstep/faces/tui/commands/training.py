"""What the training screen does by itself, and how it performs the effects of the session, as plain functions of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphstep.debugger import effects
from graphstep.debugger.session import Command
from graphstep.engine.training import saved
from graphstep.faces.tui.commands import program
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.curve import SIGNS, CurvePlot

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.faces.tui.training import TrainingScreen


def log(screen: TrainingScreen) -> None:
    """Another scale."""
    # Both plots change together, by what the loss shows: each chooses its scale by itself until then, and may have another.
    now = not screen.query_one("#training-loss", CurvePlot).is_log
    for plot in screen.query(CurvePlot):
        plot.wants_log = now
    screen.show()
    if now and not screen.query_one("#training-loss", CurvePlot).is_log:
        screen.say(say(screen, "training-no-log"))


def norms(screen: TrainingScreen) -> None:
    """Show or hide the norms."""
    screen.toggle_class("-norms")
    screen.show()
    count = len(screen.training.settings.params)
    if screen.has_class("-norms") and count > len(SIGNS):
        screen.say(say(screen, "training-some-norms", drawn=len(SIGNS), parameters=count))


def _train(screen: TrainingScreen, effect: effects.Train) -> None:
    screen.start(effect.rounds)


def _pause(screen: TrainingScreen, effect: effects.Pause) -> None:
    def then() -> None:
        if effect.then:
            screen.do(Command(effect.then, effect.argument))

    screen.when_paused(then)


def _enter(screen: TrainingScreen, effect: effects.Enter) -> None:
    screen.enter(effect.round)


def _save(screen: TrainingScreen, effect: effects.Save) -> None:
    screen.write_to(Path(effect.path), saved.save, saved.content)


def _report(screen: TrainingScreen, effect: effects.Report) -> None:
    from graphstep.faces.export.training.formats import format_of, pieces, write

    screen.write_to(Path(effect.path), write, lambda training: "".join(pieces(training, format_of(effect.path))).encode())


def _ask(screen: TrainingScreen, effect: effects.Ask) -> None:
    from graphstep.faces.export.training.formats import SUFFIXES
    from graphstep.faces.tui.dialogs.file import FileForm
    from graphstep.faces.tui.dialogs.jump import JumpForm

    def send(argument: Path | str | int | None) -> None:
        if argument is not None:
            screen.do(Command(effect.action, argument if isinstance(argument, int) else str(argument)))

    def ask() -> None:
        if effect.action == "round_at":
            screen.app.push_screen(JumpForm(screen.state.rounds - 1, "round"), send)
        elif effect.action == "save":
            suffixes = [(".npz", say(screen, "training-state"))]
            screen.app.push_screen(FileForm("training-save", screen.save_to or "graphstep.npz", suffixes), send)
        else:
            screen.app.push_screen(FileForm("training-export", "training.svg", list(SUFFIXES.items())), send)

    # What is written, and what rounds there are, is settled before it is asked for.
    screen.when_paused(ask)


EFFECTS: dict[type, Callable[[TrainingScreen, Any], None]] = {
    effects.Train: _train,
    effects.Pause: _pause,
    effects.Enter: _enter,
    effects.Save: _save,
    effects.Report: _report,
    effects.Ask: _ask,
}
"""By kind of effect how the training screen performs it."""


def leave(screen: TrainingScreen) -> None:
    """Leave; a round at work is finished first."""
    screen.trainer.pause()
    screen.app.exit()


DOES: dict[str, Callable[[TrainingScreen], None]] = {
    "log": log,
    "norms": norms,
    "palette": program.palette,
    "theme": program.theme,
    "redraw": program.redraw,
    "help": program.show_help,
    "quit": leave,
}
"""The function of every action that is the training screen's own. All else is performed by the session."""
