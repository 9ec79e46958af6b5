"""Which gates a primitive of JAX's is: a few steps for each, of which the last has its value.

A step reads the primitive's operands by their numbers, and an earlier step by ``-1`` for the first, ``-2`` for the second; a
number that it holds is a float, an array that nobody differentiates by is itself. Whoever takes the steps compares what they
come to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from graphstep.gates import GATES
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.operands import Slice
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """A gate of ours that an equation is made of."""

    gate: str
    """Its name."""
    operands: tuple[Any, ...]
    """What it reads."""
    options: tuple[tuple[str, Any], ...] = ()
    """What it is told."""


Handler = Callable[[Mapping[str, Any], Sequence[Any], tuple[int, ...]], Sequence[Taken]]
"""The steps of a primitive, by its parameters, the values that it reads, and the shape that comes out; none where it has none."""

_ALIKE = "neg sign floor ceil exp log expm1 log1p tanh sin cos tan asin acos atan sinh cosh asinh acosh atanh sqrt erf erfc abs"
_BINARY = "add=add add_any=add sub=sub mul=mul div=div max=max min=min pow=pow atan2=atan2 rem=mod"
_COMPARED = "gt=greater ge=greater_equal lt=less le=less_equal eq=equal ne=not_equal"
_REDUCED = "reduce_sum=sum reduce_max=amax reduce_min=amin reduce_prod=prod"
_FUNCTIONS = "relu=relu silu=silu swish=silu softplus=softplus log_softmax=log_softmax softmax=softmax _logsumexp=logsumexp"


def rule_of(gate: str) -> Rule:
    """The rule of a gate of ours."""
    return GATES[gate]


def _pairs(text: str) -> dict[str, str]:
    return dict(each.split("=") for each in text.split())


def _cells(gate: str, count: int) -> Handler:
    return lambda *_: [Taken(gate, tuple(range(count)))]


def _over(gate: str) -> Handler:
    def steps(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
        axes = tuple(int(axis) for axis in params["axes"])
        whole = len(axes) == np.ndim(values[0])
        return [Taken(gate, (0,), () if whole else (("axis", axes if len(axes) > 1 else axes[0]),))]

    return steps


def _along_last(gate: str) -> Handler:
    return lambda *_: [Taken(gate, (0,), (("axis", -1),))]


def _reshaped(_: Mapping[str, Any], values: Sequence[Any], shape: tuple[int, ...]) -> Sequence[Taken]:
    return [Taken("reshape", (0,), (("shape", shape),))] if np.shape(values[0]) != shape else []


def _transposed(params: Mapping[str, Any], *_: Any) -> Sequence[Taken]:
    order = tuple(int(axis) for axis in params["permutation"])
    return [Taken("transpose", (0,), () if order == (1, 0) else (("axes", order),))]


def _broadcast(params: Mapping[str, Any], values: Sequence[Any], shape: tuple[int, ...]) -> Sequence[Taken]:
    own, axes = np.shape(values[0]), params["broadcast_dimensions"]
    wide = [1] * len(shape)
    for size, axis in zip(own, axes, strict=True):
        wide[axis] = size
    first = [Taken("reshape", (0,), (("shape", tuple(wide)),))] if own and tuple(wide) != own else []
    if tuple(wide) == shape and first:
        return first
    # To add zeros of the shape copies the cells, and sends back the sum, as a broadcast does.
    return [*first, Taken("add", (-1 if first else 0, np.zeros(shape)))]


def _joined(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    axis = int(params["dimension"])
    return [Taken("concat", tuple(range(len(values))), (("axis", axis),) if axis else ())]


def _stacked(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    axis = int(params["axis"])
    return [Taken("stack", tuple(range(len(values))), (("axis", axis),) if axis else ())]


def _turned(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    axes = params["dimensions"]
    return [
        Taken("index", (0,), (("index", tuple(Slice(None, None, -1 if k in axes else None) for k in range(np.ndim(values[0])))),))
    ]


def _sliced(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    steps = params["strides"] or [1] * np.ndim(values[0])
    places = zip(params["start_indices"], params["limit_indices"], steps, strict=True)
    return [Taken("index", (0,), (("index", tuple(Slice(int(a), int(b), int(c) if c != 1 else None) for a, b, c in places)),))]


def _product(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    # dot_general: axes that are added up, and axes that go together; these come first in the result, then what is left of each.
    (left, right), (left_batch, right_batch) = params["dimension_numbers"]
    one, other = (np.ndim(x) for x in values)
    plain = len(left) == 1 and left[0] == one - 1 and right[0] == max(other - 2, 0) and not left_batch
    if plain and 1 <= one <= 2 and 1 <= other <= 2:
        return [Taken("matmul", (0, 1))]
    letters = iter(ascii_lowercase)
    first, second = [""] * one, [""] * other
    for a, b in (*zip(left_batch, right_batch, strict=True), *zip(left, right, strict=True)):
        first[a] = second[b] = next(letters)
    first, second = ([x or next(letters) for x in names] for names in (first, second))
    result = [first[a] for a in left_batch]
    result += [x for k, x in enumerate(first) if k not in (*left_batch, *left)]
    result += [x for k, x in enumerate(second) if k not in (*right_batch, *right)]
    return [Taken("einsum", (0, 1), (("subscripts", f"{''.join(first)},{''.join(second)}->{''.join(result)}"),))]


def _padded(params: Mapping[str, Any], values: Sequence[Any], shape: tuple[int, ...]) -> Sequence[Taken]:
    # With zeros around, and between the cells; what is cut off, or filled with something else, is another thing.
    around = params["padding_config"]
    if np.any(np.asarray(values[1])) or any(low < 0 or high < 0 for low, high, _ in around):
        return []
    start, step = tuple(int(low) for low, _, _ in around), tuple(int(between) + 1 for _, _, between in around)
    return [Taken("place", (0,), (("shape", shape), ("start", start), ("step", step)))]


def _in_order(steps: list[Taken], operand: int, axes: Sequence[int]) -> int:
    """The operand with its axes in this order, and the step that puts them so where they are not."""
    order = tuple(int(axis) for axis in axes)
    if order == tuple(range(len(order))):
        return operand
    steps.append(Taken("transpose", (operand,), (("axes", order),)))
    return -len(steps)


def _apart(
    steps: list[Taken], operand: int, shape: Sequence[int], around: Sequence[tuple[int, int]], apart: Sequence[int]
) -> int:
    """The operand with zeros around its last axes and between its cells, and the step that puts them there where it has some."""
    if not any(map(any, around)) and set(apart) == {1}:
        return operand
    front = len(shape) - len(around)
    sizes = [low + (n - 1) * step + 1 + high for n, (low, high), step in zip(shape[front:], around, apart, strict=True)]
    start, step = (0,) * front + tuple(low for low, _ in around), (1,) * front + tuple(apart)
    whole = (*shape[:front], *sizes)
    steps.append(Taken("place", (operand,), (("shape", whole), ("start", start), ("step", step))))
    return -len(steps)


def _convolved(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    own, filters, result = params["dimension_numbers"]
    axes = len(own) - 2
    around = [(int(low), int(high)) for low, high in params["padding"]]
    if axes not in (1, 2) or params["feature_group_count"] != 1 or params["batch_group_count"] != 1 or min(map(min, around)) < 0:
        return []
    steps = list[Taken]()
    shapes = [[np.shape(x)[axis] for axis in spec] for x, spec in zip(values, (own, filters), strict=True)]
    x, y = _in_order(steps, 0, own), _in_order(steps, 1, filters)
    even = all(low == high for low, high in around) and set(params["lhs_dilation"]) == {1}
    x = x if even else _apart(steps, x, shapes[0], around, params["lhs_dilation"])
    y = _apart(steps, y, shapes[1], [(0, 0)] * axes, params["rhs_dilation"])
    padding = tuple(low for low, _ in around) if even else (0,) * axes
    stride = tuple(map(int, params["window_strides"]))
    steps.append(Taken(f"conv{axes}d", (x, y), (("stride", stride), ("padding", padding))))
    _in_order(steps, -len(steps), np.argsort(result).tolist())
    return steps


def _pooled(gate: str) -> Handler:
    def steps(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
        window, strides = params["window_dimensions"], params["window_strides"]
        around = params["padding"]
        filled = any(map(any, around)) and gate == "max_pool"
        if filled or {*params["base_dilation"], *params["window_dilation"]} != {1}:
            return []
        sliding = [axis for axis, size in enumerate(window) if size > 1 or strides[axis] > 1]
        order = [*(axis for axis in range(len(window)) if axis not in sliding), *sliding]
        taken = list[Taken]()
        x = _apart(taken, 0, np.shape(values[0]), [(int(low), int(high)) for low, high in around], [1] * len(window))
        x = _in_order(taken, x, order)
        size, stride = tuple(int(window[axis]) for axis in sliding), tuple(int(strides[axis]) for axis in sliding)
        taken.append(Taken(gate, (x,), (("size", size), ("stride", stride))))
        if gate == "windows":
            taken.append(Taken("sum", (-len(taken),), (("axis", -1),)))
        _in_order(taken, -len(taken), np.argsort(order).tolist())
        return taken

    return steps


def _selected(_: Mapping[str, Any], values: Sequence[Any], __: tuple[int, ...]) -> Sequence[Taken]:
    # select_n has the case of False in front of that of True.
    return [Taken("where", (0, 2, 1))] if len(values) == 3 else []


def _summed_along(params: Mapping[str, Any], values: Sequence[Any], _: tuple[int, ...]) -> Sequence[Taken]:
    options = () if np.ndim(values[0]) == 1 else (("axis", int(params["axis"])),)
    return [] if params["reverse"] else [Taken("cumsum", (0,), options)]


PRIMITIVES: dict[str, Handler] = {
    **{name: _cells(name, 1) for name in _ALIKE.split()},
    "round": _cells("round", 1),
    "square": _cells("square", 1),
    "logistic": _cells("sigmoid", 1),
    **{name: _cells(gate, 2) for name, gate in _pairs(f"{_BINARY} {_COMPARED}").items()},
    **{name: _over(gate) for name, gate in _pairs(_REDUCED).items()},
    "integer_pow": lambda params, *_: [Taken("power", (0, float(params["y"])))],
    "exp2": lambda *_: [Taken("pow", (2.0, 0))],
    "rsqrt": lambda *_: [Taken("sqrt", (0,)), Taken("reciprocal", (-1,))],
    "stop_gradient": _cells("stop", 1),
    "clamp": lambda *_: [Taken("clip", (1, 0, 2))],
    "reshape": _reshaped,
    "squeeze": _reshaped,
    "expand_dims": _reshaped,
    "transpose": _transposed,
    "broadcast_in_dim": _broadcast,
    "concatenate": _joined,
    "stack": _stacked,
    "rev": _turned,
    "slice": _sliced,
    "dot_general": _product,
    "pad": _padded,
    "conv_general_dilated": _convolved,
    "reduce_window_max": _pooled("max_pool"),
    "reduce_window_sum": _pooled("windows"),
    "select_n": _selected,
    "cumsum": _summed_along,
}
"""The primitives, by name."""

FUNCTIONS: dict[str, Handler] = {
    name: (_along_last if gate in ("softmax", "log_softmax", "logsumexp") else lambda gate: _cells(gate, 1))(gate)
    for name, gate in _pairs(_FUNCTIONS).items()
} | {"logaddexp": _cells("logaddexp", 2)}
"""Functions of JAX's that are made of primitives and are one gate here, by what they are called in a jaxpr."""
