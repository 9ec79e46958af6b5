"""Windows that slide over an array: their cells laid side by side, and the largest cell of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from graphstep.gates.rows.contributions import spelled
from graphstep.gates.rows.movement import nothing
from graphstep.gates.rows.reductions import extreme_pullback, extreme_push, tie_remarks, tied, winners
from graphstep.gates.rule import Call, Cell, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape

_LAST: Options = {"axis": -1, "keepdims": False}
"""Over the cells of a window."""


def per_axis(name: str, sizes: Sequence[int], axes: int, smallest: int) -> Sequence[int]:
    """A whole number for each axis, of one for all or one each. Raises :class:`MisfitError`."""
    if len(sizes) not in (1, axes) or min(sizes) < smallest:
        several = f", or {axes} of them" if axes > 1 else ""
        raise MisfitError(f"{name}={spelled(sizes)} is no {name} here", f"it is a whole number from {smallest}{several}")
    return tuple(sizes) * (axes if len(sizes) == 1 else 1)


def counts(sizes: Sequence[int], window: Sequence[int], stride: Sequence[int]) -> Shape:
    """How many windows there are along each axis. Raises :class:`MisfitError` where there is none."""
    for size, length in zip(sizes, window, strict=True):
        if length > size:
            raise MisfitError(f"a window of {length} does not fit into {size} cells", f"at most {size} cells go into a window")
    return tuple((size - length) // step + 1 for size, length, step in zip(sizes, window, stride, strict=True))


def _window(shape: Shape, options: Options) -> tuple[Sequence[int], Sequence[int]]:
    """The sizes of a window and the steps from one to the next, along the last axes of an array."""
    size = options["size"]
    if not size:
        raise MisfitError("its windows have no size", "write the size behind the input: 2, or (2, 2) for rows and columns")
    if len(size) > len(shape):
        raise MisfitError(
            f"a window of {len(size)} axes does not slide over {kind_text(shape)}",
            "name a size for the last axis, or for the last two",
        )
    window = per_axis("size", size, len(size), 1)
    return window, per_axis("stride", options["stride"] or window, len(size), 1)


def places(count: Sequence[int], window: Sequence[int], stride: Sequence[int]) -> Iterator[tuple[Cell, tuple[Any, ...]]]:
    """The cells of a window in reading order, each with where it stands in the array in all windows."""
    for cell in product(*map(range, window)):
        rows = zip(cell, count, stride, strict=True)
        yield cell, (Ellipsis, *(slice(first, first + (n - 1) * step + 1, step) for first, n, step in rows))


def laid_out(np: Any, x: Any, window: Sequence[int], stride: Sequence[int]) -> Any:
    """The cells of each window along a new last axis, in reading order."""
    count = counts(np.shape(x)[len(np.shape(x)) - len(window) :], window, stride)
    # One slice for each cell of a window, whatever their number; a cell is copied for each window that it is in.
    return np.stack([x[place] for _, place in places(count, window, stride)], axis=-1)


def put_back(np: Any, cells: Any, shape: Shape, window: Sequence[int], stride: Sequence[int]) -> Any:
    """What was laid out, each cell at its place in an array of this shape, where the cells of several windows add up."""
    whole = np.zeros(shape)
    count = counts(shape[len(shape) - len(window) :], window, stride)
    for number, (_, place) in enumerate(places(count, window, stride)):
        # Within one slice no place comes twice, so that += loses nothing; windows that overlap meet in several slices.
        whole[place] += cells[..., number]
    return whole


def _shape(shapes: Sequence[Shape], options: Options) -> Shape:
    window, stride = _window(shapes[0], options)
    lead = len(shapes[0]) - len(window)
    return (*shapes[0][:lead], *counts(shapes[0][lead:], window, stride), prod(window))


def _value(np: Any, x: Any, options: Options) -> Any:
    return laid_out(np, x, *_window(np.shape(x), options))


def _pullback(np: Any, call: Call, upstream: Any) -> Any:
    shape = np.shape(call.inputs[0])
    return put_back(np, upstream, shape, *_window(shape, call.options))


def _structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    window, stride = _window(shapes[0], options)
    # Windows that overlap use a cell more than once.
    apart = all(step >= length for length, step in zip(window, stride, strict=True))
    return "selection" if apart else "repetition"


def _returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """Each cell of the windows put back at its place, and added up."""
    window, stride = _window(shapes[0], options)
    lead = len(shapes[0]) - len(window)
    count = counts(shapes[0][lead:], window, stride)
    step = spelled([*[1] * lead, *stride])
    return " + ".join(
        f"place(d[..., {number}], shape={spelled(shapes[0])}, start={spelled([*[0] * lead, *cell])}, step={step})"
        for number, (cell, _) in enumerate(places(count, window, stride))
    )


def _typed(options: Options) -> list[str]:
    """The options as they are typed behind an input."""
    size, stride = (str(sizes[0]) if len(sizes) == 1 else spelled(sizes) for sizes in (options["size"], options["stride"]))
    return [size, f"stride={stride}"] if options["stride"] else [size]


def _inside(options: Options) -> str:
    size, stride = ("×".join(map(str, options[name])) for name in ("size", "stride"))
    return f" {size}" + (f" stride {stride}" if stride else "")


_OPTIONS: dict[str, Any] = {
    "keywords": {"size": "shape", "stride": "shape"},
    "defaults": {"size": (), "stride": ()},
    "rest": "size",
    "inside": _inside,
    "multiplications": nothing,
}
"""What the rows of both gates have in common."""


# The largest cell of each window


def _pooled(np: Any, call: Call) -> Call:
    """The gate as the largest cell along the axis of a window's cells."""
    return Call((_value(np, call.inputs[0], call.options),), call.out, _LAST, call.ties)


WINDOWS = (
    Rule(
        "windows",
        "windows",
        _shape,
        lambda np, inputs, options: _value(np, inputs[0], options),
        lambda np, call, slot, upstream: _pullback(np, call, upstream),
        lambda np, call, slot, direction: _value(np, direction, call.options),
        _structure,
        lambda m, terms, options: m.call("windows", terms[0], *map(m.words, _typed(options))),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, "windows"),
        "The windows gate slides a window over {x} and lays its cells side by side, along a new last axis.",
        ("A cell is used once by each window that it stands in, so what these get adds up, as at a fork.",),
        pattern=("adder",),
        **_OPTIONS,
        returned=_returned,
    ),
    Rule(
        "max_pool",
        "max pool",
        lambda shapes, options: _shape(shapes, options)[:-1],
        lambda np, inputs, options: _value(np, inputs[0], options).max(axis=-1),
        lambda np, call, slot, upstream: _pullback(np, call, extreme_pullback(np, _pooled(np, call), 0, upstream)),
        lambda np, call, slot, direction: extreme_push("argmax", np, _pooled(np, call), 0, _value(np, direction, call.options)),
        _structure,
        lambda m, terms, options: m.call("max_pool", terms[0], *map(m.words, _typed(options))),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, winners(options, "pooled")),
        "The max pool gate slides a window over {x} and takes the largest cell of each.",
        (
            "Of each window the gradient goes to what is largest in it; a cell that is the largest of several gets what all of "
            "them send.",
        ),
        pattern=("router",),
        **_OPTIONS,
        expansion=lambda options: f"max(windows(x, {', '.join(_typed(options))}), axis=-1)",
        remark=lambda np, call: tied(np, _pooled(np, call)),
        remarks=tie_remarks("largest", "(PyTorch does so too.)", "windows"),
    ),
)
