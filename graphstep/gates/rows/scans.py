"""Products of cells, running sums, and gates that turn arrays around or cut triangles out of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from graphstep.gates.rows.axes import OVER_AXES, axis_inside, chosen_axes, collected, collecting_structure, kept, shown_axis
from graphstep.gates.rows.contributions import axis_option, of_prod
from graphstep.gates.rows.movement import nothing
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.operands import Shape

# Products


def _prod(np: Any, x: Any, options: Options) -> Any:
    return np.prod(x, axis=options["axis"], keepdims=options["keepdims"])


def _others(np: Any, call: Call) -> Any:
    """For each cell the product of the others that it is collected with; no division, so that a 0 among them does no harm."""
    x = np.asarray(call.inputs[0])
    axes = chosen_axes(x.shape, call.options["axis"])
    kept_axes = [i for i in range(x.ndim) if i not in axes]
    order = (*kept_axes, *axes)
    moved = np.transpose(x, order)
    # Of no cells NumPy cannot tell how many -1 stands for.
    rows = moved.reshape(*(x.shape[i] for i in kept_axes), -1) if x.size else np.zeros((*(x.shape[i] for i in kept_axes), 0))
    ones = np.ones((*rows.shape[:-1], 1))
    # The product of those before a cell times the product of those behind it: two running products, whatever the number of cells.
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    products = (before[..., : rows.shape[-1]] * behind[..., : rows.shape[-1]]).reshape(moved.shape)
    return np.transpose(products, [order.index(i) for i in range(x.ndim)])


def _prod_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    return np.sum(direction * _others(np, call), axis=call.options["axis"], keepdims=call.options["keepdims"])


# Running sums


def _one_axis(shape: Shape, options: Options, name: str) -> int:
    axis = options["axis"]
    if not shape:
        raise MisfitError("its input is a single number", "give a vector, or a matrix and an axis")
    if axis is None and len(shape) > 1:
        raise MisfitError(f"{name} of an array of {len(shape)} axes goes along one of them", f"name it: {name}(x, axis=0)")
    return chosen_axes(shape, 0 if axis is None else axis)[0]


def _running_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    _one_axis(shapes[0], options, "cumsum")
    return shapes[0]


def _running(np: Any, x: Any, options: Options) -> Any:
    return np.cumsum(x, axis=_one_axis(np.shape(x), options, "cumsum"))


def _running_back(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    axis = _one_axis(np.shape(upstream), call.options, "cumsum")
    # The Jacobian is a lower triangle of ones, so its transpose adds up from the end.
    return np.flip(np.cumsum(np.flip(upstream, axis), axis=axis), axis)


def _running_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "dense" if len(shapes[0]) == 1 else "block"


def _running_nonzero(np: Any, slot: int, shapes: Sequence[Shape], options: Options) -> int:
    """A lower triangle with its diagonal for each line of cells that are added up."""
    along = shapes[0][_one_axis(shapes[0], options, "cumsum")]
    return prod(shapes[0]) * (along + 1) // 2


# Turned around


def _flip_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    _one_axis(shapes[0], options, "flip")
    return shapes[0]


def _flip(np: Any, x: Any, options: Options) -> Any:
    return np.flip(x, _one_axis(np.shape(x), options, "flip")).copy()


def _words(options: Options) -> list[str]:
    return [] if options["axis"] is None else [f"axis={options['axis']}"]


# Triangles


def _triangle_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    if len(shapes[0]) < 2:
        raise MisfitError("a triangle is cut out of a matrix", "give a matrix, or a batch of them")
    return shapes[0]


def _triangle(name: str, side: str) -> Rule:
    """The row of the lower or the upper triangle."""

    def cut(np: Any, x: Any, options: Options) -> Any:
        rows, columns = np.shape(x)[-2:]
        # By cell how far it stands to the right of the diagonal that is cut along.
        away = np.arange(columns)[None, :] - np.arange(rows)[:, None] - options["diagonal"]
        return np.where(away <= 0 if name == "tril" else away >= 0, x, 0.0)

    def written(m: Any, term: Any, options: Options) -> Any:
        diagonal = [m.words(f"diagonal={options['diagonal']}")] if options["diagonal"] else []
        return m.call(name, term, *diagonal)

    return Rule(
        name,
        name,
        _triangle_shape,
        lambda np, inputs, options: cut(np, inputs[0], options),
        lambda np, call, slot, upstream: cut(np, upstream, call.options),
        lambda np, call, slot, direction: cut(np, direction, call.options),
        lambda slot, shapes, options: "diagonal",
        lambda m, terms, options: written(m, terms[0], options),
        lambda m, slot, upstream, terms, out, options: written(m, upstream, options),
        f"The {name} gate keeps the cells of {{x}} on the diagonal and {side} it, and makes 0 of the others.",
        ("What was kept gets its own part of the upstream gradient, what was made 0 gets none.",),
        pattern=("router",),
        keywords={"diagonal": "whole"},
        defaults={"diagonal": 0},
        inside=lambda options: f" diagonal {options['diagonal']}" if options["diagonal"] else "",
        multiplications=nothing,
        nonzero=lambda np, slot, shapes, options: int(np.sum(cut(np, np.ones(shapes[0]), options))),
        returned=lambda slot, shapes, options: f"{name}(d, diagonal={options['diagonal']})",
    )


SCANS = (
    Rule(
        "prod",
        "Π",
        collected,
        lambda np, inputs, options: _prod(np, inputs[0], options),
        lambda np, call, slot, upstream: kept(np, call, upstream) * _others(np, call),
        _prod_push,
        collecting_structure,
        lambda m, terms, options: m.over("prod", terms[0], shown_axis(options)),
        lambda m, slot, upstream, terms, out, options: upstream * m.wording("others"),
        "The Π gate multiplies the cells of {x}{axis}.",
        ("The slope of a product towards a cell is the product of the other cells, as with the × gate.",),
        pattern=("switcher",),
        returned=lambda slot, shapes, options: of_prod(shapes[0], chosen_axes(shapes[0], options["axis"]), options),
        **OVER_AXES,
    ),
    Rule(
        "cumsum",
        "Σ…",
        _running_shape,
        lambda np, inputs, options: _running(np, inputs[0], options),
        _running_back,
        lambda np, call, slot, direction: _running(np, direction, call.options),
        _running_structure,
        lambda m, terms, options: m.call("cumsum", terms[0], *map(m.words, _words(options))),
        lambda m, slot, upstream, terms, out, options: m.call(
            "flip", m.call("cumsum", m.call("flip", upstream, *map(m.words, _words(options))), *map(m.words, _words(options)))
        ),
        "The Σ… gate adds up the cells of {x} one after the other{axis}: each cell is the sum of all up to it.",
        ("A cell is part of its own sum and of all behind it, so their upstream gradients add up, from the end.",),
        pattern=("distributor",),
        returned=lambda slot, shapes, options: "flip(cumsum(flip(d{0}){0}){0})".format(axis_option(options)),
        keywords={"axis": "axis"},
        defaults={"axis": None},
        inside=axis_inside,
        multiplications=nothing,
        nonzero=_running_nonzero,
    ),
    Rule(
        "flip",
        "flip",
        _flip_shape,
        lambda np, inputs, options: _flip(np, inputs[0], options),
        lambda np, call, slot, upstream: _flip(np, upstream, call.options),
        lambda np, call, slot, direction: _flip(np, direction, call.options),
        lambda slot, shapes, options: "permutation",
        lambda m, terms, options: m.call("flip", terms[0], *map(m.words, _words(options))),
        lambda m, slot, upstream, terms, out, options: m.call("flip", upstream, *map(m.words, _words(options))),
        "The flip gate turns {x} around{axis}: its last cell comes first.",
        ("What was turned around is turned back.",),
        pattern=("distributor",),
        returned=lambda slot, shapes, options: f"flip(d{axis_option(options)})",
        keywords={"axis": "axis"},
        defaults={"axis": None},
        inside=axis_inside,
        multiplications=nothing,
    ),
    _triangle("tril", "below"),
    _triangle("triu", "above"),
)
