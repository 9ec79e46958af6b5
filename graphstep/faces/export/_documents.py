"""The documents of a run with the command that makes them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graphstep.engine.trace import Trace
from graphstep.faces.export._options import CHOICES, Options
from graphstep.language.setup import Setup
from graphstep.telling.document import Document
from graphstep.telling.reports import run


def solution(trace: Trace, form: str, at: int | None, options: Options) -> Document:
    """The worked solution as far as step ``at``; ``form`` is the format that its command asks for."""
    command, missing = _command(trace, at, "--format", form, *words_of(options))
    return run.solution(trace, at, options.manner, command=command, missing=missing)


def narration(trace: Trace, form: str, at: int | None) -> Document:
    """Every step up to ``at`` in a paragraph; ``form`` is the format that its command asks for."""
    command, missing = _command(trace, at, "--format", form)
    return run.narration(trace, at, command=command, missing=missing)


def _command(trace: Trace, at: int | None, *options: str) -> tuple[str, tuple[str, ...]]:
    """The line that makes a run as far as step ``at`` again, and the inputs that it cannot hold.

    There is none for a round of a training: only that makes its updates again, by a command of its own.
    """
    if trace.updates:
        return "", ()
    if trace.program.scope:
        setup = frame_setup(trace, at)
    else:
        # A run that is shown to its end is shown whole, and breakpoints have done their work by then.
        setup = replace(trace.setup.filled(trace.inputs), at=None if at in (None, len(trace)) else str(at), breaks=())
    return setup.command(*options), setup.without_text


def frame_setup(trace: Trace, at: int | None) -> Setup:
    """What opens the inside of a gate again, as far as step ``at``."""
    around, _, step = (trace.setup.at or "").rpartition("/")
    return replace(trace.setup, at=f"{around}/{step if at is None else at}")


def words_of(options: Options) -> Iterator[str]:
    """The options that are not the usual ones, as words of the command line."""
    for name, choices in CHOICES.items():
        if (word := getattr(options, name)) != next(iter(choices)):
            yield from (f"--{name}", word)
