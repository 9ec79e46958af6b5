"""What is read of a file that somebody wrote: its bytes as text, and TOML as a table, with the line of what is wrong."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from graphstep.ground.errors import GraphstepError, InputError, did_you_mean
from graphstep.ground.files import open_file

Fail = Callable[[int, str], NoReturn]
"""Raises the error of a kind of file: the line, counted from 1, and what is wrong there."""

# The only way to the line of an error before Python 3.14, where tomllib has attributes for it.
_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column \d+|end of document)\)")

_CURLY = re.compile(r"[“”„«»]")
_FOREIGN = re.compile(r"(?:^|[{,])\s*(?P<key>\w*[^\W\x00-\x7f]\w*)\s*=")
_BARE = re.compile(r"[^\W\d]")


def text_of(path: Path, what: str, most: int, fail: Fail) -> str:
    """The text of ``what``, a file of ``most`` bytes. InputError where it cannot be opened."""
    try:
        # One byte over the limit is said with the place, as all that is wrong with such a file.
        with open_file(path, sys.maxsize) as file:
            raw = file.read(most + 1)
    except InputError:
        raise
    except GraphstepError as error:
        raise InputError(error.message) from error
    if len(raw) > most:
        fail(1, f"{what} has at most {most:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text")


def unknown(table: Iterable[str], keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The keys of a table that mean nothing, each with what would do."""
    for key in table:
        if key not in keys:
            yield key, did_you_mean(key, keys) or f"known are {', '.join(keys)}"


def is_number(value: Any) -> bool:
    """Whether a value of a file is a number above 0, and 10,000 at most: what marks are, and sizes."""
    # True and false are numbers to Python.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 10_000


def _instead(line: str) -> str:
    """What to write in place of a line that is no TOML, where that can be told."""
    key, equals, value = (part.strip() for part in line.partition("="))
    if _CURLY.search(line):
        return '; quotes are straight ones, "'
    if (foreign := _FOREIGN.search(line)) is not None:
        return f'; a name with other letters than a to z stands in quotes here: "{foreign["key"][:40]}" = …'
    if equals and _BARE.match(value):
        return f'; a text stands in quotes: {key[:20]} = "…"'
    return "" if equals or not key or key[0] in "#[" else '; a line is key = "text"'


def table_of(text: str, fail: Fail) -> dict[str, Any]:
    """The table that a text of TOML spells."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place["line"]) if place and place["line"] else len(text.removesuffix("\n").split("\n"))
        reason = _PLACE.sub("", str(error)).strip().lower()
        fail(line, f"this is not TOML: {reason}{_instead(text.split(chr(10))[line - 1])}")
    except (ValueError, RecursionError):
        # A numeral of thousands of digits, a date that does not exist; brackets nested without end.
        fail(1, "this TOML cannot be read: a number is too long, or brackets are nested too deep")
