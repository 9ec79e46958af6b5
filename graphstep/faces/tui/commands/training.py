"""What each key does on the training screen, as plain functions of it; :data:`DOES` names them as the table of actions does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.engine.training import saved
from graphstep.faces.tui.commands import program
from graphstep.faces.tui.panes.curve import SIGNS, CurvePlot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from graphstep.engine.training import Training
    from graphstep.faces.tui.training import TrainingScreen


def run(screen: TrainingScreen) -> None:
    """Start or pause."""
    screen.trainer.pause() if screen.trainer.running else screen.start()


def pause(screen: TrainingScreen) -> None:
    """Pause."""
    screen.trainer.pause()


def step(screen: TrainingScreen) -> None:
    """One round on."""
    _move(screen, 1)


def back(screen: TrainingScreen) -> None:
    """One round back."""
    _move(screen, -1)


def ten(screen: TrainingScreen) -> None:
    """Ten rounds on."""
    _move(screen, 10)


def ten_back(screen: TrainingScreen) -> None:
    """Ten rounds back."""
    _move(screen, -10)


def first(screen: TrainingScreen) -> None:
    """To the first round."""
    go(screen, 0)


def last(screen: TrainingScreen) -> None:
    """To the last round."""
    go(screen, screen.trainer.rounds - 1)


def _move(screen: TrainingScreen, rounds: int) -> None:
    if screen.trainer.running:
        screen.when_paused(lambda: _move(screen, min(rounds, 0)))
    elif screen.at is None or (rounds > 0 and screen.at == screen.trainer.last):
        screen.start(rounds) if rounds > 0 else screen.say("No round was trained yet.  → trains one, space all of them.")
    elif screen.at == 0 and rounds < 0:
        screen.say("This is the first round.")
    else:
        go(screen, screen.at + rounds)


def go(screen: TrainingScreen, k: int) -> None:
    """To a round, or the nearest that was trained."""
    if screen.trainer.running:
        screen.when_paused(lambda: go(screen, k))
    elif screen.trainer.last is not None:
        screen.look_at(min(max(k, 0), screen.trainer.last))


def jump(screen: TrainingScreen) -> None:
    """Ask for the number of a round."""
    from graphstep.faces.tui.dialogs.jump import JumpForm

    def ask() -> None:
        if screen.trainer.last is None:
            screen.say("No round was trained yet.")
        else:
            screen.app.push_screen(JumpForm(screen.trainer.last, "round"), lambda k: None if k is None else go(screen, int(k)))

    screen.when_paused(ask)


def into(screen: TrainingScreen) -> None:
    """Step through the round."""
    screen.when_paused(lambda: enter(screen))


def enter(screen: TrainingScreen) -> None:
    """Open the round on the stepping screen, now or as soon as it was run again."""
    screen.enters = False
    if screen.at is None:
        screen.say("There is no round to step through yet: → trains one.")
    elif screen.at < screen.training.first:
        screen.say(
            f"Only rounds from {screen.training.first:,} on can be stepped through: the others were run before it was resumed."
        )
    elif screen.trace is None:
        screen.enters = True
    else:
        from graphstep.faces.tui.round import RoundScreen

        screen.app.push_screen(RoundScreen(screen.trace, screen.at, screen.training))


def log(screen: TrainingScreen) -> None:
    """Another scale."""
    now = not screen.query_one("#training-loss", CurvePlot).is_log
    for plot in screen.query(CurvePlot):
        plot.wants_log = now
    screen.show()
    if now and not screen.query_one("#training-loss", CurvePlot).is_log:
        screen.say("No loss is positive: there is no logarithmic scale.")


def norms(screen: TrainingScreen) -> None:
    """Show or hide the norms."""
    screen.toggle_class("-norms")
    screen.show()
    count = len(screen.training.settings.params)
    if screen.has_class("-norms") and count > len(SIGNS):
        screen.say(f"The norms of the first {len(SIGNS)} of {count} parameters are drawn; x writes all of them to a csv file.")


def up(screen: TrainingScreen) -> None:
    """The parameter above."""
    select(screen, screen.selected - 1)


def down(screen: TrainingScreen) -> None:
    """The parameter below."""
    select(screen, screen.selected + 1)


def select(screen: TrainingScreen, place: int) -> None:
    """Tell of the parameter in some row."""
    screen.selected = min(max(place, 0), len(screen.training.settings.params) - 1)
    screen.show_parameters()


def save(screen: TrainingScreen) -> None:
    """Save the state."""
    suffixes = [(".npz", "parameters, state of the optimizer and history, for --resume")]
    _write(screen, "save the state", screen.save_to or "graphstep.npz", suffixes, saved.save)


def export(screen: TrainingScreen) -> None:
    """Write a document."""
    from graphstep.faces.export.training.formats import SUFFIXES, write

    _write(screen, "export the training", "training.svg", list(SUFFIXES.items()), write)


def _write(
    screen: TrainingScreen, title: str, name: str, suffixes: Sequence[tuple[str, str]], write: Callable[[Training, Path], Path]
) -> None:
    from graphstep.faces.tui.dialogs.training import FileForm

    def asked(path: Path | None) -> None:
        if path is not None:
            screen.write_to(path, write)

    def ask() -> None:
        screen.app.push_screen(FileForm(title, name, suffixes), asked)

    screen.when_paused(ask)


def show_help(screen: TrainingScreen) -> None:
    """The keys and the signs."""
    from graphstep.faces.tui.dialogs.training import TrainingHelp

    screen.app.push_screen(TrainingHelp())


def leave(screen: TrainingScreen) -> None:
    """Leave; a round at work is finished first."""
    screen.trainer.pause()
    screen.app.exit()


DOES: dict[str, Callable[[TrainingScreen], None]] = {
    "run": run,
    "pause": pause,
    "step": step,
    "back": back,
    "ten": ten,
    "ten_back": ten_back,
    "first": first,
    "last": last,
    "jump": jump,
    "into": into,
    "log": log,
    "norms": norms,
    "up": up,
    "down": down,
    "save": save,
    "export": export,
    "palette": program.palette,
    "theme": program.theme,
    "help": show_help,
    "quit": leave,
}
"""The function of every action in :data:`graphstep.faces.tui.training_actions.ACTIONS`."""
