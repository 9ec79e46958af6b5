"""How the values of an autograd engine come to be while a function is watched: by which method, at which of the user's lines."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from numbers import Real
from types import CodeType, FrameType, FunctionType
from typing import Any

from graphstep.engine.capture.objects import Creation, number
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.watch import Watch
from graphstep.ground.modules import is_library


class Created:
    """Notes every value that is created."""

    def __init__(self) -> None:
        self.by_id: dict[int, Creation] = {}
        """By ``id`` how a value came to be."""
        self.watch = Watch(self._first)
        """What tells of them."""
        self.values: list[Any] = []
        """The values in the order in which they came to be."""
        self.inner: set[int] = set()
        """By ``id`` the code of the methods of values that can be computed with."""

    def _first(self, frame: FrameType) -> None:
        """The first value of a class is about to be made: from here on its methods are no calls."""
        kind = type(frame.f_locals.get(frame.f_code.co_varnames[0]))
        functions = (each for base in kind.__mro__ for each in vars(base).values())
        methods = {id(each.__code__): each.__code__ for each in functions if isinstance(each, FunctionType)}
        if hasattr(kind, "__add__") or hasattr(kind, "__mul__"):
            self.inner.update(methods)
            self.inner.update(id(each) for each in _makers(kind, frame) if frame.f_code.co_filename != self.watch.home)
        note = self._noting(frame.f_code, methods)
        self.watch.makes(frame.f_code, note, methods.values())
        note(frame)

    def _noting(self, code: CodeType, methods: Container[int]) -> Callable[[FrameType], None]:
        """What notes a value that an ``__init__`` is about to make. It runs for every gate, and asks for as little as it can."""
        own, children = code.co_varnames[0], code.co_varnames[2] if code.co_argcount > 2 else ""
        values, by_id, scope = self.values, self.by_id, self.watch.scope

        def note(frame: FrameType) -> None:
            # A dictionary is made of the frame each time it is asked for.
            variables = frame.f_locals
            value, here = variables[own], frame.f_back
            method, constant = "", None
            if here is not None and id(here.f_code) in methods:
                method = here.f_code.co_name
                operands = variables.get(children)
                if type(operands) in _COLLECTIONS and len(operands) == 1:  # type: ignore[arg-type]  # it is one of these
                    constant = _number_given(here)
                here = here.f_back
                # Methods call each other (x - y is x + (-y)): the user's line is behind them all.
                while here is not None and (id(here.f_code) in methods or is_library(here.f_code.co_filename)):
                    here = here.f_back
            # The object itself is kept too, so that no other one takes its place in memory.
            values.append(value)
            by_id[id(value)] = Creation(method, constant, None if here is None else at_work(here), scope())

        return note


def _makers(kind: type, frame: FrameType) -> Iterator[CodeType]:
    """The functions in the module of a class that make values of it: ``Function.apply``, which calls ``forward``."""
    names = frame.f_globals
    owners = [names, *(vars(each) for each in names.values() if isinstance(each, type) and each.__module__ == kind.__module__)]
    for name, member in ((name, member) for owner in owners for name, member in owner.items()):
        function = getattr(member, "__func__", member)
        if isinstance(function, FunctionType) and name != "__init__" and _reads(function.__code__, kind.__name__):
            yield function.__code__


def _reads(code: CodeType, name: str) -> bool:
    """Whether a function reads a name of its module, or a comprehension in it does."""
    return name in code.co_names or any(_reads(each, name) for each in code.co_consts if isinstance(each, CodeType))


_COLLECTIONS = {tuple, list, set, frozenset}


def _number_given(frame: FrameType) -> float | None:
    """The first plain number among the arguments of a method: an exponent."""
    own, code = frame.f_locals, frame.f_code
    return next((number(x) for name in code.co_varnames[1 : code.co_argcount] if isinstance(x := own.get(name), Real)), None)
