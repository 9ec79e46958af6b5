"""PyTorch's losses as gates: one gate of ours for the mean over all cases, else what its formula says."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import index
from graphstep.engine.capture.pytorch.table import UnfollowedError, gate, native, plainly
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np


def _reduced(frame: FrameType, cells: Any, reduction: str) -> Any:
    """What a loss makes of those of the cells, or of the cases."""
    return cells if reduction == "none" else gate(frame, reduction, (cells,))


def _classes(
    frame: FrameType, name: str, scores: Any, y: Any, weight: Any = None, size_average: Any = None, ignore_index: int = -100,
    reduce: Any = None, reduction: str = "mean", label_smoothing: float = 0.0,
) -> Any:  # fmt: skip
    plainly(weight=weight, size_average=size_average, reduce=reduce)
    if isinstance(y, Traced) or np.asarray(y).dtype.kind not in "iu" or np.ndim(plain(scores)) > 2:
        raise UnfollowedError
    is_ignored = bool(np.any(np.asarray(y) == ignore_index))
    if reduction == "mean":
        smoothing = {"label_smoothing": float(label_smoothing)} if label_smoothing else {}
        if is_ignored and name == "nll":
            raise UnfollowedError
        return gate(
            frame, name, (scores, np.asarray(y)), **smoothing, **({"ignore_index": int(ignore_index)} if is_ignored else {})
        )
    if label_smoothing or is_ignored or np.ndim(plain(scores)) != 2:
        raise UnfollowedError
    logs = scores if name == "nll" else gate(frame, "log_softmax", (scores,), axis=1)
    return _reduced(frame, gate(frame, "neg", (index(frame, logs, (np.arange(len(y)), np.asarray(y))),)), reduction)


@native("cross_entropy", "cross_entropy_loss")
def _cross_entropy(frame: FrameType, scores: Any, y: Any, *rest: Any, **options: Any) -> Any:
    return _classes(frame, "cross_entropy", scores, y, *rest, **options)


@native("nll_loss")
def _nll(frame: FrameType, scores: Any, y: Any, *rest: Any, **options: Any) -> Any:
    return _classes(frame, "nll", scores, y, *rest, **options)
