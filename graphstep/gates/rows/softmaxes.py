"""The softmax family: composite gates, each as stable as it can be and with the gradient that textbooks print.

All of them subtract the largest score first, so that scores of ±1000 neither overflow nor lose what is left of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from graphstep.gates import expressions
from graphstep.gates.rows.axes import OVER_AXES, axis_inside, chosen_axes, collected, collecting_structure, kept, shown_axis
from graphstep.gates.rows.reductions import first_along
from graphstep.gates.rows.spelling import written
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape


def softmax(np: Any, x: Any, axis: Any) -> Any:
    """exp(x) divided by its sum along an axis, without overflow."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(np: Any, x: Any, axis: Any) -> Any:
    """The logarithm of softmax, exact also where softmax rounds to 0 or to 1."""
    shifted = x - x.max(axis=axis, keepdims=True)
    # The largest cell has the power 1. It stays out of the sum, since 1 + 4e-18 would be 1 in float64.
    others = np.where(largest(np, x, (axis,)), 0.0, np.exp(shifted))
    return shifted - np.log1p(others.sum(axis=axis, keepdims=True))


def largest(np: Any, x: Any, axes: Sequence[int]) -> Any:
    """Where the first of the largest cells along the axes is."""
    return first_along(np, x == x.max(axis=tuple(axes), keepdims=True), [axis % x.ndim for axis in axes])


def rest(np: Any, x: Any, axis: int) -> Any:
    """For each cell the sum of the other cells along an axis, for cells that are not negative."""
    total = x.sum(axis=axis, keepdims=True)
    top = largest(np, x, (axis,))
    # The largest cell may be nearly all of the sum, so that nothing but rounding would be left of their difference.
    return np.where(top, np.where(top, 0.0, x).sum(axis=axis, keepdims=True), total - x)


def centred(np: Any, x: Any, p: Any, axis: int) -> Any:
    """How far each cell is from the mean under the probabilities: x − Σ p·x along an axis.

    Where one probability is nearly 1 the mean is nearly that cell. So all cells are measured from that one first.
    """
    top = largest(np, p, (axis,))
    away = np.where(top, 0.0, x - np.where(top, x, 0.0).sum(axis=axis, keepdims=True))
    return away - (p * away).sum(axis=axis, keepdims=True)


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
    # The Jacobian diag(s) − s·sᵀ times what arrives: s ⊙ (u − Σ s·u), without forming it.
    return call.out * centred(np, upstream, call.out, call.options["axis"])


def _softmax_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    # The quotient rule on exp(x) / sum(exp(x)). To move all scores alike moves nothing, so that of the largest may stand still.
    x, axis = call.inputs[0], call.options["axis"]
    top = largest(np, x, (axis,))
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    total = powers.sum(axis=axis, keepdims=True)
    moved = np.where(top, 0.0, powers * (direction - np.where(top, direction, 0.0).sum(axis=axis, keepdims=True)))
    return moved / total - powers * moved.sum(axis=axis, keepdims=True) / total**2


def _softmax_expansion(options: Options) -> str:
    over = written({"axis": options["axis"], "keepdims": True})
    return f"q = exp(x - max(x{over})); q / sum(q{over})"


def _log_softmax_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    axis, p = call.options["axis"], np.exp(call.out)
    top = largest(np, call.out, (axis,))
    total, others = (np.sum(part, axis=axis, keepdims=True) for part in (upstream, np.where(top, 0.0, upstream)))
    # u − p·Σu; where p is nearly 1, the cell's own part of the sum nearly cancels: u·(1 − p) is what is left of it.
    return np.where(top, upstream * rest(np, p, axis) - p * others, upstream - p * total)


def _log_softmax_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, axis = call.inputs[0], call.options["axis"]
    return centred(np, direction, softmax(np, x, axis), axis)


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
    others = np.where(largest(np, x, axes), 0.0, _powers(np, x, top)).sum(axis=axes, keepdims=True)
    return (np.log1p(others) + top).reshape(collected([x.shape], options))


def _powers(np: Any, x: Any, top: Any) -> Any:
    """exp(x − top). A cell that is the largest is no distance from it, also where both are infinite."""
    return np.exp(np.where(x == top, 0.0, x - top))


def _shares(np: Any, call: Call) -> Any:
    """The softmax of the cells that are collected together."""
    x = np.asarray(call.inputs[0])
    axes = chosen_axes(x.shape, call.options["axis"])
    powers = _powers(np, x, x.max(axis=axes, keepdims=True))
    return powers / powers.sum(axis=axes, keepdims=True)


def _logsumexp_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    return _shares(np, call) * kept(np, call, upstream)


def _logsumexp_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    axes = chosen_axes(np.shape(call.inputs[0]), call.options["axis"])
    return (_shares(np, call) * direction).sum(axis=axes).reshape(np.shape(call.out))


def _logsumexp_expansion(options: Options) -> str:
    # Clipped, the shift is a number also where the largest cell is infinite: inf − inf would be nan.
    def top(options: Options) -> str:
        return f"clip(max(x{written(options)}), -{_LARGEST!r}, {_LARGEST!r})"

    if options.get("keepdims") or options["axis"] is None:
        return f"q = {top(options)}; log(sum(exp(x - q){written(options)})) + q"
    return f"log(sum(exp(x - {top({**options, 'keepdims': True})}){written(options)})) + {top(options)}"


_LARGEST = 1.7976931348623157e308
"""The largest number in float64."""


def _named_axis(options: Options) -> int | None:
    """The axis where it is not the last one, as nobody says otherwise."""
    axis: int = options["axis"]
    return None if axis == -1 else axis


def _twice(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    return 2 * prod(shapes[0])


SOFTMAXES = (
    Rule(
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
        keywords={"axis": "axis"},
        defaults={"axis": -1},
        inside=lambda options: "" if options["axis"] == -1 else axis_inside(options),
        multiplications=_twice,
        expansion=_softmax_expansion,
        returned=lambda slot, shapes, options: f"out*(d - sum(out*d{written({'axis': options['axis'], 'keepdims': True})}))",
        symbolic=expressions.softmax,
    ),
    Rule(
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
        keywords={"axis": "axis"},
        defaults={"axis": -1},
        inside=lambda options: "" if options["axis"] == -1 else axis_inside(options),
        expansion=_log_softmax_expansion,
        returned=lambda slot, shapes, options: f"d - exp(out)*sum(d{written({'axis': options['axis'], 'keepdims': True})})",
        symbolic=expressions.log_softmax,
    ),
    Rule(
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
        **OVER_AXES,
        expansion=_logsumexp_expansion,
        remark=lambda np, call: (("infinite", {}),) if np.isinf(call.out).any() else (),
        remarks={
            "infinite": (
                "The largest cell is infinite, so that log Σ exp is: its gradient is taken as equal shares to the cells that are "
                "the largest, as they get where all are finite. (PyTorch and JAX give nan.)"
            )
        },
        symbolic=expressions.logsumexp,
    ),
)
