"""The lines of a lesson file, the pieces of TOML in it, and all that is wrong with them.

What is wrong is noted with its line, and reading goes on: who writes a lesson is told everything at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from graphstep.ground.errors import quoted
from graphstep.teaching.lesson.document import LessonError, Problem
from graphstep.teaching.toml import table_of, unknown

WORDS = 2_000
"""Characters of one hint, reason or option."""

QUESTION = ("ask", "hint", "because", "question", "paper", "options")
"""The keys of a question."""

Part = TypeVar("Part")


class Source:
    """The lines of a file, read piece by piece."""

    def __init__(self, text: str, path: Path) -> None:
        self.path = path
        self.lines = text.replace("\r\n", "\n").split("\n")
        self.problems: list[Problem] = []
        """All that is wrong so far."""
        for number, line in enumerate(self.lines, 1):
            # A control character could move the terminal's cursor or change its state. Nearly every line is printable as a whole.
            if not line.isprintable() and not all(map(shows, line)):
                self.note(number, "there is a character here that cannot be printed")

    def note(self, line: int, message: str) -> None:
        """Something is wrong, and what comes behind it can be read all the same."""
        self.problems.append(Problem(self.path, line, message))

    def fail(self, line: int, message: str) -> NoReturn:
        """Something is wrong, and what it stands in cannot be read."""
        raise LessonError(Problem(self.path, line, message))

    def kept(self, read: Callable[[], Part]) -> Part | None:
        """A part of the file; None where it cannot be read, and why is noted."""
        try:
            return read()
        except LessonError as error:
            self.problems += error.problems
            return None

    def toml(self, lines: Sequence[str], first: int) -> dict[str, Any]:
        """The table that lines of TOML spell, the first of which has number ``first`` in the file."""

        def fail(line: int, message: str) -> NoReturn:
            self.fail(min(first - 1 + line, len(self.lines)), message)

        return table_of("\n".join(lines) + "\n", fail)

    def only(self, table: dict[str, Any], keys: Sequence[str], first: int, lines: Sequence[str]) -> None:
        """Note every key that means nothing."""
        for key, hint in unknown(table, keys):
            line = lines_of(lines, first).get(key, first)
            # Everybody looks for the key of the right answer: there is none, and why is said in place of a guess at a near
            # word.
            if keys is QUESTION and key in ("answer", "right", "solution", "correct"):
                self.note(line, "a right answer is never written down: it is computed from the run")
            else:
                self.note(line, f"{quoted(key)} means nothing here; {hint}")

    def string(self, table: dict[str, Any], key: str, lines: dict[str, int]) -> str:
        """The text of a key, or the empty string."""
        value = table.get(key, "")
        if not isinstance(value, str):
            self.note(lines.get(key, 1), f"{key} is a text in quotes")
            return ""
        return self._short(value, key, lines)

    def strings(self, table: dict[str, Any], key: str, lines: dict[str, int]) -> tuple[str, ...]:
        """The texts of a key that takes one or several."""
        value = table.get(key, [])
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            self.note(lines.get(key, 1), f"{key} is a text in quotes, or a list of such texts")
            return ()
        return tuple(self._short(entry, key, lines) for entry in entries)

    def _short(self, text: str, key: str, lines: dict[str, int]) -> str:
        if len(text) > WORDS:
            self.note(lines.get(key, 1), f"{key} has {len(text):,} characters; at most {WORDS:,} are shown")
        if not text.isprintable() and not all(c == "\n" or shows(c) for c in text):
            self.note(lines.get(key, 1), f"{key} holds a character that cannot be printed")
        return text.strip()


def shows(character: str) -> bool:
    """Whether a character may be printed: letters, signs, and spaces of any width, but nothing that steers a terminal."""
    return character.isprintable() or character == "\t" or unicodedata.category(character) == "Zs"


def lines_of(lines: Iterable[str], first: int) -> dict[str, int]:
    """The line on which each key of a piece of TOML is set."""
    places: dict[str, int] = {}
    for number, line in enumerate(lines, first):
        key, equals, _ = line.partition("=")
        if equals:
            places.setdefault(key.strip().strip("\"'"), number)
    return places
