"""What was computed of an object, or of an array of a run, remembered as long as that is there.

Every key of the debugger tells what the last one has told, and to look at millions of cells takes longer than to draw a screen.
The arrays of a run are views of a few buffers that nobody can write to, so what holds of their cells holds on.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Owner = TypeVar("Owner")
Result = TypeVar("Result")
Rest = ParamSpec("Rest")

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


def owner_cache(function: Callable[Concatenate[Owner, Rest], Result]) -> Callable[Concatenate[Owner, Rest], Result]:
    """A function whose results are kept with its first argument, by the others: a table of names with its program.

    They stand among the attributes of that object, as those of :func:`functools.cached_property` do, and not in a table beside
    it: to find a program there it would be hashed with all its nodes, and a result that holds its owner, as most do, would keep
    it alive. The other arguments are hashable, and passed by place.
    """
    return _cached(function, only_last=False)  # type: ignore[no-any-return]  # it takes and returns what the function does


def owner_cache_of_last(function: Callable[Concatenate[Owner, Rest], Result]) -> Callable[Concatenate[Owner, Rest], Result]:
    """The same for results that are large, and asked for several times in a row: the last one alone is kept."""
    return _cached(function, only_last=True)  # type: ignore[no-any-return]  # likewise


def _cached(function: Any, *, only_last: bool) -> Any:
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(owner: Any, *rest: Any) -> Any:
        try:
            return owner.__dict__[name][rest]
        except KeyError:
            result = function(owner, *rest)
            if only_last:
                owner.__dict__[name] = {rest: result}
                return result
            # Of two threads that have both computed it, one must not go on with an object that nobody else has.
            return owner.__dict__.setdefault(name, {}).setdefault(rest, result)

    return cached
