"""PyTorch's functions over axes, and its products, as gates."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays import apply, as_array
from graphstep.engine.capture.arrays.products import product
from graphstep.engine.capture.arrays.table import emit
from graphstep.engine.capture.pytorch.table import (
    NATIVE,
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
from graphstep.engine.capture.traced import plain
from graphstep.ground.late import np


def _over_axes(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, dim: Any = None, keepdim: bool = False, **options: Any) -> Any:
        options.pop("dtype", None)
        plainly(**options)
        return gate(frame, name, (x,), **axes(dim, keepdim))

    return handler


NATIVE |= {name: _over_axes(name) for name in ("sum", "mean", "prod", "amax", "amin", "logsumexp")}


@native("max")
def _max(frame: FrameType, x: Any, *other: Any, **options: Any) -> Any:
    return extreme(frame, "max", "amax", x, *other, **options)


@native("min")
def _min(frame: FrameType, x: Any, *other: Any, **options: Any) -> Any:
    return extreme(frame, "min", "amin", x, *other, **options)


def _spread(name: str) -> Handler:
    def handler(
        frame: FrameType, x: Any, dim: Any = None, unbiased: Any = None, *, correction: Any = None, keepdim: bool = False
    ) -> Any:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        ddof = int(correction) if correction is not None else 0 if unbiased is False else 1
        return gate(frame, name, (x,), **axes(dim, keepdim), **({"ddof": ddof} if ddof else {}))

    return handler


NATIVE |= {"var": _spread("var"), "std": _spread("std")}


@native("norm", "vector_norm", "linalg_norm", "linalg_vector_norm")
def _norm(frame: FrameType, x: Any, p: Any = None, dim: Any = None, keepdim: bool = False, **options: Any) -> Any:
    plainly(**{key: value for key, value in options.items() if key != "ord"})
    order = options.get("ord", p)
    if order not in (None, 2, 2.0, "fro"):
        raise UnfollowedError
    return gate(frame, "length", (x,), **axes(dim, keepdim))


@native("cumsum")
def _cumsum(frame: FrameType, x: Any, dim: Any, **options: Any) -> Any:
    plainly(**options)
    return gate(frame, "cumsum", (x,), axis=int(dim))


def _along(name: str) -> Handler:
    def handler(frame: FrameType, x: Any, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
        plainly(dtype=dtype)
        if dim is None:
            raise UnfollowedError
        return gate(frame, name, (x,), axis=int(dim))

    return handler


NATIVE |= {"softmax": _along("softmax"), "log_softmax": _along("log_softmax")}


@native("matmul", "mm", "bmm", "mv", "dot")
def _matmul(frame: FrameType, x: Any, y: Any) -> Any:
    x, y = as_array(x), as_array(y)
    if np.ndim(plain(x)) == np.ndim(plain(y)) == 1:
        return apply("dot", frame, (x, y), {})
    return product(frame, x, y)


@native("outer", "ger")
def _outer(frame: FrameType, x: Any, y: Any) -> Any:
    return apply("outer", frame, (x, y), {})


@native("linear")
def _linear(frame: FrameType, x: Any, weight: Any, bias: Any = None, *, made: Made) -> Any:
    turned = transposed(frame, weight)
    if bias is None:
        return product(frame, x, turned)
    # The two are one function there: without the bias the product is what the result says it was.
    whole = emit(frame, "matmul", (x, turned), (made.value - plain(bias)).astype(made.value.dtype))
    whole.recorder.recording.operations[-1].dtype = made.dtype
    return gate(frame, "add", (whole, bias))


WITH_RESULT.add(_linear)


@native("addmm", "baddbmm", "addmv")
def _addmm(frame: FrameType, bias: Any, x: Any, y: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    if beta != 1 or alpha != 1:
        raise UnfollowedError
    return gate(frame, "add", (bias, product(frame, x, y)))
