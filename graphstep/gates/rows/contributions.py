"""Contributions of structural gates as programs, of x, y, z, the gate's own value ``out`` and the upstream gradient ``d``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from graphstep.gates.rule import Options
from graphstep.ground.operands import Shape


def spelled(shape: Sequence[int]) -> str:
    """A shape or axes as a call takes them: ``(2,)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


LENGTH = "where({out} == 0, 0, {d}*(x/where({out} == 0, 1, {out})))"
"""The direction. Where the length is 0 another number stands under the bar: what is not taken has a slope too, 0·inf is nan."""


def identity(count: int) -> str:
    """A matrix with 1 on its diagonal."""
    # The language has no gate for it: of ones what is neither above nor below the diagonal.
    return f"tril(triu(fill(1, shape=({count}, {count}))))"


SHARED = "where(x == {out}, {d}, 0)/sum((x == {out}){axis})"
"""To the cells that attain the value, in equal shares."""

FIRST = "where((x == {out})*({before} <= 1), {d}, 0)"
"""To the first cell that attains the value: ``{before}`` counts those up to each cell."""


def of_collected(text: str, shape: Shape, axes: Sequence[int], options: Options) -> str:
    """The contribution of a gate that collects cells along axes.

    In the text ``{d}`` and ``{out}`` have those axes again, to be copied along them; ``{count}`` is how many cells were collected
    into one, ``{axis}`` the options of a gate that collects the same ones and keeps the axes.
    """
    whole = len(axes) == len(shape) or options.get("keepdims")
    ones = spelled([1 if i in axes else n for i, n in enumerate(shape)])
    names = {name: name if whole else f"reshape({name}, {ones})" for name in ("d", "out")}
    axis = f", axis={spelled(axes)}, keepdims=true" if axes else ""
    before = along(f"x == {names['out']}", shape, axes, lambda rows: f"cumsum({rows}, axis={len(shape) - len(axes)})")
    return text.format(**names, count=prod(shape[i] for i in axes), axis=axis, before=before)


def along(text: str, shape: Shape, axes: Sequence[int], function: Callable[[str], str]) -> str:
    """A function of an array with all of some axes in one, the last, and the result with these axes in their places again.

    What the function makes has the shape that it is given: that of the other axes, and one for all of these.
    """
    rest = [i for i in range(len(shape)) if i not in axes]
    order, sizes = [*rest, *axes], [shape[i] for i in rest]
    # Axes that stand at the end already are not moved: the text is shorter, and so is the program that it becomes.
    moved = order != sorted(order)
    rows = f"transpose({text}, axes={spelled(order)})" if moved else text
    if len(axes) == 1:
        result = function(rows)
    else:
        result = function(f"reshape({rows}, {spelled([*sizes, prod(shape[i] for i in axes)])})")
        result = f"reshape({result}, {spelled([shape[i] for i in order])})"
    return f"transpose({result}, axes={spelled([order.index(i) for i in range(len(shape))])})" if moved else result


def of_prod(shape: Shape, axes: Sequence[int], options: Options) -> str:
    """The contribution of a product of cells: for each the product of all others, without a division.

    A row for each cell has all of them, with 1 in place of its own.
    """
    count = prod(shape[i] for i in axes)
    sizes = [shape[i] for i in range(len(shape)) if i not in axes]

    def others(rows: str) -> str:
        return f"prod(where({identity(count)}, 1, reshape({rows}, {spelled([*sizes, 1, count])})), axis={len(sizes) + 1})"

    if 0 in shape:
        return "0"
    return of_collected("{d}" if count == 1 else f"{{d}}*{along('x', shape, axes, others)}", shape, axes, options)


def axis_option(options: Options) -> str:
    """The one axis of a gate as it is typed behind an input; nothing where it is not named."""
    return "" if options["axis"] is None else f", axis={options['axis']}"


def swapped(name: str, shape: Shape) -> str:
    """A matrix, or each matrix of a batch, transposed."""
    if len(shape) == 2:
        return f"{name}.T"
    order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
    return f"transpose({name}, axes={spelled(order)})"


def of_product(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """The contribution of a matrix product."""
    x, y = shapes
    if len(x) == len(y) == 1:
        return "d*y" if slot == 0 else "d*x"
    if len(x) == 1 and len(y) == 2:
        return "y @ d" if slot == 0 else "outer(x, d)"
    if len(x) == 2 and len(y) == 1:
        return "outer(d, y)" if slot == 0 else "x.T @ d"
    # A vector is a row on the left and a column on the right, for every matrix of the batch.
    if len(x) == 1:
        return 'einsum("...km,...m->k", y, d)' if slot == 0 else 'einsum("k,...m->...km", x, d)'
    if len(y) == 1:
        return 'einsum("...n,k->...nk", d, y)' if slot == 0 else 'einsum("...nk,...n->k", x, d)'
    text = f"d @ {swapped('y', y)}" if slot == 0 else f"{swapped('x', x)} @ d"
    mine, other = (x, y) if slot == 0 else (y, x)
    # One side for the whole batch: what comes of each of its products is added up.
    return text if len(mine) >= len(other) else f"sum({text}, axis={spelled(range(len(other) - 2))})"
