"""Training: rounds of forward, backward and update, and everything that is known of them afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal, Self

from graphstep.engine.trace import Trace
from graphstep.engine.training.history import Checkpoints, History
from graphstep.engine.training.machine import Machine
from graphstep.engine.training.settings import Settings, check_params
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.language.setup import Setup, setup_of_program


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """Why a training runs no further round."""

    why: Literal["unasked", "cancelled", "below", "above", "no-better", "rate", "none", "done", "not-finite"]
    """``unasked``: it was not run yet; ``below`` and ``above`` the loss that was asked for; ``no-better``: patience is out;
    ``rate``: the learning rate is not finite; ``none``: no round was to be run; ``done``: all were; ``not-finite``: the loss."""
    round: int = 0
    """The round that it is about; where all are done, how many they are."""
    number: float = 0.0
    """The loss that was asked for, or the rate or the loss that came out."""
    held_out: bool = False
    """Whether it is the loss of the held-out examples."""
    run: Trace | None = None
    """The round whose loss is not finite."""
    advised: bool = False
    """Whether a smaller learning rate may help: an update came before."""

    @property
    def is_end(self) -> bool:
        """Whether it came to its end, and was not left before: then somebody has to be told why."""
        return self.why not in ("unasked", "cancelled", "none")


class Training:
    """A program whose parameters are trained: made with nothing done yet, and trained with :meth:`run`.

    Rounds are counted from 0. The loss of a round is that of its batch before its update, so the parameters that gave
    ``history.losses[k]`` are those before round k, and :attr:`loss` is the one that belongs to :attr:`params`.

    Raises InputError for a value that is missing or superfluous and for batches that cannot be cut, and ShapeError where arrays
    do not go together.
    """

    def __init__(self, program: Program, inputs: Mapping[str, Number], settings: Settings, setup: Setup | None = None) -> None:
        check_params(program, settings.params)
        self.program = program
        """What is trained."""
        self.inputs = dict(inputs)
        """The values that it began with: of the parameters their first, of the data all examples."""
        self.settings = settings
        """How it is trained."""
        self.setup = setup or setup_of_program(program, inputs, ties=settings.ties)
        """What it was opened with, as typed; its rounds are written as that says."""
        self.history = History(norms={name: [] for name in settings.params})
        """Losses, learning rates and norms by round."""
        self.resumed: str | None = None
        """The file that it goes on from; None where it began anew."""
        self.stop = Stop("unasked")
        """Why it stopped."""
        self.machine = Machine(program, self.inputs, settings)
        """What runs the rounds; its parameters are those of now."""
        self._checkpoints = Checkpoints()
        self._replay: Machine | None = None
        self._best: tuple[int, float] | None = None
        self.kept: int | None = None
        """The round before which the parameters stood that are kept, with patience: the best. None for those of now."""

    def command(self, *more: str) -> str:
        """The line of a shell that trains it again; ``more`` are further options.

        An input that is too large for a line is left out: :attr:`without_text` names it.
        """
        resumed = [] if self.resumed is None else ["--resume", self.resumed]
        return self._typed.command(*self.settings.options(), *resumed, *more, command="train")

    @property
    def without_text(self) -> tuple[str, ...]:
        """The inputs that :attr:`command` leaves out."""
        stored = () if self.resumed is None else self.settings.params
        return tuple(name for name in self._typed.without_text if name not in stored)

    @property
    def _typed(self) -> Setup:
        """The setup with a text for every input; parameters that a file holds need none."""
        if self.resumed is None:
            return self.setup.filled(self.inputs)
        data = {name: value for name, value in self.inputs.items() if name not in self.settings.params}
        return self.setup.edited(dict.fromkeys(self.settings.params)).filled(data)

    # -- training ----------------------------------------------------------------------------------------------------------------

    def run(self, on_progress: Callable[[int, float], bool | None] | None = None) -> Self:
        """Train until all rounds are done or there is a reason to stop, which :attr:`stop` says; returns itself.

        ``on_progress(round, loss)`` is called after every round; when it returns False the training stops there, with
        everything kept. Calling it again goes on.
        """
        self._best, self.kept = self.history.best(climbs=self.settings.climbs), None
        with np.errstate(all="ignore"):
            while (reason := self._reason()) is None:
                k = self.machine.next
                loss = self._round()
                if on_progress is not None and on_progress(k, loss) is False:
                    reason = Stop("cancelled", k)
                    break
        self.stop = reason
        self.kept = self._best_round()
        return self

    def _best_round(self) -> int | None:
        """The round before which the parameters were better than they are now; None where patience does not ask for it."""
        if self.settings.patience is None or self._best is None or self._best[0] < self.first:
            return None
        # The last update came behind the last look.
        now = self.loss if self.held_out_loss is None else self.held_out_loss
        return None if self._is_better(now) else self._best[0]

    def _round(self) -> float:
        machine, history, k = self.machine, self.history, self.machine.next
        held_out = self.settings.held_out
        if held_out and k % held_out.every == 0:
            history.held_out.append((k, machine.loss(held_out=True)))
            self._watch(*history.held_out[-1])
        # A checkpoint is what the round begins with.
        self._checkpoints.keep(machine)
        loss = machine.forward()
        for name, norm in machine.backward().items():
            history.norms[name].append(norm)
        history.rates.append(machine.schedule.rate(k))
        history.losses.append(loss)
        if not held_out:
            self._watch(k, loss)
        # A loss that is not finite has no use for its gradient: the parameters that made it are kept.
        if math.isfinite(loss):
            machine.update()
        return loss

    def _watch(self, k: int, loss: float) -> None:
        if self._is_better(loss):
            self._best = k, loss

    def _is_better(self, loss: float) -> bool:
        """Whether a loss is better than any that was watched."""
        if self._best is None or not math.isfinite(loss):
            return math.isfinite(loss)
        return loss > self._best[1] if self.settings.climbs else loss < self._best[1]

    def _reason(self) -> Stop | None:
        """Why no further round is to be run; None when one is."""
        # In this order: a loss that is not finite goes before all that may be said of it, and a goal that is reached in the last
        # round before that being the last.
        settings, history, k = self.settings, self.history, self.machine.next
        # The last round is in the history and had no update: its loss was not finite.
        if len(history) > k:
            return Stop("not-finite", k, history.losses[k], run=self.round(k), advised=k > self.first)
        held_out = settings.held_out is not None
        watched = history.held_out[-1:] if held_out else [(k - 1, loss) for loss in history.losses[-1:]]
        for place, loss in watched:
            if settings.until is not None and (loss > settings.until if settings.climbs else loss < settings.until):
                return Stop("above" if settings.climbs else "below", place, settings.until, held_out)
            if settings.patience is not None and self._best is not None and place - self._best[0] >= settings.patience:
                return Stop("no-better", self._best[0], held_out=held_out)
        if k < settings.rounds and not math.isfinite(rate := self.machine.schedule.rate(k)):
            return Stop("rate", k, rate)
        if k >= settings.rounds:
            return Stop("done", settings.rounds) if settings.rounds else Stop("none")
        return None

    # -- what came of it ---------------------------------------------------------------------------------------------------------

    @property
    def rounds(self) -> int:
        """How many rounds have moved the parameters."""
        return self.machine.next

    @property
    def diverged(self) -> bool:
        """Whether the last round's loss was inf or nan; it has no update."""
        return len(self.history) > self.machine.next

    @property
    def params(self) -> dict[str, Number]:
        """The parameters that came of it: as they are now, or those that are kept."""
        return self._standing.params

    @property
    def _standing(self) -> Machine:
        """A machine with the parameters that came of it."""
        return self.machine if self.kept is None else self._replayed(self.kept)

    @property
    def loss(self) -> float:
        """The loss of all examples that are trained on, with :attr:`params`."""
        with np.errstate(all="ignore"):
            return self._standing.loss()

    @property
    def held_out_loss(self) -> float | None:
        """The loss of the held-out examples with :attr:`params`; None where nothing is held out."""
        if self.settings.held_out is None:
            return None
        with np.errstate(all="ignore"):
            return self._standing.loss(held_out=True)

    @property
    def first(self) -> int:
        """The first round that :meth:`round` can show: 0, or where a resumed training went on."""
        return self._checkpoints.first

    def round(self, k: int) -> Trace:
        """Round ``k`` as a trace: its forward pass, its backward pass, and its updates. ``-1`` is the last round.

        It is run again from the last checkpoint before it, and gives the same numbers to the bit. IndexError for a round that
        was not run, or not by this training but by one that it resumed.
        """
        wanted = k + len(self.history) if k < 0 else k
        if not self.first <= wanted < len(self.history):
            last = len(self.history) - 1
            raise IndexError(f"round {k} is outside {self.first} … {last}" if last >= self.first else "no round was run here")
        machine = self._replayed(wanted)
        with np.errstate(all="ignore"):
            moved = {*self.settings.params, *(self.settings.batch.names if self.settings.batch else ())}
            return machine.trace(self.setup.edited(dict.fromkeys(moved)), updates=wanted < self.rounds)

    def _replayed(self, k: int) -> Machine:
        """A machine that stands before a round that was run, as this one stood."""
        point = self._checkpoints.before(k)
        assert point is not None, "the first round that was run has a checkpoint"
        if self._replay is None:
            self._replay = Machine(self.program, self.inputs, self.settings)
            self._replay.restore(point)
        machine = self._replay
        # Whoever goes through the rounds one by one has each of them run once, and not again from the checkpoint.
        if not point.round <= machine.next <= k:
            machine.restore(point)
        with np.errstate(all="ignore"):
            while machine.next < k:
                machine.forward()
                machine.backward()
                machine.update()
        return machine

    def resume(self, state: Mapping[str, Mapping[str, Number]], params: Mapping[str, Number], history: History) -> None:
        """Stand where another training stood: its parameters, the optimizer's memory of each, and its history."""
        for name, value in params.items():
            self.machine.set(name, value, state[name])
        self.machine.next = len(history)
        self.history = history
        self._checkpoints.keep(self.machine)


def curves(training: Training) -> dict[str, list[tuple[int, float]]]:
    """The series of a training for a plot, as ``(round, number)``: ``loss``, ``held-out loss`` where there is one, the learning
    rate as ``rate``, and for each parameter ``‖∇w‖``, the norm of its gradient.
    """
    history = training.history
    series = {"loss": list(enumerate(history.losses))}
    if history.held_out:
        series["held-out loss"] = list(history.held_out)
    series["rate"] = list(enumerate(history.rates))
    series.update({f"‖∇{name}‖": list(enumerate(norms)) for name, norms in history.norms.items()})
    return series
