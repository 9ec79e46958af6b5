"""The experiment on initialisation: a deep network of equal layers, with weights of a chosen size, and random examples.

It is the one that Stanford's CS231n shows in its lecture on training (10 layers of 500 units): what the values of the layers
look like says whether the network can learn.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from graphstep.engine.trace import Trace, trace
from graphstep.gates import ELEMENTWISE
from graphstep.ground import limits
from graphstep.ground.arrays import Number
from graphstep.ground.errors import InputError, LimitError, did_you_mean, quoted
from graphstep.ground.late import np
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import dataclass
from graphstep.language.read import read
from graphstep.language.setup import setup_of_program

ACTIVATIONS = tuple(gate.name for gate in ELEMENTWISE.values() if gate.activation)
"""The activations that the experiment can be made with."""

SEED = 44
"""The seed of the random numbers unless told otherwise. A product of ten random matrices wanders by a tenth from one seed to the
next; with this one every layer is within 5 % of what the lecture shows, for all five of its initialisations."""

SCALES = {"xavier": lambda units: 1 / sqrt(units), "he": lambda units: sqrt(2 / units)}
"""By name, a rule for the standard deviation of the weights by the number of units."""


def scale_of(word: str, units: int) -> float:
    """The standard deviation of the weights: a number, or a rule by the number of units.

    ``xavier`` is 1/√n (Glorot and Bengio 2010, in the form of the lecture), ``he`` is √(2/n) (He and others 2015). InputError
    for anything else.
    """
    if word in SCALES:
        return SCALES[word](units)
    from graphstep.language.values import read_number

    hint = did_you_mean(word, SCALES) or f"give a number such as 0.01, or one of {', '.join(SCALES)}"
    # A word is a slip in the name of a rule; anything else is left to the reader of values, which says what is wrong with it.
    if word.isalpha():
        raise InputError(f"{quoted(word)} is no way to initialise", hint=hint)
    if not (scale := read_number(word)) >= 0:
        raise InputError(f"{quoted(word)} is no standard deviation", hint=hint)
    return scale


@dataclass(frozen=True, slots=True)
class Experiment:
    """The settings of such a network."""

    layers: int
    """How many layers it has."""
    units: int
    """How many units each of them has."""
    activation: str = "tanh"
    """The activation of each."""
    init: str = "xavier"
    """The standard deviation of the weights, as :func:`scale_of` reads it."""
    examples: int = 1000
    """How many examples run through it."""
    seed: int = SEED
    """The seed of weights and examples."""

    def check(self) -> None:
        """Raise InputError and LimitError where it cannot be made."""
        if self.activation not in ACTIVATIONS:
            hint = did_you_mean(self.activation, ACTIVATIONS) or f"there are {', '.join(ACTIVATIONS)}"
            raise InputError(f"{quoted(self.activation)} is no activation", hint=hint)
        if min(self.layers, self.units, self.examples) < 1:
            raise InputError("a network has at least one layer of one unit, and one example")
        cells = self.layers * (3 * self.examples * self.units + self.units * self.units)
        if cells > limits.CELLS:
            message = f"this experiment has about {cells:,} cells, more than the limit of {limits.CELLS:,}"
            raise LimitError(message, hint="take fewer examples, units or layers")
        scale_of(self.init, self.units)

    def program(self) -> tuple[str, dict[str, Number]]:
        """The program with its inputs: ``h1 = tanh(x@W1); …``, and a loss that gives every layer a gradient.

        The weights are normal with the standard deviation that ``init`` says, and so are the examples, with 1. The output is the
        sum of the last layer times a fixed random direction, so that the gradient that starts is normal as well. Raises what
        :meth:`check` does.
        """
        self.check()
        scale, dice = scale_of(self.init, self.units), np.random.default_rng(self.seed)
        # One stream of numbers in this order: with another the figures would not be those of the lecture.
        inputs: dict[str, Number] = {"x": dice.standard_normal((self.examples, self.units))}
        statements, before = [], "x"
        for number in range(1, self.layers + 1):
            inputs[f"W{number}"] = scale * dice.standard_normal((self.units, self.units))
            statements.append(f"h{number} = {self.activation}({before}@W{number})")
            before = f"h{number}"
        inputs["g"] = dice.standard_normal((self.examples, self.units))
        return "\n".join([*statements, f"sum({before}*g)"]), inputs

    def run(self, language: str = ENGLISH) -> Trace:
        """Make it, and run it forward and backward; raises what :meth:`check` does."""
        text, inputs = self.program()
        program = read(text)
        return trace(program, inputs, setup=replace(setup_of_program(program, inputs), language=language))
