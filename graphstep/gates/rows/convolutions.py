"""Convolutions, as networks have them: filters that slide over a signal or an image, in PyTorch's layout.

The input is channels × length (``conv1d``) or channels × rows × columns (``conv2d``), or a batch of these; a filter has a kernel
for each channel. Nothing is turned around on the way forward: what mathematics calls a convolution turns the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Any

from graphstep.gates.products import matmul
from graphstep.gates.rows.contributions import spelled
from graphstep.gates.rows.windows import counts, laid_out, per_axis, put_back
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape

_AXES = {1: "length", 2: "rows × columns"}
"""What the axes of a kernel are called, by their number."""


def _sliding(shapes: Sequence[Shape], axes: int, options: Options) -> tuple[Sequence[int], Sequence[int], Shape]:
    """Stride and padding for each axis, and how many places a kernel slides to. Raises :class:`MisfitError`."""
    stride = per_axis("stride", options["stride"] or (1,), axes, 1)
    padding = per_axis("padding", options["padding"] or (0,), axes, 0)
    sizes = [n + 2 * around for n, around in zip(shapes[0][-axes:], padding, strict=True)]
    return stride, padding, counts(sizes, shapes[1][-axes:], stride)


def _shape(axes: int, shapes: Sequence[Shape], options: Options) -> Shape:
    x, filters = shapes[:2]
    if len(x) not in (axes + 1, axes + 2):
        fits = f"it is channels × {_AXES[axes]}, or a batch of these: reshape(x, …) gives it a channel"
        raise MisfitError(f"its input is {kind_text(x)}", fits)
    if len(filters) != axes + 2:
        raise MisfitError(f"its filters are {kind_text(filters)}", f"they are filters × channels × {_AXES[axes]}")
    if filters[1] != x[-axes - 1]:
        raise MisfitError(
            f"the filters are made for {filters[1]} channels, and the input has {x[-axes - 1]}",
            f"they must be {kind_text((filters[0], x[-axes - 1], *filters[2:]))}",
        )
    if len(shapes) == 3 and shapes[2] != filters[:1]:
        raise MisfitError("the shifts do not go with the filters", f"one for each filter is {kind_text(filters[:1])}")
    return (*x[: -axes - 1], filters[0], *_sliding(shapes, axes, options)[2])


def _padded(np: Any, x: Any, padding: Sequence[int]) -> Any:
    """A batch with zeros around, along its last axes."""
    return np.pad(x, [(0, 0)] * (x.ndim - len(padding)) + [(around, around) for around in padding])


class _Slide:
    """One convolution at work: its input as a batch, and what its kernels meet at each place in a row."""

    def __init__(self, np: Any, axes: int, inputs: Sequence[Any], options: Options) -> None:
        self.np, self.axes = np, axes
        self.batch = inputs[0] if inputs[0].ndim == axes + 2 else inputs[0][None]
        self.filters = inputs[1]
        shapes = [np.shape(x) for x in inputs]
        self.stride, self.padding, self.count = _sliding(shapes, axes, options)
        self.out = _shape(axes, shapes, options)
        self.cases = (len(self.batch), *self.count)
        self.kernels = self.filters.reshape(len(self.filters), prod(self.filters.shape[1:]))

    def rows(self, batch: Any) -> Any:
        """A row for each case and place: the cells of all channels that a kernel meets there."""
        # What a kernel meets is copied out (im2col; Chellapilla, Puri and Simard 2006): then one product of matrices does all
        # places.
        cells = laid_out(self.np, _padded(self.np, batch, self.padding), self.filters.shape[2:], self.stride)
        # batch × channels × places × cells → the channels beside the cells, as in a kernel that is laid out.
        return self.np.moveaxis(cells, 1, -2).reshape(prod(self.cases), self.kernels.shape[1])

    def value(self, batch: Any, kernels: Any) -> Any:
        """The value, without shifts."""
        cells = matmul(self.np, self.rows(batch), kernels.T).reshape(*self.cases, len(kernels))
        return self.np.moveaxis(cells, -1, 1).reshape(self.out)

    def arriving(self, upstream: Any) -> Any:
        """The upstream gradient as a row for each case and place, a column for each filter."""
        whole = upstream.reshape(len(self.batch), len(self.filters), *self.count)
        return self.np.moveaxis(whole, 1, -1).reshape(prod(self.cases), len(self.filters))

    def back(self, upstream: Any) -> Any:
        """The contribution to the input: each place hands every kernel back, times its gradient."""
        channels = self.filters.shape[1]
        cells = matmul(self.np, self.arriving(upstream), self.kernels)
        cells = self.np.moveaxis(cells.reshape(*self.cases, channels, prod(self.filters.shape[2:])), -2, 1)
        sizes = [n + 2 * around for n, around in zip(self.batch.shape[2:], self.padding, strict=True)]
        whole = put_back(self.np, cells, (*self.batch.shape[:2], *sizes), self.filters.shape[2:], self.stride)
        # What the zeros around would get is nobody's.
        inside = (slice(around, around + n) for around, n in zip(self.padding, self.batch.shape[2:], strict=True))
        return whole[(slice(None), slice(None), *inside)]


def _value(axes: int, np: Any, inputs: Sequence[Any], options: Options) -> Any:
    slide = _Slide(np, axes, inputs, options)
    value = slide.value(slide.batch, slide.kernels)
    return value if len(inputs) == 2 else value + inputs[2].reshape(-1, *[1] * axes)


def _pullback(axes: int, np: Any, call: Call, slot: int, upstream: Any) -> Any:
    slide = _Slide(np, axes, call.inputs, call.options)
    if slot == 0:
        return slide.back(upstream).reshape(call.inputs[0].shape)
    arriving = slide.arriving(upstream)
    return arriving.sum(axis=0) if slot == 2 else matmul(np, arriving.T, slide.rows(slide.batch)).reshape(slide.filters.shape)


def _push(axes: int, np: Any, call: Call, slot: int, direction: Any) -> Any:
    slide = _Slide(np, axes, call.inputs, call.options)
    if slot == 2:
        return np.broadcast_to(direction.reshape(-1, *[1] * axes), slide.out)
    if slot == 0:
        return slide.value(direction.reshape(slide.batch.shape), slide.kernels)
    return slide.value(slide.batch, direction.reshape(slide.kernels.shape))


def _structure(axes: int, slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    if slot == 2:
        return "repetition"
    if slot == 1:
        # A filter makes a channel of its own.
        return "block" if shapes[1][0] > 1 else "dense"
    stride, _, count = _sliding(shapes, axes, options)
    rows = zip(count, stride, shapes[1][2:], strict=True)
    apart = any(places > 1 and step >= length for places, step, length in rows)
    return "block" if apart or (len(shapes[0]) == axes + 2 and shapes[0][0] > 1) else "dense"


def _multiplications(axes: int, slot: int, shapes: Sequence[Shape], options: Options) -> int:
    return 0 if slot == 2 else prod(_shape(axes, shapes, options)) * prod(shapes[1][1:])


def _nonzero(axes: int, np: Any, slot: int, shapes: Sequence[Shape], options: Options) -> int:
    """Each entry is a cell under a filter: with ones in all of them the convolution counts these, fewer at the edges."""
    if slot == 2:
        return prod(_shape(axes, shapes, options))
    return int(np.sum(_value(axes, np, [np.ones(shape) for shape in shapes[:2]], options)))


def _returned(axes: int, slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """The contribution as a convolution again: towards the input with the kernels turned around, towards them with the input."""
    x, filters = shapes[:2]
    stride, padding, count = _sliding(shapes, axes, options)
    batched, name = len(x) == axes + 2, f"conv{axes}d"
    whole = x if batched else (1, *x)
    arriving = "d" if batched else f"reshape(d, {spelled([1, filters[0], *count])})"
    sliding = range(2, 2 + axes)
    # Both are in Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 9.5, with a stride.
    if slot == 2:
        return f"sum({arriving}, axis={spelled([0, *sliding])})"
    # At every place that the kernels could slide to with a stride of 1; 0 at those that they step over.
    every = [n + 2 * around - length + 1 for n, around, length in zip(whole[2:], padding, filters[2:], strict=True)]
    if tuple(every) != count:
        shape, step = spelled([whole[0], filters[0], *every]), spelled([1, 1, *stride])
        arriving = f"place({arriving}, shape={shape}, start={spelled([0] * (2 + axes))}, step={step})"
    exchanged = f"axes={spelled([1, 0, *sliding])}"
    if slot == 1:
        there = "x" if batched else f"reshape(x, {spelled(whole)})"
        kernels = f"transpose({arriving}, {exchanged})"
        sent = f"{name}(transpose({there}, {exchanged}), {kernels}{_option('padding', padding)})"
        return f"transpose({sent}, {exchanged})"
    turned = "y"
    for axis in sliding:
        turned = f"flip({turned}, axis={axis})"
    around = [length - 1 for length in filters[2:]]
    sent = f"{name}({arriving}, transpose({turned}, {exchanged}){_option('padding', around)})"
    if any(padding):
        sent += f"[..., {', '.join(f'{pad}:{pad + n}' for pad, n in zip(padding, whole[2:], strict=True))}]"
    return sent if batched else f"reshape({sent}, {spelled(x)})"


def _option(name: str, value: Sequence[int]) -> str:
    return f", {name}={spelled(value)}" if any(value) else ""


def _typed(options: Options) -> list[str]:
    pairs = ((name, options[name]) for name in ("stride", "padding") if options[name])
    return [f"{name}={value[0] if len(value) == 1 else spelled(value)}" for name, value in pairs]


def _inside(options: Options) -> str:
    return "".join(f" {name} {'×'.join(map(str, options[name]))}" for name in ("stride", "padding") if options[name])


def _pulled(axes: int, m: Any, slot: int, upstream: Any, terms: Sequence[Any], _: Any, options: Options) -> Any:
    if slot == 2:
        return m.over(
            "sum", upstream, tuple(i for i in range(len(options["shapes"][0])) if i != len(options["shapes"][0]) - axes - 1)
        )
    if slot == 1:
        return m.call("correlation", terms[0], upstream)
    return m.call(f"conv_transpose{axes}d", upstream, terms[1], *map(m.words, _typed(options)))


def _convolution(axes: int, over: str) -> Rule:
    """The row of a convolution along so many axes."""
    return Rule(
        f"conv{axes}d",
        f"conv{axes}d",
        partial(_shape, axes),
        partial(_value, axes),
        partial(_pullback, axes),
        partial(_push, axes),
        partial(_structure, axes),
        lambda m, terms, options: m.call(f"conv{axes}d", *terms, *map(m.words, _typed(options))),
        partial(_pulled, axes),
        f"The conv{axes}d gate slides the filters {{y}} over {over} {{x}}: at each place the cells under a filter are added up, "
        "each times the filter's own cell.",
        (
            "A cell is used wherever a filter lies over it: it gets the upstream gradients of all these places, each times the "
            "filter's cell that lay there. That is a convolution with the filter turned around.",
            "A filter is used at all places: the upstream gradient of each, times what lay under the filter there, is added up.",
            "The shift is added at every place, so the upstream gradient of its filter is added up over them.",
        ),
        pattern=("switcher", "switcher", "adder"),
        arity=(2, 3),
        keywords={"stride": "shape", "padding": "shape"},
        defaults={"stride": (), "padding": ()},
        inside=_inside,
        multiplications=partial(_multiplications, axes),
        nonzero=partial(_nonzero, axes),
        # A filter adds up over its channels and its places.
        contraction=lambda slot, shapes, options: tuple(range(1, axes + 2)) if slot == 1 else None,
        returned=partial(_returned, axes),
    )


CONVOLUTIONS = (_convolution(1, "the signal"), _convolution(2, "the image"))
