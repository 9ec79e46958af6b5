"""Products of arrays: matrix product, inner and outer product."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from graphstep.gates.structural import Call, MisfitError, Options, StructuralGate, Structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Shape


def _matmul_shape(shapes: Sequence[Shape], _: Options) -> Shape:
    left, right = shapes
    for side, shape in (("left", left), ("right", right)):
        if not shape:
            raise MisfitError(f"the {side} side of @ is a single number", "multiply by a number with *")
    inner = right[-2] if len(right) > 1 else right[0]
    if left[-1] != inner:
        wanted = (*right[:-2], left[-1], right[-1]) if len(right) > 1 else (left[-1],)
        raise MisfitError(
            f"the last axis of the left side has {left[-1]} entries, and the {'first' if len(right) < 3 else 'last but one'} "
            f"axis of the right side {inner}",
            f"with this left side the right side needs the shape {wanted}",
        )
    if left[:-2] != right[:-2] and len(left) > 2 and len(right) > 2:
        raise MisfitError("the axes before the last two differ", f"give both sides the leading axes {left[:-2]}")
    batch = left[:-2] or right[:-2]
    return (*batch, *(left[-2:-1]), *(right[-1:] if len(right) > 1 else ()))


def _swapped(np: Any, x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _matmul_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, y = call.inputs
    if x.ndim == 1 and y.ndim == 1:
        return upstream * (y if slot == 0 else x)
    # A vector on the left is a row, on the right a column; the upstream gets back the axis that it lost.
    row, column = x.ndim == 1, y.ndim == 1
    rows = x[None, :] if row else x
    columns = y[:, None] if column else y
    arriving = np.expand_dims(upstream, -2) if row else np.expand_dims(upstream, -1) if column else upstream
    if slot == 0:
        whole = np.matmul(arriving, _swapped(np, columns))
    else:
        whole = np.matmul(_swapped(np, rows), arriving)
    mine = call.inputs[slot]
    spare = whole.ndim - (rows if slot == 0 else columns).ndim
    if spare:
        whole = whole.sum(axis=tuple(range(spare)))
    return whole.reshape(mine.shape)


def _matmul_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, y = call.inputs
    return np.matmul(direction, y) if slot == 0 else np.matmul(x, direction)


def _matmul_structure(slot: int, shapes: Sequence[Shape], _: Options) -> Structure:
    other = shapes[1 - slot]
    return "block" if len(shapes[slot]) > 1 and (len(other) > 1 or len(shapes[slot]) > 1) else "dense"


def _matmul_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, y = terms
    return m.matmul(upstream, m.transposed(y)) if slot == 0 else m.matmul(m.transposed(x), upstream)


def _matmul_multiplications(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    left, right = shapes
    return prod(_matmul_shape(shapes, options)) * left[-1]


MULTIPLYING = (
    StructuralGate(
        "matmul",
        "@",
        _matmul_shape,
        lambda np, inputs, options: np.matmul(*inputs),
        _matmul_pullback,
        _matmul_push,
        _matmul_structure,
        lambda m, terms, options: m.matmul(*terms),
        _matmul_pulled,
        "The @ gate multiplies rows by columns: each cell is a row of {x} times a column of {y}.",
        (
            "To the left side of a matrix product goes the upstream gradient times the right side transposed.",
            "To the right side of a matrix product goes the left side transposed times the upstream gradient.",
        ),
        pattern=("switcher",),
        inputs=(2, 2),
        multiplications=_matmul_multiplications,
    ),
)
