"""Arrays in files: ``@weights.npy``, ``@points.csv``, ``@batch.json``. Paths are relative to the current folder.

- ``.npy``: what ``numpy.save`` writes, of whole numbers, truth values or floats. Python objects are never unpickled.
- ``.csv``, ``.tsv``, ``.txt``: rows of numerals between commas, semicolons, tabs or blanks, with or without one line of headings;
  ``#`` starts a comment line. One row, or one column, is a vector.
- ``.json``: a number or nested lists of numbers, with ``"inf"``, ``"-inf"`` and ``"nan"`` in quotes.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from graphstep.ground import limits
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, InputError, LimitError, quoted_path
from graphstep.language.values import npy, tables
from graphstep.language.values.unwanted import UnwantedError


def read_file(path: str) -> Number:
    """The array in a file, by the kind that its name ends in.

    Raises :class:`~graphstep.ground.errors.InputError` when it holds no array of numbers,
    :class:`~graphstep.ground.errors.LimitError` when it is too large, and :class:`~graphstep.ground.errors.GraphstepError` when
    it cannot be read at all.
    """
    kind = Path(path).suffix.lower()
    if kind not in _READERS:
        hint = "numpy.save writes one array to a .npy file" if kind == ".npz" else "write for instance W=@weights.npy"
        raise InputError(f"{_shown(path)} is no file of a kind that is read: .npy, .csv or .json", hint=hint)
    try:
        check_file(path, limits.JSON if kind == ".json" else limits.FILE)
        return _READERS[kind](Path(path))
    except OSError as error:
        raise GraphstepError(f"{_shown(path)} cannot be read: {error.strerror or error}") from error
    except UnwantedError as error:
        raise InputError(f"{_shown(path)} {error}", hint=error.hint) from None


_READERS: dict[str, Callable[[Path], Number]] = {
    ".npy": npy.read_npy,
    ".csv": tables.read_table,
    ".tsv": tables.read_table,
    ".txt": tables.read_table,
    ".json": tables.read_json,
}
"""By the end of the file's name, in small letters."""


def _shown(path: str) -> str:
    return quoted_path(path)


def check_file(path: str, most: int) -> None:
    """Raise InputError for what is no regular file, LimitError for one of more than so many bytes, OSError for none at all."""
    try:
        status = Path(path).stat()
    except ValueError as error:
        # A null character, or half of a surrogate pair.
        raise InputError(f"{_shown(path)} cannot be the name of a file") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{_shown(path)} is a folder")
    if not stat.S_ISREG(status.st_mode):
        # A pipe or a device may never end.
        raise InputError(f"{_shown(path)} is no ordinary file")
    if status.st_size > most:
        message = f"the file has {status.st_size:,} bytes; at most {most:,} are read"
        hint = "numpy.save makes a smaller file of it" if most == limits.JSON else ""
        raise LimitError(message, text=f"@{path}", span=(0, len(path) + 1), hint=hint)
