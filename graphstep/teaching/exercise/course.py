"""A course and its roster, from their files: which exercises a sheet has, who gets one, and which variant is whose.

A variant hangs on the course, the student and the item alone, by SHA-256: the same on every machine, today and next year. There
is no secret in it, and none is needed: whoever has an item can work out answers, and has then understood it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from graphstep.ground.errors import GraphstepError, InputError, quoted, quoted_path
from graphstep.ground.files import open_file
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import dataclass
from graphstep.ground.unprintable import printable
from graphstep.teaching import toml
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.exercise.item_file import FILE, find, parse
from graphstep.teaching.exercise.submission import STUDENT, rows_of, text_of
from graphstep.telling.words.catalogue import checked_language

ITEMS = 100
"""Exercises of a sheet."""

STUDENTS = 100_000
"""Students of a roster."""

SEEDS = 1_000_000
"""Variants of an item."""

_COURSE = 100_000
_ROSTER = 50_000_000
_WORDS = 200
"""Characters of a title and of a name."""

# Heads of columns as learning platforms export them, in lower case; the first that is there counts.
_NAME = ("name", "full name", "student name")
_PARTS = (("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name"))


@dataclass(frozen=True, slots=True)
class Setting:
    """An exercise as a course sets it."""

    name: str
    """The name of an item that comes with graphstep, or of its file."""
    text: str
    """What stands in that file; empty for an item that comes with graphstep."""
    level: int
    """How hard it is."""
    marks: float | None
    """What it earns in all; None for what the item says."""


@dataclass(frozen=True, slots=True)
class Course:
    """What stands on every sheet."""

    title: str
    """What the sheets are called; another title makes other variants."""
    settings: tuple[Setting, ...]
    """Its exercises, in their order."""
    language: str = ENGLISH
    """The language of its sheets and keys."""


@dataclass(frozen=True, slots=True)
class Student:
    """Someone who gets a sheet."""

    identity: str
    """By what the student is known, such as a number; the variant hangs on it."""
    name: str
    """What the student is called; may be empty."""


# -- files ---------------------------------------------------------------------------------------------------------------------


def read_course(path: str) -> Course:
    """The course in a file of TOML. InputError with what is wrong in it."""
    where = quoted_path(Path(path))

    def fail(line: int, message: str) -> NoReturn:
        raise InputError(f"{where}, line {line}: {message}")

    table = toml.table_of(toml.text_of(Path(path), "a course", _COURSE, fail), fail)
    _only(table, ("title", "language", "items"), where)
    title, items = table.get("title"), table.get("items")
    if not isinstance(title, str) or not 0 < len(title.strip()) <= _WORDS:
        raise InputError(f'{where} needs a title: title = "Backpropagation, week 1"')
    if not isinstance(items, list) or not 1 <= len(items) <= ITEMS:
        raise InputError(f"{where} needs 1 to {ITEMS} items", hint='[[items]], and under it item = "fork" and level = 2')
    language = table.get("language", ENGLISH)
    if not isinstance(language, str):
        raise InputError(f"{where}: language is a code", hint='language = "zh"')
    settings = (_setting(each, f"{where}, item {n}", Path(path).parent) for n, each in enumerate(items, 1))
    return Course(" ".join(title.split()), tuple(settings), checked_language(language))


def _setting(table: Any, where: str, folder: Path) -> Setting:
    if not isinstance(table, dict):
        raise InputError(f"{where} is no table", hint='[[items]], and under it item = "fork" and level = 2')
    _only(table, ("item", "level", "marks"), where)
    name, level, marks = table.get("item"), table.get("level", 1), table.get("marks")
    if not isinstance(name, str) or not name:
        raise InputError(f'{where} needs the name of an item, or a file: item = "fork"')
    if isinstance(level, bool) or not isinstance(level, int):
        raise InputError(f"{where}: level is a whole number")
    if marks is not None and not toml.is_number(marks):
        raise InputError(f"{where}: marks is a number above 0, and 10,000 at most")
    text = ""
    if name.endswith(".toml"):
        with open_file(folder / name, FILE) as file:
            text = text_of(file.read())
    setting = Setting(name, text, level, None if marks is None else float(marks))
    try:
        # A level that there is not, and numbers that cannot be drawn, are found before the first sheet is.
        draw(item_of(setting), level, 0)
    except GraphstepError as error:
        raise InputError(f"{where}: {error.message}", hint=error.hint) from error
    return setting


def _only(table: dict[str, Any], keys: Sequence[str], where: str) -> None:
    for key, hint in toml.unknown(table, keys):
        raise InputError(f"{where}: {quoted(key)} means nothing here", hint=hint)


def read_roster(path: str) -> tuple[Student, ...]:
    """The students in a table of CSV, in their order. InputError with what is wrong in it."""
    where = quoted_path(Path(path))
    with open_file(path, _ROSTER) as file:
        text = text_of(file.read())
    try:
        heads, more, _ = rows_of(text)
        rows = [*more]
    except csv.Error as error:
        raise InputError(f"{where} is no table: {error}") from error
    identity = next((heads.index(head) for head in STUDENT if head in heads), None)
    if identity is None:
        raise InputError(f"{where} has no column that says who a student is", hint="its first line is: student,name")
    # A platform exports the whole name, or its parts in two columns, and some of them both.
    columns = [heads.index(head) for head in _NAME if head in heads][:1]
    columns = columns or [heads.index(head) for names in _PARTS for head in names if head in heads]
    students: dict[str, Student] = {}
    for number, row in enumerate(rows, 2):
        who = _word(row, identity)
        if not who:
            continue
        if who.casefold() in students:
            raise InputError(f"{where}, line {number}: {quoted(who, 60)} is there twice (capitals make no difference)")
        students[who.casefold()] = Student(who, " ".join(filter(None, (_word(row, place) for place in columns))))
    if not 1 <= len(students) <= STUDENTS:
        raise InputError(f"{where} has {len(students):,} students; sheets are made for 1 to {STUDENTS:,}")
    return tuple(students.values())


def _word(row: Sequence[str], place: int) -> str:
    return printable(" ".join(row[place].split()))[:_WORDS] if place < len(row) else ""


# -- variants ------------------------------------------------------------------------------------------------------------------


def code_of(course: str, student: str) -> str:
    """The code of a sheet, which stands in its footer.

    >>> code_of("Week 1", "s1")
    'B3A6-6D53-9CDE'
    """
    # 48 bits: of 100,000 sheets two have one code in one course of 56,000, and a student can still copy it by hand.
    digits = _hash("sheet", course, student)[:12].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def seeds_of(course: str, student: str, settings: Sequence[Setting]) -> list[int]:
    """The seed of each exercise of a sheet; it stays when other exercises come or go."""
    before: dict[tuple[str, int], int] = {}
    seeds = []
    for setting in settings:
        key = (setting.name, setting.level)
        before[key] = before.get(key, 0) + 1
        seeds.append(int(_hash("variant", course, student, setting.name, str(setting.level), str(before[key])), 16) % SEEDS)
    return seeds


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def exercise_of(setting: Setting, seed: int, language: str = ENGLISH) -> Exercise:
    """The exercise that a course sets, in the variant of a seed, told in a language."""
    exercise = draw(item_of(setting), setting.level, seed, language)
    if setting.marks is None:
        return exercise
    # All by one factor: what the blanks are worth beside each other was the choice of who wrote the item.
    share = setting.marks / exercise.marks
    blanks = tuple(replace(blank, marks=blank.marks * share) for blank in exercise.blanks)
    # A course may set one item twice, for other marks.
    return replace(exercise, code=f"{exercise.code}@{setting.marks:g}", blanks=blanks)


def item_of(setting: Setting) -> Item:
    """The item that a setting names. InputError where there is none, or its file cannot be used."""
    return _item(setting.name, setting.text)


@lru_cache(maxsize=ITEMS)
def _item(name: str, text: str) -> Item:
    return parse(text, name) if text else find(name)
