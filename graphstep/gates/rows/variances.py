"""Gates that measure how far cells are from each other: variances and standard deviations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphstep.gates.rows.axes import (
    OVER_AXES,
    axis_inside,
    chosen_axes,
    collected,
    collecting_structure,
    count,
    kept,
    shown_axis,
)
from graphstep.gates.rows.contributions import of_collected
from graphstep.gates.rows.reductions import deviation, length, mean, mean_square, scaled, total
from graphstep.gates.rows.spelling import typed, written
from graphstep.gates.rule import Call, MisfitError, Options, Rule
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Shape


def _freedom(shape: Shape, options: Options) -> float:
    """What a sum of squared distances is divided by: the number of cells less ``ddof``."""
    freedom: float = count(shape, options) - options["ddof"]
    return int(freedom) if freedom == int(freedom) else freedom


def _spread_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    cells = count(shapes[0], options)
    if options["ddof"] and cells <= options["ddof"]:
        raise MisfitError(f"{cells} cells less ddof={numeral(options['ddof'])} leave nothing to divide by", "take a smaller ddof")
    return collected(shapes, options)


def _var(np: Any, x: Any, options: Options) -> Any:
    average = mean_square(np, deviation(np, x, options), options)
    return average * (count(np.shape(x), options) / _freedom(np.shape(x), options)) if options["ddof"] else average


def _var_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x = call.inputs[0]
    # The mean moves with the cells too, but their distances from it add up to 0, so that it drops out.
    share = np.divide(2.0 * kept(np, call, upstream), _freedom(np.shape(x), call.options))
    return share * deviation(np, x, call.options)


def _var_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    # The derivative of mean(x²) − mean(x)², with x moved towards 0 first so that nothing large cancels.
    x = deviation(np, call.inputs[0], call.options)
    options = call.options
    moved = 2.0 * (mean(np, x * direction, options) - mean(np, x, options) * mean(np, direction, options))
    return moved * (count(np.shape(x), options) / _freedom(np.shape(x), options)) if options["ddof"] else moved


def _var_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x = terms[0]
    return upstream * (2 * (x - m.over("mean", x, shown_axis(options))) / _freedom(options["shapes"][0], options))


def _spread_formula(name: str) -> Callable[..., Any]:
    def formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
        if not options["ddof"]:
            return m.over(name, terms[0], shown_axis(options))
        x = terms[0]
        squares = m.over("sum", (x - m.over("mean", x, shown_axis(options))) ** 2, shown_axis(options))
        average = squares / _freedom(options["shapes"][0], options)
        return average if name == "var" else m.sqrt(average)

    return formula


def _var_expansion(options: Options) -> str:
    over = written(options)
    away = f"x - mean(x{written({**options, 'keepdims': True})})"
    if not options["ddof"]:
        return f"mean(({away})^2{over})"
    # A power of 0 is 1 in every cell: its sum counts them.
    return f"q = {away}; sum(q^2{over})/(sum(q^0{over}) - {typed(options['ddof'])})"


# Standard deviation


def _std(np: Any, x: Any, options: Options) -> Any:
    return length(np, deviation(np, x, options), options) / np.sqrt(_freedom(np.shape(x), options))


def _std_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, options = call.inputs[0], call.options
    cells, _ = scaled(np, deviation(np, x, options), options)
    # A direction of length 1, whatever the size of the cells: it is made of the scaled ones.
    size = np.sqrt(total(np, cells * cells, {**options, "keepdims": True}))
    direction = np.where(size == 0, 0.0, cells / np.where(size == 0, 1.0, size))
    return kept(np, call, upstream) * direction / np.sqrt(_freedom(np.shape(x), options))


def _std_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, options = call.inputs[0], call.options
    cells, _ = scaled(np, deviation(np, x, options), options)
    away = direction - mean(np, direction, {**options, "keepdims": True})
    inner, size = total(np, cells * away, options), np.sqrt(total(np, cells * cells, options))
    return np.where(size == 0, 0.0, np.divide(inner, size)) / np.sqrt(_freedom(np.shape(x), options))


def _std_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x = terms[0]
    return upstream * ((x - m.over("mean", x, shown_axis(options))) / (_freedom(options["shapes"][0], options) * out))


def _std_returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    # Where it is 0 another number stands under the bar: what is not taken has a slope too, and 0·inf is nan.
    text = "where({out} == 0, 0, {d}*(x - mean(x{axis}))/(FREEDOM*where({out} == 0, 1, {out})))"
    freedom = typed(_freedom(shapes[0], options))
    return of_collected(text.replace("FREEDOM", freedom), shapes[0], chosen_axes(shapes[0], options["axis"]), options)


def _told_ddof(options: Options) -> str:
    return f", ddof={typed(options['ddof'])}" if options["ddof"] else ""


def _inside(options: Options) -> str:
    ddof = f" ddof {numeral(options['ddof'])}" if options["ddof"] else ""
    return axis_inside(options) + ddof


_OPTIONS: dict[str, Any] = {
    "keywords": {**OVER_AXES["keywords"], "ddof": "number"},
    "defaults": {**OVER_AXES["defaults"], "ddof": 0},
    "inside": _inside,
}


VARIANCES = (
    Rule(
        "var",
        "var",
        _spread_shape,
        lambda np, inputs, options: _var(np, inputs[0], options),
        _var_pullback,
        _var_push,
        collecting_structure,
        _spread_formula("var"),
        _var_pulled,
        "The var gate takes the mean of the squared distances of the cells of {x} from their mean{axis}: their sum over n, or "
        "over n − ddof.",
        ("A cell moves a variance by twice its distance from the mean, divided by the number of cells (less ddof).",),
        **_OPTIONS,
        expansion=_var_expansion,
    ),
    Rule(
        "std",
        "std",
        _spread_shape,
        lambda np, inputs, options: _std(np, inputs[0], options),
        _std_pullback,
        _std_push,
        collecting_structure,
        _spread_formula("std"),
        _std_pulled,
        "The std gate takes the root of the variance of the cells of {x}{axis}: how far they are from their mean.",
        (
            "A cell moves a standard deviation by its distance from the mean, over the gate's own output and the number of cells "
            "(less ddof).",
        ),
        **_OPTIONS,
        expansion=lambda options: f"sqrt(var(x{written(options)}{_told_ddof(options)}))",
        remark=lambda np, call: (("kink", {}),) if np.any(np.equal(call.out, 0)) else (),
        remarks={
            "kink": (
                "A standard deviation has a kink where all cells are equal: its gradient is taken as 0 there, the subgradient of "
                "least length. (PyTorch takes 0 too.)"
            )
        },
        returned=_std_returned,
    ),
)
