"""The command that makes a training again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.gates.optimizers import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.training.training import Training


def command_of(training: Training) -> tuple[str, tuple[str, ...]]:
    """The shell command of a training, with its inputs as typed; and the inputs that are too large for it."""
    setup = training.setup.filled(training.inputs)
    return setup.command(*_options(training), command="train"), setup.without_text


def _options(training: Training) -> Iterator[str]:
    settings = training.settings
    yield from ("--params", ",".join(settings.params), "--lr", settings.rate, "--steps", str(settings.rounds))
    if settings.optimizer.name != "sgd":
        yield from ("--optimizer", settings.optimizer.name)
    usual = settings_of(settings.optimizer, {})
    for name, value in settings.hyper.items():
        if value != usual[name]:
            yield from ("--momentum" if name == "mu" else f"--{name.replace('_', '-')}", repr(value))
    if settings.climbs:
        yield "--maximize"
    if settings.batch is not None:
        yield from (
            "--batch",
            f"{','.join(settings.batch.names)}:{settings.batch.size}",
            "--batch-seed",
            str(settings.batch.seed),
        )
    if settings.held_out is not None:
        held = settings.held_out
        yield from ("--held-out", f"{','.join(held.names)}:{held.share!r}", "--held-out-every", str(held.every))
    if settings.until is not None:
        yield from ("--until", repr(settings.until))
    if settings.patience is not None:
        yield from ("--patience", str(settings.patience))
