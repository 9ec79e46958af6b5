"""The key of a class as a file: which exercises stand on which sheet, what is asked, and what it earns.

No answer stands in it: each is computed again from the program and its inputs whenever the key is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, NoReturn, TypeVar

from graphstep.engine.opening import open_setup
from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted
from graphstep.ground.files import open_file
from graphstep.ground.records import dataclass
from graphstep.language.setup import KEYWORDS, Setup
from graphstep.language.values import read_texts
from graphstep.teaching.exercise.course import Setting, exercise_of
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.marking.carried import solved_again
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution, solve
from graphstep.teaching.marking.tableau import rows_of
from graphstep.teaching.toml import is_number

SCHEMA = 1
"""The version of the file."""

FILE = 200_000_000
"""Bytes of a key: 10,000 students with 30 exercises each."""

HIDDEN = ("bug-line", "bug-number")
"""Questions whose answer is not in the run alone: a mistake was drawn that is to be found."""

_PROGRAMS = 256
"""Programs that are kept with their runs."""

_TEXTS = ("ask", "question", "because")
"""The keys of a question that hold a text."""

T = TypeVar("T")
"""A type of JSON."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An exercise as it stands in a key."""

    code: str
    """What it is known by."""
    title: str
    """Its heading."""
    setup: Setup
    """What is run."""
    asked: tuple[tuple[Question, float], ...]
    """What its blanks ask, each with what a right answer earns."""
    drawn: tuple[Setting, int] | None = None
    """What it is drawn from again, and its seed, where its run does not say all: a mistake is to be found. None elsewhere."""

    def exercise(self) -> Exercise:
        """The exercise with its run and its answers. InputError where it cannot be run, or asks what the run has not."""
        if self.drawn is not None:
            return self._again(*self.drawn)
        try:
            trace, solutions = _solved(self.setup, tuple(question for question, _ in self.asked))
        except IndexError as error:
            raise InputError(f"exercise {quoted(self.code)} of the key asks for a row that its tableau has not") from error
        except GraphstepError as error:
            raise InputError(f"exercise {quoted(self.code)} of the key cannot be run: {error.message}") from error
        blanks = (Blank(str(n), each, marks) for n, (each, (_, marks)) in enumerate(zip(solutions, self.asked, strict=True), 1))
        return Exercise(self.code, self.title, self.setup, trace, tuple(blanks))

    def _again(self, setting: Setting, seed: int) -> Exercise:
        exercise = exercise_of(setting, seed, self.setup.language)
        # Another version may hide another mistake for this seed: then the sheets ask what this key cannot answer.
        again = entry_of(exercise)
        if again._drawn_from() != self._drawn_from():
            hint = "mark with the version of graphstep that made the sheets"
            raise InputError(f"exercise {quoted(self.code)} of the key is not what is drawn today", hint=hint)
        return exercise

    def _drawn_from(self) -> object:
        """What is the same in every language: a sheet may be marked in another one."""
        asked = [(question.ask, question.options, marks) for question, marks in self.asked]
        return self.setup.program, self.setup.inputs, asked

    def data(self) -> dict[str, Any]:
        """The entry as JSON has it."""
        asked = [
            {name: getattr(question, name) for name in _TEXTS if getattr(question, name)}
            | ({"options": list(question.options)} if question.options else {})
            | ({"row": [*question.part, *map(int, question.key)]} if question.part is not None else {})
            | {"marks": marks}
            for question, marks in self.asked
        ]
        data = {"title": self.title, "program": self.setup.program, **self.setup.keywords(), "blanks": asked}
        return data if self.drawn is None else {**data, "drawn": {**asdict(self.drawn[0]), "seed": self.drawn[1]}}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which exercises stand on the sheet of a student."""

    code: str
    """The code of the sheet, which stands in its footer."""
    student: str
    """Whose it is; empty for a sheet that everybody has."""
    name: str
    """What the student is called; may be empty."""
    items: tuple[str, ...]
    """The codes of its exercises, in their order."""

    def data(self) -> dict[str, Any]:
        """The sheet as JSON has it."""
        return {"code": self.code, "student": self.student, "name": self.name, "items": list(self.items)}


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a class."""

    title: str
    """What the sheets are called."""
    entries: Mapping[str, Entry]
    """The exercises by their codes."""
    sheets: tuple[Sheet, ...]
    """The sheets, in the order of the class."""

    def addresses(self, sheet: Sheet) -> list[tuple[Entry, tuple[str, ...]]]:
        """The exercises of a sheet, each with the names of its blanks."""
        entries = [self.entries[code] for code in sheet.items]
        return list(zip(entries, addresses(len(entry.asked) for entry in entries), strict=True))


