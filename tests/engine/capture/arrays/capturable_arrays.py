# ruff: noqa: N803, N806 – arrays are called as in the book.
"""Functions of arrays that are captured in tests: what a user may have in a file."""

import copy
import math

import numpy as np
from numpy import concatenate, exp

LABELS = np.array([0, 2, 1, 1])
SPARE = np.zeros((2, 3))
MASK = np.array([[True, False, True], [False, True, True]])


def network(W1, b1, W2, X):
    h = np.tanh(X @ W1 + b1)
    s = h @ W2
    s = s - s.max(axis=1, keepdims=True)
    p = exp(s) / np.sum(exp(s), axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(LABELS)), LABELS]).mean()
    return loss + 0.1 * (W1 * W1).sum()


def operators(A, B):
    C = A * B - 2 / (B + 3) + A**2 - np.square(B) * 0.5 + abs(A) + 1.5 * -B
    C += A
    C *= 2
    return (C / 3).sum() + (A @ B.T).mean() + (A % 0.75).sum() + (A // 0.3).sum()


def methods(A, B):
    parts = [
        A.sum(axis=0).prod(),
        A.mean(axis=1).max(),
        A.T.dot(B).min(),
        A.reshape(3, 2)[0].sum(),
        A.reshape(-1)[2:5].sum(),
        A.ravel().cumsum()[3],
        A.var(axis=0).sum(),
        A.std(ddof=1),
        np.linalg.norm(A),
        np.linalg.norm(B, axis=1).sum(),
        A.flatten().dot(B.ravel()),
        np.outer(A[0], B[1]).sum(),
        A.clip(-0.5, 0.5).sum(),
        A.swapaxes(0, 1)[1, 0],
        A.transpose()[2].sum(),
        np.squeeze(A[:1]).sum(),
        A.copy()[0, 0],
        A.astype(float)[1, 1],
        A.repeat(2, axis=1).sum(),
        A.take([0, 2, 0], axis=1).sum(),
    ]
    return sum(k * part for k, part in enumerate(parts, 1))


def functions(A, B):
    parts = [
        np.where(A > B, A, 2 * B).sum(),
        np.where(MASK, A, 0).sum(),
        np.maximum(A, B).sum() + np.minimum(A, 0.1).sum(),
        np.stack([A, B])[1, 0, 2],
        np.concatenate([A, B], axis=1)[:, 3].sum(),
        concatenate((A, B))[2].sum(),
        np.vstack([A[0], B[1]])[1].sum() + np.hstack([A[0], B[0]])[4],
        np.column_stack([A[0], B[0]])[2].sum(),
        np.array([A[0, 0], 2.0, B[1, 1]]).sum(),
        np.array([[A[0, 1], B[0, 1]], [1.0, A[1, 2]]])[:, 1].prod(),
        np.asarray(A).max(axis=0).sum(),
        np.expand_dims(A[0], 1)[2, 0] + A[0][:, None][1, 0] + A[None, 1, :][0, 2],
        np.flip(A, 0)[0, 0] + A[::-1, 1:][0, 1] + A[..., -1].sum(),
        np.tril(A).sum() + np.triu(B, 1).sum(),
        np.diff(A[0]).prod(),
        np.trace(A @ B.T) + np.diag(A @ B.T)[1],
        A[[1, 0], [2, 2]].sum() + A[:, [0, 2, 0]].sum() + A[np.array([[0, 1], [1, 1]])].sum(),
        A[MASK].sum(),
        np.sum([A[0, 0], B[0, 0]]) + np.mean([x.sum() for x in A]) + np.max([A[0, 0], B[0, 1]]),
        math.exp(A[0, 0]) + math.sqrt(B[0, 0] * B[0, 0]),
        np.linalg.inv(A @ B.T + 9 * np.eye(2)).sum() + np.linalg.solve(np.eye(2) * 3, A).sum(),
        ((A > 0) & (B > 0)).astype(float).sum() * A[0, 0] + (~(A > 0) * B).sum() + ((A > 0) | MASK).sum() * B[0, 0],
        (A > 0).sum() * A[1, 1] if A.any() and np.argmax(A) >= 0 else A.sum(),
        np.add(A, [1, 2, 3]).sum() + ([1, 2, 3] * B).sum() + np.dot(2.0, A).sum(),
        np.split(A, 3, axis=1)[1].sum() + np.moveaxis(A, 0, 1)[0].sum() + np.zeros_like(A).sum(),
    ]
    return sum(part / k for k, part in enumerate(parts, 1))


def written(A, B):
    C = A * 1
    C[0] = B[1] * 2
    C[1, 2] = 3.0
    C[:, 0] += A[:, 1]
    C[::-1, 1:2] = B[:, :1]
    C[C.shape[0] - 1, 0] *= A[0, 0]
    return (C * C).sum() + A.sum()


def of_lists(w, x, b):
    total = b
    for row, scale in zip(w, [1.0, 2.0], strict=True):
        total = total + scale * sum(a * c for a, c in zip(row, x, strict=True)) ** 2
    return total + x[0] * x[-1]


def of_a_dictionary(parameters, x):
    hidden = np.tanh(parameters["layer.W"] @ x + parameters["b"])
    return (hidden * parameters["more"][0]).sum() + parameters["more"][1][1]


def single(x):
    return (np.exp(x) * x).sum()


def viewed(A):
    row = A[0]
    A += 1
    return row.sum() + A.sum()


def part_written(A):
    A[0][1] = 0.0
    return A.sum()


def cell_by_cell(A):
    out = np.zeros((4, 4))
    for i in range(3):
        for j in range(3):
            out[i + 1][j] = A[i % 2, j] * A[1, i] + out[i, j]
    return np.maximum(out, 0).sum() * out[3, 2] + (out[:, 2] ** 2).sum()


def seen_from_both_sides(A):
    out = np.zeros((2, 3))
    row, flat, turned = out[0], out.reshape(-1), np.transpose(out)
    out[0] = A[1]
    row[2] *= A[0, 0]
    flat[4] = 2.0
    out.flat[3] *= A[0, 1]
    return row.prod() + flat[2] * flat[0] + (turned @ out).sum() + flat[4] * sum(out[1])


def steps_of_time(A):
    place, speed = np.zeros((5, 3)), np.zeros((5, 3))
    place[0], speed[0] = A
    for k in range(4):
        speed[k + 1] = speed[k] - 0.1 * place[k] / np.linalg.norm(place[k]) ** 3
        place[k + 1] = place[k] + 0.1 * speed[k + 1]
    return (place[-1] ** 2).sum() + place[:, 0].mean()


def collected(A):
    total = np.zeros(3)
    np.add.at(total, [0, 1, 1, 2], A.ravel()[:4])
    np.add.at(total, [2, 2], 0.5)
    for row in A:
        total += row
        total *= 0.5
    out = np.empty_like(total)
    out[total > 0.1] = total[total > 0.1]
    out[~(total > 0.1)] = -1.0
    np.exp(total, out=total)
    np.divide(1.0, A[0], out=out, where=A[0] > 0)
    np.add(total, np.float64(A[0, 0]) * np.float64(2), total)
    first = total.copy() * np.ones(3, np.float64)
    first[0] = A[0, 1]
    several = [np.zeros(3), np.ones(3)]
    several[1][1] = A[0, 2]
    return np.stack(several).sum() * (out * total * first).sum() + np.diag(first)[1, 1] + (type(out) is np.ndarray)


def untouched(A):
    out = np.ones(3)
    out.flat[1] += 2.0
    out = np.sort(out)
    return A[0, int(out[2]) - 1] * out.sum() * float(out[0]) + len(str(out)) * A[1, 0]


def swapped(A):
    B = A.copy()
    B[[0, 1]] = B[[1, 0]]
    B[0, 0], B[0, 1] = B[0, 1], B[0, 0]
    return (B * [1, 2, 3]).sum() * B[0].prod()


def read_unseen(A):
    out = np.zeros(3)
    out[0] = A[0, 0]
    return sum(memoryview(out).tolist()) * A[0, 1]


def of_real_numpy(A):
    return np.random.default_rng(0).choice(A).sum()


def masked(A):
    h = A * 2.0
    h[h < 0] = 0.5
    return (A[A > 0] ** 2).sum() + h.sum() + np.einsum("ij, ij -> i", A, h).prod() + np.einsum("ij,kj->", A, A)


def as_it_is(A, B):
    # What asks for the type of its arguments, copies them, or divides with a remainder.
    if not isinstance(A, np.ndarray):
        return A
    quotient, rest = divmod(A[0, 1], 0.3)
    return quotient * rest + copy.deepcopy(B)[0].sum() * copy.copy(A).sum() * (2.0 if isinstance(rest, float) else 3.0)


def in_another_order(A):
    laid = np.array(A, order="F").copy(order="C") + np.copy(A, order="K")
    return (laid.reshape(3, 2, order="F") * laid.reshape((3, 2), order="C")).sum() * laid.ravel("F")[1] + laid.flatten("F")[3]


def of_complex(A):
    return abs(A[0, 0] + 1j)


def chosen(A, B):
    return A[B].sum()


def saved(A):
    np.save("nowhere.npy", A)
    return A.sum()


def formatted(A):
    return A.sum() * len(f"{A}")


def unfollowed(A):
    return np.linalg.svd(A)[1].sum()


def with_out(A):
    np.exp(A, out=SPARE)
    return A.sum()


def in_part(A):
    return np.var(A, where=A > 0)


def rounded(A):
    return A.astype(int).sum()


def of_objects(A):
    return A.astype(object).sum()


def on_the_right_of_a_plain_array(A):
    return MASK.T.dot(A).sum()


def written_through(A):
    turned = np.transpose(A)
    A *= 2
    return turned.sum()


def whole_array(A):
    return A * 2


OF_TWO_ROWS = {
    "ends": lambda x, y: np.append(x, y) * np.insert(np.delete(y, 1), [1, 2], x[:2]).sum(),
    "blocks": lambda x, y: np.block([[x, y], [y, x]]) * np.dstack([x, y]).sum(),
    "brackets": lambda x, y: np.r_[x, y, 1.0][:, None] * np.c_[x, y][0],
    "diagonals": lambda x, y: np.diag(x, 1)[:4, 1:] @ np.diagflat(y) + np.rot90(np.outer(x, y)),
    "padded": lambda x, y: np.pad(x, (1, 2), mode="reflect") * np.pad(y, (2, 1), constant_values=2.5),
    "copied": lambda x, y: np.tile(x, 2) * np.roll(np.repeat(y, repeats=[1, 2, 0, 5]), -2) + np.broadcast_to(x[:1], (8,)),
    "grid": lambda x, y: np.multiply(*np.meshgrid(x, y)),
    "in order": lambda x, y: np.sort(x)[::-1] * np.median(y) + np.percentile(x, [10, 50])[0] + np.unique(y)[0],
    "taken": lambda x, y: np.take_along_axis(x, np.argsort(y), 0) * np.compress(x > 0, x).sum() + y[np.where(x > 0)].sum(),
    "polynomials": lambda x, y: np.polyfit(np.arange(4.0), x, 2).sum() * np.polyval(x, y) + np.vander(y, 3).sum(),
    "between": lambda x, y: np.interp(x, [-3, -1, 0, 2], y) * np.interp(0.3, np.arange(4), x) + np.linspace(x[0], y[0], 4),
    "folded": lambda x, y: np.convolve(x, y) * np.correlate(x, [1, 2], "same").sum() + np.convolve([1, 2, 3], y).sum(),
    "products": lambda x, y: np.kron(x, y).sum() * np.cross(x[:3], y[1:]) + np.inner(np.outer(x, y), x)[:3] * np.vdot(x, y),
    "contracted": lambda x, y: (
        np.tensordot(np.outer(x, y), np.outer(y, x), axes=([1], [0])) * np.vecdot(np.outer(x, y), np.outer(y, x))
    ),
    "differences": lambda x, y: np.gradient(x, 0.5) * np.trapezoid(x, y) + np.ptp(x) * np.diff(y, n=2).sum(),
    "statistics": lambda x, y: np.cov(x, y) * np.corrcoef(x, y) + np.average(x, weights=y * y) * np.nanmax(y),
    "filled": lambda x, y: np.full((2, 4), x) * np.full(4, y[0]) + np.nan_to_num(y),
    "selected": lambda x, y: np.select([x > 0, y > 0], [x, y], 1.0) + np.piecewise(x, [x < 0], [lambda v: v**2, 3.0]),
    "cells": lambda x, y: np.exp2(x) * np.cbrt(y) + np.heaviside(x, 0.5) * np.fmod(y, 0.25) + np.sinc(x) * np.copysign(y, x),
    "to degrees": lambda x, y: np.deg2rad(x) * np.degrees(y) + np.round(x, 1) * np.trunc(y) + np.divmod(x, y)[1],
    "accumulated": lambda x, y: np.cumprod(x) * np.add.accumulate(y) + np.multiply.outer(x, y).sum(axis=0),
    "called for each": lambda x, y: np.vectorize(lambda a, b: a * b + 1)(x, y) * np.apply_along_axis(np.cumsum, 0, x),
    "from a generator": lambda x, y: np.fromiter((v * v for v in x), float) * y,
    "lists": lambda x, y: y * x.tolist()[1] + x.item(2) + sum(x > 0),
    "matrices": lambda x, y: np.linalg.det(np.outer(x, y) + np.eye(4)) * np.linalg.cholesky(np.outer(x, x) + np.eye(4)),
    "solved": lambda x, y: np.linalg.lstsq(np.vander([1.0, 2.0, 3.0, 5.0], 2), x)[0].sum() * np.linalg.pinv(np.stack([x, y])),
    "powers": lambda x, y: np.linalg.matrix_power(np.outer(x, y), 2) * np.linalg.slogdet(np.outer(x, x) + np.eye(4))[1],
    "as in a text": lambda x, y: (
        np.linalg.norm(np.outer(x, y), 3, axis=0) * np.kron(np.outer(x, x), y)[1, :4] * np.einsum(x, [0], y, [0], [])
        + np.full_like(np.zeros((4, 2)), y[1]).sum(axis=1) * np.vstack(np.outer(x, y))[2]
        + np.column_stack([np.outer(x, y), x])[0, 1] * np.moveaxis(np.outer(x, y)[None], [0, 1], [1, 0])[3, 0]
    ),
    "of the last two axes": lambda x, y: (
        np.linalg.diagonal(np.outer(x, y).reshape(2, 2, 4)) * np.linalg.trace(np.outer(y, y).reshape(2, 2, 4))
    ),
    "lengths": lambda x, y: np.linalg.norm(x, 1) * np.linalg.norm(y, np.inf) * np.linalg.vector_norm(x),
    "by their names": lambda x, y: (
        np.sum(a=x) * np.swapaxes(np.stack([x, y]), axis1=0, axis2=1) * np.clip(a=y, a_min=0, a_max=2)[0]
    ),
    "counted": lambda x, y: (
        np.bincount([0, 1, 1, 0], weights=x, minlength=4) * np.polyfit(np.arange(4.0), y, 1, w=[1, 2, 1, 1])[0]
        + np.gradient(x, edge_order=2) * np.bincount([3, 2, 1, 0], y)
    ),
    "windows": lambda x, y: np.lib.stride_tricks.sliding_window_view(x, 2) @ np.stack([y[:2], y[2:]]),
    "apart": lambda x, y: np.stack([[x, y]] * 2)[[0, 1], :, [2, 3]] * x.mean(axis=-1, dtype=float),
}
"""What functions of NumPy's do for which no gate stands alone."""


def assigned_anywhere(x, y):
    z = np.outer(x, y)
    z[z < 0] *= 0.5
    z[[0, 2], 1] = x[:2]
    z[3] = y[0] * 2
    z[:, 3:] = y[:1] * x[0]
    z.sort(axis=1)
    return z * z
