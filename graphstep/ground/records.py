"""Dataclasses, as the standard library has them; one that is frozen and has slots is defined in a fifth of the time.

There are hundreds of such classes, and up to Python 3.12 the standard library compiles six methods for each, which was a fifth of
every start. Here instances are shown, compared and hashed by shared code, and how one is made is compiled, by the standard
library, when the first is made: a start makes instances of few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, **others):
        """What ``dataclasses.dataclass`` makes of a class."""
        if frozen and slots and not others:
            return (lambda each: _record(each, eq)) if cls is None else _record(cls, eq)
        make = dataclasses.dataclass(frozen=frozen, slots=slots, eq=eq, **others)
        return make if cls is None else make(cls)

    def _record(cls, eq):
        """A frozen class with slots."""
        # Without a docstring the standard library writes one, which takes as long as all the rest.
        cls.__doc__, own = cls.__doc__ or cls.__name__, set(vars(cls))
        # A class that is frozen is asked for one that is not, which its bases would not allow.
        frozen = [base.__dataclass_params__ for base in cls.__mro__[1:] if dataclasses.is_dataclass(base)]
        for params in frozen:
            params.frozen = False
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        for params in (*frozen, made.__dataclass_params__):
            params.frozen = True
        fields = dataclasses.fields(made)
        methods = {"__init__": _init(made), "__repr__": _shown(fields), **_copied(fields), **_refusals(made)}
        if eq:
            methods |= _compared(fields)
        for name in methods.keys() - own:
            methods[name].__name__, methods[name].__qualname__ = name, f"{made.__qualname__}.{name}"
            setattr(made, name, methods[name])
        return made

    def _init(cls):
        def first(self, *values, **named):
            init = vars(cls)["__init__"]
            if init is first:
                init = _compiled(cls)
                cls.__init__ = init
            init(self, *values, **named)

        return first

    def _compiled(cls):
        """How the standard library makes an instance."""
        fields = dataclasses.fields(cls)
        alike = [
            (x.name, object, dataclasses.field(default=x.default, default_factory=x.default_factory, init=x.init)) for x in fields
        ]
        body = {"__doc__": "", **({"__post_init__": None} if hasattr(cls, "__post_init__") else {})}
        init = dataclasses.make_dataclass("_", alike, frozen=True, repr=False, eq=False, namespace=body).__init__
        init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
        init.__annotations__ = {x.name: x.type for x in fields if x.init} | {"return": None}
        return init

    def _shown(fields):
        names = tuple(x.name for x in fields if x.repr)

        def shown(self):
            return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

        return shown

    def _copied(fields):
        names = tuple(x.name for x in fields)

        def state(self):
            return [getattr(self, name) for name in names]

        def restore(self, state):
            for name, value in zip(names, state, strict=True):
                object.__setattr__(self, name, value)

        return {"__getstate__": state, "__setstate__": restore}

    def _refusals(cls):
        names = cls.__dataclass_fields__.keys()

        def assign(self, name, value):
            if type(self) is cls or name in names:
                raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
            super(cls, self).__setattr__(name, value)

        def delete(self, name):
            if type(self) is cls or name in names:
                raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
            super(cls, self).__delattr__(name)

        return {"__setattr__": assign, "__delattr__": delete}

    def _compared(fields):
        names = [x.name for x in fields if x.compare]
        get = attrgetter(*names) if names else lambda _: ()
        values = get if len(names) != 1 else lambda self: (get(self),)

        def equal(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def code(self):
            return hash(values(self))

        return {"__eq__": equal, "__hash__": code}
