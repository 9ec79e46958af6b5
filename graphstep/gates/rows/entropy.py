"""Softmax with cross-entropy in one gate, with the options that it has in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Any

from graphstep.gates.rows.contributions import spelled
from graphstep.gates.rows.losses import loss_shape, loss_structure, onehot, per_case, target_term, whole
from graphstep.gates.rows.reductions import mean, total
from graphstep.gates.rows.softmaxes import centred, log_softmax, rest, softmax
from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import Call, MisfitError, Options, Remarked, Rule
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Shape


def _shape(shapes: Sequence[Shape], options: Options) -> Shape:
    smoothing = options["label_smoothing"]
    if not 0 <= smoothing <= 1:
        raise MisfitError(
            f"label_smoothing={numeral(smoothing)} is no share", "a share is from 0 to 1, as in label_smoothing=0.1"
        )
    if options["ignore_index"] is not None and shapes[0] == shapes[1]:
        raise MisfitError(
            "ignore_index names a class, and these are targets", "a case counts for nothing where its targets are 0"
        )
    return loss_shape(shapes, options)


def _weighed(np: Any, inputs: Sequence[Any], options: Options) -> tuple[Any, Any]:
    """The targets, smoothed, in rows that sum to 1 where they are classes; and what each case counts, 1 or 0."""
    scores, y = inputs
    smoothing, ignored = options["label_smoothing"], options["ignore_index"]
    counts = np.ones(np.shape(scores)[:-1])
    if ignored is not None:
        counts = np.where(y == ignored, 0.0, 1.0)
        y = np.where(y == ignored, 0.0, y)
    targets = onehot(np, y, scores)
    if smoothing:
        targets = (1.0 - smoothing) * targets + smoothing / np.shape(scores)[-1]
    return targets, counts


def _value(np: Any, inputs: Sequence[Any], options: Options, runs: int = 0) -> Any:
    targets, counts = _weighed(np, inputs, options)
    # What a target of 0 leaves out is left out, whatever its logarithm.
    cells = np.where(targets == 0, 0.0, targets * log_softmax(np, inputs[0], -1))
    cases = -cells.sum(axis=-1)
    over = whole(cases, runs)
    if options["ignore_index"] is None:
        return mean(np, cases, over)
    # Of no case there is no mean: 0/0.
    return np.divide(total(np, counts * cases, over), total(np, counts, over))


def _pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    scores, y = call.inputs
    soft = np.shape(y) == scores.shape
    if slot == 1 and not soft:
        return np.zeros(np.shape(y))
    targets, counts = _weighed(np, call.inputs, call.options)
    share = np.divide(upstream * counts, counts.sum())[..., None]
    if slot == 1:
        return -share * (1.0 - call.options["label_smoothing"]) * log_softmax(np, scores, -1)
    guess = softmax(np, scores, -1)
    missing = rest(np, guess, -1)
    # p·Σt − t, where targets that are no probabilities weigh their row by their sum. Of a class that is nearly certain nothing
    # but rounding would be left, so each cell's own target is taken out of both sides: p·(Σt − t) − t·(1 − p).
    guess *= rest(np, targets, -1) if soft or call.options["label_smoothing"] else 1.0 - targets
    guess -= targets * missing
    guess *= share
    return guess


def _push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    scores, y = call.inputs
    targets, counts = _weighed(np, call.inputs, call.options)
    logs = log_softmax(np, scores, -1)
    if slot == 1 and np.shape(y) != scores.shape:
        return np.float64(0.0)
    moved = centred(np, direction, np.exp(logs), -1) * targets
    if slot == 1:
        moved = (1.0 - call.options["label_smoothing"]) * logs * direction
    return np.divide((counts * -moved.sum(axis=-1)).sum(), counts.sum())


def _expansion(options: Options) -> str:
    ignored, share = options["ignore_index"], typed(options["label_smoothing"])
    y = "y" if ignored is None else f"where(y == {ignored}, 0, y)"
    rows = f"sum(onehot({y}, x) * log_softmax(x), axis=-1)"
    if options["label_smoothing"]:
        kept = typed(1.0 - options["label_smoothing"])
        rows = f"({kept} * {rows} + {share} * mean(log_softmax(x), axis=-1))"
    return f"-mean({rows})" if ignored is None else f"-sum((y != {ignored}) * {rows}) / sum(y != {ignored})"


def _returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    (scores, y), ignored, smoothing = shapes, options["ignore_index"], options["label_smoothing"]
    cases, distribution, kept = prod(scores[:-1]), scores == y, typed(1.0 - smoothing)
    share = "d" if cases == 1 else f"d/{cases}"
    if ignored is not None:
        share = f"d*(y != {ignored})/sum(y != {ignored})"
        share = share if cases == 1 and len(scores) == 1 else f"reshape({share}, {spelled([*scores[:-1], 1])})"
    if slot == 1:
        return f"-{share}*{f'{kept}*' if smoothing else ''}log_softmax(x)" if distribution else "0"
    targets = "y" if distribution else f"onehot({'y' if ignored is None else f'where(y == {ignored}, 0, y)'}, x)"
    # Targets that are no probabilities weigh their row by their sum; of a class it is 1.
    weight = "*sum(y, axis=-1, keepdims=true)" if distribution else ""
    if smoothing:
        targets = f"({kept}*{targets} + {typed(smoothing)}/{scores[-1]})"
        weight = f"*({kept}*sum(y, axis=-1, keepdims=true) + {typed(smoothing)})" if distribution else ""
    return f"{share}*(softmax(x){weight} - {targets})"


def _words(options: Options) -> list[str]:
    words = [f"label_smoothing={numeral(options['label_smoothing'])}"] if options["label_smoothing"] else []
    return words if options["ignore_index"] is None else [*words, f"ignore_index={options['ignore_index']}"]


def _pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    scores, y = options["shapes"]
    if slot == 1 and scores != y:
        return 0
    kept = 1.0 - options["label_smoothing"]
    if slot == 1:
        sent = -upstream if kept == 1 else -upstream * kept
        return per_case(sent * m.call("log_softmax", terms[0]), options)
    targets = target_term(m, terms, options)
    if kept != 1:
        targets = m.call("smoothed", targets)
    if options["ignore_index"] is not None:
        return upstream * m.call("counted", (m.call("softmax", terms[0]) - targets))
    return upstream * per_case(m.call("softmax", terms[0]) - targets, options)


def _remark(np: Any, call: Call) -> Remarked:
    ignored, cases = call.options["ignore_index"], np.size(call.inputs[1])
    count = 0 if ignored is None else int(np.sum(call.inputs[1] == ignored))
    if not count:
        return ()
    return (("all", {"label": ignored}),) if count == cases else (("some", {"count": count, "of": cases, "label": ignored}),)


ENTROPY = (
    Rule(
        "cross_entropy",
        "cross-entropy",
        _shape,
        _value,
        _pullback,
        _push,
        loss_structure,
        lambda m, terms, options: m.call("cross_entropy", *terms, *map(m.words, _words(options))),
        _pulled,
        "The cross-entropy gate turns the scores {x} into probabilities (softmax: exponentials divided by their sum) "
        "and takes −log of that of the right class {y}: the mean over the cases.",
        (
            "The slope of softmax with cross-entropy is what was guessed less what was right, ŷ − y, over the number of cases.",
            "Classes are whole numbers that nothing moves by a little, so they get no gradient; a target gets −log softmax.",
        ),
        pattern=("", "data"),
        arity=(2, 2),
        keywords={"label_smoothing": "number", "ignore_index": "whole"},
        defaults={"label_smoothing": 0, "ignore_index": None},
        inside=lambda options: f" {', '.join(_words(options))}".rstrip(),
        expansion=_expansion,
        remark=_remark,
        remarks={
            "all": "Every case has the class {label} and is ignored: of none there is no mean, so that the loss is nan.",
            "some": (
                "{count} of {of} cases has the class {label} and is ignored, in the sum and in the number of cases.",
                "{count} of {of} cases have the class {label} and are ignored, in the sum and in the number of cases.",
            ),
        },
        stacked=partial(_value, runs=1),
        returned=_returned,
    ),
)
