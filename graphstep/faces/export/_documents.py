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
    command, missing = _command(trace, at, form, options)
    return run.solution(trace, at, options.manner, command=command, missing=missing)


def narration(trace: Trace, form: str, at: int | None, options: Options) -> Document:
    """Every step up to ``at`` in a paragraph; ``form`` is the format that its command asks for."""
    command, missing = _command(trace, at, form, options)
    return run.narration(trace, at, command=command, missing=missing)


def _command(trace: Trace, at: int | None, form: str, options: Options) -> tuple[str, tuple[str, ...]]:
    """The line that makes a run as far as step ``at`` again, and the inputs that it cannot hold.

    A round of a training is made again by a command of its own, and always whole.
    """
    # The format stands in the command even where the suffix of a file asked for it: the line is to be run as it stands.
    words, whole = ("--format", form, *words_of(options)), at in (None, len(trace))
    if trace.updates:
        return options.origin(*words) if options.origin is not None and whole else ("", ())
    if trace.program.scope:
        setup = frame_setup(trace, at)
    else:
        # A run that is shown to its end is shown whole, and breakpoints have done their work by then.
        setup = replace(trace.setup.filled(trace.inputs), at=None if whole else str(at), breaks=())
    return setup.command(*words), setup.without_text


def frame_setup(trace: Trace, at: int | None) -> Setup:
    """The setup that opens the inside of a gate again, as far as step ``at``."""
    around, _, step = (trace.setup.at or "").rpartition("/")
    return replace(trace.setup, at=f"{around}/{step if at is None else at}")


def words_of(options: Options) -> Iterator[str]:
    """The options that are not the usual ones, as words of the command line."""
    for name, choices in CHOICES.items():
        if (word := getattr(options, name)) != next(iter(choices)):
            yield from (f"--{name}", word)
