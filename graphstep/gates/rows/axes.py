"""The axes along which a gate collects cells: which they are, the shape that is left, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from graphstep.gates.rule import Call, MisfitError, Options, Structure
from graphstep.ground.operands import Shape


def chosen_axes(shape: Shape, axis: Any) -> tuple[int, ...]:
    """The axes that are collected, counted from 0 and in order; all of them for None. Raises :class:`MisfitError`."""
    if axis is None:
        return tuple(range(len(shape)))
    chosen = []
    for index in axis if isinstance(axis, tuple) else (axis,):
        if not -len(shape) <= index < len(shape):
            there = (
                f"axes 0 to {len(shape) - 1}" if len(shape) > 1 else "axis 0 only" if shape else "no axes: it is a single number"
            )
            raise MisfitError(f"there is no axis {index}", f"its input has {there}")
        chosen.append(index % len(shape))
    if len(set(chosen)) < len(chosen):
        raise MisfitError("an axis is named twice", "name each axis once")
    return tuple(sorted(chosen))


def stacked(value: Callable[[Any, Any, Options], Any]) -> Callable[[Any, Sequence[Any], Options], Any]:
    """``value(np, x, options)`` of a gate over axes, for several runs at once (:attr:`graphstep.gates.rule.Rule.stacked`)."""

    def of_runs(np: Any, inputs: Sequence[Any], options: Options) -> Any:
        x, axis = inputs[0], options["axis"]
        axes = range(x.ndim - 1) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        # Runs stand in front: an axis that is counted from there moves by one, one from the end stays.
        return value(np, x, {**options, "axis": tuple(index + (index >= 0) for index in axes)})

    return of_runs


def kept_shape(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape with 1 in place of the axes that are collected."""
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def collected(shapes: Sequence[Shape], options: Options) -> Shape:
    """The shape of a gate that collects ``axis`` of its first input, with ``keepdims``."""
    axes = chosen_axes(shapes[0], options["axis"])
    if options["keepdims"]:
        return kept_shape(shapes[0], axes)
    return tuple(n for i, n in enumerate(shapes[0]) if i not in axes)


def kept(np: Any, call: Call, array: Any) -> Any:
    """Something of the shape of a collecting gate's value, with the collected axes put back as axes of length 1."""
    shape = np.shape(call.inputs[0])
    return np.reshape(array, kept_shape(shape, chosen_axes(shape, call.options["axis"])))


def axis_inside(options: Options) -> str:
    """The axis as it stands in the box, behind the symbol: `` axis 0``."""
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


def count(shape: Shape, options: Options) -> int:
    """How many cells are collected into one."""
    return prod(shape[i] for i in chosen_axes(shape, options["axis"]))


OVER_AXES: dict[str, Any] = {
    "keywords": {"axis": "axes", "keepdims": "flag"},
    "defaults": {"axis": None, "keepdims": False},
    "inside": axis_inside,
}
"""What the rows of gates have in common that collect cells along axes: their options, and what stands in the box."""
