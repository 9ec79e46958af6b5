"""The softmax family: composite gates, each as stable as it can be and with the gradient that textbooks print.

All of them subtract the largest score first, so that scores of ±1000 neither overflow nor lose what is left of the others.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from graphstep.arrays import kind_text
from graphstep.gates.rows.collecting import (
    axis_inside,
    chosen_axes,
    collected,
    collecting_structure,
    kept,
    shown_axis,
)
from graphstep.gates.rows.spelling import written
from graphstep.gates.structural import Call, MisfitError, Options, StructuralGate, Structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Shape


def softmax(np: Any, x: Any, axis: Any) -> Any:
    """exp(x) divided by its sum along an axis, without overflow."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(np: Any, x: Any, axis: Any) -> Any:
    """The logarithm of softmax, exact also where softmax rounds to 0."""
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def filled_axis(shape: Shape, axis: int) -> None:
    """Raise :class:`MisfitError` unless the shape has the axis, with at least one entry."""
    if not shape:
        raise MisfitError("its scores are a single number", "give a vector of scores, or a matrix with a row for each case")
    if shape[chosen_axes(shape, axis)[0]] == 0:
        where = "the last axis" if axis == -1 else f"axis {axis}"
        raise MisfitError(f"there are no scores: {where} of {kind_text(shape)} is empty", "give at least one score")


def _same_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    filled_axis(shapes[0], options["axis"])
    return shapes[0]


def _along_one_axis(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "dense" if len(shapes[0]) == 1 else "block"


def _softmax_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    p, axis = call.out, call.options["axis"]
    return p * (upstream - (p * upstream).sum(axis=axis, keepdims=True))


def _softmax_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    # The quotient rule on exp(x) / sum(exp(x)).
    x, axis = call.inputs[0], call.options["axis"]
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    total = powers.sum(axis=axis, keepdims=True)
    moved = powers * direction
    return moved / total - powers * moved.sum(axis=axis, keepdims=True) / total**2


def _softmax_expansion(options: Options) -> str:
    over = written({"axis": options["axis"], "keepdims": True})
    return f"q = exp(x - max(x{over})); q / sum(q{over})"


def _log_softmax_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    return upstream - np.exp(call.out) * upstream.sum(axis=call.options["axis"], keepdims=True)


def _log_softmax_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, axis = call.inputs[0], call.options["axis"]
    return direction - (softmax(np, x, axis) * direction).sum(axis=axis, keepdims=True)


def _log_softmax_expansion(options: Options) -> str:
    over = written({"axis": options["axis"], "keepdims": True})
    return f"q = x - max(x{over}); q - log(sum(exp(q){over}))"


def _logsumexp_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    axes = chosen_axes(shapes[0], options["axis"])
    if prod(shapes[0][i] for i in axes) == 0:
        raise MisfitError("there are no cells to add up the exponentials of", f"its input is {kind_text(shapes[0])}")
    return collected(shapes, options)


def _logsumexp(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x = np.asarray(inputs[0])
    axes = chosen_axes(x.shape, options["axis"])
    top = x.max(axis=axes, keepdims=True)
    found = np.log(np.exp(x - top).sum(axis=axes, keepdims=True)) + top
    return found.reshape(collected([x.shape], options))


def _logsumexp_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    return np.exp(np.subtract(call.inputs[0], kept(np, call, call.out))) * kept(np, call, upstream)


def _logsumexp_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x = np.asarray(call.inputs[0])
    axes = chosen_axes(x.shape, call.options["axis"])
    powers = np.exp(x - x.max(axis=axes, keepdims=True))
    return ((powers * direction).sum(axis=axes) / powers.sum(axis=axes)).reshape(np.shape(call.out))


def _logsumexp_expansion(options: Options) -> str:
    top = f"max(x{written({**options, 'keepdims': True})})"
    return f"log(sum(exp(x - {top}){written(options)})) + max(x{written(options)})"


def _named_axis(options: Options) -> int | None:
    """The axis where it is not the last one, as nobody says otherwise."""
    axis: int = options["axis"]
    return None if axis == -1 else axis


def _twice(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    return 2 * prod(shapes[0])


SQUASHING = (
    StructuralGate(
        "softmax",
        "softmax",
        _same_shape,
        lambda np, inputs, options: softmax(np, inputs[0], options["axis"]),
        _softmax_pullback,
        _softmax_push,
        _along_one_axis,
        lambda m, terms, options: m.over("softmax", terms[0], _named_axis(options)),
        lambda m, slot, upstream, terms, out, options: out * (upstream - m.over("sum", upstream * out, shown_axis(options))),
        "The softmax gate turns the scores {x}{axis} into probabilities: exponentials divided by their sum.",
        (
            "Every probability depends on every score{axis}: what arrives is compared with its mean under "
            "these probabilities, and the difference is scaled by the probability.",
        ),
        functions=("softmax",),
        keywords={"axis": "axis"},
        defaults={"axis": -1},
        inside=lambda options: "" if options["axis"] == -1 else axis_inside(options),
        multiplications=_twice,
        expansion=_softmax_expansion,
    ),
    StructuralGate(
        "log_softmax",
        "log softmax",
        _same_shape,
        lambda np, inputs, options: log_softmax(np, inputs[0], options["axis"]),
        _log_softmax_pullback,
        _log_softmax_push,
        _along_one_axis,
        lambda m, terms, options: m.over("log_softmax", terms[0], _named_axis(options)),
        lambda m, slot, upstream, terms, out, options: (
            upstream - m.over("softmax", terms[0], _named_axis(options)) * m.over("sum", upstream, shown_axis(options))
        ),
        "The log softmax gate turns the scores {x}{axis} into logarithms of probabilities.",
        ("A score gets what arrives at its own cell, less its probability times all that arrives{axis}.",),
        functions=("log_softmax",),
        keywords={"axis": "axis"},
        defaults={"axis": -1},
        inside=lambda options: "" if options["axis"] == -1 else axis_inside(options),
        expansion=_log_softmax_expansion,
    ),
    StructuralGate(
        "logsumexp",
        "log Σ exp",
        _logsumexp_shape,
        _logsumexp,
        _logsumexp_pullback,
        _logsumexp_push,
        collecting_structure,
        lambda m, terms, options: m.log(m.over("sum", m.exp(terms[0]), shown_axis(options))),
        lambda m, slot, upstream, terms, out, options: upstream * m.over("softmax", terms[0], shown_axis(options)),
        "The log Σ exp gate adds up the exponentials of {x}{axis} and takes the logarithm: a smooth maximum.",
        ("The slope of log Σ exp is softmax: each cell gets its probability's share of the upstream gradient.",),
        functions=("logsumexp",),
        keywords={"axis": "axes", "keepdims": "flag"},
        defaults={"axis": None, "keepdims": False},
        inside=axis_inside,
        expansion=_logsumexp_expansion,
    ),
)
