"""A file of TOML becomes an :class:`~graphstep.teaching.exercise.item.Item`.

The file is untrusted text: ``tomllib`` reads it, its size is bounded, and nothing in it is run but its programs, by the same
reader as any other. What is wrong is said with its line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any, NoReturn, get_args

from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted, quoted_path
from graphstep.ground.unprintable import printable
from graphstep.teaching.exercise.item import KINDS, MISTAKES, Ask, Fineness, Item, Level, Range
from graphstep.teaching.marking.question import Question
from graphstep.teaching.toml import is_number, table_of, text_of, unknown

FILE = 50_000
"""Bytes of a file of items."""

LEVELS, PROGRAMS, ASKS, NAMES = 9, 20, 30, 50
"""Levels of an item, programs and questions of a level, and ways to choose its names."""

CELLS = 100
"""Cells of an input that is drawn."""

CHOICES = 2_000
"""Numbers that a range may hold."""

TEXTS = 12
"""Hints or options of a question, and mistakes of a level."""

WORDS = 500
"""Characters of a title, a hint or a reason."""

_TEXT = 2_000
"""Characters of a program."""

_NUMBER = r"-?\d{1,6}(?:\.\d{1,3})?"
_RANGE = re.compile(
    r"(?:(?P<shape>\d{1,3}(?:x\d{1,3}){0,3}) of )?"
    rf"(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})(?: by (?P<by>{_NUMBER}))?",
    re.ASCII,
)
_NAME = re.compile(r"[^\W\d]\w{0,39}")

_OF_ITEM = ("title", "kind", "names", "levels")
_OF_LEVEL = ("program", "programs", "inputs", "asks", "mistakes", "numbers", "largest")
_OF_ASK = ("ask", "marks", "hint", "because", "question", "options")


class ItemError(InputError):
    """A file of items cannot be used."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{printable(path)}:{line}: {message}", hint="docs/add-an-item.md says what stands in such a file")
        self.line = line
        """The line, counted from 1."""


@lru_cache
def items() -> tuple[Item, ...]:
    """The items that come with graphstep, in the order of their kinds."""
    folder = files("graphstep.teaching.exercise") / "items"
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".toml")}
    read = [parse(text, name) for name, text in sorted(texts.items())]
    return tuple(sorted(read, key=lambda item: (KINDS.index(item.kind), item.name)))


def find(word: str) -> Item:
    """The item that a word names: a file, or the name of one that comes with graphstep. InputError where there is none."""
    if word.endswith(".toml"):
        return read_item(word)
    for item in items():
        if word == item.name:
            return item
    names = [item.name for item in items()]
    hint = did_you_mean(word, names) or f"there are {', '.join(names)}"
    raise InputError(f"no kind of exercise is called {quoted(word)}", hint=f"{hint} (a file of your own ends in .toml)")


def read_item(path: str | Path) -> Item:
    """The item in a file. ItemError with the line of what is wrong; InputError where the file cannot be read."""

    def fail(line: int, message: str) -> NoReturn:
        raise ItemError(str(path), line, message)

    return parse(text_of(Path(path), "a file of items", FILE, fail), str(path))


def parse(text: str, path: str) -> Item:
    """The item that a text spells; ``path`` names it, and stands in errors. Raises ItemError."""
    return _Reader(text.replace("\r\n", "\n"), path).item()


