"""The training screen: the loss curve, the parameters, and any round to look at or step through."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widget import Widget

from graphstep.debugger.actions import SETS, Set
from graphstep.debugger.session import Command, perform
from graphstep.debugger.training import TrainingState
from graphstep.engine.trace import Trace
from graphstep.engine.training import Training
from graphstep.engine.training.background import Trainer
from graphstep.faces.drawing.curve import Growing, Series
from graphstep.faces.keymap import actions_of, screen_keys
from graphstep.faces.replies import training_sentence
from graphstep.faces.replies.trainings import parameter_rows, stopped_text, update_step
from graphstep.faces.tui.commands import bindings
from graphstep.faces.tui.commands import training as commands
from graphstep.faces.tui.files import download
from graphstep.faces.tui.messages import said_of, say
from graphstep.faces.tui.panes.curve import SIGNS, Curve, CurvePlot
from graphstep.faces.tui.panes.keys import KeyLine
from graphstep.faces.tui.panes.parameters import ParametersPane
from graphstep.faces.tui.panes.rows import RowsPane
from graphstep.faces.tui.panes.step import StepPane
from graphstep.faces.tui.panes.timeline import Timeline
from graphstep.faces.tui.panes.training_heading import TrainingHeading
from graphstep.faces.tui.round import RoundScreen
from graphstep.ground.collector import settle
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np

TALL, WIDE = 34, 100
"""Rows from which losses and norms stand together, and columns from which the parameters stand beside them."""

# The colours of the norms, in the order of the parameters.
_STYLES = ("active", "value", "gradient", "contribution", "selected", "quiet")
_AGAIN = 0.15
"""Seconds from one picture of a running training to the next."""


def show(training: Training, *, save: str | None = None) -> int:
    """Train in the terminal until the learner leaves; the exit status.

    ``save`` is where the key for it suggests to save the state.
    """
    from graphstep.faces.tui.app import run_screen

    return run_screen(TrainingScreen(training, save=save))


class TrainingScreen(Screen[None]):
    """A training that runs in a thread, and the round of it that is looked at."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    DEFAULT_CSS = """
    TrainingScreen { background: $background; color: $foreground; layout: vertical; }
    TrainingScreen #training-body { height: 1fr; layout: vertical; }
    TrainingScreen #training-curves { height: 1fr; }
    TrainingScreen CurvePlot { height: 1fr; }
    TrainingScreen #training-norms { display: none; }
    TrainingScreen.-norms #training-norms { display: block; }
    TrainingScreen.-norms #training-loss { display: none; }
    TrainingScreen.-tall.-norms #training-loss { display: block; }
    TrainingScreen #training-told { height: 11; layout: vertical; }
    TrainingScreen.-tall #training-told { height: 18; }
    TrainingScreen ParametersPane { height: auto; min-height: 4; max-height: 50%; }
    TrainingScreen StepPane { height: 1fr; }
    TrainingScreen.-beside #training-body { layout: horizontal; }
    TrainingScreen.-beside #training-curves { width: 1fr; height: 100%; }
    TrainingScreen.-beside #training-told { width: 44%; max-width: 90; height: 100%; }
    """
    BINDINGS: ClassVar = bindings(SETS["training"])

    def __init__(self, training: Training, *, save: str | None = None) -> None:
        super().__init__()
        self.trainer = Trainer(training)
        """What runs it."""
        start = TrainingState(len(training.settings.params), training.setup.language, first=training.first)
        self.state = start.trained(self.trainer.rounds, running=False)
        """How far it is, and what of it is looked at."""
        self.trace: Trace | None = None
        """That round as a run, once it was run again."""
        self.save_to = save
        """Where saving is suggested to."""
        self.enters = False
        """Whether the round is to be stepped through as soon as it was run again."""
        self._losses = Growing(training.history.losses)
        self._norms = {name: Growing(norms) for name, norms in training.history.norms.items()}
        self._after: Callable[[], None] | None = None
        self._closing = False

    @property
    def at_hand(self) -> Set:
        """The set of actions that apply: those of a training."""
        return self.state.at_hand

    @property
    def language(self) -> str:
        """The code of the language in which it is told."""
        return self.state.language

    @property
    def training(self) -> Training:
        """The training that the screen shows."""
        return self.trainer.training

    def compose(self) -> Iterator[Widget]:
        """Heading, curves, parameters with the update of one, and the line of keys."""
        yield TrainingHeading(id="training-heading")
        with Container(id="training-body"):
            with Vertical(id="training-curves"):
                yield CurvePlot(say(self, "heading-loss"), id="training-loss")
                yield CurvePlot(say(self, "training-norms"), id="training-norms")
            with Vertical(id="training-told"):
                yield ParametersPane(id="training-parameters")
                yield StepPane(id="training-update")
        yield KeyLine(id="keys", actions=actions_of("training"))

    def on_mount(self) -> None:
        self.query_one(TrainingHeading).entitle(self.training)
        self.set_interval(_AGAIN, self._look)
        self.look_at(self.state)
        self.call_after_refresh(_spare_the_collector)

    def on_unmount(self) -> None:
        """The thread does not outlive the screen by more than a round."""
        self._closing = True
        self.trainer.pause()
        gc.unfreeze()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.width >= WIDE, "-beside")

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> KeyLine:
        """The line of keys."""
        return self.query_one(KeyLine)

    def say(self, message: str, style: str = "") -> None:
        """Say something in the line of keys, until the next key."""
        self.keys.say(message, style)

    def do(self, command: Command) -> None:
        """Let the session perform a command, and show what came of it."""
        before = self.state
        self.state, reply = perform(before, command)
        for fact in reply.facts:
            if text := training_sentence(self.state, fact, screen_keys()):
                self.say(text)
        if "at" in reply.changed:
            self.look_at(self.state)
        elif "selected" in reply.changed:
            self.show_parameters()
        for effect in reply.effects:
            commands.EFFECTS[type(effect)](self, effect)

    def look_at(self, state: TrainingState) -> None:
        """Look at a round: its numbers at once, its values and updates as soon as it was run again."""
        self.state, self.trace = state, None
        self.show()
        if state.at is not None and not state.running:
            self._replay(state.at)

    def show(self) -> None:
        """Show everything again."""
        trainer, history = self.trainer, self.training.history
        n = trainer.rounds
        rounds = np.arange(n, dtype=float)
        curves = [Curve(Series(say(self, "heading-loss"), rounds, self._losses.first(n)), "active")]
        if history.held_out:
            curves.append(Curve(Series.of(say(self, "heading-held-out-loss"), history.held_out), "value", "○", line=False))
        self.query_one(TrainingHeading).show(trainer, self.state.at)
        self.query_one("#training-loss", CurvePlot).show(curves, self.state.at)
        if self.has_class("-norms"):
            norms = [
                Curve(Series(f"‖∇{name}‖", rounds, values.first(n)), style, sign)
                for (name, values), style, sign in zip(self._norms.items(), _STYLES, SIGNS, strict=False)
            ]
            self.query_one("#training-norms", CurvePlot).show(norms, self.state.at)
        self.show_parameters()

    def show_parameters(self) -> None:
        """Show the table of parameters, and tell of the one that is selected."""
        rows = parameter_rows(self.training, self.trainer.params, self.state.at, self.trace)
        self.query_one(ParametersPane).show(rows, self.state.selected)
        self._tell()

    def _tell(self) -> None:
        """Explain the update of the selected parameter, or say what there is to do."""
        pane, name = self.query_one(StepPane), self.training.settings.params[self.state.selected]
        if self.trace is not None and (step := update_step(self.trace, self.state.selected)) is not None:
            pane.show(self.trace, step)
        elif self.trace is not None:
            lines = [[(stopped_text(self.training), "warning")], [(say(self, "training-enter"), "quiet")]]
            pane.say(say(self, "training-no-update"), lines)
        elif self.trainer.running:
            pane.say(say(self, "training-runs"), [[(say(self, "training-pauses"), "quiet")]])
        elif self.state.at is None:
            pane.say(
                say(self, "training-updates-of", name=name),
                [[(say(self, "training-starts"), "quiet")], [(say(self, "training-then-enter"), "quiet")]],
            )
        elif self.state.at < self.training.first:
            first = say(self, "training-before-resumed", first=self.training.first)
            pane.say(say(self, "training-round-number", round=self.state.at), [[(first, "quiet")]])

    # -- the thread --------------------------------------------------------------------------------------------------------------

    def start(self, rounds: int | None = None) -> None:
        """Train some rounds, or all that are left."""
        if not self.trainer.running:
            self.trainer.start()
            self.look_at(replace(self.state, running=True))
            self._train(rounds)

    def when_paused(self, then: Callable[[], None]) -> None:
        """Do something once no round is being trained."""
        if self.trainer.running:
            self._after = then
            self.trainer.pause()
        else:
            then()

    @work(thread=True, group="training")
    def _train(self, rounds: int | None) -> None:
        self.trainer.run(rounds)
        if not self._closing:
            self.app.call_from_thread(self._stopped)

    def _stopped(self) -> None:
        self.trainer.running = False
        self.look_at(self.state.trained(self.trainer.rounds, running=False))
        if self.trainer.state == "stopped":
            self.say(stopped_text(self.training), "bold $warn" if self.training.diverged else "")
        then, self._after = self._after, None
        if then is not None:
            then()

    def _look(self) -> None:
        if self.trainer.running and self.trainer.rounds != self.state.rounds and self.is_current:
            self._have_the_processor()
            self.look_at(self.state.trained(self.trainer.rounds, running=True))

    @work(thread=True, group="replay")
    def _replay(self, k: int) -> None:
        if k < self.training.first:
            return
        # It is run again from the checkpoint before it; where keys hold →, most rounds are not wanted any more when their turn
        # comes.
        trace = self.trainer.round(k, lambda: self.state.at == k and not self._closing)
        if trace is not None and not self._closing:
            self.app.call_from_thread(self._replayed, k, trace)

    def _replayed(self, k: int, trace: Trace) -> None:
        # The learner may have gone on while it was made.
        if self.state.at == k and not self.trainer.running:
            self.trace = trace
            self.show_parameters()
            if self.enters:
                self.enter(k)

    def enter(self, k: int) -> None:
        """Open a round on the stepping screen, now or as soon as it was run again."""
        self.enters = self.trace is None
        if self.trace is not None:
            self.app.push_screen(RoundScreen(self.trace, k, self.training))

    def _have_the_processor(self) -> None:
        """Until what follows is painted; two threads that compute take turns of 5 ms, and a picture would take twice as long."""
        if self.trainer.running:
            self.trainer.step_aside()

    def painted(self) -> None:
        """Called by the application after a frame."""
        self.trainer.step_back()

    # -- keys and mouse ----------------------------------------------------------------------------------------------------------

    def action_do(self, action: str) -> None:
        """Do what a key, a click or the palette asks for."""
        self._have_the_processor()
        self.say("")
        self.enters = False
        if (own := commands.DOES.get(action)) is not None:
            own(self)
        else:
            self.do(Command(action))

    def on_key_line_chosen(self, message: KeyLine.Chosen) -> None:
        self.action_do(message.action)

    def on_rows_pane_picked(self, message: RowsPane.Picked) -> None:
        self.do(Command("parameter_down", message.number))

    def on_timeline_jumped(self, message: Timeline.Jumped) -> None:
        self.when_paused(lambda: self.do(Command("round_at", min(message.n, max(self.state.rounds - 1, 0)))))

    @work(thread=True, group="write")
    def write_to(self, path: Path, write: Callable[[Training, Path], Path], content: Callable[[Training], bytes]) -> None:
        """Write a document in the background, or send its content to a browser, and say so."""

        def send(training: Training, path: Path) -> Path:
            return self.app.call_from_thread(download, self.app, content(training), path.name, path.name)

        sent = self.app.is_web
        try:
            file = str(self.trainer.write(path, send if sent else write))
            message = say(self, "file-sent" if sent else "file-written", file=file), "bold $active"
        except GraphstepError as error:
            message = said_of(error), "bold $warn"
        if not self._closing:
            self.app.call_from_thread(self.say, *message)


def _spare_the_collector() -> None:
    """Rounds make and drop so many objects that the garbage collector would look through the whole program every second."""
    gc.collect()
    settle()
