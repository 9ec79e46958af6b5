"""The gate that picks several places by an array of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from graphstep.gates.rows.contributions import spelled
from graphstep.gates.rows.movement import entries, index_text, nothing
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.operands import Chosen, Shape, Slice, Slot


def _full(shape: Shape, index: Sequence[Any]) -> list[tuple[int, Any]]:
    """The entries of an index, each with the size of the axis that it is for."""
    return list(zip(shape, entries(shape, index), strict=True))


def _several(full: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """The axes at which whole numbers stand, in an array or alone."""
    return ((axis, entry) for axis, (_, entry) in enumerate(full) if not isinstance(entry, Slice))


def _shape(shapes: Sequence[Shape], options: Options) -> Shape:
    full = _full(shapes[0], options["index"])
    axes = [axis for axis, _ in _several(full)]
    # NumPy moves the axes that arrays pick to the front then, which surprises everybody.
    if axes != list(range(axes[0], axes[-1] + 1)):
        raise MisfitError("a slice stands between the arrays of this index", "take the slice first: x[:, 0:2][i, :]")
    slots = [entry.slot for _, entry in full if isinstance(entry, Slot)]
    if len(slots) != len(shapes) - 1:
        raise MisfitError(f"the index reads {len(slots)} arrays, and {len(shapes) - 1} are given", "give one for each")
    chosen = [
        shapes[entry.slot] if isinstance(entry, Slot) else (len(entry.places),)
        for _, entry in _several(full)
        if isinstance(entry, Chosen | Slot)
    ]
    together = _together(chosen)
    for size, entry in full:
        if isinstance(entry, Slot) and not size and 0 not in shapes[entry.slot]:
            _within(0, size)
        for place in (entry,) if isinstance(entry, int) else entry.places if isinstance(entry, Chosen) else ():
            _within(place, size)
    sizes = [len(range(*slice(*entry).indices(size))) if isinstance(entry, Slice) else None for size, entry in full]
    before, behind = sizes[: axes[0]], sizes[axes[-1] + 1 :]
    return (*(n for n in before if n is not None), *together, *(n for n in behind if n is not None))


def _together(shapes: Sequence[Shape]) -> Shape:
    """The shape of what the arrays of an index pick together: they meet as the sides of a sum do."""
    from graphstep.gates.elementwise import broadcast

    shape = broadcast(shapes)
    if shape is None:
        raise MisfitError(
            "the arrays of this index do not match", "arrays of one length name a cell each: s[range(3), y] with 3 classes in y"
        )
    return shape


def _within(place: Any, size: int) -> None:
    if place != int(place):
        raise MisfitError(f"{place:g} is no index", "an index is a whole number")
    if not -size <= place < size:
        there = f"that axis has {size} entries: 0 to {size - 1}, or -{size} to -1 from the end" if size else "that axis is empty"
        # Of what is larger no digit more is known than these.
        named = int(place) if abs(place) < 1e15 else f"{place:g}"
        raise MisfitError(f"there is no entry {named}", there)


def _places(np: Any, values: Sequence[Any], shape: Shape, options: Options) -> tuple[Any, ...]:
    """NumPy's index. Raises :class:`MisfitError` for what is no place on its axis."""
    places: list[Any] = []
    for size, entry in _full(shape, options["index"]):
        if isinstance(entry, Slice):
            places.append(slice(*entry))
            continue
        array = np.asarray(
            values[entry.slot] if isinstance(entry, Slot) else entry.places if isinstance(entry, Chosen) else entry
        )
        wrong = ~((np.floor(array) == array) & (array >= -size) & (array < size))
        if wrong.any():
            first = float(array[wrong].flat[0])
            # int of inf or nan would raise an error of its own.
            if np.isfinite(first):
                _within(first, size)
            raise MisfitError(f"{first:g} is no index", "an index is a whole number")
        places.append(array.astype(int))
    return tuple(places)


