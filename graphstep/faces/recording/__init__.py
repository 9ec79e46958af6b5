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

WRITERS: dict[str, Callable[[Recording], str]] = {".cast": cast.content, ".svg": svg.content}
"""What makes the content of a file that plays a recording, by the end of its name."""


def writer_of(path: str) -> Callable[[Recording], str]:
    """What makes the content of a file by the end of its name; InputError for none."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        hint = "demo.cast is for asciinema and its like, demo.svg moves in a browser and on a Git host"
        raise InputError(f"{quoted(path)} is no file that plays a recording", hint=hint)
    return WRITERS[suffix]


def write(recording: Recording, path: str) -> Path:
    """Write a recording to a file of the kind that its name says."""
    return write_file(path, writer_of(path)(recording))
