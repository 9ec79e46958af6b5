"""Where a learner is in each lesson, kept between sessions in ``progress.json``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphstep.ground.records import dataclass
from graphstep.teaching.kept import Kept, Store, count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.teaching.lesson.walk import Answered, LessonRun

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


def key_of(path: Path) -> str:
    """What a lesson is kept under: the words of its name when it comes with graphstep, else its full path."""
    from graphstep.teaching.lesson.catalogue import folder, words_of

    full = path.resolve()
    return words_of(full.stem) if full.parent == folder().resolve() else str(full)


def load() -> Progress:
    """The kept places. A damaged file is renamed, and the message says to what."""
    from graphstep.teaching.lesson.catalogue import words_of

    kept = _STORE.load()
    # Places were once kept under the number as well, which moves; what was kept since then comes first.
    places = {**{words_of(key): place for key, place in kept.by_key.items()}, **kept.by_key}
    return Progress(places, kept.message, kept.writable)


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
    kept = _STORE.save({**progress.places, key_of(lesson.path): entry})
    return Kept(True, progress.message) if kept.done else kept


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
