"""Where a learner is in each lesson, kept between sessions.

The place is a JSON file in the platform's folder for a user's data (``GRAPHSTEP_DATA`` names another). It is replaced in one go,
and only the entry of the lesson at hand changes, so that two sessions do not undo each other. A file that cannot be read is set
aside, never overwritten; one that a newer graphstep has written is left as it is. A session in a browser keeps nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphstep.ground.browser import in_browser
from graphstep.ground.errors import GraphstepError
from graphstep.ground.files import open_file, write_file
from graphstep.ground.records import dataclass
from graphstep.ground.unprintable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.teaching.lesson.walk import Answered, LessonRun

SCHEMA = 1
"""The version of the file."""

_SIZE = 10_000_000
_TYPED = 200
_OUTCOMES = ("open", "right", "shown")


@dataclass(frozen=True, slots=True)
class Place:
    """What is kept of one lesson."""

    section: int
    """The section, counted from 0."""
    questions: Mapping[str, tuple[str, int, int, str]]
    """By key of a question: its outcome, wrong tries, hints, and what was typed last."""
    total: int
    """How many questions the lesson had."""
    finished: bool
    """Whether it was gone through to its end."""

    @property
    def done(self) -> int:
        """How many questions are answered or shown."""
        return sum(outcome != "open" for outcome, *_ in self.questions.values())


@dataclass(frozen=True, slots=True)
class Progress:
    """The places in all lessons, and what is to be said about the file they came from."""

    places: Mapping[str, Place]
    """By the lesson's key (see :func:`key_of`)."""
    message: str = ""
    """What went wrong with the file, in one or two sentences; empty when nothing did."""
    writable: bool = True
    """Whether a place may be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of keeping a place."""

    done: bool
    """Whether it is on the disk."""
    message: str = ""
    """What went wrong, in one or two sentences; empty when nothing did."""


def data_file() -> Path:
    """The file that the places are kept in."""
    override = os.environ.get("GRAPHSTEP_DATA")
    if override:
        return Path(override) / "progress.json"
    from platformdirs import user_data_path

    return user_data_path("graphstep", appauthor=False) / "progress.json"


def key_of(path: Path) -> str:
    """What a lesson is kept under: the words of its name when it comes with graphstep, else its full path."""
    from graphstep.teaching.lesson.catalogue import folder, words_of

    full = path.resolve()
    return words_of(full.stem) if full.parent == folder().resolve() else str(full)


def load() -> Progress:
    """The kept places. A damaged file is renamed, and the message says to what."""
    if in_browser():
        # The places are those of the owner of this machine, who is somebody else.
        return Progress({}, writable=False)
    from graphstep.teaching.lesson.catalogue import words_of

    path = data_file()
    try:
        if not path.exists():
            return Progress({})
        if path.is_file() and path.stat().st_size > _SIZE:
            return _set_aside(path)
        with open_file(path, _SIZE) as file:
            document = json.loads(file.read().decode())
    except (OSError, GraphstepError) as error:
        return Progress({}, f"Your place in the lessons cannot be read ({printable(str(error))}).", writable=False)
    except (ValueError, RecursionError):
        return _set_aside(path)
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        return _set_aside(path)
    if document["schema"] > SCHEMA:
        return Progress(
            {}, f"{path} was written by a newer graphstep: it is left alone, and your place is not kept.", writable=False
        )
    lessons = document.get("lessons")
    if not isinstance(lessons, dict):
        return _set_aside(path)
    try:
        places = {str(key): _place(entry) for key, entry in lessons.items()}
    except (KeyError, TypeError, ValueError):
        return _set_aside(path)
    # Places were once kept under the number as well, which moves; what was kept since then comes first.
    return Progress({words_of(key): place for key, place in places.items()} | places)


def resume(run: LessonRun, progress: Progress) -> LessonRun:
    """The lesson at the place that was kept. Questions that the lesson no longer asks are forgotten."""
    from graphstep.teaching.lesson.walk import Answered

    place = progress.places.get(key_of(run.rehearsal.lesson.path))
    if place is None:
        return run
    solutions = run.rehearsal.solutions
    answers: dict[str, Answered] = {
        key: Answered(outcome, tries, hints, typed)  # type: ignore[arg-type]  # the outcome was checked when it was read
        for key, (outcome, tries, hints, typed) in place.questions.items()
        if key in solutions
    }
    return type(run)(run.rehearsal, 0, answers).go(0 if place.finished else place.section)


def save(run: LessonRun) -> Kept:
    """Keep the place of a lesson. Nothing is raised where that fails: a lesson goes on without."""
    progress = load()
    if not progress.writable:
        return Kept(False, progress.message)
    lesson = run.rehearsal.lesson
    before = progress.places.get(key_of(lesson.path))
    entry = Place(
        run.place,
        {key: (a.outcome, a.tries, a.hints, a.typed) for key, a in run.answers.items()},
        run.total,
        run.finished or (before is not None and before.finished and run.done == run.total),
    )
    places = {**progress.places, key_of(lesson.path): entry}
    document = {"schema": SCHEMA, "lessons": {key: _entry(places[key]) for key in sorted(places)}}
    path = data_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    except (OSError, GraphstepError) as error:
        return Kept(False, f"Your place cannot be kept: {printable(str(error))}.")
    return Kept(True, progress.message)


def _set_aside(path: Path) -> Progress:
    for number in range(1, 1000):
        aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        if aside.exists():
            continue
        try:
            path.rename(aside)
        except OSError as error:
            return Progress({}, f"{path} is damaged and cannot be moved ({error.strerror or error}).", writable=False)
        return Progress({}, f"{path} was damaged: it was set aside as {aside.name}, and the lessons start afresh.")
    return Progress({}, f"{path} is damaged.", writable=False)


def _entry(place: Place) -> dict[str, Any]:
    names = ("outcome", "tries", "hints", "typed")
    questions = {key: dict(zip(names, each, strict=True)) for key, each in place.questions.items()}
    return {"section": place.section, "total": place.total, "finished": place.finished, "questions": questions}


def _place(entry: Any) -> Place:
    if not isinstance(entry["questions"], dict):
        raise TypeError("questions is no table")
    questions = {
        # Older versions kept no answers.
        str(key): (_outcome(each["outcome"]), _count(each["tries"]), _count(each["hints"]), str(each.get("typed", ""))[:_TYPED])
        for key, each in entry["questions"].items()
    }
    return Place(_count(entry["section"]), questions, _count(entry["total"]), bool(entry["finished"]))


def _outcome(value: Any) -> str:
    if value not in _OUTCOMES:
        raise ValueError(f"no outcome: {value!r}")
    return str(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1_000_000:
        raise ValueError(f"no count: {value!r}")
    return value
