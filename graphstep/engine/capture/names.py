"""What values of an autograd engine are called: by their label, by the variable that holds them, or by the way to them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import count
from types import FunctionType, ModuleType
from typing import Any

from graphstep.ground import limits

# Where engines of students keep the name of a value (micrograd's lecture has ``label``).
_LABELS = ("label", "name", "_label")
# Containers inside each other that are looked into for a value: six lead to ``model.layers[0].neurons[0].w[0]``, micrograd's own.
_DEPTH = 10
_VISITED = 400_000
"""Objects that are looked into for values, at most."""


def free_name(wanted: str, names: Container[str]) -> str:
    """A name that is not among others: the wanted one, with a number where that is taken; k1, k2, … where none is wanted."""
    if wanted and wanted not in names:
        return wanted
    numbered = (f"{wanted}_{k + 1}" if wanted else f"k{k}" for k in count(1))
    return next(each for each in numbered if each not in names)


def names_of(kind: type, namespaces: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """By ``id`` the names of values of a class that variables lead to: ``w``, ``layers_0_w_2``. The first namespace counts."""
    names: dict[int, str] = {}
    used: set[str] = set()
    for namespace in namespaces:
        for value, name in _reached(kind, namespace):
            if id(value) in names:
                continue
            label = next((x for x in (getattr(value, each, None) for each in _LABELS) if isinstance(x, str) and x), "")
            chosen = _plain(label) or _plain(name)
            if chosen and chosen not in used and len(chosen) <= limits.NAME:
                names[id(value)] = chosen
                used.add(chosen)
    return names


def _plain(name: str) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_")
    return plain if plain and not plain[0].isdecimal() else ""


def _reached(kind: type, namespace: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """The values that a namespace leads to, nearer ones first, and the way to each."""
    level: list[tuple[Any, str]] = [(value, name) for name, value in namespace.items() if not name.startswith("__")]
    visited: set[int] = set()
    for _ in range(_DEPTH + 1):
        deeper: list[tuple[Any, str]] = []
        for value, name in level:
            if isinstance(value, kind):
                yield value, name
                continue
            if id(value) in visited or isinstance(value, str | bytes | int | float | complex | type | ModuleType | FunctionType):
                continue
            visited.add(id(value))
            deeper += [(part, f"{name}_{key}") for key, part in _parts(value)]
            # A module may hold a data set: names are a help, and not worth minutes.
            if len(visited) + len(deeper) > _VISITED:
                return
        level = deeper


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)
    elif isinstance(getattr(value, "__dict__", None), dict):
        yield from vars(value).items()
