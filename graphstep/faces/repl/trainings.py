"""A training at the prompt: rounds are trained, told, and stepped through on a prompt of their own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graphstep.debugger import effects
from graphstep.debugger.effects import Effect
from graphstep.debugger.facts import ParameterShown, RoundShown
from graphstep.debugger.session import perform
from graphstep.debugger.state import State
from graphstep.debugger.training import TrainingState
from graphstep.engine.trace import Trace
from graphstep.engine.training import Training, saved
from graphstep.faces.repl import answers
from graphstep.faces.repl.lines import prompt_keys, read_line
from graphstep.faces.repl.prompt import LEAVES, Prompt
from graphstep.faces.replies import training_sentence
from graphstep.faces.replies.trainings import held_out_loss, parameter_rows, stopped_text, update_step
from graphstep.ground.errors import GraphstepError
from graphstep.ground.numerals import numeral
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.reports.training import settings_text
from graphstep.telling.words.catalogue import message


class TrainingPrompt:
    """A training, and what is printed of it; a round that is stepped through has a prompt of its own within it."""

    def __init__(self, training: Training, write: Callable[[str], object]) -> None:
        self.training = training
        """What is trained."""
        start = TrainingState(len(training.settings.params), training.setup.language, first=training.first)
        self.state = start.trained(len(training.history), running=False)
        """How far it is, and what of it is looked at."""
        self.left = False
        """Whether the user has left."""
        self.within: Prompt | None = None
        """The prompt of the round that is stepped through."""
        self._write = write
        self._rules = Rules()

    @property
    def language(self) -> str:
        """The code of the language in which it is told."""
        return self.state.language

    @property
    def invitation(self) -> str:
        """The text before the line that is typed."""
        if self.within is not None:
            return self.within.invitation
        return f"{self.state.rounds}/{self.training.settings.rounds}> "

    def completions(self, text: str) -> list[str]:
        """The words that begin with a text, and within a round names of its program too."""
        if self.within is not None:
            return self.within.completions(text)
        return answers.words_with(text, "training", self.training.settings.params)

    def begin(self) -> None:
        """Print the program, how it is trained, and the round that is looked at."""
        self._say(*self.training.program.text.strip().splitlines(), settings_text(self.training.settings, self.language))
        self._say(message(self.language, "training-help", **prompt_keys("training")))
        self._say(*self._round())

    def hear(self, line: str) -> None:
        """Perform the command of a line, and print what comes of it."""
        if self.within is not None:
            self.within.hear(line)
            # Leaving the round leads back to the training: quit twice ends the program.
            if self.within.left:
                self.within = None
                self._say(*self._round())
            return
        try:
            command = read_line(line, at_hand="training")
        except GraphstepError as error:
            self._say(error.report())
            return
        if command is None:
            return
        self.state, reply = perform(self.state, command)
        for fact in reply.facts:
            if isinstance(fact, RoundShown):
                self._say(*self._round())
            elif isinstance(fact, ParameterShown):
                self._say(*self._update(self._trace()))
            elif text := training_sentence(self.state, fact, prompt_keys("training")):
                self._say(text)
        for effect in reply.effects:
            try:
                self._say(*self._perform(effect))
            except GraphstepError as error:
                self._say(error.report())

    def end(self) -> None:
        """End the input; a training needs no last word."""

    def _perform(self, effect: Effect) -> Iterator[str]:
        if isinstance(effect, effects.Train):
            yield from self._train(effect.rounds)
        elif isinstance(effect, effects.Enter):
            self.within = Prompt(State(self.training.round(effect.round), round=effect.round), self._write, self.training)
            self._say(message(self.language, "training-back", round=effect.round, out=prompt_keys()["out"]))
            self.within.begin()
        elif isinstance(effect, effects.Save):
            yield message(self.language, "prompt-wrote", file=str(saved.save(self.training, Path(effect.path))))
        elif isinstance(effect, effects.Report):
            from graphstep.faces.export.training.formats import write

            yield message(self.language, "prompt-wrote", file=str(write(self.training, Path(effect.path))))
        elif isinstance(effect, effects.Ask):
            yield answers.asked(self.language, effect.action)
        elif isinstance(effect, effects.Own) and effect.action == LEAVES:
            self.left = True
        elif isinstance(effect, effects.Own) and effect.action == "help":
            yield from answers.help_lines(effect.argument, self.language, "training")
        elif isinstance(effect, effects.Own):
            yield answers.screen_only(self.language, effect.action)

    def _train(self, rounds: int | None) -> Iterator[str]:
        training, goal = self.training, None if rounds is None else self.state.rounds + rounds
        # The rounds that are trained so far are kept, also where Ctrl-C ends the rest.
        with _interrupted() as signals:
            # The callback is asked after each round whether another one is wanted.
            training.run(lambda k, _: not signals and (goal is None or k + 1 < goal))
        self.state = self.state.trained(len(training.history), running=False)
        yield from self._round()
        if training.stop.is_end:
            yield stopped_text(training)

    def _trace(self) -> Trace | None:
        """The round that is looked at, run again; None where it cannot be."""
        at = self.state.at
        return None if at is None or at < self.state.first else self.training.round(at)

    def _round(self) -> Iterator[str]:
        """The round that is looked at: its loss, its parameters, and the update of one of them."""
        training, at = self.training, self.state.at
        if at is None:
            return
        trace = self._trace()
        line = message(
            self.language,
            "training-round",
            round=at,
            rounds=training.settings.rounds,
            loss=numeral(training.history.losses[at], 6),
        )
        held_out = held_out_loss(training, at)
        yield line if held_out is None else message(self.language, "training-held-out", line=line, loss=numeral(held_out))
        for name, value, norm in parameter_rows(training, training.params, at, trace):
            yield message(self.language, "training-parameter", name=name, value=value, norm=norm)
        yield from self._update(trace)

    def _update(self, trace: Trace | None) -> Iterator[str]:
        if trace is not None and (step := update_step(trace, self.state.selected)) is not None:
            yield self._rules.brief(explain(trace, step)).narrative

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._write(f"{line}\n")


@contextmanager
def _interrupted() -> Iterator[Sequence[int]]:
    """The Ctrl-C that were pressed: the round at work is finished first, so that nothing is half done."""
    signals: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: signals.append(number))
    try:
        yield signals
    finally:
        signal.signal(signal.SIGINT, before)
