"""Marks as a table in a file: written so that no spreadsheet takes a cell for a formula, and read again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, cast, get_args

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.files import open_file
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.mark import Mark
from graphstep.teaching.exercise.submission import text_of
from graphstep.teaching.marking.verdict import Outcome

COLUMNS = ("student", "name", "sheet", "item", "blank", "typed", "read as", "verdict", "code", "sentence", "earned", "of")
"""The columns."""

HEAD = ",".join(COLUMNS) + "\n"
"""The first line."""

FILE = 2_000_000_000
"""Bytes of a table of marks: a million marks have 200 MB."""

MOST = 1_000_000
"""Marks that a blank may have."""

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠−|%\t]|\d{1,4}\s?[/-]\s?\d{1,4}(?!\d)", re.ASCII)
"""How a cell begins that a spreadsheet may compute, or hand to another program (OWASP: CSV injection); and a fraction, 1/2, which
it takes for the second of January, and writes as that when it saves the table."""

# From a text that was written by us the apostrophe is taken off again; from any other one it is not.
_MARKED = re.compile(rf"'(?=\s*'|{_FORMULA.pattern})", re.ASCII)


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


class Table:
    """A table of marks in a file, read student by student, in whatever order its rows stand.

    In memory is where the rows of each student are, and of the rows those of one student. InputError where it is no such table.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._runs: dict[str, list[int]] = {}
        with open_file(path, FILE) as file:
            lines = _Lines(file)
            head = next(lines, "")
            # Where numbers have decimal commas, a spreadsheet parts the cells by semicolons; as plain text it has tabs.
            self._parted = max(",;\t", key=head.count)
            if tuple(next(csv.reader([head], delimiter=self._parted), ())) != COLUMNS:
                hint = f"its first line is {HEAD.strip()}, as exercise mark writes it, in UTF-8"
                raise InputError(f"{quoted(path, 80)} is no table of marks", hint=hint)
            begin = lines.bytes
            # csv asks for a line when it needs one, and not before: the bytes that were read end where the row does.
            for row in _cells(lines, self._parted, lambda line: f"{quoted(path, 80)}, line {line + 1}"):
                runs = self._runs.setdefault(plain(row[0]), [])
                # Rows of one student that stand together, as we write them, are one stretch of the file; a table that was
                # sorted by marks has many.
                if runs and runs[-1] == begin:
                    runs[-1] = lines.bytes
                else:
                    runs += (begin, lines.bytes)
                begin = lines.bytes

    @property
    def students(self) -> Iterable[str]:
        """Whose marks stand in it, in the order in which they come first."""
        return self._runs.keys()

    def __iter__(self) -> Iterator[Sequence[Row]]:
        """The rows of each student."""
        with open_file(self._path, FILE) as file:
            for student in self._runs:
                yield [*self._read(file, student)]

    def of(self, student: str) -> Sequence[Row]:
        """The rows of a student; none where there are none."""
        if student not in self._runs:
            return ()
        with open_file(self._path, FILE) as file:
            return [*self._read(file, student)]

    def _read(self, file: BinaryIO, student: str) -> Iterator[Row]:
        runs, where = self._runs[student], f"{quoted(self._path, 80)}, the marks of {quoted(student, 80)}"
        for begin, end in zip(runs[::2], runs[1::2], strict=True):
            file.seek(begin)
            yield from _rows(_Lines(io.BytesIO(file.read(end - begin))), self._parted, where)


class _Lines(Iterator[str]):
    """The lines of a file, each in its own encoding: a spreadsheet may have written the table, and an editor a line of it."""

    def __init__(self, file: Iterable[bytes]) -> None:
        # A line may end in a carriage return alone, which a file of bytes is not parted at.
        self._lines = (line for several in file for line in several.splitlines(keepends=True))
        self.bytes = 0
        """Bytes of the lines that were read."""

    def __next__(self) -> str:
        line = next(self._lines)
        self.bytes += len(line)
        return text_of(line)


def rows_of(text: str) -> Iterator[Row]:
    """The rows that the lines of a table spell."""
    return _rows(io.StringIO(text, newline=""), ",", "the marks")


def _rows(lines: Iterable[str], parted: str, where: str) -> Iterator[Row]:
    return (_row(row, where) for row in _cells(lines, parted, lambda _: where))


def _cells(lines: Iterable[str], parted: str, where: Callable[[int], str]) -> Iterator[list[str]]:
    """The cells of each row that has any; ``where`` says which line it is."""
    reader = csv.reader(lines, delimiter=parted)
    try:
        for row in reader:
            if len(row) != len(COLUMNS) and any(row):
                raise InputError(f"{where(reader.line_num)} has {len(row)} cells, and a mark has {len(COLUMNS)}")
            if any(row):
                yield row
    except csv.Error as error:
        raise InputError(f"{where(reader.line_num)}: {error}") from error


def _row(row: list[str], where: str) -> Row:
    student, name, sheet, item, blank, typed, read_as, verdict, code, sentence, earned, of = map(plain, row)
    if verdict not in get_args(Outcome):
        raise InputError(f"{where}: {quoted(verdict, 20)} is no verdict")
    # A person may have written into the cell what an answer earns that nobody else could mark.
    number = None if not earned.strip() else _number(earned, where)
    mark = Mark(item, blank, typed, read_as, cast("Outcome", verdict), code, sentence, number, _number(of, where))
    return Row(student, name, sheet, mark)


def _number(text: str, where: str) -> float:
    text = text.strip().replace(",", ".")
    # Sums and squares of what is larger would not be finite.
    if not _NUMBER.fullmatch(text) or abs(float(text)) > MOST:
        raise InputError(f"{where}: {quoted(text, 20)} is no number of marks")
    return float(text)
