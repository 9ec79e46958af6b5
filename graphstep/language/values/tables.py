"""Arrays in text files: tables of numerals, and nested lists in JSON."""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from graphstep.ground import limits
from graphstep.ground.arrays import Number, plain
from graphstep.ground.errors import quoted
from graphstep.ground.late import np
from graphstep.language.values.unwanted import UnwantedError, check_wanted

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
