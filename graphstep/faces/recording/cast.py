"""A recording as an asciicast of version 2, which asciinema and its like play: a header, then what is written when.

The format: https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from graphstep.faces.recording.frames import Ink, Recording, Row


def content(recording: Recording) -> str:
    """The lines of the file. There is no time stamp: the same run makes the same bytes."""
    header = {"version": 2, "width": recording.columns, "height": recording.rows, "title": recording.title}
    lines = [json.dumps(header, ensure_ascii=False)]
    lines += (json.dumps([time, "o", written], ensure_ascii=False) for time, written in _events(recording))
    return "\n".join(lines) + "\n"


def _events(recording: Recording) -> Iterator[tuple[float, str]]:
    before: tuple[Row, ...] = ()
    *starts, end = recording.times
    for time, frame in zip(starts, recording.frames, strict=True):
        # Only rows that have changed are written again.
        written = "".join(
            f"\x1b[{place};1H{_row(row)}" for place, row in enumerate(frame, 1) if place > len(before) or before[place - 1] != row
        )
        yield time, f"{'' if before else chr(27) + '[?25l' + chr(27) + '[2J'}{written}"
        before = frame
    # The last frame stays for as long as the file lasts.
    yield end, "\x1b[0m\x1b[?25h"


def _row(row: Row) -> str:
    return "".join(f"{_begin(span.ink)}{span.text}" for span in row) + "\x1b[0m"


def _begin(ink: Ink) -> str:
    """The escape sequence that sets the terminal to an ink."""
    # Every span says all of its ink: rows are written again one by one, and know nothing of what stood there before.
    codes = ["0"]
    codes += [code for code, on in (("1", ink.bold), ("3", ink.italic), ("4", ink.underline)) if on]
    codes += [f"{layer};2;{_channels(color)}" for layer, color in (("38", ink.color), ("48", ink.background)) if color]
    return f"\x1b[{';'.join(codes)}m"


def _channels(color: str) -> str:
    return ";".join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5))
