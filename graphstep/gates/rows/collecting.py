"""Gates that collect cells into fewer: sums, means, the largest cell, lengths."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from graphstep.arrays import kind_text
from graphstep.gates.rows.spelling import written
from graphstep.gates.structural import Call, MisfitError, Options, StructuralGate, Structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Shape

_KEYWORDS: dict[str, Literal["axes", "flag"]] = {"axis": "axes", "keepdims": "flag"}
_DEFAULTS = {"axis": None, "keepdims": False}


def chosen_axes(shape: Shape, axis: Any) -> tuple[int, ...]:
    """The axes that are collected, counted from 0 and in order; all of them for None. Raises :class:`MisfitError`."""
    if axis is None:
        return tuple(range(len(shape)))
    found = []
    for one in axis if isinstance(axis, tuple) else (axis,):
        if not -len(shape) <= one < len(shape):
            there = (
                f"axes 0 to {len(shape) - 1}" if len(shape) > 1 else "axis 0 only" if shape else "no axes: it is a single number"
            )
            raise MisfitError(f"there is no axis {one}", f"its input has {there}")
        found.append(one % len(shape))
    if len(set(found)) < len(found):
        raise MisfitError("an axis is named twice", "name each axis once")
    return tuple(sorted(found))


def kept_shape(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape with 1 in place of the axes that are collected."""
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def collected(shapes: Sequence[Shape], options: Options) -> Shape:
    """The shape of a gate that collects ``axis`` of its first input, with ``keepdims``."""
    axes = chosen_axes(shapes[0], options["axis"])
    if options["keepdims"]:
        return kept_shape(shapes[0], axes)
    return tuple(n for i, n in enumerate(shapes[0]) if i not in axes)


def kept(np: Any, call: Call, what: Any) -> Any:
    """Something of the shape of a collecting gate's value, with the collected axes put back as axes of length 1."""
    shape = np.shape(call.inputs[0])
    return np.reshape(what, kept_shape(shape, chosen_axes(shape, call.options["axis"])))


def axis_inside(options: Options) -> str:
    """What stands in the box: `` axis 0``."""
    axis = options["axis"]
    if axis is None:
        return ""
    return f" axes {', '.join(map(str, axis))}" if isinstance(axis, tuple) else f" axis {axis}"


def collecting_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    """Dense where all cells are collected into one, else a block for each cell of the value."""
    return "dense" if len(chosen_axes(shapes[0], options["axis"])) == len(shapes[0]) else "block"


def shown_axis(options: Options) -> Any:
    """The axis as notation shows it, from options with shapes: of a vector it goes without saying."""
    return None if len(options["shapes"][0]) < 2 else options["axis"]


def _count(shape: Shape, options: Options) -> int:
    """How many cells are collected into one."""
    return prod(shape[i] for i in chosen_axes(shape, options["axis"]))


def _sum(np: Any, x: Any, options: Options) -> Any:
    if options["axis"] is None:
        return np.sum(x, keepdims=options["keepdims"])
    return np.sum(x, axis=options["axis"], keepdims=options["keepdims"])


def _mean(np: Any, x: Any, options: Options) -> Any:
    # Not np.mean: of no cells it warns besides giving nan.
    return np.divide(_sum(np, x, options), _count(np.shape(x), options))


def _spread(np: Any, call: Call, upstream: Any) -> Any:
    return np.broadcast_to(kept(np, call, upstream), np.shape(call.inputs[0]))


def _mean_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    return _spread(np, call, np.divide(upstream, _count(np.shape(call.inputs[0]), call.options)))


def _mean_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    return m.copied(upstream / _count(options["shapes"][0], options))


# The largest and the smallest cell


def _extreme_shape(word: str, shapes: Sequence[Shape], options: Options) -> Shape:
    if _count(shapes[0], options) == 0:
        raise MisfitError(f"there are no cells to take the {word} of", f"its input is {kind_text(shapes[0])}")
    return collected(shapes, options)


def _in_rows(np: Any, x: Any, options: Options) -> Any:
    """A matrix with the cells that are collected into one cell in a row, in reading order."""
    x = np.asarray(x)
    axes = chosen_axes(x.shape, options["axis"])
    rest = [i for i in range(x.ndim) if i not in axes]
    return np.transpose(x, (*rest, *axes)).reshape(prod(x.shape[i] for i in rest), _count(x.shape, options))


