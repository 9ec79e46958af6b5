"""Which lessons there are, and how one is found: by number, by part of its name, or by the path of a file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.records import dataclass
from graphstep.teaching.lesson.document import LessonError
from graphstep.teaching.lesson.parse import read_front

# Lessons are numbered by their file names, so that a folder lists them in their order.
_NUMBER = re.compile(r"^\d\d-(?=.)")
_FILE = re.compile(r"(?P<number>\d\d)-(?P<words>.+)\.md")


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson of the catalogue, as its front matter says it."""

    path: Path
    """The file."""
    number: int
    """Its number, from the name of the file."""
    title: str
    """What it is called."""
    needs: tuple[str, ...]
    """The lessons to have done before, by slug."""
    minutes: int | None
    """About how long it takes."""

    @property
    def slug(self) -> str:
        """The name of its file without ``.md``."""
        return self.path.stem

    @property
    def words(self) -> str:
        """The name of its file without its number, which changes where a lesson is put in between."""
        return words_of(self.slug)


def words_of(stem: str) -> str:
    """The name of a lesson's file without the number in front.

    >>> words_of("01-the-computational-graph")
    'the-computational-graph'
    """
    return _NUMBER.sub("", stem)


def folder() -> Path:
    """The folder of the lessons that come with graphstep: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "lessons"
    return installed if installed.is_dir() else package.parent / "lessons"


def catalogue(where: Path | None = None) -> tuple[LessonFile, ...]:
    """Every lesson of a folder (the one of :func:`folder` unless given) in the order of their numbers.

    Only front matter is read. A file that cannot be read as a lesson is left out: ``graphstep lesson check`` says why.
    """
    lessons = []
    where = where or folder()
    for path in sorted(where.glob("*.md")) if where.is_dir() else ():
        name = _FILE.fullmatch(path.name)
        if name is None:
            continue
        try:
            front = read_front(path)
        except (LessonError, InputError):
            continue
        # The front matter was read for its title alone; what else stands in it is checked when the lesson is opened.
        needs, minutes = front.get("needs", []), front.get("minutes")
        lessons.append(
            LessonFile(
                path,
                int(name["number"]),
                front["title"].strip(),
                tuple(str(need) for need in needs) if isinstance(needs, list) else (str(needs),),
                minutes if isinstance(minutes, int) else None,
            )
        )
    return tuple(lessons)


def find(word: str, where: Path | None = None) -> Path:
    """The file of a lesson: ``3``, ``03``, a part of its name or title, or a path. InputError when that is none or several."""
    if word.endswith(".md") or os.sep in word or (os.altsep and os.altsep in word):
        path = Path(word)
        if not path.is_file():
            raise InputError(
                f"there is no lesson file {quoted(word, 80)}", hint="graphstep lesson lists the lessons that come with it"
            )
        return path
    lessons = catalogue(where)
    if word.isdecimal() and len(word) < 4:
        chosen = [lesson for lesson in lessons if lesson.number == int(word)]
    else:
        part = word.casefold()
        chosen = [lesson for lesson in lessons if part in lesson.slug.casefold() or part in lesson.title.casefold()]
        # A whole name may be a part of another one, and then means itself.
        exact = [lesson for lesson in chosen if part in (lesson.slug.casefold(), lesson.title.casefold())]
        chosen = exact or chosen
    if len(chosen) == 1:
        return chosen[0].path
    if chosen:
        which = ", ".join(f"{lesson.number} {lesson.title}" for lesson in chosen)
        raise InputError(f"{quoted(word)} is a part of several lessons: {which}", hint="say more of the name, or the number")
    hint = did_you_mean(word, [part for lesson in lessons for part in lesson.slug.split("-")])
    raise InputError(f"there is no lesson {quoted(word)}", hint=hint or "graphstep lesson lists them all")


def following(path: Path) -> Path | None:
    """The lesson behind another one; None behind the last, and for a file of one's own."""
    paths = [lesson.path for lesson in catalogue()]
    # A file of one's own has no number, and nothing comes behind it.
    if path not in paths or path == paths[-1]:
        return None
    return paths[paths.index(path) + 1]
