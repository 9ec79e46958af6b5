"""Normalisations: of a batch, column by column, and of a layer, case by case."""

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
    return _across(np, upstream * gamma, normal, spread, call.options["eps"], lambda part: deviation(np, part, _BATCH), axis=0)


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


# Normalisation of a layer


_LAYER: Options = {"axis": -1, "keepdims": True}
"""Over the last axis, case by case."""


def _layer_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    x = shapes[0]
    if not x or not x[-1]:
        raise MisfitError("its input has no cells along a last axis", "give a vector, or a matrix with a row for each case")
    for name, shape in zip(("gamma", "beta"), shapes[1:], strict=False):
        if not broadcasts(shape, x):
            raise MisfitError(f"this {name} does not go with the cases", f"it must be {kind_text(x[-1:])}")
    return x


def _layer_spread(np: Any, x: Any, options: Options) -> tuple[Any, Any]:
    away = deviation(np, x, _LAYER)
    return away, _root(np, away, options)


def _root(np: Any, cells: Any, options: Options) -> Any:
    """The root of the mean of the squares of each case, with ε under it; also where a square is no number."""
    square = mean_square(np, cells, _LAYER)
    if np.all((square > 1e-280) & (square < 1e300)):
        return np.sqrt(square + options["eps"])
    return np.hypot(length(np, cells / np.sqrt(cells.shape[-1]), _LAYER), np.sqrt(options["eps"]))


