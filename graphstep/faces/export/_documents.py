"""The documents of a run with the command that makes them again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.faces.export._options import CHOICES
from graphstep.telling.reports import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace
    from graphstep.faces.export._options import Options
    from graphstep.language.setup import Setup
    from graphstep.telling.document import Document


def solution(trace: Trace, form: str, at: int | None, options: Options) -> Document:
    """The worked solution as far as step ``at``; ``form`` is the format that its command asks for."""
    setup = _setup_of(trace, at)
    command = setup.command("--format", form, *words_of(options))
    return run.solution(trace, at, options.manner, command=command, missing=setup.without_text)


def narration(trace: Trace, form: str, at: int | None) -> Document:
    """Every step up to ``at`` in a paragraph; ``form`` is the format that its command asks for."""
    setup = _setup_of(trace, at)
    return run.narration(trace, at, command=setup.command("--format", form), missing=setup.without_text)


def _setup_of(trace: Trace, at: int | None) -> Setup:
    """What makes a run that is shown as far as step ``at`` again; breakpoints have done their work by then."""
    # A run that is shown to its end is shown whole.
    return replace(trace.setup.filled(trace.inputs), at=None if at in (None, len(trace)) else str(at), breaks=())


def words_of(options: Options) -> Iterator[str]:
    """The options that are not the usual ones, as words of the command line."""
    for name, choices in CHOICES.items():
        if (word := getattr(options, name)) != next(iter(choices)):
            yield from (f"--{name}", word)
