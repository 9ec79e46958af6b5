"""PyTorch's norms, losses, windows and attention as gates, what is drawn by chance, and functions of several results."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import assigned, index, is_basic
from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.pytorch.table import (
    NATIVE,
    PARTS,
    WITH_RESULT,
    Handler,
    UnfollowedError,
    axes,
    extreme,
    gate,
    native,
    plainly,
    transposed,
)
from graphstep.engine.capture.traced import Traced, plain
from graphstep.ground.late import np


@native("layer_norm")
def _layer_norm(frame: FrameType, x: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    if len(shape) != 1:
        raise UnfollowedError
    size = int(shape[0])
    operands = (x, np.ones(size) if weight is None else weight, np.zeros(size) if bias is None else bias)
    return gate(frame, "layer_norm", operands, eps=float(eps))


@native("rms_norm")
def _rms_norm(frame: FrameType, x: Any, shape: Any, weight: Any = None, eps: Any = None) -> Any:
    if len(shape) != 1 or eps is None:
        raise UnfollowedError
    return gate(frame, "rms_norm", (x, np.ones(int(shape[0])) if weight is None else weight), eps=float(eps))


@native("batch_norm")
def _batch_norm(
    frame: FrameType, x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None,
    training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Any:  # fmt: skip
    if not training or np.ndim(plain(x)) != 2:
        raise UnfollowedError
    # The running figures are moved on by PyTorch, and no gradient passes through them.
    del mean, var, momentum
    size = np.shape(plain(x))[1]
    operands = (x, np.ones(size) if weight is None else weight, np.zeros(size) if bias is None else bias)
    return gate(frame, "batch_norm", operands, eps=float(eps))


def _classes(frame: FrameType, name: str, scores: Any, y: Any, options: dict[str, Any], extra: dict[str, Any]) -> Any:
    reduction = options.pop("reduction", "mean")
    plainly(**options)
    if reduction != "mean" or isinstance(y, Traced) or np.asarray(y).dtype.kind not in "iu" or np.ndim(plain(scores)) > 2:
        raise UnfollowedError
    return gate(frame, name, (scores, np.asarray(y)), **extra)


@native("cross_entropy", "cross_entropy_loss")
def _cross_entropy(frame: FrameType, scores: Any, y: Any, weight: Any = None, *rest: Any, **options: Any) -> Any:
    if weight is not None or any(each is not None for each in rest):
        raise UnfollowedError
    ignored, smoothing = options.pop("ignore_index", -100), options.pop("label_smoothing", 0.0)
    extra: dict[str, Any] = {} if not smoothing else {"label_smoothing": float(smoothing)}
    if np.any(np.asarray(y) == ignored):
        extra["ignore_index"] = int(ignored)
    return _classes(frame, "cross_entropy", scores, y, options, extra)


@native("nll_loss")
def _nll(frame: FrameType, scores: Any, y: Any, weight: Any = None, *rest: Any, **options: Any) -> Any:
    if weight is not None or any(each is not None for each in rest):
        raise UnfollowedError
    if np.any(np.asarray(y) == options.pop("ignore_index", -100)):
        raise UnfollowedError
    return _classes(frame, "nll", scores, y, options, {})


@native("mse_loss")
def _mse(frame: FrameType, x: Any, y: Any, *rest: Any, reduction: str = "mean", **options: Any) -> Any:
    plainly(**options)
    if reduction != "mean" or any(each is not None for each in rest) or np.shape(plain(x)) != np.shape(plain(y)):
        raise UnfollowedError
    return gate(frame, "mse", (x, y))


@native("dropout", "dropout1d", "dropout2d")
def _dropout(
    frame: FrameType, x: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, result: Any, dtype: str
) -> Any:
    del inplace, dtype
    if not training:
        return x
    # Where x is 0 its place in the mask cannot be seen.
    if np.any(plain(x) == 0):
        raise UnfollowedError
    return gate(frame, "mul", (x, np.where(result == 0, 0.0, 1 / (1 - p))))


WITH_RESULT.add(_dropout)


@native("setitem")
def _setitem(frame: FrameType, x: Any, key: Any, value: Any) -> Any:
    if not is_basic(key):
        cells = np.arange(np.size(plain(x))).reshape(np.shape(plain(x)))[key]
        # Of several writes to one cell the last one counts, and PyTorch sends each of them the whole gradient.
        if len(np.unique(cells)) < cells.size:
            raise UnfollowedError
    return assigned(frame, x, key, value)


def _cut(frame: FrameType, x: Any, _: Any, dim: int = 0, *, number: int, parts: Sequence[tuple[int, ...]]) -> Any:
    axis = dim % np.ndim(plain(x))
    start = sum(part[axis] for part in parts[:number])
    return index(frame, x, (*[slice(None)] * axis, slice(start, start + parts[number][axis])))


PARTS |= dict.fromkeys(("split", "chunk", "tensor_split", "split_with_sizes"), _cut)


def _unbind(frame: FrameType, x: Any, dim: int = 0, *, number: int, parts: Any) -> Any:  # noqa: ARG001 – as of the others
    return index(frame, x, (*[slice(None)] * (dim % np.ndim(plain(x))), number))


def _extreme_along(over: str) -> Handler:
    def handler(frame: FrameType, x: Any, *dim: Any, number: int, parts: Any, keepdim: bool = False, **options: Any) -> Any:
        axis = options.pop("dim", dim[0] if dim and not isinstance(dim[0], Traced | np.ndarray) else None)
        if len(parts) == 1:
            return extreme(frame, over[1:], over, x, *dim)
        plainly(**options)
        if number or axis is None:
            raise UnfollowedError
        return gate(frame, over, (x,), **axes(axis, bool(keepdim or dim[1:2] == (True,))))

    return handler


PARTS |= {"unbind": _unbind, "max": _extreme_along("amax"), "min": _extreme_along("amin")}


@native("scaled_dot_product_attention")
def _attention(
    frame: FrameType, q: Any, k: Any, v: Any, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False,
    *, scale: Any = None, enable_gqa: bool = False,
) -> Any:  # fmt: skip
    plainly(dropout=dropout_p or None, gqa=enable_gqa)
    axes = [*range(np.ndim(plain(k)))]
    axes[-1], axes[-2] = axes[-2], axes[-1]
    scores = product(frame, q, transposed(frame, k, axes))
    scores = gate(frame, "mul", (scores, float(scale if scale is not None else np.shape(plain(q))[-1] ** -0.5)))
    shape = np.shape(plain(scores))
    if is_causal:
        attn_mask = np.tril(np.ones(shape[-2:], bool))
    if attn_mask is not None and not isinstance(attn_mask, Traced) and attn_mask.dtype == bool:
        scores = gate(frame, "where", (np.broadcast_to(attn_mask, shape).astype(float), scores, -np.inf))
    elif attn_mask is not None:
        scores = gate(frame, "add", (scores, attn_mask))
    return product(frame, gate(frame, "softmax", (scores,), axis=-1), v)


@native("einsum")
def _einsum(frame: FrameType, subscripts: str, *operands: Any) -> Any:
    flat = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
    return gate(frame, "einsum", tuple(flat), subscripts=subscripts)


def _both(value: Any, axes: int) -> tuple[int, ...]:
    return (int(value),) * axes if isinstance(value, int) else tuple(map(int, value))


def _convolution(axes: int) -> Handler:
    def handler(
        frame: FrameType, x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1,
    ) -> Any:  # fmt: skip
        if isinstance(padding, str) or {*_both(dilation, axes)} != {1} or groups != 1:
            raise UnfollowedError
        steps, edges = _both(stride, axes), _both(padding, axes)
        options = ({"padding": edges} if any(edges) else {}) | ({"stride": steps} if {*steps} != {1} else {})
        return gate(frame, f"conv{axes}d", (x, weight) if bias is None else (x, weight, bias), **options)

    return handler


NATIVE |= {"conv1d": _convolution(1), "conv2d": _convolution(2)}


def _pooling(axes: int) -> Handler:
    def handler(
        frame: FrameType, x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, *rest: Any,
        **options: Any,
    ) -> Any:  # fmt: skip
        plainly(**options, **{str(k): each for k, each in enumerate(rest)})
        size = _both(kernel_size, axes)
        steps = size if stride in (None, []) else _both(stride, axes)
        if any(_both(padding, axes)) or {*_both(dilation, axes)} != {1}:
            raise UnfollowedError
        return gate(frame, "max_pool", (x,), size=size, **({"stride": steps} if steps != size else {}))

    return handler


NATIVE |= {"max_pool1d": _pooling(1), "max_pool2d": _pooling(2)}
