"""What students hand in, read: tables of CSV, JSON, filled Markdown, notebooks. Nothing of it is ever run.

A file says whose it is by the code of the sheet in its footer, by a column or a key ``student``, or by its name. Anything may
stand in it: what cannot be read is told, and never stops the marking of others.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.files import open_file
from graphstep.ground.records import dataclass

FILE = 50_000_000
"""Bytes of a table or of JSON, which may hold a whole class; other files are those of one student."""

ONE = 5_000_000
"""Bytes of what one student hands in."""

TYPED = 1_000
"""Characters of an answer that are kept; fewer are read as an answer."""

BLANKS = 1_000
"""Answers of one student that are kept."""

CODE = re.compile(r"\bsheet[: ]{1,3}(?P<code>[0-9A-F]{4}(?:-[0-9A-F]{4}){2})(?![0-9A-Za-z-])", re.IGNORECASE)
"""The code in the footer of a sheet."""

_NAME = r"[0-9]{1,3}[a-z]{0,2}"
_BLANK = re.compile(_NAME)
_LINE = re.compile(
    rf"[\s>*+\-#|`_(]*(?P<blank>{_NAME})[*_`]*(?:\s?[:)]|(?<=[a-z])\.(?=\s+[-+−–.\d(\[½]))[*_`]*(?P<typed>.*)", re.IGNORECASE
)
"""``1a: -4``, also in a list, quoted, in bold, as code; ``(1a) -4``; and ``1a. -4``: behind that a question has words."""

OTHERS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".xls", ".xlsx", ".ods", ".numbers", ".html", ".htm", ".tex", ".zip")
"""How files end that may hold answers and cannot be read."""

STUDENT = ("student", "id", "student id", "studentid", "user", "username", "matriculation", "email")
"""What the column is called that says who a student is, in a roster and in a table of answers; the first that is there counts."""

_HEADS = {
    "student": STUDENT,
    "sheet": ("sheet", "code", "sheet code"),
    "blank": ("blank", "question", "field", "part"),
    "typed": ("answer", "typed", "response", "value", "given"),
}
"""What the columns of a table, and the keys of JSON, are called."""

# Spreadsheets write UTF-16, and a mark before UTF-8: without it the first head would begin with an invisible letter.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(slots=True)
class Submission:
    """What one student handed in."""

    file: str
    """The file that it stands in."""
    student: str = ""
    """Whose it is, as the file says it."""
    sheet: str = ""
    """The code of the sheet, in capitals; empty where none stands there."""
    answers: dict[str, str] = field(default_factory=dict)
    """By the name of a blank what was typed."""
    comma: bool = False
    """Whether numbers have decimal commas, because cells of the table are not parted by commas."""

    def take(self, blank: str, typed: str) -> None:
        """Keep an answer; of two to one blank the later one, unless it is empty."""
        name, text = blank.strip().casefold(), _cleared(typed)
        if _BLANK.fullmatch(name) and len(self.answers) < BLANKS and (text or name not in self.answers):
            self.answers[name] = text


def submissions(folder: str) -> Iterator[Submission | InputError]:
    """What stands in a file, or in the files of a folder and those below, in the order of their names.

    What cannot be read comes as the error that says why. InputError where there is nothing by that name.
    """
    root = Path(folder)
    if not root.exists():
        raise InputError(f"there are no answers {quoted(folder, 80)}", hint="name a file, or a folder with one file a student")
    paths = [root] if not root.is_dir() else sorted(path for path in root.rglob("*") if not path.is_dir())
    for path in paths:
        if path.suffix.lower() in READERS:
            yield from _read(path, str(path.relative_to(root)) if path != root else path.name)
        elif path != root and path.suffix.lower() in OTHERS:
            name = quoted(str(path.relative_to(root)), 80)
            yield InputError(f"{name} cannot be read: answers end in {', '.join(READERS)}")
        elif path == root:
            raise InputError(f"{quoted(folder, 80)} is no file of answers", hint=f"answers end in {', '.join(READERS)}")


def _read(path: Path, name: str) -> Iterator[Submission | InputError]:
    try:
        with open_file(path, FILE if path.suffix.lower() in (".csv", ".tsv", ".json") else ONE) as file:
            raw = file.read()
        yield from read(raw, name)
    except InputError as error:
        yield error
    except GraphstepError as error:
        yield InputError(error.message)


def read(raw: bytes, name: str) -> Iterator[Submission]:
    """What stands in the bytes of a file with this name. InputError where they cannot be read as what the name says."""
    path = Path(name)
    return (each for each in READERS[path.suffix.lower()](text_of(raw), name) if each.answers or each.student or each.sheet)


def text_of(raw: bytes) -> str:
    """Bytes as text, whatever wrote them: by their mark, as UTF-8, else as Windows writes the languages of Europe."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    # Bytes that are UTF-8 by chance are rare: what decodes so, is so. In cp1252 nearly everything decodes.
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _cleared(typed: str) -> str:
    """An answer without the line that it was to be written on, and without what a spreadsheet puts before a text."""
    # Some editors of Markdown write the line that is to be filled as \_\_\_.
    text = " ".join(typed.replace("\\_", "_").split())[:TYPED].strip("`* ")
    text = re.sub(r"_{2,}", " ", text).strip()
    return text[1:] if re.match(r"'[-+=@0-9]", text) else text


# -- filled sheets -------------------------------------------------------------------------------------------------------------