def _extreme_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x = np.asarray(call.inputs[0])
    attains = x == kept(np, call, call.out)
    arriving = kept(np, call, upstream)
    axes = chosen_axes(x.shape, call.options["axis"])
    if call.ties == "split":
        count = attains.sum(axis=axes, keepdims=True)
        # A router that is not taken passes nothing, whatever arrives: 0, and not 0 × inf.
        return np.where(attains, np.divide(arriving, count), 0.0)
    if len(axes) == x.ndim:
        # Where nothing compares (nan), argmax gives cell 0, and that does not attain the value either.
        flat = attains.ravel()
        first = int(flat.argmax())
        found = np.zeros(x.size)
        found[first] = np.reshape(upstream, ()) if flat[first] else 0.0
        return found.reshape(x.shape)
    rows = _in_rows(np, attains, call.options)
    alone = np.zeros(rows.shape, bool)
    every = np.arange(len(rows))
    first = rows.argmax(axis=1)
    alone[every, first] = rows[every, first]
    rest = [i for i in range(x.ndim) if i not in axes]
    order = (*rest, *axes)
    back = [order.index(i) for i in range(x.ndim)]
    chosen = alone.reshape([x.shape[i] for i in order]).transpose(back)
    return np.where(chosen, arriving, 0.0)


def _extreme_push(argument: str, np: Any, call: Call, slot: int, direction: Any) -> Any:
    rows, moves = _in_rows(np, call.inputs[0], call.options), _in_rows(np, direction, call.options)
    best = rows[np.arange(len(rows)), getattr(np, argument)(rows, axis=1)]
    if call.ties == "split":
        winners = rows == best[:, None]
        moved = np.divide((winners * moves).sum(axis=1), winners.sum(axis=1))
    else:
        moved = np.take_along_axis(moves, getattr(np, argument)(rows, axis=1)[:, None], axis=1)[:, 0]
    return np.where(np.isnan(best), 0.0, moved).reshape(np.shape(call.out))


def _tie(word: str, np: Any, call: Call) -> str:
    winners = (np.asarray(call.inputs[0]) == kept(np, call, call.out)).sum(
        axis=chosen_axes(np.shape(call.inputs[0]), call.options["axis"])
    )
    ties = int(np.sum(np.asarray(winners) > 1))
    if not ties:
        return ""
    head = (
        f"{int(np.max(winners))} cells tie for the {word}."
        if np.size(winners) == 1
        else (f"In {ties:,} of {np.size(winners):,} places several cells tie for the {word}.")
    )
    if call.ties == "split":
        return (
            f"{head} With --ties split each of them gets an equal share. (PyTorch's amax and amin, JAX and TensorFlow share too.)"
        )
    return (
        f"{head} The whole gradient goes to the first of them in reading order. "
        "(PyTorch does so where one axis is named; its amax and amin, JAX and TensorFlow share it equally: --ties split.)"
    )


def _extreme(name: str, word: str, symbol: str, argument: str) -> StructuralGate:
    """The row of the largest or the smallest cell; ``argument`` is NumPy's function for its place."""
    value = name
    return StructuralGate(
        name,
        symbol,
        partial(_extreme_shape, word),
        lambda np, inputs, options: getattr(np, value)(inputs[0], axis=options["axis"], keepdims=options["keepdims"]),
        _extreme_pullback,
        partial(_extreme_push, argument),
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.over(symbol, terms[0], shown_axis(options)),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, f"the {word} cell"),
        f"The {symbol} gate takes the {word} cell of {{x}}{{axis}}.",
        (
            f"The {symbol} gate is a router: its upstream gradient goes to the cell that was {word}{{axis}}, "
            "and 0 to every other.",
        ),
        pattern=("router",),
        keywords=_KEYWORDS,
        defaults=_DEFAULTS,
        inside=axis_inside,
        multiplications=lambda slot, shapes, options: 0,
        remark=partial(_tie, word),
    )


# Length and variance


def _length(np: Any, x: Any, options: Options) -> Any:
    return np.sqrt(_sum(np, np.multiply(x, x), options))


def _length_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    out = kept(np, call, call.out)
    direction = np.divide(call.inputs[0], np.where(out == 0, 1.0, out))
    return np.where(out == 0, 0.0, kept(np, call, upstream) * direction)


def _length_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    inner = _sum(np, np.multiply(call.inputs[0], direction), call.options)
    return np.where(np.equal(call.out, 0), 0.0, np.divide(inner, call.out))


