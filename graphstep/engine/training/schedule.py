"""The learning rate, round by round: a number, or an expression in the round."""

from __future__ import annotations

import math

from graphstep.engine.passes import Buffers, forward
from graphstep.engine.plan import plan
from graphstep.ground.errors import InputError, ReadError, quoted
from graphstep.ground.late import np
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes

EXAMPLES = "a learning rate is a number such as 0.1, or an expression in the round t and the number of rounds T: 0.1*0.95^t"

_NAMES = ("t", "T")


class Schedule:
    """Learning rates, from a text that is read as programs are and computed by the gates.

    It may use ``t``, the round from 0, and ``T``, the number of rounds in all: ``0.1*0.95^t``, ``0.1*(1 - t/T)``.

    Raises ReadError where the text cannot be read or has other names in it, and InputError where the rate of the first round is
    not finite, or below 0.
    """

    def __init__(self, text: str, rounds: int) -> None:
        self.text = text
        """As typed."""
        self.rounds = rounds
        """T."""
        program = _program(text)
        self.constant = not program.inputs
        """Whether every round has the same rate."""
        self._plan = plan(infer_shapes(program, {}).program)
        self._buffers = Buffers.of(self._plan)
        self._known: dict[int, float] = {}
        if not math.isfinite(self.rate(0)):
            where = "" if self.constant else " in round 0"
            raise InputError(f"the learning rate {quoted(text)} is {self.rate(0)}{where}", hint=EXAMPLES)
        if self.rate(0) < 0:
            raise InputError(f"the learning rate {quoted(text)} is below 0", hint="--maximize lets the output rise")

    def rate(self, t: int) -> float:
        """The learning rate of round ``t``, from 0; it may come to inf or nan in a later round."""
        key = 0 if self.constant else t
        if key not in self._known:
            # The last one only: it is asked for a few times in a round, and a training may have a million rounds.
            self._known = {key: self._compute(t)}
        return self._known[key]

    def _compute(self, t: int) -> float:
        rounds = {"t": float(t), "T": float(self.rounds)}
        with np.errstate(all="ignore"):
            forward(self._plan, self._buffers, {name: rounds[name] for name in self._plan.program.inputs})
        return float(self._buffers.cells[self._plan.starts[self._plan.program.output]])


def _program(text: str) -> Program:
    try:
        return _checked(read(text))
    except ReadError as error:
        message = f"the learning rate cannot be used: {error.message}"
        raise ReadError(message, text=error.text or text, span=error.span, hint=error.hint or EXAMPLES) from None


def _checked(program: Program) -> Program:
    for name, node in zip(program.inputs, program.nodes, strict=False):
        if name not in _NAMES:
            raise ReadError(f"{quoted(name)} is neither t nor T", text=program.text, span=node.span, hint=EXAMPLES)
    return program
