"""``graphstep lesson``: the table of lessons, a lesson by its number or name, and ``graphstep lesson check``."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from graphstep.ground.errors import GraphstepError, InputError, quoted_path
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.widths import cell_width, padded
from graphstep.language.setup import Setup
from graphstep.teaching.lesson import progress
from graphstep.teaching.lesson.catalogue import LessonFile, catalogue, find
from graphstep.teaching.store import data_folder
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphstep.teaching.lesson.walk import LessonRun

USAGE = "graphstep lesson [NUMBER | NAME | FILE.md | check [FILE.md …] | code NUMBER | new FILE.md | progress [FILE.json]]"
"""How it is called."""


def run(words: Sequence[str], out: TextIO, play: Callable[[LessonRun], int] | None = None, language: str = ENGLISH) -> int:
    """Do what ``graphstep lesson WORDS`` asks for in a language, and return the exit status.

    ``play`` goes through a lesson with a learner; without it the lesson is printed as a page with the answers at its end. Raises
    InputError for a lesson that there is not.
    """
    if not words:
        out.write(table(language))
        return 0
    if words[0] == "check":
        return _check([Path(word) for word in words[1:]], out)
    if words[0] == "code":
        return _code(words[1:], out, language)
    if words[0] == "progress":
        return _progress(words[1:], out)
    if words[0] == "new":
        return _new(words[1:], out, language)
    return _open(path_of(words), out, play, language)


def path_of(words: Sequence[str]) -> Path:
    """The file of the lesson that words name; InputError where there is none."""
    # A name may be typed without quotes, lesson write your own; a file that is followed by more is a slip.
    if words[0].endswith(".md") and len(words) > 1:
        raise InputError(f"one lesson at a time, not {len(words)}", hint=USAGE)
    return find(" ".join(words))


def command_of(path: Path, language: str, *options: str) -> str:
    """The line of a shell that asks for a lesson again, in a language."""
    return shlex.join(["graphstep", "lesson", *_called(path), *Setup("", language=language).options(), *options])


def table(language: str = ENGLISH) -> str:
    """The lessons with their state, and what to do next."""
    say = partial(message, language)
    kept = progress.load()
    lessons = catalogue()
    if not lessons:
        return f"{say('lesson-none')}\n"
    times = [say("start-minutes", count=lesson.minutes) if lesson.minutes else "" for lesson in lessons]
    width, room = max(len(lesson.title) for lesson in lessons), max(map(cell_width, times))
    lines = []
    following: LessonFile | None = None
    for lesson, time in zip(lessons, times, strict=True):
        place = kept.by_key.get(lesson.words)
        state = say("lesson-new") if place is None else say("lesson-done") if place.finished else ""
        if place is not None and not state:
            state = say("lesson-begun", done=place.done, total=place.total)
        # The first that is not done, even where later ones are: lessons build on each other.
        if following is None and (place is None or not place.finished):
            following = lesson
        lines.append(f"{lesson.number:>3}  {lesson.title:<{width}}  {padded(time, room)}  {state}".rstrip())
    if kept.message:
        lines += ["", kept.message]
    if following is not None:
        key = "lesson-start" if following is lessons[0] else "lesson-following"
        key = "lesson-go-on" if following.words in kept.by_key else key
        lines += ["", say(key, command=f"graphstep lesson {following.number}")]
    else:
        lines += ["", say("lesson-all-done")]
    return "".join(f"{line}\n" for line in lines)


def _open(path: Path, out: TextIO, play: Callable[[LessonRun], int] | None, language: str) -> int:
    from graphstep.teaching.lesson import open_lesson
    from graphstep.teaching.lesson.plain import handout
    from graphstep.teaching.lesson.walk import LessonRun

    rehearsal = open_lesson(path, language)
    if play is None:
        out.writelines(handout(rehearsal))
        again = command_of(path, rehearsal.language, "--format", "text")
        out.write(f"\n{message(rehearsal.language, 'heading-made-by')}\n\n  {again}\n")
        return 0
    kept = progress.load()
    if kept.message:
        out.write(f"{kept.message}\n")
    return play(progress.resume(LessonRun(rehearsal), kept))


def _called(path: Path) -> list[str]:
    lessons = [lesson for lesson in catalogue() if lesson.path == path]
    return [str(lessons[0].number)] if lessons else [str(path)]


def _check(paths: list[Path], out: TextIO) -> int:
    from graphstep.teaching.lesson.catalogue import folder
    from graphstep.teaching.lesson.check import check_all

    chosen = paths or sorted(folder().glob("*.md"))
    problems = check_all(chosen)
    out.writelines(f"{problem}\n" for problem in problems)
    count = f"{len(chosen)} lesson{'' if len(chosen) == 1 else 's'}"
    out.write(f"{count} checked: {f'{len(problems)} wrong' if problems else 'all right'}\n")
    return 1 if problems else 0


def _code(words: Sequence[str], out: TextIO, language: str) -> int:
    """Write the files of a lesson that are to be completed beside the learner's progress; one that is there stays as it is."""
    from graphstep.ground.files import write_file
    from graphstep.teaching.lesson.code import files_of

    if not words:
        raise InputError("the code of which lesson?", hint="graphstep lesson code 7")
    path = path_of(words)
    files = files_of(path)
    if not files:
        raise InputError(f"{path.name} has no file to be completed", hint="those with one say so")
    for name, text in files.items():
        target = data_folder() / name
        # What a learner has written into it is worth more than a newer version of the beginning.
        there = target.exists()
        if not there:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_file(target, text)
        out.write(f"{message(language, 'lesson-code-kept' if there else 'lesson-code', path=str(target))}\n")
        out.write(f"{message(language, 'lesson-code-next', command=shlex.join(['graphstep', 'judge', str(target)]))}\n")
    return 0


def _new(words: Sequence[str], out: TextIO, language: str) -> int:
    """Write the beginning of a lesson, which passes the check."""
    from graphstep.ground.files import write_file
    from graphstep.teaching.lesson.code import skeleton

    if len(words) != 1:
        raise InputError("a new lesson has one name", hint="graphstep lesson new my-lesson.md")
    path = Path(words[0] if words[0].endswith(".md") else f"{words[0]}.md")
    if path.exists():
        raise InputError(f"{quoted_path(str(path))} is there already", hint="a new lesson overwrites nothing")
    write_file(path, skeleton(path.stem, language))
    out.write(
        f"{message(language, 'lesson-new-file', path=str(path), check=shlex.join(['graphstep', 'lesson', 'check', str(path)]))}\n"
    )
    return 0


def _progress(words: Sequence[str], out: TextIO) -> int:
    """Print how far the learner is in every lesson, or write it to a file."""
    from graphstep.ground.files import write_file

    if len(words) > 1:
        raise InputError("progress goes to one file", hint="graphstep lesson progress mine.json")
    kept = progress.load()
    if kept.message:
        # What was written would say that nothing has been learned.
        raise GraphstepError(kept.message)
    if not words:
        out.write(progress.exported(kept))
    else:
        out.write(f"wrote {write_file(words[0], progress.exported(kept))}\n")
    return 0