class _Reader:
    """One pass over a file. Keys are looked for again in its lines, since ``tomllib`` forgets where they stood."""

    def __init__(self, text: str, path: str) -> None:
        self.path, self.lines = path, text.split("\n")
        # Before anything else is done with it: an error may quote what stands there.
        for number, row in enumerate(self.lines, 1):
            self.shown(row, number)
        self.table = table_of(text, self.fail)

    def fail(self, line: int, message: str) -> NoReturn:
        raise ItemError(self.path, line, message)

    def item(self) -> Item:
        """The whole item."""
        name = Path(self.path).stem
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", name):
            self.fail(1, f"the name of a file of items has small letters, digits and -, not {quoted_path(self.path)}")
        self.only(self.table, _OF_ITEM, 1)
        title = self.text(self.table, "title", 1)
        if not title:
            self.fail(1, 'an item needs a title: title = "Gradients add up at a fork"')
        kind = self.text(self.table, "kind", 1)
        if kind not in KINDS:
            self.fail(self.line_of("kind", 1), f"kind is one of {', '.join(KINDS)}")
        names = self.names()
        levels = self.table.get("levels", [])
        if not isinstance(levels, list) or not 1 <= len(levels) <= LEVELS or not all(isinstance(each, dict) for each in levels):
            self.fail(self.line_of("[[levels]]", 1), f"an item has 1 to {LEVELS} levels, each under a line [[levels]]")
        # tomllib says no lines. Levels as inline tables have no heads of their own, and their faults are said at the top.
        heads = [number for number, line in enumerate(self.lines, 1) if re.match(r"\s*\[\[\s*levels\s*\]\]", line)]
        starts = heads if len(heads) == len(levels) else [1] * len(levels)
        return Item(name, title, kind, names, tuple(map(self.level, levels, starts)), self.path)

    def names(self) -> dict[str, tuple[str, ...]]:
        """The names, and what they may be called."""
        line = self.line_of("[names]", 1)
        table = self.table.get("names", {})
        if not isinstance(table, dict):
            self.fail(line, 'names is a table: x = ["x", "a"]')
        names = {}
        for name, others in table.items():
            at = self.line_of(name, line)
            if not isinstance(others, list) or not all(isinstance(each, str) and _NAME.fullmatch(each) for each in others):
                self.fail(at, f'{quoted(name)} is a list of names: {name} = ["{name}", "a"]')
            names[name] = tuple(others)
        counts = {len(each) for each in names.values()}
        if len(counts) > 1 or not counts <= set(range(1, NAMES + 1)):
            self.fail(line, f"each name is called in the same number of ways, 1 to {NAMES}")
        # The n-th names of all belong together, so that the same name may stand twice in the table, and not in one column.
        for column in zip(*names.values(), strict=True):
            if len(set(column)) < len(column):
                self.fail(line, f"two names are called the same: {', '.join(column)}")
        return names

    def level(self, table: dict[str, Any], line: int) -> Level:
        """One level, whose head stands in a line."""
        self.only(table, _OF_LEVEL, line)
        programs = [self.text(table, "program", line, _TEXT)] if "program" in table else table.get("programs", [])
        if not isinstance(programs, list) or not all(isinstance(each, str) and each and len(each) <= _TEXT for each in programs):
            self.fail(self.line_of("programs", line), "programs is a list of programs in quotes")
        if not 1 <= len(programs) <= PROGRAMS:
            self.fail(line, f'a level has 1 to {PROGRAMS} programs: program = "q = x + y; f = q*z"')
        fineness: Fineness = table.get("numbers", "halves")
        if fineness not in get_args(Fineness):
            self.fail(self.line_of("numbers", line), 'numbers is "halves" or "decimals"')
        largest = self.number(table, "largest", line, 100)
        inputs, at = table.get("inputs", {}), self.line_of("inputs", line)
        if not isinstance(inputs, dict):
            self.fail(at, 'inputs is a table: inputs = { x = "-5..5" }')
        ranges = {name: self.range(name, value, self.line_of(name, at)) for name, value in inputs.items()}
        first = self.line_of("asks", line)
        asks, mistakes = table.get("asks", []), self.texts(table, "mistakes", self.line_of("mistakes", line))
        for mistake, hint in unknown(mistakes, MISTAKES):
            self.fail(self.line_of("mistakes", line), f"{quoted(mistake)} is no mistake; {hint}")
        # Either questions, or a mistake that is to be found, which brings its two questions along.
        if not isinstance(asks, list) or not (not mistakes) <= len(asks) <= (0 if mistakes else ASKS):
            more = "a level with mistakes asks for nothing else" if mistakes else 'asks = ["gradient x"], or mistakes = ["local"]'
            self.fail(first, f"a level asks for 1 to {ASKS} things: {more}")
        questions = tuple(self.ask(each, first) for each in asks)
        return Level(tuple(programs), ranges, questions, mistakes, fineness, largest, line)

    def range(self, name: str, value: Any, line: int) -> Range | str:
        """The range of an input, or the value that it always has."""
        # A bare number never changes; what is drawn is a text, with its two dots.
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            self.fail(line, f'{name} is a range or a value: "-5..5", "2x2 of -3..3 by 0.5", 0.1 or "[0, 1, 0]"')
        match = _RANGE.fullmatch(" ".join(value.split()))
        if match is None:
            from graphstep.language.values import read_value

            try:
                read_value(value, files=False)
            except GraphstepError as error:
                self.fail(line, f"{name} is neither a range nor a value: {error.message}")
            return value
        shape = tuple(map(int, match["shape"].split("x"))) if match["shape"] else ()
        if not 1 <= prod(shape) <= CELLS:
            self.fail(line, f"an input that is drawn has 1 to {CELLS} cells")
        low, high, step = Decimal(match["low"]), Decimal(match["high"]), Decimal(match["by"] or 1)
        if step <= 0 or not 0 < (high - low) / step <= CHOICES:
            self.fail(line, f"a range goes up, and holds at most {CHOICES:,} numbers: -5..5 by 0.5")
        chosen = Range(low, high, step, shape)
        if len(chosen.numbers) < 2:
            self.fail(line, "this range holds nothing to choose from: 0, 1 and -1 are left out")
        return chosen

    def ask(self, entry: Any, line: int) -> Ask:
        """One question: a text, or a table."""
        table = {"ask": entry} if isinstance(entry, str) else entry
        if not isinstance(table, dict):
            self.fail(line, 'a question is a text or a table: { ask = "gradient x", marks = 2 }')
        what = " ".join(self.text(table, "ask", line).split())
        if not what:
            self.fail(line, 'a question says what it asks: ask = "gradient x"')
        # tomllib says no lines: this is the first from the questions of the level on that has the text in quotes.
        at = next((n for n, row in enumerate(self.lines[line - 1 :], line) if f'"{what}"' in row), line)
        self.only(table, _OF_ASK, at)
        hints, options = (self.texts(table, key, at) for key in ("hint", "options"))
        because, wording = self.text(table, "because", at), self.text(table, "question", at)
        return Ask(Question(what, hints, because, wording, options, what, at), self.number(table, "marks", at, 1))

    def number(self, table: dict[str, Any], key: str, line: int, usual: float) -> float:
        """The number of a key."""
        value = table.get(key, usual)
        if not is_number(value):
            self.fail(self.line_of(key, line), f"{key} is a number above 0, and 10,000 at most")
        return float(value)

    def text(self, table: dict[str, Any], key: str, line: int, most: int = WORDS) -> str:
        """The text of a key, or the empty text."""
        value = table.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            self.fail(self.line_of(key, line), f"{key} is a text in quotes, of {most:,} characters at most")
        return self.shown(value.strip(), self.line_of(key, line))

    def shown(self, text: str, line: int) -> str:
        """The text, unless a character in it would steer a terminal: TOML can spell those out of sight."""
        if printable(text) != text:
            self.fail(line, "there is a character here that cannot be printed")
        return text

    def texts(self, table: dict[str, Any], key: str, line: int) -> tuple[str, ...]:
        """The texts of a key that takes one or several."""
        value = table.get(key, [])
        entries = [value] if isinstance(value, str) else value
        if (
            not isinstance(entries, list)
            or len(entries) > TEXTS
            or not all(isinstance(x, str) and len(x) <= WORDS for x in entries)
        ):
            self.fail(line, f"{key} has at most {TEXTS} entries")
        return tuple(self.shown(entry, line) for entry in entries)

    def only(self, table: dict[str, Any], keys: Sequence[str], line: int) -> None:
        """Fail at the first key that means nothing."""
        for key, hint in unknown(table, keys):
            self.fail(self.line_of(key, line), f"{quoted(key)} means nothing here; {hint}")

    def line_of(self, key: str, start: int) -> int:
        """The line from ``start`` on that sets a key, or is a head; ``start`` where none is found."""
        name = re.escape(key)
        # At the beginning of a line, or behind a brace or a comma of an inline table; in quotes or without.
        form = re.compile(rf"\s*{name}" if key.startswith("[") else rf"(?:.*[{{,])?\s*[\"']?{name}[\"']?\s*=")
        return next((number for number, row in enumerate(self.lines[start - 1 :], start) if form.match(row)), start)
