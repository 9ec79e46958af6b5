"""A training as JSON, schema 1: the run of its last round, with the history and the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.engine.training.training import Training
from graphstep.faces.export import json
from graphstep.ground.numerals import ENGLISH
from graphstep.telling.reports.training import stop_text


def export(training: Training) -> Iterator[str]:
    """The document in pieces of text; there must be a round."""
    yield from json.written(_entries(training))


def to_dict(training: Training) -> dict[str, Any]:
    """The document as Python data."""
    return json.as_data(_entries(training))


def history(training: Training) -> dict[str, Any]:
    """The history alone, as data: ``loss``, ``rate`` and ``gradient_norms`` by round, ``held_out`` as ``[round, loss]``."""
    kept = training.history
    data: dict[str, Any] = {
        "loss": list(map(json.number, kept.losses)),
        "rate": list(map(json.number, kept.rates)),
        "gradient_norms": {name: list(map(json.number, norms)) for name, norms in kept.norms.items()},
    }
    if training.settings.held_out:
        data["held_out"] = [[k, json.number(loss)] for k, loss in kept.held_out]
    return data


def _entries(training: Training) -> Iterator[tuple[str, Any]]:
    yield from json.document(training.round(-1), None)
    settings = training.settings
    summary: dict[str, Any] = {
        "optimizer": settings.optimizer.name,
        "settings": {name: json.number(value) for name, value in settings.hyper.items()},
        "maximize": settings.climbs,
        "rounds": training.rounds,
        # In English in every language: it is data, which programs compare.
        "stopped": stop_text(training, ENGLISH),
        "loss": json.number(training.loss),
    }
    if training.kept is not None:
        summary["kept_round"] = training.kept
    if settings.held_out:
        summary["held_out_loss"] = json.number(training.held_out_loss)
    yield "training", summary
    yield "history", history(training)
    yield "params", {name: json.number(value) for name, value in training.params.items()}


def to_csv(training: Training) -> str:
    """The history as comma-separated values, a line a round, with a heading; empty where there is no held-out loss."""
    kept = training.history
    held_out = dict(kept.held_out)
    names = list(kept.norms)
    looks = training.settings.held_out is not None
    lines = [",".join(["round", "loss", *["held_out"] * looks, "rate", *(f"norm_{n}" for n in names)])]
    for k, loss in enumerate(kept.losses):
        held = [repr(held_out[k]) if k in held_out else ""] * looks
        lines.append(",".join([str(k), repr(loss), *held, repr(kept.rates[k]), *(repr(kept.norms[name][k]) for name in names)]))
    return "\n".join(lines) + "\n"
