"""``dataclass`` as the library has it, for classes that are there at once: nothing is compiled before it pays.

The library compiles up to six methods for every class, half a millisecond in all, and a program of three numbers is stepped
through with a hundred classes: to make them took longer than to step. Most of them make few instances or none.
"""

from __future__ import annotations

import dataclasses
import sys
from functools import partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "record"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
    from dataclasses import dataclass as record
else:

    def dataclass(cls: type | None = None, /, *, eq: bool = True, frozen: bool = False, slots: bool = False) -> Any:
        """Make a class of annotated fields, as :func:`dataclasses.dataclass` does, or a decorator that does."""
        completed = partial(_completed, eq=eq, frozen=frozen, guarded=frozen, slots=slots)
        return completed if cls is None else completed(cls)

    def record(cls: type | None = None, /, *, eq: bool = True, frozen: bool = False, slots: bool = False) -> Any:
        """The same for classes of which hundreds are made for a page: that nobody sets a field of a frozen one, the type checker
        sees to, since to pass the guard at every field took longer than all the rest of making one.
        """
        completed = partial(_completed, eq=eq, frozen=frozen, guarded=False, slots=slots)
        return completed if cls is None else completed(cls)


_FEW = 100
"""How many instances are made before ``__init__`` is compiled, which takes as long as to make some hundreds."""


class _Initializer:
    """``__init__`` of a class: it fills the first instances, and makes way for the library's."""

    def __init__(self, cls: type, frozen: bool) -> None:
        self._cls, self._frozen = cls, frozen
        self._fields = dataclasses.fields(cls)
        self._names = [field.name for field in self._fields if field.init]
        self._defaults = {field.name: field.default for field in self._fields if field.default is not dataclasses.MISSING}
        self._factories = {
            field.name: field.default_factory for field in self._fields if field.default_factory is not dataclasses.MISSING
        }
        self._count = 0

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        self._count += 1
        if instance is None or self._count > _FEW:
            return self._compiled().__get__(instance, owner)
        return partial(self._fill, instance)

    def _fill(self, instance: Any, /, *values: Any, **named: Any) -> None:
        given = self._defaults | dict(zip(self._names, values, strict=False)) | named
        for name, factory in self._factories.items():
            if name not in given:
                given[name] = factory()
        if len(given) != len(self._fields) or len(values) > len(self._names) or named.keys() & self._names[: len(values)]:
            # It says what is wrong.
            self._compiled()(instance, *values, **named)
            return
        for name, value in given.items():
            object.__setattr__(instance, name, value)
        if hasattr(instance, "__post_init__"):
            instance.__post_init__()

    def _compiled(self) -> Any:
        """The library's ``__init__``, which the class has from now on."""
        each = [(field.name, field.type, field) for field in self._fields]
        hook = getattr(self._cls, "__post_init__", None)
        body = {"__post_init__": hook} if hook else {}
        # Who follows a user's function by its calls must not take this for one of them, nor what is made here.
        follower = sys.gettrace()
        sys.settrace(None)
        try:
            twin = dataclasses.make_dataclass(self._cls.__name__, each, namespace=body, eq=False, repr=False, frozen=self._frozen)
        finally:
            sys.settrace(follower)
        method = vars(twin)["__init__"]
        method.__code__ = method.__code__.replace(co_filename=__file__)
        method.__qualname__ = f"{self._cls.__qualname__}.__init__"
        type.__setattr__(self._cls, "__init__", method)
        return method


def _completed(cls: type, *, eq: bool, frozen: bool, guarded: bool, slots: bool) -> type:
    own = set(vars(cls))
    # Fields, slots and what patterns match by: nothing that is compiled.
    cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    methods: dict[str, Any] = {"__init__": _Initializer(cls, guarded), "__repr__": _repr}
    if eq:
        methods |= _comparison([field.name for field in dataclasses.fields(cls) if field.compare], frozen)
    if guarded:
        methods |= _guards(cls, {field.name for field in dataclasses.fields(cls)})
    if frozen and slots:
        methods |= {"__getstate__": _state, "__setstate__": _restore}
    for name, method in methods.items():
        if name not in own or (name == "__hash__" and vars(cls)[name] is None):
            setattr(cls, name, method)
    return cls


def _comparison(names: list[str], frozen: bool) -> dict[str, Any]:
    """Equality by the values of fields, and the hash that goes with it: none where they may change."""
    # Of one name it would not make a tuple.
    key = attrgetter(*names) if len(names) > 1 else partial(_values, names)

    def equal(self: object, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(key(self))

    return {"__eq__": equal, "__hash__": hashed if frozen else None}


def _values(names: list[str], instance: object) -> tuple[object, ...]:
    return tuple([getattr(instance, name) for name in names])


def _guards(cls: Any, names: set[str]) -> dict[str, Callable[..., None]]:
    """What lets nobody set or delete a field; a subclass may have attributes of its own."""

    def assign(self: object, name: str, value: object) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def delete(self: object, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return {"__setattr__": assign, "__delattr__": delete}


@recursive_repr()
def _repr(self: Any) -> str:
    each = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(each)})"


def _state(self: Any) -> tuple[object, ...]:
    return _values([field.name for field in dataclasses.fields(self)], self)


def _restore(self: Any, state: tuple[object, ...]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
