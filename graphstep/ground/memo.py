"""What was computed of an array of a run, remembered as long as the run is there.

Every key of the debugger tells what the last one has told, and to look at millions of cells takes longer than to draw a screen.
The arrays of a run are views of a few buffers that nobody can write to, so what holds of their cells holds on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Result = TypeVar("Result")

_RESULTS: dict[int, tuple[ref[Any], dict[Any, Any]]] = {}
"""By the id of a buffer the buffer, and results by function and by where an array lies in it."""


def memo(function: Callable[[NDArray[Any]], Result], array: NDArray[Any]) -> Result:
    """What a function makes of an array; of a view that nobody can write to it is computed once."""
    buffer = array.base
    # An array over the bytes of a file has those as its base, and no array.
    if not isinstance(buffer, type(array)) or array.flags.writeable or buffer.flags.writeable:
        return function(array)
    key = id(buffer)
    if key not in _RESULTS:
        # Python gives the id of a freed buffer to the next object: its results must go when it goes.
        _RESULTS[key] = ref(buffer, lambda _: _RESULTS.pop(key, None)), {}
    results = _RESULTS[key][1]
    place = function, array.__array_interface__["data"], array.shape, array.strides
    if place not in results:
        results[place] = function(array)
    result: Result = results[place]
    return result
