"""PyTorch's functions over axes, and its products, as gates."""

from __future__ import annotations

from functools import partial
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
NATIVE |= {name: partial(extreme, name) for name in ("max", "min")}


@native("matmul", "mm", "bmm", "mv", "dot")
def _matmul(frame: FrameType, x: Any, y: Any) -> Any:
    x, y = as_array(x), as_array(y)
    if np.ndim(plain(x)) == np.ndim(plain(y)) == 1:
        return apply("dot", frame, (x, y), {})
    return product(frame, x, y)


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
