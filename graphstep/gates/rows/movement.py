"""Gates that copy cells or put them elsewhere: broadcasting, transposing, indexing, reshaping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from graphstep.gates.rows.contributions import spelled
from graphstep.gates.rule import Call, MisfitError, Options, Rule
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Chosen, Shape, Slice, Slot


def nothing(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    """The multiplications of a gate that moves cells: none."""
    return 0


# Broadcasting


def stretched(shape: Shape, target: Shape) -> tuple[int, ...]:
    """The axes of the target along which a value of this shape is copied."""
    new = len(target) - len(shape)
    return (*range(new), *(new + i for i, n in enumerate(shape) if n == 1 and target[new + i] != 1))


def broadcasts(shape: Shape, target: Shape) -> bool:
    """Whether NumPy copies a value of this shape into the target."""
    fits = zip(reversed(shape), reversed(target), strict=False)
    return len(shape) <= len(target) and all(n in (1, wanted) for n, wanted in fits)


def gathered(np: Any, upstream: Any, shape: Shape) -> Any:
    """The sum over the copies of a value of this shape."""
    return np.reshape(np.sum(upstream, axis=stretched(shape, np.shape(upstream)), keepdims=True), shape)


def _broadcast_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    target: Shape = options["shape"]
    if not broadcasts(shapes[0], target):
        raise MisfitError(
            f"{kind_text(shapes[0])} cannot be copied into {kind_text(target)}",
            "an axis is copied when it has 1 entry or is missing in front",
        )
    return target


def gathered_text(text: str, shape: Shape, target: Shape) -> str:
    """The sum of an array of the target's shape over the copies of a value, as the text of a program."""
    axes = stretched(shape, target)
    if not axes:
        return text
    total = f"sum({text})" if len(axes) == len(target) else f"sum({text}, axis={spelled(axes)})"
    return f"reshape({total}, {spelled(shape)})" if 1 in shape else total


def gathered_term(m: Any, term: Any, shape: Shape, target: Shape) -> Any:
    """The sum over the copies of a value of this shape, in notation; the term itself where there are none."""
    axes = stretched(shape, target)
    if shape == target:
        return term
    return m.over("sum", term, None if len(axes) == len(target) else axes[0] if len(axes) == 1 else axes)


# Another order of axes, another shape


def _order(shape: Shape, options: Options) -> tuple[int, ...]:
    axes = options["axes"]
    count = len(shape)
    if axes is None:
        return tuple(range(count))[::-1]
    chosen = axes if isinstance(axes, tuple) else (axes,)
    # count stands for what is no axis, and is in no list of them.
    if sorted(axis % count if count and -count <= axis < count else count for axis in chosen) != list(range(count)):
        every = (
            f"each of the axes 0 to {count - 1} once" if count > 1 else "axis 0" if count else "no axes: it is a single number"
        )
        raise MisfitError(f"axes={chosen} is no order of the {count} axes of its input", f"name {every}")
    return tuple(axis % count for axis in chosen)


def _transposed(np: Any, x: Any, options: Options) -> Any:
    return np.transpose(x, _order(np.shape(x), options)).copy()


