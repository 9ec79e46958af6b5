"""A typed formula is marked: it has to come to the right number with the inputs of the run, and with others too."""

from __future__ import annotations

import math
from functools import partial

from graphstep.analysis.facts import Reason
from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.teaching.marking.evaluate import evaluate
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.precision import EQUAL
from graphstep.teaching.marking.quantities import Quantity
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

# Up, down and further away, with few binary digits: a formula that is right here by chance is not so three times more.
_MOVES = ((1.0625, 0.03125), (0.9375, 0.015625), (1.25, -0.125))
"""By what the inputs are multiplied and what is added to them, in the other runs."""


@owner_cache
def runs_beside(trace: Trace) -> tuple[Trace, ...]:
    """Runs of the same program with inputs that are moved a little, each in its own way."""
    nearby = []
    for factor, shift in _MOVES:
        moved = {
            # Two inputs with one number go different ways, so that their names cannot stand for each other.
            name: value if name in trace.program.data else value * factor + shift * (place + 1)
            for place, (name, value) in enumerate(trace.inputs.items())
        }
        try:
            nearby.append(trace.with_inputs(moved))
        except GraphstepError:
            # A gate refuses these numbers.
            continue
    return tuple(nearby)


def marked(asked: Quantity, text: str, at: int) -> tuple[bool, str, Reason | None]:
    """Whether a formula for a local gradient is right, what is said of it, and the slip that it is; None where it is none.

    Raises GraphstepError for a text that cannot be read as a formula.
    """
    wire, trace = asked.wire, asked.trace
    assert wire is not None, "a local gradient stands on a wire"
    say = partial(message, trace.writing.language)
    here = _number(trace, text, at)
    beside = [(run, run.wire(wire.edge).local) for run in runs_beside(trace)]
    # Where a moved input leaves the domain of a log there is no number, and nothing to hold a formula against.
    others = [(run, float(local)) for run, local in beside if isinstance(local, float) and math.isfinite(local)]
    right_here = _same(here, asked.value)
    if right_here and all(_same(_number(run, text, at), local) for run, local in others):
        return True, say("formula-right"), None
    if right_here:
        return False, say("formula-here-only", name=asked.name), None
    why = next((why for number, why in slips(asked) if isinstance(number, float) and _same(here, number)), None)
    feedback = say("formula-wrong", name=asked.name) if why is None else say("mark-slip", slip=Wording(trace).say(why))
    return False, feedback, why


def _number(trace: Trace, text: str, at: int) -> float:
    with np.errstate(all="ignore"):
        value = evaluate(trace, text, at).value
    return value if isinstance(value, float) else math.nan


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= EQUAL * max(abs(one), abs(other), 1e-3)
