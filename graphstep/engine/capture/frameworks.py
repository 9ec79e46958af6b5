"""Which framework a function computes with; its adapter is a package of its own beside this, imported when it is used.

Another package brings an adapter of its own as an entry point of the group ``graphstep.frameworks``, by the name of the module of
its framework: a module with ``is_for(function, arguments, namespace)`` and ``record(function, bound, name, fixed)``, which
returns a :class:`~graphstep.engine.capture.recording.Recording`. It is loaded once that framework is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

GROUP = "graphstep.frameworks"
"""The group of the entry points."""


def is_for_pytorch(function: Callable[..., Any], arguments: Mapping[str, Any], namespace: Mapping[str, Any]) -> bool:
    """Whether a function computes with PyTorch: it was imported, and an argument or what the function sees is of it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "Tensor"):
        return False
    kinds = (torch.Tensor, torch.nn.Module)
    values = [*arguments.values(), *(value for _, value in seen_by(function, namespace))]
    return any(isinstance(each, kinds) or each is torch or _is_module_of(each) for each in values)


@cache
def entries() -> tuple[EntryPoint, ...]:
    """The adapters of other packages, not loaded."""
    return tuple(entry_points(group=GROUP))


def adapters() -> Iterator[Any]:
    """The adapters of those frameworks that are imported: JAX's, then those of other packages."""
    if "jax" in sys.modules:
        yield import_module("graphstep.engine.capture.jax")
    for entry in entries():
        if entry.name in sys.modules:
            yield entry.load()


def seen_by(function: Callable[..., Any], namespace: Mapping[str, Any] | None = None) -> list[tuple[str, Any]]:
    """What a function sees besides its arguments, by name: what is around it, itself, and of its module what it names."""
    code = getattr(function, "__code__", None)
    cells = zip(getattr(code, "co_freevars", ()), getattr(function, "__closure__", None) or (), strict=False)
    values = [(name, cell.cell_contents) for name, cell in cells if _is_filled(cell)]
    values += [("self", getattr(function, "__self__", None)), (type(function).__name__, function)]
    names = namespace if namespace is not None else getattr(function, "__globals__", {})
    return values + [(name, names.get(name)) for name in getattr(code, "co_names", ())]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _is_module_of(value: Any) -> bool:
    """Whether a value is a module of PyTorch's, such as ``F``, or a function of the user's module that may lead there."""
    return str(getattr(value, "__name__", "")).startswith("torch.") and type(value) is type(sys)
