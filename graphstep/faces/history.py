"""The programs that were opened last, for the start screen.

They stand in ``history.json`` in the platform's folder for a user's data (``GRAPHSTEP_DATA`` names another), the latest first.
The file is a convenience: what cannot be read is set aside, and nobody is stopped by a disk that is full.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from graphstep.ground.errors import GraphstepError
from graphstep.ground.files import open_file, write_file
from graphstep.teaching.store import data_folder

KEPT = 12
"""Programs that are kept."""

LONGEST = 4_000
"""Characters of a command up to which it is kept: what is longer comes from a file or a script."""

# Bytes of the file that are read.
_SIZE = 1_000_000


def history_file() -> Path:
    """The file that they are kept in."""
    return data_folder() / "history.json"


def last_programs() -> list[list[str]]:
    """The words behind ``graphstep`` that open each of them, the latest first; a damaged file is set aside."""
    path = history_file()
    try:
        if not path.is_file():
            return []
        with open_file(path, _SIZE) as file:
            content = json.loads(file.read().decode())
    except (OSError, GraphstepError):
        return []
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, list) or not all(_are_words(entry) for entry in content):
        with suppress(OSError):
            # Set aside and not removed: somebody may have written it by hand.
            path.replace(path.with_suffix(".json.damaged"))
        return []
    return content[:KEPT]


def _are_words(entry: object) -> bool:
    return isinstance(entry, list) and bool(entry) and all(isinstance(word, str) for word in entry)


def _from_anywhere(word: str) -> str:
    """A word of a command, with the whole path of the file that it names, if any: it will be opened from another folder."""
    name, mark, path = word.partition("@")
    if mark and path and (not name or name.endswith("=")):
        return f"{name}@{os.path.abspath(path)}"
    return os.path.abspath(word) if word.endswith(".gsz") else word


def remember(words: Sequence[str]) -> str:
    """Put a program at the head of the list; what went wrong, which is no reason to stop, and nothing where it is kept."""
    if sum(map(len, words)) > LONGEST:
        return ""
    entry = [_from_anywhere(word) for word in words]
    # Read and written again without a lock: of two debuggers that end at once one is forgotten, and the file is whole all the
    # same.
    entries = [entry, *(other for other in last_programs() if other != entry)][:KEPT]
    path = history_file()
    try:
        os.makedirs(path.parent, exist_ok=True)
        write_file(path, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    except GraphstepError as error:
        return str(error)
    return ""
