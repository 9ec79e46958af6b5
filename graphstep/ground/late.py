"""NumPy, which is imported when something is first asked of it: a program of a few numbers is stepped through without.

To import it takes as long as everything else that such a program needs on its way to the screen.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

__all__ = ["late_array", "np", "quiet"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
else:

    class _Late(ModuleType):
        """The module before it is there. Afterwards it is a module like others, and as fast."""

        def __getattr__(self, name: str) -> Any:
            import numpy

            # Whoever asked for quiet did so before NumPy was there, and could not tell it.
            if _QUIET.get():
                _USUAL.update(numpy.seterr(all="ignore"))
            vars(self).update(vars(numpy))
            self.__class__ = ModuleType
            return getattr(numpy, name)

    np = _Late("numpy")

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
_USUAL: dict[str, Any] = {}
"""What NumPy does of its own accord about inf and nan, if it came while it was to be quiet."""


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, NumPy makes inf and nan without a warning, as IEEE has it. It need not be there for that."""
    # Everything that is told of a step is told in quiet, and most of what is asked for it asks for quiet again.
    if _QUIET.get():
        yield
        return
    token = _QUIET.set(True)
    try:
        if type(np) is ModuleType:
            with np.errstate(all="ignore"):
                yield
        else:
            yield
    finally:
        _QUIET.reset(token)
        if _USUAL:
            np.seterr(**_USUAL)
            _USUAL.clear()


class _Column:
    """A read-only array of one axis that is a list until more is asked of it than numbers."""

    def __init__(self, values: Sequence[Any], dtype: str) -> None:
        self._values, self._dtype = values, dtype
        self._array: Any = None

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, int):
            return self._values[place]
        if isinstance(place, slice):
            return _Column(self._values[place], self._dtype)
        if isinstance(place, list) and all(type(each) is int for each in place):
            return _Column([self._values[each] for each in place], self._dtype)
        return self.__array__()[place]

    def item(self, place: int) -> Any:
        """The number at a place."""
        return self._values[place]

    def tolist(self) -> list[Any]:
        """The numbers."""
        return list(self._values)

    def __array__(self, *_: Any, **__: Any) -> Any:
        if self._array is None:
            self._array = np.array(self._values, self._dtype)
            self._array.flags.writeable = False
        return self._array

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.__array__(), name)


def _asked(name: str) -> Any:
    return lambda self, *others: getattr(self.__array__(), name)(*map(np.asarray, others))


# What Python looks up in the class.
_OPERATORS = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg", "abs", "invert", "setitem")
for _name in ("eq", "ne", "lt", "le", "gt", "ge", *_OPERATORS):
    setattr(_Column, f"__{_name}__", _asked(f"__{_name}__"))


def late_array(values: Sequence[Any], dtype: str) -> NDArray[Any]:
    """A read-only array of numbers, which NumPy makes when more is asked of it than numbers by their places."""
    array: Any = _Column(values, dtype)
    return cast("NDArray[Any]", array)
