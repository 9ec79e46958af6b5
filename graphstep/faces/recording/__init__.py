"""Recordings of the terminal UI: its frames as data, and the files that play them.

A frame is rows of spans, each a text in one ink. ``cast`` writes them for players of terminal sessions, ``svg`` as a picture that
moves by itself. Nothing here knows Textual: :mod:`graphstep.faces.tui.recorder` looks at the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from graphstep.faces.recording import cast, svg
from graphstep.faces.recording.frames import Recording
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.files import write_file
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Writer:
    """A kind of file that plays a recording."""

    suffix: str
    """How its name ends."""
    pieces: Callable[[Recording], str]
    """The content of the file."""


WRITERS = (Writer(".cast", cast.content), Writer(".svg", svg.content))
"""The kinds of files that there are."""


def writer_of(path: str) -> Writer:
    """The kind of a file by the end of its name; InputError for none."""
    for writer in WRITERS:
        if Path(path).suffix.lower() == writer.suffix:
            return writer
    hint = "demo.cast is for asciinema and its like, demo.svg moves in a browser and on a Git host"
    raise InputError(f"{quoted(path)} is no file that plays a recording", hint=hint)


def write(recording: Recording, path: str) -> Path:
    """Write a recording to a file of the kind that its name says."""
    return write_file(path, writer_of(path).pieces(recording))
