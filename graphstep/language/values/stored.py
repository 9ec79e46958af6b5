"""Arrays in files: ``@weights.npy``, ``@points.csv``, ``@batch.json``. Paths are relative to the current folder.

- ``.npy``: what ``numpy.save`` writes, of whole numbers, truth values or floats. Python objects are never unpickled.
- ``.csv``, ``.tsv``, ``.txt``: rows of numerals between commas, semicolons, tabs or blanks, with or without one line of headings;
  ``#`` starts a comment line. One row, or one column, is a vector.
- ``.json``: a number or nested lists of numbers, with ``"inf"``, ``"-inf"`` and ``"nan"`` in quotes.
"""

from __future__ import annotations

import json
import math
import re
import stat
import tokenize
import warnings
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from graphstep.ground import limits
from graphstep.ground.arrays import Number, plain
from graphstep.ground.errors import GraphstepError, InputError, LimitError, quoted, quoted_path
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_file(path: str) -> Number:
    """The array in a file, by the kind that its name ends in.

    Raises :class:`~graphstep.ground.errors.InputError` when it holds no array of numbers,
    :class:`~graphstep.ground.errors.LimitError` when it is too large, and :class:`~graphstep.ground.errors.GraphstepError` when
    it cannot be read at all.
    """
    kind = Path(path).suffix.lower()
    if kind not in _READERS:
        hint = "numpy.save writes one array to a .npy file" if kind == ".npz" else "write for instance W=@weights.npy"
        raise InputError(f"{quoted_path(path)} is no file of a kind that is read: .npy, .csv or .json", hint=hint)
    try:
        check_file(path, limits.JSON if kind == ".json" else limits.FILE)
        return _READERS[kind](Path(path))
    except OSError as error:
        raise GraphstepError(f"{quoted_path(path)} cannot be read: {error.strerror or error}") from error
    except UnwantedError as error:
        raise InputError(f"{quoted_path(path)} {error}", hint=error.hint) from None


def check_file(path: str, most: int) -> None:
    """Raise InputError for what is no regular file, LimitError for one of more than so many bytes, OSError for none at all."""
    try:
        status = Path(path).stat()
    except ValueError as error:
        # A null character, or half of a surrogate pair.
        raise InputError(f"{quoted_path(path)} cannot be the name of a file") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{quoted_path(path)} is a folder")
    if not stat.S_ISREG(status.st_mode):
        # A pipe or a device may never end.
        raise InputError(f"{quoted_path(path)} is no ordinary file")
    if status.st_size > most:
        message = f"the file has {status.st_size:,} bytes; at most {most:,} are read"
        hint = "numpy.save makes a smaller file of it" if most == limits.JSON else ""
        raise LimitError(message, text=f"@{path}", span=(0, len(path) + 1), hint=hint)


class UnwantedError(Exception):
    """What a file holds cannot be used; the message goes on behind the name of the file: ``holds no numbers``."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What would do."""


def check_wanted(shape: Sequence[int]) -> None:
    """Raise UnwantedError for a shape with more axes or cells than :mod:`graphstep.ground.limits` allows."""
    if len(shape) > limits.AXES:
        raise UnwantedError(f"holds an array of {len(shape)} axes; at most {limits.AXES} are read")
    if limits.cells_of(shape) > limits.CELLS:
        raise UnwantedError(f"holds {limits.cells_text(shape)}; at most {limits.CELLS:,} are read", "take fewer examples")


_DAMAGED = "is not what numpy.save writes, or it is damaged"
_KINDS = {
    "c": ("holds complex numbers", "save its real part and its imaginary part apart: z.real, z.imag"),
    "O": ("holds Python objects, which are never unpickled: they could run code", "save array.astype(float)"),
    "U": ("holds texts", "save array.astype(float)"),
    "S": ("holds texts", "save array.astype(float)"),
    "M": ("holds dates", "save them as numbers"),
    "m": ("holds spans of time", "save them as numbers"),
}


def read_npy(path: Path) -> Number:
    """The array in a ``.npy`` file; truth values become 0 and 1, whole numbers and smaller floats become doubles.

    Raises UnwantedError for what is no array of real numbers, and for a shape over the limits, before its cells are read.
    """
    with path.open("rb") as file:
        array = read_cells(file)
    with np.errstate(all="ignore"):
        return plain(array.astype(np.float64, order="C"))


def read_cells(file: IO[bytes]) -> NDArray[Any]:
    """The array in what ``numpy.save`` wrote, as it was saved. Raises as :func:`read_npy` does."""
    shape, turned, dtype = _header(file)
    if dtype.kind not in "biuf":
        raise UnwantedError(*_KINDS.get(dtype.kind, ("holds records", "save one column as an array of its own")))
    check_wanted(shape)
    size = math.prod(shape) * dtype.itemsize
    cells = file.read(size)
    if len(cells) < size:
        raise UnwantedError("ends before its array is complete", "save the array again")
    return np.frombuffer(cells, dtype).reshape(shape, order="F" if turned else "C")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    from numpy.lib import format as npy

    readers: dict[tuple[int, int], Any] = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        with warnings.catch_warnings():
            # Headers of Python 2 are read as well as any.
            warnings.simplefilter("ignore")
            version = npy.read_magic(file)
            if version not in readers:
                raise UnwantedError(f"is of version {version[0]}.{version[1]}, which is for records", _KINDS["O"][1])
            shape, turned, dtype = readers[version](file)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise UnwantedError(_DAMAGED) from error
    # True is a whole number to Python, and no size.
    if any(isinstance(size, bool) or size < 0 for size in shape):
        raise UnwantedError(_DAMAGED)
    return shape, turned, dtype


