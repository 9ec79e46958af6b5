"""Values of somebody's engine: how one is made of numbers or rows, and what numbers are read from it.

A class of somebody's may raise anything where it is tried with a content that it does not take: that is the answer, and no fault
of ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from itertools import combinations
from types import MethodType
from typing import Any

from graphstep.ground.late import np

VALUES = ("data", "value", "val", "v", "_data", "_value", "array", "x")
GRADIENTS = ("grad", "gradient", "derivative", "der", "adjoint", "grad_value", "_grad", "_gradient", "_der", "g", "dv")
"""The names of the attributes that hold numbers, the likeliest first."""


MOST = 64
"""Cells of an array of which anything is read: programs have 2×2."""

MATRIX = [[0.75, -0.5], [1.625, 2.25]]
"""An array, to see whether an engine holds such."""


def read(thing: Any) -> float:
    """The number in what an engine holds: a number, a box around one, an array of a single cell."""
    cells = read_cells(thing)
    if isinstance(cells, list):
        raise TypeError(f"no single number can be read from a {type(thing).__name__}")
    return float(cells)


def read_cells(thing: Any, depth: int = 0) -> Any:
    """The numbers in what an engine holds, an array as a list of its rows. Axes of a single cell are left out."""
    # Bounded: the data of some classes is a value of their own, and so on without end.
    for _ in range(8):
        if isinstance(thing, bool | int | float):
            return float(thing)
        if isinstance(thing, list | tuple):
            if not thing or len(thing) > MOST or depth > 3:
                break
            rows = [read_cells(each, depth + 1) for each in thing]
            return rows[0] if len(rows) == 1 else rows
        # A tensor of a framework, an array, a number in a box: whatever is around it, a few layers at most.
        if callable(inside := getattr(thing, "tolist", None)) or callable(inside := getattr(thing, "item", None)):
            thing = inside()
        else:
            try:
                # The gradient of some classes is a value of their own.
                thing = attribute(thing, VALUES)
            except TypeError:
                break
    raise TypeError(f"no numbers can be read from a {type(thing).__name__}")


def attribute(value: Any, names: tuple[str, ...]) -> Any:
    """What stands in the first of some attributes that a value has."""
    for name in names:
        # A method of that name is what asks for it.
        if hasattr(value, name) and not isinstance(held := getattr(value, name), MethodType):
            return held
    raise TypeError(f"a {type(value).__name__} has none of the attributes {', '.join(names)}")


def contents(value: Any) -> Any:
    """The number that a value of an engine holds, or its rows."""
    return read_cells(attribute(value, VALUES))


def shares_gradients(values: list[Any]) -> bool:
    """Whether two values have one array for their gradients, so that what is added to one in place is added to the other."""
    # A value that is read twice stands there twice, and shares its gradient with itself.
    arrays = [each for each in map(_gradient, {id(value): value for value in values}.values()) if isinstance(each, np.ndarray)]
    return any(np.shares_memory(*pair) for pair in combinations(arrays, 2))


def _gradient(value: Any) -> Any:
    try:
        return attribute(value, GRADIENTS)
    except Exception:
        # A property may refuse it before there has been a backward pass.
        return None


def value_of(value: Any) -> float:
    """The number that a value of an engine holds."""
    return read(attribute(value, VALUES))


def read_gradient(gradient: Any) -> float:
    """The number in a gradient; none at all is 0."""
    return 0.0 if gradient is None else read(gradient)


def holds_a_number(what: type) -> bool:
    """Whether a class is made of a number, and gives it back."""
    try:
        return abs(value_of(instance(what, 0.7)) - 0.7) < 0.01
    except Exception:
        return False


def instance(what: type, content: Any) -> Any:
    """A value of a class that gets a gradient, also where this has to be asked for."""
    return what(content, **_gradient_options(what))


@lru_cache(maxsize=8)
def _gradient_options(what: type) -> dict[str, bool]:
    try:
        names = inspect.signature(what).parameters
    except (TypeError, ValueError):
        return {}
    return {name: True for name in ("requires_grad", "autograd") if name in names}


def _of_numpy(rows: Any) -> Any:
    return np.array(rows)


def form_of_arrays(what: type) -> Callable[[Any], Any] | None:
    """What makes of rows what a class takes for an array: rows as they are, or an array of NumPy's. None where it takes none."""
    return next((form for form in (list, _of_numpy) if _takes(what, form)), None)


def _takes(what: type, form: Callable[[Any], Any]) -> bool:
    try:
        value = instance(what, form(MATRIX))
        # A class that keeps whatever it is given would add lists by putting one behind the other.
        held = attribute(value, VALUES)
        kept = form is list and isinstance(held, list)
        if np.ndim(held) > 2:
            # It has put the rows into a box of its own, around which sums would go.
            return False
        return _alike(value, 1) and not (kept and not _alike(value + value, 2))
    except Exception:
        return False


def _alike(value: Any, factor: float) -> bool:
    cells, rows = contents(value), [[factor * x for x in row] for row in MATRIX]
    return [len(row) for row in cells] == [2, 2] and all(
        abs(x - y) < 0.01 for one, other in zip(cells, rows, strict=True) for x, y in zip(one, other, strict=True)
    )


def rows_of(content: Any) -> Any:
    """An array as lists, whatever its rows are in."""
    return [rows_of(each) for each in content] if isinstance(content, list | tuple) else content


def outcome(output: Any, inputs: list[Any], gradient_of: Callable[[Any], Any], *, arrays: bool) -> list[Any]:
    """The value of the output, and the gradient of each input."""
    if not arrays:
        return [value_of(output), *(read_gradient(gradient_of(value)) for value in inputs)]
    gradients = []
    for value in inputs:
        gradient, cells = gradient_of(value), contents(value)
        came = 0.0 if gradient is None else read_cells(gradient)
        # Where nothing arrives, some have a single 0 for all cells.
        gradients.append(_zeros(cells) if came == 0 else came)
    return [contents(output), *gradients]


def _zeros(cells: Any) -> Any:
    return [_zeros(each) for each in cells] if isinstance(cells, list) else 0.0
