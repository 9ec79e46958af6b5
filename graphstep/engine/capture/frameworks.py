"""Which framework a function computes with; its adapter is a package of its own beside this, imported when it is used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any


def is_for_pytorch(function: Callable[..., Any], arguments: Mapping[str, Any], namespace: Mapping[str, Any]) -> bool:
    """Whether a function computes with PyTorch: it was imported, and an argument or what the function sees is of it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "Tensor"):
        return False
    kinds = (torch.Tensor, torch.nn.Module)
    seen = [*arguments.values(), *(value for _, value in seen_by(function, namespace))]
    return any(isinstance(each, kinds) or each is torch or _is_module_of(each) for each in seen)


def seen_by(function: Callable[..., Any], namespace: Mapping[str, Any] | None = None) -> list[tuple[str, Any]]:
    """What a function sees besides its arguments, by name: what is around it, itself, and of its module what it names."""
    code = getattr(function, "__code__", None)
    cells = zip(getattr(code, "co_freevars", ()), getattr(function, "__closure__", None) or (), strict=False)
    seen = [(name, cell.cell_contents) for name, cell in cells if _is_filled(cell)]
    seen += [("self", getattr(function, "__self__", None)), (type(function).__name__, function)]
    names = namespace if namespace is not None else getattr(function, "__globals__", {})
    return seen + [(name, names.get(name)) for name in getattr(code, "co_names", ())]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _is_module_of(value: Any) -> bool:
    """Whether a value is a module of PyTorch's, such as ``F``, or a function of the user's module that may lead there."""
    return str(getattr(value, "__name__", "")).startswith("torch.") and type(value) is type(sys)
