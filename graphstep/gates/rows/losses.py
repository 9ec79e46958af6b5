"""Losses: composite gates with the gradient that textbooks print, and the gate that makes targets of classes.

A loss takes a row of scores for each case (or one vector of them) and the right answers, and gives one number: the mean over the
cases. The right answers are classes, whole numbers, or targets in the shape of the scores (:func:`onehot`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

from graphstep.gates.rows.movement import nothing
from graphstep.gates.rows.reductions import mean, mean_square
from graphstep.gates.rows.softmaxes import filled_axis
from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import Call, MisfitError, Options, Remarked, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Shape


def whole(x: Any, runs: int = 0) -> Options:
    """Over all cells of an array; in a stack of runs, whose axis is the first, over those of each."""
    return {"axis": tuple(range(runs, x.ndim)) if runs else None, "keepdims": False}


def onehot_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    """The shape of the scores, where classes (one a row of scores) or targets of the scores' shape go with them."""
    classes, scores = shapes
    if not scores:
        raise MisfitError(
            "its scores are a single number", "give one score a class: a vector, or a row of a matrix for each case"
        )
    if scores[-1] == 0 and classes != scores:
        raise MisfitError("there are no classes: the last axis of the scores is empty", "give at least one score")
    if classes not in (scores, scores[:-1]):
        single = "a single class" if len(scores) == 1 else f"one class for each row, {kind_text(scores[:-1])},"
        raise MisfitError(
            "these targets do not go with the scores",
            f"give {single} or {kind_text(scores)} of targets",
        )
    return scores


def onehot(np: Any, classes: Any, scores: Any) -> Any:
    """Rows of 0 with a 1 at the class; what has the scores' shape is targets already, and is returned as it is.

    Raises :class:`MisfitError` for a class that is no whole number from 0 to the number of classes.
    """
    if np.shape(classes) == np.shape(scores):
        return classes
    count = np.shape(scores)[-1]
    wrong = np.asarray(~((np.floor(classes) == classes) & (np.greater_equal(classes, 0)) & (np.less(classes, count))))
    if wrong.any():
        first = float(np.asarray(classes)[wrong].flat[0])
        raise MisfitError(f"{first:g} is no class", f"with {count} scores the classes are the whole numbers 0 to {count - 1}")
    return (np.asarray(classes)[..., None] == np.arange(count)).astype(float)


def _onehot_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    # Only targets are handed on as they are, so only they get a gradient; of the scores nothing but their shape is read.
    same = np.shape(call.inputs[0]) == np.shape(call.out)
    return upstream if slot == 0 and same else np.zeros(np.shape(call.inputs[slot]))


def _onehot_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    same = np.shape(call.inputs[0]) == np.shape(call.out)
    return direction if slot == 0 and same else np.zeros(np.shape(call.out))


def _onehot_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "diagonal" if slot == 0 and shapes[0] == shapes[1] else "selection"


# What the losses on classes share


def loss_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    """One number, of scores and the classes or targets that go with them."""
    filled_axis(shapes[0], -1)
    onehot_shape(shapes[::-1], options)
    return ()


def loss_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    """The structure of the Jacobian of such a loss."""
    # Towards classes there is no slope at all.
    return "selection" if slot == 1 and shapes[0] != shapes[1] else "dense"


def _targets(np: Any, call: Call) -> tuple[Any, int, bool]:
    """The targets as rows, the number of cases, and whether they were given so, not as classes."""
    scores, y = call.inputs
    return onehot(np, y, scores), prod(scores.shape[:-1]), np.shape(y) == scores.shape


def _mean_of_rows(np: Any, rows: Any, runs: int = 0) -> Any:
    return mean(np, rows, whole(rows, runs))


def target_term(m: Any, terms: Sequence[Any], options: Options) -> Any:
    """The targets in notation."""
    scores, y = options["shapes"]
    return terms[1] if scores == y else m.call("onehot", terms[1])


def over(count: int, term: Any) -> Any:
    """A term over a number of cells or cases, which goes without saying where it is one."""
    return term if count == 1 else term / count


