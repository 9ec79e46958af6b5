"""Values as Python's callers have them: numbers of any kind, lists and arrays, taken for what a node can hold."""

from __future__ import annotations

from numbers import Complex, Real
from numbers import Number as Kind
from typing import TYPE_CHECKING, Any

from graphstep.ground.arrays import Number, plain
from graphstep.ground.errors import InputError
from graphstep.ground.late import np

if TYPE_CHECKING:
    from collections.abc import Mapping


def numbers(values: Mapping[str, Any]) -> dict[str, Number]:
    """Values as floats and arrays; nested lists are arrays. InputError for what is no real number."""
    return {name: _number(name, value) for name, value in values.items()}


def _number(name: str, value: Any) -> Number:
    if _is_real(value):
        return _float(name, value)
    if isinstance(value, np.ndarray) and np.any(getattr(value, "mask", False)):
        # As an array it would be computed with what stands behind the mask.
        raise InputError(f"{name} has cells that are masked", hint=f"{name}.filled(0) gives them a value")
    try:
        array = np.asarray(value)
    except ValueError:
        # NumPy makes no array of rows of different lengths.
        raise InputError(f"the rows of {name} differ in length", hint="an array has as many cells in every row") from None
    if array.ndim and array.dtype.kind == "O" and all(map(_is_real, array.flat)):
        # Fractions, decimals and whole numbers of more than 64 bits are objects to NumPy.
        return np.array([_float(name, cell) for cell in array.flat]).reshape(array.shape)
    # A mask is an array of numbers, as in NumPy; a single True is more likely an option in the wrong place.
    if array.dtype.kind not in ("biuf" if array.ndim else "iuf"):
        of_one = f"the value of {name} is of type {type(value).__name__}, not a number"
        message = f"{name} holds something besides numbers" if array.ndim else of_one
        raise InputError(message, hint=f"give a number, such as {name}=0.5, or a list of numbers")
    return plain(array)


def _is_real(value: Any) -> bool:
    # A Decimal is a number that is not among the real ones of Python's tower.
    return isinstance(value, Kind) and (isinstance(value, Real) or not isinstance(value, Complex)) and not isinstance(value, bool)


def _float(name: str, value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise InputError(f"the value of {name} is too large for a float", hint="stay below 1.8e308") from None
