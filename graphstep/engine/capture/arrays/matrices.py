"""NumPy's linear algebra as gates: inverses, determinants, and what is made of products."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.composed import linear
from graphstep.engine.capture.arrays.table import FUNCTIONS, array_of, check_plain, emit, follows, unfollowed
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np

_SIDE = 24
"""Rows of a matrix up to which its Cholesky factor is computed cell by cell."""


@follows("linalg.slogdet")
def _slogdet(frame: FrameType, x: Any) -> Any:
    own = np.linalg.slogdet(plain(x))
    if x.ndim != 2 or not own[0]:
        return unfollowed("linalg.slogdet other than of one regular matrix", frame)
    return type(own)(own[0], emit(frame, "logdet", (x,), own[1]))


@follows("linalg.det")
def _det(frame: FrameType, x: Any) -> Any:
    # By its logarithm, the gate whose slope is the inverse, transposed.
    sign, logarithm = _slogdet(frame, x)
    return emit(frame, "exp", (logarithm,), np.exp(plain(logarithm))) * sign


@follows("linalg.pinv")
def _pinv(frame: FrameType, x: Any, **options: Any) -> Any:
    check_plain("linalg.pinv", frame, **options)
    # Of full rank it is (XᵀX)⁻¹Xᵀ. Where a small step changes the rank it jumps, and has no slope (Golub and Pereyra, 1973).
    if x.ndim != 2 or np.linalg.matrix_rank(plain(x)) < min(x.shape):
        return unfollowed("linalg.pinv other than of one matrix of full rank", frame)
    return (
        FUNCTIONS["linalg.inv"](frame, x.T @ x) @ x.T
        if x.shape[0] >= x.shape[1]
        else x.T @ FUNCTIONS["linalg.inv"](frame, x @ x.T)
    )


@follows("linalg.lstsq")
def _lstsq(frame: FrameType, x: Any, y: Any, rcond: Any = None) -> Any:
    if isinstance(x, Traced):
        return unfollowed("linalg.lstsq of a traced matrix", frame)
    _, rest, rank, singular = np.linalg.lstsq(x, plain(y), rcond)
    best = linear(frame, "linalg.lstsq", y, lambda each: np.linalg.lstsq(x, each, rcond)[0])
    if np.size(rest):
        rest = ((x @ best - y) ** 2).sum(axis=0).reshape(np.shape(rest))
    return best, rest, rank, singular


@follows("linalg.cholesky")
def _cholesky(frame: FrameType, x: Any, **options: Any) -> Any:
    check_plain("linalg.cholesky", frame, **{key: each or None for key, each in options.items()})
    side = x.shape[0]
    if x.ndim != 2 or side > _SIDE:
        return unfollowed(f"linalg.cholesky other than of one matrix with up to {_SIDE} rows", frame)
    # Cholesky–Banachiewicz, row by row: each cell is a gate or a few, and has its own slope.
    rows: list[list[Any]] = []
    for i in range(side):
        row: list[Any] = []
        for j in range(i + 1):
            rest = x[i, j] - sum((row[k] * (row if j == i else rows[j])[k] for k in range(j)), 0.0)
            row.append(rest**0.5 if i == j else rest / rows[j][j])
        rows.append(row)
    return array_of(frame, [[*row, *[0.0] * (side - len(row))] for row in rows])
