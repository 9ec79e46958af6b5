"""How the values of an autograd engine come to be while a function is watched: by which method, at which of the user's lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from numbers import Real
from types import CodeType, FrameType, FunctionType
from typing import Any

from graphstep.engine.capture.objects import Creation
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.watch import is_library_code


class Created:
    """Notes every value that is created."""

    def __init__(self) -> None:
        self.by_id: dict[int, Creation] = {}
        """By ``id`` how a value came to be."""
        self.scope: Callable[[], int] = lambda: 0
        """Which call or turn is at work."""
        self.methods: set[CodeType] = set()
        """The methods of all of their classes."""
        self._kept: list[Any] = []
        self._methods: dict[type, frozenset[CodeType]] = {}

    def watch(self, variables: Mapping[str, Any], frame: FrameType) -> None:
        """A value is about to be made, by an ``__init__`` at work in a frame with these variables."""
        names = frame.f_code.co_varnames
        value = variables.get(names[0])
        kind = type(value)
        if kind not in self._methods:
            functions = (each for base in kind.__mro__ for each in vars(base).values())
            self._methods[kind] = frozenset(each.__code__ for each in functions if isinstance(each, FunctionType))
            self.methods |= self._methods[kind]
        methods, here = self._methods[kind], frame.f_back
        method, constant = "", None
        if here is not None and here.f_code in methods:
            method = here.f_code.co_name
            children = variables.get(names[2]) if frame.f_code.co_argcount > 2 else ()
            if isinstance(children, Sized) and len(children) == 1:
                own = here.f_locals
                given = (own.get(name) for name in here.f_code.co_varnames[1 : here.f_code.co_argcount])
                constant = next((float(x) for x in given if isinstance(x, Real)), None)
        while here is not None and (here.f_code in methods or is_library_code(here.f_code)):
            here = here.f_back
        # The object itself is kept too, so that no other one takes its place in memory.
        self._kept.append(value)
        place = None if here is None else at_work(here)
        self.by_id[id(value)] = Creation(len(self._kept), method, constant, place, self.scope())
