"""A program beside what SymPy makes of it: other gates, and the same gradients where the rewriting keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphstep.analysis.symbolic.rewriting import Rewriting, rewritings
from graphstep.engine.agreement import largest_difference
from graphstep.engine.trace import Trace, trace
from graphstep.ground.errors import InputError
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.setup import FORMS

EQUAL = 1e-9
"""Relative difference up to which both have the same gradients: the rest is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Rewritten:
    """A program that SymPy made of another, and how both runs compare."""

    kind: str
    """What SymPy was asked for."""
    run: Trace | None
    """Its run on the same inputs; None where there is no program."""
    apart: float
    """The largest relative difference to the typed program, of the outputs and of the gradient of each input."""
    refusal: InputError | None = None
    """Why there is no program."""

    @property
    def agrees(self) -> bool:
        """Whether it has the value and the gradients of the typed program."""
        return self.run is not None and self.apart <= EQUAL


def gates(program: Program) -> int:
    """How many gates a program has."""
    return len(program.nodes) - program.first_gate


def rewritten_runs(typed: Trace, kinds: Sequence[str] = FORMS, given_up: Callable[[], bool] = bool) -> list[Rewritten]:
    """What SymPy makes of the program of a run, each run on the same inputs with the same seed; ``given_up`` says whether nobody
    waits for it any more.

    InputError for a program with arrays.
    """
    return [_beside(typed, answer) for answer in rewritings(typed.program.text, kinds, typed.inputs, given_up)]


def _beside(typed: Trace, answer: Rewriting) -> Rewritten:
    if not answer.text:
        return Rewritten(answer.kind, None, float("inf"), answer.refusal)
    program, its_setup = read(answer.text, typed.inputs), typed.setup
    inputs = {name: its_setup.inputs.get(name) for name in program.inputs}
    # What was asked of the typed text would be asked of another one now.
    plain = replace(its_setup, share=False, expand=False, fold=False, breaks=(), at=None, order=())
    setup = replace(plain, program=answer.text, inputs=inputs)
    values = {name: typed.inputs[name] for name in program.inputs}
    try:
        run = trace(program, values, seed=typed.seed, ties=typed.ties, setup=setup)
    except InputError as error:
        return Rewritten(answer.kind, None, float("inf"), error)
    return Rewritten(answer.kind, run, difference(typed, run))


def difference(typed: Trace, run: Trace) -> float:
    """The largest relative difference between a run and one of its rewriting, where an input that cancelled has gradient 0."""
    places = run.program.input_places
    # SymPy may cancel an input, x - x: it is no input of the new program then, and its gradient was 0.
    pairs = [(typed.output, run.output)]
    for place, name in enumerate(typed.program.inputs):
        pairs.append((typed.gradient_of(place), run.gradient_of(places[name]) if name in places else 0.0))
    return largest_difference(pairs)
