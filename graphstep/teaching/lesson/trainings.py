"""The trainings of a lesson: its program, trained as the front matter says, and rounds of it as runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.ground.errors import InputError, quoted
from graphstep.teaching.toml import unknown

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.engine.training import Settings, Training
    from graphstep.language.setup import Setup
    from graphstep.teaching.lesson.document import Round

ROUNDS = 1_000
"""Rounds of a training in a lesson: they are run whenever it is opened."""


class Trainings:
    """The trainings of one lesson; each is run once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._done: dict[str, Training] = {}

    def of(self, setup: Setup, settings: Mapping[str, str]) -> Training:
        """A program trained to its last round; InputError for settings that mean nothing."""
        from graphstep.engine.opening import read_setup
        from graphstep.engine.training import Training

        # A setup holds dictionaries, and has no hash.
        key = repr((setup, sorted(settings.items())))
        if key not in self._done:
            # What is not trained is data by itself.
            opening = read_setup(replace(setup, data=(), language=self._language))
            self._done[key] = Training(opening.program, opening.inputs, settings_of(settings), opening.setup).run()
        return self._done[key]

    def round(self, setup: Setup, asked: Round) -> Trace:
        """A round of a training, as a run with its updates; InputError for one that there is not."""
        training = self.of(setup, asked.settings)
        if asked.number >= len(training.history):
            raise InputError(f"the training has the rounds 0 to {len(training.history) - 1}, and no round {asked.number}")
        return training.round(asked.number)


def settings_of(table: Mapping[str, str]) -> Settings:
    """The settings that texts spell, by the names of the options of ``graphstep train``; InputError for any other."""
    from graphstep.engine import training
    from graphstep.engine.training.settings import option_of
    from graphstep.gates.optimizers import SETTINGS, optimizer
    from graphstep.gates.optimizers import settings_of as hyper_of
    from graphstep.language.setup import read_names
    from graphstep.language.values import read_number

    words = {name: option_of(name).removeprefix("--") for name in SETTINGS}
    keys = ("params", "lr", "steps", "optimizer", *words.values(), "clip-norm", "max-norm", "batch", "held-out")
    for name, hint in unknown(table, keys):
        raise InputError(f"train has no setting {quoted(name)}", hint=hint)
    # Read as the options of the command line are, from texts: a heading may set any of them again, and there all is text.
    steps = table.get("steps", "100")
    if not steps.isdecimal() or len(steps) > 6 or int(steps) > ROUNDS:
        raise InputError(f"steps is a whole number up to {ROUNDS:,}, not {quoted(steps)}")
    row = optimizer(table.get("optimizer", "sgd"))
    typed = {name: table.get(word) for name, word in words.items()}
    return training.Settings(
        read_names(table.get("params", "")),
        row,
        hyper_of(row, {name: None if text is None else read_number(text) for name, text in typed.items()}),
        table.get("lr", "0.1"),
        int(steps),
        clip=read_number(table["clip-norm"]) if "clip-norm" in table else None,
        max_norm=read_number(table["max-norm"]) if "max-norm" in table else None,
        batch=training.read_batch(table["batch"]) if "batch" in table else None,
        held_out=training.read_held_out(table["held-out"], 1) if "held-out" in table else None,
    )


def named(setup: Setup, front: Setup) -> Setup:
    """A setup with those inputs only that its program has."""
    from graphstep.language.rewrite import read_program

    named = read_program(setup.program, setup.inputs).input_places
    # The front matter's values serve every program of the lesson: each takes those that it names. A value that a heading gives is
    # meant for its own program.
    inputs = {name: text for name, text in setup.inputs.items() if name in named or front.inputs.get(name) != text}
    data = tuple(name for name in setup.data if name in named)
    return replace(setup, inputs=inputs, data=data)