_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
# A heading does not begin as a number does: 1.5kg is a wrong cell, not a title.
_FIRST_DIGIT = re.compile(r"[+-]?\.?[0-9]")
_NOT_TEXT = "is not a text file in UTF-8"


def read_table(path: Path) -> Number:
    """The rows of a table. One row, or one column, is a vector; a first line is its headings when none of its cells
    starts as a number does.

    Between the cells stand tabs, semicolons, commas or blanks: the first of these that the first row holds.

    Raises UnwantedError, with the number of the line, for a cell that is no numeral and for rows of different lengths.
    """
    cells = array("d")
    columns = rows = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, row in _rows(file):
                columns = columns or len(row)
                if len(row) != columns:
                    raise UnwantedError(f"has {_cells(len(row))} in line {number}, and {columns} in the lines before")
                _take(row, number, cells)
                rows += 1
                if len(cells) > limits.CELLS:
                    check_wanted((rows, columns))
    except UnicodeDecodeError as error:
        raise UnwantedError(_NOT_TEXT) from error
    if not rows:
        raise UnwantedError("holds no numbers")
    table = np.array(cells, np.float64)
    return table if 1 in {rows, columns} else table.reshape(rows, columns)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of every line that is no comment and not the headings."""
    between: str | None = None
    headings, begun = True, False
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(line) > limits.WRITTEN:
            raise UnwantedError(f"has {len(line):,} characters in line {number}; at most {limits.WRITTEN:,} are read")
        if not begun:
            # Headings may be separated otherwise than the numbers below them.
            between = next((mark for mark in "\t;," if mark in line.strip()), None)
        row = [cell.strip().strip('"') for cell in line.strip(" \r\n").split(between)]
        if headings and not begun and not any(_is_numeral(cell) or _FIRST_DIGIT.match(cell) for cell in row):
            headings = False
            continue
        begun = True
        yield number, row


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


def _take(row: list[str], number: int, cells: array[float]) -> None:
    try:
        cells.extend(map(float, row))
        # Python reads 1_000 as a number; no table means one by it.
        if not any("_" in cell for cell in row):
            return
    except ValueError:
        pass
    wrong = next(cell for cell in row if not _is_numeral(cell))
    if not wrong:
        raise UnwantedError(f"has an empty cell in line {number}", "write nan where a number is missing")
    hint = "the decimal mark is a point: 0.5" if "," in wrong else ""
    raise UnwantedError(f"has {quoted(wrong)} in line {number}, which is no number", hint)


def _is_numeral(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def read_json(path: Path) -> Number:
    """The number or the nested lists of numbers in a JSON file.

    Raises UnwantedError, with the place, for anything else in it and for rows of different lengths.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            # Every number is a float then, and true, which is a whole number to Python, is none.
            content = json.load(file, parse_int=float)
    except UnicodeDecodeError as error:
        raise UnwantedError(_NOT_TEXT) from error
    except json.JSONDecodeError as error:
        raise UnwantedError(f"is not JSON in line {error.lineno}: {error.msg}") from error
    except RecursionError as error:
        raise UnwantedError(f"holds lists inside each other too deep; at most {limits.AXES} axes are read") from error
    return evened(content)


def evened(content: Any) -> Number:
    """Nested lists as an array: one axis at a time, from the outermost. Raises UnwantedError where they are none."""
    shape: list[int] = []
    level: list[Any] = [content]
    while level and any(isinstance(entry, list) for entry in level):
        for place, entry in enumerate(level):
            if not isinstance(entry, list):
                raise UnwantedError(f"has {_shown(entry)} where others have a list{_where(place, shape)}")
            if len(entry) != len(level[0]):
                raise UnwantedError(f"has {len(entry)} entries{_where(place, shape)}, and {len(level[0])} in the list before")
        shape.append(len(level[0]))
        check_wanted(shape)
        level = list(chain.from_iterable(level))
    numbers = [_number(entry, place, shape) for place, entry in enumerate(level)]
    return plain(np.array(numbers, np.float64).reshape(shape))


def _number(entry: Any, place: int, shape: list[int]) -> float:
    if isinstance(entry, float):
        return entry
    if isinstance(entry, str) and entry in _WORDS:
        return _WORDS[entry]
    raise UnwantedError(f"has {_shown(entry)}{_where(place, shape)}, which is no number", "it may hold lists of numbers only")


def _shown(entry: Any) -> str:
    if isinstance(entry, dict):
        return "an object {}"
    return quoted(entry) if isinstance(entry, str) else json.dumps(entry)


def _where(place: int, shape: list[int]) -> str:
    """`` at [1][0]``: the indexes of the entry that is ``place``-th among all of its level."""
    indexes = []
    for size in reversed(shape):
        place, index = divmod(place, size)
        indexes.append(f"[{index}]")
    return f" at {''.join(reversed(indexes))}" if indexes else ""


_READERS: dict[str, Callable[[Path], Number]] = {
    ".npy": read_npy,
    ".csv": read_table,
    ".tsv": read_table,
    ".txt": read_table,
    ".json": read_json,
}
"""By the end of the file's name, in small letters."""
