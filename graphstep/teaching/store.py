"""Where a learner is, kept between sessions: JSON files in the platform's folder for a user's data.

``GRAPHSTEP_DATA`` names another folder. A file is replaced in one go, and only the entry at hand changes, so that two sessions do
not undo each other. A file that cannot be read is set aside, never overwritten; one that a newer graphstep has written is left as
it is. A session in a browser keeps nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from graphstep.ground.browser import in_browser
from graphstep.ground.errors import GraphstepError
from graphstep.ground.files import open_file, write_file
from graphstep.ground.records import dataclass
from graphstep.ground.unprintable import printable

SCHEMA = 1
"""The version of the files."""

# Bytes of a file that is read: years of practice have some kilobytes.
_SIZE = 10_000_000

Entry = TypeVar("Entry")


def data_folder() -> Path:
    """The folder of what is kept for a user."""
    override = os.environ.get("GRAPHSTEP_DATA")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path("graphstep", appauthor=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of writing an entry."""

    done: bool
    """Whether it is on the disk."""
    message: str = ""
    """What went wrong, in one or two sentences; empty when nothing did."""


@dataclass(frozen=True, slots=True)
class Entries(Generic[Entry]):
    """The entries of a file, and a message about it."""

    by_key: Mapping[str, Entry]
    """The entries."""
    message: str = ""
    """What went wrong with the file, in one or two sentences; empty when nothing did."""
    writable: bool = True
    """Whether an entry may be kept."""


@dataclass(frozen=True, slots=True)
class Store(Generic[Entry]):
    """A file with one entry for each thing that is learned."""

    name: str
    """The name of the file without ``.json``."""
    table: str
    """The name of the table of entries in it."""
    read: Callable[[Any], Entry]
    """An entry from what stands in the file. It raises KeyError, TypeError or ValueError where that is none."""
    written: Callable[[Entry], Any]
    """What of an entry stands in the file."""

    @property
    def path(self) -> Path:
        """The file."""
        return data_folder() / f"{self.name}.json"

    def load(self) -> Entries[Entry]:
        """Read the entries. A damaged file is renamed, and the message says to what."""
        if in_browser():
            # What is kept belongs to the owner of this machine, who is somebody else.
            return Entries({}, writable=False)
        path = self.path
        try:
            if not path.exists():
                return Entries({})
            if path.is_file() and path.stat().st_size > _SIZE:
                return self._set_aside(path)
            with open_file(path, _SIZE) as file:
                document = json.loads(file.read().decode())
        except (OSError, GraphstepError) as error:
            return Entries({}, f"{path} cannot be read ({printable(str(error))}).", writable=False)
        except (ValueError, RecursionError):
            return self._set_aside(path)
        if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
            return self._set_aside(path)
        if document["schema"] > SCHEMA:
            return Entries({}, f"{path} was written by a newer graphstep: it is left alone, and nothing is kept.", writable=False)
        table = document.get(self.table)
        if not isinstance(table, dict):
            return self._set_aside(path)
        try:
            return Entries({str(key): self.read(entry) for key, entry in table.items()})
        # One entry that cannot be read damages all: to keep the others would write the file anew without it.
        except (KeyError, TypeError, ValueError):
            return self._set_aside(path)

    def save(self, there: Entries[Entry], key: str, entry: Entry) -> Receipt:
        """Keep one entry beside those that are there. Nothing is raised where that fails: learning goes on without."""
        if not there.writable:
            return Receipt(False, there.message)
        # Sorted, so that what is kept of the same learning is the same file.
        table = {name: self.written(each) for name, each in sorted({**there.by_key, key: entry}.items())}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.path, json.dumps({"schema": SCHEMA, self.table: table}, ensure_ascii=False, indent=1) + "\n")
        except (OSError, GraphstepError) as error:
            return Receipt(False, f"{self.path} cannot be kept: {printable(str(error))}.")
        return Receipt(True, there.message)

    def _set_aside(self, path: Path) -> Entries[Entry]:
        # Beside each other, and never over an older one: somebody may want to mend either.
        for number in range(1, 1000):
            aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
            if aside.exists():
                continue
            try:
                path.rename(aside)
            except OSError as error:
                message = f"{path} is damaged and cannot be moved ({error.strerror or error})."
                return Entries({}, message, writable=False)
            return Entries({}, f"{path} was damaged: it was set aside as {aside.name}, and all starts afresh.")
        return Entries({}, f"{path} is damaged.", writable=False)


def count(value: Any) -> int:
    """A count from a file; ValueError for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1_000_000:
        raise ValueError(f"no count: {value!r}")
    return value
