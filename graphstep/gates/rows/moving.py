"""Gates that copy cells or put them elsewhere: broadcasting, transposing, indexing, reshaping, joining, classes as rows."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from graphstep.gates.structural import Call, MisfitError, Options, StructuralGate, Structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.expression import Shape


def _nothing(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    """What moves cells multiplies none."""
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
            f"{shapes[0]} cannot be copied into {target}", "an axis is copied when it has 1 entry or is missing in front"
        )
    return target


def _broadcast_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    target = options["shape"]
    axes = stretched(options["shapes"][0], target)
    if len(axes) == len(target):
        return m.over("sum", upstream)
    return m.over("sum", upstream, axes[0] if len(axes) == 1 else axes)


# Another order of axes, another shape


def _order(shape: Shape, options: Options) -> tuple[int, ...]:
    axes = options["axes"]
    count = len(shape)
    if axes is None:
        return tuple(range(count))[::-1]
    chosen = axes if isinstance(axes, tuple) else (axes,)
    if sorted(one % count if count and -count <= one < count else count for one in chosen) != list(range(count)):
        every = (
            f"each of the axes 0 to {count - 1} once" if count > 1 else "axis 0" if count else "no axes: it is a single number"
        )
        raise MisfitError(f"axes={chosen} is no order of the {count} axes of its input", f"name {every}")
    return tuple(one % count for one in chosen)


def _transposed(np: Any, x: Any, options: Options) -> Any:
    return np.transpose(x, _order(np.shape(x), options)).copy()


def _transpose_back(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    order = _order(np.shape(call.inputs[0]), call.options)
    return np.transpose(upstream, [order.index(i) for i in range(len(order))])


def _transpose_formula(m: Any, terms: Sequence[Any], options: Options) -> Any:
    return m.transposed(terms[0]) if options["axes"] is None else m.call("transpose", terms[0], m.name(f"axes={options['axes']}"))


def _transpose_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    if options["axes"] is None:
        return m.transposed(upstream)
    order = _order(options["shapes"][0], options)
    return m.call("transpose", upstream, m.name(f"axes={tuple(order.index(i) for i in range(len(order)))}"))


def _reshape_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    wanted, cells = options["shape"], prod(shapes[0])
    target: Shape = tuple(wanted) if isinstance(wanted, tuple) else (wanted,)
    open_ = [i for i, n in enumerate(target) if n == -1]
    if any(n < -1 for n in target):
        raise MisfitError(f"{target} is no shape", "a shape has whole numbers from 0, and one -1 for what is left")
    if len(open_) > 1:
        raise MisfitError(f"{target} leaves {len(open_)} axes open", "-1 may stand once: for what is left")
    known = prod(n for n in target if n != -1)
    if open_:
        if known == 0 or cells % known:
            raise MisfitError(f"{cells} cells cannot be laid out as {target}", f"the axes besides -1 must divide {cells}")
        return tuple(cells // known if n == -1 else n for n in target)
    if known != cells:
        raise MisfitError(
            f"its input has {cells} cells, the shape {target} has {known}", f"-1 for one axis stands for what is left of {cells}"
        )
    return target


# Indexing


def _index_text(index: Sequence[Any]) -> str:
    """An index as it is typed: ``0, 1:, ...``."""
    parts = []
    for one in index:
        # An entry of several numbers is a graphstep.expression.Slice.
        if isinstance(one, tuple):
            start, stop, step = ("" if part is None else str(part) for part in one)
            parts.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        else:
            parts.append("..." if one is Ellipsis else str(one))
    return ", ".join(parts)


def _full_index(shape: Shape, index: Sequence[Any]) -> list[Any]:
    """One entry an axis: an index from 0, or a slice."""
    named = [one for one in index if one is not Ellipsis]
    if len(named) < len(index) - 1:
        raise MisfitError("an index has room for one ...", "leave one")
    if len(named) > len(shape):
        has = "is a single number" if not shape else f"has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        raise MisfitError(
            f"the index names {len(named)} {'axis' if len(named) == 1 else 'axes'}, and its input {has}", "name fewer"
        )
    place = next((i for i, one in enumerate(index) if one is Ellipsis), len(index))
    rest = [(None, None, None)] * (len(shape) - len(named))
    found: list[Any] = []
    for axis, one in enumerate([*index[:place], *rest, *index[place + 1 :]]):
        size = shape[axis]
        if isinstance(one, tuple):
            if one[2] == 0:
                raise MisfitError("a slice cannot step by 0", "leave the step out, or give another")
            found.append(slice(*one))
        elif -size <= one < size:
            found.append(one % size)
        else:
            there = (
                f"that axis has {size} entries: 0 to {size - 1}, or -{size} to -1 from the end" if size else "that axis is empty"
            )
            raise MisfitError(f"there is no entry {one} on axis {axis}", there)
    return found


def _index_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    full = zip(_full_index(shapes[0], options["index"]), shapes[0], strict=True)
    return tuple(len(range(*one.indices(size))) for one, size in full if isinstance(one, slice))


def _at(np: Any, x: Any, options: Options) -> Any:
    return np.asarray(x)[tuple(_full_index(np.shape(x), options["index"]))]


def _index_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    shape = np.shape(call.inputs[0])
    found = np.zeros(shape)
    # Whole numbers and slices name no cell twice: it is put in place, there is nothing to add up.
    found[tuple(_full_index(shape, call.options["index"]))] = upstream
    return found


# Joining


def _joining_axis(axis: int, count: int, what: str) -> int:
    if not -count <= axis < count:
        raise MisfitError(
            f"there is no axis {axis}", f"{what} has axis 0 only" if count == 1 else f"{what} has axes 0 to {count - 1}"
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
                f"joined along axis {axis}, {first} and {shape} differ elsewhere too",
                f"every input needs the shape ({', '.join(wanted)})",
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


def _concat_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    parts = _part(slot, options["shapes"], options)
    return m.indexed(upstream, ", ".join(":" if one.stop is None else f"{one.start}:{one.stop}" for one in parts))


def _stack_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    first = shapes[0]
    for shape in shapes[1:]:
        if shape != first:
            raise MisfitError(
                f"only equals can be stacked, and here are {first} and {shape}", f"every input needs the shape {first}"
            )
    axis = _joining_axis(options["axis"], len(first) + 1, "the stack")
    return (*first[:axis], len(shapes), *first[axis:])


def _layer(slot: int, call: Call) -> tuple[Any, ...]:
    """Where the input of a slot stands in the stack."""
    return (*[slice(None)] * (call.options["axis"] % call.out.ndim), slot)


def _stack_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    found = np.zeros_like(call.out)
    found[_layer(slot, call)] = direction
    return found


def _stack_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    axis = options["axis"] % (len(options["shapes"][0]) + 1)
    return m.indexed(upstream, ", ".join((*[":"] * axis, str(slot))))


# Classes as rows of 0 and 1


def onehot_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    """The shape of the scores, where classes (one a row of scores) or targets of the scores' shape go with them."""
    classes, scores = shapes
    if not scores:
        raise MisfitError(
            "the scores are a single number", "give one score a class: a vector, or a row of a matrix for each case"
        )
    if classes not in (scores, scores[:-1]):
        one = "a single class" if len(scores) == 1 else f"one class for each row, shape {scores[:-1]},"
        raise MisfitError(
            f"targets of shape {classes} do not go with scores of shape {scores}", f"give {one} or targets of shape {scores}"
        )
    return scores


