"""Results: the marks on one sheet as the file that a platform's own grader leaves behind, one module a platform.

A module has ``writes(marks, language)``: the bytes of ``results.json``. Its module's name is the format's name
(``--format gradescope``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.unprintable import printable

if TYPE_CHECKING:
    from graphstep.teaching.exercise.mark import Mark


class Results(Protocol):
    """What a module of this package offers."""

    def writes(self, marks: Sequence[Mark], language: str) -> bytes:
        """The file ``results.json`` of one student."""


def results() -> tuple[str, ...]:
    """The names of all formats; nothing is imported for it."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def results_of(name: str) -> Results:
    """The writer of a format; InputError where there is none."""
    if name not in results():
        hint = did_you_mean(name, results()) or f"formats: {', '.join(results())}"
        raise InputError(f"there is no format {quoted(name)} of results", hint=hint)
    return cast("Results", import_module(f"{__name__}.{name}"))


def encoded(document: dict[str, Any]) -> bytes:
    """A document as the bytes of a file.

    What may not leave is marked before JSON escapes it: PrairieLearn obeys the codes of terminals.
    """
    return f"{json.dumps(_marked(document), indent=1, ensure_ascii=False)}\n".encode()


def _marked(value: Any) -> Any:
    match value:
        case str():
            return printable(value)
        case list():
            return [_marked(each) for each in value]
        case dict():
            return {key: _marked(each) for key, each in value.items()}
    return value
