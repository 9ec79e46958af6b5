"""Which framework a function computes with; its adapter is a package of its own beside this, imported when it is used.

Another package brings an adapter of its own as an entry point of the group ``graphstep.frameworks``, by the name of the module of
its framework: a module with ``is_for(function, arguments, namespace)`` and ``record(function, bound, name, fixed)``, which
returns a :class:`~graphstep.engine.capture.recording.Recording`. It is loaded once that framework is imported.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphstep.ground.modules import is_library

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "graphstep.frameworks"
"""The group of the entry points."""


def is_for_pytorch(function: Callable[..., Any], arguments: Mapping[str, Any], namespace: Mapping[str, Any]) -> bool:
    """Whether a function computes with PyTorch: it was imported, and an argument or what the function sees is of it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "Tensor"):
        return False
    kinds = (torch.Tensor, torch.nn.Module)

    def is_of_it(each: Any) -> bool:
        return (
            isinstance(each, kinds)
            or each is torch
            or _is_module_of(each)
            or (isinstance(each, type) and issubclass(each, kinds))
        )

    return any(map(is_of_it, reached(function, arguments, namespace)))


@cache
def entries() -> tuple[EntryPoint, ...]:
    """The adapters of other packages, not loaded."""
    # With what reads them the library of e-mail comes: to import both takes as long as to capture a function of numbers.
    if not _may_bring_one():
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=GROUP))


def _may_bring_one() -> bool:
    """Whether a package that is installed may bring an adapter: whether one names the group, where they are plain files."""
    if sum(hasattr(finder, "find_distributions") for finder in sys.meta_path) > 1:
        return True
    for folder in sys.path:
        try:
            packages = [name for name in os.listdir(folder or ".") if name.lower().endswith("-info")]
        except OSError:
            # It is no folder: an archive can hold packages, and what is not there cannot.
            if os.path.isfile(folder):
                return True
            continue
        for name in packages:
            with suppress(OSError), open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                if GROUP.encode() in file.read():
                    return True
    return False


def adapters() -> Iterator[Any]:
    """The adapters of those frameworks that are imported: JAX's, then those of other packages."""
    if "jax" in sys.modules:
        yield import_module("graphstep.engine.capture.jax")
    for entry in entries():
        # Asked by the name alone: to load an adapter imports its framework, which takes seconds that nobody may need.
        if entry.name in sys.modules:
            yield entry.load()


def seen_by(function: Callable[..., Any], namespace: Mapping[str, Any] | None = None) -> list[tuple[str, Any]]:
    """What a function sees besides its arguments, by name: what is around it, itself, and of its module what it names."""
    code = getattr(function, "__code__", None)
    cells = zip(getattr(code, "co_freevars", ()), getattr(function, "__closure__", None) or (), strict=False)
    values = [(name, cell.cell_contents) for name, cell in cells if _is_filled(cell)]
    values += [("self", getattr(function, "__self__", None)), (type(function).__name__, function)]
    names = namespace if namespace is not None else getattr(function, "__globals__", {})
    return values + [(name, names.get(name)) for name in _names_in(code)]


def _names_in(code: CodeType | None) -> Iterator[str]:
    """What a function names, also in comprehensions and functions inside it."""
    if code is not None:
        yield from code.co_names
        for each in code.co_consts:
            if isinstance(each, CodeType):
                yield from _names_in(each)


def reached(function: Callable[..., Any], arguments: Mapping[str, Any], namespace: Mapping[str, Any]) -> Iterator[Any]:
    """The arguments, and what a function sees, and so on with the user's own functions among that: also in containers,
    and what it may read of the user's modules and objects by the attributes that it names.
    """
    waiting: list[tuple[Any, Any]] = [(each, None) for each in arguments.values()] + [(function, namespace)]
    visited: set[int] = set()
    while waiting:
        value, names = waiting.pop()
        if id(value) in visited:
            continue
        visited.add(id(value))
        yield value
        if isinstance(value, list | tuple):
            waiting += [(each, None) for each in value]
        elif isinstance(value, dict):
            waiting += [(each, None) for each in value.values()]
        elif isinstance(value, type):
            waiting += [(each, None) for each in vars(value).values() if callable(each)]
        value = inspect.unwrap(value) if callable(value) else value
        code = getattr(value, "__code__", None)
        if not isinstance(code, CodeType) or is_library(code.co_filename):
            continue
        seen = [each for _, each in seen_by(value, names)]
        owners = [vars(each) for each in seen if hasattr(each, "__dict__") and not isinstance(each, type)]
        waiting += [(each, None) for each in seen]
        waiting += [(own[name], None) for own in owners for name in code.co_names if name in own]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _is_module_of(value: Any) -> bool:
    """Whether a value is a module of PyTorch's, such as ``F``, or a function of the user's module that may lead there."""
    return str(getattr(value, "__name__", "")).startswith("torch.") and type(value) is type(sys)
