"""Gates that collect cells into fewer: sums, means, the largest cell, lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

from graphstep.gates import expressions
from graphstep.gates.rows.axes import OVER_AXES, chosen_axes, collected, collecting_structure, count, kept, shown_axis, stacked
from graphstep.gates.rows.contributions import FIRST, LENGTH, SHARED, of_collected
from graphstep.gates.rows.movement import nothing
from graphstep.gates.rule import Call, MisfitError, Options, Remarked, Rule
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape


def total(np: Any, x: Any, options: Options) -> Any:
    """The sum of the cells."""
    if options["axis"] is None:
        return np.sum(x, keepdims=options["keepdims"])
    return np.sum(x, axis=options["axis"], keepdims=options["keepdims"])


def mean(np: Any, x: Any, options: Options) -> Any:
    """The mean of the cells."""
    # Not np.mean: of no cells it warns besides giving nan.
    cells = count(np.shape(x), options)
    average = np.divide(total(np, x, options), cells)
    if not cells or np.asarray(average).dtype == object or np.all(np.isfinite(average)):
        return average
    # A sum may be too large for a number where the mean is none too large.
    return np.where(np.isfinite(average), average, total(np, np.divide(x, cells), options))[()]


def _spread(np: Any, call: Call, upstream: Any) -> Any:
    return np.broadcast_to(kept(np, call, upstream), np.shape(call.inputs[0]))


def _mean_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    return _spread(np, call, np.divide(upstream, count(np.shape(call.inputs[0]), call.options)))


def _mean_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    return m.copied(upstream / count(options["shapes"][0], options))


# The largest and the smallest cell


def _extreme_shape(word: str, shapes: Sequence[Shape], options: Options) -> Shape:
    if count(shapes[0], options) == 0:
        raise MisfitError(f"there are no cells to take the {word} of", f"its input is {kind_text(shapes[0])}")
    return collected(shapes, options)


def _in_rows(np: Any, x: Any, options: Options) -> Any:
    """A matrix with the cells that are collected into one cell in a row, in reading order."""
    x = np.asarray(x)
    axes = chosen_axes(x.shape, options["axis"])
    kept_axes = [i for i in range(x.ndim) if i not in axes]
    return np.transpose(x, (*kept_axes, *axes)).reshape(prod(x.shape[i] for i in kept_axes), count(x.shape, options))


def first_along(np: Any, mask: Any, axes: Sequence[int]) -> Any:
    """The mask with only the first True along the axes left, in reading order."""
    if np.ndim(mask) == 1:
        # Of the scores of one case nothing has to be turned around.
        alone = np.zeros(mask.shape, bool)
        first = mask.argmax() if mask.size else slice(0)
        alone[first] = mask[first]
        return alone
    rows = _in_rows(np, mask, {"axis": tuple(axes)})
    alone = np.zeros(rows.shape, bool)
    every = np.arange(len(rows))
    if rows.size:
        first = rows.argmax(axis=1)
        alone[every, first] = rows[every, first]
    kept_axes = [i for i in range(mask.ndim) if i not in axes]
    order = (*kept_axes, *axes)
    back = [order.index(i) for i in range(mask.ndim)]
    return alone.reshape([mask.shape[i] for i in order]).transpose(back)


def _attains(np: Any, call: Call) -> Any:
    """The cells that are the largest or the smallest; where that is nan, the cells that are nan."""
    x = np.asarray(call.inputs[0])
    return (x == kept(np, call, call.out)) | (x != x)


def extreme_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    """The gradient at the first of the cells that are the largest or smallest, or in equal shares at all of them."""
    x = np.asarray(call.inputs[0])
    attains = _attains(np, call)
    arriving = kept(np, call, upstream)
    axes = chosen_axes(x.shape, call.options["axis"])
    # Shares are for ties alone: where the value is nan, all of it goes to the first nan below, whatever was asked for.
    if call.ties == "split" and not np.isnan(call.out).any():
        count = attains.sum(axis=axes, keepdims=True)
        # A router that is not taken passes nothing, whatever arrives: 0, and not 0 × inf.
        return np.where(attains, np.divide(arriving, count), 0.0)
    if len(axes) == x.ndim:
        gradient = np.zeros(x.size)
        gradient[int(attains.argmax())] = np.reshape(upstream, ())
        return gradient.reshape(x.shape)
    chosen = first_along(np, attains, axes)
    if call.ties == "split":
        shared = np.divide(arriving, attains.sum(axis=axes, keepdims=True))
        return np.where(np.isnan(kept(np, call, call.out)), np.where(chosen, arriving, 0.0), np.where(attains, shared, 0.0))
    return np.where(chosen, arriving, 0.0)


def extreme_push(argument: str, np: Any, call: Call, slot: int, direction: Any) -> Any:
    """How the largest or smallest cell moves; ``argument`` is NumPy's function for its place."""
    rows, moves = _in_rows(np, call.inputs[0], call.options), _in_rows(np, direction, call.options)
    best = rows[np.arange(len(rows)), getattr(np, argument)(rows, axis=1)]
    if call.ties == "split":
        winners = rows == best[:, None]
        moved = np.divide((winners * moves).sum(axis=1), winners.sum(axis=1))
        # No tie is where there is a nan: NumPy gives the place of the first.
        moved = np.where(np.isnan(best), moves[np.arange(len(rows)), getattr(np, argument)(rows, axis=1)], moved)
    else:
        # NumPy gives the place of the first of several, which is the one that the gradient goes to.
        moved = np.take_along_axis(moves, getattr(np, argument)(rows, axis=1)[:, None], axis=1)[:, 0]
    return moved.reshape(np.shape(call.out))


