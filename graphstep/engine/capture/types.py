"""What stands for ``type`` and for ``np.float64`` while a function is followed."""

from __future__ import annotations

from functools import cache
from typing import Any

from graphstep.engine.capture.traced import Fillable, Traced


class _TypeOf(type):
    """What ``type`` does where it is called: the type of a traced value is that of what it stands for."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if len(arguments) == 1 and not options:
            kind = type(arguments[0])
            if issubclass(kind, Fillable):
                return kind.__mro__[-2]
            return arguments[0].__class__ if issubclass(kind, Traced) else kind
        return type(*arguments, **options)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, type)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, type)

    def __eq__(cls, other: object) -> bool:
        return other is type or other is cls

    __hash__ = type.__hash__


class FollowedType(type, metaclass=_TypeOf):
    """A stand-in for ``type``, so that ``type(x) is float`` holds where it holds without a capture."""


class _Converts(type):
    """What ``np.float64`` does where it is called: a traced number is one of it."""

    def __call__(cls, *arguments: Any) -> Any:
        base: Any = cls.__base__
        return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], Traced) else base(*arguments)

    def __instancecheck__(cls, instance: Any) -> bool:
        base: Any = cls.__base__
        return isinstance(instance, base)


@cache
def followed_float64() -> Any:
    """A stand-in for ``np.float64``, which NumPy takes for the type that it is."""
    import numpy

    return _Converts("float64", (numpy.float64,), {})
