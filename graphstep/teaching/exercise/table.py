"""Marks as a table in a file: written so that no spreadsheet takes a cell for a formula, and read again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import get_args

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.files import open_file
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.mark import Mark
from graphstep.teaching.marking.verdict import Outcome

COLUMNS = ("student", "name", "sheet", "item", "blank", "typed", "read as", "verdict", "code", "sentence", "earned", "of")
"""The columns."""

HEAD = ",".join(COLUMNS) + "\n"
"""The first line."""

FILE = 2_000_000_000
"""Bytes of a table of marks: a million marks have 200 MB."""

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠−|%\t]")
"""How a cell begins that a spreadsheet may compute, or hand to another program (OWASP: CSV injection)."""

# From a text that was written by us the apostrophe is taken off again; from any other one it is not.
_MARKED = re.compile(r"'(?=\s*[=+\-@＝＋－＠−|%\t'])")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    student: str
    """Whose mark it is."""
    name: str
    """What the student is called."""
    sheet: str
    """The code of the sheet."""
    mark: Mark
    """The mark."""


def cell(text: str) -> str:
    """A text as a cell that no spreadsheet computes: an apostrophe says that it is text; a number stays one.

    >>> cell("=1+1"), cell("-4"), cell("x*y"), cell("-x")
    ("'=1+1", '-4', 'x*y', "'-x")
    """
    return f"'{text}" if not _NUMBER.fullmatch(text) and (_FORMULA.match(text) or text.startswith("'")) else text


def plain(text: str) -> str:
    """What stood in a cell before :func:`cell`."""
    return text[1:] if _MARKED.match(text) else text


def lines(rows: Iterable[Row]) -> str:
    """The lines of a table without the first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        mark = row.mark
        earned = "" if mark.earned is None else f"{mark.earned:.12g}"
        texts = (row.student, row.name, row.sheet, mark.item, mark.blank, mark.typed, mark.read_as)
        writer.writerow([*map(cell, texts), mark.verdict, mark.code, cell(mark.sentence), earned, f"{mark.of:.12g}"])
    return out.getvalue()


def read_rows(path: str) -> Iterator[Row]:
    """The rows of a table in a file. InputError with the line of what is no mark."""
    with open_file(path, FILE) as file, io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        head = text.readline()
        # Where numbers have decimal commas, a spreadsheet parts the cells by semicolons.
        parted = ";" if head.count(";") > head.count(",") else ","
        if tuple(next(csv.reader([head], delimiter=parted), ())) != COLUMNS:
            hint = f"its first line is {HEAD.strip()}, as exercise mark writes it"
            raise InputError(f"{quoted(path, 80)} is no table of marks", hint=hint)
        yield from _rows(text, quoted(path, 80), 1, parted)


def rows_of(text: str) -> Iterator[Row]:
    """The rows that the lines of a table spell."""
    return _rows(io.StringIO(text, newline=""), "the marks", 0, ",")


def _rows(text: Iterable[str], where: str, before: int, parted: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=parted)
    try:
        for row in reader:
            yield _row(row, f"{where}, line {before + reader.line_num}")
    except csv.Error as error:
        raise InputError(f"{where}, line {before + reader.line_num}: {error}") from error


def _row(row: list[str], where: str) -> Row:
    if len(row) != len(COLUMNS):
        raise InputError(f"{where} has {len(row)} cells, and a mark has {len(COLUMNS)}")
    student, name, sheet, item, blank, typed, read_as, verdict, code, sentence, earned, of = map(plain, row)
    for outcome in get_args(Outcome):
        if outcome == verdict:
            # A person may have written into the cell what an answer earns that nobody else could mark.
            number = None if not earned.strip() else _number(earned, where)
            mark = Mark(item, blank, typed, read_as, outcome, code, sentence, number, _number(of, where))
            return Row(student, name, sheet, mark)
    raise InputError(f"{where}: {quoted(verdict, 20)} is no verdict")


def _number(text: str, where: str) -> float:
    text = text.strip().replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise InputError(f"{where}: {quoted(text, 20)} is no number of marks")
    return float(text)