_OTHERS = "(PyTorch does so where one axis is named; its amax and amin, JAX and TensorFlow share it equally: --ties split.)"


def tie_remarks(word: str, others: str = _OTHERS, where: str = "places") -> dict[str, str]:
    """What is chosen where several cells are the largest or smallest, or nan."""
    return {
        "nan": (
            "A nan is neither larger nor smaller than any number: the value is nan, and the whole gradient goes to the first "
            "cell that is nan. (PyTorch does so where one axis is named, and shares it among all nan cells in max(x); JAX gives "
            "nan.)"
        ),
        "tie": f"{{count}} cells tie for the {word}.",
        "ties": f"In {{ties}} of {{of}} {where} several cells tie for the {word}.",
        "split": "With --ties split each of them gets an equal share. (PyTorch's amax and amin, JAX and TensorFlow share too.)",
        "first": f"The whole gradient goes to the first of them in reading order. {others}",
    }


def tied(np: Any, call: Call) -> Remarked:
    """Which of these holds."""
    if np.isnan(call.out).any():
        return (("nan", {}),)
    winners = np.asarray(
        (np.asarray(call.inputs[0]) == kept(np, call, call.out)).sum(
            axis=chosen_axes(np.shape(call.inputs[0]), call.options["axis"])
        )
    )
    ties = int(np.sum(winners > 1))
    if not ties:
        return ()
    head = ("tie", {"count": int(np.max(winners))}) if winners.size == 1 else ("ties", {"ties": ties, "of": winners.size})
    return head, ("split" if call.ties == "split" else "first", {})


def winners(options: Options, place: str) -> str:
    """Which cells get the gradient, as the name of a phrase: one, or where ties are split several."""
    return f"{place}_shared" if options.get("ties") == "split" else place


def _extreme(name: str, word: str, symbol: str, argument: str) -> Rule:
    """The row of the largest or the smallest cell; ``argument`` is NumPy's function for its place."""
    value = name
    return Rule(
        name,
        symbol,
        partial(_extreme_shape, word),
        lambda np, inputs, options: getattr(np, value)(inputs[0], axis=options["axis"], keepdims=options["keepdims"]),
        extreme_pullback,
        partial(extreme_push, argument),
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.over(symbol, terms[0], shown_axis(options)),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, winners(options, word)),
        f"The {symbol} gate takes the {word} cell of {{x}}{{axis}}.",
        (f"The {symbol} gate is a router: its upstream gradient goes to what was {word}{{axis}}, and 0 to every other cell.",),
        pattern=("router",),
        functions=(),
        **OVER_AXES,
        multiplications=nothing,
        remark=tied,
        remarks=tie_remarks(word),
        returned=lambda slot, shapes, options: _returned(SHARED if options["ties"] == "split" else FIRST)(slot, shapes, options),
        symbolic=partial(expressions.extreme, symbol),
    )


# Length and variance


def scaled(np: Any, x: Any, options: Options) -> tuple[Any, Any]:
    """The cells divided by a power of 2 near to the largest of those that are collected together, and that power.

    So their squares are numbers whatever the cells are; and where they were numbers before, no bit of them changes.
    """
    x = np.asarray(x)
    # initial: the largest of no cells would be an error.
    top = np.max(np.abs(x), axis=chosen_axes(x.shape, options["axis"]), keepdims=True, initial=0.0)
    scale = np.where((top > 0) & np.isfinite(top), np.ldexp(1.0, np.frexp(top)[1] - 1), 1.0)
    return x / scale, scale


