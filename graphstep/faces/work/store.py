"""Results of pieces of work on the disk, each under the name of its work: what is there is never done again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from graphstep.ground.errors import GraphstepError, quoted_path
from graphstep.ground.files import open_file, write_file

Engine = Callable[[Iterable[str]], Iterator[str]]
"""What does many pieces of work, and gives the results in their order."""

AHEAD = 4
"""Pieces of work for each worker that are handed out before the first of them is back."""

# Windows gives these names to devices, whatever stands behind a dot: a sheet that is written to NUL.md is nowhere.
_DEVICE = r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"
_SAFE = re.compile(rf"(?!(?i:{_DEVICE}))[A-Za-z0-9](?:[A-Za-z0-9_.@-]{{0,60}}[A-Za-z0-9])?")
"""What a student may be called for a file to be called the same."""

_RESULT = 1_000_000_000
"""Bytes of one result."""


def keep(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Write what belongs to a class: a file is whole, or it is what it was."""
    write_file(path, content)


def sweep(*folders: Path) -> None:
    """Remove what a command that was killed had begun to write in folders of ours, and never had the name of a file."""
    for folder in folders:
        for path in folder.glob(".graphstep-*"):
            with suppress(OSError):
                path.unlink()


def folder_at(path: Path) -> None:
    """See that a folder is there. GraphstepError where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraphstepError(f"the folder {quoted_path(path)} cannot be made: {error.strerror or error}") from error


def file_name(student: str) -> str:
    """The name of a file for a student, whatever the student is called: it leads into no other folder.

    >>> file_name("s1234567"), file_name("../ada"), file_name("con")
    ('s1234567', '_ada-600882', 'con-1143da')
    """
    if _SAFE.fullmatch(student):
        return student
    clean = re.sub(r"[^\w-]+", "_", student)[:40]
    # Two students may have names that differ in signs only, which a file name cannot have: the hash tells them apart.
    return f"{clean}-{sha256(student.encode(errors='surrogatepass')).hexdigest()[:6]}"


class Results(Iterable[str]):
    """Results on the disk, in the order of their work. They may be gone through several times, and one at a time is read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __iter__(self) -> Iterator[str]:
        for path in self._paths:
            with open_file(path, _RESULT) as file:
                text = file.read().decode()
            yield text


def folder_of(target: Path) -> Path:
    """Where results lie until the file that is made of them is whole."""
    return target.parent / f".{target.name}.parts"


class Store:
    """A folder beside what is being made; it is removed when that is whole."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        """The folder, which may not be there yet."""
        self._version = version

    def results(self, jobs: Iterable[str], engine: Engine, progress: Callable[[int], None]) -> Results:
        """Do all work; ``progress`` is told how many pieces are done.

        Each is written to the disk as it comes, and what is there from before is taken as it is.
        """
        folder_at(self.folder)
        names: list[str] = []
        new: list[str] = []

        def missing() -> Iterator[str]:
            for job in jobs:
                names.append(self._name(job))
                # A file is there when it is whole (files are replaced in one go), so that its being there is enough.
                if not (self.folder / names[-1]).exists():
                    new.append(names[-1])
                    yield job

        # An engine asks for work as it goes, so `new` grows meanwhile; results come in the order in which it was asked for.
        for done, result in enumerate(engine(missing())):
            keep(self.folder / new[done], result)
            progress(len(names) - len(new) + done + 1)
        progress(len(names))
        return Results([self.folder / name for name in names])

    def _name(self, job: str) -> str:
        """A name that belongs to this work and this version of graphstep alone."""
        return f"{sha256(f'{self._version} {job}'.encode()).hexdigest()[:32]}.json"

    def remove(self) -> None:
        """Forget the results: what was made of them is whole."""
        with suppress(OSError):
            shutil.rmtree(self.folder)