def _layer_norm(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x, gamma, beta = inputs
    away, spread = _layer_spread(np, x, options)
    return gamma * (away / spread) + beta


def _across(np: Any, arriving: Any, normal: Any, spread: Any, eps: float, centre: Any, axis: int = -1) -> Any:
    """What arrives without its part along what was normalised, of which only the share of ε is left, over the spread.

    What was normalised has the mean square 1 − ε/spread². Its part and the mean may be nearly all that arrives, as in a batch of
    two. So they are taken out as a part across and a part along, and once more from what rounding has left of them.
    """
    across, size = centre(arriving), (normal * normal).sum(axis=axis, keepdims=True)
    along = np.zeros(size.shape)
    for _ in range(2):
        share = np.divide((across * normal).sum(axis=axis, keepdims=True), np.where(size == 0, 1.0, size))
        across, along = centre(across - normal * share), along + share
    return (across + normal * along * (eps / spread / spread)) / spread


def _layer_norm_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, gamma, beta = call.inputs
    if slot == 2:
        return gathered(np, upstream, np.shape(beta))
    away, spread = _layer_spread(np, x, call.options)
    if slot == 1:
        return gathered(np, upstream * (away / spread), np.shape(gamma))
    return _across(np, upstream * gamma, away / spread, spread, call.options["eps"], lambda part: deviation(np, part, _LAYER))


def _layer_norm_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, gamma, _ = call.inputs
    if slot == 2:
        return np.broadcast_to(direction, x.shape)
    away, spread = _layer_spread(np, x, call.options)
    normal = away / spread
    if slot == 1:
        return direction * normal
    moved = direction - np.mean(direction, axis=-1, keepdims=True)
    return gamma * (moved - normal * np.mean(normal * moved, axis=-1, keepdims=True)) / spread


def _layer_norm_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, gamma, _ = terms
    normal, axis = m.call("normalised", x), None if len(options["shapes"][0]) == 1 else -1
    if slot == 0:
        arriving = upstream * gamma
        inner = arriving - m.over("mean", arriving, axis) - normal * m.over("mean", arriving * normal, axis)
        return inner / m.over("std", x, axis)
    return _over_cases(m, upstream * normal if slot == 1 else upstream, options["shapes"], slot)


def _over_cases(m: Any, whole: Any, shapes: Sequence[Shape], slot: int) -> Any:
    if shapes[slot] == shapes[0]:
        return whole
    new = len(shapes[0]) - len(shapes[slot])
    return m.over("sum", whole, None if not shapes[slot] else 0 if new == 1 else tuple(range(new)))


def _structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    if slot == 0:
        return "dense" if len(shapes[0]) == 1 else "block"
    if shapes[slot] == shapes[0]:
        return "diagonal"
    if slot == 2:
        return "repetition"
    return "block" if prod(shapes[1]) > 1 else "dense"


def _rms_norm(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x, gamma = inputs
    return gamma * (x / _root(np, x, options))


def _rms_norm_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, gamma = call.inputs
    size = _root(np, x, call.options)
    if slot == 1:
        return gathered(np, upstream * (x / size), np.shape(gamma))
    return _across(np, upstream * gamma, x / size, size, call.options["eps"], lambda part: part)


def _rms_norm_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, gamma = call.inputs
    size = _root(np, x, call.options)
    normal = x / size
    if slot == 1:
        return direction * normal
    return gamma * (direction - normal * np.mean(normal * direction, axis=-1, keepdims=True)) / size


def _rms_norm_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, gamma = terms
    normal, axis = m.call("normalised", x), None if len(options["shapes"][0]) == 1 else -1
    if slot == 0:
        arriving = upstream * gamma
        return (arriving - normal * m.over("mean", arriving * normal, axis)) / m.over("rms", x, axis)
    return _over_cases(m, upstream * normal, options["shapes"], slot)


NORMALISING = (
    Rule(
        "batch_norm",
        "batch norm",
        _batch_norm_shape,
        _batch_norm,
        _batch_norm_pullback,
        _batch_norm_push,
        _structure,
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
    Rule(
        "layer_norm",
        "layer norm",
        _layer_shape,
        _layer_norm,
        _layer_norm_pullback,
        _layer_norm_push,
        _structure,
        lambda m, terms, options: m.call("layer_norm", *terms),
        _layer_norm_pulled,
        "The layer norm gate gives every case of {x} mean 0 and variance 1 over its last axis, "
        "then scales it by {y} and shifts it by {z}.",
        (
            "Every cell moves the mean and the variance of its case, so what arrives loses its mean and its part along the "
            "normalised case; the rest is scaled by {y} over the standard deviation.",
            "The scale meets every case: the upstream gradient times the normalised cases, added up over them.",
            "The shift is added to every case, so the upstream gradient is added up over them.",
        ),
        pattern=("", "switcher", "adder"),
        arity=(3, 3),
        functions=("layer_norm",),
        keywords={"eps": "number"},
        defaults={"eps": 1e-5},
        fillers=(1.0, 0.0),
        multiplications=lambda slot, shapes, options: (5, 2, 0)[slot] * prod(shapes[0]),
        expansion=lambda options: (
            f"y * ((x - mean(x, axis=-1, keepdims=true)) / sqrt(var(x, axis=-1, keepdims=true) + {typed(options['eps'])})) + z"
        ),
    ),
    Rule(
        "rms_norm",
        "rms norm",
        _layer_shape,
        _rms_norm,
        _rms_norm_pullback,
        _rms_norm_push,
        _structure,
        lambda m, terms, options: m.call("rms_norm", *terms),
        _rms_norm_pulled,
        "The rms norm gate divides every case of {x} by the root of the mean of its squares over the last axis, then scales it "
        "by {y}.",
        (
            "Every cell moves the size of its case, so what arrives loses its part along the normalised case; the rest is scaled "
            "by {y} over that size.",
            "The scale meets every case: the upstream gradient times the normalised cases, added up over them.",
        ),
        pattern=("", "switcher"),
        arity=(2, 2),
        functions=("rms_norm",),
        keywords={"eps": "number"},
        defaults={"eps": 1e-6},
        fillers=(1.0,),
        multiplications=lambda slot, shapes, options: (4, 2)[slot] * prod(shapes[0]),
        expansion=lambda options: f"y * (x / sqrt(mean(x^2, axis=-1, keepdims=true) + {typed(options['eps'])}))",
    ),
)
