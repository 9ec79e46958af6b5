"""The experiment on initialisation: a deep network of equal layers, with weights of a chosen size, and random examples.

It is the one that Stanford's CS231n shows in its lecture on training (10 layers of 500 units): what the values of the layers
look like says whether the network can learn.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from graphstep.gates import ELEMENTWISE
from graphstep.ground import limits
from graphstep.ground.arrays import Number
from graphstep.ground.errors import InputError, LimitError, did_you_mean, quoted

ACTIVATIONS = tuple(gate.name for gate in ELEMENTWISE.values() if gate.activation)
"""The activations that the experiment can be made with."""

SEED = 44
"""The seed of the random numbers unless told otherwise. A product of ten random matrices wanders by a tenth from one seed to the
next; with this one every layer is within 5 % of what the lecture shows, for all five of its initialisations."""

_SCALES = {"xavier": lambda units: 1 / sqrt(units), "he": lambda units: sqrt(2 / units)}


def scale_of(word: str, units: int) -> float:
    """The standard deviation of the weights: a number, or a rule by the number of units.

    ``xavier`` is 1/√n (Glorot and Bengio 2010, in the form of the lecture), ``he`` is √(2/n) (He and others 2015). InputError
    for anything else.
    """
    if word in _SCALES:
        return _SCALES[word](units)
    from graphstep.language.values import read_number

    hint = did_you_mean(word, _SCALES) or f"give a number such as 0.01, or one of {', '.join(_SCALES)}"
    if word.isalpha():
        raise InputError(f"{quoted(word)} is no way to initialise", hint=hint)
    return read_number(word)


def network(
    layers: int, units: int, activation: str, scale: float, *, examples: int = 1000, seed: int = SEED
) -> tuple[str, dict[str, Number]]:
    """The program of such a network with its inputs: ``h1 = tanh(x@W1); …``, and a loss that gives every layer a gradient.

    The weights are normal with standard deviation ``scale``, and so are the examples, with 1. The output is the sum of the last
    layer times a fixed random direction, so that the gradient that starts is normal as well. InputError and LimitError.
    """
    if activation not in ACTIVATIONS:
        hint = did_you_mean(activation, ACTIVATIONS) or f"there are {', '.join(ACTIVATIONS)}"
        raise InputError(f"{quoted(activation)} is no activation", hint=hint)
    if layers < 1 or units < 1 or examples < 1:
        raise InputError("a network has at least one layer of one unit, and one example")
    cells = layers * (3 * examples * units + units * units)
    if cells > limits.CELLS:
        message = f"this experiment has about {cells:,} cells, more than the limit of {limits.CELLS:,}"
        raise LimitError(message, hint="take fewer examples, units or layers")
    dice = np.random.default_rng(seed)
    inputs: dict[str, Number] = {"x": dice.standard_normal((examples, units))}
    statements, before = [], "x"
    for number in range(1, layers + 1):
        inputs[f"W{number}"] = scale * dice.standard_normal((units, units))
        statements.append(f"h{number} = {activation}({before}@W{number})")
        before = f"h{number}"
    inputs["g"] = dice.standard_normal((examples, units))
    return "\n".join([*statements, f"sum({before}*g)"]), inputs
