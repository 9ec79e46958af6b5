"""Where a learner is in each lesson, kept between sessions in ``progress.json``."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from graphstep.ground.records import dataclass
from graphstep.teaching.store import SCHEMA, Entries, Receipt, Store, count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.teaching.lesson.document import Lesson
    from graphstep.teaching.lesson.walk import Answered, LessonRun

# Characters of an answer that are kept.
_TYPED = 200
_OUTCOMES = ("open", "right", "shown")


@dataclass(frozen=True, slots=True)
class Place:
    """The learner's place in one lesson, as it is written to the file."""

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


def key_of(lesson: Lesson) -> str:
    """What a lesson is kept under: the words of its name, and of a lesson of one's own also what it runs and asks.

    Wherever its file lies it is the same lesson, and stays it while its prose is mended; another one of its name is another.
    """
    from graphstep.teaching.lesson.catalogue import folder, words_of

    full = lesson.path.resolve()
    words = words_of(full.stem)
    if full.parent == folder().resolve():
        return words
    content = "\n".join([lesson.run.program, *(question.key for question in lesson.questions)])
    return f"{words} {sha256(content.encode(errors='surrogatepass')).hexdigest()[:12]}"


def _kept(lesson: Lesson, places: Mapping[str, Place]) -> Place | None:
    """The place in a lesson; those of one's own were once kept under their path."""
    return places.get(key_of(lesson)) or places.get(str(lesson.path.resolve()))


def exported(progress: Entries[Place]) -> str:
    """The places as a file that can be handed in, or taken to another machine: how far each lesson is, and every answer."""
    lessons = {}
    for key, place in sorted(progress.by_key.items()):
        right = sum(outcome == "right" for outcome, *_ in place.questions.values())
        lessons[key] = {"done": place.done, "right": right, **_entry(place)}
    return json.dumps({"schema": SCHEMA, "lessons": lessons}, ensure_ascii=False, indent=1) + "\n"


def load() -> Entries[Place]:
    """The kept places. A damaged file is renamed, and the message says to what."""
    from graphstep.teaching.lesson.catalogue import words_of

    kept = _STORE.load()
    # Places were once kept under the number as well, which moves; what was kept since then comes first.
    places = {**{words_of(key): place for key, place in kept.by_key.items()}, **kept.by_key}
    return Entries(places, kept.message, kept.writable)


def resume(run: LessonRun, progress: Entries[Place]) -> LessonRun:
    """The lesson at the place that was kept. Questions that the lesson no longer asks are forgotten."""
    from graphstep.teaching.lesson.walk import Answered

    place = _kept(run.rehearsal.lesson, progress.by_key)
    if place is None:
        return run
    solutions = run.rehearsal.solutions
    answers: dict[str, Answered] = {
        key: Answered(outcome, tries, hints, typed)  # type: ignore[arg-type]  # the outcome was checked when it was read
        for key, (outcome, tries, hints, typed) in place.questions.items()
        if key in solutions
    }
    return type(run)(run.rehearsal, 0, answers).go(0 if place.finished else place.section)


def save(run: LessonRun) -> Receipt:
    """Keep the place of a lesson. Nothing is raised where that fails: a lesson goes on without."""
    # Read again: another session may have kept another lesson meanwhile.
    progress, lesson = load(), run.rehearsal.lesson
    before = _kept(lesson, progress.by_key)
    entry = Place(
        run.place,
        {key: (a.outcome, a.tries, a.hints, a.typed) for key, a in run.answers.items()},
        run.total,
        run.finished or (before is not None and before.finished and run.done == run.total),
    )
    others = {key: place for key, place in progress.by_key.items() if key != str(lesson.path.resolve())}
    return _STORE.save(replace(progress, by_key=others), key_of(lesson), entry)


def _entry(place: Place) -> dict[str, Any]:
    names = ("outcome", "tries", "hints", "typed")
    questions = {key: dict(zip(names, each, strict=True)) for key, each in place.questions.items()}
    return {"section": place.section, "total": place.total, "finished": place.finished, "questions": questions}


def _place(entry: Any) -> Place:
    if not isinstance(entry["questions"], dict):
        raise TypeError("questions is no table")
    questions = {
        # Older versions kept no answers.
        str(key): (_outcome(each["outcome"]), count(each["tries"]), count(each["hints"]), str(each.get("typed", ""))[:_TYPED])
        for key, each in entry["questions"].items()
    }
    return Place(count(entry["section"]), questions, count(entry["total"]), bool(entry["finished"]))


def _outcome(value: Any) -> str:
    if value not in _OUTCOMES:
        raise ValueError(f"no outcome: {value!r}")
    return str(value)


_STORE: Store[Place] = Store("progress", "lessons", _place, _entry)
