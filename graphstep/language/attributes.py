"""What stands on the nodes of a networkx graph, as plain data: numbers, lists, and in GraphML the JSON of these in a text."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping
from typing import Any

from graphstep.ground import limits
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.late import np
from graphstep.ground.operands import Chosen, Shape, Slice, Slot

NUMBERS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
"""How JSON spells what is no number there."""


def shown(key: Any) -> str:
    """A key, or what stands there, inside quotes."""
    return quoted(str(key))


def json_of(entry: Any, missing: Any, where: str, what: str) -> Any:
    """An attribute; in GraphML it is JSON in a text."""
    if entry is None:
        return missing
    if not isinstance(entry, str):
        return entry
    try:
        return json.loads(entry) if len(entry) <= limits.JSON else missing
    except (ValueError, RecursionError):
        raise InputError(f"the {what} of {where} cannot be read", hint="as a text it is JSON") from None


def value_of(entry: Any, shape: Shape, name: str) -> Any:
    """The value of an input: a number, an array, nested lists, or these in a text."""
    if isinstance(entry, str) and entry not in NUMBERS:
        entry = json_of(entry, None, f"the input {quoted(name)}", "value")
    value = _numbers(entry, name, limits.AXES)
    if isinstance(value, list) and 0 in shape:
        # Lists without numbers do not say how many axes there are.
        return value if str(value).strip("[], ") else np.zeros(shape)
    return value


def _numbers(entry: Any, name: str, depth: int) -> Any:
    if isinstance(entry, list):
        if not depth:
            raise InputError(f"the value of the input {quoted(name)} has more than {limits.AXES} axes")
        return [_numbers(part, name, depth - 1) for part in entry]
    return NUMBERS.get(entry, entry) if isinstance(entry, str) else entry


def shape_of(entry: Any) -> Shape:
    """A shape; () for what is none, since shapes are inferred again."""
    sizes = json_of(entry, (), "a node", "shape")
    whole = isinstance(sizes, list | tuple) and all(isinstance(size, int) and size >= 0 for size in sizes)
    # Nothing is made of it yet, but something would be: a file may say any number.
    return tuple(sizes) if whole and len(sizes) <= limits.AXES and limits.cells_of(sizes) <= limits.CELLS else ()


def option_of(value: Any, option: str, key: Hashable) -> Any:
    """What a gate was told, out of plain data: see :func:`graphstep.language.graph.option_data`."""
    if isinstance(value, bool | None) or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    if isinstance(value, str) and option == "subscripts" and len(value) <= limits.SUBSCRIPTS:
        return value
    if isinstance(value, list | tuple):
        if option == "index":
            return tuple(_entry(entry, key) for entry in value)
        if all(isinstance(part, int) and not isinstance(part, bool) for part in value):
            return tuple(value)
    raise InputError(
        f"the option {option} of the node {shown(key)} is {shown(value)}", hint="it is a number, true, false, or a list"
    )


def _entry(entry: Any, key: Hashable) -> Any:
    """An entry of an index: a number, a slice, ``...``; a list of numbers in a list are places, a number in a list is a slot."""
    if entry == "..." or entry is Ellipsis:
        return Ellipsis
    if is_whole(entry):
        return entry
    if isinstance(entry, Mapping) and {*entry} <= {"start", "stop", "step"}:
        parts = [entry.get(part) for part in ("start", "stop", "step")]
        if all(part is None or is_whole(part) for part in parts):
            return Slice(*parts)
    if isinstance(entry, list | tuple) and len(entry) == 1:
        if is_whole(entry[0]):
            return Slot(entry[0])
        if isinstance(entry[0], list | tuple) and all(map(is_whole, entry[0])):
            return Chosen(tuple(entry[0]))
    raise InputError(
        f"the index of the node {shown(key)} has an entry {shown(entry)}", hint="write a number, or {'start': 0, 'stop': 2}"
    )


def is_whole(entry: Any) -> bool:
    """Whether it is a whole number, and no flag."""
    return isinstance(entry, int) and not isinstance(entry, bool)
