"""Lessons for tests: those that are shipped, each run once for all tests of a process, and small ones of a few lines."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep.teaching.lesson import open_lesson
from graphstep.teaching.lesson.catalogue import catalogue, find
from graphstep.teaching.lesson.command import run
from graphstep.teaching.lesson.parse import parse
from graphstep.teaching.lesson.rehearsal import Rehearsal, rehearse
from graphstep.teaching.lesson.walk import LessonRun

if TYPE_CHECKING:
    from graphstep.teaching.marking.solution import Solution


@functools.cache
def opened(path: Path) -> Rehearsal:
    """A lesson by its file."""
    return open_lesson(path)


@functools.cache
def shipped(number: int) -> Rehearsal:
    """A lesson by its number."""
    return opened(catalogue()[number - 1].path)


@functools.cache
def rehearsed(words: str) -> Rehearsal:
    """A lesson by what a learner calls it."""
    return opened(find(words))


FRONT = """+++
title = "T"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
+++
"""


def lesson_of(body: str, front: str = FRONT):
    return parse(front + body, Path("t.md"))


def predict(ask: str, *lines: str) -> str:
    return "\n".join(["```predict", f'ask = "{ask}"', 'hint = ["Think."]', 'because = "So it is."', *lines, "```", ""])


def solution_of(ask: str, *lines: str, front: str = FRONT) -> Solution:
    (solution,) = rehearse(lesson_of(predict(ask, *lines), front)).solutions.values()
    return solution


def front_of(program: str, inputs: str) -> str:
    return f'+++\ntitle = "T"\nprogram = "{program}"\ninputs = {{ {inputs} }}\n+++\n'


def written(tmp_path: Path, body: str, front: str = FRONT) -> Path:
    path = tmp_path / "01-t.md"
    path.write_text(front + body, encoding="utf-8")
    return path


def simple() -> LessonRun:
    body = (
        "Intro.\n\n## forward: q\n\nBefore.\n\n"
        + predict("value q")
        + "\nAfter.\n\n## end\n\n"
        + predict("gradient x")
        + "Done.\n"
    )
    return LessonRun(rehearse(lesson_of(body)))


def own_lesson(folder, name="mine.md", ask="value f"):
    folder.mkdir(exist_ok=True)
    front = '+++\ntitle = "Mine"\nprogram = "f = x*y"\ninputs = { x = 2, y = 3 }\n+++\n\n'
    text = f'{front}Prose.\n\n```predict\nask = "{ask}"\n```\n'
    (folder / name).write_text(text)
    return LessonRun(open_lesson(folder / name))


def said(words: list[str]) -> tuple[int, str]:
    out = io.StringIO()
    return run(words, out), out.getvalue()
