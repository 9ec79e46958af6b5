"""The sheets of a class, their keys, and the one key that marks them, in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphstep.faces.classroom.store import file_name, folder_at, keep, sweep
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
    """Write the sheets that pieces of work made, the keys, and last the key of the class.

    InputError where a student has a sheet already, and it is another one: somebody may have filled it.
    """
    every = [*results]
    if before is not None:
        sheets = {sheet.student: sheet for sheet in before.sheets}
        for made in _sheets(every):
            if made["student"] in sheets:
                _compare(made, sheets[made["student"]], before, folder)
    folder_at(folder / KEYS)
    for made in _sheets(every):
        name = file_name(made["student"])
        keep(folder / f"{name}.{form}", made["sheet"])
        keep(folder / KEYS / f"{name}.{'md' if form == 'ipynb' else form}", made["key"])
    entries = (entry for made in _sheets(every) for entry in made["entries"].items())
    sweep(folder, folder / KEYS)
    keep(folder / KEY, pieces(title, entries, (made["data"] for made in _sheets(every))))


def _sheets(results: Iterable[str]) -> Iterator[dict[str, Any]]:
    for result in results:
        yield from json.loads(result)["sheets"]


def _compare(made: Mapping[str, Any], old: Sheet, before: Key, folder: Path) -> None:
    student = made["student"]
    same = old.data() == made["data"] and all(before.entries[code].data() == made["entries"][code] for code in old.items)
    if not same:
        raise InputError(
            f"{quoted_path(folder)} has another sheet for {quoted(student, 60)}",
            hint="name another folder, or remove this one when nobody has a sheet from it",
        )
