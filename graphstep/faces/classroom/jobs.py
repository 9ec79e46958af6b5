"""A piece of work for a class: a text of JSON that becomes another one, by nothing but what stands in it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, TypeVar

from graphstep.faces.classroom.notebook import notebook
from graphstep.faces.export import html, md, tex
from graphstep.faces.export._pdf import pdf
from graphstep.ground.unprintable import printable
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
    # Only what these sheets need goes with them, in an order of its own: the same work has the same name in the store.
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


def _mark(asked: Any) -> Any:
    """The lines of the table of marks, and for each student the sum and the feedback."""
    language = asked["language"]
    # Once for all sheets of the piece, several of which may have one exercise.
    exercises = {code: _in_language(data, code, language) for code, data in asked["exercises"].items()}
    table, students = [], []
    for filled in asked["sheets"]:
        chosen = [exercises[code] for code in filled["items"]]
        page = list(zip(chosen, addresses(len(exercise.blanks) for exercise in chosen), strict=True))
        marks = marks_of(page, filled["answers"], comma=filled["comma"])
        student, name = filled["student"], filled["name"]
        table.append(lines(Row(student, name, filled["code"], mark) for mark in marks))
        # Written by whoever marks, and not where marks are brought together: that is one process for the whole class.
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
        # With what it was drawn from: a mistake that is to be found stands in no run, and is drawn again to be marked.
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


def _written(document: Document, form: str) -> str:
    return printable("".join(FORMATS[form](document)))


def _pdf(document: Document) -> Iterator[str]:
    # A result is a text, wherever it was made: that of bytes is base64.
    yield b64encode(pdf(tex.write(document))).decode()


FORMATS: dict[str, Callable[[Document], Iterable[str]]] = {"md": md.write, "html": html.write, "tex": tex.write, "pdf": _pdf}
"""By format what writes a document; a notebook is written cell by cell."""

WORK: dict[str, Callable[[Any], Any]] = {"mark": _mark, "sheet": _sheet}
"""By the name of a piece of work what does it."""