def _transpose_back(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    order = _order(np.shape(call.inputs[0]), call.options)
    return np.transpose(upstream, [order.index(i) for i in range(len(order))])


def _transpose_returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    order = _order(shapes[0], options)
    return "d.T" if options["axes"] is None else f"transpose(d, axes={spelled([order.index(i) for i in range(len(order))])})"


def _transpose_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    return (
        m.transposed(terms[0]) if options["axes"] is None else m.call("transpose", terms[0], m.words(f"axes={options['axes']}"))
    )


def _transpose_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    if options["axes"] is None:
        return m.transposed(upstream)
    order = _order(options["shapes"][0], options)
    return m.call("transpose", upstream, m.words(f"axes={tuple(order.index(i) for i in range(len(order)))}"))


def _reshape_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    wanted, cells = options["shape"], prod(shapes[0])
    target: Shape = tuple(wanted) if isinstance(wanted, tuple) else (wanted,)
    open_ = [i for i, n in enumerate(target) if n == -1]
    if any(n < -1 for n in target):
        raise MisfitError(f"{target} is no shape", "a shape has whole numbers from 0, and one -1 for what is left")
    if len(open_) > 1:
        raise MisfitError(f"{target} leaves {len(open_)} axes open", "-1 may stand once: for what is left")
    count = prod(n for n in target if n != -1)
    if open_:
        if count == 0 or cells % count:
            raise MisfitError(f"{cells} cells cannot be laid out as {target}", f"the axes besides -1 must divide {cells}")
        return tuple(cells // count if n == -1 else n for n in target)
    if count != cells:
        raise MisfitError(
            f"its input has {cells} {'cell' if cells == 1 else 'cells'}, the shape {target} has {count}",
            f"-1 for one axis stands for what is left of {cells}",
        )
    return target


# Indexing


def index_text(index: Sequence[Any], most: int = 6) -> str:
    """An index as it is typed, ``0, 1:, ...``, with ``{1}`` for the array that stands in slot 1.

    Of a list of more than ``most`` places the first three and the last are written.
    """
    parts = []
    for entry in index:
        if isinstance(entry, Slot):
            parts.append(f"{{{entry.slot}}}")
        elif isinstance(entry, Chosen):
            shown = [str(place) for place in entry.places]
            parts.append(f"[{', '.join(shown if len(shown) <= most else [*shown[:3], '…', shown[-1]])}]")
        elif isinstance(entry, tuple):
            start, stop, step = ("" if part is None else str(part) for part in entry)
            parts.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        else:
            parts.append("..." if entry is Ellipsis else str(entry))
    return ", ".join(parts)


def entries(shape: Shape, index: Sequence[Any]) -> list[Any]:
    """The entries of an index, one for each axis: ``...`` and what is left out are whole slices. Raises :class:`MisfitError`."""
    named = [entry for entry in index if entry is not Ellipsis]
    if len(named) < len(index) - 1:
        raise MisfitError("an index has room for one ...", "leave one")
    if len(named) > len(shape):
        has = "is a single number" if not shape else f"has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        raise MisfitError(
            f"the index names {len(named)} {'axis' if len(named) == 1 else 'axes'}, and its input {has}", "name fewer"
        )
    place = next((i for i, entry in enumerate(index) if entry is Ellipsis), len(index))
    slices = [Slice(None, None, None)] * (len(shape) - len(named))
    return [*index[:place], *slices, *index[place + 1 :]]


def _full_index(shape: Shape, index: Sequence[Any]) -> list[Any]:
    """One entry an axis: an index from 0, or a slice of Python's."""
    full: list[Any] = []
    for axis, entry in enumerate(entries(shape, index)):
        size = shape[axis]
        if isinstance(entry, tuple):
            if entry[2] == 0:
                raise MisfitError("a slice cannot step by 0", "leave the step out, or give another")
            full.append(slice(*entry))
        elif -size <= entry < size:
            full.append(entry % size)
        else:
            there = (
                f"that axis has {size} entries: 0 to {size - 1}, or -{size} to -1 from the end" if size else "that axis is empty"
            )
            raise MisfitError(f"there is no entry {entry} on axis {axis}", there)
    return full


def _index_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    full = zip(_full_index(shapes[0], options["index"]), shapes[0], strict=True)
    return tuple(len(range(*entry.indices(size))) for entry, size in full if isinstance(entry, slice))


def _at(np: Any, x: Any, options: Options) -> Any:
    return np.asarray(x)[tuple(_full_index(np.shape(x), options["index"]))]


def _index_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    shape = np.shape(call.inputs[0])
    gradient = np.zeros(shape)
    # Whole numbers and slices name no cell twice: it is put in place, there is nothing to add up.
    gradient[tuple(_full_index(shape, call.options["index"]))] = upstream
    return gradient


def _index_returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """Cells put back where they were picked, 0 elsewhere."""
    ranges = [
        range(*entry.indices(size)) if isinstance(entry, slice) else range(entry, entry + 1)
        for entry, size in zip(_full_index(shapes[0], options["index"]), shapes[0], strict=True)
    ]
    if not ranges:
        return "d"
    shape, starts, steps = shapes[0], [entry.start for entry in ranges], [entry.step for entry in ranges]
    counts = spelled([len(entry) for entry in ranges])
    return f"place(reshape(d, {counts}), shape={spelled(shape)}, start={spelled(starts)}, step={spelled(steps)})"


def _copied_runs(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    x, shape = inputs[0], options["shape"]
    # New axes go between that of the runs and those of the input.
    return np.broadcast_to(x.reshape(len(x), *(1,) * (len(shape) - x.ndim + 1), *x.shape[1:]), (len(x), *shape))


_COPY = Rule(
    "broadcast",
    "copy",
    _broadcast_shape,
    lambda np, inputs, options: np.broadcast_to(inputs[0], options["shape"]).copy(),
    lambda np, call, slot, upstream: gathered(np, upstream, np.shape(call.inputs[0])),
    lambda np, call, slot, direction: np.broadcast_to(direction, call.options["shape"]),
    lambda slot, shapes, options: "repetition",
    lambda m, terms, options: m.copied(*terms),
    lambda m, slot, upstream, terms, out, options: gathered_term(m, upstream, options["shapes"][0], options["shape"]),
    "The copy gate repeats {x} until it has the shape of what it meets: broadcasting.",
    ("A value that was copied is used once for each copy, so the gradients of its copies add up, as at a fork.",),
    pattern=("adder",),
    functions=(),
    keywords={"shape": "shape"},
    inside=lambda options: " to " + ("×".join(map(str, options["shape"])) or "()"),
    multiplications=nothing,
    stacked=_copied_runs,
    rows=lambda slot, shape: len(shape) > 1,
    returned=lambda slot, shapes, options: gathered_text("d", shapes[0], options["shape"]),
)

MOVEMENT = (
    _COPY,
    replace(
        _COPY,
        name="fill",
        symbol="fill",
        forward="The fill gate makes an array of copies of {x}.",
        functions=("fill",),
        rest="shape",
        pattern=("",),
    ),
    Rule(
        "transpose",
        "xᵀ",
        lambda shapes, options: tuple(shapes[0][i] for i in _order(shapes[0], options)),
        lambda np, inputs, options: _transposed(np, inputs[0], options),
        _transpose_back,
        lambda np, call, slot, direction: _transposed(np, direction, call.options),
        lambda slot, shapes, options: "permutation",
        _transpose_formula,
        _transpose_pulled,
        "The xᵀ gate exchanges the axes of {x}: its rows become columns.",
        ("A transpose moves every cell and changes none, so the upstream gradient is moved back: it is transposed too.",),
        pattern=("distributor",),
        keywords={"axes": "axes"},
        defaults={"axes": None},
        inside=lambda options: "" if options["axes"] is None else f" axes {options['axes']}",
        multiplications=nothing,
        returned=_transpose_returned,
    ),
    Rule(
        "index",
        "index",
        _index_shape,
        lambda np, inputs, options: np.array(_at(np, inputs[0], options)),
        _index_pullback,
        lambda np, call, slot, direction: _at(np, direction, call.options),
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.indexed(terms[0], index_text(options["index"])),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, f"[{index_text(options['index'])}]"),
        "The index gate picks cells of {x}.",
        ("An index is a router: its upstream gradient goes to the cells that were picked, and 0 to all others.",),
        pattern=("router",),
        functions=(),
        inside=lambda options: f" [{index_text(options['index'])}]",
        multiplications=nothing,
        returned=_index_returned,
    ),
    Rule(
        "reshape",
        "reshape",
        _reshape_shape,
        lambda np, inputs, options: np.array(np.reshape(inputs[0], options["shape"])),
        lambda np, call, slot, upstream: np.reshape(upstream, np.shape(call.inputs[0])),
        lambda np, call, slot, direction: np.reshape(direction, np.shape(call.out)),
        lambda slot, shapes, options: "permutation",
        lambda m, terms, options: m.call("reshape", terms[0], m.words(str(options["shape"]))),
        lambda m, slot, upstream, terms, out, options: m.call("reshape", upstream, m.words(str(options["shapes"][0]))),
        "The reshape gate lays the cells of {x} out in another shape, in the same reading order.",
        ("A reshape changes no cell, so the upstream gradient is laid out in the shape of {x} again.",),
        pattern=("distributor",),
        returned=lambda slot, shapes, options: f"reshape(d, {spelled(shapes[0])})",
        keywords={"shape": "shape"},
        rest="shape",
        inside=lambda options: f" {options['shape']}",
        multiplications=nothing,
    ),
)
