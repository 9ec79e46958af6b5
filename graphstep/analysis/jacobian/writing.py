"""Jacobians and orders of multiplication as text, for a person to read."""

from __future__ import annotations

from itertools import product
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from graphstep.ground.arrays import kind_text, number_text, shape_text
from graphstep.ground.numerals import numeral
from graphstep.telling.cells import cell_name
from graphstep.telling.derivatives import local_name
from graphstep.telling.names import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.analysis.jacobian.jacobian import Jacobian
    from graphstep.analysis.jacobian.orders import Layer, Orders
    from graphstep.engine.trace import Trace

ROWS, COLUMNS, WIDTH = 16, 16, 110
"""Rows, columns and characters up to which a Jacobian is written out with its numbers."""

PATTERN_COLUMNS = 100
"""Columns up to which a larger one is drawn as a pattern, a mark for each entry that is not 0."""

_LAYERS = 24
"""Layers of a path that are listed; of a longer one the first and the last."""


def title(jacobian: Jacobian) -> str:
    """What it is: ``∂q/∂W``."""
    return local_name(jacobian.wire)


def line(jacobian: Jacobian) -> str:
    """It in one line: ``∂q/∂W: 2×4, block, 8 entries, 4 can be other than 0``."""
    return f"{title(jacobian)}: {jacobian.rows:,}×{jacobian.columns:,}, {jacobian.structure}, {_counted(jacobian)}"


def lines(jacobian: Jacobian) -> list[str]:
    """It in full: shapes, structure, size, why no run forms it; where it is small its entries, and the pullback beside the
    product with it.
    """
    trace, digits = jacobian.trace, jacobian.trace.writing.digits
    out, source = name_of(trace.program, jacobian.wire.sender), name_of(trace.program, jacobian.wire.receiver)
    text = [
        f"{title(jacobian)}, the Jacobian of {out}, {kind_text(jacobian.output_shape)}, "
        f"towards {source}, {kind_text(jacobian.input_shape)}",
        f"  {jacobian.rows:,}×{jacobian.columns:,}: a row for each cell of {out}, a column for each cell of {source}",
        f"  {jacobian.structure}: {_counted(jacobian)}; {jacobian.memory}",
        *wrap(jacobian.why, WIDTH, initial_indent="  ", subsequent_indent="  "),
    ]
    if not jacobian.is_formed:
        text.append(f"  pullback     {number_text(jacobian.pulled, digits)}")
        return text
    drawn = matrix_lines(jacobian) if jacobian.entries else []
    if drawn:
        text += ["", *(f"  {row}".rstrip() for row in drawn), ""]
    apart = jacobian.difference
    pulled, product = (number_text(jacobian.without_noise(sent), digits) for sent in (jacobian.pulled, jacobian.product))
    text += [
        f"  upstream     {number_text(jacobian.upstream, digits)}",
        f"  pullback     {pulled}   {_multiplications(jacobian.multiplications)}",
        f"  Jᵀ·upstream  {product}   {_multiplications(jacobian.product_multiplications)}",
        "  equal, to rounding" if apart <= EQUAL else f"  largest relative difference {numeral(apart, 2)}",
    ]
    return text


EQUAL = 1e-12
"""Relative difference up to which two numbers are equal: the rest is rounding, and differs from CPU to CPU."""


def matrix_lines(jacobian: Jacobian) -> list[str]:
    """The entries with the names of their rows and columns; of more than fit a pattern of which are 0; nothing where even that
    is too wide. LimitError where it is not formed.
    """
    matrix, digits = jacobian.matrix, jacobian.trace.writing.digits
    if jacobian.rows <= ROWS and jacobian.columns <= COLUMNS:
        tops = _labels(jacobian.trace, jacobian.wire.receiver, jacobian.input_shape)
        sides = _labels(jacobian.trace, jacobian.wire.sender, jacobian.output_shape)
        table = [
            ["", *tops],
            *([side, *(numeral(entry, digits) for entry in row)] for side, row in zip(sides, matrix.tolist(), strict=True)),
        ]
        written = _table(table)
        if len(written[0]) <= WIDTH:
            return written
    if jacobian.columns > PATTERN_COLUMNS:
        return []
    return ["".join("■" if entry else "·" for entry in row) for row in np.asarray(matrix != 0).tolist()]


def orders_lines(trace: Trace, orders: Orders) -> list[str]:
    """The path from one node to the output and the multiplications of each layer, from either side, with the totals."""
    program = trace.program
    start, out = name_of(program, orders.start), name_of(program, program.output)
    head = ["layer", "Jacobian", "pullback", "from the output", "from the input"]
    rows = [_layer(layer) for layer in orders.layers]
    if len(rows) > _LAYERS:
        kept = _LAYERS // 2
        rows = [*rows[:kept], ["…", "", "", "", ""], *rows[-kept:]]
    total = ["in all", "", *(f"{count:,}" for count in (orders.pullback, orders.from_output, orders.from_input))]
    side = (
        f"with a column for each of the {orders.cells:,} cells of {start}"
        if orders.cells != 1
        else f"of one column, since {start} is one cell"
    )
    text = [
        f"multiplications along the path from {start}, {kind_text(trace.node(orders.start).shape)}, to {out}",
        *(f"  {row}".rstrip() for row in _table([head, *rows, total])),
        "  pullback: what the run did, without any Jacobian; from the output: a row times each Jacobian;",
        f"  from the input: each Jacobian times a matrix {side}.",
    ]
    if orders.cells > 1 and orders.pullback:
        text.append(
            f"  Without Jacobians, forward mode takes {orders.cells:,} passes, {orders.pushforward:,} multiplications, "
            f"where the backward pass takes one, {orders.pullback:,}."
        )
    return text


def _layer(layer: Layer) -> list[str]:
    size = shape_text((layer.rows, layer.columns))
    return [
        local_name(layer.wire),
        size,
        *(f"{count:,}" for count in (layer.pullback, layer.from_output, layer.from_input)),
    ]


def _labels(trace: Trace, node: int, shape: Sequence[int]) -> list[str]:
    return [cell_name(trace.program, node, index) for index in product(*map(range, shape))]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns one under the other, the first flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"{row[0]:<{widths[0]}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]


def _counted(jacobian: Jacobian) -> str:
    count, nonzero = jacobian.entries, jacobian.nonzero
    entries = f"{count:,} {'entry' if count == 1 else 'entries'}"
    return entries if nonzero == count else f"{entries}, {nonzero:,} can be other than 0"


def _multiplications(count: int) -> str:
    return f"{count:,} multiplication{'' if count == 1 else 's'}"
