"""Wrong slopes of single gates: the local gradient that somebody writes who lost a square, a factor or a one of the right rule.

A row belongs to a gate and to one of its inputs: what was done, computed from the gate's inputs and its output, and what to say.
Turned signs, reciprocals and the gate's own value need no rows; they are looked for with every gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np


class WrongSlope(NamedTuple):
    """A wrong rule for the local gradient of a gate."""

    slope: Callable[[Sequence[Any], Any], Any]
    """What it comes to, from the inputs of the gate and its output."""
    key: str
    """The message that says what is wrong with it."""


WRONG_SLOPES: dict[tuple[str, int], tuple[WrongSlope, ...]] = {
    ("reciprocal", 0): (
        WrongSlope(lambda x, out: -out, "slope-square-reciprocal"),
        WrongSlope(lambda x, out: np.log(np.abs(x[0])), "slope-integral"),
    ),
    ("div", 0): (WrongSlope(lambda x, out: x[1], "slope-divided"),),
    ("div", 1): (
        WrongSlope(lambda x, out: -out, "slope-square-quotient"),
        WrongSlope(lambda x, out: -1 / x[1] ** 2, "slope-dividend"),
        WrongSlope(lambda x, out: 1 / x[1], "slope-other-divided"),
    ),
    ("power", 0): (
        WrongSlope(lambda x, out: x[0] ** (x[1] - 1), "slope-exponent"),
        WrongSlope(lambda x, out: x[1] * out, "slope-exponent-falls"),
        WrongSlope(lambda x, out: x[1] * x[0], "slope-power-stays"),
    ),
    ("square", 0): (
        WrongSlope(lambda x, out: x[0], "slope-exponent"),
        WrongSlope(lambda x, out: 2 * out, "slope-exponent-falls"),
        WrongSlope(lambda x, out: np.float64(2.0), "slope-input-missing"),
    ),
    ("sqrt", 0): (
        WrongSlope(lambda x, out: 1 / out, "slope-half"),
        WrongSlope(lambda x, out: out / 2, "slope-root-below"),
    ),
    ("exp", 0): (WrongSlope(lambda x, out: x[0] * np.exp(x[0] - 1), "slope-exp"),),
    ("log", 0): (WrongSlope(lambda x, out: x[0], "slope-log"),),
    ("sigmoid", 0): (
        WrongSlope(lambda x, out: 1 - out, "slope-sigmoid-factor"),
        WrongSlope(lambda x, out: x[0] * (1 - x[0]), "slope-sigmoid-output"),
    ),
    ("tanh", 0): (
        WrongSlope(lambda x, out: 1 - out, "slope-tanh-square"),
        WrongSlope(lambda x, out: out * out, "slope-tanh-one"),
        WrongSlope(lambda x, out: 1 - x[0] ** 2, "slope-tanh-output"),
    ),
}
"""The rows, by the gate and the slot."""


WRONG_VALUES: dict[str, tuple[WrongSlope, ...]] = {
    "square": (WrongSlope(lambda x, out: 2 * x[0], "value-doubled"),),
    "exp": (WrongSlope(lambda x, out: np.e * x[0], "value-times-e"),),
    "reciprocal": (WrongSlope(lambda x, out: -x[0], "value-turned"),),
}
"""Wrong values of single gates, by the gate."""


def wrong_values(gate: str, inputs: Sequence[Any], out: Any) -> Iterator[tuple[Number, str]]:
    """The wrong values of a gate, each with its message."""
    for row in WRONG_VALUES.get(gate, ()):
        with np.errstate(all="ignore"):
            yield plain(np.asarray(row.slope([np.asarray(x) for x in inputs], np.asarray(out)))), row.key


def wrong_slopes(gate: str, slot: int, inputs: Sequence[Any], out: Any) -> Iterator[tuple[Number, str]]:
    """The wrong local gradients of a gate towards one of its inputs, the most likely first, each with its message."""
    for row in WRONG_SLOPES.get((gate, slot), ()):
        with np.errstate(all="ignore"):
            # NumPy's numbers: 1/0 and a power out of range are inf, where Python's raise.
            yield plain(np.asarray(row.slope([np.float64(x) for x in inputs], np.float64(out)))), row.key