def _markdown(text: str, name: str) -> Iterator[Submission]:
    one = _by_file(name)
    for line in text.splitlines():
        # The line with the code is no answer, though it may begin as one: 1: sheet: 3F2A-…
        if code := CODE.search(line):
            one.sheet = code["code"].upper()
        elif match := _LINE.match(line):
            one.take(match["blank"], match["typed"])
    yield one


def _notebook(text: str, name: str) -> Iterator[Submission]:
    one, document = _by_file(name), _json(text, name)
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise InputError(f"{quoted(name, 80)} is no notebook: it has no cells")
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = cell.get("source")
        lines = ("".join(map(str, source)) if isinstance(source, list) else str(source or "")).splitlines()
        if code := CODE.search("\n".join(lines)):
            one.sheet = code["code"].upper()
        if (blank := _blank_of(cell, lines)) is not None:
            written = [line for line in lines if not line.lstrip().startswith("#")]
            one.take(blank, " ".join(written))
    yield one


def _blank_of(cell: Mapping[str, Any], lines: Sequence[str]) -> str | None:
    """The blank that a cell is for: by its id, which editors keep, or by the comment that it begins with."""
    identity = cell.get("id")
    if isinstance(identity, str) and (match := re.fullmatch(rf"blank-({_NAME})", identity)):
        return match[1]
    match = re.match(rf"#\s*({_NAME})(?![0-9a-z])", lines[0]) if lines else None
    return match[1] if match else None


def _by_file(name: str) -> Submission:
    """The answers in a file that may say whose they are by its name alone."""
    return Submission(name, Path(name).stem)


# -- tables --------------------------------------------------------------------------------------------------------------------


def rows_of(text: str) -> tuple[list[str], Iterator[list[str]], str]:
    """The heads of a table in small letters, its other rows, and what parts its cells; csv.Error for what is no table."""
    text = text.replace("\0", "")
    # By the first line, in which there are names: in the others numbers may have commas.
    parted = max(";\t,", key=text.partition("\n")[0].count)
    # By itself the module ends at a cell of 131,072 characters. Here a long one is cut, and the answers behind it count.
    csv.field_size_limit(FILE)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=parted)
    return [cell.strip().casefold().lstrip("\ufeff") for cell in next(rows, [])], rows, parted


def _table(text: str, name: str) -> Iterator[Submission]:
    try:
        heads, rows, parted = rows_of(text)
        yield from _rows(heads, rows, name, comma=parted != ",")
    except csv.Error as error:
        raise InputError(f"{quoted(name, 80)} is no table: {error}") from error


def _rows(heads: list[str], rows: Iterator[list[str]], name: str, *, comma: bool) -> Iterator[Submission]:
    """What students answer in the rows of a table; rows of one student that stand together are one submission."""
    places = {what: next((heads.index(head) for head in names if head in heads), None) for what, names in _HEADS.items()}
    blanks = {place: head for place, head in enumerate(heads) if _BLANK.fullmatch(head)}
    tall = places["blank"] is not None and places["typed"] is not None
    if not tall and not blanks:
        hint = "a table has the columns student, blank, answer, or student and a column for each blank: 1a, 1b …"
        raise InputError(f"{quoted(name, 80)} has no column of answers in its first line", hint=hint)
    whose, one = None, Submission(name)
    for row in rows:
        cells = {what: row[place].strip() if place is not None and place < len(row) else "" for what, place in places.items()}
        who = (cells["student"].removeprefix("'"), cells["sheet"].upper())
        if not any(who) and (not row or places["student"] is not None or places["sheet"] is not None):
            continue
        # A class may be larger than memory. Where the rows of a student do not stand together, they are brought together later.
        if who != whose:
            if whose is not None:
                yield one
            whose, one = who, Submission(name, who[0] or ("" if who[1] else Path(name).stem), who[1], comma=comma)
        for blank, typed in [(cells["blank"], cells["typed"])] if tall else [(blanks[n], row[n]) for n in blanks if n < len(row)]:
            one.take(blank, typed)
    if whose is not None:
        yield one


def _objects(text: str, name: str) -> Iterator[Submission]:
    document = _json(text, name)
    if isinstance(document, dict) and not isinstance(document.get("answers"), dict):
        # By student: {"ada": {"1a": -4}}; or the answers of one student alone.
        tables = {who: value for who, value in document.items() if isinstance(value, dict)}
        entries: list[Any] = [{"student": who, "answers": value} for who, value in tables.items()]
        entries = entries or [{"answers": document}]
    else:
        entries = document if isinstance(document, list) else [document]
    ours: dict[tuple[str, str], Submission] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        student, sheet = (next((_word(entry[key]) for key in _HEADS[what] if key in entry), "") for what in ("student", "sheet"))
        who = (student, sheet.upper())
        one = ours.setdefault(who, Submission(name, student or ("" if sheet else Path(name).stem), sheet.upper()))
        answers = entry.get("answers")
        if isinstance(answers, dict):
            for blank, typed in answers.items():
                one.take(blank, _word(typed))
        elif "blank" in entry:
            one.take(_word(entry["blank"]), next((_word(entry[key]) for key in _HEADS["typed"] if key in entry), ""))
    yield from ours.values()


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{quoted(name, 80)} is not JSON: {str(error)[:200]}") from error


def _word(value: Any) -> str:
    """A value of JSON as it would be typed."""
    if isinstance(value, str):
        return value
    try:
        return "" if value is None or isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        # Lists in lists in lists: what was read may be too deep to be written.
        return "["


READERS: dict[str, Callable[[str, str], Iterator[Submission]]] = {
    ".csv": _table,
    ".tsv": _table,
    ".json": _objects,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _markdown,
    ".ipynb": _notebook,
}
"""By the ending of a file, what reads it."""
