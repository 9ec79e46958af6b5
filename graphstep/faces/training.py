"""A training as Python sees it: what the engine trains, and all that can be written of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphstep.engine import training as engine
from graphstep.engine.opening import read_setup
from graphstep.engine.training import saved
from graphstep.faces.arguments import amount, checked_language, checked_text, count, given_values, opening_of
from graphstep.faces.export.training import document, formats
from graphstep.gates import optimizers
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import DIGITS, ENGLISH, Notation
from graphstep.language.setup import read_names
from graphstep.telling.reports.training import stop_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphstep.gates import Ties
    from graphstep.ground.arrays import Number


class Training(engine.training.Training):
    """A training that writes itself to files and shows itself in a notebook."""

    @property
    def stopped(self) -> str:
        """Why it stopped, in a few words."""
        return stop_text(self, self.setup.language)

    def save(self, path: str | Path) -> Path:
        """Write parameters, state and history to an npz file, from which ``graphstep.train(..., resume=path)`` goes on."""
        return saved.save(self, path)

    def to(self, path: str | Path) -> Path:
        """Write a document to a file and return its path: ``.svg`` the curves as a picture, ``.md`` a report, ``.csv`` the
        history, ``.json`` the last round's run with the history, ``.txt`` the table of rounds.

        InputError for another suffix, and where there is no round to show.
        """
        return formats.write(self, path)

    def to_dict(self) -> dict[str, Any]:
        """The last round's run as JSON data (schema 1), with ``history`` and ``params``; InputError before the first round."""
        if not self.history.losses:
            raise InputError("there is no round to show", hint="train one round at least")
        return document.to_dict(self)

    def __getstate__(self) -> dict[str, Any]:
        # Rules of gates are functions that stand in tables, and cannot be sent to another process: there the program is read
        # again. A machine goes as its parameters and the optimizer's memory.
        machine, stop = self.machine.checkpoint(), replace(self.stop, run=None)
        return vars(self) | {"program": None, "machine": machine, "stop": stop, "_replay": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, program=read_setup(state["setup"], state["inputs"]).program)
        self.machine = engine.machine.Machine(self.program, self.inputs, self.settings)
        self.machine.restore(state["machine"])
        if self.stop.why == "not-finite":
            self.stop = replace(self.stop, run=self.round(self.stop.round))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What a notebook shows: the curves, once there is a round."""
        # A curve of no point is no picture: before the first round there is the text alone.
        text = {"text/plain": repr(self)}
        return {**text, "image/svg+xml": formats.picture(self)} if self.history.losses else text

    def __repr__(self) -> str:
        params = ", ".join(f"{name}: {number_text(value, 6)}" for name, value in list(self.params.items())[:6])
        return f"<graphstep.Training rounds={self.rounds} loss={number_text(self.loss, 6)} params={{{params}}}>"


def train(
    text: str,
    /,
    *,
    params: Sequence[str],
    lr: float | str = 0.1,
    steps: int = 100,
    optimizer: str = "sgd",
    momentum: float | None = None,
    rho: float | None = None,
    beta1: float | None = None,
    beta2: float | None = None,
    eps: float | None = None,
    weight_decay: float | None = None,
    maximize: bool = False,
    batch: str | None = None,
    batch_seed: int = 0,
    held_out: str | None = None,
    held_out_every: int = 10,
    until: float | None = None,
    patience: int | None = None,
    clip_norm: float | None = None,
    max_norm: float | None = None,
    resume: str | Path | None = None,
    on_progress: Callable[[int, float], bool | None] | None = None,
    ties: Ties = "first",
    share: bool = False,
    expand: bool = False,
    fold: bool = False,
    notation: Notation = "d",
    digits: int = DIGITS,
    language: str = ENGLISH,
    inputs: Mapping[str, Any] | None = None,
    **values: Any,
) -> Training:
    """Train the inputs named in ``params`` so that the output falls (rises with ``maximize``), for ``steps`` rounds at most.

    The other inputs are data. ``lr`` is the learning rate, a number or an expression in the round ``t`` and the number of rounds
    ``T``, such as ``"0.1*0.95^t"``. ``optimizer`` is one of :data:`graphstep.gates.optimizers.OPTIMIZERS`; ``momentum`` (its μ),
    ``rho``, ``beta1``, ``beta2``, ``eps`` and ``weight_decay`` are settings that some of them have. ``batch="X,y:32"`` cuts X
    and y along axis 0 into minibatches of 32, in an order that ``batch_seed`` chooses; ``held_out="X,y:0.2"`` keeps the last
    fifth from training and looks at its loss every ``held_out_every`` rounds. ``until`` stops below a loss, ``patience`` after so
    many rounds without a better one, ``on_progress(round, loss)`` by returning False. ``clip_norm`` shortens the gradients of all
    parameters together to that length, where they are longer, ``max_norm`` after each update the weights of each unit to that
    length. ``resume`` goes on from a file that :meth:`Training.save` wrote; ``steps`` counts the rounds before it. ``notation``,
    ``digits`` and ``language`` say how it is written, as those of :func:`run`.

    >>> import graphstep as gs
    >>> training = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=10, x=1, y=2, w=0)
    >>> round(training.params["w"], 6), training.history.losses[:2]
    (1.785252, [4.0, 2.5600000000000005])
    >>> training.round(0).updates[0].after
    0.4

    Raises what :func:`run` raises, and InputError for what cannot be trained so.
    """
    held: Mapping[str, Number] = {} if resume is None else saved.saved_params(resume)
    options: dict[str, Any] = {"ties": ties, "share": share, "expand": expand, "fold": fold}
    options |= {"notation": notation, "digits": digits, "language": checked_language(language)}
    # What a run takes and a training does not would be taken for an input.
    for name in ("seed", "dtype", "data"):
        if name in values and name not in checked_text(text):
            hint = "it computes in float64, the gradient of its loss is 1, and what params does not name is data"
            raise InputError(f"a training has no {name}", hint=hint)
    opening = opening_of(checked_text(text), given_values(inputs, values), 1.0, options, train.__kwdefaults__ or (), held)
    row = optimizers.optimizer(str(optimizer))
    own = {"mu": momentum, "rho": rho, "beta1": beta1, "beta2": beta2, "eps": eps, "weight_decay": weight_decay}
    settings = engine.Settings(
        read_names(params) if isinstance(params, str) else tuple(map(str, params or ())),
        row,
        optimizers.settings_of(row, {name: amount(optimizers.setting_word(name), value) for name, value in own.items()}),
        # A rate is an expression; repr gives a float that reads back to the bit.
        lr if isinstance(lr, str) else repr(amount("lr", lr)),
        count("steps", steps, 0),
        climbs=maximize,
        clip=amount("clip_norm", clip_norm),
        max_norm=amount("max_norm", max_norm),
        batch=engine.read_batch(str(batch), count("batch_seed", batch_seed, 0)) if batch else None,
        held_out=engine.read_held_out(str(held_out), count("held_out_every", held_out_every, 1)) if held_out else None,
        until=amount("until", until),
        patience=None if patience is None else count("patience", patience, 1),
        ties=ties,
    )
    trained = Training(opening.program, opening.inputs, settings, opening.setup)
    if resume is not None:
        saved.resume(trained, resume)
    return trained.run(on_progress)
