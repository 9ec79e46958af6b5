"""What a face shows of a round of a training: its numbers, and its parameters as they were and are."""

from __future__ import annotations

from collections.abc import Mapping

from graphstep.engine.trace import Trace
from graphstep.engine.training import Training
from graphstep.faces.comparison import change, largest_change
from graphstep.faces.drawing.digest import digest
from graphstep.ground.arrays import Number, shape_of, shape_text
from graphstep.ground.numerals import bound, numeral
from graphstep.telling.reports.training import stop_text
from graphstep.telling.words.catalogue import message


def held_out_loss(training: Training, k: int) -> float | None:
    """The loss of the examples that are held out, as it was looked at last up to a round; None where there is none."""
    # It is looked at every few rounds: the round itself may have none.
    return next((loss for round_, loss in reversed(training.history.held_out) if round_ <= k), None)


def parameter_rows(
    training: Training, params: Mapping[str, Number], k: int | None, trace: Trace | None
) -> list[tuple[str, str, str]]:
    """By parameter its name with its shape, its value in a round (old → new where that is at hand), and its gradient's norm."""
    rows = []
    updates = {update.node: update for update in trace.updates} if trace else {}
    for name in training.settings.params:
        value = params[name]
        update = updates.get(trace.program.names[name]) if trace else None
        if update is not None:
            text = _moved(update.before, update.after, training.setup.language)
        else:
            text = digest(trace.inputs[name] if trace is not None else value, language=training.setup.language)
        norm = "" if k is None else numeral(training.history.norms[name][k])
        rows.append((f"{name} {shape_text(shape_of(value))}" if shape_of(value) else name, text, norm))
    return rows


def update_step(trace: Trace, place: int) -> int | None:
    """The step of a round that updates a parameter, by its number; None in a round without updates."""
    # The updates end a round, a step each, in the order of the parameters.
    return len(trace) - len(trace.updates) + 1 + place if trace.updates else None


def stopped_text(training: Training) -> str:
    """Why no more rounds are run, as a sentence."""
    language = training.setup.language
    text = stop_text(training, language)
    # One capital alone: capitalize() would make small letters of the rest.
    return message(language, "sentence", text=f"{text[:1].upper()}{text[1:]}")


def _moved(before: Number, after: Number, language: str) -> str:
    """``0.4 → 0.72``; of an array what it is now, and by how much the cell that moves most does."""
    if isinstance(after, int | float):
        return change(before, after)
    return f"{digest(after, language=language)}   |Δ| ≤ {bound(largest_change(before, after), 2)}"
