"""Gates that put arrays together: end to end, or on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates.rows.movement import nothing
from graphstep.gates.rule import Call, MisfitError, Options, Rule
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape


def _joining_axis(axis: int, count: int, function: str) -> int:
    if not -count <= axis < count:
        raise MisfitError(
            f"there is no axis {axis}", f"{function} has axis 0 only" if count == 1 else f"{function} has axes 0 to {count - 1}"
        )
    return axis % count


def _concat_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    first = shapes[0]
    if not all(shapes):
        raise MisfitError("a single number has no axis to be joined along", "put numbers side by side with stack(x, y)")
    axis = _joining_axis(options["axis"], len(first), "its first input")
    rest = (*first[:axis], *first[axis + 1 :])
    for shape in shapes[1:]:
        if len(shape) != len(first) or (*shape[:axis], *shape[axis + 1 :]) != rest:
            wanted = (*map(str, first[:axis]), "any", *map(str, first[axis + 1 :]))
            raise MisfitError(
                f"what is joined along axis {axis} must agree in everything else",
                f"every input needs the shape {'×'.join(wanted)}",
            )
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def _part(slot: int, shapes: Sequence[Shape], options: Options) -> tuple[Any, ...]:
    """Where the input of a slot stands in what was joined."""
    axis = options["axis"] % len(shapes[0])
    start = sum(shape[axis] for shape in shapes[:slot])
    return (*[slice(None)] * axis, slice(start, start + shapes[slot][axis]))


def _concat_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    return np.concatenate(
        [direction if i == slot else np.zeros_like(x) for i, x in enumerate(call.inputs)], axis=call.options["axis"]
    )


def _part_text(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    return ", ".join(":" if part.stop is None else f"{part.start}:{part.stop}" for part in _part(slot, shapes, options))


def _stack_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    first = shapes[0]
    for shape in shapes[1:]:
        if shape != first:
            raise MisfitError(
                "only arrays of one shape can be stacked",
                f"every input must be {kind_text(first)}",
            )
    axis = _joining_axis(options["axis"], len(first) + 1, "the stack")
    return (*first[:axis], len(shapes), *first[axis:])


def _layer(slot: int, call: Call) -> tuple[Any, ...]:
    """Where the input of a slot stands in the stack."""
    return (*[slice(None)] * (call.options["axis"] % call.out.ndim), slot)


def _stack_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    tangent = np.zeros_like(call.out)
    tangent[_layer(slot, call)] = direction
    return tangent


def _layer_text(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    return ", ".join((*[":"] * (options["axis"] % (len(shapes[0]) + 1)), str(slot)))


CONCATENATION = (
    Rule(
        "concat",
        "concat",
        _concat_shape,
        lambda np, inputs, options: np.concatenate(inputs, axis=options["axis"]),
        lambda np, call, slot, upstream: upstream[_part(slot, [np.shape(x) for x in call.inputs], call.options)],
        _concat_push,
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.call("concat", *terms),
        lambda m, slot, upstream, terms, out, options: m.indexed(upstream, _part_text(slot, options["shapes"], options)),
        "The concat gate joins its inputs end to end{axis}.",
        ("What was joined is cut apart again: every input gets its own part of the upstream gradient.",),
        pattern=("distributor",),
        arity=(1, None),
        returned=lambda slot, shapes, options: f"d[{_part_text(slot, shapes, options)}]",
        keywords={"axis": "axis"},
        defaults={"axis": 0},
        inside=lambda options: f" axis {options['axis']}",
        multiplications=nothing,
    ),
    Rule(
        "stack",
        "stack",
        _stack_shape,
        lambda np, inputs, options: np.stack(inputs, axis=options["axis"]),
        lambda np, call, slot, upstream: upstream[_layer(slot, call)],
        _stack_push,
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.call("stack", *terms) if options["axis"] else m.listed(*terms),
        lambda m, slot, upstream, terms, out, options: m.indexed(upstream, _layer_text(slot, options["shapes"], options)),
        "The stack gate lays its inputs on each other{axis}, which is a new axis.",
        ("What was stacked is taken apart again: every input gets its own layer of the upstream gradient.",),
        pattern=("distributor",),
        arity=(1, None),
        returned=lambda slot, shapes, options: f"d[{_layer_text(slot, shapes, options)}]",
        keywords={"axis": "axis"},
        defaults={"axis": 0},
        inside=lambda options: f" axis {options['axis']}",
        multiplications=nothing,
    ),
)
