"""Losses that are means of something cell by cell, or of one logarithm a case: bce, nll, huber."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from graphstep.gates.rows.losses import loss_shape, loss_structure, onehot, over, per_case, pulled_back, pushed, target_term
from graphstep.gates.rows.reductions import mean
from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import Call, MisfitError, Options, Remarked, Rule
from graphstep.ground.arrays import kind_text
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Shape

_WHOLE: Options = {"axis": None, "keepdims": False}
"""Over all cells."""


def _pair(name: str, shapes: Sequence[Shape]) -> Shape:
    if shapes[0] != shapes[1]:
        raise MisfitError(
            f"{name} compares cell by cell, so both sides need one shape", f"make the second side {kind_text(shapes[0])} too"
        )
    return ()


# Binary cross-entropy


def _bce(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x, y = inputs
    if options["logits"]:
        return mean(np, np.logaddexp(0.0, x) - y * x, _WHOLE)
    # What a target of 0 leaves out is left out, whatever its logarithm.
    cells = np.where(y == 0, 0.0, y * np.log(x)) + np.where(y == 1, 0.0, (1.0 - y) * np.log1p(-x))
    return mean(np, -cells, _WHOLE)


def _bce_slope(np: Any, call: Call, slot: int) -> Any:
    x, y = call.inputs
    if call.options["logits"]:
        # σ(x) − y, where σ near to 1 would leave nothing but rounding: (1 − y)·σ(x) − y·σ(−x).
        return -x if slot else (1.0 - y) / (1.0 + np.exp(-x)) - y / (1.0 + np.exp(x))
    if slot:
        return np.log1p(-x) - np.log(x)
    return np.where(y == 1, 0.0, (1.0 - y) / (1.0 - x)) - np.where(y == 0, 0.0, y / x)


def _bce_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, y = terms
    if options["logits"]:
        slope = -x if slot else m.sigmoid(x) - y
    else:
        slope = m.log(1 - x) - m.log(x) if slot else (x - y) / (x * (1 - x))
    return upstream * over(prod(options["shapes"][0]), slope)


def _bce_returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    if options["logits"]:
        slope = "-x" if slot else "(1 - y)*sigmoid(x) - y*sigmoid(-x)"
    elif slot:
        slope = "log1p(-x) - log(x)"
    else:
        # What happened for certain and was held to be certain is 0/0 in the other term: that is left out, as in the run.
        slope = "(1 - y)/(1 - where((x == 1)*(y == 1), 0, x)) - y/where((x == 0)*(y == 0), 1, x)"
    return f"d/{prod(shapes[0])}*({slope})"


def _bce_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    return m.call("bce", *terms, m.words("logits=true")) if options["logits"] else m.call("bce", *terms)


def _bce_remark(np: Any, call: Call) -> Remarked:
    x, y = call.inputs
    if call.options["logits"]:
        return ()
    if np.any((x < 0) | (x > 1)):
        return (("outside", {}),)
    return (("impossible", {}),) if np.any(((x == 0) & (y != 0)) | ((x == 1) & (y != 1))) else ()


# The probability of the right class


def _nll(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    logs, y = inputs
    targets = onehot(np, y, logs)
    # The logarithm of a class that was held impossible, and is not the right one, counts for nothing: 0 · −inf is nan.
    return mean(np, -np.where(targets == 0, 0.0, targets * logs).sum(axis=-1), _WHOLE)


def _nll_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    logs, y = call.inputs
    if slot and np.shape(y) != np.shape(logs):
        return np.zeros(np.shape(y))
    share = np.divide(upstream, prod(np.shape(logs)[:-1]))
    return -share * (logs if slot else onehot(np, y, logs))


def _nll_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    logs, y = call.inputs
    if slot and np.shape(y) != np.shape(logs):
        return np.float64(0.0)
    moved = direction * logs if slot else onehot(np, y, logs) * direction
    return mean(np, -moved.sum(axis=-1), _WHOLE)


def _nll_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    scores, y = options["shapes"]
    if slot and scores != y:
        return 0
    return -upstream * per_case(terms[0] if slot else target_term(m, terms, options), options)


# Huber


def _huber(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    away, delta = np.subtract(*inputs), options["delta"]
    near = np.clip(away, -delta, delta)
    # d²/2 within delta and delta·(|d| − delta/2) beyond, in one formula: near is the distance held between −delta and delta.
    return mean(np, near * (away - near / 2.0), _WHOLE)


def _huber_slope(np: Any, call: Call, slot: int) -> Any:
    # Huber (1964): the slope is the distance, held between −delta and delta.
    near = np.clip(np.subtract(*call.inputs), -call.options["delta"], call.options["delta"])
    return -near if slot else near


def _huber_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    if not options["delta"] > 0:
        raise MisfitError(f"delta={numeral(options['delta'])} leaves no room for a parabola", "delta is above 0")
    return _pair("huber", shapes)


def _huber_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    return m.call("huber", *terms, *([] if options["delta"] == 1 else [m.words(f"delta={numeral(options['delta'])}")]))


def _huber_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, y = terms[::-1] if slot else terms
    slope = m.call("clip", x - y, -options["delta"], options["delta"])
    return upstream * over(prod(options["shapes"][0]), slope)


LIKELIHOODS = (
    Rule(
        "bce",
        "bce",
        lambda shapes, options: _pair("bce", shapes),
        _bce,
        pulled_back(_bce_slope),
        pushed(_bce_slope),
        lambda slot, shapes, options: "dense",
        _bce_formula,
        _bce_pulled,
        "The bce gate takes the mean of the binary cross-entropy between {x} and the targets {y}: −ln of the probability that "
        "was given to what happened.",
        (
            "The slope of binary cross-entropy is (p − y)/(p·(1 − p)) towards a probability and σ(x) − y towards a score, over "
            "the number of cells.",
            "Towards a target the slope is how much more likely the other answer was held to be, as a difference of logarithms.",
        ),
        arity=(2, 2),
        keywords={"logits": "flag"},
        defaults={"logits": False},
        inside=lambda options: " of scores" if options["logits"] else "",
        returned=_bce_returned,
        expansion=lambda options: "mean(softplus(x) - y*x)" if options["logits"] else "-mean(y*log(x) + (1 - y)*log(1 - x))",
        remark=_bce_remark,
        remarks={
            "outside": "A probability lies between 0 and 1: outside, ln(p) or ln(1 − p) is undefined.",
            "impossible": (
                "The probability 0 was given to what happened: the loss is inf, and so is its slope. (PyTorch holds each "
                "logarithm above −100.) Of scores, logits=true has no such place."
            ),
        },
    ),
    Rule(
        "nll",
        "nll",
        loss_shape,
        _nll,
        _nll_pullback,
        _nll_push,
        loss_structure,
        lambda m, terms, options: m.call("nll", *terms),
        _nll_pulled,
        "The nll gate takes the logarithms of probabilities {x} and gives −1 times that of the right class {y}: the mean over "
        "the cases.",
        (
            "Only the logarithm of the right class counts: it gets −1 times the upstream gradient over the number of cases.",
            "Classes are whole numbers that nothing moves by a little, so they get no gradient; a target gets −1 times the "
            "logarithm.",
        ),
        pattern=("router", "data"),
        arity=(2, 2),
        expansion=lambda options: "-mean(sum(onehot(y, x) * x, axis=-1))",
    ),
    Rule(
        "huber",
        "huber",
        _huber_shape,
        _huber,
        pulled_back(_huber_slope),
        pushed(_huber_slope),
        lambda slot, shapes, options: "dense",
        _huber_formula,
        _huber_pulled,
        "The huber gate takes the mean of half the squares of the differences of {x} and {y} where they are small, and grows "
        "evenly beyond delta.",
        (
            "The slope of huber is the difference {x} − {y}, held between −delta and delta, over the number of cells.",
            "The slope of huber is the difference {y} − {x}, held between −delta and delta, over the number of cells.",
        ),
        arity=(2, 2),
        keywords={"delta": "number"},
        defaults={"delta": 1},
        inside=lambda options: "" if options["delta"] == 1 else f" delta {numeral(options['delta'])}",
        expansion=lambda options: (
            f"q = clip(x - y, -{typed(options['delta'])}, {typed(options['delta'])}); mean(q*(x - y - q/2))"
        ),
    ),
)