def _length_remark(np: Any, call: Call) -> str:
    if not np.any(np.equal(call.out, 0)):
        return ""
    return (
        "‖x‖ has a kink where every cell is 0: its gradient is taken as 0 there, the subgradient of least length. "
        "(PyTorch takes 0 too; JAX and TensorFlow give nan.)"
    )


def _length_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    axis = shown_axis(options)
    return m.length(terms[0]) if axis is None else m.over("norm", terms[0], axis)


def _deviation(np: Any, x: Any, options: Options) -> Any:
    return np.subtract(x, _mean(np, x, {**options, "keepdims": True}))


def _var(np: Any, x: Any, options: Options) -> Any:
    away = _deviation(np, x, options)
    return _mean(np, away * away, options)


def _var_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x = call.inputs[0]
    share = np.divide(2.0 * kept(np, call, upstream), _count(np.shape(x), call.options))
    return share * _deviation(np, x, call.options)


def _var_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    # The derivative of mean(x²) − mean(x)², with x moved towards 0 first so that nothing large cancels.
    x = _deviation(np, call.inputs[0], call.options)
    options = call.options
    return 2.0 * (_mean(np, x * direction, options) - _mean(np, x, options) * _mean(np, direction, options))


def _var_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x = terms[0]
    return upstream * (2 * (x - m.over("mean", x, shown_axis(options))) / _count(options["shapes"][0], options))


COLLECTING = (
    StructuralGate(
        "sum",
        "Σ",
        collected,
        lambda np, inputs, options: _sum(np, inputs[0], options),
        lambda np, call, slot, upstream: _spread(np, call, upstream),
        lambda np, call, slot, direction: _sum(np, direction, call.options),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.over("sum", terms[0], shown_axis(options)),
        lambda m, slot, upstream, terms, out, options: m.copied(upstream),
        "The Σ gate adds up the cells of {x}{axis}.",
        ("A sum is a distributor: it hands its upstream gradient to every cell that it added up{axis}.",),
        pattern=("distributor",),
        functions=("sum",),
        keywords=_KEYWORDS,
        defaults=_DEFAULTS,
        inside=axis_inside,
        multiplications=lambda slot, shapes, options: 0,
    ),
    StructuralGate(
        "mean",
        "mean",
        collected,
        lambda np, inputs, options: _mean(np, inputs[0], options),
        _mean_pullback,
        lambda np, call, slot, direction: _mean(np, direction, call.options),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.over("mean", terms[0], shown_axis(options)),
        _mean_pulled,
        "The mean gate adds up the cells of {x}{axis} and divides by how many there are.",
        ("A mean is a distributor in equal shares: each of the n cells that it averaged gets 1/n of the upstream gradient.",),
        pattern=("distributor",),
        functions=("mean",),
        keywords=_KEYWORDS,
        defaults=_DEFAULTS,
        inside=axis_inside,
        multiplications=lambda slot, shapes, options: prod(collected(shapes, options)),
    ),
    _extreme("amax", "largest", "max", "argmax"),
    _extreme("amin", "smallest", "min", "argmin"),
    StructuralGate(
        "length",
        "‖x‖",
        collected,
        lambda np, inputs, options: _length(np, inputs[0], options),
        _length_pullback,
        _length_push,
        collecting_structure,
        _length_formula,
        lambda m, slot, upstream, terms, out, options: upstream * (terms[0] / out),
        "The ‖x‖ gate takes the length of {x}{axis}: the square root of the sum of the squares of its cells.",
        ("The slope of a length is the direction: {x} divided by its length, scaled by the upstream gradient.",),
        keywords=_KEYWORDS,
        defaults=_DEFAULTS,
        inside=axis_inside,
        remark=_length_remark,
    ),
    StructuralGate(
        "var",
        "var",
        collected,
        lambda np, inputs, options: _var(np, inputs[0], options),
        _var_pullback,
        _var_push,
        collecting_structure,
        lambda m, terms, options: m.over("var", terms[0], shown_axis(options)),
        _var_pulled,
        "The var gate takes the mean of the squared distances of the cells of {x} from their mean{axis} (over n, not n − 1).",
        ("A cell moves a variance by twice its distance from the mean, divided by the number of cells.",),
        functions=("var",),
        keywords=_KEYWORDS,
        defaults=_DEFAULTS,
        inside=axis_inside,
        expansion=lambda options: f"mean((x - mean(x{written({**options, 'keepdims': True})}))^2{written(options)})",
    ),
)