def per_case(term: Any, options: Options) -> Any:
    """A term over the number of cases."""
    return over(prod(options["shapes"][0][:-1]), term)


def _onehot_symbolic(np: Any, _: Any, inputs: Sequence[Any], hints: Sequence[Any], options: Options) -> Any:
    # A class is a number, never a symbol; targets are cells like others.
    classes, scores = inputs
    if classes.shape == scores.shape:
        return classes
    if hints[0] is None:
        raise InputError("SymPy has no form for classes that are not known")
    return np.array(onehot(np, np.asarray(hints[0]), np.zeros(scores.shape)), float)


# Hinge


def _margins(np: Any, call: Call) -> tuple[Any, Any]:
    """By how much each score misses its margin (positive where it does), and the targets."""
    scores = call.inputs[0]
    targets = _targets(np, call)[0]
    return scores - (targets * scores).sum(axis=-1, keepdims=True) + call.options["margin"], targets


def _hinge(np: Any, inputs: Sequence[Any], options: Options, runs: int = 0) -> Any:
    missed, targets = _margins(np, Call(tuple(inputs), None, options))
    return _mean_of_rows(np, ((1.0 - targets) * np.maximum(0.0, missed)).sum(axis=-1), runs)


def _hinge_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    scores = call.inputs[0]
    missed, targets = _margins(np, call)
    _, cases, soft = _targets(np, call)
    share = np.divide(upstream, cases)
    # What is nan passes on what it gets, as relu does.
    # Not missed > 0, which would be false for it.
    active = (1.0 - targets) * ~(missed <= 0)
    count = active.sum(axis=-1, keepdims=True)
    if slot == 0:
        # The right class stands in every difference that misses: it gets minus as much as all of these together.
        return share * (active - targets * count)
    if not soft:
        return np.zeros(np.shape(call.inputs[1]))
    return -share * (np.maximum(0.0, missed) + scores * count)


def _hinge_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    scores = call.inputs[0]
    missed, targets = _margins(np, call)
    weight = 1.0 - targets
    if slot == 0:
        moved = direction - (targets * direction).sum(axis=-1, keepdims=True)
        return _mean_of_rows(np, (weight * np.where(~(missed <= 0), moved, 0.0)).sum(axis=-1))
    if not _targets(np, call)[2]:
        return np.float64(0.0)
    moved = -(direction * scores).sum(axis=-1, keepdims=True)
    rows = weight * np.where(~(missed <= 0), moved, 0.0) - direction * np.maximum(0.0, missed)
    return _mean_of_rows(np, rows.sum(axis=-1))


def _hinge_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    scores, y = terms
    return m.call("hinge", scores, y) if options["margin"] == 1 else m.call("hinge", scores, y, options["margin"])


def _hinge_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    scores, y = options["shapes"]
    if slot == 1:
        return upstream * m.call("slope", terms[1]) if scores == y else 0
    active = m.call("active", terms[0])
    return upstream * per_case(
        active - target_term(m, terms, options) * m.over("sum", active, None if len(scores) == 1 else -1), options
    )


def _hinge_expansion(options: Options) -> str:
    right = "sum(q * x, axis=-1, keepdims=true)"
    return f"q = onehot(y, x); mean(sum((1 - q) * max(0, x - {right} + {typed(options['margin'])}), axis=-1))"


def _hinge_remark(np: Any, call: Call) -> Remarked:
    missed, targets = _margins(np, call)
    edges = int(((missed == 0) & (targets != 1)).sum())
    return (("edge", {"count": edges}),) if edges else ()


# Means of something cell by cell


def pulled_back(slope: Callable[..., Any], times: float = 1.0) -> Callable[..., Any]:
    """The pullback of a mean over cells, from the slope of each, which may be too large for a number once it is multiplied."""
    return lambda np, call, slot, upstream: np.divide(times * upstream, np.size(call.inputs[0])) * slope(np, call, slot)


def pushed(slope: Callable[..., Any], times: float = 1.0) -> Callable[..., Any]:
    """The push of a mean over cells."""
    return lambda np, call, slot, direction: times * _mean_of_rows(np, slope(np, call, slot) * direction)


# Squared error


