"""A piece of work for a class, or of a sweep: a text of JSON that becomes another one, by nothing but what stands in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from graphstep.analysis.diagnosis import Experiment, Point, at_point, figures, grid
from graphstep.engine.opening import open_setup
from graphstep.faces.classroom.notebook import notebook
from graphstep.faces.export import html, md, tex
from graphstep.ground.arrays import Number, plain
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.unprintable import printable
from graphstep.language.setup import Setup, setup_of
from graphstep.language.values import Range
from graphstep.teaching.exercise.course import Course, Setting, Student, code_of, exercise_of, seeds_of
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.exercise.feedback import feedback
from graphstep.teaching.exercise.key import Key, Sheet, addresses, entry_from, entry_of
from graphstep.teaching.exercise.mark import marks_of
from graphstep.teaching.exercise.sheet import Paper, key, sheet
from graphstep.teaching.exercise.table import Row, lines
from graphstep.telling.document import Document

SHEETS = 8
"""Sheets in one piece of work: what a worker does between two reports, and what is lost when it is killed."""

Each = TypeVar("Each")

Answered = tuple[Sheet, dict[str, str], bool]
"""A sheet, the answers on it by blank, and whether its numbers have decimal commas."""


def marking(of: Key, sheets: Iterable[Answered], language: str) -> Iterator[str]:
    """The pieces of work that mark the sheets of a class."""
    return (_marking(of, some, language) for some in _batches(sheets))


def _batches(each: Iterable[Each]) -> Iterator[list[Each]]:
    """So many at a time as are one piece of work; nothing is read before it is asked for."""
    rest = iter(each)
    while some := [*islice(rest, SHEETS)]:
        yield some


def _marking(of: Key, sheets: Sequence[Answered], language: str) -> str:
    codes = sorted({code for sheet, *_ in sheets for code in sheet.items})
    return json.dumps(
        {
            "work": "mark",
            "title": of.title,
            "language": language,
            "exercises": {code: of.entries[code].data() for code in codes},
            "sheets": [{**sheet.data(), "answers": answers, "comma": comma} for sheet, answers, comma in sheets],
        }
    )


def setting(course: Course, students: Iterable[Student], form: str) -> Iterator[str]:
    """The pieces of work that make the sheets of a class in a format."""
    return (_setting(course, some, form) for some in _batches(students))


def _setting(course: Course, students: Iterable[Student], form: str) -> str:
    return json.dumps(
        {
            "work": "sheet",
            "format": form,
            "title": course.title,
            "language": course.language,
            "items": [asdict(each) for each in course.settings],
            "students": [
                {
                    "student": each.identity,
                    "name": each.name,
                    "code": code_of(course.title, each.identity),
                    "seeds": seeds_of(course.title, each.identity, course.settings),
                }
                for each in students
            ],
        }
    )


def diagnosing(ranges: Sequence[Range], subject: Experiment | Setup, values: Mapping[str, Number]) -> Iterator[str]:
    """The pieces of work that diagnose a network, or a program, at every point of a sweep; ``values`` are those without a text.

    InputError and LimitError for a network that cannot be made.
    """
    cells = {name: np.asarray(value).tolist() for name, value in values.items()}
    for point in grid(ranges):
        settings = dict(zip((each.name for each in ranges), point, strict=True))
        where = ", ".join(f"{name}={text}" for name, text in settings.items())
        if isinstance(subject, Experiment):
            with _told_where(where):
                what: dict[str, Any] = {"network": asdict(at_point(subject, settings))}
        else:
            there = subject.edited(settings)
            what = {"program": there.program, "keywords": there.keywords(), "values": cells}
        yield json.dumps({"work": "diagnose", "where": where, "point": point, **what})


@contextmanager
def _told_where(where: str) -> Iterator[None]:
    """An error of one point of a sweep says at which."""
    try:
        yield
    except GraphstepError as error:
        raise InputError(f"with {where}: {error.message}", hint=error.hint) from error


def work(job: str) -> str:
    """Do a piece of work. Raises GraphstepError where what stands in it cannot be used."""
    asked = json.loads(job)
    return json.dumps(WORK[asked["work"]](asked))


def _mark(asked: Any) -> Any:
    """The lines of the table of marks, and for each student the sum and the feedback."""
    language = asked["language"]
    exercises = {code: _in_language(data, code, language) for code, data in asked["exercises"].items()}
    table, students = [], []
    for filled in asked["sheets"]:
        chosen = [exercises[code] for code in filled["items"]]
        page = list(zip(chosen, addresses(len(exercise.blanks) for exercise in chosen), strict=True))
        marks = marks_of(page, filled["answers"], comma=filled["comma"])
        student, name = filled["student"], filled["name"]
        table.append(lines(Row(student, name, filled["code"], mark) for mark in marks))
        page_of_feedback = feedback(asked["title"], name or student, page, marks, language)
        students.append(
            {
                "student": student,
                "earned": sum(mark.earned or 0 for mark in marks),
                "of": sum(mark.of for mark in marks),
                "unsure": sum(mark.earned is None for mark in marks),
                "feedback": printable("".join(md.write(page_of_feedback))),
            }
        )
    return {"lines": table, "students": students}


def _in_language(data: dict[str, Any], code: str, language: str) -> Exercise:
    """An exercise of a key, whose run is told in a language."""
    return entry_from(code, {**data, "language": language}).exercise()


def _sheet(asked: Any) -> Any:
    """Of each student the sheet, its key, and what of them stands in the key of the class."""
    settings, form, language = [Setting(**each) for each in asked["items"]], asked["format"], asked["language"]
    sheets = []
    for student in asked["students"]:
        chosen = [exercise_of(each, seed, language) for each, seed in zip(settings, student["seeds"], strict=True)]
        named = list(zip(chosen, addresses(len(exercise.blanks) for exercise in chosen), strict=True))
        who = f"{student['name']} ({student['student']})" if student["name"] else student["student"]
        paper = Paper(asked["title"], who, student["code"], named, language)
        drawn = zip(chosen, settings, student["seeds"], strict=True)
        entries = [entry_of(exercise, setting, seed) for exercise, setting, seed in drawn]
        sheets.append(
            {
                "student": student["student"],
                "sheet": notebook(paper) if form == "ipynb" else _written(sheet(paper), form),
                "key": _written(key(paper), "md" if form == "ipynb" else form),
                "entries": {entry.code: entry.data() for entry in entries},
                "data": Sheet(student["code"], student["student"], student["name"], tuple(each.code for each in entries)).data(),
            }
        )
    return {"sheets": sheets}


def _diagnose(asked: Any) -> Any:
    """The figures of a diagnosis at one point."""
    with _told_where(asked["where"]):
        if "network" in asked:
            trace = Experiment(**asked["network"]).run()
        else:
            values = {name: plain(np.asarray(cells, np.float64)) for name, cells in asked["values"].items()}
            trace = open_setup(setup_of(asked["program"], **asked["keywords"]), values)
        kinds, last, first = figures(trace)
    return {"values": asked["point"], "kinds": kinds, "last": last, "first": first}


def points(results: Iterable[str]) -> Iterator[Point]:
    """The points that pieces of work diagnosed."""
    for each in map(json.loads, results):
        yield Point(tuple(each["values"]), tuple(each["kinds"]), each["last"], each["first"])


def _written(document: Document, form: str) -> str:
    return printable("".join(FORMATS[form](document)))


FORMATS: dict[str, Callable[[Document], Iterable[str]]] = {"md": md.write, "html": html.write, "tex": tex.write}
"""By format what writes a document; a notebook is written cell by cell."""

WORK: dict[str, Callable[[Any], Any]] = {"mark": _mark, "sheet": _sheet, "diagnose": _diagnose}
"""By name what can be done."""
