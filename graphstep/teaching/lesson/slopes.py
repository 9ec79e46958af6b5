"""Wrong slopes of single gates: the local gradient that somebody writes who lost a square, a factor or a one of the right rule.

A row belongs to a gate and to one of its inputs: what was done, computed from the gate's inputs and its output, and what to say.
Turned signs, reciprocals and the gate's own value need no rows; they are looked for with every gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphstep.ground.arrays import Number, plain


class WrongSlope(NamedTuple):
    """A wrong rule for the local gradient of a gate."""

    slope: Callable[[Sequence[Any], Any], Any]
    """What it comes to, from the inputs of the gate and its output."""
    said: str
    """What to say of it."""


_SQUARE = "The square is missing: 1/x falls with 1/x²."

WRONG_SLOPES: dict[tuple[str, int], tuple[WrongSlope, ...]] = {
    ("reciprocal", 0): (
        WrongSlope(lambda x, out: -out, _SQUARE),
        WrongSlope(lambda x, out: np.log(np.abs(x[0])), "That is an integral: the slope of 1/x is no logarithm."),
    ),
    ("div", 0): (
        WrongSlope(lambda x, out: x[1], "That is the reciprocal: the slope towards what is divided is 1 over the other input."),
    ),
    ("div", 1): (
        WrongSlope(lambda x, out: -out, "The square is missing: a quotient falls with the square of what it is divided by."),
        WrongSlope(lambda x, out: -1 / x[1] ** 2, "What is divided is missing: it stays as a factor."),
        WrongSlope(lambda x, out: 1 / x[1], "That is the slope towards the other input, which is divided."),
    ),
    ("power", 0): (
        WrongSlope(lambda x, out: x[0] ** (x[1] - 1), "The exponent is missing: it comes down as a factor."),
        WrongSlope(lambda x, out: x[1] * out, "The exponent comes down as a factor, and falls by one."),
        WrongSlope(lambda x, out: x[1] * x[0], "The exponent falls by one, and the power stays a power."),
    ),
    ("square", 0): (
        WrongSlope(lambda x, out: x[0], "The exponent is missing: it comes down as a factor."),
        WrongSlope(lambda x, out: 2 * out, "The exponent comes down as a factor, and falls by one."),
    ),
    ("sqrt", 0): (
        WrongSlope(lambda x, out: 1 / out, "The ½ is missing: a root is the power ½, which comes down as a factor."),
        WrongSlope(lambda x, out: out / 2, "The exponent ½ falls by one as well: the root stands below."),
    ),
    ("exp", 0): (
        WrongSlope(lambda x, out: x[0] * np.exp(x[0] - 1), "That is the rule of a power; the slope of exp is exp itself."),
    ),
    ("log", 0): (WrongSlope(lambda x, out: x[0], "The slope of a logarithm is 1 over its input."),),
    ("sigmoid", 0): (
        WrongSlope(lambda x, out: 1 - out, "The factor σ is missing: the slope is a product of two factors."),
        WrongSlope(lambda x, out: x[0] * (1 - x[0]), "The slope is made of the output of σ, and not of its input."),
    ),
    ("tanh", 0): (
        WrongSlope(lambda x, out: 1 - out, "The square is missing: the slope of tanh is 1 minus the square of its output."),
        WrongSlope(lambda x, out: out * out, "It is 1 minus that square."),
        WrongSlope(lambda x, out: 1 - x[0] ** 2, "The slope is made of the output of tanh, and not of its input."),
    ),
}
"""The rows, by the gate and the slot."""


def wrong_slopes(gate: str, slot: int, inputs: Sequence[Any], out: Any) -> Iterator[tuple[Number, str]]:
    """The wrong local gradients of a gate towards one of its inputs, the most likely first, each with what to say."""
    for row in WRONG_SLOPES.get((gate, slot), ()):
        with np.errstate(all="ignore"):
            yield plain(np.asarray(row.slope([np.float64(x) for x in inputs], np.float64(out)))), row.said