def entry_of(exercise: Exercise, setting: Setting | None = None, seed: int = 0) -> Entry:
    """An exercise, as it stands in a key; of one that was drawn, from what and with which seed."""
    # The setup of a lesson has inputs for all of its programs.
    texts = exercise.trace.setup.filled(exercise.trace.inputs).inputs
    setup = replace(exercise.trace.setup, inputs={name: texts[name] for name in exercise.trace.inputs}, breaks=(), at=None)
    asked = tuple((_question(each.solution), each.marks) for each in exercise.blanks)
    hidden = setting is not None and any(question.ask in HIDDEN for question, _ in asked)
    return Entry(exercise.code, exercise.title, setup, asked, (setting, seed) if setting is not None and hidden else None)


def _question(solution: Solution) -> Question:
    """What a blank asks, as it stands in a key; of one number of a row of a tableau, the key says which."""
    question, trace = solution.question, solution.trace
    # A row of a tableau asks for three numbers under one question: which of them a blank is stands in its key alone.
    cell = ""
    if question.part is not None:
        answers = [part.answer for part in rows_of(question, trace)[question.part[0] - 1].parts]
        cell = str(answers.index(solution.answer)) if solution.answer in answers else ""
    return replace(question, hints=(), key=cell, line=0, lines={})


def addresses(counts: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """The names of blanks on a sheet, for each exercise in turn: ``1``, or ``2a``, ``2b`` where an exercise has several.

    >>> list(addresses([1, 2]))
    [('1',), ('2a', '2b')]
    """
    for number, count in enumerate(counts, 1):
        yield (f"{number}",) if count == 1 else tuple(f"{number}{_letters(n)}" for n in range(count))


def _letters(number: int) -> str:
    """``a`` to ``z``, then ``aa``, ``ab`` …"""
    front, last = divmod(number, 26)
    return (_letters(front - 1) if front else "") + chr(ord("a") + last)


# -- runs ----------------------------------------------------------------------------------------------------------------------


def _solved(setup: Setup, questions: tuple[Question, ...]) -> tuple[Trace, list[Solution]]:
    """The run of a setup and what is asked of it. A class has the same few programs with other numbers."""
    inputs = tuple(sorted(setup.inputs))
    form = json.dumps([setup.program, {**setup.keywords(), "inputs": inputs}], sort_keys=True)
    asked = tuple((each.ask, each.question, each.options, each.part, each.key) for each in questions)
    # By all but the numbers: many students have one program, and to read it and find its questions takes longer than to run it.
    kept = _kept(form, asked)
    if not kept:
        trace = open_setup(setup)
        # Kept as a list that is filled here: what lru_cache calls gets the key, and not what it takes to run it.
        kept.append((trace, [_solve(question, trace) for question in questions]))
        return kept[0]
    base, solutions = kept[0]
    values = read_texts({name: text for name, text in setup.inputs.items() if text is not None})
    trace = base.with_inputs(values, setup.inputs)
    # Other shapes, or an input that a count hangs on: the program was built anew, and its questions have to be found in it.
    if trace.program is not base.program:
        return trace, [_solve(question, trace) for question in questions]
    return trace, [_again(question, each, trace) for question, each in zip(questions, solutions, strict=True)]


@lru_cache(maxsize=_PROGRAMS)
def _kept(_form: str, _asked: tuple[object, ...]) -> list[tuple[Trace, list[Solution]]]:
    """Room for the first run of a program, and for what is asked of it."""
    return []


def _solve(question: Question, trace: Trace) -> Solution:
    """What is asked of a run; of a tableau a row, or a number of it."""
    if question.part is None:
        return solve(question, trace)
    row = rows_of(question, trace)[question.part[0] - 1]
    return row.parts[int(question.key)] if question.key else row


def _again(question: Question, solution: Solution, trace: Trace) -> Solution:
    """What is asked of one run, asked of another one of the same program."""
    there = solved_again(solution, trace)
    return _solve(question, trace) if there is None else replace(there, question=question)


# -- the file ------------------------------------------------------------------------------------------------------------------


def pieces(title: str, entries: Iterable[tuple[str, Mapping[str, Any]]], sheets: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The text of a key, piece by piece: an exercise a line, then a sheet a line. An exercise that comes again stands once."""
    # By hand and not by json.dump: a class may be larger than memory, and with a line a sheet two keys can be compared.
    yield f'{{"schema": {SCHEMA},\n "title": {_json(title)},\n "exercises": {{'
    # Of a large class the texts of all exercises are the key itself: their hashes do to know one again.
    before: dict[str, bytes] = {}
    for code, data in entries:
        digest = sha256(json.dumps(data, sort_keys=True).encode()).digest()
        if code not in before:
            yield f"{',' if before else ''}\n  {_json(code)}: {_json(data)}"
            before[code] = digest
        elif before[code] != digest:
            raise InputError(f"two exercises of the key are called {quoted(code)}")
    yield '\n },\n "sheets": ['
    for place, sheet in enumerate(sheets):
        yield f"{',' if place else ''}\n  {_json(sheet)}"
    yield "\n ]}\n"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def read_key(path: str) -> Key:
    """The key in a file. InputError with the place of what is wrong in it."""
    with open_file(path, FILE) as file:
        raw = file.read()
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{quoted(path, 80)} is no key: it is not JSON ({error})") from error
    return key_of(document)


def key_of(document: Any) -> Key:
    """The key that a document of JSON spells. InputError with the place of what is wrong in it."""
    top = _table(document, "the key", ("schema", "title", "exercises", "sheets"))
    if top.get("schema") != SCHEMA:
        other = quoted(str(top["schema"]), 20) if "schema" in top else "none"
        raise InputError(f"the key has schema {other}, and {SCHEMA} is read")
    exercises = _of(top, "exercises", dict, "the key")
    entries = {code: entry_from(code, data) for code, data in exercises.items()}
    sheets = tuple(_sheet(each, f"sheets[{place}]") for place, each in enumerate(_of(top, "sheets", list, "the key")))
    for place, sheet in enumerate(sheets):
        if unknown := [code for code in sheet.items if code not in entries]:
            raise InputError(f"sheets[{place}] has the exercise {quoted(unknown[0])}, which the key does not hold")
    for what in ("code", "student"):
        names = [getattr(sheet, what) for sheet in sheets]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"two sheets of the key have the {what} {quoted(twice)}")
    return Key(_of(top, "title", str, "the key"), entries, sheets)


def entry_from(code: str, data: Any) -> Entry:
    """The exercise that a table of a key spells. InputError with the place of what is wrong in it."""
    where = f"exercises.{code}"
    table = _table(data, where, ("title", "program", "blanks", "drawn", *KEYWORDS))
    words = {name: _word(name, table[name], where) for name in KEYWORDS if name in table}
    setup = Setup(_of(table, "program", str, where), **words)
    blanks = _of(table, "blanks", list, where)
    if not blanks:
        _fail(where, "has no blanks")
    asked = tuple(_asked(each, f"{where}.blanks[{place}]") for place, each in enumerate(blanks))
    drawn = _drawn(table["drawn"], f"{where}.drawn") if "drawn" in table else None
    return Entry(code, _of(table, "title", str, where), setup, asked, drawn)


def _drawn(data: Any, where: str) -> tuple[Setting, int]:
    table = _table(data, where, ("name", "text", "level", "marks", "seed"))
    marks = table.get("marks")
    if marks is not None and not is_number(marks):
        _fail(where, "marks is a number above 0, and 10,000 at most")
    name, text = (_of(table, key, str, where) for key in ("name", "text"))
    return Setting(name, text, _of(table, "level", int, where), marks), _of(table, "seed", int, where)


def _asked(data: Any, where: str) -> tuple[Question, float]:
    table = _table(data, where, (*_TEXTS, "options", "row", "marks"))
    texts = {name: _of(table, name, str, where) if name == "ask" or name in table else "" for name in _TEXTS}
    options = _texts(table.get("options", []), f"{where}.options")
    marks = table.get("marks", 1.0)
    if isinstance(marks, bool) or not isinstance(marks, int | float) or not 0 <= marks <= 10_000:
        _fail(where, "marks is a number from 0 to 10,000")
    row = table.get("row", [])
    whole = isinstance(row, list) and all(isinstance(n, int) and n >= 0 for n in row)
    if not whole or len(row) not in (0, 2, 3):
        _fail(f"{where}.row", "is no row of a tableau: [1, 5], and [1, 5, 0] is a number of it")
    part, cell = (row[0], row[1]) if row else None, "".join(map(str, row[2:]))
    return Question(texts["ask"], (), texts["because"], texts["question"], options, cell, 0, part=part), float(marks)


def _sheet(data: Any, where: str) -> Sheet:
    table = _table(data, where, ("code", "student", "name", "items"))
    code, student, name = (_of(table, key, str, where) for key in ("code", "student", "name"))
    return Sheet(code, student, name, _texts(table.get("items"), f"{where}.items"))


def _word(name: str, value: Any, where: str) -> Any:
    """A field of a setup as it is typed."""
    if name == "inputs":
        table = _table(value, f"{where}.inputs", ())
        if not all(isinstance(text, str) for text in table.values()):
            _fail(f"{where}.inputs", "holds something that is no text")
        return table
    if name == "data":
        return _texts(value, f"{where}.data")
    wanted = bool if name in ("share", "expand", "fold") else int if name == "digits" else str
    return _of({name: value}, name, wanted, where)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        _fail(where, "is no list of texts")
    return tuple(value)


def _table(value: Any, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    """A table with no other names than these; with any where none are given."""
    if not isinstance(value, dict):
        _fail(where, "is no table")
    for name in value if names else ():
        if name not in names:
            _fail(where, f"has {quoted(name)}, which means nothing here", did_you_mean(name, names))
    return value


def _of(table: Mapping[str, Any], name: str, wanted: type[T], where: str) -> T:
    value = table.get(name)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        words = {str: "text", list: "list", dict: "table", bool: "true or false", int: "whole number"}
        _fail(where, f"needs {name}, a {words[wanted]}")
    return value


def _fail(where: str, what: str, hint: str = "") -> NoReturn:
    raise InputError(f"{where} of the key {what}" if where != "the key" else f"the key {what}", hint=hint)
