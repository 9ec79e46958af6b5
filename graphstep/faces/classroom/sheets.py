"""The sheets of a class, their keys, and the one key that marks them, in a folder."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from graphstep.faces.work.store import file_name, folder_at, keep, sweep
from graphstep.ground.errors import InputError, quoted, quoted_path
from graphstep.teaching.exercise.key import Key, Sheet, pieces, read_key

KEY = "key.json"
"""The key of the class."""

KEYS = "keys"
"""The folder of the keys to single sheets."""


def key_before(folder: Path) -> Key | None:
    """The key of the sheets that are in a folder already; None where there is none."""
    return read_key(str(folder / KEY)) if (folder / KEY).exists() else None


def write_sheets(folder: Path, title: str, form: str, results: Iterable[str], before: Key | None) -> None:
    """Write the sheets that pieces of work made, the keys, and last the key of the class; the results are gone through more than
    once, so that one of them at a time is in memory.

    Sheets that are there already, of students who are on no roster any more, stay in it. InputError where a student has a sheet
    already, and it is another one: somebody may have filled it; and where the folder is that of another course.
    """
    others: list[Sheet] = []
    if before is not None:
        if before.title != title:
            what = quoted(before.title, 60)
            raise InputError(f"{quoted_path(folder)} has the sheets of another course, {what}", hint="name another folder")
        # All are compared before one is written: who is refused finds the folder as it was.
        sheets = {sheet.student: sheet for sheet in before.sheets}
        for each in _sheets(results):
            if each["student"] in sheets:
                _compare(each, sheets.pop(each["student"]), before, folder)
        others = [*sheets.values()]
    folder_at(folder / KEYS)
    for each in _sheets(results):
        name = file_name(each["student"])
        sheet, key = (b64decode(each[part]) if form == "pdf" else each[part] for part in ("sheet", "key"))
        keep(folder / f"{name}.{form}", sheet)
        keep(folder / KEYS / f"{name}.{'md' if form == 'ipynb' else form}", key)
    # The key is written last: as long as it is not there, no half of a class can be marked by it.
    entries = (entry for each in _sheets(results) for entry in each["entries"].items())
    older = ((code, before.entries[code].data()) for sheet in others for code in sheet.items) if before is not None else ()
    sweep(folder, folder / KEYS)
    data = chain((each["data"] for each in _sheets(results)), (sheet.data() for sheet in others))
    keep(folder / KEY, pieces(title, chain(entries, older), data))


def _sheets(results: Iterable[str]) -> Iterator[dict[str, Any]]:
    for result in results:
        yield from json.loads(result)["sheets"]


def _compare(each: Mapping[str, Any], old: Sheet, before: Key, folder: Path) -> None:
    student = each["student"]
    same = old.data() == each["data"] and all(before.entries[code].data() == each["entries"][code] for code in old.items)
    if not same:
        raise InputError(
            f"{quoted_path(folder)} has another sheet for {quoted(student, 60)}",
            hint="name another folder, or remove this one when nobody has a sheet from it",
        )
