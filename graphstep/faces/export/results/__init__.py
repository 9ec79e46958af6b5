"""Results: the marks on one sheet as the file that a platform's own grader leaves behind, one module a platform.

A module has ``writes(marks, language)``: the bytes of ``results.json``. Its module's name is the format's name
(``--format gradescope``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from graphstep.faces.export._modules import module_in, names_in
from graphstep.ground.unprintable import printable

if TYPE_CHECKING:
    from graphstep.teaching.exercise.mark import Mark


class Results(Protocol):
    """What a module of this package offers."""

    def writes(self, marks: Sequence[Mark], language: str) -> bytes:
        """The file ``results.json`` of one student."""


def results() -> tuple[str, ...]:
    """The names of all formats; nothing is imported for it."""
    return names_in(__path__)


def results_of(name: str) -> Results:
    """The writer of a format; InputError where there is none."""
    return cast("Results", module_in(__name__, results(), name, "autograder"))


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
