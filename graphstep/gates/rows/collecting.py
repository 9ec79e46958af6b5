"""Gates that collect cells into fewer: sums, means, the largest cell, lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.gates.structural import Call, MisfitError, Options, StructuralGate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Shape


def _axes(shape: Shape, options: Options) -> tuple[int, ...]:
    """The axes that are collected, counted from 0; all of them unless told otherwise."""
    axis = options["axis"]
    if axis is None:
        return tuple(range(len(shape)))
    chosen = axis if isinstance(axis, tuple) else (axis,)
    found = []
    for one in chosen:
        if not -len(shape) <= one < len(shape):
            there = f"axes 0 to {len(shape) - 1}" if len(shape) > 1 else "axis 0 only" if shape else "no axes: it is a single number"
            raise MisfitError(f"there is no axis {one}", f"its input has {there}")
        found.append(one % len(shape))
    if len(set(found)) < len(found):
        raise MisfitError("an axis is named twice", "name each axis once")
    return tuple(sorted(found))


def _collected(shapes: Sequence[Shape], options: Options) -> Shape:
    axes = _axes(shapes[0], options)
    if options["keepdims"]:
        return tuple(1 if i in axes else n for i, n in enumerate(shapes[0]))
    return tuple(n for i, n in enumerate(shapes[0]) if i not in axes)


def _copied_back(np: Any, call: Call, upstream: Any) -> Any:
    shape = call.inputs[0].shape
    axes = _axes(shape, call.options)
    kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
    return np.broadcast_to(np.reshape(upstream, kept), shape)


def _sum(np: Any, x: Any, options: Options) -> Any:
    return np.sum(x, axis=_axes(x.shape, options), keepdims=options["keepdims"])


def _axis_inside(options: Options) -> str:
    axis = options["axis"]
    if axis is None:
        return ""
    return " axes " + ", ".join(map(str, axis)) if isinstance(axis, tuple) else f" axis {axis}"


COLLECTING = (
    StructuralGate(
        "sum",
        "Σ",
        _collected,
        lambda np, inputs, options: _sum(np, inputs[0], options),
        lambda np, call, slot, upstream: _copied_back(np, call, upstream),
        lambda np, call, slot, direction: _sum(np, direction, call.options),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.call("sum", *terms),
        lambda m, slot, upstream, terms, out, options: m.copied(upstream),
        "The Σ gate adds up the cells of {x}{axis}.",
        ("A sum hands its upstream gradient to every cell that it added: it is a distributor.",),
        pattern=("distributor",),
        functions=("sum",),
        keywords={"axis": "axes", "keepdims": "flag"},
        defaults={"axis": None, "keepdims": False},
        inside=_axis_inside,
    ),
)
