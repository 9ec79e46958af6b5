"""The equations of a jaxpr: what they read and make, where they come from, and a scan as the equations of its turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from graphstep.engine.capture.places import Place, place_in
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np
from graphstep.ground.modules import is_library
from graphstep.ground.records import dataclass

TURNS = 2_000
"""Equations of all turns of a scan up to which it is written out."""


@dataclass(frozen=True, slots=True)
class Item:
    """The value of a variable of a jaxpr, and the node that it is."""

    value: Any
    """Its value, an array of JAX's."""
    node: int | None = None
    """Its node, where it is traced."""


def bound(primitive: Any, params: Mapping[str, Any], values: Sequence[Any]) -> list[Any]:
    """What a primitive makes of values."""
    # Up to JAX 0.9 the functions that a primitive calls are handed over by place.
    parts: Any = primitive.get_bind_params(params)
    functions, named = parts if isinstance(parts, tuple) else ((), parts)
    result = primitive.bind(*functions, *values, **named)
    return list(result) if primitive.multiple_results else [result]


def replaced(items: Sequence[Item], traced: Sequence[int], own: Sequence[Any]) -> list[Any]:
    """The values of items, with others for those that are traced."""
    values = [item.value for item in items]
    for k, value in zip(traced, own, strict=True):
        values[k] = value
    return values


def function_of(params: Mapping[str, Any]) -> str:
    """What a function is called that an equation calls; one with a slope of its own is a call of that function within."""
    equations: list[Any] = [*params["call_jaxpr"].eqns] if "call_jaxpr" in params else []
    return str(params.get("name") or (equations[0].params.get("name", "") if len(equations) == 1 else ""))


def is_same(out: Any, value: Any) -> bool:
    """Whether two arrays have one type, one shape and the same cells."""
    return bool(out.dtype == value.dtype and np.array_equal(cells(out), cells(value), equal_nan=True))


def place_of(equation: Any) -> Place | None:
    """The innermost of the user's lines that an equation comes from."""
    traceback = equation.source_info.traceback
    if not traceback:
        return None
    codes, instructions = traceback.raw_frames()
    frames = [(code, at) for code, at in zip(codes, instructions, strict=True) if not is_library(code.co_filename)]
    return place_in(frames) if frames else None


def item_of(x: Any, items: Sequence[Item]) -> Item:
    """What a step reads: an operand by its number, or a value of its own."""
    return items[x] if type(x) is int else Item(x)


def is_float(x: Any) -> bool:
    """Whether an array is of a type of floating point, and not of the type of the gradients of whole numbers."""
    return str(x.dtype).startswith(("float", "bfloat")) and x.dtype.itemsize > 0 and str(x.dtype) != "float0"


def cells(x: Any) -> Any:
    """The cells of an array as we compute with them."""
    return widened(np.asarray(x, np.float64)[()])


def written_out(jax: Any, params: Mapping[str, Any], values: Sequence[Any]) -> Any:
    """A scan as the jaxpr of its turns, one behind the other."""
    turn = import_module("jax.extend.core").jaxpr_as_fun(params["jaxpr"])
    fixed, carried, length = params["num_consts"], params["num_carry"], params["length"]

    def turns(*inputs: Any) -> list[Any]:
        constants, state, rows = inputs[:fixed], [*inputs[fixed : fixed + carried]], inputs[fixed + carried :]
        kept = dict[int, Sequence[Any]]()
        for k in range(length)[:: -1 if params["reverse"] else 1]:
            with jax.named_scope(f"turn_{k}"):
                outs = turn(*constants, *state, *(jax.lax.index_in_dim(x, k, 0, keepdims=False) for x in rows))
            state, kept[k] = [*outs[:carried]], outs[carried:]
        return [*state, *(jax.numpy.stack(each) for each in zip(*(kept[k] for k in range(length)), strict=True))]

    return jax.make_jaxpr(turns)(*values)