def length(np: Any, x: Any, options: Options) -> Any:
    """The square root of the sum of the squares, also where a square is too large or too small for a number."""
    squares = total(np, np.multiply(x, x), options)
    # Within these bounds no square overflowed, and one that lost digits near 0 is too small to show in the sum.
    if np.asarray(squares).dtype == object or np.all((squares > 1e-280) & (squares < 1e300)):
        return np.sqrt(squares)
    cells, scale = scaled(np, x, options)
    root = np.sqrt(total(np, cells * cells, options))
    return root * scale.reshape(root.shape)


def _length_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    cells, _ = scaled(np, call.inputs[0], call.options)
    size = np.sqrt(total(np, cells * cells, {**call.options, "keepdims": True}))
    return np.where(size == 0, 0.0, kept(np, call, upstream) * (cells / np.where(size == 0, 1.0, size)))


def _length_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    cells, _ = scaled(np, call.inputs[0], call.options)
    inner, size = total(np, cells * direction, call.options), np.sqrt(total(np, cells * cells, call.options))
    # At 0 the subgradient of least length, as the pullback has it.
    return np.where(size == 0, 0.0, np.divide(inner, size))


def _length_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    axis = shown_axis(options)
    return m.length(terms[0]) if axis is None else m.over("norm", terms[0], axis)


def deviation(np: Any, x: Any, options: Options) -> Any:
    """The distances from the mean."""
    away = np.subtract(x, mean(np, x, {**options, "keepdims": True}))
    # The mean of large numbers is rounded by more than they may differ: what is left of it shows in the mean of the distances.
    return np.subtract(away, mean(np, away, {**options, "keepdims": True})) if np.shape(x) else away


def mean_square(np: Any, x: Any, options: Options) -> Any:
    """The mean of the squares, also where a square is too large for a number and the mean is not."""
    average = mean(np, np.multiply(x, x), options)
    if np.asarray(average).dtype == object or np.all(np.isfinite(average)):
        return average
    return np.square(length(np, x, options) / np.sqrt(count(np.shape(x), options)))


def _returned(text: str) -> Callable[[int, Sequence[Shape], Options], str]:
    return lambda slot, shapes, options: of_collected(text, shapes[0], chosen_axes(shapes[0], options["axis"]), options)


REDUCTIONS = (
    Rule(
        "sum",
        "Σ",
        collected,
        lambda np, inputs, options: total(np, inputs[0], options),
        lambda np, call, slot, upstream: _spread(np, call, upstream),
        lambda np, call, slot, direction: total(np, direction, call.options),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.over("sum", terms[0], shown_axis(options)),
        lambda m, slot, upstream, terms, out, options: m.copied(upstream),
        "The Σ gate adds up the cells of {x}{axis}.",
        ("A sum is a distributor: it hands its upstream gradient to every cell that it added up{axis}.",),
        pattern=("distributor",),
        **OVER_AXES,
        multiplications=nothing,
        stacked=stacked(total),
        adds="sum",
        returned=_returned("{d}"),
    ),
    Rule(
        "mean",
        "mean",
        collected,
        lambda np, inputs, options: mean(np, inputs[0], options),
        _mean_pullback,
        lambda np, call, slot, direction: mean(np, direction, call.options),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.over("mean", terms[0], shown_axis(options)),
        _mean_pulled,
        "The mean gate adds up the cells of {x}{axis} and divides by how many there are.",
        ("A mean is a distributor in equal shares: each of the n cells that it averaged gets 1/n of the upstream gradient.",),
        pattern=("distributor",),
        **OVER_AXES,
        multiplications=lambda slot, shapes, options: prod(collected(shapes, options)),
        stacked=stacked(mean),
        adds="mean",
        returned=_returned("{d}/{count}"),
    ),
    _extreme("amax", "largest", "max", "argmax"),
    _extreme("amin", "smallest", "min", "argmin"),
    Rule(
        "length",
        "‖x‖",
        collected,
        lambda np, inputs, options: length(np, inputs[0], options),
        _length_pullback,
        _length_push,
        collecting_structure,
        _length_formula,
        lambda m, slot, upstream, terms, out, options: upstream * (terms[0] / out),
        "The ‖x‖ gate takes the length of {x}{axis}: the square root of the sum of the squares of its cells.",
        ("The slope of a length is the direction: {x} divided by its length, scaled by the upstream gradient.",),
        functions=(),
        **OVER_AXES,
        remark=lambda np, call: (("kink", {}),) if np.any(np.equal(call.out, 0)) else (),
        remarks={
            "kink": (
                "‖x‖ has a kink where every cell is 0: its gradient is taken as 0 there, the subgradient of least length. "
                "(PyTorch takes 0 too; JAX and TensorFlow give nan.)"
            )
        },
        returned=_returned(LENGTH),
        symbolic=expressions.length,
    ),
)
