"""Products of arrays: matrix product, inner and outer product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from graphstep.gates.elementwise import broadcast
from graphstep.gates.products import dot, matmul, stacked_matmul
from graphstep.gates.rows.contributions import of_product
from graphstep.gates.rule import Call, Cell, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text, shape_text
from graphstep.ground.operands import Shape


def _matmul_shape(shapes: Sequence[Shape], _: Options) -> Shape:
    left, right = shapes
    for side, shape in (("left", left), ("right", right)):
        if not shape:
            raise MisfitError(f"the {side} side of @ is a single number", "multiply by a number with *")
    inner = right[-2] if len(right) > 1 else right[0]
    if left[-1] != inner:
        wanted = (*right[:-2], left[-1], right[-1]) if len(right) > 1 else (left[-1],)
        place = "only" if len(right) == 1 else "first" if len(right) == 2 else "last but one"
        raise MisfitError(
            f"the {'only' if len(left) == 1 else 'last'} axis of the left side has {left[-1]} entries, "
            f"and the {place} axis of the right side {inner}",
            f"with this left side the right side must be {kind_text(wanted)}",
        )
    if left[:-2] != right[:-2] and len(left) > 2 and len(right) > 2:
        raise MisfitError("the axes before the last two differ", f"give both sides the leading axes {shape_text(left[:-2])}")
    batch = left[:-2] or right[:-2]
    return (*batch, *(left[-2:-1]), *(right[-1:] if len(right) > 1 else ()))


def _batched(shapes: Sequence[Shape], _: Options) -> Sequence[Shape]:
    """The shapes of two sides whose axes before the last two meet like those of a sum.

    A side that has no such axes is no batch; the gate itself uses it for all of the other side's.
    """
    heads = [shape[:-2] for shape in shapes]
    batch = broadcast(heads) if all(heads) else None
    return shapes if batch is None else [(*batch, *shape[-2:]) for shape in shapes]


def _solid(x: Any) -> Any:
    # A view that repeats one cell has strides of 0, and BLAS multiplies none such: NumPy's own loop is many times slower.
    return x.copy() if 0 in x.strides else x


def _matmul_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, y = call.inputs
    if x.ndim == 1 and y.ndim == 1:
        return upstream * (y if slot == 0 else x)
    if x.ndim < 3 and y.ndim < 3:
        if y.ndim == 1:
            return upstream[:, None] * y if slot == 0 else matmul(np, x.T, _solid(upstream))
        if x.ndim == 1:
            return matmul(np, y, _solid(upstream)) if slot == 0 else x[:, None] * upstream
        upstream = _solid(upstream)
        left, right = (upstream, y.T) if slot == 0 else (x.T, upstream)
        return matmul(np, left, right, call.into)
    return _batched_pullback(np, call, slot, _solid(upstream))


def _batched_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    x, y = call.inputs
    # A vector on the left is a row, on the right a column; the upstream gets back the axis that it lost.
    rows = x[None, :] if x.ndim == 1 else x
    columns = y[:, None] if y.ndim == 1 else y
    arriving = np.expand_dims(upstream, -2) if x.ndim == 1 else np.expand_dims(upstream, -1) if y.ndim == 1 else upstream
    if slot == 1 and columns.ndim == 2:
        # One right side for the whole batch: its gradients add up over the batch, which is one long product.
        cases = prod(rows.shape[:-1])
        whole = matmul(np, rows.reshape(cases, rows.shape[-1]).T, arriving.reshape(cases, arriving.shape[-1]))
    elif slot == 0 and rows.ndim == 2:
        # One left side for the whole batch, likewise.
        cases = prod(columns.shape[:-2]) * columns.shape[-1]
        rows, columns = (np.moveaxis(side, -2, 0).reshape(side.shape[-2], cases) for side in (arriving, columns))
        whole = matmul(np, rows, columns.T)
    elif slot == 0:
        whole = matmul(np, arriving, np.swapaxes(columns, -1, -2))
    else:
        whole = matmul(np, np.swapaxes(rows, -1, -2), arriving)
    return whole.reshape(call.inputs[slot].shape)


def _matmul_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    x, y = call.inputs
    return matmul(np, direction, y) if slot == 0 else matmul(np, x, direction)


def _matmul_structure(slot: int, shapes: Sequence[Shape], _: Options) -> Structure:
    # A row of the left side meets no cell of another row, a column of the right side none of another column.
    return "block" if len(shapes[slot]) > 1 else "dense"


def _matmul_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    return m.matmul(*terms)


def _matmul_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, y = terms
    left, right = (len(shape) for shape in options["shapes"])
    if left == right == 1:
        return upstream * (y if slot == 0 else x)
    if slot == 0:
        gradient = m.matmul(y, upstream) if left == 1 else m.matmul(upstream, m.transposed(y))
    else:
        # A vector is written as a column: x δᵀ where a row of x times the matrix made the row δ belongs to.
        gradient = m.matmul(x, m.transposed(upstream)) if left == 1 else m.matmul(m.transposed(x), upstream)
    mine, other = (left, right) if slot == 0 else (right, left)
    if other <= 2 or mine > 2:
        return gradient
    # One side for the whole batch: what comes of each of its products is added up.
    return m.over("sum", gradient, 0 if other == 3 else tuple(range(other - 2)))


def _matmul_factors(slot: int, cell: Cell, call: Call) -> Iterator[tuple[Cell, int, Cell]]:
    x, y = (value.shape for value in call.inputs)
    columns = [(k,) for k in range(y[-1])] if len(y) > 1 else [()]
    rows = [(i,) for i in range(x[-2])] if len(x) > 1 else [()]
    # The batches that the other side and the output have and this one has not: the cell serves in each of them.
    mine, other = (x, y) if slot == 0 else (y, x)
    batches = [cell[:-2]] if len(mine) > 2 else list(product(*map(range, other[:-2])))
    inner = cell[-1:] if slot == 0 or len(mine) == 1 else cell[-2:-1]
    for batch in batches:
        there = batch if len(other) > 2 else ()
        if slot == 0:
            for column in columns:
                yield (*batch, *cell[-2:-1], *column), 1, (*there, *inner, *column)
        else:
            for row in rows:
                yield (*batch, *row, *(cell[-1:] if len(y) > 1 else ())), 0, (*there, *row, *inner)


def _dot_shape(shapes: Sequence[Shape], _: Options) -> Shape:
    # Of two matrices NumPy's dot is the matrix product and the inner product the sum over all cells; PyTorch refuses it as well.
    if max(map(len, shapes)) > 1:
        raise MisfitError(
            "dot is of two vectors, and with a matrix it can be read in two ways",
            "write sum(x*y) for the products of cells added up, or x @ y for the matrix product",
        )
    if shapes[0] != shapes[1]:
        raise MisfitError(
            "dot multiplies cell by cell and adds up, so both sides need one shape",
            f"make the second side {kind_text(shapes[0])} too",
        )
    return ()


def _outer_shape(shapes: Sequence[Shape], _: Options) -> Shape:
    for side, shape in zip(("first", "second"), shapes, strict=True):
        if len(shape) != 1:
            what = f"has {len(shape)} axes" if shape else "is a single number"
            fits = "flatten it with reshape(x, -1)" if shape else "multiply by a number with *"
            raise MisfitError(f"outer takes two vectors, and the {side} input {what}", fits)
    return (*shapes[0], *shapes[1])


def _outer_factors(slot: int, cell: Cell, call: Call) -> Iterator[tuple[Cell, int, Cell]]:
    for place in range(call.inputs[1 - slot].shape[0]):
        yield ((*cell, place) if slot == 0 else (place, *cell)), 1 - slot, (place,)


PRODUCTS = (
    Rule(
        "matmul",
        "@",
        _matmul_shape,
        lambda np, inputs, options: matmul(np, *inputs),
        _matmul_pullback,
        _matmul_push,
        _matmul_structure,
        _matmul_formula,
        _matmul_pulled,
        "The @ gate multiplies rows by columns: each cell is a row of {x} times a column of {y}.",
        (
            "To the left side of a matrix product goes the upstream gradient times {y}, transposed so that the shapes fit: each "
            "cell is scaled by what it was multiplied by, and added up where it was used several times.",
            "To the right side of a matrix product goes the upstream gradient times {x}, transposed so that the shapes fit: each "
            "cell is scaled by what it was multiplied by, and added up where it was used several times.",
        ),
        pattern=("switcher",),
        arity=(2, 2),
        functions=(),
        multiplications=lambda slot, shapes, options: prod(_matmul_shape(shapes, options)) * shapes[0][-1],
        stacked=lambda np, inputs, options: stacked_matmul(np, *inputs),
        meets=_batched,
        factors=_matmul_factors,
        contraction=lambda slot, shapes, options: (len(shapes[0]) - 1 if slot == 0 else max(len(shapes[1]) - 2, 0),),
        returned=of_product,
        rows=lambda slot, shape: slot == 0,
    ),
    Rule(
        "dot",
        "·",
        _dot_shape,
        lambda np, inputs, options: dot(np, *inputs),
        lambda np, call, slot, upstream: upstream * call.inputs[1 - slot],
        lambda np, call, slot, direction: (direction * call.inputs[1 - slot]).sum(),
        lambda slot, shapes, options: "dense",
        lambda m, terms, options: m.call("dot", *terms),
        lambda m, slot, upstream, terms, out, options: upstream * terms[1 - slot],
        "The · gate multiplies {x} and {y} cell by cell and adds up the products: one number.",
        (
            "The slope of an inner product towards one side is the other side: {y}, scaled by the upstream gradient.",
            "The slope of an inner product towards one side is the other side: {x}, scaled by the upstream gradient.",
        ),
        pattern=("switcher",),
        arity=(2, 2),
        stacked=lambda np, inputs, options: np.add.reduce(np.multiply(*inputs), axis=tuple(range(1, inputs[0].ndim))),
        expansion=lambda options: "sum(x * y)",
        factors=lambda slot, cell, call: iter([((), 1 - slot, cell)]),
        contraction=lambda slot, shapes, options: tuple(range(len(shapes[slot]))),
        returned=lambda slot, shapes, options: "d*y" if slot == 0 else "d*x",
    ),
    Rule(
        "outer",
        "⊗",
        _outer_shape,
        lambda np, inputs, options: np.multiply.outer(*inputs),
        lambda np, call, slot, upstream: (
            matmul(np, upstream, call.inputs[1]) if slot == 0 else matmul(np, call.inputs[0], upstream)
        ),
        lambda np, call, slot, direction: (
            direction[:, None] * call.inputs[1] if slot == 0 else call.inputs[0][:, None] * direction[None, :]
        ),
        lambda slot, shapes, options: "block",
        lambda m, terms, options: m.matmul(terms[0], m.transposed(terms[1])),
        lambda m, slot, upstream, terms, out, options: (
            m.matmul(upstream, terms[1]) if slot == 0 else m.matmul(m.transposed(upstream), terms[0])
        ),
        "The ⊗ gate multiplies every cell of {x} by every cell of {y}: a table of all products.",
        (
            "A cell of the first vector stands in a row of the table: that row of the gradient times {y}, added up.",
            "A cell of the second vector stands in a column of the table: that column of the gradient times {x}, added up.",
        ),
        pattern=("switcher",),
        arity=(2, 2),
        multiplications=lambda slot, shapes, options: shapes[0][0] * shapes[1][0],
        factors=_outer_factors,
        returned=lambda slot, shapes, options: "d @ y" if slot == 0 else "x @ d",
    ),
)
