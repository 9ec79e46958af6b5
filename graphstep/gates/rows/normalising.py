"""The normalisation of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from graphstep.gates.rows.collecting import deviation, length, mean_square
from graphstep.gates.rows.moving import broadcasts, gathered
from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape

_BATCH: Options = {"axis": 0, "keepdims": False}
"""Over the cases of a batch, column by column."""


def _batch_norm_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    x = shapes[0]
    if not x:
        raise MisfitError("its input is a single number, not a batch", "give a matrix with a row for each case")
    for name, shape in zip(("gamma", "beta"), shapes[1:], strict=True):
        if not broadcasts(shape, x):
            raise MisfitError(f"this {name} does not go with the batch", f"it must be {kind_text(x[1:])}")
    return x


def _spread(np: Any, x: Any, options: Options) -> tuple[Any, Any]:
    """The distances from the mean of the batch, and the standard deviation."""
    away = deviation(np, x, _BATCH)
    variance = mean_square(np, away, _BATCH)
    if np.all((variance > 1e-280) & (variance < 1e300)):
        return away, np.sqrt(variance + options["eps"])
    # The squares are no numbers any more, or none that hold their digits; the root of their mean is.
    return away, np.hypot(length(np, away, _BATCH) / np.sqrt(x.shape[0]), np.sqrt(options["eps"]))


def _batch_norm(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x, gamma, beta = inputs
    away, spread = _spread(np, x, options)
    return gamma * (away / spread) + beta


def _batch_norm_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, gamma, beta = call.inputs
    if slot == 2:
        return gathered(np, upstream, np.shape(beta))
    away, spread = _spread(np, x, call.options)
    normal = away / spread
    if slot == 1:
        return gathered(np, upstream * normal, np.shape(gamma))
    # What arrives, less its mean and less its part along the normalised column, of which only the share of ε is left: that
    # column has the mean square 1 − ε/deviation². Both parts may be nearly all of it, as in a batch of two. So they are taken out
    # as a part across the column and a part along it, and once more from what rounding has left of them.
    across = deviation(np, upstream * gamma, _BATCH)
    size = (normal * normal).sum(axis=0)
    along = np.zeros(size.shape)
    for _ in range(2):
        share = np.divide((across * normal).sum(axis=0), np.where(size == 0, 1.0, size))
        across, along = deviation(np, across - normal * share, _BATCH), along + share
    return (across + normal * along * (call.options["eps"] / spread / spread)) / spread


def _batch_norm_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, gamma, _ = call.inputs
    if slot == 2:
        return np.broadcast_to(direction, x.shape)
    away, spread = _spread(np, x, call.options)
    if slot == 1:
        return direction * (away / spread)
    # The quotient rule on away/spread; the spread moves by the mean of normal · moved.
    moved, normal = direction - np.divide(direction.sum(axis=0), x.shape[0]), away / spread
    return gamma * (moved - normal * np.divide((normal * moved).sum(axis=0), x.shape[0])) / spread


def _batch_norm_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    if slot == 0:
        return "dense" if len(shapes[0]) == 1 else "block"
    if shapes[slot] == shapes[0]:
        return "diagonal"
    if slot == 2:
        return "repetition"
    return "block" if prod(shapes[1]) > 1 else "dense"


def _batch_norm_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, gamma, _ = terms
    normal = m.call("normalised", x)
    if slot == 0:
        inner = upstream - m.over("mean", upstream, 0) - normal * m.over("mean", upstream * normal, 0)
        return gamma / m.over("std", x, 0) * inner
    whole = upstream * normal if slot == 1 else upstream
    if options["shapes"][slot] == options["shapes"][0]:
        return whole
    return m.over("sum", whole, 0 if options["shapes"][slot] else None)


NORMALISING = (
    Rule(
        "batch_norm",
        "batch norm",
        _batch_norm_shape,
        _batch_norm,
        _batch_norm_pullback,
        _batch_norm_push,
        _batch_norm_structure,
        lambda m, terms, options: m.call("batch_norm", *terms),
        _batch_norm_pulled,
        "The batch norm gate gives every column of {x} mean 0 and variance 1 over the batch, "
        "then scales it by {y} and shifts it by {z}.",
        (
            "Every case moves the mean and the variance of its column, so what arrives loses its mean and its part "
            "along the normalised column; the rest is scaled by {y} over the standard deviation.",
            "The scale meets every case of the batch: the upstream gradient times the normalised column, added up over it.",
            "The shift is added to every case of the batch, so the upstream gradient is added up over the batch.",
        ),
        pattern=("", "switcher", "adder"),
        arity=(3, 3),
        functions=("batch_norm",),
        keywords={"eps": "number"},
        defaults={"eps": 1e-5},
        multiplications=lambda slot, shapes, options: (5, 2, 0)[slot] * prod(shapes[0]),
        expansion=lambda options: f"y * ((x - mean(x, axis=0)) / sqrt(var(x, axis=0) + {typed(options['eps'])})) + z",
    ),
)
