"""Matrix products whose bits do not depend on the CPU.

BLAS adds in an order, and with fused operations, that it chooses by the CPU it finds itself on. A small product is therefore
computed here: the products are rounded, and then added up, cell for cell from the left, as one would write it. The product of
two vectors adds as the sum gate does, in pairs: it is the same number as ``sum(x * y)``. Where ``np`` has a ``small_product``
it is called for matrices: it comes to the same bits sooner.
"""

from __future__ import annotations

from math import prod
from typing import Any

Array = Any
"""A float64 array of NumPy, which is handed in as ``np`` as in the rows."""

FIXED_ORDER = 100_000
"""Up to so many multiplications the order is fixed. What is larger goes to BLAS, which is ten times as fast."""


def matmul(np: Any, x: Array, y: Array, into: Array | None = None) -> Array:
    """``x @ y`` as :func:`numpy.matmul` has it, small products in a fixed order, written into ``into`` where given."""
    rows = x[None, :] if x.ndim == 1 else x
    columns = y[:, None] if y.ndim == 1 else y
    batch = rows.shape[:-2] if rows.ndim > columns.ndim else columns.shape[:-2]
    # A product is held in memory for each multiplication before they are added up, so that the bound is one on memory as well.
    if prod(batch) * prod(rows.shape[-2:]) * columns.shape[-1] > FIXED_ORDER:
        return np.matmul(x, y, out=into)
    cells = _small(np, rows, columns, len(batch), into if x.ndim == y.ndim == 2 else None)
    if x.ndim == 1:
        cells = cells[..., 0, :]
    if y.ndim == 1:
        cells = cells[..., 0]
    if into is None or cells is into:
        return cells
    into[...] = cells
    return into


def _small(np: Any, rows: Array, columns: Array, batches: int, into: Array | None = None) -> Array:
    if rows.ndim == columns.ndim == 2:
        # Of one cell NumPy adds the products in pairs, as the sum gate does, and of no products it makes 0.
        compiled = getattr(np, "small_product", None)
        if compiled is not None and len(columns) and len(rows) * columns.shape[1] > 1:
            return compiled(rows, columns, into)
        # The same with two matrices, without asking which axes are which: small networks would wait for the questions.
        if len(rows) > columns.shape[1]:
            return np.add.reduce(np.multiply(columns[:, :, None], rows.T[:, None, :], order="C"), axis=0).T
        return np.add.reduce(np.multiply(rows.T[:, :, None], columns[:, None, :], order="C"), axis=0)
    if rows.shape[-2] > columns.shape[-1]:
        # NumPy is quick along the last axis, so the longer one of the two lies there.
        turned = _small(np, np.swapaxes(columns, -1, -2), np.swapaxes(rows, -1, -2), batches)
        return np.swapaxes(turned, -1, -2)
    # The axis that is added up comes first, so that every cell of the result gets one product after the other.
    left, right = np.moveaxis(rows, -1, 0), np.ascontiguousarray(np.moveaxis(columns, -2, 0))
    left = left.reshape(len(left), *(1,) * (batches + 2 - rows.ndim), *left.shape[1:], 1)
    right = right.reshape(len(right), *(1,) * (batches + 2 - columns.ndim), *right.shape[1:-1], 1, right.shape[-1])
    return np.add.reduce(np.multiply(left, right, order="C"), axis=0)


def stacked_matmul(np: Any, x: Array, y: Array) -> Array:
    """The products of several runs, an axis of runs before those of ``x`` and ``y``; each in the order of :func:`matmul`."""
    rows = x[:, None, :] if x.ndim == 2 else x
    columns = y[:, :, None] if y.ndim == 2 else y
    # A side without a batch is used for all of the other side's.
    depth = max(rows.ndim, columns.ndim)
    rows, columns = (side.reshape(len(side), *(1,) * (depth - side.ndim), *side.shape[1:]) for side in (rows, columns))
    if max(rows[0].size * columns.shape[-1], columns[0].size * rows.shape[-2]) > FIXED_ORDER:
        cells = np.matmul(rows, columns)
    else:
        cells = _small(np, rows, columns, rows.ndim - 2)
    cells = cells[..., 0, :] if x.ndim == 2 else cells
    return cells[..., 0] if y.ndim == 2 else cells


def dot(np: Any, x: Array, y: Array) -> Any:
    """The sum of the products cell by cell, one number; of few cells in a fixed order."""
    if x.size > FIXED_ORDER:
        return np.vdot(x, y)
    return np.add.reduce(np.multiply(x, y), axis=None)
