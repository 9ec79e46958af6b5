"""The gate that puts cells into zeros: what an index sends back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates.rows.movement import nothing
from graphstep.gates.rule import MisfitError, Options, Rule
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape


def _placed(shape: Shape, options: Options) -> tuple[slice, ...]:
    """Where the cells of an array of this shape are put."""
    rows = zip(shape, options["start"], options["step"], strict=True)
    ends = ((start, start + count * step, step) for count, start, step in rows)
    # Behind the last cell in front of the first there is no place: the end is left open.
    return tuple(slice(start, None if stop < 0 else stop, step) for start, stop, step in ends)


def _place_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    shape, whole = shapes[0], options["shape"]
    starts, steps = options["start"], options["step"]
    if not len(shape) == len(whole) == len(starts) == len(steps):
        fits = f"its input is {kind_text(shape)}: give as many numbers for shape, start and step as it has axes"
        raise MisfitError("place takes a size, a start and a step for each axis", fits)
    for axis, (count, size, start, step) in enumerate(zip(shape, whole, starts, steps, strict=True)):
        last = start + (count - 1) * step
        if step == 0 or (count and not (0 <= start < size and 0 <= last < size)):
            raise MisfitError(f"the cells do not fit along axis {axis}", f"they begin at {start}, {step} apart, in {size} places")
    return tuple(whole)


def _place(np: Any, x: Any, options: Options) -> Any:
    result = np.zeros(options["shape"])
    result[_placed(np.shape(x), options)] = x
    return result


def _place_text(options: Options) -> str:
    """Where the first cell goes: `` at 1, 0``."""
    return f" at {', '.join(map(str, options['start']))}"


def _placed_text(shape: Shape, options: Options) -> str:
    """The places as an index is typed: ``1:3:1, 5::-2``."""
    places = _placed(shape, options)
    return ", ".join(f"{part.start}:{'' if part.stop is None else part.stop}:{part.step}" for part in places)


def _place_returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    return f"d[{_placed_text(shapes[0], options)}]"


SCATTER = (
    Rule(
        "place",
        "place",
        _place_shape,
        lambda np, inputs, options: _place(np, inputs[0], options),
        lambda np, call, slot, upstream: np.array(upstream[_placed(np.shape(call.inputs[0]), call.options)]),
        lambda np, call, slot, direction: _place(np, direction, call.options),
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.placed(terms[0], f"[{_placed_text(options['shapes'][0], options)}]"),
        lambda m, slot, upstream, terms, out, options: m.indexed(upstream, _placed_text(options["shapes"][0], options)),
        "The place gate puts the cells of {x} into an array of zeros.",
        ("What was put into zeros is picked out again: {x} gets its own cells of the upstream gradient.",),
        pattern=("distributor",),
        keywords={"shape": "shape", "start": "shape", "step": "shape"},
        defaults={"shape": (), "start": (), "step": ()},
        inside=_place_text,
        multiplications=nothing,
        returned=_place_returned,
    ),
)