def onehot(np: Any, classes: Any, scores: Any) -> Any:
    """Rows of 0 with a 1 at the class; what has the scores' shape is targets already, and is returned as it is.

    Raises :class:`MisfitError` for a class that is no whole number from 0 to the number of classes.
    """
    if np.shape(classes) == np.shape(scores):
        return classes
    count = np.shape(scores)[-1]
    wrong = np.asarray(~((np.floor(classes) == classes) & (np.greater_equal(classes, 0)) & (np.less(classes, count))))
    if wrong.any():
        first = float(np.asarray(classes)[wrong].flat[0])
        raise MisfitError(f"{first:g} is no class", f"with {count} scores the classes are the whole numbers 0 to {count - 1}")
    return (np.asarray(classes)[..., None] == np.arange(count)).astype(float)


def _onehot_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    same = np.shape(call.inputs[0]) == np.shape(call.out)
    return upstream if slot == 0 and same else np.zeros(np.shape(call.inputs[slot]))


def _onehot_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    same = np.shape(call.inputs[0]) == np.shape(call.out)
    return direction if slot == 0 and same else np.zeros(np.shape(call.out))


def _onehot_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "diagonal" if slot == 0 and shapes[0] == shapes[1] else "selection"


MOVING = (
    StructuralGate(
        "broadcast",
        "copy",
        _broadcast_shape,
        lambda np, inputs, options: np.broadcast_to(inputs[0], options["shape"]).copy(),
        lambda np, call, slot, upstream: gathered(np, upstream, np.shape(call.inputs[0])),
        lambda np, call, slot, direction: np.broadcast_to(direction, call.options["shape"]),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.copied(*terms),
        _broadcast_pulled,
        "The copy gate repeats {x} until it has the shape of what it meets: broadcasting.",
        ("A value that was copied is used once for each copy, so the gradients of its copies add up, as at a fork.",),
        pattern=("adder",),
        keywords={"shape": "shape"},
        inside=lambda options: " to " + ("×".join(map(str, options["shape"])) or "()"),
        multiplications=_nothing,
    ),
    StructuralGate(
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
        functions=("transpose",),
        keywords={"axes": "axes"},
        defaults={"axes": None},
        inside=lambda options: "" if options["axes"] is None else f" axes {options['axes']}",
        multiplications=_nothing,
    ),
    StructuralGate(
        "index",
        "x[·]",
        _index_shape,
        lambda np, inputs, options: np.array(_at(np, inputs[0], options)),
        _index_pullback,
        lambda np, call, slot, direction: _at(np, direction, call.options),
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.indexed(terms[0], _index_text(options["index"])),
        lambda m, slot, upstream, terms, out, options: m.placed(upstream, f"[{_index_text(options['index'])}]"),
        "The index gate picks cells of {x}.",
        ("An index is a router: its upstream gradient goes to the cells that were picked, and 0 to all others.",),
        pattern=("router",),
        inside=lambda options: f" [{_index_text(options['index'])}]",
        multiplications=_nothing,
    ),
    StructuralGate(
        "reshape",
        "reshape",
        _reshape_shape,
        lambda np, inputs, options: np.array(np.reshape(inputs[0], options["shape"])),
        lambda np, call, slot, upstream: np.reshape(upstream, np.shape(call.inputs[0])),
        lambda np, call, slot, direction: np.reshape(direction, np.shape(call.out)),
        lambda slot, shapes, options: "permutation",
        lambda m, terms, options: m.call("reshape", terms[0], m.name(str(options["shape"]))),
        lambda m, slot, upstream, terms, out, options: m.call("reshape", upstream, m.name(str(options["shapes"][0]))),
        "The reshape gate lays the cells of {x} out in another shape, in the same reading order.",
        ("A reshape changes no cell, so the upstream gradient is laid out in the shape of {x} again.",),
        pattern=("distributor",),
        functions=("reshape",),
        keywords={"shape": "shape"},
        rest="shape",
        inside=lambda options: f" {options['shape']}",
        multiplications=_nothing,
    ),
    StructuralGate(
        "concat",
        "concat",
        _concat_shape,
        lambda np, inputs, options: np.concatenate(inputs, axis=options["axis"]),
        lambda np, call, slot, upstream: upstream[_part(slot, [np.shape(x) for x in call.inputs], call.options)],
        _concat_push,
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.call("concat", *terms),
        _concat_pulled,
        "The concat gate joins its inputs end to end{axis}.",
        ("What was joined is cut apart again: every input gets its own part of the upstream gradient.",),
        pattern=("distributor",),
        inputs=(1, None),
        functions=("concat",),
        keywords={"axis": "axis"},
        defaults={"axis": 0},
        inside=lambda options: f" axis {options['axis']}",
        multiplications=_nothing,
    ),
    StructuralGate(
        "stack",
        "stack",
        _stack_shape,
        lambda np, inputs, options: np.stack(inputs, axis=options["axis"]),
        lambda np, call, slot, upstream: upstream[_layer(slot, call)],
        _stack_push,
        lambda slot, shapes, options: "selection",
        lambda m, terms, options: m.call("stack", *terms),
        _stack_pulled,
        "The stack gate lays its inputs on each other{axis}, which is a new axis.",
        ("What was stacked is taken apart again: every input gets its own layer of the upstream gradient.",),
        pattern=("distributor",),
        inputs=(1, None),
        functions=("stack",),
        keywords={"axis": "axis"},
        defaults={"axis": 0},
        inside=lambda options: f" axis {options['axis']}",
        multiplications=_nothing,
    ),
    StructuralGate(
        "onehot",
        "onehot",
        onehot_shape,
        lambda np, inputs, options: np.array(onehot(np, *inputs), float),
        _onehot_pullback,
        _onehot_push,
        _onehot_structure,
        lambda m, terms, options: m.call("onehot", terms[0]),
        lambda m, slot, upstream, terms, out, options: (
            upstream if slot == 0 and options["shapes"][0] == options["shapes"][1] else 0
        ),
        "The onehot gate makes rows of zeros with a 1 at the class that {x} names, as long as a row of {y}; targets stay.",
        (
            "Classes are whole numbers that nothing moves by a little, so they get no gradient; targets get all of it.",
            "The scores lend onehot their shape only, so they get no gradient from it.",
        ),
        pattern=("distributor", "dead"),
        inputs=(2, 2),
        functions=("onehot",),
        multiplications=_nothing,
    ),
)
