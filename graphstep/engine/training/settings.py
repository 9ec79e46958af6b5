"""What a training is told: parameters, optimizer, learning rate, batches, when to stop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from graphstep.gates import Ties
from graphstep.gates.optimizers import Optimizer, setting_word, settings_of
from graphstep.ground.errors import InputError, did_you_mean, listed, quoted
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.language.setup import read_names

EVERY = 10
"""Rounds from one look at the held-out loss to the next, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How the examples are cut into minibatches."""

    names: tuple[str, ...]
    """The inputs that are cut along axis 0."""
    size: int
    """Examples in a batch; the last one of an epoch may be smaller."""
    seed: int = 0
    """Seed of the order, which is another one in every epoch."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The examples that are never trained on."""

    names: tuple[str, ...]
    """The inputs that are cut along axis 0."""
    share: float
    """The share of the examples, from the end, that is held out; between 0 and 1."""
    every: int = EVERY
    """Rounds from one look at their loss to the next."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a training is told besides the program and the values of its inputs.

    Raises InputError for a length that is not above 0, and for a loss that nothing is below.
    """

    params: tuple[str, ...]
    """The inputs that are trained, in the order in which their updates are shown."""
    optimizer: Optimizer
    """How they are updated."""
    hyper: Mapping[str, float]
    """The settings of the optimizer, defaults filled in."""
    rate: str
    """The learning rate as typed (:class:`graphstep.engine.training.schedule.Schedule`)."""
    rounds: int
    """How many rounds at most, those before a resumed training included."""
    climbs: bool = False
    """Whether the output is to rise instead of to fall."""
    batch: Batch | None = None
    """Minibatches; None for all examples in every round."""
    held_out: HeldOut | None = None
    """Examples that are not trained on; None for none."""
    until: float | None = None
    """Stop when the loss is below it (above, when the output is to rise). The held-out loss, where there is one."""
    patience: int | None = None
    """Stop when that loss has not improved for so many rounds, and keep the parameters for which it was best."""
    clip: float | None = None
    """The length that the gradients of all parameters may have as one vector: longer ones are shortened. None for any."""
    max_norm: float | None = None
    """The length that the weights of a unit may have: longer ones are shortened after each update. None for any."""
    ties: Ties = "first"
    """Who gets the gradient of max at a tie."""

    def __post_init__(self) -> None:
        if self.clip is not None and not 0 < self.clip < math.inf:
            raise InputError(f"gradients cannot be shortened to {self.clip:g}", hint="a length is above 0: --clip-norm 1")
        if self.max_norm is not None and not 0 < self.max_norm < math.inf:
            raise InputError(f"weights cannot be shortened to {self.max_norm:g}", hint="a length is above 0: --max-norm 3")
        if self.until is not None and math.isnan(self.until):
            raise InputError("no loss is below nan", hint="the loss to stop at is a number: --until 0.01")

    def options(self) -> list[str]:
        """The options of the command line that ask for them."""
        words = ["--params", ",".join(self.params), "--lr", self.rate, "--steps", str(self.rounds)]
        if self.optimizer.name != "sgd":
            words += ["--optimizer", self.optimizer.name]
        usual = settings_of(self.optimizer, {})
        # repr is the shortest text that is read back as the same number.
        for name, value in self.hyper.items():
            if value != usual[name]:
                words += [option_of(name), repr(value)]
        words += ["--maximize"] * self.climbs
        words += [] if self.clip is None else ["--clip-norm", repr(self.clip)]
        words += [] if self.max_norm is None else ["--max-norm", repr(self.max_norm)]
        if self.batch is not None:
            batch = self.batch
            words += ["--batch", f"{','.join(batch.names)}:{batch.size}", "--batch-seed", str(batch.seed)]
        if self.held_out is not None:
            held = self.held_out
            words += ["--held-out", f"{','.join(held.names)}:{held.share!r}", "--held-out-every", str(held.every)]
        if self.until is not None:
            words += ["--until", repr(self.until)]
        return words if self.patience is None else [*words, "--patience", str(self.patience)]


def option_of(setting: str) -> str:
    """The option of the command line for a setting of an optimizer."""
    return f"--{setting_word(setting).replace('_', '-')}"


def check_params(program: Program, params: Sequence[str]) -> tuple[str, ...]:
    """The parameters in the order given; InputError unless each is an input, once, and there is one at least."""
    if not params:
        hint = listed(program.inputs) or "none"
        raise InputError("nothing is to be trained", hint=f"name the parameters, of the inputs {hint}: --params w,b")
    for place, name in enumerate(params):
        if name in params[:place]:
            raise InputError(f"the parameter {quoted(name)} is named twice", hint="leave one of the two out")
        if name not in program.input_places:
            hint = f"its inputs are {listed(program.inputs)}" if program.inputs else "it has no inputs"
            problem = "is assigned in the program: it is no input" if name in program.names else "does not stand in the program"
            raise InputError(f"the parameter {quoted(name)} {problem}", hint=did_you_mean(name, program.inputs) or hint)
    return tuple(params)


def read_batch(text: str, seed: int = 0) -> Batch:
    """Minibatches from ``X,y:32``: names, a colon, and the number of examples; InputError for anything else."""
    names, size = _cut(text, "a batch is spelled as inputs, a colon and a number of examples: X,y:32")
    # Of a long numeral a few digits are read: Python refuses thousands.
    if not (size.isdecimal() and int(size[:12]) > 0 and len(size) <= 12):
        raise InputError(f"{quoted(size)} is not a number of examples", hint="a batch has 1 example or more: X,y:32")
    return Batch(names, int(size), seed)


def read_held_out(text: str, every: int = EVERY) -> HeldOut:
    """Held-out examples from ``X,y:0.2``: names, a colon, and the share; InputError for anything else."""
    names, share = _cut(text, "what is held out is spelled as inputs, a colon and a share: X,y:0.2")
    try:
        fraction = float(share)
    except ValueError:
        fraction = -1.0
    if not 0 < fraction < 1:
        raise InputError(f"{quoted(share)} is not a share", hint="a share is between 0 and 1: X,y:0.2 holds out a fifth")
    return HeldOut(names, fraction, every)


def _cut(text: str, hint: str) -> tuple[tuple[str, ...], str]:
    names, colon, number = text.rpartition(":")
    inputs = read_names(names)
    if not (colon and inputs):
        raise InputError(f"{quoted(text)} cannot be read", hint=hint)
    return inputs, number.strip()
