"""The modules of a package as a table: a new file in it is a new format, and nothing is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from graphstep.ground.errors import InputError, did_you_mean, quoted


def names_in(path: Iterable[str]) -> tuple[str, ...]:
    """The names of the modules of a package, without those that begin with ``_``."""
    return tuple(sorted(each.name for each in iter_modules(path) if not (each.ispkg or each.name.startswith("_"))))


def module_in(package: str, names: Sequence[str], name: str, what: str) -> Any:
    """The module of this name; InputError where the package has none, which says ``what`` there is not."""
    # Asked before the import: a word of the command line never reaches import_module unless this package has a file of that name.
    if name not in names:
        hint = did_you_mean(name, names) or f"{what}s: {', '.join(names)}"
        raise InputError(f"there is no {what} {quoted(name)}", hint=hint)
    return import_module(f"{package}.{name}")
