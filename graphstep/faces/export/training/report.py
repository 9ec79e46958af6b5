"""A training as lines of text: the table of its rounds, the parameters, and why it stopped."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.training.training import Training
from graphstep.ground.arrays import number_text
from graphstep.ground.numerals import numeral
from graphstep.telling.reports.training import shown

_DIGITS = 6
_NORMS = 6
"""Parameters whose norms have a column."""


def report(training: Training) -> Iterator[str]:
    """The lines: the program, the table of rounds, the final parameters and loss, and why it stopped."""
    yield from training.program.text.strip().splitlines()
    yield ""
    yield from table(training)
    yield ""
    rounds = training.rounds
    yield f"after {rounds:,} update{'' if rounds == 1 else 's'}"
    for name, value in training.params.items():
        yield f"  {name} = {number_text(value, _DIGITS)}"
    yield f"  loss = {numeral(training.loss, _DIGITS)}"
    if training.settings.held_out:
        yield f"  held-out loss = {numeral(training.held_out_loss or 0.0, _DIGITS)}"
    yield f"stopped: {training.stopped}"


def table(training: Training) -> Iterator[str]:
    """A heading and at most :data:`ROWS` rounds, the first and the last among them."""
    history = training.history
    held_out = dict(history.held_out)
    names = list(history.norms)[:_NORMS]
    heading = ["round", "loss", *(["held-out"] if training.settings.held_out else []), "rate", *(f"‖∇{name}‖" for name in names)]
    rows = [heading]
    for k in shown(training):
        held = [numeral(held_out[k], _DIGITS) if k in held_out else ""] if training.settings.held_out else []
        norms = [numeral(history.norms[name][k]) for name in names]
        rows.append([f"{k:,}", numeral(history.losses[k], _DIGITS), *held, numeral(history.rates[k]), *norms])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
