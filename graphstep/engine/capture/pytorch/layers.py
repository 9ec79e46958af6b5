"""PyTorch's norms, windows and attention as gates, what is drawn by chance, and functions of several results."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import as_array
from graphstep.engine.capture.arrays.indices import along, assigned, is_basic
from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.pytorch.table import (
    PARTS,
    WITH_RESULT,
    Handler,
    Made,
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


def _parameters(size: int, weight: Any, bias: Any) -> tuple[Any, Any]:
    """The scale and the shift of a norm, in a row."""
    return (
        np.ones(size) if weight is None else as_array(weight).reshape((size,)),
        np.zeros(size) if bias is None else as_array(bias).reshape((size,)),
    )


@native("layer_norm")
def _layer_norm(frame: FrameType, x: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    whole, size = np.shape(plain(x)), int(np.prod(tuple(shape)))
    cases = x if len(shape) == 1 else as_array(x).reshape((*whole[: len(whole) - len(shape)], size))
    normal = gate(frame, "layer_norm", (cases, *_parameters(size, weight, bias)), eps=float(eps))
    return normal if len(shape) == 1 else normal.reshape(whole)


@native("group_norm")
def _group_norm(frame: FrameType, x: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    whole = np.shape(plain(x))
    places = int(np.prod(whole[2:]))

    def each(cells: Any, otherwise: float) -> Any:
        """A number for each channel, for all of its places."""
        if cells is None:
            return np.full((groups, whole[1] // groups * places), otherwise)
        return gate(frame, "add", (as_array(cells).reshape((-1, 1)), np.zeros((whole[1], places)))).reshape((groups, -1))

    cases = as_array(x).reshape((whole[0], groups, -1))
    return gate(frame, "layer_norm", (cases, each(weight, 1.0), each(bias, 0.0)), eps=float(eps)).reshape(whole)


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
    if not training:
        raise UnfollowedError
    # The running figures are moved on by PyTorch, and no gradient passes through them.
    del mean, var, momentum
    whole = np.shape(plain(x))
    order = (0, *range(2, len(whole)), 1)
    # Every place of a picture is a case of its channel.
    last = x if len(whole) == 2 else transposed(frame, x, order)
    cases = last if len(whole) == 2 else as_array(last).reshape((-1, whole[1]))
    normal = gate(frame, "batch_norm", (cases, *_parameters(whole[1], weight, bias)), eps=float(eps))
    if len(whole) == 2:
        return normal
    return transposed(frame, normal.reshape(np.shape(plain(last))), np.argsort(order).tolist())


@native("normalize")
def _normalize(frame: FrameType, x: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Any = None) -> Any:
    if p != 2 or out is not None:
        raise UnfollowedError
    size = gate(frame, "length", (x,), axis=int(dim), keepdims=True)
    # Its least size, which is there for a vector of zeros, is no gate where it is not at work.
    return gate(frame, "div", (x, gate(frame, "max", (size, float(eps))) if np.any(plain(size) <= eps) else size))


@native("dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout")
def _dropout(frame: FrameType, x: Any, p: float = 0.5, training: bool = True, *_: Any, made: Made, **__: Any) -> Any:
    return gate(frame, "mul", (x, made.slopes(0))) if training and p else x


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
    return along(frame, x, axis, slice(start, start + parts[number][axis]))


PARTS |= dict.fromkeys(("split", "chunk", "tensor_split", "split_with_sizes"), _cut)


def _unbind(frame: FrameType, x: Any, dim: int = 0, *, number: int, parts: Any) -> Any:  # noqa: ARG001 – as of the others
    return along(frame, x, dim, number)


def _extreme_along(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, *dim: Any, number: int, parts: Any, keepdim: bool = False, **options: Any) -> Any:
        axis = options.pop("dim", dim[0] if dim and not isinstance(dim[0], Traced | np.ndarray) else None)
        if len(parts) == 1:
            return extreme(name, frame, x, *dim)
        plainly(**options)
        if number or axis is None:
            raise UnfollowedError
        return gate(frame, f"a{name}", (x,), **axes(axis, bool(keepdim or dim[1:2] == (True,))))

    return handler


PARTS |= {"unbind": _unbind, "max": _extreme_along("max"), "min": _extreme_along("min")}


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
    # A mask of answers keeps where it holds; one of numbers is added, and may be learned.
    if attn_mask is not None and not isinstance(attn_mask, Traced) and attn_mask.dtype == bool:
        scores = gate(frame, "where", (np.broadcast_to(attn_mask, shape).astype(float), scores, -np.inf))
    elif attn_mask is not None:
        scores = gate(frame, "add", (scores, attn_mask))
    return product(frame, gate(frame, "softmax", (scores,), axis=-1), v)
