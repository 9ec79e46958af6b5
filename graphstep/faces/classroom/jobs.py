"""A piece of work for a class: a text of JSON that becomes another one, by nothing but what stands in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from graphstep.faces.export import md
from graphstep.ground.unprintable import printable
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.exercise.feedback import feedback
from graphstep.teaching.exercise.key import Key, Sheet, addresses, entry_from
from graphstep.teaching.exercise.mark import marks_of
from graphstep.teaching.exercise.table import Row, lines

SHEETS = 8
"""Sheets in one piece of work: what a worker does between two reports, and what is lost when it is killed."""

Answered = tuple[Sheet, dict[str, str], bool]
"""A sheet, the answers on it by blank, and whether its numbers have decimal commas."""


def marking(key: Key, sheets: Iterable[Answered], language: str) -> Iterator[str]:
    """The pieces of work that mark the sheets of a class."""
    some: list[Answered] = []
    for each in sheets:
        some.append(each)
        if len(some) == SHEETS:
            yield _marking(key, some, language)
            some = []
    if some:
        yield _marking(key, some, language)


def _marking(key: Key, sheets: Iterable[Answered], language: str) -> str:
    some = [*sheets]
    codes = sorted({code for sheet, *_ in some for code in sheet.items})
    return json.dumps(
        {
            "work": "mark",
            "title": key.title,
            "language": language,
            "exercises": {code: key.entries[code].data() for code in codes},
            "sheets": [{**sheet.data(), "answers": answers, "comma": comma} for sheet, answers, comma in some],
        }
    )


def work(job: str) -> str:
    """Do a piece of work. Raises GraphstepError where what stands in it cannot be used."""
    asked = json.loads(job)
    return json.dumps(WORK[asked["work"]](asked))


def _mark(asked: Any) -> Any:
    """The lines of the table of marks, and for each student the sum and the feedback."""
    language = asked["language"]
    exercises = {code: _in_language(data, code, language) for code, data in asked["exercises"].items()}
    table, students = [], []
    for sheet in asked["sheets"]:
        chosen = [exercises[code] for code in sheet["items"]]
        page = list(zip(chosen, addresses(len(exercise.blanks) for exercise in chosen), strict=True))
        marks = marks_of(page, sheet["answers"], comma=sheet["comma"])
        student, name = sheet["student"], sheet["name"]
        table.append(lines(Row(student, name, sheet["code"], mark) for mark in marks))
        told = feedback(asked["title"], name or student, page, marks, language)
        students.append(
            {
                "student": student,
                "earned": sum(mark.earned or 0 for mark in marks),
                "of": sum(mark.of for mark in marks),
                "unsure": sum(mark.earned is None for mark in marks),
                "feedback": printable("".join(md.write(told))),
            }
        )
    return {"lines": table, "students": students}


def _in_language(data: dict[str, Any], code: str, language: str) -> Exercise:
    """An exercise of a key, whose run is told in a language."""
    return entry_from(code, {**data, "language": language}).exercise()


WORK: dict[str, Callable[[Any], Any]] = {"mark": _mark}
"""By name what can be done."""
