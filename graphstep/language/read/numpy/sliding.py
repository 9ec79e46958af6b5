"""Filters, windows, and products over named indices: ``conv2d``, ``convolve``, ``max_pool2d``, ``einsum``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.arrays import reshaped
from graphstep.language.read.numpy.pieces import Piece, call, indexed
from graphstep.language.read.numpy.reductions import is_torch

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _over_indices(of: Calls, site: Call) -> Piece | None:
    """``einsum``, with the indices as a text, or as numbers behind each array."""
    if any(key not in ("optimize", "dtype") for key in site.keywords) or not site.arguments:
        return None
    first = site.arguments[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        written, arrays = first.value, [of.value(each) for each in site.arguments[1:]]
        if not re.fullmatch(r"[A-Za-z.,>\s-]{1,200}", written):
            return None
    else:
        pairs = site.arguments
        indices = [_letters(of, each) for each in pairs[1::2]]
        result = "" if len(pairs) % 2 == 0 else _letters(of, pairs[-1])
        if None in indices or result is None or len(pairs) < 2:
            return None
        written = ",".join(each or "" for each in indices) + (f"->{result}" if len(pairs) % 2 else "")
        arrays = [of.value(each) for each in pairs[: len(indices) * 2 : 2]]
    return of.piece("einsum", [f'"{"".join(written.split())}"', *arrays], site) if arrays else None


def _letters(of: Calls, node: ast.expr) -> str | None:
    entries = of.entries(node)
    if entries is None:
        return None
    letters = ""
    for each in entries:
        number = of.whole(each)
        if isinstance(each, ast.Constant) and each.value is Ellipsis:
            letters += "..."
        elif number is not None and 0 <= number < len(_LETTERS):
            letters += _LETTERS[number]
        else:
            return None
    return letters


def _filters(axes: int) -> Callable[[Calls, Call], Piece | None]:
    """PyTorch's ``conv1d`` and ``conv2d``, which turn no filter around."""

    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x", "weight", "bias=", "stride=", "padding=")
        if inputs is None or inputs["x"] is None or inputs["weight"] is None or not is_torch(of, site):
            return None
        pieces: list[Piece | str] = [of.value(inputs["x"]), of.value(inputs["weight"])]
        if inputs["bias"] is not None and of.word(inputs["bias"]) != "none":
            pieces.append(of.value(inputs["bias"]))
        for key in ("stride", "padding"):
            if inputs[key] is None or of.word(inputs[key]) == "valid":
                continue
            sizes = of.wholes(inputs[key])
            if sizes is None or len(sizes) not in (1, axes):
                return None
            pieces.append(f"{key}={_sizes(sizes)}")
        return of.piece(f"conv{axes}d", pieces, site)

    return handler


def _sizes(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


def _pool(axes: int, how: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x", "kernel_size", "stride=")
        if inputs is None or inputs["x"] is None:
            return None
        size, stride = of.wholes(inputs["kernel_size"]), None
        if size is None or len(size) not in (1, axes):
            return None
        options = [f"size={_sizes((size * axes)[:axes])}"]
        if inputs["stride"] is not None and of.word(inputs["stride"]) != "none":
            stride = of.wholes(inputs["stride"])
            if stride is None or len(stride) not in (1, axes):
                return None
            options.append(f"stride={_sizes((stride * axes)[:axes])}")
        x = of.value(inputs["x"])
        if how == "max":
            return of.piece("max_pool", [x, *options], site)
        return of.piece("mean", [call("windows", [x, *options], x.span), "axis=-1"], site)

    return handler


def _convolution(of: Calls, site: Call) -> Piece | None:
    """NumPy's and SciPy's ``convolve`` of two vectors or two matrices, which turns the second one around."""
    inputs = site.inputs("x", "y", "mode=")
    if inputs is None or inputs["x"] is None or inputs["y"] is None:
        return None
    x, y = of.value(inputs["x"]), of.value(inputs["y"])
    one, other = of.needed_shape(x, site.node), of.needed_shape(y, site.node)
    mode = of.word(inputs["mode"], "full")
    axes = len(one)
    if axes not in (1, 2) or len(other) != axes or mode not in ("full", "same", "valid") or 0 in (*one, *other):
        return None
    span = of.source.span(site.node)
    turned = y
    for axis in range(axes):
        turned = call("flip", [turned, f"axis={axis}"], span)
    image, filters = reshaped(of, x, (1, *one), site), reshaped(of, turned, (1, 1, *other), site)
    padding = _sizes([size - 1 for size in other])
    whole = call(f"conv{axes}d", [image, filters, f"padding={padding}"], span)
    sizes = [a + b - 1 for a, b in zip(one, other, strict=True)]
    if mode == "full":
        return reshaped(of, whole, sizes, site)
    cuts = []
    for a, b in zip(one, other, strict=True):
        # SciPy's same is as large as the first, NumPy's as the larger.
        size = abs(a - b) + 1 if mode == "valid" else a if site.library == "scipy" else max(a, b)
        start = (a + b - 1 - size) // 2
        cuts.append(f"{start}:{start + size}")
    return indexed(whole, ["0", *cuts], span)


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    "einsum": _over_indices,
    "conv1d": _filters(1),
    "conv2d": _filters(2),
    **{f"{how}pool{axes}d": _pool(axes, how) for how in ("max", "avg") for axes in (1, 2)},
    "convolve": _convolution,
}
"""By name without underscores."""