def _value(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    return np.array(inputs[0][_places(np, inputs, np.shape(inputs[0]), options)])


def _pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    gradient = np.zeros(np.shape(call.inputs[slot]))
    if slot == 0:
        # A place that was named twice was used twice: what its copies get adds up. gradient[places] += … would keep the last.
        np.add.at(gradient, _places(np, call.inputs, gradient.shape, call.options), upstream)
    return gradient


def _push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    if slot:
        return np.zeros(np.shape(call.out))
    return np.array(direction[_places(np, call.inputs, np.shape(direction), call.options)])


def _structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "selection" if slot else "repetition"


def _symbolic(np: Any, _: Any, inputs: Sequence[Any], hints: Sequence[Any], options: Options) -> Any:
    return inputs[0][_places(np, hints, inputs[0].shape, options)]


def _inside(options: Options) -> str:
    return f" [{index_text(options['index']).format('·', '·', '·')}]"


def _flat(full: Sequence[tuple[int, Any]], shapes: Sequence[Shape], together: Shape) -> str:
    """The places that an index names as classes: their number in reading order, along the axes that are picked from."""
    sizes = [size for size, _ in full]
    if not any(isinstance(entry, Slot) for _, entry in full):
        return str(_numbers(full, prod(together)))
    parts = []
    for place, (size, entry) in enumerate(full):
        step = prod(sizes[place + 1 :])
        if isinstance(entry, Slot):
            text = f"mod({'xyz'[entry.slot]}, {size})"
        elif isinstance(entry, Chosen):
            text = str([number % size for number in entry.places])
        else:
            text = str(entry % size)
        parts.append(text if step == 1 else f"{text}*{step}")
    text = " + ".join(parts)
    return text if len(together) == 1 else f"reshape({text}, -1)"


def _numbers(full: Sequence[tuple[int, Any]], count: int) -> list[int]:
    """The same where nothing but numbers was typed: lists of one length, or of one place for all."""
    numbers = [0] * count
    for size, entry in full:
        chosen = [number % size for number in (entry.places if isinstance(entry, Chosen) else (entry,))]
        numbers = [
            number * size + place for number, place in zip(numbers, chosen * (count if len(chosen) == 1 else 1), strict=True)
        ]
    return numbers


def _returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """Each part to the place that it was picked from: a row of zeros with a 1 there, times the part, added up."""
    if slot:
        return "0"
    shape = shapes[0]
    full = _full(shape, options["index"])
    first, last = (axes[place] for axes in [[axis for axis, _ in _several(full)]] for place in (0, -1))
    picked, sliced = full[first : last + 1], [*full[:first], *full[last + 1 :]]
    together = _together(
        [
            shapes[entry.slot] if isinstance(entry, Slot) else (len(entry.places),)
            for _, entry in picked
            if not isinstance(entry, int)
        ]
    )
    if (
        len(full) == len(picked) == 2
        and picked[0][1] == Chosen(tuple(range(shape[0])))
        and isinstance(picked[1][1], Slot)
        and together == shape[:1]
    ):
        return f"onehot(mod({'xyz'[picked[1][1].slot]}, {shape[1]}), x)*reshape(d, {spelled([shape[0], 1])})"
    parts = [range(*slice(*entry).indices(size)) for size, entry in sliced]
    places, sizes, lengths = prod(size for size, _ in picked), [size for size, _ in picked], [len(part) for part in parts]
    if 0 in (places, *lengths):
        return "0"
    rows = f"onehot({_flat(picked, shapes, together)}, fill(0, shape={spelled([prod(together), places])}))"
    # What was picked comes first, the slices behind it, and afterwards everything back in its place.
    count, new = len(together), len(lengths)
    order = [*range(first, first + count), *range(first), *range(first + count, count + new)]
    arriving = f"transpose(d, axes={spelled(order)})" if order != sorted(order) else "d"
    wide = [prod(together), *([prod(lengths)] if lengths else [])]
    if [*together, *lengths] != wide:
        arriving = f"reshape({arriving}, {spelled(wide)})"
    sent = f"{rows}.T @ {arriving}"
    if [places, *wide[1:]] != [*sizes, *lengths]:
        sent = f"reshape({sent}, {spelled([*sizes, *lengths])})"
    back = [*range(len(sizes), len(sizes) + first), *range(len(sizes)), *range(len(sizes) + first, len(sizes) + new)]
    if back != sorted(back):
        sent = f"transpose({sent}, axes={spelled(back)})"
    if all(entry == range(size) for entry, (size, _) in zip(parts, sliced, strict=True)):
        return sent
    starts, steps = (
        [
            *(getattr(part, name) for part in parts[:first]),
            *[fixed] * len(sizes),
            *(getattr(part, name) for part in parts[first:]),
        ]
        for name, fixed in (("start", 0), ("step", 1))
    )
    return f"place({sent}, shape={spelled(shape)}, start={spelled(starts)}, step={spelled(steps)})"


GATHER = (
    Rule(
        "gather",
        "pick",
        _shape,
        _value,
        _pullback,
        _push,
        _structure,
        lambda m, terms, options: m.picked(terms[0], index_text(options["index"]), *terms[1:]),
        lambda m, slot, upstream, terms, out, options: 0 if slot else m.placed(upstream, "picked"),
        "The pick gate takes the places of {x} that the index names, one after the other.",
        (
            "What was picked gets its own part of the upstream gradient back. A place that was picked several times was used "
            "several times: its parts add up.",
            "An index is whole numbers that nothing moves by a little, so it gets no gradient.",
            "An index is whole numbers that nothing moves by a little, so it gets no gradient.",
        ),
        pattern=("router", "data", "data"),
        arity=(1, 3),
        functions=(),
        inside=_inside,
        multiplications=nothing,
        symbolic=_symbolic,
        returned=_returned,
    ),
)