def _mse_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    if shapes[0] != shapes[1]:
        cells = prod(shapes[0]) == prod(shapes[1])
        fits = f"reshape the second to {shapes[0]}" if cells else f"make the second side {kind_text(shapes[0])} too"
        raise MisfitError("mse compares cell by cell, so both sides need one shape", fits)
    return ()


def _mse(np: Any, inputs: Sequence[Any], options: Options, runs: int = 0) -> Any:
    away = np.subtract(*inputs)
    return mean_square(np, away, whole(away, runs))


def _mse_slope(np: Any, call: Call, slot: int) -> Any:
    """Half of the slope: the difference."""
    x, y = call.inputs
    return np.subtract(y, x) if slot else np.subtract(x, y)


def _mse_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, y = terms if slot == 0 else terms[::-1]
    return upstream * over(prod(options["shapes"][0]), 2 * (x - y))


LOSSES = (
    Rule(
        "onehot",
        "onehot",
        onehot_shape,
        lambda np, inputs, options: np.array(onehot(np, *inputs), float),
        _onehot_pullback,
        _onehot_push,
        _onehot_structure,
        lambda m, terms, options: m.call("onehot", terms[0]),
        lambda m, slot, upstream, terms, out, options: (
            upstream if slot == 0 and options["shapes"][0] == options["shapes"][1] else 0
        ),
        "The onehot gate makes rows of zeros with a 1 at the class that {x} names, as long as a row of {y}; targets stay.",
        (
            "Classes are whole numbers that nothing moves by a little, so they get no gradient; targets get all of it.",
            "The scores lend onehot their shape only, so they get no gradient from it.",
        ),
        pattern=("distributor", "dead"),
        arity=(2, 2),
        multiplications=nothing,
        nonzero=lambda np, slot, shapes, options: prod(shapes[0]) if slot == 0 and shapes[0] == shapes[1] else 0,
        symbolic=_onehot_symbolic,
        returned=lambda slot, shapes, options: "d" if slot == 0 and shapes[0] == shapes[1] else "0",
    ),
    Rule(
        "hinge",
        "hinge",
        loss_shape,
        _hinge,
        _hinge_pullback,
        _hinge_push,
        loss_structure,
        _hinge_formula,
        _hinge_pulled,
        "The hinge gate adds up by how much each wrong class of {x} comes closer to the right one, {y}, than the margin "
        "{margin}: the mean over the cases.",
        (
            "Each wrong class that misses its margin gets its case's share of the upstream gradient, the right class that share "
            "with its sign turned for each of them, and what keeps its margin gets 0.",
            "Classes are whole numbers that nothing moves by a little, so they get no gradient.",
        ),
        pattern=("router", "data"),
        arity=(2, 2),
        keywords={"margin": "number"},
        defaults={"margin": 1},
        inside=lambda options: "" if options["margin"] == 1 else f" margin {numeral(options['margin'])}",
        expansion=_hinge_expansion,
        remark=_hinge_remark,
        remarks={
            "edge": (
                "{count} score keeps its margin exactly: there the local gradient is taken as 0, as that of relu is at 0. "
                "(PyTorch takes 0 too; JAX ½.)",
                "{count} scores keep their margin exactly: there the local gradient is taken as 0, as that of relu is at 0. "
                "(PyTorch takes 0 too; JAX ½.)",
            ),
        },
        stacked=partial(_hinge, runs=1),
    ),
    Rule(
        "mse",
        "mse",
        _mse_shape,
        _mse,
        pulled_back(_mse_slope, 2.0),
        pushed(_mse_slope, 2.0),
        lambda slot, shapes, options: "dense",
        lambda m, terms, options: m.call("mse", *terms),
        _mse_pulled,
        "The mse gate takes the mean of the squared differences of {x} and {y}.",
        (
            "The slope of a mean of squares is twice the difference {x} − {y}, divided by the number of cells.",
            "The slope of a mean of squares is twice the difference {y} − {x}, divided by the number of cells.",
        ),
        arity=(2, 2),
        stacked=partial(_mse, runs=1),
        expansion=lambda options: "mean((x - y)^2)",
    ),
)
