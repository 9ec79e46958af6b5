"""What may be wrong with an operation on arrays: each as a :class:`Fault` that the machine can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graphstep.ground.late import np
from graphstep.teaching.judge.fault import BROADCAST, Fault, Moment
from graphstep.teaching.judge.gate import copied_axes, summed
from graphstep.teaching.judge.operations import OPERATIONS, ROWS

Sent = Callable[[Moment], Any]


def _pulled(moment: Moment, upstream: Any) -> Any:
    assert moment.pull is not None, "these gates have no local gradients of single cells"
    return moment.pull(upstream)


_SENT: dict[str, Sent] = {
    "nothing": lambda m: 0.0,
    "sign": lambda m: -_pulled(m, m.upstream),
    "no-upstream": lambda m: _pulled(m, np.ones_like(m.out)),
    "no-local": lambda m: m.upstream,
    "output-for-upstream": lambda m: _pulled(m, m.out),
    "upstream-twice": lambda m: _pulled(m, m.upstream**2),
    "twice": lambda m: 2 * _pulled(m, m.upstream),
    "half": lambda m: _pulled(m, m.upstream) / 2,
    "one": lambda m: np.ones_like(m.inputs[m.slot]),
    "own-value": lambda m: m.upstream * m.inputs[m.slot],
    "times-output": lambda m: _pulled(m, m.upstream) * m.out,
}
"""What any of these operations may send; the id of the message has it behind ``judge-``."""


def _spread(moment: Moment) -> Any:
    return np.broadcast_to(moment.upstream, np.shape(moment.inputs[0]))


def _cells_apiece(moment: Moment) -> float:
    """How many cells come into each cell of the output."""
    return np.size(moment.inputs[0]) / np.size(moment.out)


_REDUCED: dict[str, Sent] = {
    "unspread": lambda m: m.upstream,
    "spread-axis": _spread,
    "spread-axis-turned": lambda m: _spread(m).T,
}
"""What a sum, a mean or a largest cell may send."""

# A mean of n cells sends U/n to each. The sum's own mistakes come behind those of counting, in which alone a mean differs from
# it.
_MEANS: dict[str, Sent] = {
    "mean-count": lambda m: _pulled(m, m.upstream) * _cells_apiece(m),
    "mean-count-twice": lambda m: _pulled(m, m.upstream) / _cells_apiece(m),
    "mean-all-cells": lambda m: _pulled(m, m.upstream) * _cells_apiece(m) / np.size(m.inputs[0]),
    "unspread-mean": lambda m: m.upstream / _cells_apiece(m),
    "spread-axis-mean": lambda m: _spread(m) / _cells_apiece(m),
    "mean-times-count": lambda m: _pulled(m, m.upstream) * _cells_apiece(m) ** 2,
}

# Z = X @ Y sends U @ Yᵀ to X and Xᵀ @ U to Y, where U is its upstream gradient. All that fits the shapes of square matrices is
# tried here: which of the two is transposed, on which side it stands, and whether it is the other one.
_PRODUCTS: tuple[dict[str, Sent], dict[str, Sent]] = (
    {
        "untransposed-other": lambda m: m.upstream @ m.inputs[1],
        "product-turned": lambda m: m.inputs[1].T @ m.upstream,
        "product-turned-untransposed": lambda m: m.inputs[1] @ m.upstream,
        "transposed-upstream": lambda m: m.upstream.T @ m.inputs[1],
        "transposed-both": lambda m: m.upstream.T @ m.inputs[1].T,
        "transposed-result": lambda m: m.inputs[1] @ m.upstream.T,
        "cell-by-cell": lambda m: m.upstream * m.inputs[1],
        "cell-by-cell-transposed": lambda m: m.upstream * m.inputs[1].T,
        "other-input": lambda m: m.upstream @ m.inputs[0].T,
        "other-slot": lambda m: m.inputs[0].T @ m.upstream,
    },
    {
        "untransposed-other": lambda m: m.inputs[0] @ m.upstream,
        "product-turned": lambda m: m.upstream @ m.inputs[0].T,
        "product-turned-untransposed": lambda m: m.upstream @ m.inputs[0],
        "transposed-upstream": lambda m: m.inputs[0] @ m.upstream.T,
        "transposed-both": lambda m: m.inputs[0].T @ m.upstream.T,
        "transposed-result": lambda m: m.upstream.T @ m.inputs[0],
        "cell-by-cell": lambda m: m.upstream * m.inputs[0],
        "cell-by-cell-transposed": lambda m: m.upstream * m.inputs[0].T,
        "other-input": lambda m: m.inputs[1].T @ m.upstream,
        "other-slot": lambda m: m.upstream @ m.inputs[1].T,
    },
)
"""What a matrix product may send to its first and to its second input."""


def _share(moment: Moment) -> Any:
    """The softmax of the row, of a softmax or of its logarithm."""
    # Less the largest cell of all, and not of its row: the shares are the same, and 2×2 cells are never far apart.
    whole = np.exp(moment.inputs[0] - np.max(moment.inputs[0]))
    return whole / np.sum(whole, axis=1, keepdims=True)


_OWN: dict[str, dict[str, Sent]] = {
    "sum": _REDUCED,
    "mean": _MEANS | _REDUCED,
    "amax": _REDUCED,
    "transpose": {"untransposed": lambda m: m.upstream},
    "softmax": {
        "softmax-diagonal": lambda m: m.upstream * m.out * (1 - m.out),
        "softmax-own": lambda m: m.upstream * m.out,
        "softmax-all": lambda m: m.out * (m.upstream - np.sum(m.upstream * m.out)),
        "softmax-columns": lambda m: m.out * (m.upstream - np.sum(m.upstream * m.out, axis=0, keepdims=True)),
        "softmax-plain-sum": lambda m: m.out * (m.upstream - np.sum(m.upstream, axis=1, keepdims=True)),
    },
    "log_softmax": {
        "logsoftmax-own": lambda m: m.upstream - _share(m),
        "softmax-diagonal": lambda m: m.upstream * (1 - _share(m)),
        "softmax-all": lambda m: m.upstream - _share(m) * np.sum(m.upstream),
        "softmax-columns": lambda m: m.upstream - _share(m) * np.sum(m.upstream, axis=0, keepdims=True),
    },
}
"""What one operation alone may send, by its gate."""

_VALUES: dict[str, Callable[[Sequence[Any], Any], Any]] = {
    "minus": lambda x, out: -out,
    "twice": lambda x, out: 2 * out,
    "zero": lambda x, out: np.zeros_like(out),
    "input": lambda x, out: x[0],
}

_OWN_VALUES: dict[str, dict[str, Callable[[Sequence[Any], Any], Any]]] = {
    "matmul": {
        "product": lambda x, out: x[0] * x[1],
        "turned": lambda x, out: x[1] @ x[0],
        "transposed-first": lambda x, out: x[0].T @ x[1],
        "transposed-second": lambda x, out: x[0] @ x[1].T,
        "sum": lambda x, out: x[0] + x[1],
    },
    "sum": {
        "mean": lambda x, out: out * np.size(out) / np.size(x[0]),
        "columns": lambda x, out: np.sum(x[0], axis=0),
        "rows": lambda x, out: np.sum(x[0], axis=1),
    },
    "mean": {
        "total": lambda x, out: out * np.size(x[0]) / np.size(out),
        "columns": lambda x, out: np.mean(x[0], axis=0),
        "rows": lambda x, out: np.mean(x[0], axis=1),
    },
    "amax": {"smallest": lambda x, out: np.min(x[0])},
    "softmax": {
        "columns": lambda x, out: np.exp(x[0]) / np.sum(np.exp(x[0]), axis=0),
        "all": lambda x, out: np.exp(x[0]) / np.sum(np.exp(x[0])),
    },
    "log_softmax": {
        "columns": lambda x, out: x[0] - np.log(np.sum(np.exp(x[0]), axis=0)),
        "all": lambda x, out: x[0] - np.log(np.sum(np.exp(x[0]))),
    },
}
"""Wrong values of one operation; the id of the message has it behind ``judge-value-``."""

# Right is the sum along the axes that were copied (NumPy's rules: aligned at the last axis, a 1 is stretched).
_GATHERED: dict[str, Callable[[Any, tuple[int, ...]], Any]] = {
    "broadcast-unsummed": lambda sent, shape: sent,
    "broadcast-mean": lambda sent, shape: summed(sent, shape) * np.prod(shape) / np.size(sent),
    "broadcast-largest": lambda sent, shape: np.reshape(np.max(sent, axis=copied_axes(np.shape(sent), shape)), shape),
    "broadcast-one-copy": lambda sent, shape: np.reshape(sent.flat[: int(np.prod(shape))], shape),
    "broadcast-all": lambda sent, shape: np.full(shape, np.sum(sent)),
    "broadcast-axis": lambda sent, shape: np.reshape(np.sum(sent, axis=_others(sent, shape)), shape),
    "broadcast-sign": lambda sent, shape: -summed(sent, shape),
}
"""What may become of the contribution to an input that was copied; the id of the message has it behind ``judge-``."""


def _others(sent: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    copied = copied_axes(np.shape(sent), shape)
    return tuple(axis for axis in range(np.ndim(sent)) if axis not in copied)


def faults_of_arrays(operation: str) -> Iterator[Fault]:
    """The faults that an operation may have that only arrays know, the simplest first."""
    row = ROWS[operation]
    slots: list[int | None] = [0, 1, None] if row.slots == 2 else [0]
    for slot in slots:
        table = dict[str, Sent]()
        if row.gate == "matmul" and slot is not None:
            table = _PRODUCTS[slot]
        for key, sent in (_OWN.get(row.gate, {}) | table | _SENT).items():
            yield Fault(operation, slot, f"judge-{key}", sent=sent)
        # Who mixes up one of the two products mixes up the other alike: both are one fault, and no fault of each.
        if row.gate == "matmul" and slot is None:
            for key in _PRODUCTS[0]:
                yield Fault(operation, None, f"judge-{key}", sent=_both(key))
        yield from (Fault(operation, slot, f"judge-{mode}", mode=mode) for mode in ("overwrite", "own", "forget", "multiply"))
    if row.slots == 2:
        yield Fault(operation, None, "judge-exchanged", mode="exchange")
        yield from (Fault(operation, slot, "judge-misplaced", mode="misplace") for slot in (0, 1))
    for key, value in (_VALUES | _OWN_VALUES.get(row.gate, {})).items():
        # As with numbers: a softmax makes its slope of its value, and is wrong with it.
        for taken in (False, True):
            yield Fault(operation, None, f"judge-value-{key}", value=value, taken=taken)


def _both(key: str) -> Sent:
    return lambda moment: _PRODUCTS[moment.slot][key](moment)


def faults_of_broadcast(operation: str) -> Iterator[Fault]:
    """What an operation, or all of them, may do with the contribution to an input that was copied."""
    if operation != BROADCAST and (operation not in OPERATIONS or OPERATIONS[operation].slots != 2):
        return
    for slot in (None,) if operation == BROADCAST else (0, 1, None):
        yield from (Fault(operation, slot, f"judge-{key}", gathered=gathered) for key, gathered in _GATHERED.items())
